//! How an event of ours looks in the store: its data as it is, everything else in the custom metadata.

use bytes::Bytes;
use chrono::DateTime;
use eventlog::{Hash, Metadata, Position, ReadError, RecordedEvent, Revision, StoreId, StreamName};
use eventstore::EventData;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The custom metadata. It is stored, so it only ever gains fields that may be absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    schema_version: u16,
    /// Since 1970, UTC.
    recorded_at_micros: i64,
    #[serde(with = "hex")]
    prev_hash: Hash,
    #[serde(with = "hex")]
    hash: Hash,
    /// Tells apart two appends of the same events.
    append_id: Uuid,
    metadata: Metadata,
}

mod hex {
    use eventlog::Hash;
    use eventlog::export::{hash_from_hex, to_hex};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_hex(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Hash, D::Error> {
        hash_from_hex(&String::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom("a hash has 64 hexadecimal digits"))
    }
}

/// Names in the store of what a log has. A log's own name holds neither `:` nor `#`.
pub(crate) struct Names<'a>(pub(crate) &'a str);

impl Names<'_> {
    /// The stream that holds the log's identity.
    pub(crate) fn head(&self) -> String {
        self.0.to_owned()
    }

    /// What the names of all streams of the log begin with.
    pub(crate) fn prefix(&self) -> String {
        format!("{}:", self.0)
    }

    pub(crate) fn stream(&self, stream: &StreamName) -> String {
        format!("{}:{stream}", self.0)
    }

    /// The stream that says where a command went.
    pub(crate) fn claims(&self, command: Uuid) -> String {
        format!("{}#{}", self.0, command.simple())
    }

    /// The log's stream of this name in the store, if it is one.
    pub(crate) fn stream_of(&self, name: &str) -> Option<StreamName> {
        let rest = name.strip_prefix(self.0)?.strip_prefix(':')?;
        Some(StreamName::new(rest))
    }
}

/// An event as it is sent to the store.
pub(crate) fn encode(event: &RecordedEvent, append_id: Uuid) -> serde_json::Result<EventData> {
    let envelope = Envelope {
        schema_version: event.schema_version,
        recorded_at_micros: event.recorded_at.timestamp_micros(),
        prev_hash: event.prev_hash,
        hash: event.hash,
        append_id,
        metadata: event.metadata.clone(),
    };
    Ok(
        EventData::binary(&event.event_type, Bytes::copy_from_slice(&event.data))
            .id(event.id)
            .metadata(Bytes::from(serde_json::to_vec(&envelope)?)),
    )
}

/// An event as the store gave it, and the append it came by.
#[derive(Clone, Debug)]
pub(crate) struct Decoded {
    pub(crate) event: RecordedEvent,
    pub(crate) append_id: Uuid,
}

/// Reads an event of the log back.
pub(crate) fn decode(
    store: StoreId,
    stream: StreamName,
    raw: eventstore::RecordedEvent,
) -> Result<Decoded, ReadError> {
    let revision = Revision(raw.revision);
    let corrupt = |what: &str| ReadError::Corrupt {
        stream: stream.clone(),
        revision,
        id: Some(raw.id),
        what: what.to_owned(),
    };
    // Stores before 22.10 do not say where an event of a stream stands in the log.
    if raw.position.commit == u64::MAX {
        return Err(ReadError::Unavailable(
            "the store gives no positions in streams; it is too old".into(),
        ));
    }
    // Only transactions of several requests would differ here, and nothing of ours is written in one.
    if raw.position.commit != raw.position.prepare {
        return Err(corrupt("position"));
    }
    let envelope: Envelope =
        serde_json::from_slice(&raw.custom_metadata).map_err(|_| corrupt("metadata"))?;
    let recorded_at = DateTime::from_timestamp_micros(envelope.recorded_at_micros)
        .ok_or_else(|| corrupt("recorded_at"))?;
    Ok(Decoded {
        append_id: envelope.append_id,
        event: RecordedEvent {
            id: raw.id,
            stream,
            revision,
            position: Position::new(store, raw.position.commit),
            event_type: raw.event_type,
            schema_version: envelope.schema_version,
            data: raw.data.to_vec(),
            metadata: envelope.metadata,
            recorded_at,
            prev_hash: envelope.prev_hash,
            hash: envelope.hash,
        },
    })
}
