//! Read models from nothing, in a file that nobody sees before it is whole.
//!
//! ```text
//! log ── pages read and decoded ──(a few pages ahead)── facts written … days and months derived once ── file synced
//! ```
//!
//! The rows are those of live application, for these do not depend on where the log is cut. What differs is the work:
//! a day is derived once, not after every batch that touches it; indexes are made of whole tables; and nothing is
//! written twice to outlive a crash, since a file that was not finished is thrown away.

use crate::apply::{Applier, Read};
use crate::database::{Database, begin_building, end_building, let_read, set_checkpoint};
use crate::derive::{RECORDS_HELD_MAX, settle};
use crate::error::{Error, Result};
use crate::read_models::{Replayed, forget, wrong_store};
use crate::replica::Hypothesis;
use crate::workers::Writer;
use eventlog::{EventLog, Position};
use rusqlite::Connection;
use sealing::Keys;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Pages of events that may be ready before they are applied.
const PAGES_AHEAD: usize = 8;

/// Where the log is cut; the rows do not depend on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// Events read at once. The memory of a few hundred goes from page to page; that of thousands is given back to the
    /// system after each, and asked for anew.
    pub(crate) page_events: usize,
    /// Days of people that may wait to be derived; they are held in memory.
    pub(crate) dirty_days_max: usize,
    /// Days of a desk whose records may be held until its months are derived from them.
    pub(crate) records_held_max: usize,
}

impl Default for Cut {
    fn default() -> Self {
        Self {
            page_events: 512,
            dirty_days_max: 500_000,
            records_held_max: RECORDS_HELD_MAX,
        }
    }
}

enum Step {
    Page(Vec<Read>),
    /// The log was read as far as it shall be.
    End,
}

/// Builds read models of the log up to `until` (none: its end) in `file`. Of a failure nothing is left.
pub(crate) async fn build(
    file: PathBuf,
    keys: Arc<Keys>,
    hypothesis: Option<Hypothesis>,
    log: &dyn EventLog,
    until: Option<Position>,
    cut: Cut,
) -> Result<(Database, Replayed)> {
    let (pages, steps) = mpsc::channel(PAGES_AHEAD);
    let building = tokio::task::spawn_blocking(move || {
        let built = write(&file, &keys, hypothesis.as_ref(), steps, cut);
        if built.is_err() {
            // The next opening of the folder would remove it too.
            let _ = std::fs::remove_file(&file);
        }
        let replayed = built?;
        let database = Database::open_current(&file, &keys)?.ok_or(Error::Stopped)?;
        Ok((database.under(hypothesis), replayed))
    });
    let read = read(log, until, pages, cut.page_events).await;
    let built = building.await?;
    // A builder that failed hears no more pages; then its error is the one that counts.
    match (read, built) {
        (_, Ok(built)) => Ok(built),
        (Err(error), Err(Error::Stopped)) | (_, Err(error)) => Err(error),
    }
}

async fn read(
    log: &dyn EventLog,
    until: Option<Position>,
    pages: mpsc::Sender<Step>,
    page_events: usize,
) -> Result<()> {
    let mut after = None;
    loop {
        let mut page = log.read_all(after, page_events).await?;
        let is_last = page.len() < page_events;
        after = page.last().map(|event| event.position).or(after);
        page.retain(|event| until.is_none_or(|until| event.position <= until));
        let is_last = is_last || until.is_some_and(|until| after.is_some_and(|at| at >= until));
        let page = tokio::task::spawn_blocking(move || {
            page.into_iter().map(Read::of).collect::<Result<Vec<_>>>()
        });
        let sent = pages.send(Step::Page(page.await??)).await;
        // Nobody listens once the builder has failed.
        if sent.is_err() || (is_last && pages.send(Step::End).await.is_ok()) {
            return Ok(());
        }
    }
}

fn write(
    file: &Path,
    keys: &Keys,
    hypothesis: Option<&Hypothesis>,
    mut steps: mpsc::Receiver<Step>,
    cut: Cut,
) -> Result<Replayed> {
    let mut connection = begin_building(file)?;
    let indexes = drop_event_indexes(&connection)?;
    let mut replayed = Replayed {
        events: 0,
        position: None,
    };
    let mut forgotten = Vec::new();
    let mut is_whole = false;
    while !is_whole {
        let facts = connection.transaction()?;
        let mut applier = Applier::new(&facts, hypothesis)?;
        while !is_whole && applier.dirty.days_count() < cut.dirty_days_max {
            match steps.blocking_recv() {
                Some(Step::Page(page)) => apply(&mut applier, page, &mut replayed)?,
                Some(Step::End) => is_whole = true,
                None => return Err(Error::Stopped),
            }
        }
        let applied = applier.end();
        forgotten.extend(applied.forgotten);
        facts.commit()?;
        let_read(&connection)?;
        // The facts go to the disk while the days are reckoned: less is left to wait for at the end.
        std::thread::scope(|scope| {
            let synced = scope.spawn(|| std::fs::File::open(file)?.sync_data());
            let writer = Writer::with_readers(&connection, file);
            settle(&writer, applied.dirty, cut.records_held_max)?;
            synced
                .join()
                .map_err(|_| Error::Stopped)?
                .map_err(Error::from)
        })?;
    }
    let rest = connection.transaction()?;
    for sql in indexes {
        rest.execute_batch(&sql)?;
    }
    if let Some(position) = replayed.position {
        set_checkpoint(&rest, position)?;
    }
    rest.commit()?;
    end_building(connection, file)?;
    for person in forgotten {
        forget(keys, &person)?;
    }
    Ok(replayed)
}

/// Applies a page; what was applied before is passed over.
fn apply(applier: &mut Applier<'_>, page: Vec<Read>, replayed: &mut Replayed) -> Result<()> {
    for read in page {
        let position = read.recorded.position;
        if let Some(at) = replayed.position
            && at.store() != position.store()
        {
            return Err(wrong_store(at, position.store()));
        }
        if replayed.position.is_none_or(|at| position > at) {
            applier.apply(read)?;
            replayed.events += 1;
            replayed.position = Some(position);
        }
    }
    Ok(())
}

/// Takes away the indexes of the events' copies, which only pages ask of, and gives the statements that make them.
fn drop_event_indexes(connection: &Connection) -> Result<Vec<String>> {
    let found = connection
        .prepare(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'events'",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(String, String)>, _>>()?;
    for (name, _) in &found {
        connection.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    Ok(found.into_iter().map(|(_, sql)| sql).collect())
}
