//! The embedded default: SQLite.
