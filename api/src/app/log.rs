//! Reading a stream into a state, deciding, and appending what was decided.

use crate::app::App;
use crate::app::caller::Caller;
use crate::app::error::AppError;
use crate::app::personal;
use crate::app::stored::{self, Stored};
use domain::decider::State;
use domain::event::Stream;
use domain::ids::EventId;
use domain::who::Issued;
use eventlog::{
    AppendError, Appended, Direction, EventType, ExpectedRevision, Metadata, NewEvent, Position,
    RecordedEvent, Revision, StreamName, already_recorded,
};
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often a command is decided anew when others change its stream meanwhile.
const DECISIONS_MAX: u32 = 24;
/// How often an append of unknown outcome is repeated identically.
const REPEATS_MAX: u32 = 5;
/// States kept; beyond it the cache starts over.
const CACHED_STATES_MAX: usize = 4096;

/// What a command led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt<T = ()> {
    /// What it created, if anything.
    pub value: T,
    /// Where the log stood after it: a reader that has reached it sees its effect. `None`: nothing was to be recorded.
    pub position: Option<Position>,
    /// The stream's revision after it.
    pub revision: Option<Revision>,
    /// It had been done before; this is the first answer again.
    pub repeated: bool,
}

impl Receipt {
    /// The receipt of a command that had nothing to record.
    pub fn nothing() -> Self {
        Self {
            value: (),
            position: None,
            revision: None,
            repeated: false,
        }
    }
    /// The receipt together with what was created.
    pub fn of<T>(self, value: T) -> Receipt<T> {
        Receipt {
            value,
            position: self.position,
            revision: self.revision,
            repeated: self.repeated,
        }
    }
}

impl From<Appended> for Receipt {
    fn from(appended: Appended) -> Self {
        Self {
            value: (),
            position: Some(appended.position),
            revision: Some(appended.revision),
            repeated: appended.repeated,
        }
    }
}

impl<T> Receipt<T> {
    /// The same receipt, its value made into another.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Receipt<U> {
        Receipt {
            value: make(self.value),
            position: self.position,
            revision: self.revision,
            repeated: self.repeated,
        }
    }
    /// The later of two receipts of one command over several streams.
    #[must_use]
    pub fn and(mut self, other: Receipt) -> Self {
        if other.position.is_some() && other.position > self.position {
            self.position = other.position;
        }
        self
    }
}

/// A state folded from a stream, and the stream's last revision.
pub struct Loaded<S> {
    /// The state.
    pub state: Arc<S>,
    /// The last revision; `None` when the stream does not exist.
    pub revision: Option<Revision>,
}

/// States by stream, brought up to date on every use by reading only what is new.
#[derive(Default)]
pub(crate) struct StateCache(Mutex<HashMap<String, CachedState>>);

/// A state of any stream, and the last revision folded into it.
type CachedState = (Revision, Arc<dyn Any + Send + Sync>);

/// What a command comes to, given what its stream holds.
type Decide<'a> = dyn Fn(&[RecordedEvent], &Issued) -> Result<Vec<NewEvent>, AppError> + Sync + 'a;

impl StateCache {
    fn get<S: Send + Sync + 'static>(&self, stream: &str) -> Option<(Revision, Arc<S>)> {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (revision, state) = states.get(stream)?;
        Some((*revision, Arc::clone(state).downcast().ok()?))
    }
    fn put<S: Send + Sync + 'static>(&self, stream: &str, revision: Revision, state: Arc<S>) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if states.len() >= CACHED_STATES_MAX {
            states.clear();
        }
        states.insert(stream.to_owned(), (revision, state));
    }
}

impl App {
    /// The state of a stream as it is now. For streams that are read far more often than written.
    pub async fn load<S>(&self, stream: &Stream) -> Result<Loaded<S>, AppError>
    where
        S: State + Send + Sync + 'static,
        S::Event: Stored,
    {
        let name = StreamName::new(stream.to_string());
        let cached = self.states().get::<S>(name.as_str());
        let from = cached.as_ref().map(|(revision, _)| revision.next());
        let news = self
            .log()
            .read_stream(&name, from, Direction::Forwards)
            .await?;
        let (mut revision, mut state) = match cached {
            Some((revision, state)) => (Some(revision), state),
            None => (None, Arc::new(S::default())),
        };
        if let Some(last) = news.last() {
            revision = Some(last.revision);
            let changed = Arc::make_mut(&mut state);
            for recorded in &news {
                changed.evolve(&stored::read::<S::Event>(recorded)?);
            }
            self.states()
                .put(name.as_str(), last.revision, Arc::clone(&state));
        }
        Ok(Loaded { state, revision })
    }

    /// Carries out one command on one stream: reads it, decides, appends on the expectation that nobody else has
    /// meanwhile, and decides again if somebody has. A command that was carried out before is answered as then.
    pub async fn execute<S>(
        &self,
        stream: &Stream,
        caller: &Caller,
        decide: impl Fn(&S, &Issued) -> Result<Vec<S::Event>, AppError> + Sync,
    ) -> Result<Receipt, AppError>
    where
        S: State,
        S::Event: Stored,
    {
        self.execute_at(stream, None, caller, decide).await
    }

    /// The same, provided the stream is still at the revision the sender saw.
    pub async fn execute_at<S>(
        &self,
        stream: &Stream,
        seen: Option<u64>,
        caller: &Caller,
        decide: impl Fn(&S, &Issued) -> Result<Vec<S::Event>, AppError> + Sync,
    ) -> Result<Receipt, AppError>
    where
        S: State,
        S::Event: Stored,
    {
        self.carry_out(stream, seen, caller, &|recorded, issued| {
            let state = fold::<S>(recorded)?;
            let events = decide(&state, issued)?;
            self.envelope(&events, stream, recorded, caller)
        })
        .await
    }

    /// Events as the log keeps them, their personal texts sealed.
    fn envelope<E: Stored>(
        &self,
        events: &[E],
        stream: &Stream,
        recorded: &[RecordedEvent],
        caller: &Caller,
    ) -> Result<Vec<NewEvent>, AppError> {
        let metadata = Metadata::new(caller.actor.staff.as_str(), caller.command);
        (0u32..)
            .zip(events)
            .map(|(index, event)| {
                let (name, version) = event.event_type();
                let mut envelope = NewEvent::new(
                    caller.command,
                    index,
                    EventType::new(name, version),
                    event.encode()?,
                    metadata.clone(),
                );
                personal::seal(&mut envelope, stream, recorded, &self.keys())?;
                Ok(envelope)
            })
            .collect()
    }

    /// The loop behind every command. It knows no event, so the compiler makes it once and not once a command.
    async fn carry_out(
        &self,
        stream: &Stream,
        seen: Option<u64>,
        caller: &Caller,
        decide: &Decide<'_>,
    ) -> Result<Receipt, AppError> {
        let name = StreamName::new(stream.to_string());
        let mut last_error = None;
        for attempt in 0..DECISIONS_MAX {
            let recorded = self
                .log()
                .read_stream(&name, None, Direction::Forwards)
                .await?;
            if let Some(appended) = already_recorded(&recorded, caller.command) {
                return Ok(appended.into());
            }
            let actual = recorded.last().map(|event| event.revision);
            if let Some(expected) = seen
                && actual != Some(Revision(expected))
            {
                return Err(AppError::Stale { expected, actual });
            }
            let issued = Issued {
                by: caller.actor.clone(),
                at: self.now(),
            };
            let events = decide(&recorded, &issued)?;
            if events.is_empty() {
                return Ok(Receipt {
                    revision: actual,
                    ..Receipt::nothing()
                });
            }
            match self
                .append_surely(&name, ExpectedRevision::after(actual), events, issued)
                .await
            {
                Ok(appended) => return Ok(appended.into()),
                // Somebody else was faster: so their facts count, and the command is decided again.
                Err(
                    error @ (AppendError::WrongExpectedRevision { .. }
                    | AppendError::IdTaken { .. }),
                ) => {
                    last_error = Some(error);
                    if attempt > 2 {
                        tokio::time::sleep(Duration::from_millis(u64::from(attempt))).await;
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        match last_error {
            Some(error @ AppendError::IdTaken { .. }) => Err(error.into()),
            _ => Err(AppError::Contended),
        }
    }

    /// The receipt of a command that was carried out on this stream before.
    pub(crate) async fn repeated(
        &self,
        stream: &Stream,
        caller: &Caller,
    ) -> Result<Option<Receipt>, AppError> {
        let name = StreamName::new(stream.to_string());
        let recorded = self
            .log()
            .read_stream(&name, None, Direction::Forwards)
            .await?;
        Ok(already_recorded(&recorded, caller.command).map(Receipt::from))
    }

    /// The events a command recorded in a stream.
    pub(crate) async fn recorded<E: Stored>(
        &self,
        stream: &Stream,
        caller: &Caller,
    ) -> Result<Vec<E>, AppError> {
        let name = StreamName::new(stream.to_string());
        let recorded = self
            .log()
            .read_stream(&name, None, Direction::Forwards)
            .await?;
        let own = recorded
            .iter()
            .filter(|event| event.metadata.command_id == caller.command);
        own.map(|event| Ok(stored::read(event)?)).collect()
    }

    /// A stream's state before a command and right after it; where it recorded nothing, as it is now, twice.
    pub(crate) async fn before_and_after<S>(
        &self,
        stream: &Stream,
        caller: &Caller,
    ) -> Result<(S, S), AppError>
    where
        S: State + Clone,
        S::Event: Stored,
    {
        let name = StreamName::new(stream.to_string());
        let recorded = self
            .log()
            .read_stream(&name, None, Direction::Forwards)
            .await?;
        let own = |event: &RecordedEvent| event.metadata.command_id == caller.command;
        let first = recorded.iter().position(own).unwrap_or(recorded.len());
        let (earlier, rest) = recorded.split_at(first);
        let before = fold::<S>(earlier)?;
        let mut after = before.clone();
        for event in rest.iter().take_while(|event| own(event)) {
            after.evolve(&stored::read::<S::Event>(event)?);
        }
        Ok((before, after))
    }

    /// Appends, repeating identically while the outcome is unknown; the log answers a repeat as the first time.
    async fn append_surely(
        &self,
        name: &StreamName,
        expected: ExpectedRevision,
        events: Vec<NewEvent>,
        issued: Issued,
    ) -> Result<Appended, AppendError> {
        let mut repeats = 0;
        loop {
            match self
                .log()
                .append(name, expected, events.clone(), issued.at)
                .await
            {
                Err(AppendError::OutcomeUnknown(_)) if repeats < REPEATS_MAX => {
                    repeats += 1;
                    tokio::time::sleep(Duration::from_millis(20 << repeats)).await;
                }
                outcome => return outcome,
            }
        }
    }
}

fn fold<S>(recorded: &[RecordedEvent]) -> Result<S, AppError>
where
    S: State,
    S::Event: Stored,
{
    let mut state = S::default();
    for event in recorded {
        state.evolve(&stored::read::<S::Event>(event)?);
    }
    Ok(state)
}

/// The id of the first event of a command, as the domain names it.
pub fn first_event_id(caller: &Caller) -> EventId {
    EventId(eventlog::event_id(caller.command, 0))
}
