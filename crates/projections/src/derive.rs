//! Dirty days → records, dirty months → penalties, in the transaction of their facts.

use crate::columns::{event_id, from_json, instant, micros, parse, to_json, word};
use crate::dirty::{Dirty, Evidence, months_around};
use crate::error::Result;
use crate::facts::{By, Facts, policy_on, text};
use crate::period_close;
use crate::post;
use crate::rules;
use crate::states::ComplaintRow;
use crate::workers::Writer;
use domain::day::DayRecord;
use domain::ids::{CallId, DeskId, PolicyVersionId, ShiftCode, StaffId};
use domain::penalty::{
    CallFact, ComplaintFact, DeskMonth, ExcuseFact, PresenceFact, ProposedPenalty,
    VerificationFact, derive,
};
use domain::policy::PolicyDocument;
use domain::quantities::Minutes;
use domain::reckoning::reckon;
use domain::shift::Shift;
use domain::work_date::{DayMinute, Month, WorkDate};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// People whose days are reckoned with one memory of what was read: enough to share a desk's facts, few enough to hold.
const PEOPLE_TOGETHER: usize = 100;

/// Stale days of a desk whose records are held until its months are derived from them. Of a desk with more of them the
/// months are derived afterwards from what was stored.
pub(crate) const RECORDS_HELD_MAX: usize = 10_000;

/// Derives everything stale again. The rows do not depend on `records_held_max`.
pub(crate) fn settle(writer: &Writer<'_>, mut dirty: Dirty, records_held_max: usize) -> Result<()> {
    let facts = Facts::now(writer.connection);
    reach_passed_days(&facts, &mut dirty)?;
    reach_shifts_begun(&facts, &mut dirty)?;
    reach_colleagues(&facts, &mut dirty)?;
    let days = std::mem::take(&mut dirty.days).into_iter().collect();
    let desks = stale_desks(&facts, &days, &mut dirty, records_held_max)?;
    let mut lent = Evidence::new();
    let mut derived_months = BTreeSet::new();
    writer.each(&desks, derive_desk, |derived| {
        store_days(writer.connection, &derived.days, &mut lent)?;
        store_months(writer.connection, &derived.months)?;
        let months = derived.months.into_iter();
        derived_months.extend(months.map(|(desk, month, _)| (desk, month)));
        Ok(())
    })?;
    dirty.months.extend(judged_months(&facts, &lent)?);
    let months: Vec<_> = dirty.months.difference(&derived_months).collect();
    let derive = |connection: &Connection, (desk, month): &&(DeskId, Month)| {
        let proposed = penalties(&Facts::now(connection), desk, *month, None)?;
        Ok((desk.clone(), *month, proposed))
    };
    writer.each(&months, derive, |month| {
        store_months(writer.connection, &[month])
    })?;
    for closing in &dirty.closings {
        period_close::freeze(writer.connection, closing)?;
    }
    Ok(())
}

/// People's stale days.
type StaleDays = BTreeMap<StaffId, BTreeSet<WorkDate>>;

/// Some people of a desk (none: who are at none) with their stale days, and the desk's months to be derived with them,
/// which rest on no other days.
struct Stale<'d> {
    desk: Option<DeskId>,
    people: Vec<(&'d StaffId, &'d BTreeSet<WorkDate>)>,
    months: Vec<Month>,
}

/// What was derived of a desk, as it is to be stored.
struct Derived {
    days: Vec<DayRow>,
    months: Vec<DerivedMonth>,
}

/// A person's day; no record when nothing is known of it.
struct DayRow {
    staff: StaffId,
    date: WorkDate,
    record: Option<RecordRow>,
}

struct RecordRow {
    desk: DeskId,
    status: String,
    shift: Option<ShiftCode>,
    planned: Minutes,
    worked: Minutes,
    absent: Minutes,
    late: Minutes,
    early: Minutes,
    policy: PolicyVersionId,
    text: String,
    lent_to: Vec<DeskId>,
}

/// A desk's month with what the rules propose for it.
type DerivedMonth = (DeskId, Month, Vec<ProposedPenalty>);

impl RecordRow {
    fn of(record: &DayRecord) -> Result<Self> {
        Ok(Self {
            desk: record.desk.clone(),
            status: word(&record.status)?,
            shift: record.shift.clone(),
            planned: record.planned_minutes,
            worked: record.worked_minutes,
            absent: record.absent_minutes,
            late: record.late_minutes,
            early: record.early_minutes,
            policy: record.policy.clone(),
            text: to_json(record)?,
            lent_to: record.lent.iter().map(|lent| lent.to.clone()).collect(),
        })
    }
}

/// By desk, for colleagues' facts are looked at together, and its months are judged by the days just reckoned.
fn stale_desks<'d>(
    facts: &Facts<'_>,
    days: &'d StaleDays,
    dirty: &mut Dirty,
    records_held_max: usize,
) -> Result<Vec<Stale<'d>>> {
    let mut of_desks: BTreeMap<Option<DeskId>, Vec<_>> = BTreeMap::new();
    for (staff, dates) in days {
        let desk = facts.staff(staff)?.map(|person| person.desk);
        if let Some(desk) = &desk {
            dirty
                .evidence
                .entry(desk.clone())
                .or_default()
                .extend(dates);
        }
        of_desks.entry(desk).or_default().push((staff, dates));
    }
    let evidence = std::mem::take(&mut dirty.evidence);
    dirty.months.extend(judged_months(facts, &evidence)?);
    let mut stale = Vec::new();
    for (desk, people) in of_desks {
        let days_count: usize = people.iter().map(|(_, dates)| dates.len()).sum();
        if days_count > records_held_max {
            stale.extend(people.chunks(PEOPLE_TOGETHER).map(|people| Stale {
                desk: desk.clone(),
                people: people.to_vec(),
                months: Vec::new(),
            }));
        } else {
            let mut months = Vec::new();
            for (of, month) in &dirty.months {
                if Some(of) == desk.as_ref()
                    && !rests_on_stored(facts.connection, of, *month, days)?
                {
                    months.push(*month);
                }
            }
            stale.push(Stale {
                desk,
                people,
                months,
            });
        }
    }
    Ok(stale)
}

fn derive_desk(connection: &Connection, stale: &Stale<'_>) -> Result<Derived> {
    let days_count = stale.people.iter().map(|(_, dates)| dates.len()).sum();
    let mut days = Vec::with_capacity(days_count);
    let mut records = Vec::new();
    for people in stale.people.chunks(PEOPLE_TOGETHER) {
        let dates = || people.iter().flat_map(|(_, dates)| *dates);
        let (Some(first), Some(last)) = (dates().min(), dates().max()) else {
            continue;
        };
        let facts = Facts::now(connection).keeping(*first, *last);
        for &(staff, dates) in people {
            for &date in dates {
                let record = record(&facts, staff, date)?;
                days.push(DayRow {
                    staff: staff.clone(),
                    date,
                    record: record.as_ref().map(RecordRow::of).transpose()?,
                });
                if !stale.months.is_empty() {
                    records.extend(record);
                }
            }
        }
    }
    let facts = Facts::now(connection);
    let mut months = Vec::new();
    for &month in &stale.months {
        let Some(desk) = &stale.desk else { continue };
        let (first, last) = days_looked_at(month);
        // The next month looks at this one's last day too, and at nothing before.
        let only_here = records.extract_if(.., |record| record.date < month.last());
        let mut of_month: Vec<_> = only_here.filter(|record| first <= record.date).collect();
        let here_too = records.iter().filter(|record| record.date <= last);
        of_month.extend(here_too.cloned());
        let proposed = penalties(&facts, desk, month, Some(of_month))?;
        months.push((desk.clone(), month, proposed));
    }
    Ok(Derived { days, months })
}

/// The days whose records a month's penalties rest on: its own, the one before and the one after.
fn days_looked_at(month: Month) -> (WorkDate, WorkDate) {
    (month.first().plus_days(-1), month.last().plus_days(1))
}

fn store_days(connection: &Connection, days: &[DayRow], lent: &mut Evidence) -> Result<()> {
    let mut touch = connection
        .prepare_cached("INSERT OR IGNORE INTO days_touched (staff, date) VALUES (?1, ?2)")?;
    let mut remove =
        connection.prepare_cached("DELETE FROM day_records WHERE staff = ?1 AND date = ?2")?;
    let mut store = connection.prepare_cached(
        "INSERT OR REPLACE INTO day_records
         (staff, date, desk, status, shift, planned_minutes, worked_minutes, absent_minutes, late_minutes,
          early_minutes, policy, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    for day in days {
        let (staff, date) = (day.staff.as_str(), day.date.to_string());
        touch.execute((staff, &date))?;
        let Some(record) = &day.record else {
            remove.execute((staff, &date))?;
            continue;
        };
        store.execute((
            staff,
            &date,
            record.desk.as_str(),
            &record.status,
            record.shift.as_ref().map(|code| code.as_str()),
            record.planned.0,
            record.worked.0,
            record.absent.0,
            record.late.0,
            record.early.0,
            record.policy.as_str(),
            &record.text,
        ))?;
        for desk in &record.lent_to {
            lent.entry(desk.clone()).or_default().insert(day.date);
        }
    }
    Ok(())
}

fn store_months(connection: &Connection, months: &[DerivedMonth]) -> Result<()> {
    months
        .iter()
        .try_for_each(|(desk, month, proposed)| store_penalties(connection, desk, *month, proposed))
}

/// Penalties judge closed days only, and a shift ends a day later at the most. So what concerns open days alone waits
/// until they are closed; a punch of today costs no month.
fn judged_months(facts: &Facts<'_>, evidence: &Evidence) -> Result<BTreeSet<(DeskId, Month)>> {
    let mut judged = BTreeSet::new();
    for (desk, dates) in evidence {
        let Some(last) = facts.closed_through(desk)? else {
            continue;
        };
        let dates = dates.range(..=last.plus_days(1));
        let mut months: BTreeSet<Month> = dates.flat_map(|date| months_around(*date)).collect();
        months.retain(|month| month.first() <= last);
        judged.extend(months.into_iter().map(|month| (desk.clone(), month)));
    }
    Ok(judged)
}

/// What the passing of time may decide: the days of a desk's people that a fact ever touched.
fn reach_passed_days(facts: &Facts<'_>, dirty: &mut Dirty) -> Result<()> {
    for (desk, passed) in std::mem::take(&mut dirty.passed) {
        let from = passed.from.map(|date| date.to_string()).unwrap_or_default();
        let mut statement = facts.connection.prepare_cached(
            "SELECT date FROM days_touched WHERE staff = ?1 AND date BETWEEN ?2 AND ?3",
        )?;
        for person in facts.staff_of(Some(&desk))? {
            let dates = statement.query_map(
                (person.staff.as_str(), &from, passed.until.to_string()),
                |row| row.get::<_, String>(0),
            )?;
            for date in dates {
                dirty.day(&person.staff, parse(&date?)?);
            }
        }
    }
    Ok(())
}

/// Somebody without a shift of their own who punches in about when a colleague's shift begins is evidence on the
/// colleague's day (T9).
fn reach_shifts_begun(facts: &Facts<'_>, dirty: &mut Dirty) -> Result<()> {
    let mut shifts: HashMap<(DeskId, WorkDate), Vec<(StaffId, Shift)>> = HashMap::new();
    for ((desk, came_on), came) in std::mem::take(&mut dirty.came) {
        let Some(row) = facts.desk(&desk)? else {
            continue;
        };
        let (first, last) = (came_on.plus_days(-1), came_on.plus_days(1));
        for date in [first, came_on, last] {
            let Some(policy) = policy_on(&row, date) else {
                continue;
            };
            let key = (desk.clone(), date);
            if !shifts.contains_key(&key) {
                // Whose day is looked at anyway needs no reason.
                let found = rostered_shifts(facts, &desk, date, |colleague| {
                    !dirty.has_day(colleague, date)
                })?;
                shifts.insert(key.clone(), found);
            }
            let colleagues = shifts.get(&key).filter(|found| !found.is_empty());
            let Some(colleagues) = colleagues else {
                continue;
            };
            for (staff, at) in &came {
                let own = facts.cells_about(staff, date, date)?;
                if own.get(&date).is_some_and(|cell| cell.shift.is_some()) {
                    continue;
                }
                for (colleague, shift) in colleagues {
                    if colleague != staff && rules::begins_about(shift, row.zone, date, policy, *at)
                    {
                        dirty.day(colleague, date);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Every shift a desk's roster ever had on a day, of those who are asked for.
fn rostered_shifts(
    facts: &Facts<'_>,
    desk: &DeskId,
    date: WorkDate,
    is_asked: impl Fn(&StaffId) -> bool,
) -> Result<Vec<(StaffId, Shift)>> {
    let mut statement = facts.connection.prepare_cached(
        "SELECT DISTINCT staff, shift FROM roster_cells WHERE desk = ?1 AND date = ?2 AND shift IS NOT NULL",
    )?;
    let mut rows = statement.query((desk.as_str(), date.to_string()))?;
    let mut shifts = Vec::new();
    while let Some(row) = rows.next()? {
        let staff = StaffId::new(text(row, 0)?);
        if is_asked(&staff) {
            shifts.push((staff, from_json(text(row, 1)?)?));
        }
    }
    Ok(shifts)
}

/// At a desk that hands its post over, a day's record rests on what those did who relieved or were relieved.
fn reach_colleagues(facts: &Facts<'_>, dirty: &mut Dirty) -> Result<()> {
    let mut about: BTreeMap<DeskId, BTreeSet<WorkDate>> = BTreeMap::new();
    for (staff, dates) in &dirty.days {
        let desk = match facts.staff(staff)? {
            Some(person) => facts.desk(&person.desk)?,
            None => None,
        };
        if let Some(desk) = desk.filter(|desk| post::hands_over(desk)) {
            about.entry(desk.desk.clone()).or_default().extend(dates);
        }
    }
    for (desk, dates) in about {
        for date in dates {
            for (staff, date) in facts.rostered_about(&desk, date)? {
                dirty.day(&staff, date);
            }
        }
    }
    Ok(())
}

/// A person's day, reckoned; none when nothing is known of it.
pub(crate) fn record(
    facts: &Facts<'_>,
    staff: &StaffId,
    date: WorkDate,
) -> Result<Option<DayRecord>> {
    let Some(day) = facts.day_facts(staff, date)? else {
        return Ok(None);
    };
    Ok(day.policy().map(|policy| reckon(&day.facts, policy)))
}

/// The records of a desk from `first` to `last`, by person and day.
pub(crate) fn stored_records(
    connection: &Connection,
    desk: &DeskId,
    first: WorkDate,
    last: WorkDate,
) -> Result<Vec<DayRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT record FROM day_records WHERE desk = ?1 AND date BETWEEN ?2 AND ?3 ORDER BY staff, date",
    )?;
    let rows = statement.query_map(
        (desk.as_str(), first.to_string(), last.to_string()),
        |row| row.get::<_, String>(0),
    )?;
    rows.map(|record| from_json(&record?)).collect()
}

/// Whether a month's penalties rest on stored records of other days than the stale ones.
fn rests_on_stored(
    connection: &Connection,
    desk: &DeskId,
    month: Month,
    stale: &StaleDays,
) -> Result<bool> {
    let (first, last) = days_looked_at(month);
    let mut statement = connection.prepare_cached(
        "SELECT staff, date FROM day_records WHERE desk = ?1 AND date BETWEEN ?2 AND ?3",
    )?;
    let mut rows = statement.query((desk.as_str(), first.to_string(), last.to_string()))?;
    while let Some(row) = rows.next()? {
        let (staff, date) = (StaffId::new(text(row, 0)?), parse(text(row, 1)?)?);
        if !stale.get(&staff).is_some_and(|dates| dates.contains(&date)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the rules propose for a desk's month. `records` are the month's, and those of the day before and after it; none:
/// as stored.
pub(crate) fn penalties(
    facts: &Facts<'_>,
    desk: &DeskId,
    month: Month,
    records: Option<Vec<DayRecord>>,
) -> Result<Vec<ProposedPenalty>> {
    let found = desk_month(facts, desk, month, records)?;
    Ok(found.map_or(Vec::new(), |found| derive(&found.facts, &found.document)))
}

/// A desk's month with its rules.
pub(crate) struct DeskMonthFacts {
    pub(crate) facts: DeskMonth,
    pub(crate) document: PolicyDocument,
}

/// All that penalties of a desk's month rest on; none without rules or records.
pub(crate) fn desk_month(
    facts: &Facts<'_>,
    desk: &DeskId,
    month: Month,
    records: Option<Vec<DayRecord>>,
) -> Result<Option<DeskMonthFacts>> {
    let Some(row) = facts.desk(desk)? else {
        return Ok(None);
    };
    let Some(document) = &row.policy else {
        return Ok(None);
    };
    let (first, last) = days_looked_at(month);
    let days = match records {
        Some(records) => records,
        None => stored_records(facts.connection, desk, first, last)?,
    };
    let meetings = facts.meeting_facts(desk, month)?;
    let breaches = facts.breach_facts(desk, month)?;
    if days.is_empty() && meetings.is_empty() && breaches.is_empty() {
        return Ok(None);
    }
    let from = row.zone.instant(month.first(), DayMinute(0));
    // The month's last night lasts into the day after it.
    let until = row.zone.instant(month.last().plus_days(2), DayMinute(0));
    let limit = facts.limit();

    let calls = {
        let mut statement = facts.connection.prepare_cached(
            "SELECT event, call, at, rings, answered_by, routed_to FROM calls
             WHERE desk = ?1 AND at >= ?2 AND at < ?3 AND position <= ?4 ORDER BY at, position",
        )?;
        let rows =
            statement.query_map((desk.as_str(), micros(from), micros(until), limit), |row| {
                Ok(CallFact {
                    event: event_id(row.get(0)?),
                    call: CallId::new(row.get::<_, String>(1)?),
                    at: instant(row.get(2)?),
                    rings: row.get(3)?,
                    answered_by: row.get::<_, Option<String>>(4)?.map(StaffId::new),
                    routed_to: row.get::<_, Option<String>>(5)?.map(StaffId::new),
                })
            })?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    let complaints: Vec<ComplaintRow> = facts.states(
        "complaint",
        By::Desk(desk.as_str()),
        Some((&month.first().to_string(), &month.last().to_string())),
    )?;
    let presence = {
        // The month's reports, and each person's last one before it.
        let mut statement = facts.connection.prepare_cached(
            "SELECT event, staff, at, online FROM presence p
             WHERE desk = ?1 AND at < ?3 AND position <= ?4 AND (at >= ?2 OR NOT EXISTS
               (SELECT 1 FROM presence later WHERE later.staff = p.staff AND later.desk = p.desk
                AND (later.at, later.position) > (p.at, p.position) AND later.at < ?2 AND later.position <= ?4))
             ORDER BY at, position",
        )?;
        let rows =
            statement.query_map((desk.as_str(), micros(from), micros(until), limit), |row| {
                Ok(PresenceFact {
                    event: event_id(row.get(0)?),
                    staff: StaffId::new(row.get::<_, String>(1)?),
                    at: instant(row.get(2)?),
                    online: row.get(3)?,
                })
            })?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    let excuses = {
        let mut statement = facts.connection.prepare_cached(
            "SELECT event, staff, from_at, until_at FROM presence_excuses
             WHERE desk = ?1 AND from_at < ?3 AND until_at >= ?2 AND position <= ?4 ORDER BY position",
        )?;
        let rows =
            statement.query_map((desk.as_str(), micros(from), micros(until), limit), |row| {
                Ok(ExcuseFact {
                    event: event_id(row.get(0)?),
                    staff: StaffId::new(row.get::<_, String>(1)?),
                    from: instant(row.get(2)?),
                    until: instant(row.get(3)?),
                })
            })?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    let month_facts = DeskMonth {
        desk: desk.clone(),
        month,
        zone: row.zone,
        closed_through: facts.closed_through(desk)?,
        guests: facts.guest_records(desk, first, last)?,
        days,
        calls,
        complaints: complaints.into_iter().filter_map(complaint).collect(),
        presence,
        excuses,
        meetings,
        breaches,
    };
    Ok(Some(DeskMonthFacts {
        facts: month_facts,
        document: document.clone(),
    }))
}

fn complaint(row: ComplaintRow) -> Option<ComplaintFact> {
    let event = *row.events.first()?;
    let found_by = *row.events.last()?;
    Some(ComplaintFact {
        event,
        complaint: row.complaint,
        about: row.about,
        staff: row.staff,
        complainant: row.complainant,
        happened_at: row.happened_at,
        verification: row.finding.map(|finding| VerificationFact {
            event: found_by,
            staff: finding.staff,
            upheld: finding.upheld,
            at: finding.at,
        }),
    })
}

fn store_penalties(
    connection: &Connection,
    desk: &DeskId,
    month: Month,
    proposed: &[ProposedPenalty],
) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM penalties WHERE desk = ?1 AND month = ?2")?
        .execute((desk.as_str(), month.to_string()))?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO penalties (sanction, desk, month, staff, work_date, rule, amount_fen, proposal)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for penalty in proposed {
        statement.execute((
            penalty.id.as_str(),
            desk.as_str(),
            month.to_string(),
            penalty.staff.as_str(),
            penalty.work_date.to_string(),
            penalty.rule.to_string(),
            penalty.amount.0,
            to_json(penalty)?,
        ))?;
    }
    Ok(())
}
