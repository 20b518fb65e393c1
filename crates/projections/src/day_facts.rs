//! What reckoning is given about one person's work date.

use crate::columns::{event_id, instant, micros};
use crate::error::Result;
use crate::facts::{By, CellInForce, Facts, policy_on};
use crate::rules;
use crate::states::{CorrectionRow, DeskRow, LeaveRow, StaffRow, SwapRow, SwapStatus};
use chrono::{DateTime, Utc};
use domain::day::{CorrectionFact, DayFacts, LeaveFact, PresenceShown, UnarrangedSwapFact};
use domain::ids::{EventId, StaffId};
use domain::leave::unit::on_shift;
use domain::policy::Policy;
use domain::post::PostFacts;
use domain::shift::Shift;
use domain::work_date::{DayMinute, WorkDate};
use std::rc::Rc;

/// A day's facts with the rules they are judged by.
pub(crate) struct ReckonedBy {
    pub(crate) facts: DayFacts,
    pub(crate) desk: Rc<DeskRow>,
    /// Where the person works that day: another desk while lent to it (D2).
    site: Rc<DeskRow>,
}

impl ReckonedBy {
    pub(crate) fn policy(&self) -> Option<&Policy> {
        policy_on(&self.desk, self.facts.date)
    }
}

impl Facts<'_> {
    /// All that is known of a person's work date; none when nothing is: no roster, no punch, no request, or no desk.
    pub(crate) fn day_facts(&self, staff: &StaffId, date: WorkDate) -> Result<Option<ReckonedBy>> {
        let Some(mut day) = self.day_facts_alone(staff, date)? else {
            return Ok(None);
        };
        let assignment = day.facts.assignment.as_ref();
        if let Some(shift) = assignment.and_then(|assignment| assignment.shift.as_ref())
            && crate::post::hands_over(&day.site)
            && let Some(duty) = self.duty(&day.site, staff, date, shift)?
        {
            day.facts.post.kept_waiting = self.kept_waiting(&day.site, &duty)?;
        }
        Ok(Some(day))
    }

    /// The same without who waited for the person.
    pub(crate) fn day_facts_alone(
        &self,
        staff: &StaffId,
        date: WorkDate,
    ) -> Result<Option<ReckonedBy>> {
        let Some(person) = self.staff(staff)? else {
            return Ok(None);
        };
        let Some(desk) = self.desk(&person.desk)? else {
            return Ok(None);
        };
        let Some(policy) = policy_on(&desk, date) else {
            return Ok(None);
        };
        let (site, lent) = self.lent_times(&person, &desk, date)?;
        let zone = site.zone;
        let midnight = |offset: i64| zone.instant(date.plus_days(offset), DayMinute(0));
        let cells = self.cells_about(staff, date.plus_days(-2), date.plus_days(2))?;
        let shift_span = |offset: i64| {
            let date = date.plus_days(offset);
            let shift = cells.get(&date)?.shift.as_ref()?;
            rules::span(shift, zone, date)
        };
        let previous_shift_end = [-1, -2]
            .iter()
            .find_map(|&offset| shift_span(offset))
            .map(|(_, end)| end);
        let next_shift_start = [1, 2]
            .iter()
            .find_map(|&offset| shift_span(offset))
            .map(|(start, _)| start);
        let cell = cells.get(&date).filter(|_| person.is_employed_on(date));
        let shift = cell.and_then(|cell| cell.shift.clone());

        let day = date.to_string();
        let punches = self.punches(staff, midnight(-1), midnight(3))?;
        let corrections: Vec<CorrectionRow> =
            self.states("correction", By::Staff(staff.as_str()), Some((&day, &day)))?;
        let leaves: Vec<LeaveRow> =
            self.states("leave", By::Staff(staff.as_str()), Some((&day, &day)))?;
        let overtime = self.overtime(staff, date)?;
        let meetings = self.meetings_attended(staff, &desk, policy, date)?;
        let punched_today = punches.iter().any(|punch| {
            let at = punch.suspicion.map_or(punch.at, |_| punch.received_at);
            zone.date(at) == date
        });
        if cell.is_none()
            && !punched_today
            && corrections.is_empty()
            && leaves.is_empty()
            && overtime.is_empty()
            && meetings.is_empty()
        {
            return Ok(None);
        }

        let (unarranged_swaps, colleague_punches) = match &shift {
            Some(shift) => (
                self.unarranged_swaps(&person, date)?,
                self.colleague_punches(&person, &site, policy, shift, date)?,
            ),
            None => (Vec::new(), Vec::new()),
        };
        let mut presence = match &shift {
            Some(shift) => self.presence_shown(staff, &site, policy, shift, date)?,
            None => Vec::new(),
        };
        // Whoever sat in a meeting was there.
        presence.extend(meetings.iter().map(|meeting| PresenceShown {
            event: meeting.event,
            at: meeting.from,
        }));
        let mut post = PostFacts::default();
        if let Some(shift) = &shift {
            let rules = policy_on(&site, date).unwrap_or(policy);
            post = self.post_facts(&site, rules, staff, date, shift)?;
            if crate::post::hands_over(&site)
                && let Some(duty) = self.duty(&site, staff, date, shift)?
            {
                presence.extend(self.handovers_shown(&site, &duty)?);
            }
        }
        // What time passing decides about a day is decided when its windows are over; later days change nothing.
        let settled = date.plus_days(rules::settling_days(&desk));
        let closed_through = self
            .closed_through(&desk.desk)?
            .map(|last| last.min(settled));
        let facts = DayFacts {
            staff: staff.clone(),
            desk: desk.desk.clone(),
            date,
            zone,
            assignment: cell.cloned().map(CellInForce::assignment),
            previous_shift_end,
            next_shift_start,
            punches,
            corrections: corrections.into_iter().map(correction).collect(),
            leaves: leaves
                .into_iter()
                .map(|leave| leave_on(leave, shift.as_ref()))
                .collect(),
            unarranged_swaps,
            colleague_punches,
            presence,
            overtime,
            meetings,
            day_kind: self.day_kind(date)?,
            closed_through,
            post,
            lent,
        };
        Ok(Some(ReckonedBy { facts, desk, site }))
    }

    /// Swaps that would take the person off this day and were not approved (T9). One that was withdrawn was given up.
    fn unarranged_swaps(
        &self,
        person: &StaffRow,
        date: WorkDate,
    ) -> Result<Vec<UnarrangedSwapFact>> {
        let staff = person.staff.as_str();
        let day = date.to_string();
        let dates = Some((day.as_str(), day.as_str()));
        let given: Vec<SwapRow> = self.states("swap", By::Staff(staff), dates)?;
        let taken: Vec<SwapRow> = self.states("swap", By::Other(staff), dates)?;
        let given = given
            .into_iter()
            .filter(|swap| swap.give == date)
            .filter(|swap| !matches!(swap.status, SwapStatus::Approved | SwapStatus::Withdrawn))
            .map(|swap| UnarrangedSwapFact {
                swap: swap.swap,
                events: swap.events,
                with: swap.with,
            });
        // The colleague's own day is given away only once the colleague has agreed.
        let taken = taken
            .into_iter()
            .filter(|swap| swap.take == Some(date) && swap.agreed_at.is_some())
            .filter(|swap| matches!(swap.status, SwapStatus::Agreed | SwapStatus::Refused))
            .map(|swap| UnarrangedSwapFact {
                swap: swap.swap,
                events: swap.events,
                with: swap.from,
            });
        Ok(given.chain(taken).collect())
    }

    /// In-punches about where the shift begins by colleagues of the desk who had no shift of their own that day. What
    /// belongs to a shift of theirs of the day before or after says nothing about this one.
    fn colleague_punches(
        &self,
        person: &StaffRow,
        desk: &DeskRow,
        policy: &Policy,
        shift: &Shift,
        date: WorkDate,
    ) -> Result<Vec<EventId>> {
        let Some((start, _)) = rules::span(shift, desk.zone, date) else {
            return Ok(Vec::new());
        };
        let read = || self.stand_ins(desk, policy, date, start);
        let found = match &self.kept {
            Some(kept) => {
                let key = (desk.desk.clone(), person.desk.clone(), date, start);
                kept.stand_ins.get(&key, read)?
            }
            None => read()?,
        };
        let others = found.iter().filter(|(_, staff)| *staff != person.staff);
        Ok(others.map(|(event, _)| *event).collect())
    }

    /// In-punches at a desk about `start` by people without a shift of their own that day.
    fn stand_ins(
        &self,
        desk: &DeskRow,
        policy: &Policy,
        date: WorkDate,
        start: DateTime<Utc>,
    ) -> Result<Rc<[(EventId, StaffId)]>> {
        let from = rules::moved(start, -policy.punch.window_before_minutes);
        let until = rules::moved(start, policy.punch.window_after_minutes);
        let punches = {
            let mut statement = self.connection.prepare_cached(
                "SELECT event, staff, at FROM punches
                 WHERE desk = ?1 AND day_at BETWEEN ?2 AND ?3 AND kind = 'in'
                   AND suspicion IS NULL AND position <= ?4 ORDER BY day_at, position",
            )?;
            let rows = statement.query_map(
                (
                    desk.desk.as_str(),
                    micros(from),
                    micros(until),
                    self.limit(),
                ),
                |row| {
                    Ok((
                        event_id(row.get(0)?),
                        row.get::<_, String>(1)?,
                        instant(row.get(2)?),
                    ))
                },
            )?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        let (yesterday, tomorrow) = (date.plus_days(-1), date.plus_days(1));
        let mut found = Vec::new();
        for (event, staff, at) in punches {
            let staff = StaffId::new(staff);
            let own = self.cells_about(&staff, yesterday, tomorrow)?;
            let has_shift = |on: &WorkDate| own.get(on).is_some_and(|cell| cell.shift.is_some());
            let is_about = |on: &WorkDate| {
                let shift = own.get(on).and_then(|cell| cell.shift.as_ref());
                shift.is_some_and(|shift| rules::is_about(shift, desk.zone, *on, policy, at))
            };
            if !has_shift(&date) && !is_about(&yesterday) && !is_about(&tomorrow) {
                found.push((event, staff));
            }
        }
        Ok(found.into())
    }

    /// What shows that somebody was there in each segment: a positive spot check in it, coming online in it, or being
    /// online as it began (having come online no earlier than a punch for the shift could have been made).
    fn presence_shown(
        &self,
        staff: &StaffId,
        desk: &DeskRow,
        policy: &Policy,
        shift: &Shift,
        date: WorkDate,
    ) -> Result<Vec<PresenceShown>> {
        let Some((start, end)) = rules::span(shift, desk.zone, date) else {
            return Ok(Vec::new());
        };
        let from = rules::moved(start, -policy.punch.window_before_minutes);
        let reports = self.presence(staff, from, end)?;
        let mut shown = Vec::new();
        for segment in &shift.segments {
            let begins = desk.zone.instant(date, segment.start);
            let ends = desk.zone.instant(date, segment.end);
            let mut online_since: Option<(EventId, DateTime<Utc>)> = None;
            for &(event, at, online) in reports.iter().filter(|(_, at, _)| *at < begins) {
                online_since = online.then_some((event, at));
            }
            shown.extend(online_since.map(|(event, _)| PresenceShown { event, at: begins }));
            let inside = reports
                .iter()
                .filter(|(_, at, online)| *online && begins <= *at && *at < ends);
            shown.extend(inside.map(|&(event, at, _)| PresenceShown { event, at }));
        }
        let checks = self.spot_checks(staff, start, end)?;
        shown.extend(
            checks
                .into_iter()
                .filter(|(_, _, on_post)| *on_post)
                .map(|(event, at, _)| PresenceShown { event, at }),
        );
        Ok(shown)
    }
}

fn correction(row: CorrectionRow) -> CorrectionFact {
    CorrectionFact {
        correction: row.correction,
        events: row.events,
        edge: row.edge,
        claimed_at: row.claimed_at,
        status: row.status,
    }
}

/// A half of the day is a half of the shift in force.
fn leave_on(mut row: LeaveRow, shift: Option<&Shift>) -> LeaveFact {
    if let Some(shift) = shift {
        row.span = on_shift(&row.span, row.half, shift);
    }
    row.into()
}

impl From<LeaveRow> for LeaveFact {
    fn from(row: LeaveRow) -> Self {
        Self {
            leave: row.leave,
            events: row.events,
            kind: row.kind,
            span: row.span,
            filed_at: row.requested_at,
            emergency: row.emergency.is_some(),
            status: row.status,
        }
    }
}
