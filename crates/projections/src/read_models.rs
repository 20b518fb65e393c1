//! Keeping the read models up with the log, and asking them.

use crate::apply::{Applier, Read};
use crate::build::{Cut, build};
use crate::database::{Database, checkpoint, set_checkpoint};
use crate::derive::{RECORDS_HELD_MAX, settle};
use crate::error::{Error, Result};
use crate::query::View;
use crate::replica::Hypothesis;
use crate::workers::Writer;
use domain::event::Forgotten;
use eventlog::{
    EventLog, Filter, Position, ReadError, RecordedEvent, Signal, StoreId, Subscription,
};
use rusqlite::TransactionBehavior;
use sealing::Keys;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::task::JoinHandle;

/// Events applied in one transaction while catching up. Bigger batches derive each day fewer times; smaller ones hold
/// less in memory.
const BATCH_EVENTS: usize = 4096;

/// Bytes of event data after which a batch is applied even if it has few events (rosters are big).
const BATCH_BYTES: usize = 16 * 1024 * 1024;

/// The name of the file in the folder that says which database is in use.
const CURRENT: &str = "current";

/// How often to look whether another process has put read models in place.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// How long to wait before reading the log again after it could not be reached.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The read models: a folder with one SQLite database in use. Cheap to clone.
#[derive(Clone)]
pub struct ReadModels {
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    keys: Arc<Keys>,
    database: RwLock<Arc<Database>>,
    position: watch::Sender<Option<Position>>,
    /// Held while a batch is applied or databases are switched.
    feeding: AsyncMutex<()>,
    /// Why a follower stopped for good.
    stopped: watch::Sender<bool>,
}

/// What a replay did.
#[derive(Clone, Copy, Debug)]
pub struct Replayed {
    /// Events applied.
    pub events: u64,
    /// The position reached; none: the log is empty.
    pub position: Option<Position>,
}

/// A task that keeps the read models up with the log. Dropping it stops the task.
pub struct Follower {
    task: JoinHandle<Result<()>>,
}

impl Follower {
    /// Waits until following ends: because the log was closed, or on an error that retrying cannot mend.
    pub async fn ended(mut self) -> Result<()> {
        (&mut self.task).await?
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl ReadModels {
    /// Opens the read models kept in `folder`, which is made if need be. What another build left there is thrown away:
    /// then they are empty until the log has been applied again.
    ///
    /// Sealed texts read as if their keys were lost: [`ReadModels::open_with`] takes the keys.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(folder, Arc::new(Keys::in_memory()?))
    }

    /// The same with the key store that opens sealed texts.
    pub fn open_with(folder: impl AsRef<Path>, keys: Arc<Keys>) -> Result<Self> {
        let folder = folder.as_ref();
        std::fs::create_dir_all(folder)?;
        let database = match current_file(folder)? {
            Some(file) => Database::open_current(&file, &keys)?,
            None => None,
        };
        let database = match database {
            Some(database) => database,
            None => {
                let database = Database::create(&fresh_file(folder), &keys)?;
                set_current(folder, &database)?;
                database
            }
        };
        remove_others(folder, database.file());
        Self::of(folder, database, keys)
    }

    /// Empty read models in an empty folder, to be kept under other rules than those adopted.
    pub(crate) fn create(
        folder: &Path,
        hypothesis: Option<Hypothesis>,
        keys: Arc<Keys>,
    ) -> Result<Self> {
        let database = Database::create(&fresh_file(folder), &keys)?.under(hypothesis);
        Self::of(folder, database, keys)
    }

    fn of(folder: &Path, database: Database, keys: Arc<Keys>) -> Result<Self> {
        let position = database.read(checkpoint)?;
        Ok(Self {
            shared: Arc::new(Shared {
                folder: folder.to_owned(),
                keys,
                database: RwLock::new(Arc::new(database)),
                position: watch::Sender::new(position),
                feeding: AsyncMutex::new(()),
                stopped: watch::Sender::new(false),
            }),
        })
    }

    /// The position applied so far.
    pub fn position(&self) -> Option<Position> {
        *self.shared.position.borrow()
    }

    /// Asks a question of one consistent snapshot, off the async runtime.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&View<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let models = self.clone();
        tokio::task::spawn_blocking(move || models.read_blocking(query)).await?
    }

    /// Asks a question on the calling thread.
    pub fn read_blocking<T>(&self, query: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        self.database().read(|connection| {
            let view = View::new(connection, checkpoint(connection)?);
            query(&view)
        })
    }

    /// Deletes every key of everybody who was forgotten, also one that came back with an old copy of the key store. To be
    /// called when the models have caught up with the log, before anybody reads.
    pub fn forget_again(&self) -> Result<()> {
        let people = self.read_blocking(|view| view.staff_list(None))?;
        let forgotten = people.into_iter().filter_map(|person| person.forgotten);
        for person in forgotten {
            forget(&self.shared.keys, &person)?;
        }
        Ok(())
    }

    /// Waits until `position` has been applied (read your writes).
    ///
    /// # Errors
    /// [`Error::Behind`] after `patience`; [`Error::Stopped`] when nothing feeds the read models any more;
    /// [`Error::WrongStore`] when the position is of another log.
    pub async fn wait_for(&self, position: Position, patience: Duration) -> Result<()> {
        let mut applied = self.shared.position.subscribe();
        let mut stopped = self.shared.stopped.subscribe();
        let reached = async {
            loop {
                let so_far = *applied.borrow_and_update();
                match so_far {
                    Some(at) if at.store() != position.store() => {
                        return Err(wrong_store(at, position.store()));
                    }
                    Some(at) if at >= position => return Ok(()),
                    _ => {}
                }
                if *stopped.borrow_and_update() {
                    return Err(Error::Stopped);
                }
                tokio::select! {
                    changed = applied.changed() => changed.map_err(|_| Error::Stopped)?,
                    changed = stopped.changed() => changed.map_err(|_| Error::Stopped)?,
                }
            }
        };
        tokio::time::timeout(patience, reached)
            .await
            .unwrap_or(Err(Error::Behind(position)))
    }

    /// Applies what the log has beyond the checkpoint, once.
    pub async fn catch_up(&self, log: &dyn EventLog) -> Result<Option<Position>> {
        self.catch_up_to(log, None).await
    }

    /// Applies what the log has beyond the checkpoint up to `until` (none: its end), once.
    pub(crate) async fn catch_up_to(
        &self,
        log: &dyn EventLog,
        until: Option<Position>,
    ) -> Result<Option<Position>> {
        self.build_if_empty(log, until).await?;
        loop {
            let mut batch = read_batch(log, self.position()).await?;
            batch.retain(|event| until.is_none_or(|until| event.position <= until));
            if batch.is_empty() {
                return Ok(self.position());
            }
            self.apply(batch, None).await?;
        }
    }

    /// Read models of nothing are not brought up to a long log batch by batch, but built beside and put in place whole;
    /// until then they answer that nothing has been applied.
    async fn build_if_empty(&self, log: &dyn EventLog, until: Option<Position>) -> Result<()> {
        if self.position().is_some() || log.read_all(None, BATCH_EVENTS).await?.len() < BATCH_EVENTS
        {
            return Ok(());
        }
        self.build(log, until, Cut::default()).await.map(drop)
    }

    async fn build(
        &self,
        log: &dyn EventLog,
        until: Option<Position>,
        cut: Cut,
    ) -> Result<Replayed> {
        let file = fresh_file(&self.shared.folder);
        let hypothesis = self.database().hypothesis().cloned();
        // Up to the end without holding up the live ones, then the rest while they stand still.
        let keys = Arc::clone(&self.shared.keys);
        let (database, mut replayed) = build(file, keys, hypothesis, log, until, cut).await?;
        let database = Arc::new(database);
        let _feeding = self.shared.feeding.lock().await;
        if until.is_none() {
            replay_into(&database, log, &mut replayed).await?;
        }
        set_current(&self.shared.folder, &database)?;
        self.put_in_place(database)?;
        Ok(replayed)
    }

    /// Keeps up with the log from now on.
    pub fn follow(&self, log: Arc<dyn EventLog>) -> Follower {
        let models = self.clone();
        let task = tokio::spawn(async move {
            models.shared.stopped.send_replace(false);
            let ended = tokio::select! {
                ended = models.keep_up(Arc::clone(&log)) => ended,
                ended = models.keep_switching(log.as_ref()) => ended,
            };
            if let Err(error) = &ended {
                let chain = error_chain(error);
                tracing::error!(error = chain, "the read models are no longer fed");
            }
            models.shared.stopped.send_replace(true);
            ended
        });
        Follower { task }
    }

    async fn keep_up(&self, log: Arc<dyn EventLog>) -> Result<()> {
        if let Some(at) = self.position()
            && at.store() != log.store_id()
        {
            return Err(wrong_store(at, log.store_id()));
        }
        while let Err(error) = self.build_if_empty(log.as_ref(), None).await {
            match error {
                Error::Log(ReadError::Unavailable(why)) => try_later(&why).await,
                error => return Err(error),
            }
        }
        let mut subscription = log.subscribe_all(self.position(), Filter::all()).await?;
        let mut catching_up = true;
        loop {
            let taken = match next_batch(&mut subscription, &mut catching_up).await {
                Ok(batch) => self.take(log.as_ref(), batch).await,
                Err(error) => Err(error.into()),
            };
            match taken {
                Ok(()) => {}
                Err(Error::Log(ReadError::Closed)) => return Ok(()),
                Err(Error::Log(ReadError::Unavailable(why))) => {
                    try_later(&why).await;
                    // Whatever was taken from the old subscription and not applied is read again.
                    subscription = log.subscribe_all(self.position(), Filter::all()).await?;
                    catching_up = true;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Applies what was delivered, if it is what comes next. What comes twice, too early or too late is read from the
    /// log instead, which alone says in which order things happened.
    async fn take(&self, log: &dyn EventLog, batch: Batch) -> Result<()> {
        if batch.is_next(self.position(), log.positions_are_dense()) {
            return self.apply(batch.events, batch.checkpoint).await;
        }
        self.catch_up(log).await.map(drop)
    }

    async fn apply(&self, events: Vec<RecordedEvent>, checkpoint: Option<Position>) -> Result<()> {
        let _feeding = self.shared.feeding.lock().await;
        let database = self.database();
        let reached =
            tokio::task::spawn_blocking(move || apply_batch(&database, events, checkpoint))
                .await??;
        self.shared.position.send_replace(reached);
        Ok(())
    }

    /// Builds read models afresh in `folder` beside those in use there, and then names them the ones in use. Whoever
    /// follows the log with the old ones, in whatever process, goes over to them within a second.
    pub async fn replay_beside(folder: impl AsRef<Path>, log: &dyn EventLog) -> Result<Replayed> {
        let folder = folder.as_ref();
        std::fs::create_dir_all(folder)?;
        let keys = Arc::new(Keys::in_memory()?);
        let (database, replayed) =
            build(fresh_file(folder), keys, None, log, None, Cut::default()).await?;
        // The old file is left to those who use it; the next to open the folder removes it.
        set_current(folder, &database)?;
        Ok(replayed)
    }

    /// Goes over to read models that another process puts in place, for as long as it is polled.
    async fn keep_switching(&self, log: &dyn EventLog) -> Result<()> {
        loop {
            tokio::time::sleep(LOOK_INTERVAL).await;
            if let Err(error) = self.switch(log).await {
                let chain = error_chain(&error);
                tracing::warn!(error = chain, "cannot go over to the new read models yet");
            }
        }
    }

    async fn switch(&self, log: &dyn EventLog) -> Result<()> {
        let used = self.database().file().to_owned();
        let Some(file) = current_file(&self.shared.folder)?.filter(|file| *file != used) else {
            return Ok(());
        };
        // Made by another build, or already gone: not for us.
        let Some(database) = Database::open_current(&file, &self.shared.keys)? else {
            return Ok(());
        };
        let database = Arc::new(database);
        let _feeding = self.shared.feeding.lock().await;
        let mut replayed = Replayed {
            events: 0,
            position: database.read(checkpoint)?,
        };
        replay_into(&database, log, &mut replayed).await?;
        self.put_in_place(database)
    }

    /// Answers from another database from now on. To be called while nothing is fed.
    fn put_in_place(&self, database: Arc<Database>) -> Result<()> {
        let reached = database.read(checkpoint)?;
        let file = database.file().to_owned();
        *self
            .shared
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner) = database;
        self.shared.position.send_replace(reached);
        // Readers of the old database keep their open file until they are done.
        remove_others(&self.shared.folder, &file);
        Ok(())
    }

    /// Builds the read models afresh beside the live ones, which go on answering, and then puts them in their place.
    pub async fn replay(&self, log: &dyn EventLog) -> Result<Replayed> {
        self.build(log, None, Cut::default()).await
    }

    /// The same with the log cut elsewhere, for tests: the rows do not depend on it.
    #[doc(hidden)]
    pub async fn replay_cut(
        &self,
        log: &dyn EventLog,
        page_events: usize,
        dirty_days_max: usize,
        records_held_max: usize,
    ) -> Result<Replayed> {
        let cut = Cut {
            page_events,
            dirty_days_max,
            records_held_max,
        };
        self.build(log, None, cut).await
    }

    fn database(&self) -> Arc<Database> {
        let database = self.shared.database.read();
        Arc::clone(&database.unwrap_or_else(PoisonError::into_inner))
    }
}

async fn replay_into(
    database: &Arc<Database>,
    log: &dyn EventLog,
    replayed: &mut Replayed,
) -> Result<()> {
    loop {
        let batch = read_batch(log, replayed.position).await?;
        if batch.is_empty() {
            return Ok(());
        }
        replayed.events += batch.len() as u64;
        let database = Arc::clone(database);
        replayed.position =
            tokio::task::spawn_blocking(move || apply_batch(&database, batch, None)).await??;
    }
}

async fn read_batch(log: &dyn EventLog, after: Option<Position>) -> Result<Vec<RecordedEvent>> {
    if let Some(at) = after
        && at.store() != log.store_id()
    {
        return Err(wrong_store(at, log.store_id()));
    }
    Ok(log.read_all(after, BATCH_EVENTS).await?)
}

struct Batch {
    events: Vec<RecordedEvent>,
    checkpoint: Option<Position>,
}

impl Batch {
    /// Whether it goes on where `reached` ends. Where positions have gaps a missing event cannot be told from one that
    /// never was, so there a subscription must keep the order by itself.
    fn is_next(&self, reached: Option<Position>, is_dense: bool) -> bool {
        let mut last = reached.map_or(0, |at| at.number());
        let in_order = self.events.iter().all(|event| {
            let number = event.position.number();
            let is_next = number == last + 1 || (!is_dense && number > last);
            last = number;
            is_next
        });
        in_order
            && self
                .checkpoint
                .is_none_or(|checkpoint| !is_dense || checkpoint.number() <= last)
    }
}

/// Waits for a signal, then takes what else is ready; while catching up, as much as a batch may hold.
async fn next_batch(
    subscription: &mut Subscription,
    catching_up: &mut bool,
) -> Result<Batch, ReadError> {
    let mut batch = Batch {
        events: Vec::new(),
        checkpoint: None,
    };
    let mut bytes = 0;
    while batch.events.len() < BATCH_EVENTS && bytes < BATCH_BYTES {
        let is_empty = batch.events.is_empty() && batch.checkpoint.is_none();
        let signal = if is_empty || *catching_up {
            subscription.next().await
        } else {
            // Dropping the future loses nothing; what is not ready now waits for the next batch.
            tokio::select! {
                biased;
                signal = subscription.next() => signal,
                () = std::future::ready(()) => return Ok(batch),
            }
        };
        match signal {
            Ok(Signal::Event(event)) => {
                bytes += event.data.len();
                batch.checkpoint = Some(event.position);
                batch.events.push(event);
            }
            Ok(Signal::Checkpoint(position)) => batch.checkpoint = Some(position),
            Ok(Signal::FellBehind) => *catching_up = true,
            Ok(Signal::CaughtUp) => {
                *catching_up = false;
                if !is_empty {
                    return Ok(batch);
                }
            }
            Err(error) if is_empty => return Err(error),
            // First what was read; the next call finds the error again.
            Err(_) => return Ok(batch),
        }
    }
    Ok(batch)
}

/// Applies events and what follows from them, and moves the checkpoint, in one transaction. Events at or before the
/// checkpoint were applied before and are passed over.
pub(crate) fn apply_batch(
    database: &Database,
    events: Vec<RecordedEvent>,
    upto: Option<Position>,
) -> Result<Option<Position>> {
    let mut writer = database.writer();
    // Another program may feed the same file: what is read here must not be passed before it is written on.
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before = checkpoint(&transaction)?;
    let mut reached = before;
    let mut applier = Applier::new(&transaction, database.hypothesis())?;
    for event in events {
        if let Some(at) = reached
            && at.store() != event.position.store()
        {
            return Err(wrong_store(at, event.position.store()));
        }
        if reached.is_none_or(|at| event.position > at) {
            reached = Some(event.position);
            applier.apply(Read::of(event)?)?;
        }
    }
    let applied = applier.end();
    settle(
        &Writer::alone(&transaction),
        applied.dirty,
        RECORDS_HELD_MAX,
    )?;
    let reached = match (reached, upto) {
        (Some(at), Some(upto)) if upto > at => Some(upto),
        (None, upto) => upto,
        (reached, _) => reached,
    };
    if let Some(reached) = reached
        && Some(reached) != before
    {
        set_checkpoint(&transaction, reached)?;
    }
    transaction.commit()?;
    for person in applied.forgotten {
        forget(database.keys(), &person)?;
    }
    Ok(reached)
}

async fn try_later(why: &str) {
    tracing::warn!(why, "the log cannot be reached; trying again");
    tokio::time::sleep(RETRY_INTERVAL).await;
}

/// Deletes the keys of somebody the log says was forgotten.
pub(crate) fn forget(keys: &Keys, person: &Forgotten) -> Result<()> {
    let matters = person.matters.iter().map(String::as_str);
    Ok(keys.forget([person.staff.as_str()].into_iter().chain(matters))?)
}

pub(crate) fn wrong_store(at: Position, log: StoreId) -> Error {
    Error::WrongStore {
        built_from: at.store().to_string(),
        log,
    }
}

fn error_chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

// -- the folder ----------------------------------------------------------------------------------------------------

fn current_file(folder: &Path) -> Result<Option<PathBuf>> {
    match std::fs::read_to_string(folder.join(CURRENT)) {
        Ok(name) if is_ours(&name) => Ok(Some(folder.join(name))),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with("models-") && !name.contains(['/', '\\'])
}

fn fresh_file(folder: &Path) -> PathBuf {
    folder.join(format!("models-{}.sqlite", uuid::Uuid::now_v7().simple()))
}

/// Names the database in use; the rename is what switches.
fn set_current(folder: &Path, database: &Database) -> Result<()> {
    let name = database.file().file_name().unwrap_or_default();
    let beside = folder.join("current.new");
    std::fs::write(&beside, name.as_encoded_bytes())?;
    std::fs::rename(beside, folder.join(CURRENT))?;
    Ok(())
}

/// Removes databases that are not in use any more. Failing to is harmless: the next opening tries again.
fn remove_others(folder: &Path, used: &Path) {
    let Some(used) = used
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
    else {
        return;
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_ours(&name) && !name.starts_with(&used) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
