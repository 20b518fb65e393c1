//! Moving a log into the cluster: the same events with the same chain, at new positions.

use std::collections::HashSet;

use eventlog::{
    CommandId, Direction, EventLog, Hash, ReadError, RecordedEvent, Revision, StreamName,
    VerifyError, Walk, seal, verify,
};
use eventstore::StreamPosition;
use thiserror::Error;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    KurrentLog,
    append::{after, append_raw},
    connection::{Failure, Patience},
    stored::encode,
};

/// Events read at once.
const PAGE_EVENTS: usize = 512;
/// One append of the copy; stores take 1 MiB unless told otherwise.
const APPEND_BYTES_MAX: usize = 512 * 1024;
/// Claims under way at once.
const CLAIMS_AT_ONCE: usize = 32;

/// What a copy came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Events that were copied now.
    pub events: u64,
    /// Events that an earlier run had copied.
    pub found: u64,
    /// The seal of both logs.
    pub seal: Hash,
}

/// Why a log could not be moved.
#[derive(Debug, Error)]
pub enum CopyError {
    /// The log to move, or the copy, does not hold.
    #[error("{which} does not hold")]
    Broken {
        /// Which of the two.
        which: &'static str,
        /// At which event.
        #[source]
        error: Box<VerifyError>,
    },
    /// The target holds something else at this place.
    #[error(
        "the target is no copy of the log: event {event}, revision {revision} of `{stream}` differs"
    )]
    Differs {
        /// The source's event there.
        event: Uuid,
        /// Its revision.
        revision: Revision,
        /// Its stream.
        stream: StreamName,
    },
    /// The target holds more than the log to move.
    #[error("the target has events that the log has not")]
    Longer,
    /// Events were appended to the log while the copy was verified; run the copy again.
    #[error(
        "the log went on meanwhile; stop the service and run the copy again, it goes on where it ended"
    )]
    WentOn,
    /// Both hold, and are not the same.
    #[error("the copy's seal is not that of the log")]
    Unequal,
    /// A log could not be read.
    #[error("a log could not be read")]
    Read(#[from] ReadError),
    /// The target could not be written. Run the copy again, it goes on where it ended.
    #[error("the target could not be written: {0}")]
    Write(String),
}

/// Copies every event of `from` to `to` in log order, checks every hash on the way and both logs at the end. What an
/// earlier run copied is compared and kept.
///
/// # Errors
/// See [`CopyError`].
pub async fn copy(from: &dyn EventLog, to: &KurrentLog) -> Result<Copied, CopyError> {
    let mut copier = Copier {
        to,
        claimed: HashSet::new(),
    };
    let mut walk = Walk::new(from.positions_are_dense());
    let broken = |which| {
        move |error: VerifyError| CopyError::Broken {
            which,
            error: Box::new(error),
        }
    };
    let (mut events, mut found) = (0, 0);
    let (mut read_to, mut compared_to) = (None, None);
    let mut is_behind = true;
    loop {
        let page = from.read_all(read_to, PAGE_EVENTS).await?;
        let Some(last) = page.last() else { break };
        read_to = Some(last.position);
        for event in &page {
            let is_sound = walk.take(event).map_err(VerifyError::Broken);
            is_sound.map_err(broken("the log to move"))?;
        }
        let mut there = 0;
        if is_behind {
            let copies = to.read_all(compared_to, page.len()).await?;
            compared_to = copies.last().map(|copy| copy.position).or(compared_to);
            if let Some((event, _)) = page.iter().zip(&copies).find(|(a, b)| !is_same(a, b)) {
                return Err(differs(event));
            }
            there = copies.len();
            is_behind = there == page.len();
        }
        found += there as u64;
        let missing = page.get(there..).unwrap_or_default();
        copier.claim(missing).await?;
        for run in runs(missing) {
            copier.append(run).await?;
        }
        events += missing.len() as u64;
    }
    if is_behind && !to.read_all(compared_to, 1).await?.is_empty() {
        return Err(CopyError::Longer);
    }
    let target = verify(to).await.map_err(broken("the copy"))?;
    let (source, sealed) = (walk.verified(), walk.seal());
    if from.end().await? != source.end || target.events != source.events {
        return Err(CopyError::WentOn);
    }
    if seal(to).await? != sealed {
        return Err(CopyError::Unequal);
    }
    Ok(Copied {
        events,
        found,
        seal: sealed,
    })
}

/// Stretches of one stream that go into one append.
fn runs(events: &[RecordedEvent]) -> Vec<&[RecordedEvent]> {
    let mut runs = Vec::new();
    let mut rest = events;
    while let Some(first) = rest.first() {
        let mut bytes = 0;
        let length = rest
            .iter()
            .take_while(|event| {
                bytes += event.data.len() + event.metadata.to_bytes().len() + 512;
                event.stream == first.stream && (event.id == first.id || bytes <= APPEND_BYTES_MAX)
            })
            .count();
        let (run, others) = rest.split_at(length.max(1));
        runs.push(run);
        rest = others;
    }
    runs
}

/// The same event, wherever each stands.
fn is_same(a: &RecordedEvent, b: &RecordedEvent) -> bool {
    a.stream == b.stream && a.revision == b.revision && a.id == b.id && a.hash == b.hash
}

fn differs(event: &RecordedEvent) -> CopyError {
    CopyError::Differs {
        event: event.id,
        revision: event.revision,
        stream: event.stream.clone(),
    }
}

struct Copier<'a> {
    to: &'a KurrentLog,
    claimed: HashSet<(CommandId, StreamName)>,
}

impl Copier<'_> {
    /// Makes the claims of the commands, so that one sent again later is found.
    async fn claim(&mut self, events: &[RecordedEvent]) -> Result<(), CopyError> {
        let mut claims = JoinSet::new();
        for event in events {
            let claim = (event.metadata.command_id, event.stream.clone());
            if !self.claimed.insert(claim.clone()) {
                continue;
            }
            if claims.len() >= CLAIMS_AT_ONCE {
                joined(claims.join_next().await)?;
            }
            let ledger = std::sync::Arc::clone(&self.to.ledger);
            claims.spawn(async move {
                let mut patience = Patience::new(ledger.options.patience);
                loop {
                    match ledger.claim(claim.0, &claim.1).await {
                        Ok(_) => return Ok(()),
                        Err(Failure::Refused(what)) => return Err(what),
                        Err(_) if patience.pause().await => {}
                        Err(failure) => return Err(format!("{failure:?}")),
                    }
                }
            });
        }
        while let Some(claim) = claims.join_next().await {
            joined(Some(claim))?;
        }
        Ok(())
    }

    /// Appends a stretch of one stream as it is.
    async fn append(&self, run: &[RecordedEvent]) -> Result<(), CopyError> {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return Ok(());
        };
        let ledger = &self.to.ledger;
        let name = ledger.names().stream(&first.stream);
        let expected = after(first.revision.0.checked_sub(1).map(Revision));
        let data: Result<Vec<_>, _> = run.iter().map(|event| encode(event, Uuid::nil())).collect();
        let data = data.map_err(|error| CopyError::Write(error.to_string()))?;
        let mut patience = Patience::new(ledger.options.patience);
        loop {
            match append_raw(&ledger.connection, name.clone(), expected, data.clone()).await {
                Ok(()) => return Ok(()),
                // An append without an answer may have arrived.
                Err(Failure::Conflict { .. }) => {
                    let there = ledger
                        .decoded(
                            &first.stream,
                            StreamPosition::Position(last.revision.0),
                            Direction::Backwards,
                            Some(1),
                        )
                        .await;
                    match there {
                        Ok(there) => match there.into_iter().next().transpose()? {
                            Some(there) if is_same(&there.event, last) => return Ok(()),
                            _ => return Err(differs(first)),
                        },
                        Err(_) if patience.pause().await => {}
                        Err(failure) => return Err(CopyError::Write(format!("{failure:?}"))),
                    }
                }
                Err(Failure::Refused(what)) => return Err(CopyError::Write(what)),
                Err(_) if patience.pause().await => {}
                Err(failure) => return Err(CopyError::Write(format!("{failure:?}"))),
            }
        }
    }
}

fn joined(
    claim: Option<Result<Result<(), String>, tokio::task::JoinError>>,
) -> Result<(), CopyError> {
    match claim {
        Some(Ok(Err(what))) => Err(CopyError::Write(what)),
        Some(Err(error)) => Err(CopyError::Write(error.to_string())),
        Some(Ok(Ok(()))) | None => Ok(()),
    }
}
