//! What can go wrong in keeping or asking the read models.

use crate::upcast::Unreadable;
use eventlog::{Position, ReadError, StoreId};

/// Why the read models could not be kept or asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite refused.
    #[error("the read models' database failed")]
    Sqlite(#[from] rusqlite::Error),
    /// The key store failed.
    #[error("the key store failed")]
    Keys(#[from] sealing::KeyError),
    /// A file operation failed.
    #[error("the read models' folder failed")]
    Io(#[from] std::io::Error),
    /// The log could not be read.
    #[error("the log could not be read")]
    Log(#[from] ReadError),
    /// An event of the log is not one this build can read; nothing after it is applied.
    #[error("event {event} at position {position} cannot be read")]
    Decode {
        /// Its id.
        event: uuid::Uuid,
        /// Where it stands.
        position: Position,
        /// What is wrong.
        #[source]
        source: Unreadable,
    },
    /// An event stands in a stream that is not one of ours.
    #[error("event {event} stands in {stream:?}, which is no stream of this service")]
    Stream {
        /// Its id.
        event: uuid::Uuid,
        /// The stream's name.
        stream: String,
    },
    /// A stored row cannot be read back; the read models are damaged and want a replay.
    #[error("a row of the read models is unreadable: {what}")]
    Row {
        /// Which.
        what: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The read models were built from another log.
    #[error("the read models were built from store {built_from}, the log is store {log}")]
    WrongStore {
        /// The store in the checkpoint.
        built_from: String,
        /// The store given.
        log: StoreId,
    },
    /// The position was not reached in time.
    #[error("the read models have not reached position {0} in time")]
    Behind(Position),
    /// Nothing feeds the read models any more.
    #[error("the read models are no longer fed")]
    Stopped,
    /// A background task was cancelled or panicked.
    #[error("a read-model task ended early")]
    Task(#[from] tokio::task::JoinError),
    /// A workbook could not be written.
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// What was asked for does not exist.
    #[error("{0} does not exist")]
    Missing(String),
}

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn row(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Row {
            what: what.into(),
            source: source.into(),
        }
    }
}
