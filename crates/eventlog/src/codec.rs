//! Stored bytes to typed events, by the name and version in the envelope.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::{EventType, RecordedEvent, UpcastError, Upcasters};

type Decode<E> = Box<dyn Fn(&[u8]) -> Result<E, serde_json::Error> + Send + Sync>;

/// Why a stored event could not be decoded.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// Its kind is not registered.
    #[error("`{0}` is not a known kind of event")]
    UnknownType(String),
    /// It could not be brought to the newest version.
    #[error("an old event could not be upcast")]
    Upcast(#[from] UpcastError),
    /// Its data does not fit its kind.
    #[error("the data of `{name}` does not fit")]
    Data {
        /// The kind of event.
        name: String,
        /// What does not fit.
        #[source]
        source: serde_json::Error,
    },
}

/// Decodes stored events into `E`, one registration per kind. Dispatch is by the stored name, so that the data
/// needs no tag inside and is parsed once, straight into its type.
///
/// ```
/// # use eventlog::{Codec, EventType};
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Punched { at: i64 }
/// enum Event { Punched(Punched) }
///
/// let codec: Codec<Event> = Codec::new()
///     .kind(EventType::new("punched", 2), Event::Punched)
///     .step("punched", 1, |mut json| {
///         let fields = json.as_object_mut().ok_or("not an object")?;
///         let time = fields.remove("time").ok_or("no time")?;
///         fields.insert("at".into(), time);
///         Ok(json)
///     });
/// let Event::Punched(punched) = codec.decode_parts("punched", 1, br#"{"time":7}"#).unwrap();
/// assert_eq!(punched.at, 7);
/// ```
pub struct Codec<E> {
    /// By today's name, with the newest version.
    decoders: HashMap<String, (u16, Decode<E>)>,
    upcasters: Upcasters,
}

impl<E> Default for Codec<E> {
    fn default() -> Self {
        Self {
            decoders: HashMap::new(),
            upcasters: Upcasters::new(),
        }
    }
}

impl<E: 'static> Codec<E> {
    /// Knows no kind yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a kind whose data is a `T`, made into an `E` by `wrap`.
    pub fn kind<T: DeserializeOwned + 'static>(
        self,
        event_type: EventType,
        wrap: impl Fn(T) -> E + Send + Sync + 'static,
    ) -> Self {
        self.kind_with(event_type, move |data| {
            serde_json::from_slice(data).map(&wrap)
        })
    }

    /// Registers a kind with its own way of decoding data of the newest version.
    pub fn kind_with(
        mut self,
        event_type: EventType,
        decode: impl Fn(&[u8]) -> Result<E, serde_json::Error> + Send + Sync + 'static,
    ) -> Self {
        self.upcasters = self
            .upcasters
            .newest(event_type.name.clone(), event_type.version);
        let decoder: (u16, Decode<E>) = (event_type.version, Box::new(decode));
        self.decoders.insert(event_type.name.into_owned(), decoder);
        self
    }

    /// See [`Upcasters::step`].
    pub fn step(
        mut self,
        name: &str,
        from: u16,
        step: impl Fn(Value) -> Result<Value, String> + Send + Sync + 'static,
    ) -> Self {
        self.upcasters = self.upcasters.step(name, from, step);
        self
    }

    /// See [`Upcasters::renamed`].
    pub fn renamed(mut self, old: &str, new: &str) -> Self {
        self.upcasters = self.upcasters.renamed(old, new);
        self
    }

    /// Decodes an event of any version.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn decode(&self, event: &RecordedEvent) -> Result<E, DecodeError> {
        self.decode_parts(&event.event_type, event.schema_version, &event.data)
    }

    /// Decodes stored data, for instance a saved sample.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn decode_parts(&self, name: &str, version: u16, data: &[u8]) -> Result<E, DecodeError> {
        let today = self.upcasters.today(name);
        let (newest, decode) = self
            .decoders
            .get(today)
            .ok_or_else(|| DecodeError::UnknownType(name.to_owned()))?;
        let data = self.upcasters.bring(today, version, *newest, data)?;
        decode(&data).map_err(|source| DecodeError::Data {
            name: today.to_owned(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Hired {
        name: String,
    }

    #[derive(Debug, PartialEq)]
    enum Event {
        Hired(Hired),
        Left,
    }

    const HIRED: EventType = EventType::new("hired", 1);

    fn codec() -> Codec<Event> {
        Codec::new()
            .kind(HIRED, Event::Hired)
            .kind_with(EventType::new("left", 1), |_| Ok(Event::Left))
    }

    #[test]
    fn an_event_comes_back_as_it_went() {
        let data = serde_json::to_vec(&Hired { name: "Li".into() }).unwrap();
        assert_eq!(
            codec().decode_parts("hired", 1, &data).unwrap(),
            Event::Hired(Hired { name: "Li".into() })
        );
        assert_eq!(codec().decode_parts("left", 1, b"").unwrap(), Event::Left);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert!(
            matches!(codec().decode_parts("promoted", 1, b"{}"), Err(DecodeError::UnknownType(name)) if name == "promoted")
        );
        assert!(
            matches!(codec().decode_parts("hired", 1, b"{}"), Err(DecodeError::Data { name, .. }) if name == "hired")
        );
        assert!(matches!(
            codec().decode_parts("hired", 2, b"{}"),
            Err(DecodeError::Upcast(UpcastError::TooNew { .. }))
        ));
    }
}
