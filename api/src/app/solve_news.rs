//! Figures of the solves that nodes work on, told to the other nodes on the same data folder: one small file a solve, beside
//! the log and never in it. It is overwritten twice a second and gone when the solve ends. Nothing rests on it: the log says
//! who works on a solve, and figures of any other node are not believed. Files are touched on threads that may wait.

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
    pub(crate) async fn tell(&self, node: &NodeId, progress: &SolveProgress) {
        let (Some(folder), Some(file)) = (self.0.clone(), self.file(progress.solve)) else {
            return;
        };
        let solve = progress.solve;
        let told = Told {
            node: node.clone(),
            progress: progress.clone(),
        };
        let written = aside(move || {
            let text = serde_json::to_vec(&told)?;
            std::fs::create_dir_all(&folder)?;
            // Whoever reads sees all of it or what was there before.
            let draft = folder.join(format!("{solve}.{}", told.node));
            std::fs::write(&draft, text)?;
            std::fs::rename(&draft, &file)
        });
        if let Err(error) = written.await {
            tracing::debug!(solve.id = %solve, %error, "the figures of a solve could not be told");
        }
    }

    /// What `node` last said of a solve.
    pub(crate) async fn heard(&self, solve: SolveId, node: &NodeId) -> Option<SolveProgress> {
        let file = self.file(solve)?;
        let text = aside(move || std::fs::read(file)).await.ok()?;
        let told: Told = serde_json::from_slice(&text).ok()?;
        (told.node == *node && told.progress.solve == solve).then_some(told.progress)
    }

    /// The solve has ended, or is another node's.
    pub(crate) async fn forget(&self, solve: SolveId) {
        if let Some(file) = self.file(solve) {
            let _ = aside(move || std::fs::remove_file(file)).await;
        }
    }
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(stopped) => Err(std::io::Error::other(stopped)),
    }
}
