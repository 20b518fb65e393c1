//! The one writer: a thread that takes all commands waiting, records them in one transaction and answers
//! after the commit, so that many appends share one fsync and nobody is answered before it.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    ledger::{Answer, Command, GroupFailure, Ledger},
    schema::open_writer,
};
use crate::{AppendError, StoreId};

/// A command on its way to the writer.
pub(super) struct Request {
    pub(super) command: Command,
    pub(super) reply: oneshot::Sender<Answer>,
}

impl Request {
    fn bytes(&self) -> usize {
        self.command
            .events
            .iter()
            .map(|(event, metadata)| event.data.len() + metadata.len())
            .sum()
    }
}

/// Bytes of events in one transaction, so that a group of large ones does not hold up the rest for long.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The commands of one transaction, as far as they have come.
type Answered = Vec<(Request, Answer)>;

pub(super) struct Writer {
    pub(super) path: PathBuf,
    pub(super) store: StoreId,
    pub(super) busy_timeout: Duration,
    /// `None` after a failed commit, until the file could be opened again.
    pub(super) ledger: Option<Ledger>,
    pub(super) inbox: mpsc::Receiver<Request>,
    pub(super) appended: watch::Sender<()>,
    pub(super) group_commands_max: usize,
    /// See [`open_anchor`](super::schema::open_anchor).
    pub(super) _anchor: Connection,
}

impl Writer {
    /// Works until the log is dropped and every waiting command is answered.
    pub(super) fn run(mut self) {
        let mut pace = Pace::default();
        while let Some(first) = self.inbox.blocking_recv() {
            let started = Instant::now();
            let mut group = Vec::with_capacity(pace.commands);
            if let Err(GroupFailure(error)) = self.work(first, &pace, &mut group) {
                tracing::error!(commands = group.len(), %error, "The log could not commit a group of appends");
                self.ledger = None;
                group
                    .iter_mut()
                    .for_each(|(_, answer)| *answer = Err(error.clone()));
            }
            pace = Pace {
                commands: group.len(),
                group: started.elapsed(),
            };
            if group
                .iter()
                .any(|(_, answer)| matches!(answer, Ok(appended) if !appended.repeated))
            {
                self.appended.send_replace(());
            }
            for (request, answer) in group {
                // Whoever no longer waits does not mind.
                let _ = request.reply.send(answer);
            }
        }
    }

    /// Records the commands that wait now and those that come while this is done, then commits. When it fails,
    /// `group` holds those that nothing is left of.
    fn work(
        &mut self,
        first: Request,
        pace: &Pace,
        group: &mut Answered,
    ) -> Result<(), GroupFailure> {
        let ledger = match self.ledger.as_mut() {
            Some(ledger) => ledger,
            None => match self.open() {
                Ok(ledger) => self.ledger.insert(ledger),
                Err(failure) => return refuse(group, first, failure),
            },
        };
        let mut transaction = match ledger.begin() {
            Ok(transaction) => transaction,
            Err(failure) => return refuse(group, first, failure),
        };
        let mut bytes = 0;
        let mut next = Some(first);
        while let Some(request) = next {
            bytes += request.bytes();
            match transaction.record(&request.command) {
                Ok(answer) => group.push((request, answer)),
                Err(failure) => return refuse(group, request, failure),
            }
            if group.len() >= self.group_commands_max || bytes >= GROUP_BYTES_MAX {
                break;
            }
            next = next_request(&mut self.inbox, group.len(), pace);
        }
        transaction.commit()
    }

    /// The file again, after a failure.
    fn open(&self) -> Result<Ledger, GroupFailure> {
        let unavailable = |what: String| GroupFailure(AppendError::Unavailable(what));
        let (connection, store) = open_writer(&self.path, self.busy_timeout)
            .map_err(|error| unavailable(error.to_string()))?;
        if store != self.store {
            return Err(unavailable(
                "another log was put in this one's place".into(),
            ));
        }
        Ok(Ledger::new(connection, store))
    }
}

/// A command that has the group fail is answered like its neighbours.
fn refuse(
    group: &mut Answered,
    request: Request,
    GroupFailure(error): GroupFailure,
) -> Result<(), GroupFailure> {
    group.push((request, Err(error.clone())));
    Err(GroupFailure(error))
}

/// A command that waits now, or that comes within the moment it is worth waiting for.
fn next_request(
    inbox: &mut mpsc::Receiver<Request>,
    commands: usize,
    pace: &Pace,
) -> Option<Request> {
    let mut since = None;
    loop {
        if let Ok(request) = inbox.try_recv() {
            return Some(request);
        }
        let since = *since.get_or_insert_with(Instant::now);
        if !pace.is_worth_waiting(commands, since.elapsed()) {
            return None;
        }
        std::thread::yield_now();
    }
}

/// How the last group went. Clients that wait for an answer before their next append come back in a burst after
/// each commit; without a moment's patience the first of them would cost the others a commit of their own.
#[derive(Default)]
struct Pace {
    commands: usize,
    group: Duration,
}

impl Pace {
    const PATIENCE_MAX: Duration = Duration::from_micros(500);

    fn is_worth_waiting(&self, commands: usize, waited: Duration) -> bool {
        commands < self.commands && waited < (self.group / 4).min(Self::PATIENCE_MAX)
    }
}
