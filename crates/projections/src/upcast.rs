//! Stored events of any version, read as today's.

use domain::event::{DecodeError, Event};
use eventlog::{UpcastError, Upcasters};
use std::sync::OnceLock;

/// Why stored bytes are no event this build can read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It holds sealed texts, and is no JSON.
    #[error("its sealed texts cannot be found")]
    Sealed(#[from] sealing::LocateError),
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
        let all = Event::types().fold(Upcasters::new(), |all, (name, version)| {
            all.newest(name, version)
        });
        // Since version 2 a shortfall may be of something else than a skill; those before are as they were.
        all.step("roster.generated", 1, Ok)
            .step("roster.published", 1, Ok)
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

    /// Samples of every version there ever was; `crates/domain/tests/samples.rs` sees to it that the newest are there.
    #[test]
    fn every_sample_of_every_version_is_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/events");
        let mut older = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            let Some(stem) = file.to_str().and_then(|path| path.strip_suffix(".json")) else {
                continue;
            };
            let (path, version) = stem.rsplit_once(".v").unwrap();
            let (_, name) = path.rsplit_once('/').unwrap();
            let data = std::fs::read(&file).unwrap();
            let event = read(name, version.parse().unwrap(), &data);
            let event = event.unwrap_or_else(|error| panic!("{stem}: {error:?}"));
            let newest = upcasters().resolve(name).1.unwrap();
            assert_eq!(event.event_type(), (name, newest));
            older += usize::from(version.parse::<u16>().unwrap() < newest);
        }
        assert!(older > 0, "no event has an older version");
    }

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
