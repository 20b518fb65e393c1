//! The client and its failures.
//!
//! After one connect that fails, the client answers `ConnectionClosed` for good; after a node has died it goes on asking
//! that node. So a client that failed in either way is thrown away and the next call makes another. A client never stops
//! its tasks by itself, therefore each has a runtime that ends with it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use eventstore::{Client, ClientSettings, Error};
use tokio::runtime::Runtime;

use crate::{KurrentOptions, OpenError};

/// Why a call came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It did not reach the store, or the store passed it on: nothing was done.
    NotDone(String),
    /// It may have been done.
    Unknown(String),
    /// The store will not do it, however often it is asked.
    Refused(String),
    /// There is no such stream.
    NoStream,
    /// The stream is not as the append expects.
    Conflict {
        /// The last revision there is.
        current: Option<u64>,
    },
}

impl Failure {
    fn of(error: Error) -> Self {
        let what = error.to_string();
        match error {
            Error::ConnectionClosed
            | Error::GrpcConnectionError(_)
            | Error::InitializationError(_)
            | Error::NotLeaderException(_) => Self::NotDone(what),
            Error::AccessDenied | Error::ResourceDeleted | Error::UnsupportedFeature => {
                Self::Refused(what)
            }
            Error::Grpc { ref message, .. } if is_malformed(&error) => {
                Self::Refused(message.clone())
            }
            Error::ResourceNotFound => Self::NoStream,
            Error::WrongExpectedVersion { current, .. } => Self::Conflict {
                current: match current {
                    eventstore::CurrentRevision::Current(revision) => Some(revision),
                    eventstore::CurrentRevision::NoStream => None,
                },
            },
            _ => Self::Unknown(what),
        }
    }
}

/// Whether the store calls the request malformed, such as one that is too large. The status code's type belongs to a
/// package behind the client, so it is asked for its name.
fn is_malformed(error: &Error) -> bool {
    matches!(error, Error::Grpc { code, .. } if format!("{code:?}") == "InvalidArgument")
}

/// A client and the runtime its tasks live on.
pub(crate) struct Session {
    client: Client,
    runtime: Option<Runtime>,
}

impl Session {
    fn runtime(&self) -> Result<&Runtime, Failure> {
        let gone = || Failure::NotDone("the client is being dropped".into());
        self.runtime.as_ref().ok_or_else(gone)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The way to the store: one client at a time, another when it is lost.
pub(crate) struct Connection {
    settings: ClientSettings,
    call_timeout: Duration,
    session: Mutex<Option<Arc<Session>>>,
}

impl Connection {
    pub(crate) fn new(options: &KurrentOptions) -> Result<Self, OpenError> {
        Ok(Self {
            settings: ClientSettings::clone(&options.settings),
            call_timeout: options.call_timeout,
            session: Mutex::default(),
        })
    }

    fn session(&self) -> Result<Arc<Session>, Failure> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = session.as_ref() {
            return Ok(Arc::clone(session));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("log-client")
            .enable_all()
            .build()
            .map_err(|error| Failure::NotDone(error.to_string()))?;
        let client = Client::with_runtime_handle(runtime.handle().clone(), self.settings.clone())
            .map_err(Failure::of)?;
        let fresh = Arc::new(Session {
            client,
            runtime: Some(runtime),
        });
        *session = Some(Arc::clone(&fresh));
        Ok(fresh)
    }

    /// Lets go of a client that failed, unless another has taken its place already.
    fn retire(&self, failed: &Arc<Session>) {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if session
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, failed))
        {
            *session = None;
        }
    }

    /// One call, which is given up after the call's timeout.
    ///
    /// It runs on the client's own runtime, so that a panic in the client stays there. Head and body of a request leave
    /// apart, and the client does not turn Nagle's algorithm off: on a quiet connection a call takes 40 ms unless the
    /// store's host acknowledges at once (`ip route … quickack 1`).
    pub(crate) async fn call<T, F>(&self, call: impl FnOnce(Client) -> F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = eventstore::Result<T>> + Send + 'static,
    {
        let session = self.session()?;
        let mut task = session.runtime()?.spawn(call(session.client.clone()));
        let answer = tokio::time::timeout(self.call_timeout, &mut task).await;
        if answer.is_err() {
            task.abort();
        }
        let answer = answer.map(|task| task.unwrap_or(Err(Error::InternalClientError)));
        let is_moved = matches!(answer, Ok(Err(Error::NotLeaderException(_))));
        let answer = match answer {
            Ok(answer) => answer.map_err(Failure::of),
            Err(_) => Err(Failure::Unknown("the store took too long".into())),
        };
        // The client itself goes to the leader it was told of.
        if matches!(answer, Err(Failure::NotDone(_) | Failure::Unknown(_))) && !is_moved {
            self.retire(&session);
        }
        answer
    }
}

/// Growing pauses until patience ends.
pub(crate) struct Patience {
    until: Instant,
    pause: Duration,
}

const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(1);

impl Patience {
    pub(crate) fn new(patience: Duration) -> Self {
        Self {
            until: Instant::now() + patience,
            pause: PAUSE_MIN,
        }
    }

    /// Whether there is none left.
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Waits before the next try; false when there shall be none.
    pub(crate) async fn pause(&mut self) -> bool {
        if Instant::now() + self.pause >= self.until {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(PAUSE_MAX);
        true
    }
}
