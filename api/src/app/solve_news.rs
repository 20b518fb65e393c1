//! Figures of the solves that nodes work on, told to the other nodes on the same data folder: one small file a solve, beside
//! the log and never in it. It is overwritten twice a second and gone when the solve ends. Nothing rests on it: the log says
//! who works on a solve, and figures of any other node are not believed.

use crate::app::SolveProgress;
use domain::ids::{NodeId, SolveId};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Where nodes tell each other; none: a service that is alone.
pub(crate) struct SolveNews(Option<PathBuf>);

#[derive(Serialize, Deserialize)]
struct Told {
    node: NodeId,
    progress: SolveProgress,
}

impl SolveNews {
    /// News in a folder that is made when there is any.
    pub(crate) fn new(folder: Option<&Path>) -> Self {
        Self(folder.map(Path::to_path_buf))
    }

    fn file(&self, solve: SolveId) -> Option<PathBuf> {
        let folder = self.0.as_ref()?;
        Some(folder.join(format!("{solve}.json")))
    }

    /// Says how far a solve is. A figure that cannot be told is told the next time.
    pub(crate) fn tell(&self, node: &NodeId, progress: &SolveProgress) {
        let (Some(folder), Some(file)) = (&self.0, self.file(progress.solve)) else {
            return;
        };
        let told = Told {
            node: node.clone(),
            progress: progress.clone(),
        };
        let written = serde_json::to_vec(&told)
            .map_err(std::io::Error::other)
            .and_then(|text| {
                std::fs::create_dir_all(folder)?;
                // Whoever reads sees all of it or what was there before.
                let draft = folder.join(format!("{}.{node}", progress.solve));
                std::fs::write(&draft, text)?;
                std::fs::rename(&draft, &file)
            });
        if let Err(error) = written {
            tracing::debug!(solve.id = %progress.solve, %error, "the figures of a solve could not be told");
        }
    }

    /// What `node` last said of a solve.
    pub(crate) fn heard(&self, solve: SolveId, node: &NodeId) -> Option<SolveProgress> {
        let text = std::fs::read(self.file(solve)?).ok()?;
        let told: Told = serde_json::from_slice(&text).ok()?;
        (told.node == *node && told.progress.solve == solve).then_some(told.progress)
    }

    /// The solve has ended, or is another node's.
    pub(crate) fn forget(&self, solve: SolveId) {
        if let Some(file) = self.file(solve) {
            let _ = std::fs::remove_file(file);
        }
    }
}
