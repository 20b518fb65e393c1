//! Leave balances as a ledger (T2).

use super::View;
use crate::columns::parse;
use crate::error::{Error, Result};
use crate::facts::policy_on;
use crate::upcast;
use domain::decider::State;
use domain::event::{Event, Stream};
use domain::ids::StaffId;
use domain::leave::LeaveState;
use domain::leave::ledger::{Balance, Earned, LedgerBook};
use domain::quantities::Minutes;
use domain::work_date::{WorkDate, Zone};
use std::collections::BTreeMap;

impl View<'_> {
    /// A person's balances, of the kinds that ever moved. Time has passed as far as the desk's days are closed.
    pub fn leave_balances(&self, staff: &StaffId) -> Result<Vec<Balance>> {
        Ok(self.ledger_book(staff)?.balances())
    }

    /// All that a person's balances rest on.
    pub fn ledger_book(&self, staff: &StaffId) -> Result<LedgerBook> {
        let person = self.facts.staff(staff)?;
        let desk = match &person {
            Some(person) => self.facts.desk(&person.desk)?,
            None => None,
        };
        let Some(desk) = desk else {
            return Ok(LedgerBook::empty(Zone(chrono_tz::UTC)));
        };
        let closed_through = self.facts.closed_through(&desk.desk)?;
        let earned = self.time_off_earned(staff)?;
        let earned = earned
            .into_iter()
            .filter(|(date, ..)| closed_through.is_some_and(|last| *date <= last))
            .map(|(date, minutes, closed_minutes)| {
                let policy = policy_on(&desk, date);
                let life = policy.and_then(|policy| policy.leave.compensatory.as_ref());
                Earned {
                    date,
                    minutes,
                    closed_minutes,
                    expires: life.map(|life| date.plus_months(life.expires_months)),
                }
            });
        Ok(LedgerBook {
            years: self.leave_years(staff)?,
            earned: earned.collect(),
            closed_through,
            zone: desk.zone,
        })
    }

    /// A person's leave, folded year by year from the events as they are kept.
    fn leave_years(&self, staff: &StaffId) -> Result<BTreeMap<i32, LeaveState>> {
        let mut years: BTreeMap<i32, LeaveState> = BTreeMap::new();
        // The stream of somebody whose number goes on with a dash lies in the same range; its name tells them apart.
        let mut statement = self.connection.prepare_cached(
            "SELECT stream, type, version, data FROM events
             WHERE stream >= 'leave-' || ?1 || '-' AND stream < 'leave-' || ?1 || '.' AND position <= ?2
             ORDER BY stream, revision",
        )?;
        let mut rows = statement.query((staff.as_str(), self.facts.limit()))?;
        while let Some(row) = rows.next()? {
            let stream: String = row.get(0)?;
            let Ok(Stream::Leave(whose, year)) = stream.parse() else {
                continue;
            };
            if whose != *staff {
                continue;
            }
            let (name, version): (String, u16) = (row.get(1)?, row.get(2)?);
            let data: Vec<u8> = row.get(3)?;
            let event =
                upcast::read(&name, version, &data).map_err(|source| Error::row(stream, source))?;
            if let Event::Leave(event) = event {
                years.entry(year).or_default().evolve(&event);
            }
        }
        Ok(years)
    }

    /// Days that earned time off: as the facts stand, and as their month was closed.
    #[allow(clippy::type_complexity)]
    fn time_off_earned(
        &self,
        staff: &StaffId,
    ) -> Result<Vec<(WorkDate, Minutes, Option<Minutes>)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT d.date, json_extract(d.record, '$.time_off_earned_minutes') AS now,
                    json_extract(f.record, '$.time_off_earned_minutes') AS closed
             FROM day_records d
             LEFT JOIN frozen_day_records f ON f.desk = d.desk AND f.month = substr(d.date, 1, 7)
                  AND f.staff = d.staff AND f.date = d.date
             WHERE d.staff = ?1 AND (now > 0 OR closed > 0) ORDER BY d.date",
        )?;
        let rows = statement.query_map([staff.as_str()], |row| {
            Ok((
                row.get::<_, String>(0)?,
                Minutes(row.get(1)?),
                row.get::<_, Option<i64>>(2)?.map(Minutes),
            ))
        })?;
        rows.map(|row| {
            let (date, now, closed) = row?;
            Ok((parse(&date)?, now, closed))
        })
        .collect()
    }
}
