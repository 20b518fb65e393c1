//! The figures of a closed month, as they were at the position it was closed on.

use crate::columns::{from_json, parse, to_json};
use crate::derive::{penalties, record};
use crate::dirty::Closing;
use crate::error::Result;
use crate::facts::{Facts, policy_on};
use domain::day::DayRecord;
use domain::hours::balanced_minutes;
use domain::ids::{DeskId, StaffId};
use domain::penalty::ProposedPenalty;
use domain::policy::Policy;
use domain::quantities::Minutes;
use domain::work_date::{Month, WorkDate};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Derives the month from the facts as of the exported position and keeps it. Facts are never changed, so it comes out
/// the same however much of the log has been applied since.
pub(crate) fn freeze(connection: &Connection, closing: &Closing) -> Result<()> {
    let Closing { desk, month, .. } = closing;
    let facts = Facts::as_of(connection, closing.exported_position);
    // What an earlier closing of the month was made on: it was opened again since.
    for table in ["frozen_day_records", "frozen_penalties", "frozen_hours"] {
        connection
            .prepare_cached(&format!(
                "DELETE FROM {table} WHERE desk = ?1 AND month = ?2"
            ))?
            .execute((desk.as_str(), month.to_string()))?;
    }
    let begins = hours_begin(&facts, desk, *month)?;
    let mut records: Vec<DayRecord> = Vec::new();
    for person in facts.staff_of(Some(desk))? {
        let dates = touched(
            connection,
            &person.staff,
            month
                .first()
                .min(begins.unwrap_or(month.first()))
                .plus_days(-1),
            month.last().plus_days(1),
        )?;
        for date in dates {
            records.extend(record(&facts, &person.staff, date)?);
        }
    }
    if begins.is_some() {
        let minutes = hours_worked(&facts, desk, *month, &records)?;
        let mut statement = connection.prepare_cached(
            "INSERT INTO frozen_hours (desk, month, staff, minutes) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (staff, minutes) in minutes {
            statement.execute((desk.as_str(), month.to_string(), staff.as_str(), minutes.0))?;
        }
    }
    records.retain(|record| record.date >= month.first().plus_days(-1));
    let proposed = penalties(&facts, desk, *month, Some(records.clone()))?;

    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO frozen_day_records (desk, month, staff, date, record) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for record in records.iter().filter(|record| month.contains(record.date)) {
        statement.execute((
            desk.as_str(),
            month.to_string(),
            record.staff.as_str(),
            record.date.to_string(),
            to_json(record)?,
        ))?;
    }
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO frozen_penalties (desk, month, sanction, proposal) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for penalty in &proposed {
        statement.execute((
            desk.as_str(),
            month.to_string(),
            penalty.id.as_str(),
            to_json(penalty)?,
        ))?;
    }
    Ok(())
}

/// The rules of a month: those of the first day that has any.
pub(crate) fn policy_of_month(
    facts: &Facts<'_>,
    desk: &DeskId,
    month: Month,
) -> Result<Option<Policy>> {
    let row = facts.desk(desk)?;
    let mut days = month.days();
    Ok(row.and_then(|row| days.find_map(|date| policy_on(&row, date).cloned())))
}

/// The first day of the period in which a month's hours balance out; none: they do not.
pub(crate) fn hours_begin(
    facts: &Facts<'_>,
    desk: &DeskId,
    month: Month,
) -> Result<Option<WorkDate>> {
    let policy = policy_of_month(facts, desk, month)?;
    let hours = policy.and_then(|policy| policy.hours);
    let hours = hours.filter(|hours| hours.is_comprehensive());
    Ok(hours.map(|hours| hours.period.around(month).0.first()))
}

/// Minutes that balance out, by person, from the period's beginning to the end of the month.
pub(crate) fn hours_worked(
    facts: &Facts<'_>,
    desk: &DeskId,
    month: Month,
    records: &[DayRecord],
) -> Result<BTreeMap<StaffId, Minutes>> {
    let mut minutes = BTreeMap::new();
    let Some(first) = hours_begin(facts, desk, month)? else {
        return Ok(minutes);
    };
    let kinds = facts.day_kinds(first, month.last())?;
    for record in records {
        if (first..=month.last()).contains(&record.date) {
            let sum: &mut Minutes = minutes.entry(record.staff.clone()).or_default();
            *sum += balanced_minutes(record, kinds.get(&record.date).copied());
        }
    }
    Ok(minutes)
}

/// The minutes of a closed month's period as they were then.
pub(crate) fn frozen_hours(
    connection: &Connection,
    desk: &DeskId,
    month: Month,
) -> Result<BTreeMap<StaffId, Minutes>> {
    let mut statement = connection
        .prepare_cached("SELECT staff, minutes FROM frozen_hours WHERE desk = ?1 AND month = ?2")?;
    let rows = statement.query_map((desk.as_str(), month.to_string()), |row| {
        Ok((StaffId::new(row.get::<_, String>(0)?), Minutes(row.get(1)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn touched(
    connection: &Connection,
    staff: &StaffId,
    first: WorkDate,
    last: WorkDate,
) -> Result<Vec<WorkDate>> {
    let mut statement = connection.prepare_cached(
        "SELECT date FROM days_touched WHERE staff = ?1 AND date BETWEEN ?2 AND ?3 ORDER BY date",
    )?;
    let rows = statement.query_map(
        (staff.as_str(), first.to_string(), last.to_string()),
        |row| row.get::<_, String>(0),
    )?;
    rows.map(|date| parse(&date?)).collect()
}

/// The frozen records of a closed month, by person and day.
pub(crate) fn frozen_records(
    connection: &Connection,
    desk: &DeskId,
    month: Month,
) -> Result<Vec<DayRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT record FROM frozen_day_records WHERE desk = ?1 AND month = ?2 ORDER BY staff, date",
    )?;
    let rows = statement.query_map((desk.as_str(), month.to_string()), |row| {
        row.get::<_, String>(0)
    })?;
    rows.map(|record| from_json(&record?)).collect()
}

/// The frozen proposals of a closed month.
pub(crate) fn frozen_proposals(
    connection: &Connection,
    desk: &DeskId,
    month: Month,
) -> Result<Vec<ProposedPenalty>> {
    let mut statement = connection
        .prepare_cached("SELECT proposal FROM frozen_penalties WHERE desk = ?1 AND month = ?2")?;
    let rows = statement.query_map((desk.as_str(), month.to_string()), |row| {
        row.get::<_, String>(0)
    })?;
    rows.map(|proposal| from_json(&proposal?)).collect()
}
