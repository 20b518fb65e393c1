//! People lent to another desk (D2).

use super::answers::{command, show};
use crate::app::access::may_run_desk;
use crate::app::{App, AskLoan, EndLoan, Reason};
use crate::http::extract::{At, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{DeskId, LoanId};

pub(super) async fn list(
    State(app): State<App>,
    At(desk): At<DeskId>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let zone = app
        .zone(&desk)
        .await
        .map_err(|error| reader.failed(error))?;
    let today = zone.date(app.now());
    show(&app, &reader, move |view| view.loans_of_desk(&desk, today)).await
}

command!(ask(DeskId, JsonBody<AskLoan>) |app, caller, desk, JsonBody(input)|
    app.ask_loan(caller, &desk, input) => created);
command!(agree(LoanId, ()) |app, caller, loan, ()|
    app.agree_loan(caller, loan) => nothing);
command!(decline(LoanId, JsonBody<Reason>) |app, caller, loan, JsonBody(input)|
    app.decline_loan(caller, loan, input) => nothing);
command!(end(LoanId, JsonBody<EndLoan>) |app, caller, loan, JsonBody(input)|
    app.end_loan(caller, loan, input) => nothing);
