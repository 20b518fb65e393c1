//! Who works here.

use super::answers::{ImportAnswer, ImportQuery, command, show, show_if_any};
use super::views::OfDesk;
use crate::app::{
    App, AppError, Caller, EndEmployment, Fault, Forget, Hire, Protect, Receipt, SetCategory,
    SetContract, SetRoles, SetSkills, Visible,
};
use crate::http::extract::{Asked, At, Command, Done, JsonBody, Reader, Text};
use crate::http::problem::Failed;
use axum::extract::State;
use axum::response::Response;
use domain::ids::StaffId;

pub(super) async fn list(
    State(app): State<App>,
    Asked(query): Asked<OfDesk>,
    reader: Reader,
) -> Result<Response, Failed> {
    let (visible, own) = (Visible::to(&reader.actor), reader.actor.staff.clone());
    show(&app, &reader, move |view| {
        let mut people = view.staff_list(query.desk.as_ref())?;
        people.retain(|person| match &visible {
            Visible::All => true,
            Visible::Desks(desks) => desks.contains(&person.desk) || person.staff == own,
            Visible::Own => person.staff == own,
        });
        Ok(people)
    })
    .await
}

pub(super) async fn one(
    State(app): State<App>,
    At(staff): At<StaffId>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_person(&reader.actor, &staff)
        .await
        .map_err(|error| reader.failed(error))?;
    show_if_any(&app, &reader, "person", move |view| view.staff_one(&staff)).await
}

command!(hire((), JsonBody<Hire>) |app, caller, (), JsonBody(input)| app.hire(caller, input) => nothing);
command!(set_category(StaffId, JsonBody<SetCategory>) |app, caller, staff, JsonBody(input)|
    app.set_category(caller, &staff, input) => nothing);
command!(set_skills(StaffId, JsonBody<SetSkills>) |app, caller, staff, JsonBody(input)|
    app.set_skills(caller, &staff, input) => nothing);
command!(set_roles(StaffId, JsonBody<SetRoles>) |app, caller, staff, JsonBody(input)|
    app.set_roles(caller, &staff, input) => nothing);
command!(set_contract(StaffId, JsonBody<SetContract>) |app, caller, staff, JsonBody(input)|
    app.set_contract(caller, &staff, input) => nothing);
command!(protect(StaffId, JsonBody<Protect>) |app, caller, staff, JsonBody(input)|
    app.protect(caller, &staff, input) => nothing);
command!(end_employment(StaffId, JsonBody<EndEmployment>) |app, caller, staff, JsonBody(input)|
    app.end_employment(caller, &staff, input) => nothing);

command!(forget(StaffId, JsonBody<Forget>) |app, caller, staff, JsonBody(input)|
    forget_surely(app, caller, staff, input) => nothing);

/// It cannot be undone, so the sender says the number twice.
async fn forget_surely(
    app: &App,
    caller: &Caller,
    staff: StaffId,
    input: Forget,
) -> Result<Receipt, AppError> {
    if input.confirm != staff {
        return Err(AppError::fault(Fault::of(
            "confirm",
            "须与要遗忘的工号相同",
            "must be the number of the person to forget",
        )));
    }
    app.forget(caller, &staff).await
}

pub(super) async fn import(
    State(app): State<App>,
    Asked(query): Asked<ImportQuery>,
    command: Command<Text>,
) -> Result<Done<ImportAnswer>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let receipt = app
        .import_staff(&caller, &body.0, query.commit())
        .await
        .map_err(|error| Failed { error, lang })?;
    Ok(Done::answered(
        receipt.map(|report| ImportAnswer::of(report, lang)),
    ))
}
