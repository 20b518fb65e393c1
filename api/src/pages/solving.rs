//! A solve that runs, as a page shows it and as its stream of progress tells it.

use super::words::Words;
use crate::app::{App, SolveProgress, SolveState};
use chrono::{DateTime, Utc};
use domain::event::SolveReport;
use domain::ids::SolveId;
use domain::refusal::Lang;
use projections::SolveRow;

/// A solve that runs.
pub struct Solving {
    /// Which.
    pub solve: SolveId,
    /// Part of its limits used; none while nothing is known of it.
    pub percent: Option<String>,
    /// Seconds, best cost and bound so far, in words.
    pub text: String,
}

impl Solving {
    /// As the node that works on it knows it.
    pub(super) async fn of(app: &App, solve: &SolveRow, now: DateTime<Utc>, w: Words) -> Self {
        let progress = app.solve_figures(solve).await;
        let since = solve
            .requested_at
            .map_or(0, |at| (now - at).num_seconds().max(0));
        // Shown to the percent; a solve that ends early by its work limit is done early.
        let percent = progress
            .as_ref()
            .map(|progress| (progress.done * 100.0).clamp(0.0, 100.0).floor());
        let found = progress.map_or((None, None), |progress| {
            (progress.objective, progress.bound)
        });
        Self {
            solve: solve.solve,
            percent: percent.map(|percent| format!("{percent}")),
            text: w.f2("roster.solving_text", since, best(found, w)),
        }
    }
}

/// The best cost and the bound so far, in words.
fn best(found: (Option<i64>, Option<i64>), w: Words) -> String {
    match found {
        (Some(objective), Some(bound)) => w.f2(
            "roster.solving_bound",
            w.f("roster.solving_cost", objective),
            bound,
        ),
        (Some(objective), None) => w.f("roster.solving_cost", objective),
        (None, _) => w.t("roster.solving_first").to_owned(),
    }
}

/// What a page says of a solve as it goes.
pub(crate) fn progress_words(progress: &SolveProgress, lang: Lang) -> String {
    let w = Words::new(lang);
    if progress.state == SolveState::Waiting {
        return w.t("roster.solving_waits").to_owned();
    }
    let seconds = progress.seconds.floor();
    let found = best((progress.objective, progress.bound), w);
    w.f2("roster.solving_text", seconds, found)
}

/// How far a plan may lie from the best, as proven; never called optimal unless it is.
pub(super) fn gap_words(report: &SolveReport, w: Words) -> String {
    if report.proven_optimal {
        return w.t("solve.gap_proven").to_owned();
    }
    gap_of(report.objective, report.bound, w)
}

/// The same of a cost and a bound.
pub(super) fn gap_of(objective: i64, bound: Option<i64>, w: Words) -> String {
    match bound {
        Some(bound) if bound == objective => w.t("solve.gap_proven").to_owned(),
        Some(bound) if objective > 0 && bound < objective => {
            // Hundredths of a percent, rounded up: the gap is never shown smaller than it is.
            let gap = (i128::from(objective) - i128::from(bound)) * 10_000;
            let objective = i128::from(objective);
            let hundredths = (gap + objective - 1) / objective;
            w.f(
                "solve.gap_at_most",
                format!("{}.{:02}", hundredths / 100, hundredths % 100),
            )
        }
        Some(_) | None => w.t("solve.gap_unknown").to_owned(),
    }
}

/// What a plan had to let go, in the reader's language.
pub(super) fn relaxed_words(report: &SolveReport, w: Words) -> Vec<String> {
    let words = |relaxed: &domain::event::Relaxed| match w.lang {
        Lang::Zh => relaxed.words_zh.clone(),
        Lang::En => relaxed.words_en.clone(),
    };
    report.relaxed.iter().map(words).collect()
}
