//! Intraday alerts (D8): what stands, what stood.

use super::View;
use crate::error::Result;
use crate::facts::By;
use crate::states::AlertRow;
use chrono::{DateTime, Utc};
use domain::ids::{AlertId, DeskId};
use domain::work_date::WorkDate;

impl View<'_> {
    /// Alerts of a desk that stand now, oldest first.
    pub fn alerts_open(&self, desk: &DeskId) -> Result<Vec<AlertRow>> {
        let rows = self
            .facts
            .states_at("alert", By::Desk(desk.as_str()), "open")?;
        self.named_alerts(rows)
    }

    /// Alerts raised from `first` to `last`, oldest first.
    pub fn alerts_of_desk(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<AlertRow>> {
        let dates = (first.to_string(), last.to_string());
        let mut rows: Vec<AlertRow> =
            self.facts
                .states("alert", By::Desk(desk.as_str()), Some((&dates.0, &dates.1)))?;
        rows.sort_by_key(|row| (row.raised_at, row.alert));
        self.named_alerts(rows)
    }

    /// Alerts that stood at a moment: now, what is open; in the past, what was.
    pub fn alerts_at(&self, desk: &DeskId, at: DateTime<Utc>) -> Result<Vec<AlertRow>> {
        let mut rows: Vec<AlertRow> = self.facts.states("alert", By::Desk(desk.as_str()), None)?;
        rows.retain(|row| row.raised_at <= at && row.closed.as_ref().is_none_or(|end| at < end.at));
        rows.sort_by_key(|row| (row.raised_at, row.alert));
        self.named_alerts(rows)
    }

    /// One alert.
    pub fn alert(&self, id: AlertId) -> Result<Option<AlertRow>> {
        let row: Option<AlertRow> = self.facts.state("alert", &id.to_string())?;
        Ok(self.named_alerts(row.into_iter().collect())?.pop())
    }

    fn named_alerts(&self, mut rows: Vec<AlertRow>) -> Result<Vec<AlertRow>> {
        for row in &mut rows {
            row.by_name = self.name(&row.by)?;
        }
        Ok(rows)
    }
}
