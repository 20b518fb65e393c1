//! What surrounds an event's bytes: names, ids, who and why.

use std::{borrow::Cow, fmt};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Appended, Position};

/// A SHA-256 value of the chain or of a seal.
pub type Hash = [u8; 32];

/// An event's id; see [`event_id`].
pub type EventId = Uuid;

/// The name of a stream, the unit of consistency: `roster-front-2026-12`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamName(pub String);

impl StreamName {
    /// Bytes a name may have.
    pub const BYTES_MAX: usize = 255;

    /// A stream's name. Checked when something is appended: 1 to 255 bytes, no control characters.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_valid(&self) -> bool {
        (1..=Self::BYTES_MAX).contains(&self.0.len()) && !self.0.chars().any(char::is_control)
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for StreamName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A command's id: the client's `Idempotency-Key`, or a fresh UUIDv7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub Uuid);

impl CommandId {
    /// A new id, for a command whose sender named none.
    pub fn fresh() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The id of the `index`th event of a command. The same command always gives the same ids, so that sending it
/// twice records it once. Indexes run on over all streams the command writes to.
pub fn event_id(command: CommandId, index: u32) -> EventId {
    Uuid::new_v5(&command.0, &index.to_be_bytes())
}

/// The name and newest schema version of a kind of event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventType {
    /// Its stored name, never reused for something else.
    pub name: Cow<'static, str>,
    /// The version of its data, from 1.
    pub version: u16,
}

impl EventType {
    /// Names a kind of event at a version.
    pub const fn new(name: &'static str, version: u16) -> Self {
        Self {
            name: Cow::Borrowed(name),
            version,
        }
    }
}

/// Revision of an event in its stream: 0, 1, 2 …
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl Revision {
    /// The revision after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who caused an event, and by which command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The person, device or process that acted.
    pub actor: String,
    /// The command the event came from.
    pub command_id: CommandId,
    /// The event that made a process manager act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
    /// Common to all events of one conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<Uuid>,
}

impl Metadata {
    /// Metadata of a command that nothing but its actor caused.
    pub fn new(actor: impl Into<String>, command_id: CommandId) -> Self {
        Self {
            actor: actor.into(),
            command_id,
            causation_id: None,
            correlation_id: None,
        }
    }

    /// The stored form: JSON without spaces, fields in a fixed order, absent ids left out. It is hashed, so it
    /// never changes for values that exist today.
    #[allow(clippy::expect_used)]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings and ids always serialise")
    }

    /// Reads the stored form; anything else, even the same JSON with other spacing, is refused.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_plain_bytes(bytes).or_else(|| {
            let metadata: Self = serde_json::from_slice(bytes).ok()?;
            (metadata.to_bytes() == bytes).then_some(metadata)
        })
    }

    /// What nearly every event has: an actor that needs no escapes, and a command that nothing else caused. Every read
    /// passes here, and to read JSON and write it again for comparison would take longer than all the rest.
    fn from_plain_bytes(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(br#"{"actor":""#)?;
        let is_plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
        let (actor, rest) = rest.split_at(rest.iter().take_while(|byte| is_plain(byte)).count());
        let text = rest
            .strip_prefix(br#"","command_id":""#)?
            .strip_suffix(br#""}"#)?;
        let command = Uuid::try_parse_ascii(text).ok()?;
        // An id has other spellings, but one stored form.
        let mut stored = Uuid::encode_buffer();
        let is_stored_form = command.hyphenated().encode_lower(&mut stored).as_bytes() == text;
        let actor = std::str::from_utf8(actor).ok()?;
        is_stored_form.then(|| Self::new(actor, CommandId(command)))
    }
}

/// An event to be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// See [`event_id`].
    pub id: EventId,
    /// The stored name of its kind.
    pub event_type: Cow<'static, str>,
    /// The version of its data.
    pub schema_version: u16,
    /// What happened, encoded; usually JSON.
    pub data: Vec<u8>,
    /// Who caused it, and by which command.
    pub metadata: Metadata,
}

impl NewEvent {
    /// The `index`th event of a command.
    pub fn new(
        command: CommandId,
        index: u32,
        event_type: EventType,
        data: Vec<u8>,
        metadata: Metadata,
    ) -> Self {
        Self {
            id: event_id(command, index),
            event_type: event_type.name,
            schema_version: event_type.version,
            data,
            metadata,
        }
    }

    /// Whether `recorded` is this very event. The time and the tracing ids may differ between two attempts.
    pub(crate) fn is_recorded_as(&self, recorded: &RecordedEvent) -> bool {
        self.id == recorded.id
            && self.event_type == recorded.event_type
            && self.schema_version == recorded.schema_version
            && self.data == recorded.data
            && self.metadata.actor == recorded.metadata.actor
            && self.metadata.command_id == recorded.metadata.command_id
    }
}

/// An event in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEvent {
    /// See [`event_id`].
    pub id: EventId,
    /// The stream it belongs to.
    pub stream: StreamName,
    /// Where it stands in its stream.
    pub revision: Revision,
    /// Where it stands in the log.
    pub position: Position,
    /// The stored name of its kind.
    pub event_type: String,
    /// The version its data was written at.
    pub schema_version: u16,
    /// What happened, as it was written.
    pub data: Vec<u8>,
    /// Who caused it, and by which command.
    pub metadata: Metadata,
    /// When the service recorded it, to the microsecond.
    pub recorded_at: DateTime<Utc>,
    /// `hash` of the event before it in its stream; zeros for the first.
    pub prev_hash: Hash,
    /// The chain's value at this event.
    pub hash: Hash,
}

/// What a command already recorded in a stream, if it did: ask this of the loaded stream before deciding, and
/// answer a repeated command as the first time.
pub fn already_recorded(events: &[RecordedEvent], command: CommandId) -> Option<Appended> {
    let last = events
        .iter()
        .filter(|event| event.metadata.command_id == command)
        .max_by_key(|event| event.revision)?;
    Some(Appended {
        revision: last.revision,
        position: last.position,
        repeated: true,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_command_names_its_events_always_alike() {
        let command = CommandId(Uuid::from_u128(7));
        assert_eq!(event_id(command, 0), event_id(command, 0));
        assert_ne!(event_id(command, 0), event_id(command, 1));
        assert_ne!(
            event_id(command, 0),
            event_id(CommandId(Uuid::from_u128(8)), 0)
        );
        // Stored events carry these ids, so the formula is a contract.
        assert_eq!(event_id(command, 1).get_version_num(), 5);
    }

    #[test]
    fn metadata_has_one_stored_form() {
        let mut metadata = Metadata::new("lead-阿", CommandId(Uuid::from_u128(1)));
        metadata.correlation_id = Some(Uuid::from_u128(2));
        let bytes = metadata.to_bytes();
        assert_eq!(
            std::str::from_utf8(&bytes).unwrap(),
            r#"{"actor":"lead-阿","command_id":"00000000-0000-0000-0000-000000000001","correlation_id":"00000000-0000-0000-0000-000000000002"}"#
        );
        assert_eq!(Metadata::from_bytes(&bytes), Some(metadata));
        let spaced = String::from_utf8(bytes).unwrap().replace(':', ": ");
        assert_eq!(Metadata::from_bytes(spaced.as_bytes()), None);
    }

    #[test]
    fn metadata_is_read_as_json_is_and_only_in_its_stored_form() {
        let command = CommandId(Uuid::from_u128(0xABCD_EF01));
        for actor in [
            "",
            "terminal-1",
            "店长阿",
            "a\"b",
            "a\\b",
            "tab\there",
            "\u{7f}",
            "\u{1}",
            "😀",
        ] {
            let plain = Metadata::new(actor, command);
            let caused = Metadata {
                causation_id: Some(Uuid::from_u128(7)),
                ..plain.clone()
            };
            for metadata in [plain, caused] {
                assert_eq!(Metadata::from_bytes(&metadata.to_bytes()), Some(metadata));
            }
        }
        let stored = String::from_utf8(Metadata::new("a", command).to_bytes()).unwrap();
        let id = command.to_string();
        let others = [
            stored.replace(&id, &id.to_uppercase()),
            stored.replace(&id, &id.replace('-', "")),
            stored.replace(&id, &format!("{{{id}}}")),
            stored.replace(&id, "7"),
            stored.replace("\"a\"", "\"\\u0061\""),
            stored.replace("\"a\"", "\"a\tb\""),
            stored.replace('}', ",\"more\":1}"),
            format!("{stored} "),
        ];
        for other in others {
            assert_ne!(other, stored);
            assert_eq!(Metadata::from_bytes(other.as_bytes()), None, "{other}");
        }
        assert_eq!(Metadata::from_bytes(b"{\"actor\":\"\xFF\"}"), None);
    }
}
