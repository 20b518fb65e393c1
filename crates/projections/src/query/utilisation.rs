//! How well people's time is used (M7).

use super::View;
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::event::{Category, DemandSet};
use domain::ids::{DeskId, StaffId};
use domain::utilisation::{PersonDay, PersonUse, SlotUse, utilisation};
use domain::work_date::WorkDate;
use serde::Serialize;

/// One person's sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonUseRow {
    /// 姓名
    pub name: String,
    /// 岗位
    pub position: String,
    /// On the last day of the period.
    pub category: Category,
    /// The sums.
    #[serde(flatten)]
    pub sums: PersonUse,
}

/// A period's use of people's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UtilisationReport {
    /// At which desk.
    pub desk: DeskId,
    /// First day.
    pub first: WorkDate,
    /// Last day.
    pub last: WorkDate,
    /// By number.
    pub people: Vec<PersonUseRow>,
    /// In order of time; empty where the demand of no day is known.
    pub slots: Vec<SlotUse>,
}

impl View<'_> {
    /// The use of a desk's people from `first` to `last`, up to `now`; none: no such desk.
    pub fn utilisation(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
        now: DateTime<Utc>,
    ) -> Result<Option<UtilisationReport>> {
        let Some(row) = self.facts.desk(desk)? else {
            return Ok(None);
        };
        let people = self.facts.staff_of(Some(desk))?;
        let person = |staff: &StaffId| people.iter().find(|person| person.staff == *staff);
        let mut records = self.day_records(desk, first.plus_days(-1), last)?;
        let guests = self.facts.guest_records(desk, first.plus_days(-1), last)?;
        records.extend(guests);
        let days: Vec<PersonDay<'_>> = records
            .iter()
            .map(|record| PersonDay {
                record,
                serves: record.desk != *desk
                    || person(&record.staff)
                        .is_some_and(|person| !person.skills_on(record.date).is_empty()),
            })
            .collect();
        let mut demand: Vec<DemandSet> = Vec::new();
        let mut month = first.month();
        while month <= last.month() {
            demand.extend(self.facts.demand(desk, month)?);
            month = month.next();
        }
        let demand: Vec<&DemandSet> = demand.iter().collect();
        let found = utilisation(desk, row.zone, first, last, &days, &demand, now);
        let mut lines = Vec::new();
        for sums in found.people {
            let person = person(&sums.staff);
            lines.push(PersonUseRow {
                name: self.name(&sums.staff)?,
                position: person.map_or_else(String::new, |person| person.position.clone()),
                category: person
                    .map(|person| person.category_on(last))
                    .unwrap_or_default(),
                sums,
            });
        }
        Ok(Some(UtilisationReport {
            desk: desk.clone(),
            first,
            last,
            people: lines,
            slots: found.slots,
        }))
    }
}
