//! Why a command was refused: typed, stable codes, the rule cited, words in both languages.

/// The reader's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {}
