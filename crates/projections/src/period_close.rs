//! The figures of a closed month, as they were at the position it was closed on.

use crate::columns::{from_json, parse, to_json};
use crate::derive::{penalties, record};
use crate::dirty::Closing;
use crate::error::Result;
use crate::facts::Facts;
use domain::day::DayRecord;
use domain::ids::{DeskId, StaffId};
use domain::penalty::ProposedPenalty;
use domain::work_date::{Month, WorkDate};
use rusqlite::Connection;

/// Derives the month from the facts as of the exported position and keeps it. Facts are never changed, so it comes out
/// the same however much of the log has been applied since.
pub(crate) fn freeze(connection: &Connection, closing: &Closing) -> Result<()> {
    let Closing { desk, month, .. } = closing;
    let facts = Facts::as_of(connection, closing.exported_position);
    let mut records: Vec<DayRecord> = Vec::new();
    for person in facts.staff_of(Some(desk))? {
        let dates = touched(
            connection,
            &person.staff,
            month.first().plus_days(-1),
            month.last(),
        )?;
        for date in dates {
            records.extend(record(&facts, &person.staff, date)?);
        }
    }
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
