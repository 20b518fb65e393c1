//! The event log: append-only streams of recorded facts, each stream a hash chain.
//!
//! The crate knows no event of the product. It stores bytes with an envelope, gives every event a revision
//! in its stream and a position in the log, and lets readers catch up and follow.
//!
//! ```
//! use eventlog::{CommandId, EventLog, EventType, ExpectedRevision, Metadata, NewEvent, StreamName, memory::MemoryLog};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let log = MemoryLog::new();
//! let command = CommandId::fresh();
//! let event = NewEvent::new(
//!     command,
//!     0,
//!     EventType::new("desk_opened", 1),
//!     br#"{"name":"front"}"#.to_vec(),
//!     Metadata::new("hr-1", command),
//! );
//! let stream = StreamName::new("desk-1");
//! let appended = log
//!     .append(&stream, ExpectedRevision::NoStream, vec![event], chrono::Utc::now())
//!     .await
//!     .unwrap();
//! assert_eq!(appended.revision.0, 0);
//! # });
//! ```

mod chain;
mod codec;
#[doc(hidden)]
pub mod contract;
mod envelope;
pub mod export;
pub mod memory;
mod position;
pub mod sqlite;
mod store;
mod subscription;
mod upcast;

pub use chain::{
    BrokenEvent, Fault, Verified, VerifyError, Walk, seal, seal_at, verify, verify_each,
};
pub use codec::{Codec, DecodeError};
pub use envelope::{
    CommandId, EventId, EventType, Hash, Metadata, NewEvent, RecordedEvent, Revision, StreamName,
    already_recorded, event_id,
};
pub use position::{Position, PositionParseError, StoreId};
/// What a store is made of, wherever it keeps its bytes: so that every store means the same by it.
pub mod store_parts {
    pub use crate::chain::{GENESIS, Link};
    pub use crate::store::{check_appendable, repeat_of, start_number};
    pub use crate::subscription::{CatchUp, Page, PageSource};
}

pub use store::{
    AppendError, Appended, BoxFuture, Direction, EventLog, ExpectedRevision, ReadError,
};
pub use subscription::{Feed, Filter, Signal, Subscription};
pub use upcast::{UpcastError, Upcasters};
