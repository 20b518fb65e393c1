//! Hearing that somebody appended, on this node or another.
//!
//! A subscription of the client only wakes; what is read is always read by position. So nothing is lost or doubled when
//! one ends, and without any the readers still look by themselves every second.
//!
//! When the store ends a subscription in good order, the client asks the ended stream again and again and never yields:
//! the thread it runs on would turn forever, and no timeout could reach it. It warns at each turn, though. So the
//! subscription has a thread of its own, on which a watchdog hears the client's warnings and unwinds the thread at this
//! one; then a new subscription is made on a new client.

use std::{
    any::Any,
    fmt::{self, Write},
    panic::AssertUnwindSafe,
    sync::Weak,
    thread::JoinHandle,
    time::Duration,
};

use eventstore::{
    Client, ClientSettings, StreamPosition, SubscribeToAllOptions, SubscriptionEvent,
    SubscriptionFilter,
};
use tokio::sync::watch;
use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};

use crate::{KurrentOptions, OpenError, stored::Names};

/// Between the end of a subscription and the next.
const PAUSE: Duration = Duration::from_millis(500);

/// Keeps a subscription for as long as it lives.
pub(crate) struct Waker {
    stop: watch::Sender<bool>,
    /// `None` only while it is dropped.
    thread: Option<JoinHandle<()>>,
}

impl Waker {
    pub(crate) fn start(
        options: &KurrentOptions,
        appended: Weak<watch::Sender<()>>,
    ) -> Result<Self, OpenError> {
        let (stop, stopped) = watch::channel(false);
        let settings = options.settings.clone();
        let prefix = Names(&options.log).prefix();
        let thread = std::thread::Builder::new()
            .name("log-subscription".into())
            .spawn(move || keep_listening(&settings, &prefix, &appended, &stopped))
            .map_err(OpenError::Thread)?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Waker {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("The log's subscription had panicked");
        }
    }
}

fn keep_listening(
    settings: &ClientSettings,
    prefix: &str,
    appended: &Weak<watch::Sender<()>>,
    stopped: &watch::Receiver<bool>,
) {
    let watchdog = Dispatch::new(Watchdog);
    while !*stopped.borrow() {
        let listened = std::panic::catch_unwind(AssertUnwindSafe(|| {
            tracing::dispatcher::with_default(&watchdog, || {
                listen(settings, prefix, appended, stopped.clone())
            })
        }));
        match listened {
            Ok(Ok(())) => return,
            Ok(Err(what)) => tracing::warn!("The log's subscription was lost: {what}"),
            Err(thrown) if is_ended(thrown.as_ref()) => {
                tracing::warn!("The store ended the log's subscription");
            }
            Err(_) => tracing::error!("The log's subscription panicked"),
        }
        // The stop is looked for again at once when the pause is over.
        std::thread::sleep(PAUSE);
    }
}

/// Wakes at every event of the log until the subscription ends, or, with `Ok`, until told to stop.
fn listen(
    settings: &ClientSettings,
    prefix: &str,
    appended: &Weak<watch::Sender<()>>,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), String> {
    // With the runtime end all tasks of the client.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async {
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => Ok(()),
            lost = subscribe(settings, prefix, appended) => lost.map_err(|error| error.to_string()),
        }
    })
}

async fn subscribe(
    settings: &ClientSettings,
    prefix: &str,
    appended: &Weak<watch::Sender<()>>,
) -> eventstore::Result<()> {
    let client = Client::new(settings.clone())?;
    let options = SubscribeToAllOptions::default()
        .position(StreamPosition::End)
        .filter(SubscriptionFilter::on_stream_name().add_prefix(prefix));
    let mut subscription = client.subscribe_to_all(&options).await;
    loop {
        match subscription.next_subscription_event().await? {
            // What was appended while there was no subscription is behind the confirmation.
            SubscriptionEvent::EventAppeared(_) | SubscriptionEvent::Confirmed(_) => {
                if let Some(appended) = appended.upgrade() {
                    appended.send_replace(());
                }
            }
            _ => {}
        }
    }
}

/// What the watchdog throws.
struct Ended;

fn is_ended(thrown: &(dyn Any + Send)) -> bool {
    thrown.is::<Ended>()
}

/// Hears the client's warnings on the subscription's thread.
struct Watchdog;

const CLIENT: &str = "eventstore";
const TURNING: &str = "Received an unknown subscription message";

impl Watchdog {
    fn hears(metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
            && metadata.target().starts_with(CLIENT)
            && *metadata.level() == Level::WARN
    }
}

impl Subscriber for Watchdog {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if Self::hears(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        Self::hears(metadata)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = Words(String::new());
        event.record(&mut words);
        if words.0.contains(TURNING) {
            // Not `panic!`: it is expected, nobody need read of it.
            std::panic::resume_unwind(Box::new(Ended));
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // Writing to a string never fails.
            let _ = write!(self.0, "{value:?}");
        }
    }
}
