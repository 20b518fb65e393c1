//! Handovers, open items and work outside: what somebody is asked for, what lies with them, what waits at the desk.

use super::View;
use crate::error::Result;
use crate::facts::{By, policy_on};
use crate::post::{HandoverRow, HandoverStatus, ItemRow, OutingRow};
use crate::rules;
use crate::states::DeskRow;
use chrono::{DateTime, Utc};
use domain::event::HandoverSigner;
use domain::evidence::ItemHolder;
use domain::ids::{DeskId, HandoverId, ItemId, OutingId, ShiftCode, StaffId};
use domain::post::{Duty, HandoverWanted};
use domain::work_date::WorkDate;
use serde::Serialize;
use std::collections::BTreeSet;

/// Notes given to another post stay in view so many days for whoever comes next (P7).
const NOTES_DAYS: i64 = 1;

/// Somebody who may take a post over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReliefRow {
    /// Who.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The shift that goes on.
    pub shift: ShiftCode,
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When they punched in.
    pub arrived_at: Option<DateTime<Utc>>,
}

/// What a person's post asks for at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MyPost {
    /// Which desk.
    pub desk: DeskId,
    /// The work date.
    pub date: WorkDate,
    /// The shift.
    pub duty: Option<Duty>,
    /// When the person punched in for it.
    pub arrived_at: Option<DateTime<Utc>>,
    /// What its end asks for; none: nothing.
    pub wanted: Option<HandoverWanted>,
    /// Who may take over, the expected one first.
    pub reliefs: Vec<ReliefRow>,
    /// The handover offered.
    pub offered: Option<HandoverRow>,
    /// When it was signed or waived.
    pub released_at: Option<DateTime<Utc>>,
    /// Handovers of others that this person may sign.
    pub to_sign: Vec<HandoverRow>,
    /// Handovers whose notes are for this person: those signed, and those given to another post of late.
    pub received: Vec<HandoverRow>,
    /// Items that lie with the person.
    pub open_items: Vec<ItemRow>,
    /// Items of the desk that lie with another post.
    pub items_at_posts: Vec<ItemRow>,
    /// Work outside that lasts.
    pub outing: Option<OutingRow>,
}

impl MyPost {
    /// Who of the reliefs has come.
    pub fn arrived(&self) -> BTreeSet<StaffId> {
        arrived(&self.reliefs)
    }
}

/// Who of them has come.
pub fn arrived(reliefs: &[ReliefRow]) -> BTreeSet<StaffId> {
    let here = reliefs.iter().filter(|relief| relief.arrived_at.is_some());
    here.map(|relief| relief.staff.clone()).collect()
}

/// A shift that ends, or has ended, and whose post nobody has taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HandoverPending {
    /// Who is to be relieved.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The day the shift began on.
    pub date: WorkDate,
    /// Which shift.
    pub shift: ShiftCode,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Whether the handover is offered.
    pub is_offered: bool,
    /// Who may take over, the expected one first.
    pub reliefs: Vec<ReliefRow>,
    /// Other posts that may.
    pub posts: Vec<String>,
}

impl View<'_> {
    /// What somebody's post asks for at a moment; none: nobody of that number, or the desk is unknown.
    pub fn my_post(&self, staff: &StaffId, at: DateTime<Utc>) -> Result<Option<MyPost>> {
        let Some(date) = self.work_date_at(staff, at)? else {
            return Ok(None);
        };
        let Some(person) = self.facts.staff(staff)? else {
            return Ok(None);
        };
        let Some(desk) = self.facts.desk(&person.desk)? else {
            return Ok(None);
        };
        let duty = self.duty_of(&desk, staff, date)?;
        let mut mine = MyPost {
            desk: desk.desk.clone(),
            date,
            arrived_at: None,
            wanted: None,
            reliefs: Vec::new(),
            offered: self.facts.handover_of(staff, date)?,
            released_at: self.facts.released_at(staff, date)?,
            to_sign: Vec::new(),
            received: Vec::new(),
            open_items: self.named_items(self.facts.open_items_of(staff)?)?,
            items_at_posts: self.items_at_posts(&desk.desk)?,
            outing: self.outing_open(staff)?,
            duty,
        };
        if let (Some(duty), Some(policy)) = (&mine.duty, policy_on(&desk, date)) {
            mine.arrived_at = self.facts.arrival(policy, duty)?.map(|(at, _)| at);
            mine.wanted = self.facts.handover_wanted(&desk, duty)?;
        }
        if let Some(wanted) = &mine.wanted {
            mine.reliefs = self.relief_rows(&desk, wanted)?;
        }
        for row in self.handovers_of_desk(&desk.desk, date.plus_days(-NOTES_DAYS), date)? {
            match (&row.signer, row.status) {
                (None, HandoverStatus::Offered) if row.staff != *staff => {
                    let relieves = self.handover_context(&row)?.is_some_and(|(wanted, _)| {
                        wanted.reliefs.iter().any(|duty| duty.staff == *staff)
                    });
                    if relieves {
                        mine.to_sign.push(row);
                    }
                }
                (Some(HandoverSigner::Relief { staff: by }), _) if by == staff => {
                    mine.received.push(row);
                }
                (Some(HandoverSigner::Post { .. }), _) if row.staff != *staff => {
                    mine.received.push(row);
                }
                _ => {}
            }
        }
        Ok(Some(mine))
    }

    /// What the handover's shift asks for, and who may take it over; none where it asks for nothing any more.
    pub fn handover_context(
        &self,
        row: &HandoverRow,
    ) -> Result<Option<(HandoverWanted, Vec<ReliefRow>)>> {
        let Some(desk) = self.facts.desk(&row.desk)? else {
            return Ok(None);
        };
        let Some(duty) = self.duty_of(&desk, &row.staff, row.work_date)? else {
            return Ok(None);
        };
        let Some(wanted) = self.facts.handover_wanted(&desk, &duty)? else {
            return Ok(None);
        };
        let reliefs = self.relief_rows(&desk, &wanted)?;
        Ok(Some((wanted, reliefs)))
    }

    /// Shifts about to end or ended at a moment whose post nobody has taken over, by their end.
    pub fn handovers_pending(
        &self,
        desk: &DeskId,
        at: DateTime<Utc>,
    ) -> Result<Vec<HandoverPending>> {
        let Some(desk) = self.facts.desk(desk)? else {
            return Ok(Vec::new());
        };
        let today = desk.zone.date(at);
        let mut pending = Vec::new();
        for duty in self.facts.duties(&desk, today.plus_days(-1), today)? {
            let Some(policy) = policy_on(&desk, duty.date) else {
                continue;
            };
            let ends_at = duty.until();
            let offered = self
                .facts
                .handover_of(&duty.staff, duty.date)?
                .filter(|row| row.offered_at <= at);
            let near = rules::moved(ends_at, -policy.punch.arrival_lead_minutes) <= at;
            let released = self.facts.released_at(&duty.staff, duty.date)?;
            if !(near || offered.is_some()) || released.is_some_and(|released| released <= at) {
                continue;
            }
            let record = self.day_record(&duty.staff, duty.date)?;
            let last = record.as_ref().and_then(|record| record.segments.last());
            let gone = last.and_then(|segment| segment.departure.at());
            let came = self.facts.arrival(policy, &duty)?;
            let is_here = came.is_some_and(|(came, _)| came <= at)
                && gone.is_none_or(|gone| gone > at)
                && at <= rules::moved(ends_at, policy.punch.window_after_minutes);
            let Some(wanted) = self
                .facts
                .handover_wanted(&desk, &duty)?
                .filter(|_| is_here)
            else {
                continue;
            };
            pending.push(HandoverPending {
                name: self.name(&duty.staff)?,
                date: duty.date,
                shift: duty.code.clone(),
                ends_at,
                is_offered: offered.is_some(),
                reliefs: self.relief_rows(&desk, &wanted)?,
                posts: wanted.posts,
                staff: duty.staff,
            });
        }
        pending.sort_by(|a, b| (a.ends_at, &a.staff).cmp(&(b.ends_at, &b.staff)));
        Ok(pending)
    }

    fn duty_of(&self, desk: &DeskRow, staff: &StaffId, date: WorkDate) -> Result<Option<Duty>> {
        let cells = self.facts.cells_in_force(staff, date, date)?;
        match cells.get(&date).and_then(|cell| cell.shift.as_ref()) {
            Some(shift) => self.facts.duty(desk, staff, date, shift),
            None => Ok(None),
        }
    }

    fn relief_rows(&self, desk: &DeskRow, wanted: &HandoverWanted) -> Result<Vec<ReliefRow>> {
        let mut rows = Vec::new();
        for duty in &wanted.reliefs {
            let arrival = match policy_on(desk, duty.date) {
                Some(policy) => self.facts.arrival(policy, duty)?,
                None => None,
            };
            rows.push(ReliefRow {
                staff: duty.staff.clone(),
                name: self.name(&duty.staff)?,
                shift: duty.code.clone(),
                from: duty.from(),
                arrived_at: arrival.map(|(at, _)| at),
            });
        }
        Ok(rows)
    }

    /// One handover.
    pub fn handover(&self, id: HandoverId) -> Result<Option<HandoverRow>> {
        let found: Option<HandoverRow> = self.facts.state("handover", &id.to_string())?;
        found.map(|row| self.named_handover(row)).transpose()
    }

    /// A desk's handovers of shifts from `first` to `last`, by day and moment.
    pub fn handovers_of_desk(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<HandoverRow>> {
        let rows: Vec<HandoverRow> = self.facts.states(
            "handover",
            By::Desk(desk.as_str()),
            Some((&first.to_string(), &last.to_string())),
        )?;
        let mut rows = rows
            .into_iter()
            .map(|row| self.named_handover(row))
            .collect::<Result<Vec<_>>>()?;
        rows.sort_by_key(|row| (row.work_date, row.offered_at, row.handover));
        Ok(rows)
    }

    fn named_handover(&self, row: HandoverRow) -> Result<HandoverRow> {
        Ok(HandoverRow {
            name: self.name(&row.staff)?,
            ..row
        })
    }

    /// One item.
    pub fn item(&self, id: ItemId) -> Result<Option<ItemRow>> {
        let found: Option<ItemRow> = self.facts.state("item", &id.to_string())?;
        Ok(self.named_items(found.into_iter().collect())?.pop())
    }

    /// The open items of a desk, oldest first.
    pub fn open_items_of_desk(&self, desk: &DeskId) -> Result<Vec<ItemRow>> {
        let mut rows: Vec<ItemRow> =
            self.facts
                .states_at("item", By::Desk(desk.as_str()), "open")?;
        rows.sort_by_key(|row| (row.raised_at, row.item));
        self.named_items(rows)
    }

    fn items_at_posts(&self, desk: &DeskId) -> Result<Vec<ItemRow>> {
        let mut rows = self.open_items_of_desk(desk)?;
        rows.retain(|row| matches!(row.holder, ItemHolder::Post { .. }));
        Ok(rows)
    }

    fn named_items(&self, mut rows: Vec<ItemRow>) -> Result<Vec<ItemRow>> {
        for row in &mut rows {
            row.holder_name = match &row.holder {
                ItemHolder::Staff { staff } => self.name(staff)?,
                ItemHolder::Post { post } => post.clone(),
            };
        }
        Ok(rows)
    }

    /// One work outside.
    pub fn outing(&self, id: OutingId) -> Result<Option<OutingRow>> {
        let found: Option<OutingRow> = self.facts.state("outing", &id.to_string())?;
        found.map(|row| self.named_outing(row)).transpose()
    }

    /// A desk's work outside in shifts from `first` to `last`, in order of time.
    pub fn outings_of_desk(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<OutingRow>> {
        let rows: Vec<OutingRow> = self.facts.states(
            "outing",
            By::Desk(desk.as_str()),
            Some((&first.to_string(), &last.to_string())),
        )?;
        let mut rows = rows
            .into_iter()
            .map(|row| self.named_outing(row))
            .collect::<Result<Vec<_>>>()?;
        rows.sort_by_key(|row| (row.left_at, row.outing));
        Ok(rows)
    }

    /// Who of a desk is at work outside at a moment.
    pub fn outside_at(&self, desk: &DeskId, at: DateTime<Utc>) -> Result<Vec<OutingRow>> {
        let Some(row) = self.facts.desk(desk)? else {
            return Ok(Vec::new());
        };
        let today = row.zone.date(at);
        let mut rows = self.outings_of_desk(desk, today.plus_days(-1), today)?;
        rows.retain(|row| row.left_at <= at && row.returned_at.is_none_or(|back| at < back));
        Ok(rows)
    }

    fn outing_open(&self, staff: &StaffId) -> Result<Option<OutingRow>> {
        let mut rows: Vec<OutingRow> =
            self.facts
                .states_at("outing", By::Staff(staff.as_str()), "out")?;
        rows.pop().map(|row| self.named_outing(row)).transpose()
    }

    fn named_outing(&self, row: OutingRow) -> Result<OutingRow> {
        Ok(OutingRow {
            name: self.name(&row.staff)?,
            ..row
        })
    }
}
