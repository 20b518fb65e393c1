//! Meetings and briefings (S2, S3, M11, D4).

use crate::app::access::may_run_desk;
use crate::app::{
    App, AppError, Caller, MeetingText, Reason, Receipt, ScheduleMeeting, SignMinutes,
    TakeAttendance,
};
use chrono::{DateTime, Utc};
use domain::event::{Expected, MeetingEvent, Shortfall, Stream};
use domain::ids::{DeskId, MeetingId, StaffId};
use domain::meeting::{
    MeetingState, Member, cancel, cover, expected, file_statement, publish_minutes, schedule,
    sign_minutes, take_attendance,
};
use domain::policy::{MeetingPolicy, RecurringMeeting};
use domain::refusal::Refusal;
use domain::roster::RosterState;
use domain::who::{Actor, Issued, Role};
use domain::work_date::{DayMinute, Month, WorkDate, Zone};
use eventlog::CommandId;
use projections::MeetingRow;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl App {
    /// Calls a meeting.
    pub async fn schedule_meeting(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: ScheduleMeeting,
    ) -> Result<Receipt<MeetingId>, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let zone = self.zone(desk).await?;
        let people = self.people_of(desk).await?.into_iter().collect();
        let meeting = MeetingId(caller.new_id());
        let command = schedule::Schedule {
            meeting,
            kind: input.kind,
            title: input.title,
            date: input.date,
            start: input.start,
            minutes: input.length_minutes,
            expected: input.expected,
            recurring: false,
        };
        let stream = Stream::Meetings(desk.clone(), command.date.month());
        let receipt = self
            .execute::<MeetingState>(&stream, caller, |state, issued| {
                Ok(schedule::decide(
                    state, &command, desk, &people, zone, issued,
                )?)
            })
            .await?;
        Ok(receipt.of(meeting))
    }

    /// Cancels a meeting.
    pub async fn cancel_meeting(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        input: Reason,
    ) -> Result<Receipt, AppError> {
        let row = self.meeting(caller, meeting).await?;
        let command = cancel::Cancel {
            meeting,
            reason: input.reason,
        };
        self.on_meeting(caller, &row, |state, zone, issued| {
            Ok(cancel::decide(state, &command, &row.desk, zone, issued)?)
        })
        .await
    }

    /// Says beforehand, in writing, that one cannot come (S2).
    pub async fn file_statement(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        input: MeetingText,
    ) -> Result<Receipt, AppError> {
        let row = self.meeting(caller, meeting).await?;
        let (expected, _) = self.expected_and_people(&row).await?;
        let command = file_statement::FileStatement {
            meeting,
            text: input.text,
        };
        self.on_meeting(caller, &row, |state, zone, issued| {
            Ok(file_statement::decide(
                state, &command, &expected, zone, issued,
            )?)
        })
        .await
    }

    /// Takes attendance (S2).
    pub async fn take_attendance(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        input: TakeAttendance,
    ) -> Result<Receipt, AppError> {
        let row = self.meeting(caller, meeting).await?;
        let (expected, people) = self.expected_and_people(&row).await?;
        let command = take_attendance::TakeAttendance {
            meeting,
            present: input.present,
        };
        self.on_meeting(caller, &row, |state, zone, issued| {
            Ok(take_attendance::decide(
                state, &command, &row.desk, &expected, &people, zone, issued,
            )?)
        })
        .await
    }

    /// Publishes the minutes (S3).
    pub async fn publish_minutes(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        input: MeetingText,
    ) -> Result<Receipt, AppError> {
        let row = self.meeting(caller, meeting).await?;
        let command = publish_minutes::PublishMinutes {
            meeting,
            text: input.text,
        };
        self.on_meeting(caller, &row, |state, zone, issued| {
            Ok(publish_minutes::decide(
                state, &command, &row.desk, zone, issued,
            )?)
        })
        .await
    }

    /// Signs the minutes (S3).
    pub async fn sign_minutes(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        input: SignMinutes,
    ) -> Result<Receipt, AppError> {
        let row = self.meeting(caller, meeting).await?;
        let command = sign_minutes::SignMinutes {
            meeting,
            revision: input.revision,
        };
        self.on_meeting(caller, &row, |state, _, issued| {
            Ok(sign_minutes::decide(state, &command, issued)?)
        })
        .await
    }

    /// A meeting, for the people of its desk and whoever runs it.
    pub async fn meeting(
        &self,
        caller: &Caller,
        meeting: MeetingId,
    ) -> Result<MeetingRow, AppError> {
        self.catch_up().await?;
        let unknown = || AppError::Refused(Refusal::MeetingUnknown { meeting });
        let row = self
            .read(move |view| view.meeting(meeting))
            .await?
            .ok_or_else(unknown)?;
        self.may_see_desk(&caller.actor, &row.desk)
            .await
            .map_err(|_| unknown())?;
        Ok(fit_for(&caller.actor, row))
    }

    async fn expected_and_people(
        &self,
        row: &MeetingRow,
    ) -> Result<(BTreeSet<StaffId>, BTreeSet<StaffId>), AppError> {
        let row = row.clone();
        self.read(move |view| {
            let members = view.members(&row.desk, row.date)?;
            let people = members.into_iter().map(|member| member.staff).collect();
            Ok((view.meeting_expected(&row)?, people))
        })
        .await
    }

    async fn on_meeting(
        &self,
        caller: &Caller,
        row: &MeetingRow,
        decide: impl Fn(&MeetingState, Zone, &Issued) -> Result<Vec<MeetingEvent>, AppError> + Sync,
    ) -> Result<Receipt, AppError> {
        let zone = self.zone(&row.desk).await?;
        let stream = Stream::Meetings(row.desk.clone(), row.date.month());
        self.execute::<MeetingState>(&stream, caller, |state, issued| decide(state, zone, issued))
            .await
    }

    /// What the month's meetings, called or to be called by policy, leave the roster short of while they last.
    pub(crate) async fn meeting_shortfalls(
        &self,
        desk: &DeskId,
        month: Month,
        roster: &RosterState,
    ) -> Result<Vec<Shortfall>, AppError> {
        let state = self.desk_state(desk).await?;
        let Some(demand) = state.demand.get(&month) else {
            return Ok(Vec::new());
        };
        let mut people = BTreeMap::new();
        for staff in roster.staff() {
            people.insert(staff, self.staff_state(staff).await?);
        }
        let none = BTreeSet::new();
        let mut found = Vec::new();
        for (row, day_off_expected) in self.meetings_of_month(desk, month).await? {
            let members: Vec<Member> = people
                .iter()
                .map(|(staff, state)| Member {
                    staff: (*staff).clone(),
                    of_desk: state.roles.contains(&Role::Staff) || state.leads.contains(desk),
                    shift: roster
                        .shift(staff, row.date)
                        .map(|shift| shift.code.clone()),
                })
                .collect();
            let gathering = cover::Gathering {
                expected: expected(&row.expected, &members, day_off_expected, true),
                title: row.title,
                date: row.date,
                start: row.start,
                end: row.end,
            };
            let about = [gathering.date.plus_days(-1), gathering.date];
            let rostered: Vec<cover::Rostered<'_>> = about
                .into_iter()
                .flat_map(|date| {
                    people
                        .iter()
                        .map(move |(staff, state)| (date, staff, state))
                })
                .filter_map(|(date, staff, state)| {
                    Some(cover::Rostered {
                        shift: roster.shift(staff, date)?,
                        skills: state.skills_at(desk, date).unwrap_or(&none),
                        staff,
                        date,
                    })
                })
                .collect();
            found.extend(cover::shortfalls(&gathering, &rostered, demand));
        }
        Ok(found)
    }

    /// The month's meetings that people are to be at work for. One held by whoever is on a shift asks nothing of the roster.
    pub(crate) async fn meetings_wanted(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<Vec<MeetingWanted>, AppError> {
        let meetings = self.meetings_of_month(desk, month).await?.into_iter();
        let wanted = meetings.filter_map(|(row, _)| {
            let people = match row.expected {
                Expected::Everybody => None,
                Expected::People { staff } => Some(staff.into_iter().collect()),
                Expected::Shift { .. } => return None,
            };
            Some(MeetingWanted {
                title: row.title,
                date: row.date,
                start: row.start,
                end: row.end,
                people,
            })
        });
        Ok(wanted.collect())
    }

    /// The month's meetings that were called and not cancelled, and those its policy will call; with each whether people
    /// with a day off are expected.
    async fn meetings_of_month(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<Vec<(Planned, bool)>, AppError> {
        let of = desk.clone();
        let called = self
            .read(move |view| view.meetings(&of, month.first(), month.last()))
            .await?;
        let mut planned = Vec::new();
        for date in month.days() {
            let Ok(policy) = self.policy_on(desk, date).await else {
                continue;
            };
            let meetings = policy.meeting.as_ref();
            let day_off_expected = meetings.is_none_or(|meeting| meeting.day_off_expected);
            let today = called.iter().filter(|row| row.date == date);
            for row in today.clone().filter(|row| row.cancelled.is_none()) {
                let meeting = Planned {
                    title: row.title.clone(),
                    date,
                    start: row.start,
                    end: row.end(),
                    expected: row.expected.clone(),
                };
                planned.push((meeting, day_off_expected));
            }
            for recurring in meetings.iter().flat_map(|meeting| &meeting.recurring) {
                let known = |row: &MeetingRow| {
                    row.title == recurring.title && row.expected == expected_by(recurring)
                };
                if takes_place(recurring, date) && !today.clone().any(known) {
                    let length = i32::try_from(recurring.minutes.0).unwrap_or(0);
                    let meeting = Planned {
                        title: recurring.title.clone(),
                        date,
                        start: recurring.start,
                        end: DayMinute(recurring.start.0.saturating_add(length)),
                        expected: expected_by(recurring),
                    };
                    planned.push((meeting, day_off_expected));
                }
            }
        }
        Ok(planned)
    }

    /// Puts the weekly meetings of the desks' policies into the calendar, as far ahead as each policy says (S2).
    pub async fn schedule_due_meetings(&self, now: DateTime<Utc>) -> Result<Receipt, AppError> {
        let desks = self.read(|view| view.desks()).await?;
        let mut receipt = Receipt::nothing();
        for row in desks {
            let Some(document) = &row.policy else {
                continue;
            };
            let today = row.zone.date(now);
            let ahead = |policy: &MeetingPolicy| i64::from(policy.ahead_days);
            let meetings = document.on(today).and_then(|p| p.meeting.as_ref());
            for offset in 0..=meetings.map_or(0, ahead) {
                let date = today.plus_days(offset);
                let policy = document.on(date).and_then(|p| p.meeting.as_ref());
                for recurring in policy.iter().flat_map(|policy| &policy.recurring) {
                    match self
                        .schedule_recurring(&row.desk, row.zone, date, recurring, now)
                        .await
                    {
                        Ok(done) => receipt = receipt.and(done),
                        // One desk's trouble stands in nobody else's way.
                        Err(error) => {
                            tracing::error!(desk.id = %row.desk, error = crate::http::problem::chain(&error), "a meeting could not be called");
                        }
                    }
                }
            }
        }
        Ok(receipt)
    }

    async fn schedule_recurring(
        &self,
        desk: &DeskId,
        zone: Zone,
        date: WorkDate,
        recurring: &RecurringMeeting,
        now: DateTime<Utc>,
    ) -> Result<Receipt, AppError> {
        if !takes_place(recurring, date) || zone.instant(date, recurring.start) <= now {
            return Ok(Receipt::nothing());
        }
        // Named by what it is, so that it is called once however often, and by however many nodes, this is looked at.
        let shift = recurring.shift.as_ref().map_or("", |code| code.as_str());
        let name = format!("meeting {desk} {date} {} {shift}", recurring.title);
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
        let stream = Stream::Meetings(desk.clone(), date.month());
        let known = self.load::<MeetingState>(&stream).await?;
        if known.state.meetings.contains_key(&MeetingId(id)) {
            return Ok(Receipt::nothing());
        }
        let command = schedule::Schedule {
            meeting: MeetingId(id),
            kind: recurring.kind,
            title: recurring.title.clone(),
            date,
            start: recurring.start,
            minutes: recurring.minutes,
            expected: expected_by(recurring),
            recurring: true,
        };
        let caller = Caller::with_command(Caller::system().actor, CommandId(id));
        let people = BTreeSet::new();
        let outcome = self
            .execute::<MeetingState>(&stream, &caller, |state, issued| {
                Ok(schedule::decide(
                    state, &command, desk, &people, zone, issued,
                )?)
            })
            .await;
        match outcome {
            // It began between looking and saying so.
            Err(AppError::Refused(Refusal::MeetingBegun { .. })) => Ok(Receipt::nothing()),
            outcome => outcome,
        }
    }
}

/// A meeting that people are to be at work for.
pub(crate) struct MeetingWanted {
    pub(crate) title: String,
    pub(crate) date: WorkDate,
    pub(crate) start: DayMinute,
    pub(crate) end: DayMinute,
    /// By name; none: everybody of the desk.
    pub(crate) people: Option<BTreeSet<StaffId>>,
}

/// A meeting of a month that is planned.
struct Planned {
    title: String,
    date: WorkDate,
    start: DayMinute,
    end: DayMinute,
    expected: Expected,
}

fn takes_place(recurring: &RecurringMeeting, date: WorkDate) -> bool {
    let weekday = u8::try_from(date.weekday_from_monday()).unwrap_or(u8::MAX);
    recurring.weekdays_from_monday.contains(&weekday)
}

/// Who comes to a weekly meeting: everybody, or those on one shift.
fn expected_by(recurring: &RecurringMeeting) -> Expected {
    let shift = recurring.shift.clone();
    shift.map_or(Expected::Everybody, |shift| Expected::Shift { shift })
}

/// A statement says why somebody cannot come: that is for whoever runs the desk, and for its author.
pub(crate) fn fit_for(reader: &Actor, mut row: MeetingRow) -> MeetingRow {
    if may_run_desk(reader, &row.desk).is_err() {
        row.statements.retain(|filed| filed.staff == reader.staff);
    }
    row
}
