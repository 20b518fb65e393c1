//! Dirty days → records, dirty months → penalties, in the transaction of their facts.

use crate::columns::{event_id, from_json, instant, micros, to_json, word};
use crate::dirty::{Dirty, months_around};
use crate::error::Result;
use crate::facts::{By, Facts};
use crate::period_close;
use crate::post;
use crate::states::ComplaintRow;
use domain::day::DayRecord;
use domain::ids::{CallId, DeskId, StaffId};
use domain::penalty::{
    CallFact, ComplaintFact, DeskMonth, ExcuseFact, PresenceFact, ProposedPenalty,
    VerificationFact, derive,
};
use domain::policy::PolicyDocument;
use domain::reckoning::reckon;
use domain::work_date::{DayMinute, Month, WorkDate};
use rusqlite::Connection;
use std::collections::{BTreeSet, HashMap};

/// Derives everything stale again.
pub(crate) fn settle(connection: &Connection, mut dirty: Dirty) -> Result<()> {
    let facts = Facts::now(connection);
    reach_colleagues(&facts, &mut dirty)?;
    for (staff, date) in &dirty.days {
        touch(connection, staff, *date)?;
        let record = record(&facts, staff, *date)?;
        store(connection, staff, *date, record.as_ref())?;
        if let Some(person) = facts.staff(staff)? {
            for lent in record.iter().flat_map(|record| &record.lent) {
                dirty.evidence.insert((lent.to.clone(), *date));
            }
            dirty.evidence.insert((person.desk, *date));
        }
    }
    // Penalties judge closed days only, and a shift ends a day later at the most. So what concerns open days alone
    // waits until they are closed; a punch of today costs no month.
    let mut closed_through: HashMap<&DeskId, Option<WorkDate>> = HashMap::new();
    for (desk, date) in &dirty.evidence {
        let last = match closed_through.get(desk) {
            Some(known) => *known,
            None => {
                let found = facts.closed_through(desk)?;
                closed_through.insert(desk, found);
                found
            }
        };
        if last.is_some_and(|last| date.plus_days(-1) <= last) {
            let months = months_around(*date);
            dirty
                .months
                .extend(months.map(|month| (desk.clone(), month)));
        }
    }
    for (desk, month) in &dirty.months {
        let proposed = penalties(&facts, desk, *month, None)?;
        store_penalties(connection, desk, *month, &proposed)?;
    }
    for closing in &dirty.closings {
        period_close::freeze(connection, closing)?;
    }
    Ok(())
}

/// At a desk that hands its post over, a day's record rests on what those did who relieved or were relieved.
fn reach_colleagues(facts: &Facts<'_>, dirty: &mut Dirty) -> Result<()> {
    let mut desks: HashMap<StaffId, Option<DeskId>> = HashMap::new();
    let mut about: BTreeSet<(DeskId, WorkDate)> = BTreeSet::new();
    for (staff, date) in &dirty.days {
        if !desks.contains_key(staff) {
            let desk = match facts.staff(staff)? {
                Some(person) => facts.desk(&person.desk)?,
                None => None,
            };
            let desk = desk.filter(|desk| post::hands_over(desk));
            desks.insert(staff.clone(), desk.map(|desk| desk.desk.clone()));
        }
        if let Some(Some(desk)) = desks.get(staff) {
            about.insert((desk.clone(), *date));
        }
    }
    for (desk, date) in about {
        dirty.days.extend(facts.rostered_about(&desk, date)?);
    }
    Ok(())
}

fn touch(connection: &Connection, staff: &StaffId, date: WorkDate) -> Result<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO days_touched (staff, date) VALUES (?1, ?2)")?
        .execute((staff.as_str(), date.to_string()))?;
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

fn store(
    connection: &Connection,
    staff: &StaffId,
    date: WorkDate,
    record: Option<&DayRecord>,
) -> Result<()> {
    let Some(record) = record else {
        connection
            .prepare_cached("DELETE FROM day_records WHERE staff = ?1 AND date = ?2")?
            .execute((staff.as_str(), date.to_string()))?;
        return Ok(());
    };
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO day_records
             (staff, date, desk, status, shift, planned_minutes, worked_minutes, absent_minutes, late_minutes,
              early_minutes, policy, record)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute((
            staff.as_str(),
            date.to_string(),
            record.desk.as_str(),
            word(&record.status)?,
            record.shift.as_ref().map(|code| code.as_str()),
            record.planned_minutes.0,
            record.worked_minutes.0,
            record.absent_minutes.0,
            record.late_minutes.0,
            record.early_minutes.0,
            record.policy.as_str(),
            to_json(record)?,
        ))?;
    Ok(())
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
    let days = match records {
        Some(records) => records,
        None => stored_records(
            facts.connection,
            desk,
            month.first().plus_days(-1),
            month.last().plus_days(1),
        )?,
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
        guests: facts.guest_records(
            desk,
            month.first().plus_days(-1),
            month.last().plus_days(1),
        )?,
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
