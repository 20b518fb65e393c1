//! Appending: once, however often it has to be tried.
//!
//! 1. The command is claimed: an event in a stream of its own says which stream it goes to. The first claim of a command
//!    proves that none of its events is recorded anywhere; after any other, they are looked for.
//! 2. The stream's last event is read, the chain continued from it, and the events sent on the expectation that it is
//!    still the last, even when the caller expects nothing.
//! 3. The last event is read back. The store takes two appends of the same ids for one, so only what stands there tells
//!    whose it was.
//!
//! Whatever fails on the way, the same bytes are sent again, after a look whether they have arrived.

use std::collections::BTreeSet;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use eventlog::{
    AppendError, Appended, CommandId, Direction, ExpectedRevision, NewEvent, Position, ReadError,
    RecordedEvent, Revision, StoreId, StreamName, event_id,
    store_parts::{GENESIS, Link, repeat_of},
};
use eventstore::{AppendToStreamOptions, Client, EventData, StreamPosition};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    KurrentOptions, Ledger, OpenError,
    connection::{Connection, Failure, Patience},
    read::raw_stream,
    stored::{Decoded, Names, encode},
};

/// The one event of a log's head.
const LOG_CREATED: &str = "log_created";
/// The events of a command's claims.
const COMMAND_CLAIMED: &str = "command_claimed";
/// How far an event's index may lie beyond that of the event before it.
const INDEX_GAP_MAX: u32 = 1024;

#[derive(Serialize, Deserialize)]
struct LogCreated {
    store_id: StoreId,
}

#[derive(Serialize, Deserialize)]
struct CommandClaimed {
    stream: StreamName,
}

/// What one round of an append comes to.
enum Round {
    Done(Appended),
    /// It is known not to have happened, and shall be tried at once.
    Again,
}

/// Why a round ended without either.
enum Stop {
    /// Try again after a pause.
    Failure(Failure),
    /// The append's answer.
    Answer(AppendError),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<AppendError> for Stop {
    fn from(error: AppendError) -> Self {
        Self::Answer(error)
    }
}

impl From<ReadError> for Stop {
    /// A damaged event in the way: there is nothing sound to continue from.
    fn from(error: ReadError) -> Self {
        Self::Answer(AppendError::Unavailable(error.to_string()))
    }
}

/// An append under way.
struct Attempt {
    /// Of this call; the same in all its rounds.
    append_id: Uuid,
    stream: StreamName,
    expected: ExpectedRevision,
    events: Vec<NewEvent>,
    recorded_at: DateTime<Utc>,
    /// The commands whose claims are made.
    claimed: BTreeSet<CommandId>,
    /// Other streams the commands went to.
    elsewhere: BTreeSet<StreamName>,
    /// Not proved to be nowhere.
    may_be_recorded: bool,
    /// Sent without an answer.
    may_be_under_way: bool,
}

impl Ledger {
    pub(crate) async fn append(
        &self,
        stream: StreamName,
        expected: ExpectedRevision,
        events: Vec<NewEvent>,
        recorded_at: DateTime<Utc>,
    ) -> Result<Appended, AppendError> {
        let mut attempt = Attempt {
            append_id: Uuid::new_v4(),
            may_be_recorded: !are_made_from_commands(&events),
            stream,
            expected,
            events,
            recorded_at,
            claimed: BTreeSet::new(),
            elsewhere: BTreeSet::new(),
            may_be_under_way: false,
        };
        let mut patience = Patience::new(self.options.patience);
        loop {
            let what = match self.round(&mut attempt).await {
                Ok(Round::Done(appended)) => return Ok(appended),
                Ok(Round::Again) if !patience.is_over() => continue,
                Ok(Round::Again) => "others were faster all the time".to_owned(),
                Err(Stop::Answer(error)) => return Err(error),
                Err(Stop::Failure(Failure::Refused(what))) => {
                    return Err(AppendError::Unavailable(what));
                }
                Err(Stop::Failure(Failure::NotDone(what) | Failure::Unknown(what))) => {
                    if patience.pause().await {
                        continue;
                    }
                    what
                }
                Err(Stop::Failure(Failure::NoStream | Failure::Conflict { .. })) => {
                    "an answer to nothing we asked".to_owned()
                }
            };
            return Err(if attempt.may_be_under_way {
                AppendError::OutcomeUnknown(what)
            } else {
                AppendError::Unavailable(what)
            });
        }
    }

    async fn round(&self, attempt: &mut Attempt) -> Result<Round, Stop> {
        let stream = attempt.stream.clone();
        let last = self.last_of(&stream);
        let (claimed, last) = tokio::join!(self.claim_all(attempt), last);
        claimed?;
        let last = last?;
        if attempt.may_be_recorded {
            let found = self.find(attempt).await?;
            let known: Vec<_> = found
                .iter()
                .map(|found| found.as_ref().map(|decoded| decoded.event.clone()))
                .collect();
            if let Some(repeat) = repeat_of(&attempt.stream, &attempt.events, &known)? {
                let is_own = found
                    .iter()
                    .flatten()
                    .all(|decoded| decoded.append_id == attempt.append_id);
                return Ok(Round::Done(Appended {
                    repeated: !is_own,
                    ..repeat
                }));
            }
        }
        let actual = last.as_ref().map(|last| last.revision);
        if !attempt.expected.is_met_by(actual) {
            return Err(AppendError::WrongExpectedRevision {
                expected: attempt.expected,
                actual,
            }
            .into());
        }
        self.send(attempt, last.as_ref()).await
    }

    /// Sends the events to stand after `last`, and reads back what stands there.
    async fn send(
        &self,
        attempt: &mut Attempt,
        last: Option<&RecordedEvent>,
    ) -> Result<Round, Stop> {
        let chained = attempt.chained(self.store, last);
        let data: Result<Vec<_>, _> = chained
            .iter()
            .map(|event| encode(event, attempt.append_id))
            .collect();
        let data = data.map_err(|error| AppendError::Invalid(error.to_string()))?;
        let expected = after(last.map(|last| last.revision));
        let name = self.names().stream(&attempt.stream);
        match append_raw(&self.connection, name, expected, data).await {
            Ok(()) => {}
            Err(Failure::Conflict { .. }) => {
                attempt.may_be_recorded = true;
                return Ok(Round::Again);
            }
            Err(Failure::Refused(what)) => {
                return Err(AppendError::Invalid(format!("the store refused it: {what}")).into());
            }
            Err(failure) => {
                if matches!(failure, Failure::Unknown(_)) {
                    attempt.may_be_recorded = true;
                    attempt.may_be_under_way = true;
                }
                return Err(failure.into());
            }
        }
        // From here on it is recorded, by us or by a twin of ours.
        attempt.may_be_recorded = true;
        attempt.may_be_under_way = true;
        let Some(sent) = chained.last() else {
            return Err(AppendError::Invalid("no events".into()).into());
        };
        let there = self
            .decoded(
                &attempt.stream,
                StreamPosition::Position(sent.revision.0),
                Direction::Backwards,
                Some(1),
            )
            .await?;
        match there.into_iter().next().transpose()? {
            Some(there) if there.append_id == attempt.append_id && there.event.id == sent.id => {
                Ok(Round::Done(Appended {
                    revision: there.event.revision,
                    position: there.event.position,
                    repeated: false,
                }))
            }
            _ => Ok(Round::Again),
        }
    }

    async fn last_of(&self, stream: &StreamName) -> Result<Option<RecordedEvent>, Stop> {
        let last = self
            .decoded(stream, StreamPosition::End, Direction::Backwards, Some(1))
            .await?;
        Ok(last.into_iter().next().transpose()?.map(|last| last.event))
    }

    /// What is recorded under the id of each event, in the append's stream or where its commands went besides.
    async fn find(&self, attempt: &Attempt) -> Result<Vec<Option<Decoded>>, Stop> {
        let mut found = vec![None; attempt.events.len()];
        for stream in std::iter::once(&attempt.stream).chain(&attempt.elsewhere) {
            let recorded = self
                .decoded(stream, StreamPosition::Start, Direction::Forwards, None)
                .await?;
            for decoded in recorded {
                let decoded = decoded?;
                let place = attempt
                    .events
                    .iter()
                    .position(|event| event.id == decoded.event.id);
                if let Some(place) = place.and_then(|place| found.get_mut(place))
                    && place.is_none()
                {
                    *place = Some(decoded);
                }
            }
        }
        Ok(found)
    }

    /// Claims the commands of the append that are not claimed yet.
    async fn claim_all(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let commands: BTreeSet<_> = attempt
            .events
            .iter()
            .map(|event| event.metadata.command_id)
            .filter(|command| !attempt.claimed.contains(command))
            .collect();
        for command in commands {
            let others = match self.claim(command, &attempt.stream).await {
                Ok(others) => others,
                Err(failure) => {
                    // Perhaps it was made; the next one is not the first then.
                    attempt.may_be_recorded = true;
                    return Err(failure.into());
                }
            };
            attempt.claimed.insert(command);
            if let Some(others) = others {
                attempt.may_be_recorded = true;
                attempt.elsewhere.extend(others);
                attempt.elsewhere.remove(&attempt.stream);
            }
        }
        Ok(())
    }

    /// Says that a command goes to a stream. `None` when it is the command's first claim, else where it went before.
    pub(crate) async fn claim(
        &self,
        command: CommandId,
        stream: &StreamName,
    ) -> Result<Option<Vec<StreamName>>, Failure> {
        let name = self.names().claims(command.0);
        let claim = json(
            COMMAND_CLAIMED,
            &CommandClaimed {
                stream: stream.clone(),
            },
        )?;
        // Its id is of no meaning and never the same, so that the store does not take two claims for one.
        let mut expected = eventstore::ExpectedRevision::NoStream;
        let mut others = None;
        loop {
            let data = vec![claim.clone().id(Uuid::new_v4())];
            match append_raw(&self.connection, name.clone(), expected, data).await {
                Ok(()) => return Ok(others),
                Err(Failure::Conflict { current }) => {
                    let claims = raw_stream(
                        &self.connection,
                        &name,
                        StreamPosition::Start,
                        Direction::Forwards,
                        None,
                    )
                    .await?;
                    let last = claims.last().map(|claim| claim.revision).or(current);
                    let streams: Vec<_> = claims
                        .iter()
                        .filter_map(|claim| {
                            serde_json::from_slice::<CommandClaimed>(&claim.data).ok()
                        })
                        .map(|claim| claim.stream)
                        .collect();
                    if streams.contains(stream) {
                        return Ok(Some(streams));
                    }
                    others = Some(streams);
                    expected = after(last.map(Revision));
                }
                Err(failure) => return Err(failure),
            }
        }
    }
}

impl Attempt {
    /// The events as they shall stand after `last`.
    fn chained(&self, store: StoreId, last: Option<&RecordedEvent>) -> Vec<RecordedEvent> {
        let mut revision = last.map_or(Revision(0), |last| last.revision.next());
        let mut prev_hash = last.map_or(GENESIS, |last| last.hash);
        let chained = self.events.iter().map(|event| {
            let hash = Link {
                stream: &self.stream,
                revision,
                id: event.id,
                event_type: &event.event_type,
                schema_version: event.schema_version,
                recorded_at: self.recorded_at,
                metadata: &event.metadata.to_bytes(),
                data: &event.data,
            }
            .hash(&prev_hash);
            let chained = RecordedEvent {
                id: event.id,
                stream: self.stream.clone(),
                revision,
                // The store will say.
                position: Position::new(store, 0),
                event_type: event.event_type.clone().into_owned(),
                schema_version: event.schema_version,
                data: event.data.clone(),
                metadata: event.metadata.clone(),
                recorded_at: self.recorded_at,
                prev_hash,
                hash,
            };
            revision = revision.next();
            prev_hash = hash;
            chained
        });
        chained.collect()
    }
}

/// Whether every id is one that [`event_id`] makes of the event's own command, so that the command's claims speak for it.
fn are_made_from_commands(events: &[NewEvent]) -> bool {
    let mut from = 0_u32;
    events.iter().all(|event| {
        let makes = |index: &u32| event_id(event.metadata.command_id, *index) == event.id;
        let near = (from..from.saturating_add(INDEX_GAP_MAX)).find(makes);
        let index = near.or_else(|| (0..from).find(makes));
        from = index.map_or(0, |index| index + 1);
        index.is_some()
    })
}

fn json<T: Serialize>(event_type: &str, data: &T) -> Result<EventData, Failure> {
    let bytes = serde_json::to_vec(data).map_err(|error| Failure::Refused(error.to_string()))?;
    Ok(EventData::binary(event_type, Bytes::from(bytes)))
}

/// The store's word for a stream whose last revision is `last`.
pub(crate) fn after(last: Option<Revision>) -> eventstore::ExpectedRevision {
    last.map_or(eventstore::ExpectedRevision::NoStream, |Revision(last)| {
        eventstore::ExpectedRevision::Exact(last)
    })
}

pub(crate) async fn append_raw(
    connection: &Connection,
    name: String,
    expected: eventstore::ExpectedRevision,
    data: Vec<EventData>,
) -> Result<(), Failure> {
    let options = AppendToStreamOptions::default()
        .expected_revision(expected)
        .requires_leader(true);
    connection
        .call(|client: Client| async move {
            client.append_to_stream(name, &options, data).await?;
            Ok(())
        })
        .await
}

/// The identity of the log, made if there is none.
pub(crate) async fn head(
    connection: &Connection,
    options: &KurrentOptions,
) -> Result<StoreId, OpenError> {
    let name = Names(&options.log).head();
    let mut patience = Patience::new(options.patience);
    loop {
        match head_once(connection, &name, options.must_exist).await {
            Ok(Head::Of(store)) => return Ok(store),
            Ok(Head::Missing) => return Err(OpenError::NoLog(name)),
            Ok(Head::Other) => return Err(OpenError::NotALog(name)),
            Err(Failure::NotDone(_) | Failure::Unknown(_) | Failure::Conflict { .. })
                if patience.pause().await => {}
            Err(Failure::NotDone(what) | Failure::Unknown(what) | Failure::Refused(what)) => {
                return Err(OpenError::Unavailable(what));
            }
            Err(Failure::NoStream | Failure::Conflict { .. }) => {
                return Err(OpenError::Unavailable(
                    "the log's head cannot be made".into(),
                ));
            }
        }
    }
}

/// What stands at the head of a log.
enum Head {
    Of(StoreId),
    Missing,
    Other,
}

async fn head_once(connection: &Connection, name: &str, must_exist: bool) -> Result<Head, Failure> {
    let read = async || {
        raw_stream(
            connection,
            name,
            StreamPosition::Start,
            Direction::Forwards,
            Some(1),
        )
        .await
    };
    let mut there = read().await?;
    if there.is_empty() && must_exist {
        return Ok(Head::Missing);
    }
    if there.is_empty() {
        let created = LogCreated {
            store_id: StoreId::fresh(),
        };
        let data = vec![json(LOG_CREATED, &created)?.id(Uuid::new_v4())];
        let expected = eventstore::ExpectedRevision::NoStream;
        match append_raw(connection, name.to_owned(), expected, data).await {
            // Whoever was first, the stream says.
            Ok(()) | Err(Failure::Conflict { .. }) => there = read().await?,
            Err(failure) => return Err(failure),
        }
    }
    let head = there
        .first()
        .filter(|first| first.event_type == LOG_CREATED)
        .and_then(|first| serde_json::from_slice::<LogCreated>(&first.data).ok());
    Ok(head.map_or(Head::Other, |head| Head::Of(head.store_id)))
}
