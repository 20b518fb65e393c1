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
use crate::database::{Database, begin_building, end_building, set_checkpoint};
use crate::derive::settle;
use crate::dirty::Dirty;
use crate::error::{Error, Result};
use crate::read_models::{Replayed, wrong_store};
use crate::replica::Hypothesis;
use eventlog::{EventLog, Position};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// Events read at once, and such pages that may be ready before they are applied.
const PAGE_EVENTS: usize = 1024;
const PAGES_AHEAD: usize = 4;

/// Days of people that may wait to be derived: they are held in memory, with what the same people's facts come to.
const DIRTY_DAYS_MAX: usize = 500_000;

enum Step {
    Page(Vec<Read>),
    /// The log was read as far as it shall be.
    End,
}

/// Builds read models of the log up to `until` (none: its end) in `file`. Of a failure nothing is left.
pub(crate) async fn build(
    file: PathBuf,
    hypothesis: Option<Hypothesis>,
    log: &dyn EventLog,
    until: Option<Position>,
) -> Result<(Database, Replayed)> {
    let (pages, steps) = mpsc::channel(PAGES_AHEAD);
    let building = tokio::task::spawn_blocking(move || {
        let built = write(&file, hypothesis.as_ref(), steps);
        if built.is_err() {
            // The next opening of the folder would remove it too.
            let _ = std::fs::remove_file(&file);
        }
        let replayed = built?;
        let database = Database::open_current(&file)?.ok_or(Error::Stopped)?;
        Ok((database.under(hypothesis), replayed))
    });
    let read = read(log, until, pages).await;
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
) -> Result<()> {
    let mut after = None;
    loop {
        let mut page = log.read_all(after, PAGE_EVENTS).await?;
        let is_last = page.len() < PAGE_EVENTS;
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
    hypothesis: Option<&Hypothesis>,
    mut steps: mpsc::Receiver<Step>,
) -> Result<Replayed> {
    let mut connection = begin_building(file)?;
    let mut replayed = Replayed {
        events: 0,
        position: None,
    };
    {
        let transaction = connection.transaction()?;
        let indexes = drop_event_indexes(&transaction)?;
        let mut applier = Applier::new(&transaction, hypothesis);
        loop {
            match steps.blocking_recv() {
                Some(Step::Page(page)) => apply(&mut applier, page, &mut replayed)?,
                Some(Step::End) => break,
                None => return Err(Error::Stopped),
            }
            if applier.dirty.days_count() > DIRTY_DAYS_MAX {
                settle(&transaction, std::mem::take(&mut applier.dirty))?;
            }
        }
        let dirty: Dirty = applier.dirty;
        settle(&transaction, dirty)?;
        for sql in indexes {
            transaction.execute_batch(&sql)?;
        }
        if let Some(position) = replayed.position {
            set_checkpoint(&transaction, position)?;
        }
        transaction.commit()?;
    }
    end_building(connection, file)?;
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
