//! Other states of the books, built beside the live ones and thrown away: as they stood at an earlier position of the log, or
//! as they would stand under other rules. The log is read and never written.

use crate::app::{App, AppError, Fault, WhatIf};
use domain::ids::DeskId;
use domain::policy::PolicyDocument;
use domain::work_date::Month;
use eventlog::Position;
use projections::{Change, Hypothesis, ReadModels, Replica, Total, View, compare, totals};
use serde::Serialize;

/// Months compared at once at most: each is read twice.
const MONTHS_MAX: usize = 24;

/// What would have been different, or has become so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Which desk.
    pub desk: DeskId,
    /// By month, person and figure.
    pub changes: Vec<Change>,
    /// Over everybody and all months.
    pub totals: Vec<Total>,
}

impl Comparison {
    fn of(desk: &DeskId, changes: Vec<Change>) -> Self {
        Self {
            desk: desk.clone(),
            totals: totals(&changes),
            changes,
        }
    }
}

impl App {
    /// A position of this log, as an export prints it: its number, or store and number.
    pub fn position(&self, field: &str, text: &str) -> Result<Position, AppError> {
        let fault = || {
            AppError::Invalid(vec![Fault::of(
                field,
                format!("{text} 不是本日志的位置"),
                format!("{text} is no position of this log"),
            )])
        };
        let store = self.log().store_id();
        let position = match text.parse() {
            Ok(number) => Position::new(store, number),
            Err(_) => text.parse().map_err(|_| fault())?,
        };
        if position.store() == store {
            Ok(position)
        } else {
            Err(fault())
        }
    }

    /// Asks the books as they stood at `position`: the same question then gave the same answer, bit for bit.
    pub async fn read_as_of<T: Send + 'static>(
        &self,
        position: Position,
        query: impl FnOnce(&View<'_>) -> projections::Result<T> + Send + 'static,
    ) -> Result<T, AppError> {
        let replica = Replica {
            until: Some(position),
            hypothesis: None,
            keys: Some(self.keys()),
        };
        self.with_replica(replica, |models| async move { models.read(query).await })
            .await
    }

    /// What of a desk's month differs between two positions of the log, in words. `after` none: as the books stand now.
    pub async fn compare_positions(
        &self,
        desk: &DeskId,
        month: Month,
        before: Position,
        after: Option<Position>,
    ) -> Result<Comparison, AppError> {
        self.zone(desk).await?;
        let id = desk.clone();
        let before = self
            .read_as_of(before, move |view| view.month_figures(&id, month))
            .await?;
        let id = desk.clone();
        let figures = move |view: &View<'_>| view.month_figures(&id, month);
        let after = match after {
            Some(after) => self.read_as_of(after, figures).await?,
            None => {
                self.catch_up().await?;
                self.read(figures).await?
            }
        };
        Ok(Comparison::of(desk, compare(month, &before, &after)))
    }

    /// What would be different had these rules been in force. People's decisions stay as they were taken.
    pub async fn what_if(&self, desk: &DeskId, input: &WhatIf) -> Result<Comparison, AppError> {
        self.zone(desk).await?;
        let months = months(input.from, input.to)?;
        let document = beginning(Self::check_policy(&input.document)?, input.from)?;
        self.catch_up().await?;
        let (id, of) = (desk.clone(), months.clone());
        let as_it_was = self.read(move |view| figures(view, &id, &of)).await?;
        let replica = Replica {
            until: None,
            hypothesis: Some(Hypothesis {
                desk: desk.clone(),
                document,
            }),
            keys: Some(self.keys()),
        };
        let (id, of) = (desk.clone(), months.clone());
        let as_it_would_be = self
            .with_replica(replica, |models| async move {
                models.read(move |view| figures(view, &id, &of)).await
            })
            .await?;
        let changes = months
            .iter()
            .zip(as_it_was.iter().zip(&as_it_would_be))
            .flat_map(|(month, (before, after))| compare(*month, before, after))
            .collect();
        Ok(Comparison::of(desk, changes))
    }

    /// Builds read models in a folder of their own and asks them. One at a time: each reads the log from its beginning.
    async fn with_replica<T, Answer>(
        &self,
        replica: Replica,
        ask: impl FnOnce(ReadModels) -> Answer,
    ) -> Result<T, AppError>
    where
        Answer: Future<Output = projections::Result<T>>,
    {
        let _turn = self.export_turn().await;
        let folder = tempfile::tempdir().map_err(|error| AppError::Internal {
            what: "no folder for other read models".to_owned(),
            source: Some(Box::new(error)),
        })?;
        let models =
            replica
                .build(folder.path(), self.log())
                .await
                .map_err(|error| match error {
                    projections::Error::Behind(position) => AppError::Invalid(vec![Fault::of(
                        "position",
                        format!("日志中没有位置 {}", position.number()),
                        format!("the log has no position {}", position.number()),
                    )]),
                    other => AppError::Models(Box::new(other)),
                })?;
        ask(models)
            .await
            .map_err(|error| AppError::Models(Box::new(error)))
    }
}

fn figures(
    view: &View<'_>,
    desk: &DeskId,
    months: &[Month],
) -> projections::Result<Vec<projections::MonthFigures>> {
    months
        .iter()
        .map(|&month| view.month_figures(desk, month))
        .collect()
}

fn months(from: Month, to: Month) -> Result<Vec<Month>, AppError> {
    let mut months = Vec::new();
    let mut month = from;
    while month <= to && months.len() <= MONTHS_MAX {
        months.push(month);
        month = month.next();
    }
    if months.is_empty() || months.len() > MONTHS_MAX {
        return Err(AppError::Invalid(vec![Fault::of(
            "to",
            format!("须在 {from} 起 {MONTHS_MAX} 个月之内"),
            format!("must be within {MONTHS_MAX} months from {from}"),
        )]));
    }
    Ok(months)
}

/// The document from `month` on.
fn beginning(mut document: PolicyDocument, month: Month) -> Result<PolicyDocument, AppError> {
    let first = month.first();
    document
        .versions
        .retain(|version| version.effective_until.is_none_or(|last| first <= last));
    for version in &mut document.versions {
        version.effective_from = version.effective_from.max(first);
    }
    if document.on(first).is_none() {
        return Err(AppError::Invalid(vec![Fault::of(
            "document",
            format!("{first} 没有生效的规则"),
            format!("no rules are in force on {first}"),
        )]));
    }
    Ok(document)
}
