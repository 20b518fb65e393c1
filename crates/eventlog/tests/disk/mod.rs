//! A disk that fails, fills up and loses power, under the real SQLite.
#![allow(dead_code, unreachable_pub)]

pub mod state;
pub mod vfs;
