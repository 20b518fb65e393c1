//! Where a log is, and how patiently it is asked.

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use eventstore::ClientSettings;
use thiserror::Error;

/// How a log is opened. As text: a connection string, then `#` and the log's name if it is not `paiban`, such as
/// `esdb://admin:changeit@one:2113,two:2113,three:2113?tls=true#head-office`.
#[derive(Clone)]
pub struct KurrentOptions {
    pub(crate) settings: Arc<ClientSettings>,
    pub(crate) log: String,
    pub(crate) must_exist: bool,
    /// How long one call may take before it is given up and asked anew.
    pub call_timeout: Duration,
    /// How long an operation is tried over and over while the store does not answer.
    pub patience: Duration,
}

/// The text is not the address of a log.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "not the address of a log (expected esdb://host:port?tls=…, then #name if not `paiban`): {0}"
)]
pub struct OptionsError(String);

const LOG_NAME: &str = "paiban";
const LOG_NAME_BYTES_MAX: usize = 64;

impl KurrentOptions {
    /// The same for a log that is there already: opening it makes none.
    #[must_use]
    pub fn existing(self) -> Self {
        Self {
            must_exist: true,
            ..self
        }
    }
}

impl FromStr for KurrentOptions {
    type Err = OptionsError;

    fn from_str(address: &str) -> Result<Self, Self::Err> {
        let (connection, log) = address.split_once('#').unwrap_or((address, LOG_NAME));
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if log.is_empty() || log.len() > LOG_NAME_BYTES_MAX || !log.chars().all(is_name) {
            return Err(OptionsError(format!(
                "a log's name has 1 to {LOG_NAME_BYTES_MAX} letters a–z, digits and hyphens"
            )));
        }
        let settings = connection.parse().map(Arc::new).map_err(
            |error: eventstore::ClientSettingsParseError| OptionsError(error.message().to_owned()),
        )?;
        Ok(Self {
            settings,
            log: log.to_owned(),
            must_exist: false,
            call_timeout: Duration::from_secs(5),
            patience: Duration::from_secs(20),
        })
    }
}

impl fmt::Debug for KurrentOptions {
    /// Without the password that the connection string may hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KurrentOptions")
            .field("hosts", self.settings.hosts())
            .field("log", &self.log)
            .field("call_timeout", &self.call_timeout)
            .field("patience", &self.patience)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_name_stands_behind_the_hash() {
        let named: KurrentOptions = "esdb://admin:secret@one:2113?tls=false#shop-2"
            .parse()
            .unwrap();
        assert_eq!(named.log, "shop-2");
        assert_eq!(named.settings.hosts().len(), 1);
        assert!(!format!("{named:?}").contains("secret"));
        let unnamed: KurrentOptions = "esdb://one:2113?tls=false".parse().unwrap();
        assert_eq!(unnamed.log, "paiban");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "one:2113",
            "http://one:2113",
            "esdb://one:2113?tls=perhaps",
            "esdb://one:2113#",
            "esdb://one:2113#a:b",
            "esdb://one:2113#Shop",
        ] {
            assert!(bad.parse::<KurrentOptions>().is_err(), "{bad}");
        }
    }
}
