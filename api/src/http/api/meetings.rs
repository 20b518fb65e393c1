//! Meetings, breaches recorded by hand, notices.

use super::answers::{command, show};
use super::views::Days;
use crate::app::access::may_run_desk;
use crate::app::{
    AcknowledgeNotice, App, Caller, MeetingText, Reason, RecordBreach, ScheduleMeeting,
    SignMinutes, TakeAttendance, fit_meeting,
};
use crate::http::extract::{Asked, At, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::{BreachId, DeskId, MeetingId, NoticeId, StaffId};

pub(super) async fn list(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(days): Asked<Days>,
    reader: Reader,
) -> Result<Response, Failed> {
    let failed = |error| reader.failed(error);
    app.may_see_desk(&reader.actor, &desk)
        .await
        .map_err(failed)?;
    let (first, last) = days.checked().map_err(failed)?;
    let actor = reader.actor.clone();
    show(&app, &reader, move |view| {
        let rows = view.meetings(&desk, first, last)?;
        let fit = |row| fit_meeting(&actor, row);
        Ok(rows.into_iter().map(fit).collect::<Vec<_>>())
    })
    .await
}

pub(super) async fn one(
    State(app): State<App>,
    At(meeting): At<MeetingId>,
    reader: Reader,
) -> Result<Response, Failed> {
    let row = app
        .meeting(&Caller::new(reader.actor.clone()), meeting)
        .await
        .map_err(|error| reader.failed(error))?;
    Ok(Json(row).into_response())
}

command!(schedule(DeskId, JsonBody<ScheduleMeeting>) |app, caller, desk, JsonBody(input)|
    app.schedule_meeting(caller, &desk, input) => created);

/// The meetings of a person's desk whose minutes the person has not signed.
pub(super) async fn to_sign(
    State(app): State<App>,
    At(staff): At<StaffId>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_person(&reader.actor, &staff)
        .await
        .map_err(|error| reader.failed(error))?;
    let actor = reader.actor.clone();
    show(&app, &reader, move |view| {
        let Some(person) = view.staff_one(&staff)? else {
            return Ok(Vec::new());
        };
        let mut rows = view.minutes_unsigned(&person.desk)?;
        rows.retain(|row| row.unsigned.contains(&staff));
        let fit = |row| fit_meeting(&actor, row);
        Ok(rows.into_iter().map(fit).collect::<Vec<_>>())
    })
    .await
}

command!(cancel(MeetingId, JsonBody<Reason>) |app, caller, meeting, JsonBody(input)|
    app.cancel_meeting(caller, meeting, input) => nothing);
command!(state_absence(MeetingId, JsonBody<MeetingText>) |app, caller, meeting, JsonBody(input)|
    app.file_statement(caller, meeting, input) => nothing);
command!(attendance(MeetingId, JsonBody<TakeAttendance>) |app, caller, meeting, JsonBody(input)|
    app.take_attendance(caller, meeting, input) => nothing);
command!(minutes(MeetingId, JsonBody<MeetingText>) |app, caller, meeting, JsonBody(input)|
    app.publish_minutes(caller, meeting, input) => nothing);
command!(sign(MeetingId, JsonBody<SignMinutes>) |app, caller, meeting, JsonBody(input)|
    app.sign_minutes(caller, meeting, input) => nothing);

pub(super) async fn unsigned(
    State(app): State<App>,
    At(desk): At<DeskId>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| view.minutes_unsigned(&desk)).await
}

command!(record_breach(DeskId, JsonBody<RecordBreach>) |app, caller, desk, JsonBody(input)|
    app.record_breach(caller, &desk, input) => created);

command!(retract_breach(BreachId, JsonBody<Reason>) |app, caller, breach, JsonBody(input)|
    app.retract_breach(caller, breach, input) => nothing);

pub(super) async fn notices(
    State(app): State<App>,
    At(desk): At<DeskId>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| view.notices(&desk)).await
}

command!(acknowledge(NoticeId, JsonBody<AcknowledgeNotice>) |app, caller, notice, JsonBody(input)|
    app.acknowledge_notice(caller, &notice, input) => nothing);
