//! Meetings (S2, S3), breaches recorded by hand (D3, D6, D7) and notices to the administration (D6).

use super::{SanctionKind, View};
use crate::error::Result;
use crate::facts::By;
use crate::states::{BreachRow, MeetingRow, NoticeNoted, SanctionState, SanctionStatus};
use domain::ids::{BreachId, DeskId, MeetingId, NoticeId, StaffId};
use domain::meeting::Member;
use domain::penalty::notice::{Confirmed, Notice, notices};
use domain::who::Role;
use domain::work_date::{Month, WorkDate};
use serde::Serialize;
use std::collections::BTreeSet;

/// A notice with what HR noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeRow {
    /// As derived now.
    #[serde(flatten)]
    pub notice: Notice,
    /// 姓名
    pub name: String,
    /// HR has taken note of it.
    pub noted: Option<NoticeNoted>,
    /// 姓名 of who did.
    pub noted_by_name: Option<String>,
}

impl View<'_> {
    /// One meeting.
    pub fn meeting(&self, meeting: MeetingId) -> Result<Option<MeetingRow>> {
        let found = self.facts.state("meeting", &meeting.to_string())?;
        found.map(|row| self.named_meeting(row)).transpose()
    }

    /// A desk's meetings from `first` to `last`, cancelled ones too, in order of time.
    pub fn meetings(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<MeetingRow>> {
        let dates = (first.to_string(), last.to_string());
        let rows: Vec<MeetingRow> = self.facts.states(
            "meeting",
            By::Desk(desk.as_str()),
            Some((&dates.0, &dates.1)),
        )?;
        let mut rows = rows
            .into_iter()
            .map(|row| self.named_meeting(row))
            .collect::<Result<Vec<_>>>()?;
        rows.sort_by_key(|row| (row.date, row.start, row.meeting));
        Ok(rows)
    }

    /// A desk's meetings whose minutes somebody has not signed yet, oldest first (S3).
    pub fn minutes_unsigned(&self, desk: &DeskId) -> Result<Vec<MeetingRow>> {
        let rows: Vec<MeetingRow> =
            self.facts
                .states_at("meeting", By::Desk(desk.as_str()), "unsigned")?;
        let mut rows = rows
            .into_iter()
            .map(|row| self.named_meeting(row))
            .collect::<Result<Vec<_>>>()?;
        rows.sort_by_key(|row| (row.date, row.start, row.meeting));
        Ok(rows)
    }

    /// The people of a desk on a day as a meeting sees them, by number.
    pub fn members(&self, desk: &DeskId, date: WorkDate) -> Result<Vec<Member>> {
        let mut members = Vec::new();
        for person in self.facts.staff_of(Some(desk))? {
            if !person.is_employed_on(date) {
                continue;
            }
            let cells = self.shifts_of(&person.staff, date, date)?;
            let shift = cells.get(&date).and_then(|cell| cell.shift.as_ref());
            members.push(Member {
                of_desk: person.roles.contains(&Role::Staff)
                    || (person.roles.contains(&Role::Lead) && person.leads.contains(desk)),
                shift: shift.map(|shift| shift.code.clone()),
                staff: person.staff,
            });
        }
        Ok(members)
    }

    /// Who is to come to a meeting.
    pub fn meeting_expected(&self, row: &MeetingRow) -> Result<BTreeSet<StaffId>> {
        let members = self.members(&row.desk, row.date)?;
        let policy = self.policy_on(&row.desk, row.date)?;
        let day_off_expected = policy
            .and_then(|policy| policy.meeting)
            .is_none_or(|meeting| meeting.day_off_expected);
        let rostered = members.iter().any(|member| member.shift.is_some());
        Ok(domain::meeting::expected(
            &row.expected,
            &members,
            day_off_expected,
            rostered,
        ))
    }

    fn named_meeting(&self, mut row: MeetingRow) -> Result<MeetingRow> {
        row.by_name = self.name(&row.by)?;
        row.unsigned = row.who_is_to_sign();
        for filed in &mut row.statements {
            filed.name = self.name(&filed.staff)?;
        }
        let attendance = row.attendance.iter();
        let named: BTreeSet<StaffId> = attendance
            .flat_map(|taken| taken.present.iter().chain(&taken.absent).chain([&taken.by]))
            .chain(row.minutes.iter().map(|minutes| &minutes.by))
            .cloned()
            .collect();
        for staff in named {
            let name = self.name(&staff)?;
            row.names.insert(staff, name);
        }
        Ok(row)
    }

    /// One breach recorded by hand.
    pub fn breach(&self, breach: BreachId) -> Result<Option<BreachRow>> {
        let found = self.facts.state("breach", &breach.to_string())?;
        found.map(|row| self.named_breach(row)).transpose()
    }

    /// The breaches that a desk's lead recorded about a month, by day.
    pub fn breaches(&self, desk: &DeskId, month: Month) -> Result<Vec<BreachRow>> {
        let dates = (month.first().to_string(), month.last().to_string());
        let rows: Vec<BreachRow> = self.facts.states(
            "breach",
            By::Desk(desk.as_str()),
            Some((&dates.0, &dates.1)),
        )?;
        rows.into_iter().map(|row| self.named_breach(row)).collect()
    }

    fn named_breach(&self, mut row: BreachRow) -> Result<BreachRow> {
        row.name = self.name(&row.staff)?;
        Ok(row)
    }

    /// The notices that a desk's confirmed penalties come to (D6), by day.
    pub fn notices(&self, desk: &DeskId) -> Result<Vec<NoticeRow>> {
        let row = self.facts.desk(desk)?;
        let Some(document) = row.as_ref().and_then(|row| row.policy.as_ref()) else {
            return Ok(Vec::new());
        };
        let escalates = |policy: &domain::policy::Policy| policy.sanction.escalation.is_some();
        if !document.versions.iter().any(escalates) {
            return Ok(Vec::new());
        }
        let approved: Vec<SanctionState> = self.facts.states_at("sanction", By::All, "approved")?;
        let months: BTreeSet<Month> = approved.iter().map(|state| state.month).collect();
        let mut confirmed = Vec::new();
        for month in months {
            for found in self.penalties(desk, month)? {
                let stands =
                    found.kind == SanctionKind::Penalty && found.status == SanctionStatus::Approved;
                let approval = found
                    .steps
                    .iter()
                    .rfind(|step| step.status == SanctionStatus::Approved);
                if let (true, Some(approval), Some(rule), Some(work_date)) =
                    (stands, approval, found.rule, found.work_date)
                {
                    confirmed.push(Confirmed {
                        event: approval.event,
                        sanction: found.sanction,
                        staff: found.staff,
                        rule,
                        work_date,
                    });
                }
            }
        }
        notices(desk, &confirmed, document)
            .into_iter()
            .map(|notice| self.notice_row(notice))
            .collect()
    }

    /// One notice, while it stands.
    pub fn notice(&self, notice: &NoticeId) -> Result<Option<NoticeRow>> {
        for desk in self.desks()? {
            let rows = self.notices(&desk.desk)?;
            if let Some(found) = rows.into_iter().find(|row| row.notice.id == *notice) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn notice_row(&self, notice: Notice) -> Result<NoticeRow> {
        let noted: Option<NoticeNoted> = self.facts.state("notice", notice.id.as_str())?;
        let noted_by_name = match &noted {
            Some(noted) => Some(self.name(&noted.by)?),
            None => None,
        };
        Ok(NoticeRow {
            name: self.name(&notice.staff)?,
            notice,
            noted,
            noted_by_name,
        })
    }
}
