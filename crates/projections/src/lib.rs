//! Read models in SQLite, fed from the event log: facts by person and day, the records and penalties derived from
//! them, the questions the pages ask, and the files payroll takes.
//!
//! ```text
//! log ── facts (rows with their position) ── day records ── penalties ── queries ── pages, API, exports
//!        └───────────── one transaction, with the checkpoint ─────────┘
//! ```
//!
//! Everything here can be thrown away and built again ([`ReadModels::replay`]); however the log was cut into batches,
//! the rows come out the same. Nothing here writes to the log.
//!
//! Ask with [`ReadModels::read`]: the closure gets a [`View`], one consistent snapshot with its position, and every
//! query is a method of it.

mod apply;
mod build;
mod columns;
mod compare;
mod conduct_facts;
mod database;
mod day_facts;
mod derive;
mod dirty;
mod error;
pub mod export;
mod facts;
mod kept;
mod loan;
mod opening;
mod period_close;
mod post;
mod query;
mod read_models;
mod replica;
mod rules;
mod states;
mod upcast;
mod words;
mod workers;

pub use compare::{Change, MonthFigures, Total, Unit, amount, compare, totals};
pub use error::{Error, Result};
pub use loan::LoanRow;
pub use post::{
    HandoverRow, HandoverStatus, HandoverWaiverRow, ItemClosing, ItemRow, OutingCheck, OutingRow,
};
pub use query::*;
pub use read_models::{Follower, ReadModels, Replayed};
pub use replica::{Hypothesis, Replica};
pub use states::*;
pub use upcast::{Unreadable, upcasters};
pub use words::{
    category_words, difference_words, leave_kind_words, provisional_words, punch_kind_words,
    rule_words, words,
};
