//! The month's attendance of everybody, as payroll takes it, the files, and the closing of the month.

use super::parts::{Chrome, DeskChoice};
use super::visit::{Posted, Query, Visit, encoded};
use super::words::Words;
use crate::app::{App, ClosePeriod, DecideReopening};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{DeskId, StaffId};
use domain::legal::LegalConcern;
use domain::policy::SanctionMode;
use domain::quantities::{Fen, Minutes};
use domain::who::Role;
use domain::work_date::{Month, WorkDate, Zone};
use projections::{
    LegalWarningRow, PeriodStatus, PersonMonth, ReopeningStatus, SheetStatus, difference_words,
};

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
    /// Sheets that are not confirmed, with what their people say.
    pub sheets: Vec<SheetLine>,
    /// How many are confirmed, of how many.
    pub sheets_confirmed: String,
    /// What the hours worked say against the law.
    pub warnings: Vec<WarningLine>,
    /// Earlier closings and reopenings, oldest first.
    pub history: Vec<String>,
    /// What was signed into this month for earlier ones.
    pub adjustments: Vec<AdjustmentLine>,
    /// Why HR wants the month open again, while nobody has decided.
    pub reopening: Option<String>,
    /// Whether the reader may ask to open it again.
    pub may_ask: bool,
    /// Whether the reader may decide that.
    pub may_decide: bool,
}

/// A sheet that is not confirmed.
pub struct SheetLine {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// Key of where it stands.
    pub status: &'static str,
    /// What the person says.
    pub words: String,
}

/// A signed adjustment as a line.
pub struct AdjustmentLine {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The closed month and the amount.
    pub text: String,
    /// Figure by figure, and why.
    pub why: String,
    /// The days that differed: each opens its evidence.
    pub days: Vec<WorkDate>,
}

/// A warning as a line.
pub struct WarningLine {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// What.
    pub text: String,
    /// The day, or from when to when.
    pub when: String,
}

/// A warning of the law in words.
pub fn warning_line(row: LegalWarningRow, w: Words) -> WarningLine {
    let LegalWarningRow { name, warning } = row;
    let (amount, max) = (warning.amount, warning.amount_max);
    let hours = |minutes: i64| w.duration(&Minutes(minutes));
    let text = match warning.concern {
        LegalConcern::OvertimeDay => w.f2("legal.overtime_day", hours(amount), hours(max)),
        LegalConcern::OvertimeMonth => w.f2("legal.overtime_month", hours(amount), hours(max)),
        LegalConcern::OvertimeAverage => w.f2("legal.overtime_average", hours(amount), hours(max)),
        LegalConcern::WeekWithoutRest => w.f2("legal.week_without_rest", amount, max),
        LegalConcern::ProtectedOvertime => w.f("legal.protected_overtime", hours(amount)),
        LegalConcern::ProtectedNight => w.t("legal.protected_night").to_owned(),
    };
    WarningLine {
        staff: warning.staff,
        name,
        text,
        when: if warning.first == warning.last {
            w.date(&warning.first)
        } else {
            format!("{} – {}", w.day(&warning.first), w.day(&warning.last))
        },
    }
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
    let (people, status, to_file, sheets, warnings, adjustments) = app
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
                view.sheets(&id, month)?,
                view.legal_warnings(&id, month)?,
                view.adjustments(&id, month)?,
            ))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let house = visit.actor.is(Role::Hr) || visit.actor.is(Role::GmOffice);
    let in_money = house
        && people
            .iter()
            .any(|person| person.summary.deduction_check.is_some());
    let in_money = in_money
        && desk.row.policy.iter().any(|document| {
            let on = document.on(month.first()).or(document.on(month.last()));
            on.is_some_and(|policy| policy.sanction.mode == SanctionMode::Money)
        });
    let zone = desk.row.zone;
    let pending = status
        .reopenings
        .iter()
        .find(|row| row.status == ReopeningStatus::Asked);
    let page = MonthSummaryPage {
        w,
        chrome: visit
            .chrome_of(&app, "/summary", None, (month.first(), month.last()))
            .await?,
        sheets_confirmed: w.f2("sheet.counts", status.sheets.confirmed, sheets.len()),
        sheets: sheets
            .into_iter()
            .filter(|sheet| sheet.status != SheetStatus::Confirmed)
            .map(|sheet| SheetLine {
                status: sheet_status(sheet.status),
                words: sheet
                    .said
                    .and_then(|said| said.disputed)
                    .unwrap_or_default(),
                staff: sheet.staff,
                name: sheet.name,
            })
            .collect(),
        warnings: warnings
            .into_iter()
            .map(|row| warning_line(row, w))
            .collect(),
        adjustments: adjustments
            .into_iter()
            .map(|row| AdjustmentLine {
                text: format!("{} {}", w.month(&row.source_month), w.money(&row.amount)),
                why: row.difference.map_or_else(String::new, |difference| {
                    difference_words(&difference, w.lang)
                }) + " · "
                    + &row.reason,
                days: row.days,
                staff: row.staff,
                name: row.name,
            })
            .collect(),
        history: history(&status, &zone, w),
        reopening: pending.map(|row| {
            let at = w.at(&zone, &row.at);
            w.f3("reopening.asked", &row.by_name, at, &row.reason)
        }),
        may_ask: visit.actor.is(Role::Hr) && status.closed.is_some() && pending.is_none(),
        may_decide: visit.actor.is(Role::GmOffice)
            && pending.is_some_and(|row| row.by != visit.actor.staff),
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
        columns: COLUMNS
            .iter()
            .chain(in_money.then_some(&"summary.deduction_max"))
            .map(|key| w.t(key).to_owned())
            .collect(),
        rows: people
            .iter()
            .map(|person| line(person, month, in_money, w))
            .collect(),
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

fn line(person: &PersonMonth, month: Month, in_money: bool, w: Words) -> SummaryLine {
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
    // The law's limit on money off, of the wage earned in the month.
    let check = in_money.then(|| match &sum.deduction_check {
        Some(check) if check.lawful() => w.f2(
            "summary.deduction_lawful",
            w.money(&check.deduction_max),
            w.money(&check.wage),
        ),
        Some(check) => w.f2(
            "summary.deduction_over",
            w.money(&check.deduction_max),
            w.money(&check.wage),
        ),
        None => "–".to_owned(),
    });
    let person_href = format!("/people/{}/{month}", encoded(person.staff.staff.as_str()));
    SummaryLine {
        staff: person.staff.staff.clone(),
        name: person.staff.name.clone(),
        cells: texts
            .into_iter()
            .chain(check)
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
    let sheets = status.sheets;
    check("period.check.unconfirmed", sheets.unconfirmed);
    check("period.check.outdated", sheets.outdated);
    check("period.check.disputed", sheets.disputed);
    if checks.is_empty() {
        checks.push(w.t("period.check.clear").to_owned());
    }
    checks
}

/// The key of where a sheet stands.
pub fn sheet_status(status: SheetStatus) -> &'static str {
    match status {
        SheetStatus::Unconfirmed => "sheet.unconfirmed",
        SheetStatus::Confirmed => "sheet.confirmed",
        SheetStatus::Outdated => "sheet.outdated",
        SheetStatus::Disputed => "sheet.disputed",
    }
}

/// How the month was closed before, and how it was opened again or not.
fn history(status: &PeriodStatus, zone: &Zone, w: Words) -> Vec<String> {
    let mut lines: Vec<(chrono::DateTime<chrono::Utc>, String)> = Vec::new();
    if status.reopenings.is_empty() {
        return Vec::new();
    }
    for closing in &status.closings {
        let at = w.at(zone, &closing.at);
        let seal: String = closing.seal.chars().take(16).collect();
        let position = format!("{} {seal}", closing.closed_position);
        let text = w.f3("period.closed_text", at, &closing.by_name, position);
        lines.push((closing.at, text));
    }
    for row in &status.reopenings {
        let at = w.at(zone, &row.at);
        let text = w.f3("reopening.asked", &row.by_name, at, &row.reason);
        lines.push((row.at, text));
        let (Some(at), Some(by)) = (row.decided_at, &row.decided_by_name) else {
            continue;
        };
        let key = match row.status {
            ReopeningStatus::Refused => "reopening.refused",
            ReopeningStatus::Asked | ReopeningStatus::Agreed => "reopening.agreed",
        };
        lines.push((at, w.f3(key, by, w.at(zone, &at), &row.note)));
    }
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, text)| text).collect()
}

/// `POST /periods/reopening-request`.
pub async fn ask_reopening(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let (desk, month, to) = asked_of(&posted)?;
    let result = match posted.reason() {
        Ok(reason) => {
            app.ask_reopening(&posted.caller(), &desk, month, reason)
                .await
        }
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &to, "reopening.asked.done")
        .await
}

/// `POST /periods/reopening-decision`.
pub async fn decide_reopening(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let (desk, month, to) = asked_of(&posted)?;
    let input = DecideReopening {
        agreed: posted.text("act") == "agree",
        note: posted.text("note"),
    };
    let result = app
        .decide_reopening(&posted.caller(), &desk, month, input)
        .await;
    posted
        .outcome(&app, result, &to, "reopening.decided.done")
        .await
}

/// The desk and month of a form, and the page to go back to.
fn asked_of(posted: &Posted) -> Result<(DeskId, Month, String), Failed> {
    let desk = posted.desk();
    let month: Month = posted
        .parsed("month", "fault.date")
        .map_err(|error| posted.visit.failed(error))?;
    let to = format!("/summary?desk={}&month={month}", encoded(desk.as_str()));
    Ok((desk, month, to))
}

/// `POST /periods/closing`.
pub async fn close(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let (desk, month, to) = asked_of(&posted)?;
    let input = ClosePeriod {
        acknowledge_open: posted.text("sure") == "yes",
    };
    let result = app
        .close_period(&posted.caller(), &desk, month, input)
        .await;
    posted.outcome(&app, result, &to, "period.done").await
}
