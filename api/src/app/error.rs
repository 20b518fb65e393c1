//! Why the service did not do as asked. Refusals and faults are the asker's; everything else is ours and is logged once,
//! where it is answered.

use crate::accounts::AccountError;
use crate::app::stored::UnreadableEvent;
use domain::ids::RuleId;
use domain::refusal::{Lang, Refusal};
use eventlog::{AppendError, ReadError, Revision};

/// What is wrong with one field of what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field, as the sender calls it: `days[3].minimum`, or a column's name.
    pub field: String,
    /// The line of the text or file it stands in, from 1.
    pub line: Option<u32>,
    /// The rule it offends.
    pub rule: Option<RuleId>,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Fault {
    /// A fault of a field.
    pub fn of(field: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            line: None,
            rule: None,
            zh: zh.into(),
            en: en.into(),
        }
    }
    /// The same at a line.
    #[must_use]
    pub fn at_line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }
    /// In the reader's language.
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// Field, line and fault, one after the other, for a terminal.
fn sentences(faults: &[Fault]) -> String {
    let say = |fault: &Fault| {
        let line = fault
            .line
            .map_or(String::new(), |line| format!(" line {line}"));
        format!("{}{line}: {}", fault.field, fault.en)
    };
    faults.iter().map(say).collect::<Vec<_>>().join("; ")
}

/// Why a command or query came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The rules say no.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// What was sent makes no sense.
    #[error("{}", sentences(.0))]
    Invalid(Vec<Fault>),
    /// Not for this person.
    #[error("not allowed")]
    Forbidden,
    /// There is no such thing, or none that this person may know of.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The thing has changed since the sender looked (If-Match).
    #[error("expected revision {expected}, found {actual:?}")]
    Stale {
        /// What the sender saw.
        expected: u64,
        /// What there is.
        actual: Option<Revision>,
    },
    /// Others kept changing the same thing; the sender may try again.
    #[error("too many people changed this at once")]
    Contended,
    /// The log could not be read.
    #[error("the log could not be read")]
    Read(#[from] ReadError),
    /// The log could not be written.
    #[error("the log could not be written")]
    Append(#[from] AppendError),
    /// An event in the log could not be read.
    #[error("an event could not be read")]
    Event(#[from] UnreadableEvent),
    /// An event could not be put into words.
    #[error("an event could not be encoded")]
    Encode(#[from] serde_json::Error),
    /// The key store failed.
    #[error("personal texts cannot be sealed or opened")]
    Keys(#[from] sealing::KeyError),
    /// The accounts database failed or refused.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The read models failed.
    #[error("the read models failed")]
    Models(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The read models did not reach a position in time.
    #[error("the read models have not caught up")]
    Behind,
    /// Anything else of ours.
    #[error("{what}")]
    Internal {
        /// What failed.
        what: String,
        /// Why.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl AppError {
    /// One fault.
    pub fn fault(fault: Fault) -> Self {
        Self::Invalid(vec![fault])
    }
    /// A failure of ours, in words.
    pub fn internal(what: impl Into<String>) -> Self {
        Self::Internal {
            what: what.into(),
            source: None,
        }
    }
}
