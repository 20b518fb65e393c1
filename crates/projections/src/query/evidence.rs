//! Events in words: what a figure rests on, and the trail of a stream.

use super::View;
use crate::columns::{event_bytes, instant};
use crate::error::{Error, Result};
use crate::upcast;
use crate::words::words;
use chrono::{DateTime, Utc};
use domain::event::Stream;
use domain::ids::{DeskId, EventId, StaffId};
use domain::refusal::Lang;
use domain::work_date::Zone;
use rusqlite::{OptionalExtension, Row};
use serde::Serialize;

/// An event to be read by people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvidenceRow {
    /// Its id.
    pub event: EventId,
    /// The stream it stands in.
    pub stream: String,
    /// Where in the stream.
    pub revision: u64,
    /// Where in the log, as a number.
    pub position: u64,
    /// Its stored name.
    pub event_type: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Who or what caused it.
    pub actor: String,
    /// 姓名 of the actor, or the actor itself.
    pub actor_name: String,
    /// In Chinese.
    pub words_zh: String,
    /// In English.
    pub words_en: String,
    /// The whole of it.
    pub data: serde_json::Value,
}

const COLUMNS: &str = "id, stream, revision, position, type, version, recorded_at, actor, data";

impl View<'_> {
    /// Events by id, in log order. An id that the read models have not seen is left out.
    pub fn evidence(&self, events: &[EventId]) -> Result<Vec<EvidenceRow>> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut found = Vec::new();
        for event in events {
            let row = statement
                .query_row([event_bytes(event.0)], |row| Ok(self.evidence_row(row)))
                .optional()?;
            found.extend(row.transpose()?);
        }
        found.sort_by_key(|row| row.position);
        found.dedup_by_key(|row| row.event);
        Ok(found)
    }

    /// The trail of one stream, oldest first.
    pub fn audit(&self, stream: &Stream) -> Result<Vec<EvidenceRow>> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE stream = ?1 ORDER BY revision");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([stream.to_string()])?;
        let mut trail = Vec::new();
        while let Some(row) = rows.next()? {
            trail.push(self.evidence_row(row)?);
        }
        Ok(trail)
    }

    fn evidence_row(&self, row: &Row<'_>) -> Result<EvidenceRow> {
        let id = uuid::Uuid::from_bytes(row.get(0)?);
        let stream: String = row.get(1)?;
        let event_type: String = row.get(4)?;
        let data: Vec<u8> = row.get(8)?;
        let event = upcast::read(&event_type, row.get(5)?, &data)
            .map_err(|source| Error::row(format!("event {id}"), source))?;
        let desk = self.desk_of(&stream)?;
        let zone = match desk {
            Some(desk) => self.facts.desk(&desk)?.map(|desk| desk.zone),
            None => None,
        };
        let zone = zone.unwrap_or(Zone(chrono_tz::UTC));
        // A name that cannot be read is shown as the number: words are for people, and the id stands beside them.
        let name = |staff: &StaffId| self.name(staff).unwrap_or_else(|_| staff.to_string());
        let actor: String = row.get(7)?;
        Ok(EvidenceRow {
            event: EventId(id),
            revision: row.get::<_, i64>(2)?.unsigned_abs(),
            position: row.get::<_, i64>(3)?.unsigned_abs(),
            recorded_at: instant(row.get(6)?),
            actor_name: name(&StaffId::new(actor.as_str())),
            actor,
            words_zh: words(&event, Lang::Zh, &name, zone),
            words_en: words(&event, Lang::En, &name, zone),
            data: serde_json::from_slice(&data)
                .map_err(|source| Error::row(format!("event {id}"), source))?,
            stream,
            event_type,
        })
    }

    fn desk_of(&self, stream: &str) -> Result<Option<DeskId>> {
        let Ok(stream) = stream.parse::<Stream>() else {
            return Ok(None);
        };
        let of_staff = |staff: &StaffId| -> Result<Option<DeskId>> {
            Ok(self.facts.staff(staff)?.map(|person| person.desk))
        };
        match stream {
            Stream::Org => Ok(None),
            Stream::Desk(desk)
            | Stream::Roster(desk, _)
            | Stream::Evidence(desk, _)
            | Stream::Period(desk, _)
            | Stream::Meetings(desk, _) => Ok(Some(desk)),
            Stream::Staff(staff)
            | Stream::Attendance(staff, _)
            | Stream::Leave(staff, _)
            | Stream::Sanctions(staff, _) => of_staff(&staff),
        }
    }
}
