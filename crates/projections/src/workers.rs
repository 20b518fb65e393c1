//! Reading and reckoning on several threads, writing on one.

use crate::database::open_worker;
use crate::error::Result;
use rusqlite::Connection;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

/// Results that may wait to be written.
const RESULTS_AHEAD: usize = 2;

/// The connection that writes, and who reads for it.
pub(crate) struct Writer<'w> {
    pub(crate) connection: &'w Connection,
    /// A file whose facts are committed, to be read by threads of their own; none: everything is read here, within the
    /// transaction that writes.
    beside: Option<&'w Path>,
}

impl<'w> Writer<'w> {
    /// Reads and writes in one transaction.
    pub(crate) fn alone(connection: &'w Connection) -> Self {
        Self {
            connection,
            beside: None,
        }
    }

    /// Lets others read `file`, whose facts are committed, and writes what they find.
    pub(crate) fn with_readers(connection: &'w Connection, file: &'w Path) -> Self {
        Self {
            connection,
            beside: Some(file),
        }
    }

    /// Hands each item to `find` and what that finds to `keep`, which writes, in any order. Where others read, each is
    /// committed while the next are found, so what `find` gives must not depend on what `keep` wrote.
    pub(crate) fn each<I: Sync, R: Send>(
        &self,
        items: &[I],
        find: impl Fn(&Connection, &I) -> Result<R> + Sync,
        mut keep: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let Some(file) = self.beside else {
            return items
                .iter()
                .try_for_each(|item| keep(find(self.connection, item)?));
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let next = AtomicUsize::new(0);
        let (results, found) = sync_channel(RESULTS_AHEAD);
        std::thread::scope(|scope| {
            for _ in 0..threads.min(items.len()) {
                let (results, next, find) = (results.clone(), &next, &find);
                scope.spawn(move || {
                    let work = |connection: &Connection| {
                        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                            // Nobody listens once the writer has failed.
                            if results.send(find(connection, item)).is_err() {
                                break;
                            }
                        }
                    };
                    match open_worker(file) {
                        Ok(connection) => work(&connection),
                        Err(error) => drop(results.send(Err(error))),
                    }
                });
            }
            drop(results);
            // Ends early on an error, and then so do the threads, for `found` is gone.
            found.into_iter().try_for_each(|result| {
                let transaction = self.connection.unchecked_transaction()?;
                keep(result?)?;
                Ok(transaction.commit()?)
            })
        })
    }
}
