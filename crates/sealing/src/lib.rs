//! Personal texts, sealed: unreadable without the person's key, and gone for good once the key is.
//!
//! A sealed text is a text like any other, so events, states and derived words carry it without knowing. It has two
//! forms. *Stored* in the log it says whose key opens it. *Located* (everywhere else) it says where it was stored, too,
//! and opens there alone: moved to another event or field it is damaged. Only [`Keys::open_text`] makes it a text for people.
//!
//! ```text
//! text ── Keys::seal ── stored ── the log ── locate ── located ── states, read models ── Keys::open_text ── page, file
//! ```

mod keys;
mod token;

pub use keys::{KeyError, Keys};
pub use token::{LocateError, Place, is_sealed, locate, spells_mark, without_marks};

/// What stands for a text whose person was forgotten.
pub const FORGOTTEN: &str = "已遗忘 / forgotten";
/// What stands for a text whose key is not in the key store, though nobody asked to forget: the store was lost.
pub const KEY_LOST: &str = "密钥遗失 / key lost";
/// What stands for a text that is not what was sealed there.
pub const DAMAGED: &str = "内容损坏 / damaged";

/// How a text must stand in what it is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// Nothing else: as it is.
    Text,
    /// A string of a JSON document.
    Json,
    /// A page.
    Html,
}
