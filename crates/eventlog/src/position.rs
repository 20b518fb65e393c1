//! Where an event stands in the whole log.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// The identity of one log, made when the log is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoreId(pub Uuid);

impl StoreId {
    /// An id for a new log.
    pub fn fresh() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

/// Where an event stands in one store's log: ordered, with gaps allowed, meaningless in any other store.
///
/// Positions of two stores compare as neither smaller, equal nor greater. As text: `<store>:<number>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Position {
    store: StoreId,
    number: u64,
}

impl Position {
    /// For stores: the position `number` of `store`.
    pub fn new(store: StoreId, number: u64) -> Self {
        Self { store, number }
    }

    /// The store this position belongs to.
    pub fn store(&self) -> StoreId {
        self.store
    }

    /// For stores and checkpoints: the number, growing along the log.
    pub fn number(&self) -> u64 {
        self.number
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.store == other.store).then(|| self.number.cmp(&other.number))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.store, self.number)
    }
}

impl From<Position> for String {
    fn from(position: Position) -> Self {
        position.to_string()
    }
}

/// The text is not a position.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a log position (expected <store>:<number>)")]
pub struct PositionParseError(pub String);

impl FromStr for Position {
    type Err = PositionParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || PositionParseError(text.chars().take(80).collect());
        let (store, number) = text.split_once(':').ok_or_else(fault)?;
        let store = Uuid::try_parse(store).map_err(|_| fault())?;
        let number = number.parse().map_err(|_| fault())?;
        Ok(Self::new(StoreId(store), number))
    }
}

impl TryFrom<String> for Position {
    type Error = PositionParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn positions_survive_text_and_json() {
        let position = Position::new(StoreId::fresh(), 42);
        assert_eq!(position.to_string().parse::<Position>().unwrap(), position);
        let json = serde_json::to_string(&position).unwrap();
        assert_eq!(serde_json::from_str::<Position>(&json).unwrap(), position);
        for bad in [
            "",
            "42",
            "x:1",
            ":1",
            "00000000000000000000000000000000:",
            "00000000000000000000000000000000:-1",
        ] {
            assert!(bad.parse::<Position>().is_err(), "{bad}");
        }
    }

    #[test]
    fn positions_of_two_stores_do_not_compare() {
        let here = StoreId::fresh();
        assert!(Position::new(here, 1) < Position::new(here, 2));
        let elsewhere = Position::new(StoreId::fresh(), 2);
        assert!(Position::new(here, 1).partial_cmp(&elsewhere).is_none());
    }
}
