//! Read models of an earlier moment, or of history under other rules: built beside the live ones, asked, thrown away.

use crate::error::{Error, Result};
use crate::read_models::ReadModels;
use domain::ids::DeskId;
use domain::policy::PolicyDocument;
use eventlog::{EventLog, Position};
use sealing::Keys;
use std::path::Path;
use std::sync::Arc;

/// Rules that a desk did not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    /// Whose.
    pub desk: DeskId,
    /// They hold from their first effective day on, over whatever was adopted. Facts and people's decisions stay.
    pub document: PolicyDocument,
}

/// Which history to build.
#[derive(Clone, Debug, Default)]
pub struct Replica {
    /// The last position of it; none: to the log's end.
    pub until: Option<Position>,
    /// Under other rules than those adopted.
    pub hypothesis: Option<Hypothesis>,
    /// What opens its sealed texts; none: they read as if their keys were lost.
    pub keys: Option<Arc<Keys>>,
}

impl Replica {
    /// Builds it in `folder`, which is empty. Nothing of the log or of other read models changes.
    ///
    /// # Errors
    /// [`Error::Behind`] when the log ends before `until`; [`Error::WrongStore`] when `until` is of another log.
    pub async fn build(self, folder: &Path, log: &dyn EventLog) -> Result<ReadModels> {
        let until = self.until;
        if let Some(until) = until
            && until.store() != log.store_id()
        {
            return Err(Error::WrongStore {
                built_from: until.store().to_string(),
                log: log.store_id(),
            });
        }
        let keys = match self.keys {
            Some(keys) => keys,
            None => Arc::new(Keys::in_memory()?),
        };
        let models = ReadModels::create(folder, self.hypothesis, keys)?;
        let reached = models.catch_up_to(log, until).await?;
        match until {
            Some(until) if reached != Some(until) => Err(Error::Behind(until)),
            _ => Ok(models),
        }
    }
}
