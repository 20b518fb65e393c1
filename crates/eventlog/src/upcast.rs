//! Bringing stored data of an older version to the newest one before it is decoded.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use serde_json::Value;
use thiserror::Error;

/// Turns the data of one version into that of the next.
type Step = Box<dyn Fn(Value) -> Result<Value, String> + Send + Sync>;

/// Why stored data could not be brought to the newest version.
#[derive(Debug, Error)]
pub enum UpcastError {
    /// The data was written by a newer release than this one.
    #[error("`{name}` version {version} is newer than {newest}, the newest this release knows")]
    TooNew {
        /// The kind of event.
        name: String,
        /// Its stored version.
        version: u16,
        /// The newest version known.
        newest: u16,
    },
    /// No step leads on from this version.
    #[error("no step leads from `{name}` version {version} to the next")]
    NoStep {
        /// The kind of event.
        name: String,
        /// The version reached.
        version: u16,
    },
    /// The data is not JSON, which only matters when it must be changed.
    #[error("`{name}` version {version} is not JSON")]
    NotJson {
        /// The kind of event.
        name: String,
        /// Its stored version.
        version: u16,
        /// Where it fails.
        #[source]
        source: serde_json::Error,
    },
    /// A step refused the data.
    #[error("`{name}` version {version} could not be brought to the next version: {what}")]
    Refused {
        /// The kind of event.
        name: String,
        /// The version the step starts from.
        version: u16,
        /// What the step said.
        what: String,
    },
}

/// The newest version of every kind of event, and the steps that lead there.
#[derive(Default)]
pub struct Upcasters {
    newest: HashMap<String, u16>,
    renamed: HashMap<String, String>,
    steps: BTreeMap<(String, u16), Step>,
}

impl Upcasters {
    /// No kinds yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a kind of event and its newest version.
    pub fn newest(mut self, name: impl Into<String>, version: u16) -> Self {
        self.newest.insert(name.into(), version);
        self
    }

    /// Declares how data of `name` goes from version `from` to `from + 1`.
    pub fn step(
        mut self,
        name: impl Into<String>,
        from: u16,
        step: impl Fn(Value) -> Result<Value, String> + Send + Sync + 'static,
    ) -> Self {
        self.steps.insert((name.into(), from), Box::new(step));
        self
    }

    /// Declares that events stored as `old` are today's `new`, at the same version.
    pub fn renamed(mut self, old: impl Into<String>, new: impl Into<String>) -> Self {
        self.renamed.insert(old.into(), new.into());
        self
    }

    /// Today's name of a kind of event, and its newest version when it is declared.
    pub fn resolve<'a>(&'a self, name: &'a str) -> (&'a str, Option<u16>) {
        let name = self.today(name);
        (name, self.newest.get(name).copied())
    }

    /// Today's name of a kind of event.
    pub(crate) fn today<'a>(&'a self, name: &'a str) -> &'a str {
        self.renamed.get(name).map_or(name, String::as_str)
    }

    /// The data at the newest version, untouched when it is there already or the kind is not declared.
    ///
    /// # Errors
    /// See [`UpcastError`].
    pub fn to_newest<'a>(
        &self,
        name: &str,
        version: u16,
        data: &'a [u8],
    ) -> Result<Cow<'a, [u8]>, UpcastError> {
        let (name, newest) = self.resolve(name);
        self.bring(name, version, newest.unwrap_or(version), data)
    }

    /// The same where today's name and newest version are known.
    pub(crate) fn bring<'a>(
        &self,
        name: &str,
        version: u16,
        newest: u16,
        data: &'a [u8],
    ) -> Result<Cow<'a, [u8]>, UpcastError> {
        if version == newest {
            return Ok(Cow::Borrowed(data));
        }
        if version > newest {
            return Err(UpcastError::TooNew {
                name: name.into(),
                version,
                newest,
            });
        }
        let value: Value =
            serde_json::from_slice(data).map_err(|source| not_json(name, version, source))?;
        let value =
            (version..newest).try_fold(value, |value, from| self.one_step(name, from, value))?;
        serde_json::to_vec(&value)
            .map(Cow::Owned)
            .map_err(|source| not_json(name, version, source))
    }

    fn one_step(&self, name: &str, from: u16, value: Value) -> Result<Value, UpcastError> {
        let step = self
            .steps
            .get(&(name.to_owned(), from))
            .ok_or_else(|| UpcastError::NoStep {
                name: name.into(),
                version: from,
            })?;
        step(value).map_err(|what| UpcastError::Refused {
            name: name.into(),
            version: from,
            what,
        })
    }
}

fn not_json(name: &str, version: u16, source: serde_json::Error) -> UpcastError {
    UpcastError::NotJson {
        name: name.into(),
        version,
        source,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn upcasters() -> Upcasters {
        Upcasters::new()
            .newest("punched", 3)
            .renamed("clocked", "punched")
            .step("punched", 1, |mut json| {
                json["device"] = json!("unknown");
                Ok(json)
            })
            .step("punched", 2, |mut json| {
                let fields = json.as_object_mut().ok_or("not an object")?;
                let at = fields.remove("time").ok_or("no time")?;
                fields.insert("at".into(), at);
                Ok(json)
            })
    }

    #[test]
    fn old_versions_take_every_step_and_new_ones_none() {
        let newest: Value = serde_json::from_slice(
            &upcasters()
                .to_newest("clocked", 1, br#"{"time":1}"#)
                .unwrap(),
        )
        .unwrap();
        assert_eq!(newest, json!({"at": 1, "device": "unknown"}));
        let untouched = upcasters();
        assert!(matches!(
            untouched.to_newest("punched", 3, b"not json"),
            Ok(Cow::Borrowed(b"not json"))
        ));
        assert!(matches!(
            untouched.to_newest("undeclared", 9, b"x"),
            Ok(Cow::Borrowed(b"x"))
        ));
    }

    #[test]
    fn what_cannot_be_upcast_is_named() {
        let refuse = |version, data: &str| {
            upcasters()
                .to_newest("punched", version, data.as_bytes())
                .unwrap_err()
        };
        assert!(matches!(
            refuse(4, "{}"),
            UpcastError::TooNew {
                version: 4,
                newest: 3,
                ..
            }
        ));
        assert!(matches!(refuse(2, "{"), UpcastError::NotJson { .. }));
        assert!(matches!(
            refuse(2, "{}"),
            UpcastError::Refused { version: 2, .. }
        ));
        assert!(matches!(
            refuse(0, "{}"),
            UpcastError::NoStep { version: 0, .. }
        ));
    }
}
