//! Stored events of any version, read as today's.

use domain::event::{DecodeError, Event};
use eventlog::{UpcastError, Upcasters};
use std::sync::OnceLock;

/// Why stored bytes are no event this build can read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// An old version could not be brought to the newest, or it is newer than this build.
    #[error("it cannot be upcast")]
    Upcast(#[from] UpcastError),
    /// The bytes are not the event their name says.
    #[error("it cannot be decoded")]
    Decode(#[from] DecodeError),
}

/// Every kind of event at its newest version, and the steps that lead there from older ones (`migrations/README.md`).
pub fn upcasters() -> &'static Upcasters {
    static UPCASTERS: OnceLock<Upcasters> = OnceLock::new();
    UPCASTERS.get_or_init(|| {
        Event::types().fold(Upcasters::new(), |all, (name, version)| {
            all.newest(name, version)
        })
    })
}

/// Reads a stored event, upcasting it first.
pub(crate) fn read(name: &str, version: u16, data: &[u8]) -> Result<Event, Unreadable> {
    let (name, newest) = upcasters().resolve(name);
    let data = upcasters().to_newest(name, version, data)?;
    Ok(Event::decode(name, newest.unwrap_or(version), &data)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_newer_than_this_build_or_unknown_is_named_and_not_guessed() {
        let (name, newest) = Event::types().next().unwrap();
        let too_new = read(name, newest + 1, b"{}").unwrap_err();
        assert!(
            matches!(
                too_new,
                Unreadable::Upcast(UpcastError::TooNew { version, .. }) if version == newest + 1
            ),
            "{too_new:?}"
        );
        let too_old = read(name, 0, b"{}").unwrap_err();
        assert!(
            matches!(too_old, Unreadable::Upcast(UpcastError::NoStep { .. })),
            "{too_old:?}"
        );
        let unknown = read("nothing.of_ours", 1, b"{}").unwrap_err();
        assert!(
            matches!(&unknown, Unreadable::Decode(DecodeError::UnknownType(name)) if name == "nothing.of_ours"),
            "{unknown:?}"
        );
    }
}
