//! Server-rendered pages: for each a typed struct, a template of the same name under `templates/`, and its handlers.
//!
//! A page asks the read models once and shows what one snapshot says. A form is a plain POST: the command is carried
//! out, the read models are waited for, and the browser is sent on to a page that shows what came of it. A refusal
//! keeps what was typed. Everything works without the script.

pub mod ahead;
pub mod approvals;
pub mod assets;
pub mod balances;
pub mod board;
pub mod breaches;
pub mod calendars;
pub mod correction_form;
pub mod day;
pub mod duty_table;
pub mod error;
pub mod evidence;
pub mod exceptions;
pub mod filing;
pub mod grid;
pub mod headcount;
pub mod intraday;
pub mod lanes;
pub mod leave_form;
pub mod loans;
pub mod login;
pub mod meetings;
pub mod month_summary;
pub mod my_month;
pub mod my_penalties;
pub mod my_requests;
pub mod notices;
pub mod open_shifts;
pub mod overtime_form;
pub mod parts;
pub mod penalties;
pub mod post;
pub mod punch;
pub mod replan;
pub mod roster;
pub mod roster_changes;
pub mod roster_questions;
pub mod solving;
pub mod submissions;
pub mod swap_form;
pub mod team;
pub mod utilisation;
pub mod visit;
pub mod what_if;
pub mod wishes;
pub mod words;

use crate::app::App;
use axum::Router;
use axum::routing::{get, post};

pub use error::frame;
pub(crate) use solving::progress_words;

/// Every page and every form, on one screen.
pub fn router() -> Router<App> {
    Router::new()
        .route("/", get(login::home))
        .route("/login", get(login::ask).post(login::enter))
        .route("/logout", post(login::leave))
        .route(
            "/password",
            get(login::password).post(login::change_password),
        )
        .route("/language/{lang}", get(login::language))
        .route("/assets/{digest}/{name}", get(assets::serve))
        .route("/shift-colours/{file}", get(assets::shift_colours))
        // A person's own.
        .route("/punch", get(punch::show).post(punch::make))
        .route("/my/month", get(my_month::show))
        .route("/my/requests", get(my_requests::show))
        .route("/my/corrections/new", get(correction_form::show))
        .route("/my/corrections", post(correction_form::send))
        .route("/my/leaves/new", get(leave_form::show))
        .route("/my/leaves", post(leave_form::send))
        .route("/my/balances", get(balances::show))
        .route("/my/overtime/new", get(overtime_form::show))
        .route("/my/overtime", post(overtime_form::send))
        .route("/my/swaps/new", get(swap_form::show))
        .route("/my/swaps", post(swap_form::send))
        .route("/my/penalties", get(my_penalties::show))
        .route("/my/meetings", get(meetings::show_own))
        .route("/days/{staff}/{date}", get(day::show))
        .route("/people/{staff}/{month}", get(my_month::show_somebody))
        .route("/people/{staff}/forgetting", post(my_month::forget))
        .route(
            "/people/{staff}/balances",
            get(balances::show_somebody).post(balances::move_balance),
        )
        // The desk's.
        .route("/board", get(board::show))
        .route("/duty-table", get(duty_table::show))
        .route("/lanes", get(lanes::show))
        .route("/lanes/plan", post(lanes::plan))
        .route("/lanes/openings", post(lanes::open))
        .route("/loans", get(loans::show).post(loans::ask))
        .route("/loans/{id}/{act}", post(loans::act))
        .route("/intraday", get(intraday::show))
        .route("/intraday/retimings", post(intraday::retime))
        .route("/alerts", post(intraday::raise))
        .route("/alerts/{id}/closing", post(intraday::close))
        .route("/utilisation", get(utilisation::show))
        .route("/headcount", get(headcount::show))
        .route("/budgets", post(headcount::set_budget))
        .route("/team", get(team::show).post(team::set))
        .route("/wishes", get(wishes::show))
        .route("/my/wishes", get(wishes::show_own).post(wishes::state))
        .route("/roster/fixed-cells", post(roster::fix_cell))
        .route("/roster", get(roster::show))
        .route("/replan", get(replan::show).post(replan::ask))
        .route("/replan/{solve}/{act}", post(replan::answer))
        .route("/roster/why", get(roster_questions::why))
        .route("/roster/conflicts", get(roster_questions::conflicts))
        .route("/roster/comparison", get(roster_questions::comparison))
        .route("/roster/ahead", get(ahead::show).post(ahead::plan))
        .route("/roster/generation", post(roster::generate))
        .route("/roster/solves/{solve}/cancellation", post(roster::stop))
        .route("/roster/cells", post(roster::set_cell))
        .route("/roster/publication", post(roster::publish))
        .route("/roster/submissions", post(roster::submit_week))
        .route("/approvals", get(approvals::show))
        .route("/approvals/leaves/new", get(leave_form::show_for_somebody))
        .route("/approvals/leaves", post(leave_form::send_for_somebody))
        .route("/corrections/{id}/{act}", post(approvals::correction))
        .route("/leaves/{id}/{act}", post(approvals::leave))
        .route("/swaps/{id}/{act}", post(approvals::swap))
        .route("/overtime/{id}/{act}", post(overtime_form::act))
        .route(
            "/open-shifts",
            get(open_shifts::show).post(open_shifts::cover),
        )
        .route("/exceptions", get(exceptions::show))
        .route("/penalties", get(penalties::show))
        .route("/sanctions/{id}/{act}", post(penalties::step))
        .route("/rewards", post(penalties::reward))
        .route("/evidence", get(evidence::show))
        .route("/complaints", post(evidence::complain))
        .route("/complaints/{id}/verification", post(evidence::verify))
        .route("/spot-checks", post(evidence::spot_check))
        .route("/excuses", post(evidence::excuse))
        .route("/breaches", post(breaches::record))
        .route("/breaches/{id}/retraction", post(breaches::retract))
        .route("/meetings", get(meetings::show).post(meetings::call))
        .route("/meetings/{id}/{act}", post(meetings::act))
        // Holding the post.
        .route("/handovers", post(post::offer))
        .route("/handovers/{id}/signature", post(post::sign))
        .route("/handovers/{id}/post-signature", post(post::sign_at_post))
        .route("/handover-waivers", post(post::waive))
        .route("/items", post(post::raise))
        .route("/items/{id}/closing", post(post::close))
        .route("/items/{id}/handover", post(post::hand_over))
        .route("/outings", post(post::go_out))
        .route("/outings/{id}/return", post(post::come_back))
        .route("/outings/{id}/checks", post(post::check))
        // The office's.
        .route("/summary", get(month_summary::show))
        .route("/periods/closing", post(month_summary::close))
        .route(
            "/periods/reopening-request",
            post(month_summary::ask_reopening),
        )
        .route(
            "/periods/reopening-decision",
            post(month_summary::decide_reopening),
        )
        .route("/sheets/{month}/{act}", post(my_month::say))
        .route("/calendars", get(calendars::show).post(calendars::import))
        .route("/calendars/{year}", post(calendars::adopt_shipped))
        .route("/submissions", get(submissions::show))
        .route("/filing", get(filing::show))
        .route("/what-if", get(what_if::show).post(what_if::ask))
        .route("/notices", get(notices::show))
        .route("/notices/{id}/acknowledgement", post(notices::acknowledge))
        .route("/adjustments", post(notices::adjust))
}
