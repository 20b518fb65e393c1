//! Meetings and recorded breaches as reckoning and penalties are given them.

use crate::error::Result;
use crate::facts::{By, Facts};
use crate::states::{BreachRow, ComplaintRow, DeskRow, LeaveRow, MeetingRow};
use chrono::TimeDelta;
use domain::day::{AttendedMeeting, LeaveFact};
use domain::event::BreachEvidence;
use domain::ids::{DeskId, EventId, StaffId};
use domain::penalty::{BreachFact, MeetingAbsence, MeetingFact};
use domain::policy::Policy;
use domain::work_date::{Month, WorkDate};

impl Facts<'_> {
    /// The meetings of a day that somebody attended; none where the desk's policy holds no meetings.
    pub(crate) fn meetings_attended(
        &self,
        staff: &StaffId,
        desk: &DeskRow,
        policy: &Policy,
        date: WorkDate,
    ) -> Result<Vec<AttendedMeeting>> {
        if policy.meeting.is_none() {
            return Ok(Vec::new());
        }
        let day = date.to_string();
        let rows: Vec<MeetingRow> =
            self.states("meeting", By::Desk(desk.desk.as_str()), Some((&day, &day)))?;
        let attended = rows.iter().filter_map(|row| {
            let taken = row.attendance.as_ref()?;
            taken.present.contains(staff).then(|| AttendedMeeting {
                event: taken.event,
                from: desk.zone.instant(row.date, row.start),
                until: desk.zone.instant(row.date, row.end()),
            })
        });
        Ok(attended.collect())
    }

    /// The meetings of a month whose attendance was taken, with what speaks for those who were missing.
    pub(crate) fn meeting_facts(&self, desk: &DeskId, month: Month) -> Result<Vec<MeetingFact>> {
        let dates = (month.first().to_string(), month.last().to_string());
        let rows: Vec<MeetingRow> = self.states(
            "meeting",
            By::Desk(desk.as_str()),
            Some((&dates.0, &dates.1)),
        )?;
        let mut facts = Vec::new();
        for row in rows {
            let Some(taken) = row.attendance.as_ref().filter(|_| row.cancelled.is_none()) else {
                continue;
            };
            let day = row.date.to_string();
            let mut absent = Vec::new();
            for staff in &taken.absent {
                let leaves: Vec<LeaveRow> =
                    self.states("leave", By::Staff(staff.as_str()), Some((&day, &day)))?;
                let statement = row.statements.iter().find(|filed| filed.staff == *staff);
                absent.push(MeetingAbsence {
                    staff: staff.clone(),
                    statement: statement.map(|filed| (filed.event, filed.at)),
                    leaves: leaves.into_iter().map(LeaveFact::from).collect(),
                });
            }
            let called = row.events.first().copied();
            facts.push(MeetingFact {
                meeting: row.meeting,
                events: called.into_iter().chain([taken.event]).collect(),
                kind: row.kind,
                end: row.end(),
                title: row.title,
                date: row.date,
                start: row.start,
                absent,
            });
        }
        Ok(facts)
    }

    /// The breaches of a month that stand, with the events of what they rest on.
    pub(crate) fn breach_facts(&self, desk: &DeskId, month: Month) -> Result<Vec<BreachFact>> {
        let dates = (month.first().to_string(), month.last().to_string());
        let rows: Vec<BreachRow> = self.states(
            "breach",
            By::Desk(desk.as_str()),
            Some((&dates.0, &dates.1)),
        )?;
        let mut facts = Vec::new();
        for row in rows.into_iter().filter(|row| row.retracted.is_none()) {
            let mut events = row.events.clone();
            events.extend(self.grounds_of(&row)?);
            facts.push(BreachFact {
                breach: row.breach,
                events,
                rule: row.rule,
                staff: row.staff,
                work_date: row.work_date,
                subject: row.subject,
            });
        }
        Ok(facts)
    }

    fn grounds_of(&self, row: &BreachRow) -> Result<Vec<EventId>> {
        match &row.evidence {
            None => Ok(Vec::new()),
            Some(BreachEvidence::SpotCheck { at }) => {
                let just_after = at
                    .checked_add_signed(TimeDelta::microseconds(1))
                    .unwrap_or(*at);
                let checks = self.spot_checks(&row.staff, *at, just_after)?;
                Ok(checks.into_iter().map(|(event, _, _)| event).collect())
            }
            Some(BreachEvidence::Complaint { complaint }) => {
                let found: Option<ComplaintRow> =
                    self.state("complaint", &complaint.to_string())?;
                Ok(found.map(|found| found.events).unwrap_or_default())
            }
        }
    }
}
