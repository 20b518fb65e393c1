//! Handovers, open items and work outside (P5–P7, S4, D9): their states, and what a day's facts hold of them.

use crate::day_facts::ReckonedBy;
use crate::error::Result;
use crate::facts::{By, Facts, policy_on};
use crate::rules;
use crate::states::{CorrectionRow, DeskRow, LeaveRow};
use chrono::{DateTime, Utc};
use domain::day::{PresenceShown, RequestStatus};
use domain::event::{Edge, HandoverSigner, PunchKind, Side};
use domain::evidence::ItemHolder;
use domain::ids::{DeskId, EventId, HandoverId, ItemId, OutingId, StaffId};
use domain::leave::unit::on_shift;
use domain::policy::Policy;
use domain::post::{
    Duty, HandoverFact, HandoverWanted, ItemClosedFact, KeptWaiting, NotFoundFact, OutingFact,
    PostFacts, handover_wanted,
};
use domain::reckoning::reckon;
use domain::shift::Shift;
use domain::work_date::{DayMinute, WorkDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where a handover stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoverStatus {
    /// Waits for a signature.
    Offered,
    /// Taken over.
    Signed,
    /// A later offer took its place.
    Replaced,
}

/// A handover (交接班).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverRow {
    /// Its id.
    pub handover: HandoverId,
    /// Which desk.
    pub desk: DeskId,
    /// Who goes.
    pub staff: StaffId,
    /// 姓名
    #[serde(default)]
    pub name: String,
    /// The day the ending shift began on.
    pub work_date: WorkDate,
    /// The post it is given to (P6); none: to a colleague.
    pub to_post: Option<String>,
    /// What the next shift should know (P7).
    pub notes: String,
    /// Open items that go with it.
    pub items: Vec<ItemId>,
    /// When.
    pub offered_at: DateTime<Utc>,
    /// Where it stands.
    pub status: HandoverStatus,
    /// Who took the post over.
    pub signer: Option<HandoverSigner>,
    /// When.
    pub signed_at: Option<DateTime<Utc>>,
    /// Its events.
    pub events: Vec<EventId>,
}

/// Somebody was let go without a handover (P5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverWaiverRow {
    /// Who.
    pub staff: StaffId,
    /// Of which day.
    pub work_date: WorkDate,
    /// Why.
    pub reason: String,
    /// Who let them.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// The event.
    pub event: EventId,
}

/// What came of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemClosing {
    /// In words.
    pub note: String,
    /// Who did it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// The event.
    pub event: EventId,
}

/// Something that is to be done (交办事项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRow {
    /// Its id.
    pub item: ItemId,
    /// Which desk.
    pub desk: DeskId,
    /// The day it was raised on: its stream.
    pub date: WorkDate,
    /// What is to be done.
    pub text: String,
    /// Who wrote it down.
    pub raised_by: StaffId,
    /// When.
    pub raised_at: DateTime<Utc>,
    /// With whom it lies.
    pub holder: ItemHolder,
    /// 姓名, or the post.
    #[serde(default)]
    pub holder_name: String,
    /// What came of it; none: open.
    pub closed: Option<ItemClosing>,
    /// Its events.
    pub events: Vec<EventId>,
}

/// A check of work outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutingCheck {
    /// Whether it was as registered.
    pub confirmed: bool,
    /// What was found.
    pub note: String,
    /// Who asked.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Work outside (外出, D9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutingRow {
    /// Its id.
    pub outing: OutingId,
    /// Which desk.
    pub desk: DeskId,
    /// Who.
    pub staff: StaffId,
    /// 姓名
    #[serde(default)]
    pub name: String,
    /// The day the shift began on: its stream.
    pub work_date: WorkDate,
    /// Where to.
    pub place: String,
    /// What for.
    pub purpose: String,
    /// Registered and gone at.
    pub left_at: DateTime<Utc>,
    /// When the person means to be back.
    pub expected_return_at: DateTime<Utc>,
    /// Back at.
    pub returned_at: Option<DateTime<Utc>>,
    /// The latest check.
    pub check: Option<OutingCheck>,
    /// Its events, the registration first.
    pub events: Vec<EventId>,
}

impl Facts<'_> {
    /// Every shift of a desk that begins from `first` to `last`, as rostered, by date and person.
    pub(crate) fn duties(
        &self,
        desk: &DeskRow,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<Duty>> {
        let people = {
            let mut statement = self.connection.prepare_cached(
                "SELECT DISTINCT staff FROM roster_cells
                 WHERE desk = ?1 AND date BETWEEN ?2 AND ?3 AND shift IS NOT NULL AND position <= ?4",
            )?;
            let rows = statement.query_map(
                (
                    desk.desk.as_str(),
                    first.to_string(),
                    last.to_string(),
                    self.limit(),
                ),
                |row| row.get::<_, String>(0),
            )?;
            rows.collect::<rusqlite::Result<Vec<_>>>()?
        };
        let mut duties = Vec::new();
        for staff in people {
            let staff = StaffId::new(staff);
            let Some(person) = self.staff(&staff)? else {
                continue;
            };
            for (date, cell) in self.cells_in_force(&staff, first, last)? {
                if cell.desk == desk.desk
                    && person.is_employed_on(date)
                    && let Some(shift) = &cell.shift
                {
                    duties.extend(self.duty(desk, &staff, date, shift)?);
                }
            }
        }
        duties.sort_by(|a, b| (a.date, &a.staff).cmp(&(b.date, &b.staff)));
        Ok(duties)
    }

    /// A shift with the leave that was approved for its day.
    pub(crate) fn duty(
        &self,
        desk: &DeskRow,
        staff: &StaffId,
        date: WorkDate,
        shift: &Shift,
    ) -> Result<Option<Duty>> {
        let Some(mut duty) = Duty::of(staff, date, shift, desk.zone) else {
            return Ok(None);
        };
        let day = date.to_string();
        let leaves: Vec<LeaveRow> =
            self.states("leave", By::Staff(staff.as_str()), Some((&day, &day)))?;
        for leave in leaves
            .iter()
            .filter(|leave| leave.status == RequestStatus::Approved)
        {
            duty.leave
                .push(match on_shift(&leave.span, leave.half, shift).window {
                    None => (duty.from(), duty.until()),
                    Some((start, end)) => {
                        (desk.zone.instant(date, start), desk.zone.instant(date, end))
                    }
                });
        }
        Ok(Some(duty))
    }

    /// What the end of a shift asks for; none where the rules of its day ask for nothing.
    pub(crate) fn handover_wanted(
        &self,
        desk: &DeskRow,
        duty: &Duty,
    ) -> Result<Option<HandoverWanted>> {
        let policy = policy_on(desk, duty.date).and_then(|policy| policy.handover.as_ref());
        let Some(policy) = policy.filter(|policy| policy.shifts.contains(&duty.code)) else {
            return Ok(None);
        };
        let desk_duties = self.duties(desk, duty.date, duty.date.plus_days(1))?;
        Ok(handover_wanted(duty, &desk_duties, policy))
    }

    /// When somebody came for a shift: an approved correction, else the first in-punch about it.
    pub(crate) fn arrival(
        &self,
        policy: &Policy,
        duty: &Duty,
    ) -> Result<Option<(DateTime<Utc>, Vec<EventId>)>> {
        let day = duty.date.to_string();
        let corrections: Vec<CorrectionRow> = self.states(
            "correction",
            By::Staff(duty.staff.as_str()),
            Some((&day, &day)),
        )?;
        let first_in = Edge {
            segment: 0,
            side: Side::In,
        };
        let corrected = corrections.into_iter().find(|correction| {
            correction.edge == first_in && correction.status == RequestStatus::Approved
        });
        if let Some(corrected) = corrected {
            return Ok(Some((corrected.claimed_at, corrected.events)));
        }
        let from = rules::moved(duty.from(), -policy.punch.window_before_minutes);
        let punches = self.punches(&duty.staff, from, duty.until())?;
        let first = punches
            .into_iter()
            .find(|punch| punch.kind == PunchKind::In && punch.suspicion.is_none());
        Ok(first.map(|punch| (punch.at, vec![punch.event])))
    }

    /// The handover that somebody offered for a shift and that stands.
    pub(crate) fn handover_of(
        &self,
        staff: &StaffId,
        date: WorkDate,
    ) -> Result<Option<HandoverRow>> {
        let day = date.to_string();
        let offered: Vec<HandoverRow> =
            self.states("handover", By::Staff(staff.as_str()), Some((&day, &day)))?;
        Ok(offered
            .into_iter()
            .find(|row| row.status != HandoverStatus::Replaced))
    }

    /// Whether somebody was let go without one.
    pub(crate) fn handover_waiver(
        &self,
        staff: &StaffId,
        date: WorkDate,
    ) -> Result<Option<HandoverWaiverRow>> {
        self.state("handover_waiver", &format!("{staff}/{date}"))
    }

    /// When somebody was free to go: the signature or the waiver, whichever came first.
    pub(crate) fn released_at(
        &self,
        staff: &StaffId,
        date: WorkDate,
    ) -> Result<Option<DateTime<Utc>>> {
        let signed = self
            .handover_of(staff, date)?
            .and_then(|handover| handover.signed_at);
        let waived = self.handover_waiver(staff, date)?.map(|waiver| waiver.at);
        Ok(signed.into_iter().chain(waived).min())
    }

    fn handover_fact(
        &self,
        desk: &DeskRow,
        policy: &Policy,
        duty: &Duty,
    ) -> Result<Option<HandoverFact>> {
        let Some(wanted) = self.handover_wanted(desk, duty)? else {
            return Ok(None);
        };
        let mut events = Vec::new();
        if let Some(handover) = self.handover_of(&duty.staff, duty.date)? {
            events.extend(handover.events);
        }
        if let Some(waiver) = self.handover_waiver(&duty.staff, duty.date)? {
            events.push(waiver.event);
        }
        let mut fact = HandoverFact {
            relief: None,
            relief_due_at: None,
            relief_arrived_at: None,
            released_at: self.released_at(&duty.staff, duty.date)?,
            events,
        };
        // Another post is always there; only a colleague can be late for the desk.
        if wanted.posts.is_empty()
            && let Some(relief) = wanted.reliefs.first()
        {
            let lead = policy.punch.arrival_lead_minutes;
            fact.relief = Some(relief.staff.clone());
            fact.relief_due_at = Some(rules::moved(relief.from().max(duty.until()), -lead));
            if let Some((at, arrival)) = self.arrival(policy, relief)? {
                fact.relief_arrived_at = Some(at);
                fact.events.extend(arrival);
            }
        }
        Ok(Some(fact))
    }

    /// What a day's facts hold beyond punches and leave, but for who waited: that rests on the records of others.
    pub(crate) fn post_facts(
        &self,
        desk: &DeskRow,
        policy: &Policy,
        staff: &StaffId,
        date: WorkDate,
        shift: &Shift,
    ) -> Result<PostFacts> {
        let Some(duty) = self.duty(desk, staff, date, shift)? else {
            return Ok(PostFacts::default());
        };
        let until = rules::moved(duty.until(), policy.punch.window_after_minutes);
        let checks = self.spot_checks(staff, duty.from(), duty.until())?;
        Ok(PostFacts {
            handover: self.handover_fact(desk, policy, &duty)?,
            kept_waiting: Vec::new(),
            outings: self.outing_facts(staff, date)?,
            items_closed: match policy.open_items {
                Some(_) => self.items_closed(desk, staff, date, until)?,
                None => Vec::new(),
            },
            not_found: checks
                .into_iter()
                .filter(|(_, _, on_post)| !on_post)
                .map(|(event, at, _)| NotFoundFact { event, at })
                .collect(),
        })
    }

    fn outing_facts(&self, staff: &StaffId, date: WorkDate) -> Result<Vec<OutingFact>> {
        let day = date.to_string();
        let rows: Vec<OutingRow> =
            self.states("outing", By::Staff(staff.as_str()), Some((&day, &day)))?;
        let mut facts: Vec<OutingFact> = rows
            .into_iter()
            .map(|row| OutingFact {
                outing: row.outing,
                place: row.place,
                from: row.left_at,
                expected_return_at: row.expected_return_at,
                returned_at: row.returned_at,
                refuted: row.check.is_some_and(|check| !check.confirmed),
                events: row.events,
            })
            .collect();
        facts.sort_by_key(|fact| (fact.from, fact.outing));
        Ok(facts)
    }

    /// Items that somebody closed about the end of a shift.
    fn items_closed(
        &self,
        desk: &DeskRow,
        staff: &StaffId,
        date: WorkDate,
        until: DateTime<Utc>,
    ) -> Result<Vec<ItemClosedFact>> {
        let (day, last) = (date.to_string(), desk.zone.date(until).to_string());
        let about: Vec<ItemRow> =
            self.states("item", By::Staff(staff.as_str()), Some((&day, &last)))?;
        let from = desk.zone.instant(date, DayMinute(0));
        Ok(about
            .into_iter()
            .filter_map(|row| {
                let closing = row.closed?;
                let own = closing.by == *staff && from <= closing.at && closing.at <= until;
                own.then_some(ItemClosedFact {
                    item: row.item,
                    text: row.text,
                    at: closing.at,
                    event: closing.event,
                })
            })
            .collect())
    }

    /// Who waited for this person's shift: from the records of those whose shifts it relieves, which rest on no third
    /// person's record.
    pub(crate) fn kept_waiting(&self, desk: &DeskRow, duty: &Duty) -> Result<Vec<KeptWaiting>> {
        let mut kept = Vec::new();
        for outgoing in self.duties(desk, duty.date.plus_days(-1), duty.date)? {
            let asked = policy_on(desk, outgoing.date)
                .and_then(|policy| policy.handover.as_ref())
                .is_some_and(|handover| handover.shifts.contains(&outgoing.code));
            if !asked || outgoing.staff == duty.staff || outgoing.until() < duty.from() {
                continue;
            }
            let Some(day) = self.day_facts_alone(&outgoing.staff, outgoing.date)? else {
                continue;
            };
            let Some(record) = reckon_by(&day) else {
                continue;
            };
            let waited = record.post.handover_wait_minutes;
            if !waited.is_zero() && record.post.handover_wait_for.as_ref() == Some(&duty.staff) {
                let departure = record
                    .segments
                    .last()
                    .map(|s| s.departure.events().to_vec());
                let mut events = record.post.handover_events;
                events.extend(departure.unwrap_or_default());
                kept.push(KeptWaiting {
                    staff: outgoing.staff,
                    date: outgoing.date,
                    minutes: waited,
                    events,
                });
            }
        }
        Ok(kept)
    }

    /// Handovers show that both who went and who signed were there (T8).
    pub(crate) fn handovers_shown(
        &self,
        desk: &DeskRow,
        duty: &Duty,
    ) -> Result<Vec<PresenceShown>> {
        let (first, last) = (duty.date.plus_days(-1).to_string(), duty.date.to_string());
        let rows: Vec<HandoverRow> = self.states(
            "handover",
            By::Desk(desk.desk.as_str()),
            Some((&first, &last)),
        )?;
        let mut shown = Vec::new();
        for row in rows {
            let mut events = row.events.iter();
            let (offered, signed) = (events.next(), events.next_back());
            if row.staff == duty.staff && row.work_date == duty.date {
                shown.extend(offered.map(|&event| PresenceShown {
                    event,
                    at: row.offered_at,
                }));
            }
            if let (Some(HandoverSigner::Relief { staff }), Some(at)) = (&row.signer, row.signed_at)
                && *staff == duty.staff
            {
                shown.extend(signed.map(|&event| PresenceShown { event, at }));
            }
        }
        shown.retain(|shown| {
            duty.segments
                .iter()
                .any(|&(from, until)| from <= shown.at && shown.at <= until)
        });
        Ok(shown)
    }

    /// The open items that lie with somebody.
    pub(crate) fn open_items_of(&self, staff: &StaffId) -> Result<Vec<ItemRow>> {
        self.states_at("item", By::Staff(staff.as_str()), "open")
    }

    /// Colleagues whose days rest on what somebody of the desk does about `date`: they relieve, or are relieved.
    pub(crate) fn rostered_about(
        &self,
        desk: &DeskId,
        date: WorkDate,
    ) -> Result<BTreeSet<(StaffId, WorkDate)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT staff, date FROM roster_cells
             WHERE desk = ?1 AND date BETWEEN ?2 AND ?3 AND shift IS NOT NULL",
        )?;
        let rows = statement.query_map(
            (
                desk.as_str(),
                date.plus_days(-1).to_string(),
                date.plus_days(1).to_string(),
            ),
            |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
        )?;
        rows.map(|row| {
            let (staff, date) = row?;
            Ok((StaffId::new(staff), crate::columns::parse(&date)?))
        })
        .collect()
    }
}

fn reckon_by(day: &ReckonedBy) -> Option<domain::day::DayRecord> {
    day.policy().map(|policy| reckon(&day.facts, policy))
}

/// Whether any rules of a desk ask for handovers.
pub(crate) fn hands_over(desk: &DeskRow) -> bool {
    let mut versions = desk.policy.iter().flat_map(|document| &document.versions);
    versions.any(|policy| policy.handover.is_some())
}
