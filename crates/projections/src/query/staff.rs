//! Who is who, and what stands in the way of forgetting somebody.

use super::View;
use crate::columns::parse;
use crate::error::Result;
use crate::facts::By;
use crate::states::{ComplaintRow, StaffRow};
use domain::event::personal::matter_owner;
use domain::ids::{DeskId, StaffId};
use domain::work_date::{Month, WorkDate};

impl View<'_> {
    /// Everybody of a desk, or of every desk, by number; those who left too.
    pub fn staff_list(&self, desk: Option<&DeskId>) -> Result<Vec<StaffRow>> {
        self.facts.staff_of(desk)
    }

    /// One person.
    pub fn staff_one(&self, staff: &StaffId) -> Result<Option<StaffRow>> {
        self.facts.staff(staff)
    }

    /// The desks and months with a record of the person up to their last day that are not closed, earliest first.
    pub fn open_months(&self, staff: &StaffId) -> Result<Vec<(DeskId, Month)>> {
        let last = self.facts.staff(staff)?.and_then(|person| person.until);
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT desk, substr(date, 1, 7) AS month FROM day_records
             WHERE staff = ?1 AND date <= ?2 ORDER BY month, desk",
        )?;
        let last = last.map_or_else(|| "~".to_owned(), |last: WorkDate| last.to_string());
        let months = statement.query_map((staff.as_str(), last), |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut open = Vec::new();
        for month in months {
            let (desk, month) = month?;
            let (desk, month) = (DeskId::new(desk), parse(&month)?);
            if self.facts.closed_month(&desk, month)?.is_none() {
                open.push((desk, month));
            }
        }
        Ok(open)
    }

    /// The keys, beside their own, of texts about the person: complaints that were filed before anybody knew against whom.
    pub fn personal_matters(&self, staff: &StaffId) -> Result<Vec<String>> {
        let complaints: Vec<ComplaintRow> =
            self.facts
                .states("complaint", By::Staff(staff.as_str()), None)?;
        let ids = complaints.iter().map(|row| row.complaint.to_string());
        Ok(ids.map(|id| matter_owner("complaint", &id)).collect())
    }
}
