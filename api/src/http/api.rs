//! The JSON API: every route on one screen, grouped by what it is about. The list makes the router and the OpenAPI
//! document alike, so there is no route that the document does not know.
//!
//! Conventions: a verb is a resource (`POST /leave-requests/{leave}/approval`); a whole is stated with PUT; ids and
//! codes are text, times of day are minutes from midnight, instants are RFC 3339, money is in fen.

mod ahead;
mod answers;
mod attendance;
mod desks;
mod evidence;
mod exports;
mod lanes;
mod leave;
mod loans;
mod meetings;
mod open_shifts;
mod overtime;
mod periods;
mod posts;
mod roster_questions;
mod rosters;
mod sanctions;
mod session;
mod staff;
mod teams;
mod utilisation;
mod views;
mod wishes;

use crate::app::{self, App, ChangeCost, inputs};
use crate::http::endpoint::{self, Access, Area, Endpoint, Scope};
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, delete, get, post, put};
use axum::{Json, Router};
use domain::who::Role::{self, GmOffice, Hr, Lead};
use std::sync::OnceLock;
use utoipa::openapi::OpenApi;

/// Where the API lives.
pub const PREFIX: &str = "/api/v1";

/// Whoever runs desks or stands above them. Which of them may take which step is the policy's to say.
const OFFICES: &[Role] = &[Lead, Hr, GmOffice];
/// The house.
const HOUSE: &[Role] = &[Hr, GmOffice];

/// The router (relative paths) and the document.
pub fn build() -> (Router<App>, OpenApi) {
    endpoint::build(PREFIX, areas())
}

/// The OpenAPI document.
pub fn document() -> &'static OpenApi {
    static DOCUMENT: OnceLock<OpenApi> = OnceLock::new();
    DOCUMENT.get_or_init(|| build().1)
}

async fn show_document() -> Json<&'static OpenApi> {
    Json(document())
}

async fn health() -> Json<serde_json::Value> {
    Json(serde_json::json!({"status": "ok"}))
}

fn long(handler: MethodRouter<App>) -> MethodRouter<App> {
    handler.layer(DefaultBodyLimit::max(super::LONGEST_BODY_BYTES))
}

fn areas() -> Vec<Area> {
    let area = |name, endpoints| Area { name, endpoints };
    vec![
        area("service", service()),
        area("session", session_area()),
        area("staff", staff_area()),
        area("desks", desks_area()),
        area("rosters", rosters_area()),
        area("lanes", lanes_area()),
        area("loans", loans_area()),
        area("staffing", staffing_area()),
        area("swaps", swaps_area()),
        area("attendance", attendance_area()),
        area("overtime", overtime_area()),
        area("leave", leave_area()),
        area("open-shifts", open_shifts_area()),
        area("evidence", evidence_area()),
        area("posts", posts_area()),
        area("sanctions", sanctions_area()),
        area("meetings", meetings_area()),
        area("periods", periods_area()),
        area("views", views_area()),
        area("exports", exports_area()),
    ]
}

fn service() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/openapi.json", "This document", get(show_document))
            .access(Access::Public, Scope::Open)
            .answers(200, "The document"),
        Endpoint::get("/health", "Whether the service answers", get(health))
            .access(Access::Public, Scope::Open)
            .answers(200, "It does"),
    ]
}

fn session_area() -> Vec<Endpoint> {
    use session::*;
    vec![
        Endpoint::post("/session", "Log in", post(open))
            .access(Access::Public, Scope::Open)
            .body::<LogIn>()
            .answers_with::<Session>(201, "Logged in; the session's cookie is set"),
        Endpoint::get("/session", "Who is signed in", get(show))
            .access(Access::SignedIn, Scope::Own)
            .answers_with::<Session>(200, "The session"),
        Endpoint::delete("/session", "Log out", delete(close))
            .access(Access::SignedIn, Scope::Own)
            .answers(204, "Logged out"),
        Endpoint::put(
            "/session/password",
            "Change one's own password",
            put(change_password),
        )
        .access(Access::SignedIn, Scope::Own)
        .body::<ChangePassword>()
        .answers(204, "Changed; every session of the person has ended"),
        Endpoint::put(
            "/staff/{staff}/password",
            "Set somebody's password",
            put(set_password),
        )
        .access(Access::Roles(HOUSE), Scope::House)
        .body::<SetPassword>()
        .answers(204, "Set; every session of the person has ended"),
        Endpoint::put(
            "/staff/{staff}/account",
            "Open or shut an account",
            put(set_account),
        )
        .access(Access::Roles(HOUSE), Scope::House)
        .body::<SetAccount>()
        .answers(
            204,
            "Done; when shut, every session of the person has ended",
        ),
        Endpoint::post("/feeds", "Give a machine a token", post(register_feed))
            .access(Access::Roles(HOUSE), Scope::House)
            .body::<RegisterFeed>()
            .answers_with::<FeedToken>(201, "The token, said once"),
    ]
}

fn staff_area() -> Vec<Endpoint> {
    use staff::*;
    vec![
        Endpoint::get("/staff", "Everybody one may see", get(list))
            .access(Access::SignedIn, Scope::Person)
            .query::<views::OfDesk>()
            .answers(200, "People, by number"),
        Endpoint::post("/staff", "Hire somebody", post(hire))
            .access(Access::Roles(HOUSE), Scope::House)
            .body::<inputs::Hire>()
            .answers(204, "Hired"),
        Endpoint::get("/staff/{staff}", "One person", get(one))
            .access(Access::SignedIn, Scope::Person)
            .answers(200, "The person"),
        Endpoint::put("/staff/{staff}/skills", "Name all of a person's skills", put(set_skills))
            .access(Access::Roles(OFFICES), Scope::Person)
            .body::<inputs::SetSkills>()
            .answers(204, "Set"),
        Endpoint::put("/staff/{staff}/roles", "Set all of a person's roles", put(set_roles))
            .access(Access::Roles(HOUSE), Scope::House)
            .body::<inputs::SetRoles>()
            .answers(204, "Set"),
        Endpoint::put("/staff/{staff}/contract", "Set a person's contract", put(set_contract))
            .access(Access::Roles(HOUSE), Scope::House)
            .body::<inputs::SetContract>()
            .answers(204, "Set"),
        Endpoint::post("/staff/{staff}/protections", "Record protection by law", post(protect))
            .access(Access::Roles(HOUSE), Scope::House)
            .body::<inputs::Protect>()
            .answers(204, "Recorded"),
        Endpoint::put("/staff/{staff}/category", "Say what kind of worker somebody is", put(set_category))
            .access(Access::Roles(OFFICES), Scope::Person)
            .body::<inputs::SetCategory>()
            .answers(204, "Set"),
        Endpoint::put("/staff/{staff}/employment-end", "End an employment", put(end_employment))
            .access(Access::Roles(HOUSE), Scope::House)
            .body::<inputs::EndEmployment>()
            .answers(204, "Ended"),
        Endpoint::post("/staff/{staff}/forgetting", "Forget somebody who left: names and reasons are unreadable for good", post(forget))
            .access(Access::Roles(HOUSE), Scope::House)
            .body::<inputs::Forget>()
            .answers(204, "Forgotten"),
        Endpoint::post("/imports/staff", "Import people from CSV", long(post(import)))
            .access(Access::Roles(HOUSE), Scope::House)
            .query::<answers::ImportQuery>()
            .text_body("text/csv", "Columns staff, name, desk, position, roles, leads, skills, employment, week_minutes, month_wage_fen, from, and if known service_from")
            .answers_with::<answers::ImportAnswer>(200, "Which rows are good, what is wrong with the others, and whether the good ones went in"),
    ]
}

fn desks_area() -> Vec<Endpoint> {
    use desks::*;
    vec![
        Endpoint::get("/desks", "Every desk", get(list))
            .access(Access::SignedIn, Scope::Open)
            .answers(200, "Desks with skills, templates and rules"),
        Endpoint::post("/desks", "Open a desk", post(open))
            .access(Access::Roles(HOUSE), Scope::House)
            .body::<inputs::OpenDesk>()
            .answers(204, "Open"),
        Endpoint::get("/desks/{desk}", "One desk", get(one))
            .access(Access::SignedIn, Scope::Open)
            .answers(200, "The desk with skills, templates and rules"),
        Endpoint::put(
            "/desks/{desk}/skills",
            "Name all of a desk's skills",
            put(define_skills),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::DefineSkills>()
        .answers(204, "Named"),
        Endpoint::put(
            "/desks/{desk}/shift-templates",
            "Adopt all of a desk's shift templates",
            put(adopt_templates),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::AdoptShiftTemplates>()
        .answers(204, "Adopted"),
        Endpoint::get(
            "/desks/{desk}/demand/{month}",
            "A month's demand",
            get(demand),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "People needed, by day, skill and slot"),
        Endpoint::put(
            "/desks/{desk}/demand/{month}",
            "Set a month's demand",
            long(put(set_demand)),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::SetDemand>()
        .answers(204, "Set"),
        Endpoint::post(
            "/desks/{desk}/demand/{month}/imports",
            "Import a month's demand from CSV",
            long(post(import_demand)),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<answers::DemandImportQuery>()
        .text_body(
            "text/csv",
            "Columns date, start, skill, minimum, target; a row per slot",
        )
        .answers_with::<answers::ImportAnswer>(
            200,
            "Which rows are good, what is wrong with the others, and whether the good ones went in",
        ),
        Endpoint::get(
            "/desks/{desk}/team",
            "Who works with whom, who does not, and who rotates how",
            get(teams::team),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Mentors, people kept apart, rotations"),
        Endpoint::put(
            "/desks/{desk}/team",
            "Set who works with whom, who does not, and who rotates how",
            put(teams::set_team),
        )
        .access(Access::Roles(&[Lead, Hr]), Scope::Desk)
        .body::<inputs::SetTeam>()
        .answers(204, "Set"),
        Endpoint::put(
            "/desks/{desk}/policy",
            "Adopt a policy document",
            put(adopt_policy),
        )
        .access(Access::Roles(HOUSE), Scope::House)
        .body::<inputs::PolicyText>()
        .answers(204, "Adopted"),
        Endpoint::post(
            "/policy-checks",
            "Check a policy document without adopting it",
            post(check_policy),
        )
        .access(Access::Roles(OFFICES), Scope::Open)
        .body::<inputs::PolicyText>()
        .answers(200, "The document as understood"),
        Endpoint::post(
            "/desks/{desk}/what-if",
            "What months would have been under other rules; touches nothing",
            post(what_if),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::WhatIf>()
        .answers(200, "What would change, by month, person and figure"),
        Endpoint::get(
            "/calendars",
            "Holiday arrangements adopted, and the years that come with the program",
            get(calendars),
        )
        .access(Access::SignedIn, Scope::Open)
        .answers(200, "By year"),
        Endpoint::put(
            "/calendars/{year}/shipped",
            "Adopt a year's arrangement as it comes with the program",
            put(adopt_shipped),
        )
        .access(Access::Roles(HOUSE), Scope::House)
        .answers(204, "Adopted"),
        Endpoint::post(
            "/calendar-imports",
            "Read a year's arrangement from a file (ICS, JSON, CSV); adopt it if asked to",
            post(import_calendar),
        )
        .access(Access::Roles(HOUSE), Scope::House)
        .body::<inputs::ImportCalendar>()
        .answers(200, "The year as read, or what is wrong by line and field"),
        Endpoint::get(
            "/calendars/{year}",
            "A year's holiday arrangement",
            get(calendar),
        )
        .access(Access::SignedIn, Scope::Open)
        .answers(200, "The arrangement"),
        Endpoint::put(
            "/calendars/{year}",
            "Adopt a year's holiday arrangement",
            put(adopt_calendar),
        )
        .access(Access::Roles(HOUSE), Scope::House)
        .body::<inputs::AdoptCalendar>()
        .answers(204, "Adopted"),
    ]
}

fn rosters_area() -> Vec<Endpoint> {
    use rosters::*;
    let if_match = "The revision seen (the roster's ETag); refused with 412 when somebody else has changed it since.";
    vec![
        Endpoint::put(
            "/desks/{desk}/rosters/{month}",
            "Begin to plan a month",
            put(draft),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .answers(204, "Begun"),
        Endpoint::get(
            "/desks/{desk}/rosters/{month}",
            "A month's roster",
            get(one),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<RosterQuery>()
        .answers(200, "The roster; its ETag is for If-Match"),
        Endpoint::get(
            "/desks/{desk}/rosters/{month}/revisions",
            "What was published and changed, and why",
            get(revisions),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Revisions, oldest first"),
        Endpoint::get(
            "/desks/{desk}/rosters/{month}/why",
            "Why somebody does not work then, or what it would cost",
            get(roster_questions::why),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .query::<roster_questions::WhyQuery>()
        .answers_with::<app::WhyNotAnswer>(200, "The facts that forbid it, or the costs that rise"),
        Endpoint::get(
            "/desks/{desk}/rosters/{month}/conflicts",
            "Why people are missing on a day: the smallest sets of facts that cause it",
            get(roster_questions::conflicts),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .query::<roster_questions::ConflictsQuery>()
        .answers_with::<Vec<app::ConflictAnswer>>(200, "By stretch, with what would repair it"),
        Endpoint::get(
            "/desks/{desk}/rosters/{month}/comparison",
            "What differs between two states of a roster",
            get(roster_questions::comparison),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .query::<roster_questions::ComparisonQuery>()
        .answers_with::<app::RosterComparison>(200, "Cells, costs, and who is missing then"),
        Endpoint::post(
            "/desks/{desk}/rosters/{month}/solves",
            "Generate the month's roster",
            post(solve),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<inputs::SolveRoster>()
        .answers(202, "The solve's id; it goes on by itself"),
        Endpoint::get(
            "/desks/{desk}/rosters/{month}/solves",
            "The month's solves",
            get(solves),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Solves, in the order they were asked for"),
        Endpoint::post(
            "/desks/{desk}/rosters/{month}/months-ahead",
            "Plan several months from this one on, each from the one before it; whoever has no demand gets the last known",
            post(ahead::plan),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<inputs::PlanAhead>()
        .answers_with::<Vec<app::MonthPlanned>>(202, "Each month's solve; they go on by themselves"),
        Endpoint::get(
            "/desks/{desk}/rosters/{month}/months-ahead",
            "Where the months from this one on stand",
            get(ahead::show),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .query::<ahead::AheadQuery>()
        .answers_with::<Vec<app::MonthAhead>>(200, "By month"),
        Endpoint::get(
            "/solves/{solve}",
            "How far a solve is, and how it ended",
            get(solve_status),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers_with::<SolveAnswer>(200, "Progress, and the report once it is recorded"),
        Endpoint::delete(
            "/solves/{solve}",
            "Stop a solve; its best plan so far is recorded",
            delete(cancel_solve),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .answers(204, "Asked to stop"),
        Endpoint::get(
            "/solves/{solve}/events",
            "A solve's progress as server-sent events",
            get(solve_events),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers_media(
            200,
            "`progress` as it goes, `end` once its outcome is in the log",
            "text/event-stream",
        ),
        Endpoint::post(
            "/desks/{desk}/rosters/{month}/replans",
            "Ask how part of a published roster could be planned anew with the least change",
            post(replan),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<inputs::ReplanRoster>()
        .answers(
            202,
            "The solve's id; its record holds the proposal once it has ended",
        ),
        Endpoint::post(
            "/solves/{solve}/acceptance",
            "Accept a proposal: it amends the roster",
            post(accept_replan),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<inputs::Reason>()
        .answers(204, "In force"),
        Endpoint::post(
            "/solves/{solve}/discarding",
            "Discard a proposal",
            post(discard_replan),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .answers(204, "Discarded"),
        Endpoint::get(
            "/desks/{desk}/rosters/{month}/wishes",
            "What people wish of the month, and what the roster grants",
            get(wishes::of_desk),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers_with::<Vec<app::WishRow>>(200, "Wishes, by date"),
        Endpoint::get("/wishes/{month}", "One's own wishes", get(wishes::own))
            .access(Access::SignedIn, Scope::Own)
            .answers_with::<app::OwnWishes>(200, "By date; what is granted, once published"),
        Endpoint::put(
            "/wishes/{month}",
            "State all of one's own wishes for a month",
            put(wishes::state),
        )
        .access(Access::SignedIn, Scope::Own)
        .body::<inputs::StateWishes>()
        .answers(204, "Stated"),
        Endpoint::get(
            "/desks/{desk}/rosters/{month}/fixed-cells",
            "Cells that a solve keeps as they stand",
            get(fixed_cells),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Cells, by person and day"),
        Endpoint::post(
            "/desks/{desk}/rosters/{month}/fixed-cells",
            "Fix cells, so that a solve keeps them as they stand, or free them",
            post(fix),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<inputs::FixCells>()
        .answers(204, "Done"),
        Endpoint::post(
            "/desks/{desk}/rosters/{month}/edits",
            "Set cells of an unpublished roster",
            post(edit),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .header("If-Match", if_match)
        .body::<inputs::EditCells>()
        .answers_with::<ChangeCost>(200, "Set, and what it costs; the ETag is the new revision"),
        Endpoint::post(
            "/desks/{desk}/rosters/{month}/publication",
            "Publish a roster",
            post(publish),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<inputs::PublishRoster>()
        .answers(204, "In force"),
        Endpoint::post(
            "/desks/{desk}/rosters/{month}/amendments",
            "Change a published roster",
            post(amend),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .header("If-Match", if_match)
        .body::<inputs::AmendRoster>()
        .answers_with::<ChangeCost>(
            200,
            "In force, and what it costs; the ETag is the new revision",
        ),
        Endpoint::post(
            "/desks/{desk}/shift-retimings",
            "Re-time somebody's shift or meals of the day",
            post(lanes::retime),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .header("If-Match", if_match)
        .body::<inputs::RetimeShift>()
        .answers_with::<ChangeCost>(
            200,
            "In force, and what it costs; the ETag is the new revision",
        ),
        Endpoint::get(
            "/desks/{desk}/duty-table",
            "The duty table of some days",
            get(duty_table),
        )
        .access(Access::SignedIn, Scope::Desk)
        .query::<views::Days>()
        .answers(200, "Who works what"),
        Endpoint::get(
            "/desks/{desk}/duty-table-weeks",
            "Which weeks were handed in, and which are overdue",
            get(duty_weeks),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::Days>()
        .answers(200, "Weeks"),
        Endpoint::post(
            "/desks/{desk}/duty-table-submissions",
            "Hand a week's duty table to the administration",
            post(submit),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<SubmitWeek>()
        .answers(204, "Handed in"),
    ]
}

fn lanes_area() -> Vec<Endpoint> {
    use lanes::*;
    vec![
        Endpoint::put(
            "/desks/{desk}/lanes",
            "Name all of a desk's lanes",
            put(define),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::DefineLanes>()
        .answers(204, "Named"),
        Endpoint::get(
            "/desks/{desk}/lane-plans/{date}",
            "A day's lanes: opening order, who is where, how many are open when",
            get(plan),
        )
        .access(Access::SignedIn, Scope::Desk)
        .answers(200, "The day's lanes"),
        Endpoint::put(
            "/desks/{desk}/lane-plans/{date}",
            "Plan a day's lanes",
            put(set_plan),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<inputs::PlanLanes>()
        .answers(204, "Planned"),
        Endpoint::put(
            "/desks/{desk}/lane-openings/{date}",
            "Set by hand how many lanes are open",
            put(set_openings),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<inputs::OpenLanes>()
        .answers(204, "Set"),
    ]
}

fn loans_area() -> Vec<Endpoint> {
    use loans::*;
    vec![
        Endpoint::get(
            "/desks/{desk}/loans",
            "People lent from and to a desk today and later, undecided ones first",
            get(list),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Loans"),
        Endpoint::post(
            "/desks/{desk}/loans",
            "Ask for somebody of another desk",
            post(ask),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::AskLoan>()
        .answers_with::<answers::Created>(201, "The loan's id"),
        Endpoint::post("/loans/{loan}/agreement", "Lend somebody", post(agree))
            .access(Access::Roles(OFFICES), Scope::Desk)
            .answers(204, "Agreed"),
        Endpoint::post(
            "/loans/{loan}/refusal",
            "Decline to lend somebody",
            post(decline),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::Reason>()
        .answers(204, "Declined"),
        Endpoint::post(
            "/loans/{loan}/end",
            "Call somebody back, or take the request back",
            post(end),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::EndLoan>()
        .answers(204, "Ended"),
    ]
}

fn staffing_area() -> Vec<Endpoint> {
    use utilisation::*;
    vec![
        Endpoint::get(
            "/desks/{desk}/utilisation",
            "How people's time was used, by person and by slot",
            get(show_utilisation),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::Days>()
        .answers(200, "Rostered, worked, on post, idle and overtime minutes"),
        Endpoint::get(
            "/desks/{desk}/headcount/{month}",
            "How many people of which skill the month's demand asks for, against those employed",
            get(show_headcount),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<HeadcountQuery>()
        .answers(200, "By skill, with the standard it was reckoned by"),
        Endpoint::put(
            "/desks/{desk}/budgets/{month}",
            "Set what a month's roster may cost",
            put(set_budget),
        )
        .access(Access::Roles(HOUSE), Scope::House)
        .body::<inputs::SetBudget>()
        .answers(204, "Set"),
        Endpoint::get(
            "/desks/{desk}/roster-costs/{month}",
            "What a month's roster costs as it stands, against its budget",
            get(show_cost),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "The sum, and for HR and the GM office by person"),
    ]
}

fn swaps_area() -> Vec<Endpoint> {
    use rosters::*;
    vec![
        Endpoint::post(
            "/swaps",
            "Ask a colleague to take a shift",
            post(request_swap),
        )
        .access(Access::SignedIn, Scope::Own)
        .body::<inputs::RequestSwap>()
        .answers(201, "The swap's id"),
        Endpoint::get("/swaps/{swap}", "One swap", get(show_swap))
            .access(Access::SignedIn, Scope::Person)
            .answers(200, "The swap"),
        Endpoint::post(
            "/swaps/{swap}/agreement",
            "Agree to a colleague's swap",
            post(agree_swap),
        )
        .access(Access::SignedIn, Scope::Own)
        .answers(204, "Agreed"),
        Endpoint::post(
            "/swaps/{swap}/declination",
            "Decline a colleague's swap",
            post(decline_swap),
        )
        .access(Access::SignedIn, Scope::Own)
        .answers(204, "Declined"),
        Endpoint::post(
            "/swaps/{swap}/approval",
            "Approve a swap",
            post(approve_swap),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .answers_with::<ChangeCost>(200, "In force, and what it costs"),
        Endpoint::post("/swaps/{swap}/refusal", "Refuse a swap", post(refuse_swap))
            .access(Access::Roles(OFFICES), Scope::Person)
            .body::<inputs::Reason>()
            .answers(204, "Refused"),
        Endpoint::post(
            "/swaps/{swap}/withdrawal",
            "Take one's own swap back",
            post(withdraw_swap),
        )
        .access(Access::SignedIn, Scope::Own)
        .answers(204, "Taken back"),
        Endpoint::get(
            "/staff/{staff}/swaps",
            "A person's swaps of a month",
            get(views::swaps_of),
        )
        .access(Access::SignedIn, Scope::Person)
        .query::<views::OfMonth>()
        .answers(200, "Swaps"),
        Endpoint::get(
            "/desks/{desk}/swaps",
            "A desk's swaps of a month, or those that wait",
            get(views::swaps_of_desk),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::MonthOrPending>()
        .answers(200, "Swaps"),
    ]
}

fn attendance_area() -> Vec<Endpoint> {
    use attendance::*;
    vec![
        Endpoint::post("/punches", "Punch, now", post(punch))
            .access(Access::SignedIn, Scope::Own)
            .body::<inputs::Punch>()
            .answers_with::<answers::Punched>(201, "Recorded, by the server's clock"),
        Endpoint::post(
            "/device-punches",
            "A punch that a device kept",
            post(device_punch),
        )
        .access(Access::Machine, Scope::Desk)
        .body::<inputs::DevicePunch>()
        .answers_with::<answers::Created>(201, "Recorded, by the device's clock"),
        Endpoint::get(
            "/staff/{staff}/punches",
            "A person's punches",
            get(views::punches),
        )
        .access(Access::SignedIn, Scope::Person)
        .query::<views::Between>()
        .answers(200, "Punches, in order of time"),
        Endpoint::post(
            "/corrections",
            "Ask for a missed punch to be made good",
            post(request_correction),
        )
        .access(Access::SignedIn, Scope::Own)
        .body::<inputs::RequestCorrection>()
        .answers_with::<answers::Created>(201, "The correction's id"),
        Endpoint::get(
            "/corrections/{correction}",
            "One correction",
            get(show_correction),
        )
        .access(Access::SignedIn, Scope::Person)
        .answers(200, "The correction"),
        Endpoint::post(
            "/corrections/{correction}/approval",
            "Approve a correction",
            post(approve_correction),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .answers(204, "Approved"),
        Endpoint::post(
            "/corrections/{correction}/refusal",
            "Refuse a correction",
            post(refuse_correction),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .body::<inputs::Reason>()
        .answers(204, "Refused"),
        Endpoint::post(
            "/corrections/{correction}/withdrawal",
            "Take one's own correction back",
            post(withdraw_correction),
        )
        .access(Access::SignedIn, Scope::Own)
        .answers(204, "Taken back"),
        Endpoint::post(
            "/corrections/{correction}/filing",
            "Put an approved correction on file",
            post(file_correction),
        )
        .access(Access::Roles(&[Hr]), Scope::House)
        .answers(204, "On file"),
        Endpoint::get(
            "/staff/{staff}/corrections",
            "A person's corrections of a month",
            get(views::corrections_of),
        )
        .access(Access::SignedIn, Scope::Person)
        .query::<views::OfMonth>()
        .answers(200, "Corrections"),
        Endpoint::get(
            "/desks/{desk}/corrections",
            "A desk's corrections of a month, or those that wait",
            get(views::corrections_of_desk),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::MonthOrPending>()
        .answers(200, "Corrections"),
        Endpoint::post(
            "/overtime-approvals",
            "Approve overtime of a day",
            post(approve_overtime),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .body::<inputs::ApproveOvertime>()
        .answers(204, "Approved"),
    ]
}

fn overtime_area() -> Vec<Endpoint> {
    use overtime::*;
    vec![
        Endpoint::post("/overtime-requests", "Ask for overtime", post(request))
            .access(Access::SignedIn, Scope::Own)
            .body::<inputs::RequestOvertime>()
            .answers_with::<answers::Created>(201, "The request's id"),
        Endpoint::get(
            "/overtime-requests/{overtime}",
            "One request for overtime",
            get(one),
        )
        .access(Access::SignedIn, Scope::Person)
        .answers(200, "The request"),
        Endpoint::post(
            "/overtime-requests/{overtime}/approval",
            "Approve a request for overtime, or a part of it",
            post(approve),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .body::<inputs::ApproveOvertimeRequest>()
        .answers(204, "Approved"),
        Endpoint::post(
            "/overtime-requests/{overtime}/refusal",
            "Refuse a request for overtime",
            post(refuse),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .body::<inputs::Reason>()
        .answers(204, "Refused"),
        Endpoint::post(
            "/overtime-requests/{overtime}/withdrawal",
            "Take one's own request for overtime back",
            post(withdraw),
        )
        .access(Access::SignedIn, Scope::Own)
        .answers(204, "Taken back"),
        Endpoint::get(
            "/staff/{staff}/overtime-requests",
            "A person's requests for overtime of a month",
            get(views::overtime_of),
        )
        .access(Access::SignedIn, Scope::Person)
        .query::<views::OfMonth>()
        .answers(200, "Requests"),
        Endpoint::get(
            "/desks/{desk}/overtime-requests",
            "A desk's requests for overtime of a month, or those that wait",
            get(views::overtime_of_desk),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::MonthOrPending>()
        .answers(200, "Requests"),
    ]
}

fn open_shifts_area() -> Vec<Endpoint> {
    use open_shifts::*;
    vec![
        Endpoint::get(
            "/desks/{desk}/open-shifts",
            "Shifts that leave leaves open, how far under its minimum the desk is, and who could cover",
            get(list),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Open shifts of this month and the next, by day"),
        Endpoint::post(
            "/desks/{desk}/open-shifts/covers",
            "Give an open shift to a colleague",
            post(cover),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<inputs::CoverShift>()
        .answers_with::<ChangeCost>(200, "The roster is amended, and what it costs"),
    ]
}

fn leave_area() -> Vec<Endpoint> {
    use leave::*;
    vec![
        Endpoint::post("/leave-requests", "Ask for leave", post(request))
            .access(Access::SignedIn, Scope::Own)
            .body::<inputs::RequestLeave>()
            .answers_with::<answers::Created>(201, "The request's id"),
        Endpoint::post(
            "/emergency-leave-requests",
            "File leave for somebody in an emergency",
            post(request_emergency),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .body::<inputs::FileEmergencyLeave>()
        .answers_with::<answers::Created>(201, "The request's id"),
        Endpoint::get("/leave-requests/{leave}", "One leave request", get(one))
            .access(Access::SignedIn, Scope::Person)
            .answers(200, "The request"),
        Endpoint::post(
            "/leave-requests/{leave}/approval",
            "Approve leave",
            post(approve),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .answers(204, "Approved"),
        Endpoint::post(
            "/leave-requests/{leave}/refusal",
            "Refuse leave",
            post(refuse),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .body::<inputs::Reason>()
        .answers(204, "Refused"),
        Endpoint::post(
            "/leave-requests/{leave}/withdrawal",
            "Take one's own leave back",
            post(withdraw),
        )
        .access(Access::SignedIn, Scope::Own)
        .answers(204, "Taken back"),
        Endpoint::post(
            "/leave-requests/{leave}/evidence",
            "Name the document for one's own leave, or note having seen somebody's",
            post(note_evidence),
        )
        .access(Access::SignedIn, Scope::Person)
        .body::<inputs::NoteEvidence>()
        .answers(204, "Noted"),
        Endpoint::get(
            "/staff/{staff}/leave-requests",
            "A person's leave touching a month",
            get(views::leaves_of),
        )
        .access(Access::SignedIn, Scope::Person)
        .query::<views::OfMonth>()
        .answers(200, "Requests"),
        Endpoint::get(
            "/desks/{desk}/leave-requests",
            "A desk's leave touching a month, or what waits",
            get(views::leaves_of_desk),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::MonthOrPending>()
        .answers(200, "Requests"),
        Endpoint::get(
            "/staff/{staff}/leave-balances",
            "A person's balances",
            get(views::balances),
        )
        .access(Access::SignedIn, Scope::Person)
        .answers(200, "Balances with their ledgers"),
        Endpoint::post(
            "/staff/{staff}/leave-balances",
            "Move a balance",
            post(move_balance),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .body::<inputs::MoveBalance>()
        .answers(204, "Moved"),
    ]
}

fn evidence_area() -> Vec<Endpoint> {
    use evidence::*;
    vec![
        Endpoint::post(
            "/desks/{desk}/presence",
            "The messenger's report",
            long(post(presence)),
        )
        .access(Access::MachineOr(&[Hr]), Scope::Desk)
        .body::<inputs::ReportPresence>()
        .answers_with::<answers::FeedAnswer>(
            200,
            "How many rows were taken, and what is wrong with the others",
        ),
        Endpoint::post(
            "/desks/{desk}/calls",
            "The phone system's report",
            long(post(calls)),
        )
        .access(Access::MachineOr(&[Hr]), Scope::Desk)
        .body::<inputs::ReportCalls>()
        .answers_with::<answers::FeedAnswer>(
            200,
            "How many rows were taken, and what is wrong with the others",
        ),
        Endpoint::post(
            "/desks/{desk}/presence-excuses",
            "Accept a reason for being offline",
            post(excuse),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::ExcusePresence>()
        .answers(204, "Accepted"),
        Endpoint::get(
            "/desks/{desk}/presence-occurrences",
            "Times offline on post in a month",
            get(views::occurrences),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::OfMonth>()
        .answers(200, "Occurrences, excused ones marked"),
        Endpoint::post(
            "/desks/{desk}/complaints",
            "Write a complaint down",
            post(complain),
        )
        .access(Access::SignedIn, Scope::Desk)
        .body::<inputs::FileComplaint>()
        .answers_with::<answers::Created>(201, "The complaint's id"),
        Endpoint::get(
            "/desks/{desk}/complaints",
            "A desk's complaints of a month, or those nobody looked into",
            get(views::complaints),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::MonthOrPending>()
        .answers(200, "Complaints"),
        Endpoint::post(
            "/complaints/{complaint}/verification",
            "Say what looking into a complaint showed",
            post(verify),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::VerifyComplaint>()
        .answers(204, "Recorded"),
        Endpoint::post(
            "/desks/{desk}/spot-checks",
            "Note a spot check",
            post(spot_check),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::SpotCheck>()
        .answers(204, "Noted"),
        Endpoint::post(
            "/desks/{desk}/alerts",
            "Raise an intraday alert",
            post(raise_alert),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<inputs::RaiseAlert>()
        .answers_with::<answers::Created>(201, "The alert's id"),
        Endpoint::get(
            "/desks/{desk}/alerts",
            "A desk's alerts of a month, or those that stand",
            get(views::alerts),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::MonthOrPending>()
        .answers(200, "Alerts"),
        Endpoint::post(
            "/alerts/{alert}/closing",
            "Close an intraday alert",
            post(close_alert),
        )
        .access(Access::Roles(&[Lead]), Scope::Desk)
        .body::<inputs::CloseAlert>()
        .answers(204, "Closed"),
        Endpoint::get(
            "/desks/{desk}/unanswered-calls",
            "Calls that nobody answered",
            get(views::unanswered),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::Between>()
        .answers(200, "Calls"),
    ]
}

fn posts_area() -> Vec<Endpoint> {
    use posts::*;
    vec![
        Endpoint::get(
            "/staff/{staff}/post",
            "What a person's post asks for now: relief, handover, open items, work outside",
            get(of_person),
        )
        .access(Access::SignedIn, Scope::Person)
        .answers(200, "The post"),
        Endpoint::post("/handovers", "Offer one's own post", post(offer))
            .access(Access::SignedIn, Scope::Own)
            .body::<inputs::OfferHandover>()
            .answers_with::<answers::Created>(201, "The handover's id"),
        Endpoint::post(
            "/handovers/{handover}/signature",
            "Take a colleague's post over",
            post(sign),
        )
        .access(Access::SignedIn, Scope::Own)
        .answers(204, "Signed"),
        Endpoint::post(
            "/handovers/{handover}/post-signature",
            "Record who signed at the other post",
            post(sign_at_post),
        )
        .access(Access::SignedIn, Scope::Own)
        .body::<inputs::SignAtPost>()
        .answers(204, "Recorded"),
        Endpoint::get(
            "/desks/{desk}/handovers",
            "A desk's handovers of some days",
            get(handovers),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::Days>()
        .answers(200, "Handovers"),
        Endpoint::post(
            "/desks/{desk}/handover-waivers",
            "Let somebody go without a handover",
            post(waive),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::WaiveHandover>()
        .answers(204, "They may go"),
        Endpoint::get("/desks/{desk}/items", "A desk's open items", get(items))
            .access(Access::SignedIn, Scope::Desk)
            .answers(200, "Items, oldest first"),
        Endpoint::post(
            "/desks/{desk}/items",
            "Write down what is to be done",
            post(raise),
        )
        .access(Access::SignedIn, Scope::Desk)
        .body::<inputs::RaiseItem>()
        .answers_with::<answers::Created>(201, "The item's id"),
        Endpoint::post(
            "/items/{item}/closing",
            "Say that an item is done",
            post(close),
        )
        .access(Access::SignedIn, Scope::Desk)
        .body::<inputs::CloseItem>()
        .answers(204, "Closed"),
        Endpoint::post(
            "/items/{item}/handover",
            "Give an item to a colleague, or take one up",
            post(hand_over),
        )
        .access(Access::SignedIn, Scope::Desk)
        .body::<inputs::HandOverItem>()
        .answers(204, "Handed over"),
        Endpoint::post("/outings", "Leave for work outside", post(go_out))
            .access(Access::SignedIn, Scope::Own)
            .body::<inputs::RegisterOuting>()
            .answers_with::<answers::Created>(201, "The outing's id"),
        Endpoint::post(
            "/outings/{outing}/return",
            "Come back from work outside",
            post(come_back),
        )
        .access(Access::SignedIn, Scope::Own)
        .answers(204, "Recorded"),
        Endpoint::post(
            "/outings/{outing}/checks",
            "Say what a check of work outside found",
            post(check),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::CheckOuting>()
        .answers(204, "Recorded"),
        Endpoint::get(
            "/desks/{desk}/outings",
            "A desk's work outside of some days",
            get(outings),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::Days>()
        .answers(200, "Work outside"),
    ]
}

fn sanctions_area() -> Vec<Endpoint> {
    use sanctions::*;
    vec![
        Endpoint::get(
            "/desks/{desk}/sanctions",
            "A desk's penalties and rewards of a month",
            get(views::sanctions_of_desk),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::OfMonth>()
        .answers(200, "Penalties and rewards with their evidence"),
        Endpoint::get(
            "/staff/{staff}/sanctions",
            "A person's penalties and rewards of a month",
            get(views::sanctions_of),
        )
        .access(Access::SignedIn, Scope::Person)
        .query::<views::OfMonth>()
        .answers(200, "Penalties and rewards with their evidence"),
        Endpoint::get("/sanctions/{sanction}", "One penalty or reward", get(one))
            .access(Access::SignedIn, Scope::Person)
            .answers(200, "It, with its evidence"),
        Endpoint::get(
            "/sanctions/{sanction}/evidence",
            "The events a penalty rests on",
            get(evidence),
        )
        .access(Access::SignedIn, Scope::Person)
        .answers(200, "Events in words"),
        Endpoint::post("/rewards", "Propose a reward", post(propose_reward))
            .access(Access::Roles(OFFICES), Scope::Person)
            .body::<inputs::ProposeReward>()
            .answers_with::<answers::Created>(201, "The reward's id"),
        Endpoint::post(
            "/sanctions/{sanction}/verification",
            "Find it true",
            post(verify),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .body::<inputs::VerifySanction>()
        .answers(204, "Verified"),
        Endpoint::post(
            "/sanctions/{sanction}/balance",
            "Weigh it against the whole company",
            post(balance),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .body::<inputs::TakeStep>()
        .answers(204, "Balanced"),
        Endpoint::post(
            "/sanctions/{sanction}/approval",
            "Approve it; from here it reaches payroll",
            post(approve),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .body::<inputs::TakeStep>()
        .answers(204, "Approved"),
        Endpoint::post("/sanctions/{sanction}/waiver", "Waive it", post(waive))
            .access(Access::Roles(OFFICES), Scope::Person)
            .body::<inputs::Reason>()
            .answers(204, "Waived"),
        Endpoint::post(
            "/sanctions/{sanction}/appeal",
            "Disagree with one's own penalty",
            post(appeal),
        )
        .access(Access::SignedIn, Scope::Own)
        .body::<inputs::Reason>()
        .answers(204, "Appealed"),
        Endpoint::post(
            "/sanctions/{sanction}/appeal-decision",
            "Decide an appeal",
            post(decide_appeal),
        )
        .access(Access::Roles(OFFICES), Scope::Person)
        .body::<inputs::DecideAppeal>()
        .answers(204, "Decided"),
    ]
}

fn meetings_area() -> Vec<Endpoint> {
    use meetings::*;
    vec![
        Endpoint::get(
            "/desks/{desk}/meetings",
            "A desk's meetings and briefings",
            get(list),
        )
        .access(Access::SignedIn, Scope::Desk)
        .query::<views::Days>()
        .answers(200, "Meetings with attendance, minutes and signatures"),
        Endpoint::post("/desks/{desk}/meetings", "Call a meeting", post(schedule))
            .access(Access::Roles(OFFICES), Scope::Desk)
            .body::<inputs::ScheduleMeeting>()
            .answers_with::<answers::Created>(201, "The meeting's id"),
        Endpoint::get("/meetings/{meeting}", "One meeting", get(one))
            .access(Access::SignedIn, Scope::Desk)
            .answers(200, "It, with attendance, minutes and signatures"),
        Endpoint::post(
            "/meetings/{meeting}/cancellation",
            "Cancel a meeting",
            post(cancel),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::Reason>()
        .answers(204, "Cancelled"),
        Endpoint::post(
            "/meetings/{meeting}/statements",
            "Say beforehand that one cannot come",
            post(state_absence),
        )
        .access(Access::SignedIn, Scope::Desk)
        .body::<inputs::MeetingText>()
        .answers(204, "Filed"),
        Endpoint::post(
            "/meetings/{meeting}/attendance",
            "Take attendance",
            post(attendance),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::TakeAttendance>()
        .answers(204, "Taken"),
        Endpoint::post(
            "/meetings/{meeting}/minutes",
            "Publish the minutes",
            post(minutes),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::MeetingText>()
        .answers(204, "Published"),
        Endpoint::post(
            "/meetings/{meeting}/signatures",
            "Sign the minutes",
            post(sign),
        )
        .access(Access::SignedIn, Scope::Desk)
        .body::<inputs::SignMinutes>()
        .answers(204, "Signed"),
        Endpoint::get(
            "/desks/{desk}/unsigned-minutes",
            "Meetings whose minutes somebody has not signed",
            get(unsigned),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Meetings, each with who is to sign"),
        Endpoint::get(
            "/staff/{staff}/minutes-to-sign",
            "Meetings whose minutes a person is to sign",
            get(to_sign),
        )
        .access(Access::SignedIn, Scope::Person)
        .answers(200, "Meetings"),
        Endpoint::get(
            "/desks/{desk}/breaches",
            "Breaches recorded by hand about a month",
            get(views::breaches),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::OfMonth>()
        .answers(200, "Breaches, those taken back too"),
        Endpoint::post(
            "/desks/{desk}/breaches",
            "Record a breach by hand",
            post(record_breach),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::RecordBreach>()
        .answers_with::<answers::Created>(201, "The breach's id"),
        Endpoint::post(
            "/breaches/{breach}/retraction",
            "Take a breach back",
            post(retract_breach),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .body::<inputs::Reason>()
        .answers(204, "Taken back; the penalty goes with it"),
        Endpoint::get(
            "/desks/{desk}/notices",
            "Notices that confirmed breaches come to",
            get(notices),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Notices, with what HR noted"),
        Endpoint::post(
            "/notices/{notice}/acknowledgement",
            "Take note of a notice",
            post(acknowledge),
        )
        .access(Access::Roles(&[Hr]), Scope::House)
        .body::<inputs::AcknowledgeNotice>()
        .answers(204, "Noted"),
    ]
}

fn periods_area() -> Vec<Endpoint> {
    use periods::*;
    vec![
        Endpoint::get(
            "/desks/{desk}/periods/{month}",
            "Where a month's books stand",
            get(status),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Open days, open items, and the closing once there"),
        Endpoint::post(
            "/desks/{desk}/periods/{month}/closing",
            "Close a month for payroll",
            post(close),
        )
        .access(Access::Roles(&[Hr]), Scope::House)
        .body::<inputs::ClosePeriod>()
        .answers(204, "Closed and sealed"),
        Endpoint::post(
            "/desks/{desk}/periods/{month}/reopening-request",
            "Ask to open a closed month again",
            post(ask_reopening),
        )
        .access(Access::Roles(&[Hr]), Scope::House)
        .body::<inputs::Reason>()
        .answers(204, "Asked; the GM office decides"),
        Endpoint::post(
            "/desks/{desk}/periods/{month}/reopening-decision",
            "Open a closed month again, or not; never by who asked",
            post(decide_reopening),
        )
        .access(Access::Roles(&[GmOffice]), Scope::House)
        .body::<inputs::DecideReopening>()
        .answers(204, "Decided"),
        Endpoint::get(
            "/desks/{desk}/periods/{month}/sheets",
            "Which people have confirmed their month",
            get(sheets),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Sheets, by number"),
        Endpoint::get(
            "/desks/{desk}/periods/{month}/legal-warnings",
            "What the hours worked say against the law",
            get(legal_warnings),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Warnings, by person"),
        Endpoint::get(
            "/staff/{staff}/sheets/{month}",
            "A person's month to confirm",
            get(sheet),
        )
        .access(Access::SignedIn, Scope::Person)
        .answers(200, "The sheet, with the digest of its figures"),
        Endpoint::post(
            "/staff/{staff}/sheets/{month}/confirmation",
            "Confirm one's own month",
            post(confirm),
        )
        .access(Access::SignedIn, Scope::Own)
        .body::<inputs::ConfirmSheet>()
        .answers(204, "Confirmed"),
        Endpoint::post(
            "/staff/{staff}/sheets/{month}/dispute",
            "Say what is wrong with one's own month",
            post(dispute),
        )
        .access(Access::SignedIn, Scope::Own)
        .body::<inputs::DisputeSheet>()
        .answers(204, "Said; HR reads it before closing"),
        Endpoint::get(
            "/desks/{desk}/adjustments-due",
            "What late facts changed about closed months",
            get(due),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "By month and person"),
        Endpoint::get(
            "/desks/{desk}/periods/{month}/adjustments",
            "Adjustments signed into a month",
            get(adjustments),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Adjustments"),
        Endpoint::post(
            "/desks/{desk}/periods/{month}/adjustments",
            "Sign an adjustment",
            post(adjust),
        )
        .access(Access::Roles(&[Hr]), Scope::House)
        .body::<inputs::Adjust>()
        .answers(204, "Signed"),
    ]
}

fn views_area() -> Vec<Endpoint> {
    use views::*;
    vec![
        Endpoint::get(
            "/desks/{desk}/board",
            "Who is where, now or at a past moment",
            get(board),
        )
        .access(Access::SignedIn, Scope::Desk)
        .query::<Moment>()
        .answers(200, "The desk at that moment"),
        Endpoint::get(
            "/desks/{desk}/exceptions",
            "What was out of order",
            get(exceptions),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<ExceptionDays>()
        .answers(200, "By day and person"),
        Endpoint::get(
            "/desks/{desk}/day-records",
            "Everybody's day records",
            get(day_records_of_desk),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<Days>()
        .answers(200, "By person and day"),
        Endpoint::get(
            "/staff/{staff}/days/{date}",
            "A person's day: plan, punches, what is open",
            get(day),
        )
        .access(Access::SignedIn, Scope::Person)
        .answers(200, "The day"),
        Endpoint::get(
            "/staff/{staff}/day-records/{date}",
            "A person's day as reckoned",
            get(day_record),
        )
        .access(Access::SignedIn, Scope::Person)
        .answers(200, "The record with the events behind it"),
        Endpoint::get(
            "/staff/{staff}/roster-changes",
            "What changed in a person's roster after it was published, and why",
            get(roster_changes),
        )
        .access(Access::SignedIn, Scope::Person)
        .query::<Days>()
        .answers(200, "Newest first"),
        Endpoint::get(
            "/staff/{staff}/months/{month}",
            "A person's month",
            get(month),
        )
        .access(Access::SignedIn, Scope::Person)
        .answers(200, "Plan, records, requests, penalties, balances and sums"),
        Endpoint::get(
            "/desks/{desk}/months/{month}",
            "A desk's month by person, as payroll takes it",
            get(desk_month),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers(200, "Sums by person, with what they are made of"),
    ]
}

fn exports_area() -> Vec<Endpoint> {
    use exports::*;
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    vec![
        Endpoint::get(
            "/desks/{desk}/exports/{month}/attendance.xlsx",
            "The attendance month as a workbook",
            get(attendance_xlsx),
        )
        .access(Access::Roles(HOUSE), Scope::House)
        .query::<AsOf>()
        .answers_media(200, "The file", XLSX),
        Endpoint::get(
            "/desks/{desk}/exports/{month}/attendance.csv",
            "The attendance month as CSV",
            get(attendance_csv),
        )
        .access(Access::Roles(HOUSE), Scope::House)
        .query::<AsOf>()
        .answers_media(200, "The file", "text/csv"),
        Endpoint::get(
            "/desks/{desk}/exports/{month}/changes",
            "What differs between two exports of a month",
            get(changes),
        )
        .access(Access::Roles(HOUSE), Scope::House)
        .query::<Between>()
        .answers(200, "By person and figure, in words"),
        Endpoint::get(
            "/desks/{desk}/exports/{month}/penalties.csv",
            "Penalties with their evidence as CSV",
            get(penalties_csv),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .answers_media(200, "The file", "text/csv"),
        Endpoint::get(
            "/desks/{desk}/exports/duty-table.xlsx",
            "The duty table of some days, such as a week, as a workbook",
            get(duty_table_days_xlsx),
        )
        .access(Access::SignedIn, Scope::Desk)
        .query::<views::Days>()
        .answers_media(200, "The file", XLSX),
        Endpoint::get(
            "/desks/{desk}/exports/utilisation-people.csv",
            "How people's time was used, by person, as CSV",
            get(utilisation_people_csv),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::Days>()
        .answers_media(200, "The file", "text/csv"),
        Endpoint::get(
            "/desks/{desk}/exports/utilisation-slots.csv",
            "How people's time was used, by slot, as CSV",
            get(utilisation_slots_csv),
        )
        .access(Access::Roles(OFFICES), Scope::Desk)
        .query::<views::Days>()
        .answers_media(200, "The file", "text/csv"),
        Endpoint::get(
            "/desks/{desk}/exports/{month}/duty-table.xlsx",
            "The duty table as a workbook",
            get(duty_table_xlsx),
        )
        .access(Access::SignedIn, Scope::Desk)
        .answers_media(200, "The file", XLSX),
    ]
}
