//! How our types stand in columns: instants as microseconds, dates and months as printed, states as JSON.

use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use domain::ids::EventId;
use serde::Serialize;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use uuid::Uuid;

/// Most states are shorter: their text is written without being moved.
const STATE_BYTES: usize = 2048;

/// Microseconds since 1970 UTC.
pub(crate) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// The instant of a column.
pub(crate) fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH)
}

/// A state as JSON.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    let mut text = Vec::with_capacity(STATE_BYTES);
    serde_json::to_writer(&mut text, value)
        .map_err(|source| Error::row(std::any::type_name::<T>().to_owned(), source))?;
    String::from_utf8(text)
        .map_err(|source| Error::row(std::any::type_name::<T>().to_owned(), source))
}

/// A state from JSON.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|source| Error::row(std::any::type_name::<T>().to_owned(), source))
}

/// A date, month, kind or other printed value from its text.
pub(crate) fn parse<T>(text: &str) -> Result<T>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse()
        .map_err(|source| Error::row(format!("{text:?}"), source))
}

/// The stored word of a unit enum, such as `meal_start`.
pub(crate) fn word<T: Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        Ok(other) => Err(Error::row(other.to_string(), "not a word")),
        Err(source) => Err(Error::row(std::any::type_name::<T>().to_owned(), source)),
    }
}

/// A unit enum from its stored word.
pub(crate) fn from_word<T: DeserializeOwned>(text: &str) -> Result<T> {
    let word: StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
    T::deserialize(word).map_err(|source| Error::row(format!("{text:?}"), source))
}

/// An event id as its 16 bytes.
pub(crate) fn event_bytes(id: Uuid) -> [u8; 16] {
    *id.as_bytes()
}

/// An event id from its bytes.
pub(crate) fn event_id(bytes: [u8; 16]) -> EventId {
    EventId(Uuid::from_bytes(bytes))
}
