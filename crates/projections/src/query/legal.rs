//! What the hours really worked say against the law.

use super::View;
use crate::derive::stored_records;
use crate::error::Result;
use crate::period_close::policy_of_month;
use domain::day::DayRecord;
use domain::ids::DeskId;
use domain::legal::{LegalWarning, MonthWorked, warnings};
use domain::work_date::Month;
use serde::Serialize;

/// Days before a month that its first week may reach back.
const WEEK_DAYS_BEFORE: i64 = 6;

/// A warning, with the person's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LegalWarningRow {
    /// 姓名
    pub name: String,
    /// What the law is against.
    #[serde(flatten)]
    pub warning: LegalWarning,
}

impl View<'_> {
    /// A desk's warnings of a month as the facts stand now, by person, kind and day.
    pub fn legal_warnings(&self, desk: &DeskId, month: Month) -> Result<Vec<LegalWarningRow>> {
        let Some(policy) = policy_of_month(&self.facts, desk, month)? else {
            return Ok(Vec::new());
        };
        let first = month.first().plus_days(-WEEK_DAYS_BEFORE);
        let kinds = self.facts.day_kinds(first, month.last())?;
        let records = stored_records(self.connection, desk, first, month.last())?;
        let mut rows = Vec::new();
        for person in self.month_summary_now(desk, month)? {
            let staff = &person.staff.staff;
            let own: Vec<&DayRecord> = records.iter().filter(|r| r.staff == *staff).collect();
            let worked = MonthWorked {
                staff,
                month,
                records: &own,
                protections: &person.staff.protections,
                balance: person.summary.hours.as_ref(),
            };
            let found = warnings(&worked, &policy, |date| kinds.get(&date).copied());
            rows.extend(found.into_iter().map(|warning| LegalWarningRow {
                name: person.staff.name.clone(),
                warning,
            }));
        }
        Ok(rows)
    }
}
