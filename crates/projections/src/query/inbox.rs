//! Requests: what waits for a decision, and what people asked for.

use super::View;
use crate::error::Result;
use crate::facts::By;
use crate::states::{ComplaintRow, CorrectionRow, LeaveRow, OvertimeRow, SwapRow};
use domain::day::RequestStatus;
use domain::ids::{ComplaintId, CorrectionId, DeskId, LeaveId, OvertimeId, StaffId, SwapId};
use domain::work_date::Month;

impl View<'_> {
    /// One correction request.
    pub fn correction(&self, id: CorrectionId) -> Result<Option<CorrectionRow>> {
        let found = self.facts.state("correction", &id.to_string())?;
        found.map(|row| self.named_correction(row)).transpose()
    }
    /// A desk's undecided correction requests, oldest first.
    pub fn corrections_pending(&self, desk: &DeskId) -> Result<Vec<CorrectionRow>> {
        let rows = self
            .facts
            .states_at("correction", By::Desk(desk.as_str()), "pending")?;
        self.each(rows, Self::named_correction)
    }
    /// Approved corrections that the administration has not put on file yet (T6).
    pub fn corrections_to_file(&self, desk: &DeskId) -> Result<Vec<CorrectionRow>> {
        let mut rows: Vec<CorrectionRow> =
            self.facts
                .states_at("correction", By::Desk(desk.as_str()), "approved")?;
        rows.retain(|row| row.on_file.is_none());
        self.each(rows, Self::named_correction)
    }
    /// A person's correction requests for days of a month, whatever became of them.
    pub fn corrections_of(&self, staff: &StaffId, month: Month) -> Result<Vec<CorrectionRow>> {
        let rows = self.in_month("correction", By::Staff(staff.as_str()), month)?;
        self.each(rows, Self::named_correction)
    }
    /// A desk's correction requests for days of a month, whatever became of them.
    pub fn corrections_of_desk(&self, desk: &DeskId, month: Month) -> Result<Vec<CorrectionRow>> {
        let rows = self.in_month("correction", By::Desk(desk.as_str()), month)?;
        self.each(rows, Self::named_correction)
    }
    /// How many of a month's corrections a person has used: pending and approved count (T7).
    pub fn corrections_used(&self, staff: &StaffId, month: Month) -> Result<usize> {
        let rows = self.corrections_of(staff, month)?;
        let counts = |row: &&CorrectionRow| {
            matches!(row.status, RequestStatus::Pending | RequestStatus::Approved)
        };
        Ok(rows.iter().filter(counts).count())
    }

    /// One leave request.
    pub fn leave(&self, id: LeaveId) -> Result<Option<LeaveRow>> {
        let found = self.facts.state("leave", &id.to_string())?;
        found.map(|row| self.named_leave(row)).transpose()
    }
    /// A desk's undecided leave requests, oldest first.
    pub fn leaves_pending(&self, desk: &DeskId) -> Result<Vec<LeaveRow>> {
        let rows = self
            .facts
            .states_at("leave", By::Desk(desk.as_str()), "pending")?;
        self.each(rows, Self::named_leave)
    }
    /// A person's leave requests touching a month, whatever became of them.
    pub fn leaves_of(&self, staff: &StaffId, month: Month) -> Result<Vec<LeaveRow>> {
        let rows = self.in_month("leave", By::Staff(staff.as_str()), month)?;
        self.each(rows, Self::named_leave)
    }
    /// A desk's leave requests touching a month, whatever became of them.
    pub fn leaves_of_desk(&self, desk: &DeskId, month: Month) -> Result<Vec<LeaveRow>> {
        let rows = self.in_month("leave", By::Desk(desk.as_str()), month)?;
        self.each(rows, Self::named_leave)
    }

    /// One request for overtime.
    pub fn overtime_request(&self, id: OvertimeId) -> Result<Option<OvertimeRow>> {
        let found = self.facts.state("overtime", &id.to_string())?;
        found.map(|row| self.named_overtime(row)).transpose()
    }
    /// A desk's undecided requests for overtime, oldest first.
    pub fn overtime_pending(&self, desk: &DeskId) -> Result<Vec<OvertimeRow>> {
        let rows = self
            .facts
            .states_at("overtime", By::Desk(desk.as_str()), "pending")?;
        self.each(rows, Self::named_overtime)
    }
    /// A person's requests for overtime of a month, whatever became of them.
    pub fn overtime_requests_of(&self, staff: &StaffId, month: Month) -> Result<Vec<OvertimeRow>> {
        let rows = self.in_month("overtime", By::Staff(staff.as_str()), month)?;
        self.each(rows, Self::named_overtime)
    }
    /// A desk's requests for overtime of a month, whatever became of them.
    pub fn overtime_requests_of_desk(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<Vec<OvertimeRow>> {
        let rows = self.in_month("overtime", By::Desk(desk.as_str()), month)?;
        self.each(rows, Self::named_overtime)
    }

    /// One swap request.
    pub fn swap(&self, id: SwapId) -> Result<Option<SwapRow>> {
        let found = self.facts.state("swap", &id.to_string())?;
        found.map(|row| self.named_swap(row)).transpose()
    }
    /// A desk's swaps that wait for the lead or the GM office: the colleague has agreed.
    pub fn swaps_pending(&self, desk: &DeskId) -> Result<Vec<SwapRow>> {
        let rows = self
            .facts
            .states_at("swap", By::Desk(desk.as_str()), "agreed")?;
        self.each(rows, Self::named_swap)
    }
    /// Swaps that wait for this person's answer.
    pub fn swaps_to_answer(&self, staff: &StaffId) -> Result<Vec<SwapRow>> {
        let rows = self
            .facts
            .states_at("swap", By::Other(staff.as_str()), "asked")?;
        self.each(rows, Self::named_swap)
    }
    /// A person's swaps in a month, asked or being asked, whatever became of them; in order of the first day.
    pub fn swaps_of(&self, staff: &StaffId, month: Month) -> Result<Vec<SwapRow>> {
        let mut rows: Vec<SwapRow> = self.in_month("swap", By::Staff(staff.as_str()), month)?;
        rows.extend(self.in_month::<SwapRow>("swap", By::Other(staff.as_str()), month)?);
        rows.sort_by_key(|row| (row.give, row.swap));
        self.each(rows, Self::named_swap)
    }
    /// A desk's swaps in a month, whatever became of them.
    pub fn swaps_of_desk(&self, desk: &DeskId, month: Month) -> Result<Vec<SwapRow>> {
        let rows = self.in_month("swap", By::Desk(desk.as_str()), month)?;
        self.each(rows, Self::named_swap)
    }

    /// One complaint.
    pub fn complaint(&self, id: ComplaintId) -> Result<Option<ComplaintRow>> {
        let found = self.facts.state("complaint", &id.to_string())?;
        found.map(|row| self.named_complaint(row)).transpose()
    }
    /// A desk's complaints nobody has looked into yet, oldest first.
    pub fn complaints_open(&self, desk: &DeskId) -> Result<Vec<ComplaintRow>> {
        let rows = self
            .facts
            .states_at("complaint", By::Desk(desk.as_str()), "open")?;
        self.each(rows, Self::named_complaint)
    }
    /// A desk's complaints about a month.
    pub fn complaints_of_desk(&self, desk: &DeskId, month: Month) -> Result<Vec<ComplaintRow>> {
        let rows = self.in_month("complaint", By::Desk(desk.as_str()), month)?;
        self.each(rows, Self::named_complaint)
    }

    fn in_month<T: serde::de::DeserializeOwned>(
        &self,
        kind: &'static str,
        by: By<'_>,
        month: Month,
    ) -> Result<Vec<T>> {
        let (first, last) = (month.first().to_string(), month.last().to_string());
        self.facts.states(kind, by, Some((&first, &last)))
    }

    fn each<T>(&self, rows: Vec<T>, name: fn(&Self, T) -> Result<T>) -> Result<Vec<T>> {
        rows.into_iter().map(|row| name(self, row)).collect()
    }
    fn named_correction(&self, mut row: CorrectionRow) -> Result<CorrectionRow> {
        row.name = self.name(&row.staff)?;
        Ok(row)
    }
    fn named_leave(&self, mut row: LeaveRow) -> Result<LeaveRow> {
        row.name = self.name(&row.staff)?;
        Ok(row)
    }
    fn named_overtime(&self, mut row: OvertimeRow) -> Result<OvertimeRow> {
        row.name = self.name(&row.staff)?;
        Ok(row)
    }
    fn named_swap(&self, mut row: SwapRow) -> Result<SwapRow> {
        row.from_name = self.name(&row.from)?;
        row.with_name = self.name(&row.with)?;
        Ok(row)
    }
    fn named_complaint(&self, mut row: ComplaintRow) -> Result<ComplaintRow> {
        if let Some(staff) = &row.staff {
            row.name = self.name(staff)?;
        }
        Ok(row)
    }
}
