//! One event → its facts, and what they make stale. A fact already happened: nothing here judges it.

mod conduct;
mod loan;

use crate::columns::{event_bytes, micros, to_json, word};
use crate::database::column_position;
use crate::dirty::{Closing, Dirty};
use crate::error::{Error, Result};
use crate::facts::{By, Facts};
use crate::loan::LoanRow;
use crate::post::{
    HandoverRow, HandoverStatus, HandoverWaiverRow, ItemClosing, ItemRow, OutingCheck, OutingRow,
};
use crate::replica::Hypothesis;
use crate::rules;
use crate::states::*;
use crate::upcast;
use chrono::{DateTime, Utc};
use domain::day::RequestStatus;
use domain::event::*;
use domain::evidence::ItemHolder;
use domain::ids::{DeskId, EventId, SolveId, StaffId, SwapId};
use domain::shift::Shift;
use domain::work_date::{DayMinute, Month, WorkDate, Zone};
use eventlog::{Position, RecordedEvent};
use rusqlite::{CachedStatement, Connection};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Writes the facts of events in log order.
pub(crate) struct Applier<'c> {
    connection: &'c Connection,
    hypothesis: Option<&'c Hypothesis>,
    facts: Facts<'c>,
    /// Those written most, held for looking them up each time costs much beside a row.
    insert_event: CachedStatement<'c>,
    insert_punch: CachedStatement<'c>,
    insert_cell: CachedStatement<'c>,
    pub(crate) dirty: Dirty,
    forgotten: Vec<Forgotten>,
}

/// What follows from the events applied.
pub(crate) struct Applied {
    pub(crate) dirty: Dirty,
    /// Whom they forget.
    pub(crate) forgotten: Vec<Forgotten>,
}

/// An event of the log as this build understands it, the sealed texts of its data located.
pub(crate) struct Read {
    pub(crate) recorded: RecordedEvent,
    stream: Stream,
    event: Event,
}

impl Read {
    /// Sealed texts are located and stay sealed, in every row: whoever reads opens them, as long as there is a key.
    pub(crate) fn of(mut recorded: RecordedEvent) -> Result<Self> {
        let (event, position) = (recorded.id, recorded.position);
        let unreadable = |source| Error::Decode {
            event,
            position,
            source,
        };
        let located = sealing::locate(recorded.id, &recorded.data)
            .map_err(|source| unreadable(source.into()))?;
        if let Cow::Owned(located) = located {
            recorded.data = located;
        }
        let event = upcast::read(
            &recorded.event_type,
            recorded.schema_version,
            &recorded.data,
        )
        .map_err(unreadable)?;
        let stream = recorded
            .stream
            .as_str()
            .parse()
            .map_err(|_| Error::Stream {
                event: recorded.id,
                stream: recorded.stream.to_string(),
            })?;
        Ok(Self {
            recorded,
            stream,
            event,
        })
    }
}

/// Where an event stands, as rows want it.
struct At<'e> {
    position: i64,
    event: EventId,
    recorded: &'e RecordedEvent,
}

/// What a state can be found by.
#[derive(Default)]
struct Keys<'k> {
    desk: Option<&'k DeskId>,
    staff: Option<&'k StaffId>,
    other: Option<&'k StaffId>,
    first: Option<WorkDate>,
    last: Option<WorkDate>,
    status: Option<String>,
}

impl<'c> Applier<'c> {
    pub(crate) fn new(
        connection: &'c Connection,
        hypothesis: Option<&'c Hypothesis>,
    ) -> Result<Self> {
        Ok(Self {
            connection,
            hypothesis,
            facts: Facts::now(connection),
            insert_event: connection.prepare_cached(
                "INSERT INTO events (position, id, stream, revision, type, version, actor, recorded_at, data)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?,
            insert_punch: connection.prepare_cached(
                "INSERT INTO punches (position, event, staff, desk, kind, at, received_at, day_at, device, suspicion)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?,
            insert_cell: connection.prepare_cached(
                "INSERT OR REPLACE INTO roster_cells
                 (staff, date, position, event, desk, month, revision, gone, shift)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?,
            dirty: Dirty::default(),
            forgotten: Vec::new(),
        })
    }

    /// No more events.
    pub(crate) fn end(self) -> Applied {
        Applied {
            dirty: self.dirty,
            forgotten: self.forgotten,
        }
    }

    /// Writes the facts of one event.
    pub(crate) fn apply(&mut self, read: Read) -> Result<()> {
        let Read {
            recorded,
            stream,
            event,
        } = read;
        let recorded = &recorded;
        let at = At {
            position: column_position(recorded.position.number()),
            event: EventId(recorded.id),
            recorded,
        };
        self.keep(&at)?;
        match event {
            Event::Org(event) => self.org(&at, event),
            Event::Desk(event) => match stream {
                Stream::Desk(desk) => self.desk(&at, &desk, event),
                _ => self.misplaced(&at),
            },
            Event::Staff(event) => match stream {
                Stream::Staff(staff) => self.staff(&at, &staff, event),
                _ => self.misplaced(&at),
            },
            Event::Attendance(event) => self.attendance(&at, event),
            Event::Roster(event) => match stream {
                Stream::Roster(desk, month) => self.roster(&at, &desk, month, event),
                _ => self.misplaced(&at),
            },
            Event::Leave(event) => self.leave(&at, event),
            Event::Evidence(event) => match stream {
                Stream::Evidence(desk, date) => self.evidence(&at, &desk, date, event),
                _ => self.misplaced(&at),
            },
            Event::Sanction(event) => match stream {
                Stream::Sanctions(staff, month) => self.sanction(&at, &staff, month, event),
                _ => self.misplaced(&at),
            },
            Event::Period(event) => match stream {
                Stream::Period(desk, month) => self.period(&at, &desk, month, event),
                _ => self.misplaced(&at),
            },
            Event::Meeting(event) => match stream {
                Stream::Meetings(desk, _) => self.meeting(&at, &desk, event),
                _ => self.misplaced(&at),
            },
        }
    }

    fn misplaced(&self, at: &At<'_>) -> Result<()> {
        Err(Error::Stream {
            event: at.recorded.id,
            stream: at.recorded.stream.to_string(),
        })
    }

    fn keep(&mut self, at: &At<'_>) -> Result<()> {
        let recorded = at.recorded;
        self.insert_event.execute((
            at.position,
            event_bytes(recorded.id),
            recorded.stream.as_str(),
            column_position(recorded.revision.0),
            &recorded.event_type,
            recorded.schema_version,
            &recorded.metadata.actor,
            micros(recorded.recorded_at),
            &recorded.data,
        ))?;
        Ok(())
    }

    fn put<T: Serialize>(
        &self,
        at: &At<'_>,
        kind: &str,
        id: &str,
        keys: Keys<'_>,
        state: &T,
    ) -> Result<()> {
        let text = |date: Option<WorkDate>| date.map(|date| date.to_string()).unwrap_or_default();
        self.connection
            .prepare_cached(
                "INSERT INTO versions (kind, id, position, desk, staff, other, first, last, status, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                kind,
                id,
                at.position,
                keys.desk.map(DeskId::as_str),
                keys.staff.map(StaffId::as_str),
                keys.other.map(StaffId::as_str),
                text(keys.first),
                text(keys.last.or(keys.first)),
                keys.status,
                to_json(state)?,
            ))?;
        Ok(())
    }

    fn zone(&self, desk: &DeskId) -> Result<Zone> {
        let desk = self.facts.desk(desk)?;
        // Before a desk is opened nothing can be derived for it, so any zone does.
        Ok(desk.map_or(Zone(chrono_tz::UTC), |desk| desk.zone))
    }

    // -- org, desks, people ----------------------------------------------------------------------------------------

    fn org(&mut self, at: &At<'_>, event: OrgEvent) -> Result<()> {
        match event {
            OrgEvent::CalendarAdopted(adopted) => {
                let year = adopted.year;
                let row = CalendarRow {
                    year,
                    provisional: adopted.provisional,
                    source: adopted.source,
                    days: adopted.days,
                };
                self.put(at, "calendar", &year.to_string(), Keys::default(), &row)?;
                let mut statement = self.connection.prepare_cached(
                    "SELECT staff, date FROM days_touched WHERE date BETWEEN ?1 AND ?2",
                )?;
                let days = statement.query_map(
                    (format!("{year:04}-01-01"), format!("{year:04}-12-31")),
                    |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
                )?;
                for day in days {
                    let (staff, date) = day?;
                    self.dirty
                        .day(&StaffId::new(staff), crate::columns::parse(&date)?);
                }
                Ok(())
            }
        }
    }

    fn desk(&mut self, at: &At<'_>, desk: &DeskId, event: DeskEvent) -> Result<()> {
        let known: Option<DeskRow> = self.facts.state("desk", desk.as_str())?;
        let mut rules_changed = false;
        let row = match (event, known) {
            (DeskEvent::DeskOpened(opened), _) => {
                rules_changed = true;
                DeskRow {
                    desk: desk.clone(),
                    name: opened.name,
                    zone: opened.zone,
                    opens: opened.opens,
                    closes: opened.closes,
                    skills: Vec::new(),
                    templates: Vec::new(),
                    policy: None,
                    adoptions: Vec::new(),
                    lanes: Vec::new(),
                }
            }
            (DeskEvent::SkillsDefined(defined), Some(mut row)) => {
                row.skills = defined.skills;
                row
            }
            (DeskEvent::ShiftTemplatesAdopted(adopted), Some(mut row)) => {
                row.templates.push(adopted);
                row.templates.sort_by_key(|adopted| adopted.effective_from);
                row
            }
            (DeskEvent::DemandSet(demand), row) => {
                let month = demand.month;
                let keys = Keys {
                    desk: Some(desk),
                    first: Some(month.first()),
                    ..Keys::default()
                };
                self.put(at, "demand", &format!("{desk}/{month}"), keys, &demand)?;
                self.dirty.months.insert((desk.clone(), month));
                let Some(row) = row else { return Ok(()) };
                row
            }
            (DeskEvent::PolicyAdopted(adopted), Some(mut row)) => {
                row.adoptions.push(PolicyAdoption {
                    versions: adopted.versions,
                    digest: adopted.digest,
                    by: adopted.by,
                    at: at.recorded.recorded_at,
                });
                row.policy = rules::adopt(row.policy, &adopted.document);
                if let Some(other) = self.hypothesis.filter(|other| other.desk == *desk) {
                    row.policy = rules::overlay(row.policy, other.document.clone());
                }
                rules_changed = true;
                row
            }
            (DeskEvent::LanesDefined(defined), Some(mut row)) => {
                row.lanes = defined.lanes;
                row
            }
            (DeskEvent::BudgetSet(set), row) => {
                let budget = BudgetRow {
                    desk: desk.clone(),
                    month: set.month,
                    amount: set.amount,
                    by: set.by,
                    at: at.recorded.recorded_at,
                };
                let keys = Keys {
                    desk: Some(desk),
                    first: Some(set.month.first()),
                    ..Keys::default()
                };
                self.put(
                    at,
                    "budget",
                    &format!("{desk}/{}", set.month),
                    keys,
                    &budget,
                )?;
                let Some(row) = row else { return Ok(()) };
                row
            }
            // Read where the roster is planned, from the desk's stream.
            (DeskEvent::TeamSet(_), _) => return Ok(()),
            // Nothing is known of a desk before it opens.
            (
                DeskEvent::SkillsDefined(_)
                | DeskEvent::ShiftTemplatesAdopted(_)
                | DeskEvent::PolicyAdopted(_)
                | DeskEvent::LanesDefined(_),
                None,
            ) => return Ok(()),
        };
        let keys = Keys {
            desk: Some(desk),
            ..Keys::default()
        };
        self.put(at, "desk", desk.as_str(), keys, &row)?;
        self.facts = Facts::now(self.connection);
        if rules_changed {
            for person in self.facts.staff_of(Some(desk))? {
                self.dirty.everything_of(self.connection, &person.staff)?;
            }
        }
        Ok(())
    }

    fn staff(&mut self, at: &At<'_>, staff: &StaffId, event: StaffEvent) -> Result<()> {
        let known = self.facts.staff(staff)?;
        let mut employment_changed = false;
        let row = match (event, known) {
            // Read where the roster is planned, from the person's stream.
            (StaffEvent::WishesStated(_), _) => return Ok(()),
            (StaffEvent::LoanRequested(asked), _) => return self.loan_requested(at, asked),
            (StaffEvent::LoanAgreed(agreed), _) => return self.loan_agreed(at, agreed),
            (StaffEvent::LoanDeclined(declined), _) => return self.loan_declined(at, declined),
            (StaffEvent::LoanEnded(ended), _) => return self.loan_ended(at, ended),
            (StaffEvent::Hired(hired), known) => {
                employment_changed = true;
                StaffRow {
                    staff: staff.clone(),
                    name: hired.name,
                    desk: hired.desk,
                    position: hired.position,
                    roles: hired.roles,
                    leads: hired.leads,
                    skills: vec![SkillsFrom {
                        from: hired.from,
                        skills: hired.skills,
                    }],
                    contracts: vec![ContractFrom {
                        from: hired.from,
                        contract: hired.contract,
                    }],
                    protections: Vec::new(),
                    from: hired.from,
                    until: None,
                    // A category goes by its day, whoever leaves and comes back.
                    service_from: hired
                        .service_from
                        .or(known.as_ref().and_then(|row| row.service_from)),
                    categories: known.map(|row| row.categories).unwrap_or_default(),
                    forgotten: None,
                }
            }
            (StaffEvent::SkillsSet(set), Some(mut row)) => {
                row.skills.retain(|held| held.from != set.from);
                row.skills.push(SkillsFrom {
                    from: set.from,
                    skills: set.skills,
                });
                row.skills.sort_by_key(|held| held.from);
                row
            }
            (StaffEvent::RolesSet(set), Some(mut row)) => {
                row.roles = set.roles;
                row.leads = set.leads;
                row
            }
            (StaffEvent::ContractSet(set), Some(mut row)) => {
                row.contracts.retain(|held| held.from != set.from);
                row.contracts.push(ContractFrom {
                    from: set.from,
                    contract: set.contract,
                });
                row.contracts.sort_by_key(|held| held.from);
                row
            }
            (StaffEvent::Protected(protected), Some(mut row)) => {
                row.protections.push(protected);
                row
            }
            (StaffEvent::CategorySet(set), Some(mut row)) => {
                row.categories.retain(|held| held.from != set.from);
                row.categories.push(CategoryFrom {
                    from: set.from,
                    category: set.category,
                });
                row.categories.sort_by_key(|held| held.from);
                row
            }
            (StaffEvent::Left(left), Some(mut row)) => {
                employment_changed = true;
                row.until = Some(left.last);
                row
            }
            (StaffEvent::Forgotten(forgotten), Some(mut row)) => {
                // A name recorded before names were sealed is at least not carried on.
                row.name = sealing::FORGOTTEN.to_owned();
                self.forgotten.push(forgotten.clone());
                row.forgotten = Some(forgotten);
                row
            }
            (
                StaffEvent::SkillsSet(_)
                | StaffEvent::RolesSet(_)
                | StaffEvent::ContractSet(_)
                | StaffEvent::Protected(_)
                | StaffEvent::CategorySet(_)
                | StaffEvent::Forgotten(_)
                | StaffEvent::Left(_),
                None,
            ) => return Ok(()),
        };
        let keys = Keys {
            desk: Some(&row.desk),
            staff: Some(staff),
            ..Keys::default()
        };
        self.put(at, "staff", staff.as_str(), keys, &row)?;
        if employment_changed {
            self.dirty.everything_of(self.connection, staff)?;
        }
        Ok(())
    }

    // -- attendance ------------------------------------------------------------------------------------------------

    fn attendance(&mut self, at: &At<'_>, event: AttendanceEvent) -> Result<()> {
        match event {
            AttendanceEvent::Punched(punched) => self.punched(at, &punched),
            AttendanceEvent::CorrectionRequested(requested) => {
                let row = CorrectionRow {
                    correction: requested.correction,
                    staff: requested.staff,
                    name: String::new(),
                    desk: requested.desk,
                    work_date: requested.work_date,
                    edge: requested.edge,
                    claimed_at: requested.claimed_at,
                    reason: requested.reason,
                    requested_at: requested.at,
                    status: RequestStatus::Pending,
                    decision: None,
                    on_file: None,
                    events: Vec::new(),
                };
                self.correction(at, Some(row), |_| ())
            }
            AttendanceEvent::CorrectionApproved(approved) => {
                let known = self
                    .facts
                    .state("correction", &approved.correction.to_string())?;
                self.correction(at, known, |row| {
                    row.status = RequestStatus::Approved;
                    row.decision = Some(RequestDecision {
                        by: approved.by,
                        role: Some(approved.role),
                        reason: None,
                        at: approved.at,
                    });
                })
            }
            AttendanceEvent::CorrectionRefused(refused) => {
                let known = self
                    .facts
                    .state("correction", &refused.correction.to_string())?;
                self.correction(at, known, |row| {
                    row.status = RequestStatus::Refused;
                    row.decision = Some(RequestDecision {
                        by: refused.by,
                        role: None,
                        reason: Some(refused.reason),
                        at: refused.at,
                    });
                })
            }
            AttendanceEvent::CorrectionWithdrawn(withdrawn) => {
                let known = self
                    .facts
                    .state("correction", &withdrawn.correction.to_string())?;
                self.correction(at, known, |row| row.status = RequestStatus::Withdrawn)
            }
            AttendanceEvent::CorrectionFiled(filed) => {
                let known = self
                    .facts
                    .state("correction", &filed.correction.to_string())?;
                self.correction(at, known, |row| row.on_file = Some((filed.by, filed.at)))
            }
            AttendanceEvent::OvertimeApproved(approved) => {
                self.connection
                    .prepare_cached(
                        "INSERT INTO overtime_approvals
                         (position, event, staff, work_date, minutes_max, compensation)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    )?
                    .execute((
                        at.position,
                        event_bytes(at.event.0),
                        approved.staff.as_str(),
                        approved.work_date.to_string(),
                        approved.minutes_max.0,
                        word(&approved.compensation)?,
                    ))?;
                self.dirty.day(&approved.staff, approved.work_date);
                let Some(request) = approved.request else {
                    return Ok(());
                };
                let known = self.facts.state("overtime", &request.to_string())?;
                self.overtime_state(at, known, |row| {
                    row.status = RequestStatus::Approved;
                    row.approved_minutes = Some(approved.minutes_max);
                    row.compensation = approved.compensation;
                    row.decision = Some(RequestDecision {
                        by: approved.by,
                        role: None,
                        reason: None,
                        at: approved.at,
                    });
                })
            }
            AttendanceEvent::OvertimeRequested(requested) => {
                let row = OvertimeRow {
                    request: requested.request,
                    staff: requested.staff,
                    name: String::new(),
                    desk: requested.desk,
                    work_date: requested.work_date,
                    minutes: requested.minutes,
                    compensation: requested.compensation,
                    reason: requested.reason,
                    requested_at: requested.at,
                    status: RequestStatus::Pending,
                    approved_minutes: None,
                    decision: None,
                    events: Vec::new(),
                };
                self.overtime_state(at, Some(row), |_| ())
            }
            AttendanceEvent::OvertimeRefused(refused) => {
                let known = self.facts.state("overtime", &refused.request.to_string())?;
                self.overtime_state(at, known, |row| {
                    row.status = RequestStatus::Refused;
                    row.decision = Some(RequestDecision {
                        by: refused.by,
                        role: None,
                        reason: Some(refused.reason),
                        at: refused.at,
                    });
                })
            }
            AttendanceEvent::OvertimeWithdrawn(withdrawn) => {
                let known = self
                    .facts
                    .state("overtime", &withdrawn.request.to_string())?;
                self.overtime_state(at, known, |row| row.status = RequestStatus::Withdrawn)
            }
        }
    }

    fn punched(&mut self, at: &At<'_>, punched: &Punched) -> Result<()> {
        // A suspect punch's own clock cannot be right: it belongs to the day it was received on.
        let day_at = match punched.suspicion {
            Some(Suspicion::DeviceClock) => punched.received_at,
            None => punched.at,
        };
        let device = match &punched.source {
            PunchSource::Web => "web",
            PunchSource::Device { serial } => serial,
        };
        self.insert_punch.execute((
            at.position,
            event_bytes(at.event.0),
            punched.staff.as_str(),
            punched.desk.as_str(),
            word(&punched.kind)?,
            micros(punched.at),
            micros(punched.received_at),
            micros(day_at),
            device,
            punched.suspicion.as_ref().map(word).transpose()?,
        ))?;
        let date = self.zone(&punched.desk)?.date(day_at);
        self.dirty.around(&punched.staff, date);
        if punched.kind == PunchKind::In && punched.suspicion.is_none() {
            self.dirty
                .came(&punched.desk, date, &punched.staff, punched.at);
        }
        Ok(())
    }

    fn correction(
        &mut self,
        at: &At<'_>,
        row: Option<CorrectionRow>,
        change: impl FnOnce(&mut CorrectionRow),
    ) -> Result<()> {
        let Some(mut row) = row else { return Ok(()) };
        change(&mut row);
        row.events.push(at.event);
        let keys = Keys {
            desk: Some(&row.desk),
            staff: Some(&row.staff),
            first: Some(row.work_date),
            status: Some(word(&row.status)?),
            ..Keys::default()
        };
        self.put(at, "correction", &row.correction.to_string(), keys, &row)?;
        self.dirty.day(&row.staff, row.work_date);
        Ok(())
    }

    // -- rosters ---------------------------------------------------------------------------------------------------

    fn roster(
        &mut self,
        at: &At<'_>,
        desk: &DeskId,
        month: Month,
        event: RosterEvent,
    ) -> Result<()> {
        let id = format!("{desk}/{month}");
        let mut roster = self.facts.state("roster", &id)?.unwrap_or(RosterState {
            desk: desk.clone(),
            month,
            status: RosterStatus::Draft,
            revision: None,
            has_unpublished_edits: false,
            stream_revision: 0,
        });
        roster.stream_revision = at.recorded.revision.0;
        match event {
            RosterEvent::RosterDrafted(_) => {}
            RosterEvent::SolveRequested(requested) => {
                let row = SolveRow {
                    problem_digest: requested.problem_digest,
                    seed: requested.seed,
                    threads: requested.threads,
                    work_limit: requested.work_limit,
                    limit_seconds: requested.limit_seconds,
                    solver_version: requested.solver_version,
                    replan: requested.replan,
                    by: Some(requested.by),
                    requested_at: Some(requested.at),
                    ..unrequested(requested.solve, desk, month)
                };
                self.solve(at, &row)?;
            }
            RosterEvent::SolveClaimed(claimed) => {
                let mut row = self.known_solve(claimed.solve, desk, month)?;
                row.claim = Some(claimed);
                self.solve(at, &row)?;
            }
            RosterEvent::SolveReleased(released) => {
                let mut row = self.known_solve(released.solve, desk, month)?;
                row.claim = None;
                self.solve(at, &row)?;
            }
            RosterEvent::SolveCancelRequested(cancel) => {
                let mut row = self.known_solve(cancel.solve, desk, month)?;
                row.cancel = Some(cancel);
                self.solve(at, &row)?;
            }
            RosterEvent::ReplanProposed(proposed) => {
                let mut row = self.known_solve(proposed.solve, desk, month)?;
                row.status = SolveStatus::Done;
                row.report = Some(proposed.report.clone());
                row.ended_at = Some(proposed.at);
                row.proposal = Some(proposed);
                self.solve(at, &row)?;
            }
            RosterEvent::ReplanDiscarded(discarded) => {
                let mut row = self.known_solve(discarded.solve, desk, month)?;
                row.answer = Some(ProposalAnswer {
                    revision: None,
                    by: discarded.by,
                    at: discarded.at,
                });
                self.solve(at, &row)?;
            }
            RosterEvent::RosterGenerated(generated) => {
                let mut row = self.known_solve(generated.solve, desk, month)?;
                row.status = SolveStatus::Done;
                row.report = Some(generated.report);
                row.ended_at = Some(generated.at);
                self.solve(at, &row)?;
                self.connection
                    .prepare_cached("DELETE FROM roster_drafts WHERE desk = ?1 AND month = ?2")?
                    .execute((desk.as_str(), month.to_string()))?;
                let cells = generated.cells.iter();
                let cells = cells.map(|cell| (&cell.staff, cell.date, cell.shift.as_ref()));
                self.draft(desk, month, cells)?;
                roster.has_unpublished_edits = true;
            }
            RosterEvent::SolveFailed(failed) => {
                let mut row = self.known_solve(failed.solve, desk, month)?;
                row.status = SolveStatus::Failed;
                row.failure = Some(failed.reason);
                row.ended_at = Some(failed.at);
                self.solve(at, &row)?;
            }
            // Read where the roster is planned, from its stream.
            RosterEvent::CellsFixed(_) | RosterEvent::CellsFreed(_) => {}
            RosterEvent::CellsEdited(edited) => {
                self.draft(desk, month, edited.changes.iter().map(after))?;
                roster.has_unpublished_edits = true;
            }
            RosterEvent::RosterPublished(published) => {
                self.publish(at, desk, month, published.revision)?;
                self.revision(
                    at,
                    desk,
                    month,
                    Made {
                        revision: published.revision,
                        at: published.at,
                        by: &published.by,
                        cause: "published",
                        reason: "",
                        shortfalls: &published.shortfalls,
                    },
                )?;
                roster.status = RosterStatus::Published;
                roster.revision = Some(published.revision);
                roster.has_unpublished_edits = false;
            }
            RosterEvent::RosterAmended(amended) => {
                self.change_cells(at, desk, month, amended.revision, &amended.changes)?;
                self.revision(
                    at,
                    desk,
                    month,
                    Made {
                        revision: amended.revision,
                        at: amended.at,
                        by: &amended.by,
                        cause: "amended",
                        reason: &amended.reason,
                        shortfalls: &[],
                    },
                )?;
                roster.revision = Some(amended.revision);
                if let Some(solve) = amended.replan {
                    let mut row = self.known_solve(solve, desk, month)?;
                    row.answer = Some(ProposalAnswer {
                        revision: Some(amended.revision),
                        by: amended.by,
                        at: amended.at,
                    });
                    self.solve(at, &row)?;
                }
            }
            RosterEvent::DutyTableSubmitted(submitted) => {
                self.connection
                    .prepare_cached(
                        "INSERT INTO duty_submissions (position, event, desk, week_start, revision, by, at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    )?
                    .execute((
                        at.position,
                        event_bytes(at.event.0),
                        desk.as_str(),
                        submitted.week_start.to_string(),
                        submitted.revision,
                        submitted.by.as_str(),
                        micros(submitted.at),
                    ))?;
            }
            RosterEvent::RosterLocked(_) => roster.status = RosterStatus::Locked,
            RosterEvent::LanesPlanned(planned) => {
                self.lane_day(at, desk, planned.date, |row| {
                    row.order = planned.order;
                    row.stints = planned.stints;
                    row.planned = Some((planned.by, planned.at));
                })?;
            }
            RosterEvent::LanesOpened(opened) => {
                self.lane_day(at, desk, opened.date, |row| {
                    row.openings = opened.openings;
                    row.opened = Some((opened.reason, opened.by, opened.at));
                })?;
            }
            // Told by the log; what the roster costs is asked afresh.
            RosterEvent::BudgetOverrun(_) => {}
            RosterEvent::SwapRequested(requested) => {
                let row = SwapRow {
                    swap: requested.swap,
                    desk: desk.clone(),
                    month,
                    from: requested.from,
                    from_name: String::new(),
                    give: requested.give,
                    with: requested.with,
                    with_name: String::new(),
                    take: requested.take,
                    reason: requested.reason,
                    requested_at: requested.at,
                    agreed_at: None,
                    status: SwapStatus::Asked,
                    decision: None,
                    revision: None,
                    events: Vec::new(),
                };
                self.swap(at, Some(row), |_| ())?;
            }
            RosterEvent::SwapAgreed(agreed) => {
                let known = self.known_swap(agreed.swap)?;
                self.swap(at, known, |row| {
                    row.status = SwapStatus::Agreed;
                    row.agreed_at = Some(agreed.at);
                })?;
            }
            RosterEvent::SwapDeclined(declined) => {
                let known = self.known_swap(declined.swap)?;
                self.swap(at, known, |row| row.status = SwapStatus::Declined)?;
            }
            RosterEvent::SwapApproved(approved) => {
                let known = self.known_swap(approved.swap)?;
                let reason = known
                    .as_ref()
                    .map(|row| row.reason.clone())
                    .unwrap_or_default();
                self.change_cells(at, desk, month, approved.revision, &approved.changes)?;
                self.revision(
                    at,
                    desk,
                    month,
                    Made {
                        revision: approved.revision,
                        at: approved.at,
                        by: &approved.by,
                        cause: "swapped",
                        reason: &reason,
                        shortfalls: &[],
                    },
                )?;
                roster.revision = Some(approved.revision);
                self.swap(at, known, |row| {
                    row.status = SwapStatus::Approved;
                    row.revision = Some(approved.revision);
                    row.decision = Some(RequestDecision {
                        by: approved.by,
                        role: Some(approved.role),
                        reason: None,
                        at: approved.at,
                    });
                })?;
            }
            RosterEvent::SwapRefused(refused) => {
                let known = self.known_swap(refused.swap)?;
                self.swap(at, known, |row| {
                    row.status = SwapStatus::Refused;
                    row.decision = Some(RequestDecision {
                        by: refused.by,
                        role: None,
                        reason: Some(refused.reason),
                        at: refused.at,
                    });
                })?;
            }
            RosterEvent::SwapWithdrawn(withdrawn) => {
                let known = self.known_swap(withdrawn.swap)?;
                self.swap(at, known, |row| row.status = SwapStatus::Withdrawn)?;
            }
        }
        let keys = Keys {
            desk: Some(desk),
            first: Some(month.first()),
            last: Some(month.last()),
            status: Some(word(&roster.status)?),
            ..Keys::default()
        };
        self.put(at, "roster", &id, keys, &roster)
    }

    fn lane_day(
        &self,
        at: &At<'_>,
        desk: &DeskId,
        date: WorkDate,
        change: impl FnOnce(&mut LaneDayRow),
    ) -> Result<()> {
        let id = format!("{desk}/{date}");
        let mut row = self.facts.state("lane_day", &id)?.unwrap_or(LaneDayRow {
            desk: desk.clone(),
            date,
            order: Vec::new(),
            stints: Vec::new(),
            planned: None,
            openings: Vec::new(),
            opened: None,
        });
        change(&mut row);
        let keys = Keys {
            desk: Some(desk),
            first: Some(date),
            ..Keys::default()
        };
        self.put(at, "lane_day", &id, keys, &row)
    }

    fn known_solve(&self, solve: SolveId, desk: &DeskId, month: Month) -> Result<SolveRow> {
        let known = self.facts.state("solve", &solve.to_string())?;
        Ok(known.unwrap_or_else(|| unrequested(solve, desk, month)))
    }

    fn solve(&self, at: &At<'_>, row: &SolveRow) -> Result<()> {
        let keys = Keys {
            desk: Some(&row.desk),
            first: Some(row.month.first()),
            status: Some(word(&row.status)?),
            ..Keys::default()
        };
        self.put(at, "solve", &row.solve.to_string(), keys, row)
    }

    fn known_swap(&self, swap: SwapId) -> Result<Option<SwapRow>> {
        self.facts.state("swap", &swap.to_string())
    }

    fn swap(
        &mut self,
        at: &At<'_>,
        row: Option<SwapRow>,
        change: impl FnOnce(&mut SwapRow),
    ) -> Result<()> {
        let Some(mut row) = row else { return Ok(()) };
        change(&mut row);
        row.events.push(at.event);
        let keys = Keys {
            desk: Some(&row.desk),
            staff: Some(&row.from),
            other: Some(&row.with),
            first: Some(row.take.map_or(row.give, |take| take.min(row.give))),
            last: Some(row.take.map_or(row.give, |take| take.max(row.give))),
            status: Some(word(&row.status)?),
        };
        self.put(at, "swap", &row.swap.to_string(), keys, &row)?;
        for date in [Some(row.give), row.take].into_iter().flatten() {
            self.dirty.day(&row.from, date);
            self.dirty.day(&row.with, date);
        }
        Ok(())
    }

    fn draft<'e>(
        &self,
        desk: &DeskId,
        month: Month,
        cells: impl Iterator<Item = (&'e StaffId, WorkDate, Option<&'e Shift>)>,
    ) -> Result<()> {
        let month = month.to_string();
        let mut statement = self.connection.prepare_cached(
            "INSERT OR REPLACE INTO roster_drafts (desk, month, staff, date, shift) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (staff, date, shift) in cells {
            statement.execute((
                desk.as_str(),
                &month,
                staff.as_str(),
                date.to_string(),
                shift.map(to_json).transpose()?,
            ))?;
        }
        Ok(())
    }

    /// Brings the draft into force, writing only the cells that differ from what is.
    fn publish(&mut self, at: &At<'_>, desk: &DeskId, month: Month, revision: u32) -> Result<()> {
        type Line = (String, String, Option<String>);
        let read = |sql: &str| -> Result<Vec<Line>> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map((desk.as_str(), month.to_string()), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        let draft = read(
            "SELECT staff, date, shift FROM roster_drafts WHERE desk = ?1 AND month = ?2 ORDER BY staff, date",
        )?;
        let mut in_force: std::collections::BTreeMap<(String, String), Option<String>> = read(
            "SELECT c.staff, c.date, c.shift FROM roster_cells c
             WHERE c.desk = ?1 AND c.month = ?2 AND NOT c.gone AND NOT EXISTS
               (SELECT 1 FROM roster_cells newer WHERE newer.staff = c.staff AND newer.date = c.date
                AND newer.position > c.position)",
        )?
        .into_iter()
        .map(|(staff, date, shift)| ((staff, date), shift))
        .collect();
        let mut line = None;
        for (staff, date, shift) in draft {
            let key = (staff, date);
            if in_force.remove(&key).as_ref() != Some(&shift) {
                let line = self.line(&mut line, &key.0, month)?;
                self.cell(at, desk, revision, line, &key.1, false, shift.as_deref())?;
            }
        }
        for (staff, date) in in_force.into_keys() {
            let line = self.line(&mut line, &staff, month)?;
            self.cell(at, desk, revision, line, &date, true, None)?;
        }
        self.dirty.months.insert((desk.clone(), month));
        Ok(())
    }

    fn change_cells(
        &mut self,
        at: &At<'_>,
        desk: &DeskId,
        month: Month,
        revision: u32,
        changes: &[CellChange],
    ) -> Result<()> {
        for change in changes {
            self.draft(desk, month, std::iter::once(after(change)))?;
            let mut line = None;
            let line = self.line(&mut line, change.staff.as_str(), month)?;
            let shift = change.after.as_ref().map(to_json).transpose()?;
            let date = change.date.to_string();
            self.cell(at, desk, revision, line, &date, false, shift.as_deref())?;
        }
        self.dirty.months.insert((desk.clone(), month));
        Ok(())
    }

    /// The line of somebody in a month's roster, `known` if that is it.
    fn line<'l>(&self, known: &'l mut Option<Line>, staff: &str, month: Month) -> Result<&'l Line> {
        if let Some(line) = known.take_if(|line| line.staff.as_str() == staff) {
            return Ok(known.insert(line));
        }
        let staff = StaffId::new(staff);
        let loans: Vec<LoanRow> = self.facts.states("loan", By::Staff(staff.as_str()), None)?;
        let person = self.facts.staff(&staff)?;
        let zone = match &person {
            Some(person) => self.zone(&person.desk)?,
            None => Zone(chrono_tz::UTC),
        };
        let has_come = self.facts.has_come(
            &staff,
            zone.instant(month.first().plus_days(-4), DayMinute(0)),
            zone.instant(month.last().plus_days(5), DayMinute(0)),
        )?;
        Ok(known.insert(Line {
            staff,
            month,
            person,
            is_ever_lent: !loans.is_empty(),
            has_come,
        }))
    }

    #[allow(clippy::too_many_arguments)]
    fn cell(
        &mut self,
        at: &At<'_>,
        desk: &DeskId,
        revision: u32,
        line: &Line,
        date: &str,
        gone: bool,
        shift: Option<&str>,
    ) -> Result<()> {
        let (staff, day) = (&line.staff, crate::columns::parse(date)?);
        // Of somebody lent for the day the other desk's roster speaks: this one only takes back what it said before (D2).
        let elsewhere = match &line.person {
            Some(person) if line.is_ever_lent => self.facts.rostered_by(person, day)? != *desk,
            Some(person) => person.desk != *desk,
            None => false,
        };
        if elsewhere && !self.facts.spoke_last(desk, staff.as_str(), date)? {
            return Ok(());
        }
        let (gone, shift) = (gone || elsewhere, shift.filter(|_| !elsewhere));
        self.insert_cell.execute((
            staff.as_str(),
            date,
            at.position,
            event_bytes(at.event.0),
            desk.as_str(),
            line.month.to_string(),
            revision,
            gone,
            shift,
        ))?;
        self.dirty.neighbours(staff, day);
        if line.has_come || !line.month.contains(day) {
            self.colleagues_of_a_changed_day(desk, staff, day)?;
        }
        Ok(())
    }

    /// Whether somebody's punch stood in for a colleague depends on the own roster too: when that changes under
    /// punches already made, the colleagues' days are looked at again.
    fn colleagues_of_a_changed_day(
        &mut self,
        desk: &DeskId,
        staff: &StaffId,
        date: WorkDate,
    ) -> Result<()> {
        let zone = self.zone(desk)?;
        let from = zone.instant(date.plus_days(-2), DayMinute(0));
        let until = zone.instant(date.plus_days(3), DayMinute(0));
        if self.facts.has_come(staff, from, until)? {
            for person in self.facts.staff_of(Some(desk))? {
                for offset in -1..=1 {
                    self.dirty.day(&person.staff, date.plus_days(offset));
                }
            }
        }
        Ok(())
    }

    fn revision(&self, at: &At<'_>, desk: &DeskId, month: Month, made: Made<'_>) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO roster_revisions
                 (desk, month, revision, position, event, at, by, cause, reason, shortfalls)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                desk.as_str(),
                month.to_string(),
                made.revision,
                at.position,
                event_bytes(at.event.0),
                micros(made.at),
                made.by.as_str(),
                made.cause,
                made.reason,
                to_json(&made.shortfalls)?,
            ))?;
        Ok(())
    }

    // -- leave -----------------------------------------------------------------------------------------------------

    fn leave(&mut self, at: &At<'_>, event: LeaveEvent) -> Result<()> {
        match event {
            LeaveEvent::LeaveRequested(requested) => {
                let named = requested.evidence.map(|document| EvidenceNoted {
                    leave: requested.leave,
                    document,
                    seen: false,
                    by: requested.filed_by.clone(),
                    at: requested.at,
                });
                let named = named.into_iter().collect();
                let row = LeaveRow {
                    leave: requested.leave,
                    staff: requested.staff,
                    name: String::new(),
                    desk: requested.desk,
                    kind: requested.kind,
                    span: requested.span,
                    minutes: requested.minutes,
                    reason: requested.reason,
                    filed_by: requested.filed_by,
                    emergency: requested.emergency,
                    half: requested.half,
                    evidence: named,
                    requested_at: requested.at,
                    status: RequestStatus::Pending,
                    decision: None,
                    events: Vec::new(),
                };
                self.leave_state(at, Some(row), |_| ())
            }
            LeaveEvent::LeaveApproved(approved) => {
                let known = self.facts.state("leave", &approved.leave.to_string())?;
                self.leave_state(at, known, |row| {
                    row.status = RequestStatus::Approved;
                    row.decision = Some(RequestDecision {
                        by: approved.by,
                        role: Some(approved.role),
                        reason: None,
                        at: approved.at,
                    });
                })
            }
            LeaveEvent::LeaveRefused(refused) => {
                let known = self.facts.state("leave", &refused.leave.to_string())?;
                self.leave_state(at, known, |row| {
                    row.status = RequestStatus::Refused;
                    row.decision = Some(RequestDecision {
                        by: refused.by,
                        role: None,
                        reason: Some(refused.reason),
                        at: refused.at,
                    });
                })
            }
            LeaveEvent::LeaveWithdrawn(withdrawn) => {
                let known = self.facts.state("leave", &withdrawn.leave.to_string())?;
                self.leave_state(at, known, |row| row.status = RequestStatus::Withdrawn)
            }
            LeaveEvent::EvidenceNoted(noted) => {
                let known = self.facts.state("leave", &noted.leave.to_string())?;
                self.leave_state(at, known, |row| row.evidence.push(noted))
            }
            // Balances are read from the events themselves: a ledger is of every year.
            LeaveEvent::BalanceMoved(_) | LeaveEvent::LeaveGranted(_) => Ok(()),
        }
    }

    fn overtime_state(
        &mut self,
        at: &At<'_>,
        row: Option<OvertimeRow>,
        change: impl FnOnce(&mut OvertimeRow),
    ) -> Result<()> {
        let Some(mut row) = row else { return Ok(()) };
        change(&mut row);
        row.events.push(at.event);
        let keys = Keys {
            desk: Some(&row.desk),
            staff: Some(&row.staff),
            first: Some(row.work_date),
            status: Some(word(&row.status)?),
            ..Keys::default()
        };
        self.put(at, "overtime", &row.request.to_string(), keys, &row)
    }

    fn leave_state(
        &mut self,
        at: &At<'_>,
        row: Option<LeaveRow>,
        change: impl FnOnce(&mut LeaveRow),
    ) -> Result<()> {
        let Some(mut row) = row else { return Ok(()) };
        change(&mut row);
        row.events.push(at.event);
        let keys = Keys {
            desk: Some(&row.desk),
            staff: Some(&row.staff),
            first: Some(row.span.first),
            last: Some(row.span.last),
            status: Some(word(&row.status)?),
            ..Keys::default()
        };
        self.put(at, "leave", &row.leave.to_string(), keys, &row)?;
        for offset in 0..=row.span.first.days_until(row.span.last) {
            self.dirty.day(&row.staff, row.span.first.plus_days(offset));
        }
        Ok(())
    }

    // -- evidence --------------------------------------------------------------------------------------------------

    fn evidence(
        &mut self,
        at: &At<'_>,
        desk: &DeskId,
        date: WorkDate,
        event: EvidenceEvent,
    ) -> Result<()> {
        let zone = self.zone(desk)?;
        self.dirty.evidence(desk, date);
        match event {
            EvidenceEvent::PresenceReported(reported) => {
                self.connection
                    .prepare_cached(
                        "INSERT INTO presence (position, event, desk, staff, at, online)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    )?
                    .execute((
                        at.position,
                        event_bytes(at.event.0),
                        desk.as_str(),
                        reported.staff.as_str(),
                        micros(reported.at),
                        reported.online,
                    ))?;
                let reported_on = zone.date(reported.at);
                self.dirty.around(&reported.staff, reported_on);
                self.dirty.evidence(desk, reported_on);
                self.months_until_next_report(desk, &reported, zone)
            }
            EvidenceEvent::PresenceExcused(excused) => {
                self.connection
                    .prepare_cached(
                        "INSERT INTO presence_excuses
                         (position, event, desk, staff, from_at, until_at, reason, by)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    )?
                    .execute((
                        at.position,
                        event_bytes(at.event.0),
                        desk.as_str(),
                        excused.staff.as_str(),
                        micros(excused.from),
                        micros(excused.until),
                        &excused.reason,
                        excused.by.as_str(),
                    ))?;
                self.dirty.evidence(desk, zone.date(excused.from));
                self.dirty.evidence(desk, zone.date(excused.until));
                Ok(())
            }
            EvidenceEvent::CallRang(rang) => {
                self.connection
                    .prepare_cached(
                        "INSERT INTO calls (position, event, desk, call, at, rings, answered_by, routed_to)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    )?
                    .execute((
                        at.position,
                        event_bytes(at.event.0),
                        desk.as_str(),
                        rang.call.as_str(),
                        micros(rang.at),
                        rang.rings,
                        rang.answered_by.as_ref().map(StaffId::as_str),
                        rang.routed_to.as_ref().map(StaffId::as_str),
                    ))?;
                self.dirty.evidence(desk, zone.date(rang.at));
                Ok(())
            }
            EvidenceEvent::ComplaintFiled(filed) => {
                let row = ComplaintRow {
                    complaint: filed.complaint,
                    desk: desk.clone(),
                    date,
                    about: filed.about,
                    staff: filed.staff,
                    name: String::new(),
                    complainant: filed.complainant,
                    text: filed.text,
                    happened_at: filed.happened_at,
                    filed_at: filed.at,
                    finding: None,
                    events: Vec::new(),
                };
                self.complaint(at, Some(row), zone, |_| ())
            }
            EvidenceEvent::ComplaintVerified(verified) => {
                let known = self
                    .facts
                    .state("complaint", &verified.complaint.to_string())?;
                self.complaint(at, known, zone, |row| {
                    row.finding = Some(ComplaintFinding {
                        staff: verified.staff,
                        upheld: verified.upheld,
                        note: verified.note,
                        by: verified.by,
                        at: verified.at,
                    });
                })
            }
            EvidenceEvent::SpotChecked(checked) => {
                self.connection
                    .prepare_cached(
                        "INSERT INTO spot_checks (position, event, desk, staff, at, on_post, note, by)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    )?
                    .execute((
                        at.position,
                        event_bytes(at.event.0),
                        desk.as_str(),
                        checked.staff.as_str(),
                        micros(checked.at),
                        checked.on_post,
                        &checked.note,
                        checked.by.as_str(),
                    ))?;
                self.dirty.around(&checked.staff, zone.date(checked.at));
                Ok(())
            }
            EvidenceEvent::AlertRaised(raised) => {
                let row = AlertRow {
                    alert: raised.alert,
                    desk: desk.clone(),
                    date,
                    text: raised.text,
                    remedy: raised.remedy,
                    by: raised.by,
                    by_name: String::new(),
                    raised_at: raised.at,
                    closed: None,
                    events: Vec::new(),
                };
                self.alert(at, Some(row), |_| ())
            }
            EvidenceEvent::AlertClosed(closed) => {
                let known = self.facts.state("alert", &closed.alert.to_string())?;
                self.alert(at, known, |row| {
                    row.closed = Some(AlertEnd {
                        by: closed.by,
                        note: closed.note,
                        at: closed.at,
                    });
                })
            }
            EvidenceEvent::BreachRecorded(recorded) => self.breach_recorded(at, desk, recorded),
            EvidenceEvent::BreachRetracted(retracted) => self.breach_retracted(at, retracted),
            EvidenceEvent::HandoverOffered(offered) => self.handover_offered(at, desk, offered),
            EvidenceEvent::HandoverSigned(signed) => self.handover_signed(at, &signed, zone),
            EvidenceEvent::HandoverWaived(waived) => {
                let row = HandoverWaiverRow {
                    staff: waived.staff,
                    work_date: waived.work_date,
                    reason: waived.reason,
                    by: waived.by,
                    at: waived.at,
                    event: at.event,
                };
                let keys = Keys {
                    desk: Some(desk),
                    staff: Some(&row.staff),
                    first: Some(row.work_date),
                    ..Keys::default()
                };
                let id = format!("{}/{}", row.staff, row.work_date);
                self.put(at, "handover_waiver", &id, keys, &row)?;
                self.dirty.day(&row.staff, row.work_date);
                Ok(())
            }
            EvidenceEvent::ItemRaised(raised) => {
                let row = ItemRow {
                    item: raised.item,
                    desk: desk.clone(),
                    date,
                    text: raised.text,
                    raised_by: raised.by,
                    raised_at: raised.at,
                    holder: ItemHolder::Staff {
                        staff: raised.staff,
                    },
                    holder_name: String::new(),
                    closed: None,
                    events: Vec::new(),
                };
                self.item(at, Some(row), |_| ())
            }
            EvidenceEvent::ItemHandedOver(handed) => {
                let known = self.facts.state("item", &handed.item.to_string())?;
                self.item(at, known, |row| {
                    row.holder = ItemHolder::Staff { staff: handed.to };
                })
            }
            EvidenceEvent::ItemClosed(closed) => {
                let known = self.facts.state("item", &closed.item.to_string())?;
                self.dirty.around(&closed.by, zone.date(closed.at));
                self.item(at, known, |row| {
                    // The work was that of who did it.
                    row.holder = ItemHolder::Staff {
                        staff: closed.by.clone(),
                    };
                    row.closed = Some(ItemClosing {
                        note: closed.note,
                        by: closed.by,
                        at: closed.at,
                        event: at.event,
                    });
                })
            }
            EvidenceEvent::OutingRegistered(registered) => {
                let row = OutingRow {
                    outing: registered.outing,
                    desk: desk.clone(),
                    staff: registered.staff,
                    name: String::new(),
                    work_date: registered.work_date,
                    place: registered.place,
                    purpose: registered.purpose,
                    left_at: registered.at,
                    expected_return_at: registered.expected_return_at,
                    returned_at: None,
                    check: None,
                    events: Vec::new(),
                };
                self.outing(at, Some(row), |_| ())
            }
            EvidenceEvent::OutingReturned(returned) => {
                let known = self.facts.state("outing", &returned.outing.to_string())?;
                self.outing(at, known, |row| row.returned_at = Some(returned.at))
            }
            EvidenceEvent::OutingChecked(checked) => {
                let known = self.facts.state("outing", &checked.outing.to_string())?;
                self.outing(at, known, |row| {
                    row.check = Some(OutingCheck {
                        confirmed: checked.confirmed,
                        note: checked.note,
                        by: checked.by,
                        at: checked.at,
                    });
                })
            }
        }
    }

    /// A new offer takes the place of an unsigned one of the same shift.
    fn handover_offered(
        &mut self,
        at: &At<'_>,
        desk: &DeskId,
        offered: HandoverOffered,
    ) -> Result<()> {
        let earlier = self.facts.handover_of(&offered.staff, offered.work_date)?;
        if let Some(earlier) = earlier.filter(|row| row.status == HandoverStatus::Offered) {
            self.handover(at, earlier, |row| row.status = HandoverStatus::Replaced)?;
        }
        let row = HandoverRow {
            handover: offered.handover,
            desk: desk.clone(),
            staff: offered.staff,
            name: String::new(),
            work_date: offered.work_date,
            to_post: offered.to_post,
            notes: offered.notes,
            items: offered.items,
            offered_at: offered.at,
            status: HandoverStatus::Offered,
            signer: None,
            signed_at: None,
            events: Vec::new(),
        };
        self.handover(at, row, |_| ())
    }

    /// The items of a signed handover go to who signed (P7).
    fn handover_signed(&mut self, at: &At<'_>, signed: &HandoverSigned, zone: Zone) -> Result<()> {
        let known: Option<HandoverRow> =
            self.facts.state("handover", &signed.handover.to_string())?;
        let Some(row) = known else { return Ok(()) };
        let holder = match &signed.signer {
            HandoverSigner::Relief { staff } => {
                self.dirty.around(staff, zone.date(signed.at));
                ItemHolder::Staff {
                    staff: staff.clone(),
                }
            }
            HandoverSigner::Post { post, .. } => ItemHolder::Post { post: post.clone() },
        };
        for item in row.items.iter().collect::<BTreeSet<_>>() {
            let known: Option<ItemRow> = self.facts.state("item", &item.to_string())?;
            let open = known.filter(|row| row.closed.is_none());
            self.item(at, open, |row| row.holder = holder.clone())?;
        }
        self.handover(at, row, |row| {
            row.status = HandoverStatus::Signed;
            row.signer = Some(signed.signer.clone());
            row.signed_at = Some(signed.at);
        })
    }

    fn handover(
        &mut self,
        at: &At<'_>,
        mut row: HandoverRow,
        change: impl FnOnce(&mut HandoverRow),
    ) -> Result<()> {
        change(&mut row);
        row.events.push(at.event);
        let keys = Keys {
            desk: Some(&row.desk),
            staff: Some(&row.staff),
            other: match &row.signer {
                Some(HandoverSigner::Relief { staff }) => Some(staff),
                _ => None,
            },
            first: Some(row.work_date),
            status: Some(word(&row.status)?),
            ..Keys::default()
        };
        self.put(at, "handover", &row.handover.to_string(), keys, &row)?;
        self.dirty.day(&row.staff, row.work_date);
        Ok(())
    }

    fn item(
        &mut self,
        at: &At<'_>,
        row: Option<ItemRow>,
        change: impl FnOnce(&mut ItemRow),
    ) -> Result<()> {
        let Some(mut row) = row else { return Ok(()) };
        change(&mut row);
        row.events.push(at.event);
        let zone = self.zone(&row.desk)?;
        let closed_on = row.closed.as_ref().map(|closing| zone.date(closing.at));
        let keys = Keys {
            desk: Some(&row.desk),
            staff: match &row.holder {
                ItemHolder::Staff { staff } => Some(staff),
                ItemHolder::Post { .. } => None,
            },
            first: Some(row.date),
            last: closed_on.or(Some(row.date)),
            status: Some(
                if row.closed.is_some() {
                    "closed"
                } else {
                    "open"
                }
                .to_owned(),
            ),
            ..Keys::default()
        };
        self.put(at, "item", &row.item.to_string(), keys, &row)
    }

    fn outing(
        &mut self,
        at: &At<'_>,
        row: Option<OutingRow>,
        change: impl FnOnce(&mut OutingRow),
    ) -> Result<()> {
        let Some(mut row) = row else { return Ok(()) };
        change(&mut row);
        row.events.push(at.event);
        let keys = Keys {
            desk: Some(&row.desk),
            staff: Some(&row.staff),
            first: Some(row.work_date),
            status: Some(
                if row.returned_at.is_some() {
                    "back"
                } else {
                    "out"
                }
                .to_owned(),
            ),
            ..Keys::default()
        };
        self.put(at, "outing", &row.outing.to_string(), keys, &row)?;
        self.dirty.day(&row.staff, row.work_date);
        Ok(())
    }

    /// A report holds until the next one, through every month between.
    fn months_until_next_report(
        &mut self,
        desk: &DeskId,
        reported: &PresenceReported,
        zone: Zone,
    ) -> Result<()> {
        // Only closed days are judged; a day that closes later is looked at then.
        let reported_on = zone.date(reported.at);
        let closed_through = self.facts.closed_through(desk)?;
        if closed_through.is_none_or(|last| last < reported_on.plus_days(-1)) {
            return Ok(());
        }
        let next: Option<i64> = self
            .connection
            .prepare_cached("SELECT min(at) FROM presence WHERE staff = ?1 AND at > ?2")?
            .query_row((reported.staff.as_str(), micros(reported.at)), |row| {
                row.get(0)
            })?;
        let last = match next {
            Some(next) => Some(zone.date(crate::columns::instant(next))),
            None => {
                let last: Option<String> = self
                    .connection
                    .prepare_cached("SELECT max(date) FROM days_touched WHERE staff = ?1")?
                    .query_row([reported.staff.as_str()], |row| row.get(0))?;
                last.as_deref().map(crate::columns::parse).transpose()?
            }
        };
        let mut month = reported_on.month();
        while last.is_some_and(|last| month <= WorkDate::month(last)) {
            self.dirty.months.insert((desk.clone(), month));
            month = month.next();
        }
        Ok(())
    }

    fn alert(
        &self,
        at: &At<'_>,
        row: Option<AlertRow>,
        change: impl FnOnce(&mut AlertRow),
    ) -> Result<()> {
        let Some(mut row) = row else { return Ok(()) };
        change(&mut row);
        row.events.push(at.event);
        let status = if row.closed.is_some() {
            "closed"
        } else {
            "open"
        };
        let keys = Keys {
            desk: Some(&row.desk),
            first: Some(row.date),
            status: Some(status.to_owned()),
            ..Keys::default()
        };
        self.put(at, "alert", &row.alert.to_string(), keys, &row)
    }

    fn complaint(
        &mut self,
        at: &At<'_>,
        row: Option<ComplaintRow>,
        zone: Zone,
        change: impl FnOnce(&mut ComplaintRow),
    ) -> Result<()> {
        let Some(mut row) = row else { return Ok(()) };
        change(&mut row);
        row.events.push(at.event);
        let happened_on = zone.date(row.happened_at);
        let keys = Keys {
            desk: Some(&row.desk),
            staff: row
                .finding
                .as_ref()
                .map(|finding| &finding.staff)
                .or(row.staff.as_ref()),
            first: Some(happened_on),
            status: Some(
                match &row.finding {
                    None => "open",
                    Some(finding) if finding.upheld => "upheld",
                    Some(_) => "unfounded",
                }
                .to_owned(),
            ),
            ..Keys::default()
        };
        self.put(at, "complaint", &row.complaint.to_string(), keys, &row)?;
        self.dirty.evidence(&row.desk, happened_on);
        Ok(())
    }

    // -- sanctions -------------------------------------------------------------------------------------------------

    fn sanction(
        &mut self,
        at: &At<'_>,
        staff: &StaffId,
        month: Month,
        event: SanctionEvent,
    ) -> Result<()> {
        let reward = match &event {
            SanctionEvent::RewardProposed(proposed) => Some(RewardState {
                work_date: proposed.work_date,
                reason: proposed.reason.clone(),
            }),
            _ => None,
        };
        let (sanction, step) = match event {
            SanctionEvent::RewardProposed(proposed) => (
                proposed.sanction,
                SanctionStepRow {
                    status: SanctionStatus::Proposed,
                    by: proposed.by,
                    by_name: String::new(),
                    amount: Some(proposed.amount),
                    severity: None,
                    note: proposed.reason,
                    at: proposed.at,
                    event: at.event,
                },
            ),
            SanctionEvent::NoticeAcknowledged(noted) => {
                return self.notice_noted(at, staff, noted);
            }
            SanctionEvent::SanctionVerified(step) => (
                step.sanction.clone(),
                SanctionStepRow {
                    severity: step.severity,
                    ..decided(
                        at,
                        SanctionStatus::Verified,
                        step.by,
                        step.amount,
                        step.note,
                        step.at,
                    )
                },
            ),
            SanctionEvent::SanctionBalanced(step) => (
                step.sanction.clone(),
                decided(
                    at,
                    SanctionStatus::Balanced,
                    step.by,
                    step.amount,
                    step.note,
                    step.at,
                ),
            ),
            SanctionEvent::SanctionApproved(step) => (
                step.sanction.clone(),
                decided(
                    at,
                    SanctionStatus::Approved,
                    step.by,
                    step.amount,
                    step.note,
                    step.at,
                ),
            ),
            SanctionEvent::SanctionWaived(waived) => (
                waived.sanction,
                SanctionStepRow {
                    status: SanctionStatus::Waived,
                    by: waived.by,
                    by_name: String::new(),
                    amount: None,
                    severity: None,
                    note: waived.reason,
                    at: waived.at,
                    event: at.event,
                },
            ),
            SanctionEvent::SanctionAppealed(appealed) => (
                appealed.sanction,
                SanctionStepRow {
                    status: SanctionStatus::Appealed,
                    by: staff.clone(),
                    by_name: String::new(),
                    amount: None,
                    severity: None,
                    note: appealed.reason,
                    at: appealed.at,
                    event: at.event,
                },
            ),
            SanctionEvent::AppealDecided(decision) => {
                let known: Option<SanctionState> =
                    self.facts.state("sanction", decision.sanction.as_str())?;
                let before = known.and_then(|state| state.before_appeal);
                (
                    decision.sanction,
                    SanctionStepRow {
                        status: if decision.upheld {
                            SanctionStatus::Overturned
                        } else {
                            before.unwrap_or(SanctionStatus::Proposed)
                        },
                        by: decision.by,
                        by_name: String::new(),
                        amount: None,
                        severity: None,
                        note: decision.reason,
                        at: decision.at,
                        event: at.event,
                    },
                )
            }
        };
        let mut state = self
            .facts
            .state("sanction", sanction.as_str())?
            .unwrap_or(SanctionState {
                sanction: sanction.clone(),
                staff: staff.clone(),
                month,
                reward: None,
                status: SanctionStatus::Proposed,
                before_appeal: None,
                amount: None,
                steps: Vec::new(),
            });
        if step.status == SanctionStatus::Appealed {
            state.before_appeal = Some(state.status);
        }
        state.reward = reward.or(state.reward);
        state.status = step.status;
        state.amount = step.amount.or(state.amount);
        state.steps.push(step);
        let keys = Keys {
            staff: Some(staff),
            first: Some(month.first()),
            last: Some(month.last()),
            status: Some(word(&state.status)?),
            ..Keys::default()
        };
        self.put(at, "sanction", sanction.as_str(), keys, &state)
    }

    // -- periods ---------------------------------------------------------------------------------------------------

    fn period(
        &mut self,
        at: &At<'_>,
        desk: &DeskId,
        month: Month,
        event: PeriodEvent,
    ) -> Result<()> {
        match event {
            PeriodEvent::DayClosed(closed) => {
                // What closes with this day: usually the day itself, but the first day ever closed closes all before.
                let closed_before = self.facts.closed_through(desk)?;
                // A day closes once; a repetition would move the moment its roster was fixed.
                self.connection
                    .prepare_cached(
                        "INSERT OR IGNORE INTO days_closed (desk, date, position, at) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute((
                        desk.as_str(),
                        closed.date.to_string(),
                        at.position,
                        micros(closed.at),
                    ))?;
                let settling = match self.facts.desk(desk)? {
                    Some(row) => rules::settling_days(&row),
                    None => 0,
                };
                let from = closed_before.map(|last| last.min(closed.date).plus_days(-settling));
                self.dirty.passed(desk, from, closed.date);
                self.dirty
                    .months
                    .insert((desk.clone(), closed.date.month()));
                Ok(())
            }
            PeriodEvent::PeriodClosed(closed) => {
                let exported_position = closed
                    .position
                    .parse::<Position>()
                    .map_or(at.position, |position| column_position(position.number()));
                // A month closes once until it is opened again.
                if self.facts.closed_month(desk, closed.month)?.is_some() {
                    return Ok(());
                }
                self.connection
                    .prepare_cached(
                        "INSERT INTO periods_closed
                         (desk, month, position, exported_position, seal, policy_versions, by, at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    )?
                    .execute((
                        desk.as_str(),
                        closed.month.to_string(),
                        at.position,
                        exported_position,
                        &closed.seal,
                        to_json(&closed.policy_versions)?,
                        closed.by.as_str(),
                        micros(closed.at),
                    ))?;
                self.dirty.closings.push(Closing {
                    desk: desk.clone(),
                    month: closed.month,
                    exported_position,
                });
                Ok(())
            }
            PeriodEvent::Adjusted(adjusted) => {
                self.connection
                    .prepare_cached(
                        "INSERT INTO adjustments
                         (position, event, desk, month, staff, source_month, amount_fen, reason, by, at, adjusted)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                    )?
                    .execute((
                        at.position,
                        event_bytes(at.event.0),
                        desk.as_str(),
                        month.to_string(),
                        adjusted.staff.as_str(),
                        adjusted.source_month.to_string(),
                        adjusted.amount.0,
                        &adjusted.reason,
                        adjusted.by.as_str(),
                        micros(adjusted.at),
                        to_json(&adjusted)?,
                    ))?;
                Ok(())
            }
            PeriodEvent::SheetConfirmed(said) => {
                let row = SheetWordRow {
                    staff: said.staff,
                    digest: said.digest,
                    disputed: None,
                    at: said.at,
                };
                self.put_sheet(at, desk, month, &row)
            }
            PeriodEvent::SheetDisputed(said) => {
                let row = SheetWordRow {
                    staff: said.staff,
                    digest: said.digest,
                    disputed: Some(said.words),
                    at: said.at,
                };
                self.put_sheet(at, desk, month, &row)
            }
            PeriodEvent::ReopeningRequested(asked) => {
                let row = ReopeningRow {
                    desk: desk.clone(),
                    month,
                    position: at.position,
                    reason: asked.reason,
                    by: asked.by,
                    by_name: String::new(),
                    at: asked.at,
                    status: ReopeningStatus::Asked,
                    decided_by: None,
                    decided_by_name: None,
                    note: String::new(),
                    decided_at: None,
                };
                self.put_reopening(at, &row)
            }
            PeriodEvent::PeriodReopened(done) => {
                self.connection
                    .prepare_cached(
                        "INSERT INTO periods_reopened (desk, month, position) VALUES (?1, ?2, ?3)",
                    )?
                    .execute((desk.as_str(), month.to_string(), at.position))?;
                let status = ReopeningStatus::Agreed;
                self.decide_reopening(at, desk, month, (status, done.by, done.note, done.at))
            }
            PeriodEvent::ReopeningRefused(done) => {
                let status = ReopeningStatus::Refused;
                self.decide_reopening(at, desk, month, (status, done.by, done.note, done.at))
            }
        }
    }

    fn put_sheet(
        &self,
        at: &At<'_>,
        desk: &DeskId,
        month: Month,
        row: &SheetWordRow,
    ) -> Result<()> {
        let keys = Keys {
            desk: Some(desk),
            staff: Some(&row.staff),
            first: Some(month.first()),
            ..Keys::default()
        };
        let id = format!("{desk}/{month}/{}", row.staff);
        self.put(at, "sheet", &id, keys, row)
    }

    /// A reopening goes by its month and the position at which it was asked for.
    fn put_reopening(&self, at: &At<'_>, row: &ReopeningRow) -> Result<()> {
        let keys = Keys {
            desk: Some(&row.desk),
            first: Some(row.month.first()),
            status: Some(word(&row.status)?),
            ..Keys::default()
        };
        let id = format!("{}/{}/{}", row.desk, row.month, row.position);
        self.put(at, "reopening", &id, keys, row)
    }

    fn decide_reopening(
        &self,
        at: &At<'_>,
        desk: &DeskId,
        month: Month,
        (status, by, note, when): (ReopeningStatus, StaffId, String, DateTime<Utc>),
    ) -> Result<()> {
        let asked = self.facts.reopenings(desk, month)?;
        let Some(mut row) = asked
            .into_iter()
            .rfind(|row| row.status == ReopeningStatus::Asked)
        else {
            return Ok(());
        };
        row.status = status;
        row.decided_by = Some(by);
        row.note = note;
        row.decided_at = Some(when);
        self.put_reopening(at, &row)
    }
}

/// What every cell of a person's month asks about the person.
struct Line {
    staff: StaffId,
    month: Month,
    person: Option<StaffRow>,
    is_ever_lent: bool,
    /// Punched in about the month.
    has_come: bool,
}

/// A changed cell as it is now.
fn after(change: &CellChange) -> (&StaffId, WorkDate, Option<&Shift>) {
    (&change.staff, change.date, change.after.as_ref())
}

/// What made a revision.
struct Made<'m> {
    revision: u32,
    at: DateTime<Utc>,
    by: &'m StaffId,
    cause: &'m str,
    reason: &'m str,
    shortfalls: &'m [Shortfall],
}

fn unrequested(solve: SolveId, desk: &DeskId, month: Month) -> SolveRow {
    SolveRow {
        solve,
        desk: desk.clone(),
        month,
        problem_digest: String::new(),
        seed: 0,
        threads: 0,
        work_limit: 0,
        limit_seconds: 0,
        solver_version: String::new(),
        by: None,
        requested_at: None,
        status: SolveStatus::Running,
        report: None,
        failure: None,
        ended_at: None,
        replan: None,
        claim: None,
        cancel: None,
        proposal: None,
        answer: None,
    }
}

fn decided(
    at: &At<'_>,
    status: SanctionStatus,
    by: StaffId,
    amount: domain::quantities::Fen,
    note: String,
    when: DateTime<Utc>,
) -> SanctionStepRow {
    SanctionStepRow {
        status,
        by,
        by_name: String::new(),
        amount: Some(amount),
        severity: None,
        note,
        at: when,
        event: at.event,
    }
}
