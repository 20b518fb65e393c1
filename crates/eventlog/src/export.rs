//! A log as a text file, one event a line, that can be checked without the program that wrote it.
//!
//! A line is a JSON object. Numbers stand as numbers, hashes as hex, and the two byte strings that the chain covers
//! as they were stored: `metadata` and `data` are JSON texts within JSON strings, never parsed and written anew.
//!
//! ```json
//! {"position":"<store>:<number>","stream":"desk-front","revision":0,"id":"<uuid>","type":"desk.opened","version":1,
//!  "recorded_at_micros":1764547200000000,"metadata":"{\"actor\":…}","data":"{…}","prev_hash":"00…","hash":"5f…"}
//! ```
//!
//! `hash` is SHA-256 over `prev_hash` (32 bytes) and then, each with its length before it as 8 bytes little endian:
//! stream, revision (8 bytes), id (16 bytes), type, version (2 bytes), recorded_at_micros (8 bytes, signed), metadata,
//! data; numbers little endian. `prev_hash` is the `hash` of the event before in its stream, zeros for the first.
//!
//! A seal is SHA-256 over the number of streams (8 bytes) and, for each stream in the byte order of the names, the
//! length of its name (8 bytes), its name, the revision (8 bytes) and the `hash` of its last event.
//!
//! Data that is no UTF-8 stands as hex in `data_hex`, and `data` is left out.

use std::fmt::Write;

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{EventId, Hash, Metadata, Position, RecordedEvent, Revision, StreamName};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    position: Position,
    stream: StreamName,
    revision: Revision,
    id: EventId,
    #[serde(rename = "type")]
    event_type: String,
    version: u16,
    recorded_at_micros: i64,
    metadata: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data_hex: Option<String>,
    prev_hash: String,
    hash: String,
}

/// Why a line is no event.
#[derive(Debug, Error)]
pub enum LineError {
    /// It is no JSON object of these fields.
    #[error("not an event")]
    Json(#[from] serde_json::Error),
    /// A field is not what it should be.
    #[error("`{0}` cannot be read")]
    Field(&'static str),
}

/// Bytes as small letters and digits.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The bytes of a text made by [`to_hex`]; capital letters will do.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

/// A hash or a seal of a text made by [`to_hex`].
pub fn hash_from_hex(text: &str) -> Option<Hash> {
    from_hex(text)?.try_into().ok()
}

/// An event's line, without the line break.
///
/// # Errors
/// None for events that a store has recorded; the type is that of the JSON library.
pub fn to_line(event: &RecordedEvent) -> Result<String, LineError> {
    let metadata = String::from_utf8(event.metadata.to_bytes());
    let (data, data_hex) = match std::str::from_utf8(&event.data) {
        Ok(text) => (Some(text.to_owned()), None),
        Err(_) => (None, Some(to_hex(&event.data))),
    };
    Ok(serde_json::to_string(&Line {
        position: event.position,
        stream: event.stream.clone(),
        revision: event.revision,
        id: event.id,
        event_type: event.event_type.clone(),
        version: event.schema_version,
        recorded_at_micros: event.recorded_at.timestamp_micros(),
        metadata: metadata.map_err(|_| LineError::Field("metadata"))?,
        data,
        data_hex,
        prev_hash: to_hex(&event.prev_hash),
        hash: to_hex(&event.hash),
    })?)
}

/// The event of a line.
///
/// # Errors
/// When it is none.
pub fn from_line(line: &str) -> Result<RecordedEvent, LineError> {
    let line: Line = serde_json::from_str(line)?;
    let hash = |text: &str, field| hash_from_hex(text).ok_or(LineError::Field(field));
    let data = match (line.data, line.data_hex) {
        (Some(text), None) => Some(text.into_bytes()),
        (None, Some(hex)) => from_hex(&hex),
        _ => None,
    };
    Ok(RecordedEvent {
        id: line.id,
        stream: line.stream,
        revision: line.revision,
        position: line.position,
        event_type: line.event_type,
        schema_version: line.version,
        data: data.ok_or(LineError::Field("data"))?,
        metadata: Metadata::from_bytes(line.metadata.as_bytes())
            .ok_or(LineError::Field("metadata"))?,
        recorded_at: DateTime::from_timestamp_micros(line.recorded_at_micros)
            .ok_or(LineError::Field("recorded_at_micros"))?,
        prev_hash: hash(&line.prev_hash, "prev_hash")?,
        hash: hash(&line.hash, "hash")?,
    })
}
