//! Meetings, breaches recorded by hand, notices noted.

use super::*;
use domain::ids::MeetingId;

impl Applier<'_> {
    pub(super) fn meeting(
        &mut self,
        at: &At<'_>,
        desk: &DeskId,
        event: MeetingEvent,
    ) -> Result<()> {
        let event_id = at.event;
        match event {
            MeetingEvent::MeetingScheduled(scheduled) => {
                let row = MeetingRow {
                    meeting: scheduled.meeting,
                    desk: desk.clone(),
                    kind: scheduled.kind,
                    title: scheduled.title,
                    date: scheduled.date,
                    start: scheduled.start,
                    length_minutes: scheduled.minutes,
                    expected: scheduled.expected,
                    recurring: scheduled.recurring,
                    by: scheduled.by,
                    by_name: String::new(),
                    cancelled: None,
                    statements: Vec::new(),
                    attendance: None,
                    minutes: None,
                    signatures: Default::default(),
                    unsigned: Default::default(),
                    names: Default::default(),
                    events: Vec::new(),
                };
                self.meeting_state(at, Some(row), |_| ())
            }
            MeetingEvent::MeetingCancelled(cancelled) => {
                let known = self.known_meeting(cancelled.meeting)?;
                self.meeting_state(at, known, |row| row.cancelled = Some(cancelled.reason))
            }
            MeetingEvent::StatementFiled(filed) => {
                let known = self.known_meeting(filed.meeting)?;
                self.meeting_state(at, known, |row| {
                    row.statements.retain(|known| known.staff != filed.staff);
                    row.statements.push(StatementRow {
                        staff: filed.staff,
                        name: String::new(),
                        text: filed.text,
                        at: filed.at,
                        event: event_id,
                    });
                })
            }
            MeetingEvent::AttendanceTaken(taken) => {
                let known = self.known_meeting(taken.meeting)?;
                let before = known.as_ref().and_then(|row| row.attendance.clone());
                if let Some(row) = &known {
                    let earlier = before.iter().flat_map(|taken| &taken.present);
                    for staff in earlier.chain(&taken.present) {
                        self.dirty.day(staff, row.date);
                    }
                }
                self.meeting_state(at, known, |row| {
                    row.attendance = Some(AttendanceRow {
                        present: taken.present,
                        absent: taken.absent,
                        by: taken.by,
                        at: taken.at,
                        event: event_id,
                    });
                })
            }
            MeetingEvent::MinutesPublished(published) => {
                let known = self.known_meeting(published.meeting)?;
                self.meeting_state(at, known, |row| {
                    row.minutes = Some(MeetingMinutesRow {
                        revision: published.revision,
                        text: published.text,
                        by: published.by,
                        at: published.at,
                    });
                })
            }
            MeetingEvent::MinutesSigned(signed) => {
                let known = self.known_meeting(signed.meeting)?;
                self.meeting_state(at, known, |row| {
                    row.signatures.insert(signed.staff, signed.revision);
                })
            }
        }
    }

    fn known_meeting(&self, meeting: MeetingId) -> Result<Option<MeetingRow>> {
        self.facts.state("meeting", &meeting.to_string())
    }

    fn meeting_state(
        &mut self,
        at: &At<'_>,
        row: Option<MeetingRow>,
        change: impl FnOnce(&mut MeetingRow),
    ) -> Result<()> {
        let Some(mut row) = row else { return Ok(()) };
        change(&mut row);
        row.events.push(at.event);
        let status = if row.cancelled.is_some() {
            "cancelled"
        } else if row.who_is_to_sign().is_empty() {
            "standing"
        } else {
            "unsigned"
        };
        let keys = Keys {
            desk: Some(&row.desk),
            first: Some(row.date),
            status: Some(status.to_owned()),
            ..Keys::default()
        };
        self.put(at, "meeting", &row.meeting.to_string(), keys, &row)?;
        self.dirty.evidence(&row.desk, row.date);
        Ok(())
    }

    pub(super) fn breach_recorded(
        &mut self,
        at: &At<'_>,
        desk: &DeskId,
        recorded: BreachRecorded,
    ) -> Result<()> {
        let row = BreachRow {
            breach: recorded.breach,
            desk: desk.clone(),
            rule: recorded.rule,
            staff: recorded.staff,
            name: String::new(),
            work_date: recorded.work_date,
            subject: recorded.subject,
            evidence: recorded.evidence,
            by: recorded.by,
            at: recorded.at,
            retracted: None,
            events: Vec::new(),
        };
        self.breach_state(at, row)
    }

    pub(super) fn breach_retracted(
        &mut self,
        at: &At<'_>,
        retracted: BreachRetracted,
    ) -> Result<()> {
        let known = self.facts.state("breach", &retracted.breach.to_string())?;
        let Some(known) = known else { return Ok(()) };
        let row = BreachRow {
            retracted: Some(retracted.reason),
            ..known
        };
        self.breach_state(at, row)
    }

    fn breach_state(&mut self, at: &At<'_>, mut row: BreachRow) -> Result<()> {
        row.events.push(at.event);
        let status = if row.retracted.is_some() {
            "retracted"
        } else {
            "standing"
        };
        let keys = Keys {
            desk: Some(&row.desk),
            staff: Some(&row.staff),
            first: Some(row.work_date),
            status: Some(status.to_owned()),
            ..Keys::default()
        };
        self.put(at, "breach", &row.breach.to_string(), keys, &row)?;
        self.dirty.evidence(&row.desk, row.work_date);
        Ok(())
    }

    pub(super) fn notice_noted(
        &self,
        at: &At<'_>,
        staff: &StaffId,
        noted: NoticeAcknowledged,
    ) -> Result<()> {
        let row = NoticeNoted {
            notice: noted.notice,
            note: noted.note,
            by: noted.by,
            at: noted.at,
            event: at.event,
        };
        let keys = Keys {
            staff: Some(staff),
            ..Keys::default()
        };
        self.put(at, "notice", row.notice.as_str(), keys, &row)
    }
}
