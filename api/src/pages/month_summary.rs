//! The month's attendance of everybody, as payroll takes it, the files, and the closing of the month.

use super::parts::{Chrome, DeskChoice};
use super::visit::{Posted, Query, Visit, encoded};
use super::words::Words;
use crate::app::{App, ClosePeriod};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{DeskId, StaffId};
use domain::quantities::{Fen, Minutes};
use domain::who::Role;
use domain::work_date::Month;
use projections::{PeriodStatus, PersonMonth};

/// The month summary.
#[derive(Template)]
#[template(path = "month_summary.html")]
pub struct MonthSummaryPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Kept when another desk is chosen.
    pub month_kept: Option<Month>,
    /// Which month.
    pub month: Month,
    /// Who closed it, when, and the seal.
    pub closed: Option<String>,
    /// Titles.
    pub columns: Vec<String>,
    /// People.
    pub rows: Vec<SummaryLine>,
    /// What is left undone before closing.
    pub checks: Vec<String>,
    /// Whether the reader may take the files.
    pub may_export: bool,
    /// Whether the reader may close the month.
    pub may_close: bool,
}

/// A person's month.
pub struct SummaryLine {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// One for each column.
    pub cells: Vec<SummaryCell>,
}

/// A figure, and where its days are listed.
pub struct SummaryCell {
    /// As shown.
    pub text: String,
    /// Where it opens.
    pub href: Option<String>,
}

/// `GET /summary`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::Hr, Role::GmOffice])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let month = query
        .month()
        .unwrap_or_else(|| desk.today(app.now()).month());
    let (w, id) = (visit.w, desk.row.desk.clone());
    let (people, status, to_file) = app
        .read(move |view| {
            let corrections = view.corrections_to_file(&id)?;
            let to_file = corrections
                .iter()
                .filter(|row| month.contains(row.work_date))
                .count();
            Ok((
                view.month_summary(&id, month)?,
                view.period_status(&id, month)?,
                to_file,
            ))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let house = visit.actor.is(Role::Hr) || visit.actor.is(Role::GmOffice);
    let page = MonthSummaryPage {
        w,
        chrome: visit.chrome(&app, "/summary", None).await?,
        desks: desk.choices,
        month_kept: Some(month),
        month,
        closed: status.closed.as_ref().map(|closed| {
            let seal: String = closed.seal.chars().take(16).collect();
            w.f3(
                "period.closed_text",
                w.at(&desk.row.zone, &closed.at),
                &closed.by_name,
                seal,
            )
        }),
        columns: COLUMNS.iter().map(|key| w.t(key).to_owned()).collect(),
        rows: people.iter().map(|person| line(person, month, w)).collect(),
        checks: checks(&status, to_file, w),
        may_export: house,
        may_close: visit.actor.is(Role::Hr),
        desk: desk.row.desk,
    };
    visit.page(&page)
}

const COLUMNS: [&str; 18] = [
    "summary.rostered",
    "summary.attended",
    "summary.rest",
    "summary.worked",
    "summary.late",
    "summary.severe_late",
    "summary.early",
    "summary.missed_in",
    "summary.missed_out",
    "summary.absent",
    "summary.corrections",
    "summary.leave",
    "summary.overtime",
    "summary.nights",
    "summary.meal_over",
    "summary.deductions",
    "summary.rewards",
    "summary.adjustments",
];

fn line(person: &PersonMonth, month: Month, w: Words) -> SummaryLine {
    let sum = &person.summary;
    let plain = |text: String| {
        if text == "0" || text.is_empty() {
            "–".to_owned()
        } else {
            text
        }
    };
    let count = |count: u16| plain(count.to_string());
    let timed = |count: u16, minutes: &Minutes| match count {
        0 => "–".to_owned(),
        count => w.f2("summary.times_minutes", count, minutes),
    };
    let money = |amount: Fen| {
        if amount.is_zero() {
            "–".to_owned()
        } else {
            w.money(&amount)
        }
    };
    let leave: Minutes = sum.leave_minutes.values().copied().sum();
    let overtime = [
        sum.overtime.workday,
        sum.overtime.rest_day,
        sum.overtime.statutory,
    ];
    let overtime = if overtime.iter().all(|minutes| minutes.is_zero()) {
        "–".to_owned()
    } else {
        overtime.map(|minutes| w.hours(&minutes)).join(" / ")
    };
    let deductions: Fen = sum.penalties.values().copied().sum();
    let texts = [
        count(sum.due_days),
        count(sum.attended_days),
        count(sum.rest_days),
        plain(w.hours(&sum.worked_minutes)),
        timed(sum.late_count, &sum.late_minutes),
        count(sum.severe_late_count),
        timed(sum.early_count, &sum.early_minutes),
        count(sum.missed_in_count),
        count(sum.missed_out_count),
        count(sum.absent_days),
        count(sum.correction_count),
        if leave.is_zero() {
            "–".to_owned()
        } else {
            w.hours(&leave)
        },
        overtime,
        count(sum.night_count),
        count(sum.meal_over_count),
        money(-Fen(deductions.0.abs())),
        money(sum.rewards),
        money(sum.adjustments),
    ];
    let person_href = format!("/people/{}/{month}", encoded(person.staff.staff.as_str()));
    SummaryLine {
        staff: person.staff.staff.clone(),
        name: person.staff.name.clone(),
        cells: texts
            .into_iter()
            .map(|text| SummaryCell {
                href: (text != "–").then(|| person_href.clone()),
                text,
            })
            .collect(),
    }
}

/// What is left undone before the month can be closed with a good conscience.
fn checks(status: &PeriodStatus, to_file: usize, w: Words) -> Vec<String> {
    let pending = status.corrections_pending + status.leaves_pending;
    let mut checks = Vec::new();
    let mut check = |key, count: usize| {
        if count > 0 {
            checks.push(w.f(key, count));
        }
    };
    check("period.check.days", usize::from(status.days_open));
    check("period.check.undecided", status.undecided_days);
    check(
        "period.check.pending",
        usize::try_from(pending).unwrap_or(usize::MAX),
    );
    check("period.check.filing", to_file);
    check("period.check.sanctions", status.sanctions_open);
    if checks.is_empty() {
        checks.push(w.t("period.check.clear").to_owned());
    }
    checks
}

/// `POST /periods/closing`.
pub async fn close(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let desk = posted.desk();
    let month: Month = posted
        .parsed("month", "fault.date")
        .map_err(|error| posted.visit.failed(error))?;
    let input = ClosePeriod {
        acknowledge_open: posted.text("sure") == "yes",
    };
    let result = app
        .close_period(&posted.caller(), &desk, month, input)
        .await;
    let to = format!("/summary?desk={}&month={month}", encoded(desk.as_str()));
    posted.outcome(&app, result, &to, "period.done").await
}
