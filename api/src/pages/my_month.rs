//! A person's month: the calendar, the figures, and every day's record, each figure opening its evidence.

use super::day::notes;
use super::month_summary::sheet_status;
use super::parts::{Chrome, DayShift, Note, ShiftLook};
use super::roster_changes::{DayChange, lines};
use super::visit::{DeskAsked, Posted, Query, Visit, encoded, fault};
use super::words::Words;
use crate::app::{App, AppError, ConfirmSheet, DisputeSheet};
use crate::http::extract::{Asked, At};
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Datelike;
use domain::day::{DayRecord, DayStatus, RequestStatus};
use domain::event::{DayKind, LeaveKind};
use domain::ids::StaffId;
use domain::policy::SanctionMode;
use domain::quantities::Minutes;
use domain::summary::MonthSummary;
use domain::who::Role;
use domain::work_date::{Month, WorkDate};

/// A person's month.
#[derive(Template)]
#[template(path = "my_month.html")]
pub struct MyMonthPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Whose.
    pub staff: StaffId,
    /// 姓名, when it is not the reader's own.
    pub somebody: Option<String>,
    /// Which month.
    pub month: Month,
    /// Today at the site.
    pub today: WorkDate,
    /// Whether a roster is in force.
    pub published: bool,
    /// Sums of the month.
    pub facts: Vec<Fact>,
    /// Corrections that count in this month.
    pub corrections_used: usize,
    /// At most so many.
    pub corrections_max: u16,
    /// What is left of each kind of leave that has a balance.
    pub balances: Vec<(LeaveKind, Minutes)>,
    /// Every day.
    pub days: Vec<CalendarCell>,
    /// The shifts shown.
    pub legend: Vec<ShiftLook>,
    /// Days that have a record worth a line, newest first.
    pub records: Vec<RecordLine>,
    /// The month as a sheet to confirm.
    pub sheet: Option<SheetCard>,
    /// What changed in the roster after it was published, newest first.
    pub changes: Vec<DayChange>,
    /// Whether the reader may have the person forgotten: HR or the GM office, once the person has left.
    pub may_forget: bool,
}

/// The month as a sheet to confirm.
pub struct SheetCard {
    /// Digest of the figures.
    pub digest: String,
    /// Key of where it stands.
    pub status: &'static str,
    /// When the person said so.
    pub said_at: Option<String>,
    /// What they hold to be wrong.
    pub disputed: Option<String>,
    /// Whether the reader may say something of it now.
    pub may_say: bool,
}

/// A sum of the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Key of its name.
    pub label: &'static str,
    /// As shown.
    pub value: String,
    /// Small words beside it.
    pub more: Option<String>,
}

/// A day of the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarCell {
    /// Which.
    pub date: WorkDate,
    /// The shift, if any.
    pub shift: Option<DayShift>,
    /// Leave covers it.
    pub on_leave: bool,
    /// A roster is in force.
    pub rostered: bool,
    /// What the calendar says.
    pub kind: Option<DayKind>,
    /// What went wrong that day.
    pub notes: Vec<Note>,
}

impl CalendarCell {
    fn number(&self) -> u32 {
        self.date.0.day()
    }
}

/// A day's record as a line.
pub struct RecordLine {
    /// The record.
    pub record: DayRecord,
    /// Style class of its shift.
    pub class: String,
    /// What is remarkable.
    pub notes: Vec<Note>,
}

/// A figure of a day that opens its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Key of its name.
    pub label: &'static str,
    /// Where on the day's page.
    pub anchor: &'static str,
    /// How much.
    pub minutes: Minutes,
}

impl RecordLine {
    fn figures(&self) -> [Figure; 5] {
        let record = &self.record;
        let meal_minutes = record
            .meals
            .iter()
            .filter_map(|meal| meal.taken_minutes)
            .sum();
        let overtime =
            record.overtime.workday + record.overtime.rest_day + record.overtime.statutory;
        [
            ("col.worked", "worked", record.worked_minutes),
            ("col.late", "late", record.late_minutes),
            ("col.early", "early", record.early_minutes),
            ("col.meal", "meal", meal_minutes),
            ("col.overtime", "overtime", overtime),
        ]
        .map(|(label, anchor, minutes)| Figure {
            label,
            anchor,
            minutes,
        })
    }
}

impl MyMonthPage {
    /// Where this person's month stands.
    fn address(&self, month: &Month) -> String {
        match self.somebody {
            Some(_) => format!("/people/{}/{month}", encoded(self.staff.as_str())),
            None => format!("/my/month?month={month}"),
        }
    }

    /// Empty places before the first day, in a week that begins on Monday.
    fn blanks(&self) -> u32 {
        self.month.first().weekday_from_monday()
    }
}

/// `GET /my/month`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Staff])?;
    let desk = visit.own_desk(&app).await?;
    let month = query
        .month()
        .unwrap_or_else(|| desk.today(app.now()).month());
    page(&app, &visit, visit.actor.staff.clone(), desk, month).await
}

/// `GET /people/{staff}/{month}`: somebody's month, for those who may see it.
pub async fn show_somebody(
    State(app): State<App>,
    visit: Visit,
    At((staff, month)): At<(StaffId, Month)>,
) -> Result<Response, Failed> {
    app.may_see_person(&visit.actor, &staff)
        .await
        .map_err(|error| visit.failed(error))?;
    let whom = staff.clone();
    let person = app
        .read(move |view| view.staff_one(&whom))
        .await
        .map_err(|error| visit.failed(error))?
        .ok_or_else(|| visit.failed(AppError::NotFound("person")))?;
    let desk = visit.desk_seen(&app, Some(person.desk.as_str())).await?;
    page(&app, &visit, staff, desk, month).await
}

async fn page(
    app: &App,
    visit: &Visit,
    staff: StaffId,
    desk: DeskAsked,
    month: Month,
) -> Result<Response, Failed> {
    let today = desk.today(app.now());
    let whose = staff.clone();
    let own = staff == visit.actor.staff;
    let (w, own_desk) = (visit.w, desk.row.desk.clone());
    let (known, used, published, max, in_money, sheet, changes) = app
        .read(move |view| {
            let policy = view
                .policy_on(&own_desk, month.first())?
                .or(view.policy_on(&own_desk, month.last())?);
            Ok((
                view.my_month(&staff, month)?,
                view.corrections_used(&staff, month)?,
                view.is_published(&own_desk, month)?,
                policy
                    .as_ref()
                    .map_or(0, |policy| policy.correction.month_max),
                policy.is_some_and(|policy| policy.sanction.mode == SanctionMode::Money),
                view.sheet(&staff, month)?,
                view.roster_changes(&staff, month.first(), month.last())?,
            ))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let known = known.ok_or_else(|| visit.failed(AppError::NotFound("person")))?;
    let looks = &desk.looks;
    let on_leave = |date: WorkDate| {
        known
            .leaves
            .iter()
            .any(|leave| leave.status == RequestStatus::Approved && leave.span.covers(date))
    };
    let days = known
        .days
        .iter()
        .map(|day| CalendarCell {
            date: day.date,
            shift: day
                .shift
                .as_ref()
                .map(|shift| looks.day_shift(day.date, shift)),
            on_leave: on_leave(day.date),
            rostered: day.is_rostered,
            kind: day.day_kind,
            notes: day
                .record
                .as_ref()
                .map_or_else(Vec::new, |record| notes(record, w))
                .into_iter()
                .chain(day.meetings.iter().map(|meeting| Note {
                    text: format!("{} {}", meeting.start, meeting.title),
                    class: "",
                }))
                .collect(),
        })
        .collect();
    let records = known
        .days
        .iter()
        .rev()
        .filter(|day| day.date <= today)
        .filter_map(|day| day.record.clone())
        .filter(|record| {
            // A day off is a line only when somebody was there all the same.
            !matches!(record.status, DayStatus::DayOff | DayStatus::Unrostered)
                || !record.unmatched.is_empty()
                || !record.beyond_minutes.is_zero()
                || !record.meeting_minutes.is_zero()
        })
        .map(|record| RecordLine {
            class: record
                .shift
                .as_ref()
                .map_or_else(String::new, |code| looks.class(code)),
            notes: notes(&record, w),
            record,
        })
        .collect();
    let page = MyMonthPage {
        w,
        chrome: visit
            .chrome_of(
                app,
                if own { "/my/month" } else { "/summary" },
                Some(&desk.row.desk),
                (month.first(), month.last()),
            )
            .await?,
        staff: whose,
        somebody: (!own).then(|| known.staff.name.clone()),
        month,
        today,
        published,
        facts: known.summary.as_ref().map_or_else(Vec::new, |sum| {
            let mut facts = facts(sum, w);
            // Wages are for HR, the GM office and the person alone.
            let may_see = own || visit.actor.is(Role::Hr) || visit.actor.is(Role::GmOffice);
            let check = sum.deduction_check.filter(|_| may_see && in_money);
            facts.extend(check.map(|check| Fact {
                label: "summary.deduction_max",
                value: w.money(&check.deduction_max),
                more: Some(format!("/ {}", w.money(&check.wage))),
            }));
            facts
        }),
        corrections_used: used,
        corrections_max: max,
        balances: known
            .balances
            .iter()
            .map(|balance| (balance.kind, balance.minutes))
            .collect(),
        days,
        legend: looks.0.clone(),
        records,
        sheet: sheet.map(|sheet| SheetCard {
            status: sheet_status(sheet.status),
            said_at: sheet
                .said
                .as_ref()
                .map(|said| w.at(&desk.row.zone, &said.at)),
            disputed: sheet.said.and_then(|said| said.disputed),
            may_say: own && sheet.is_open,
            digest: sheet.digest,
        }),
        changes: lines(changes, looks, &desk.row.zone, w),
        may_forget: (visit.actor.is(Role::Hr) || visit.actor.is(Role::GmOffice))
            && known.staff.forgotten.is_none()
            && known.staff.until.is_some_and(|last| last < today),
    };
    visit.page(&page)
}

/// `POST /sheets/{month}/{act}`: one's own month is right, or what is wrong with it.
pub async fn say(
    State(app): State<App>,
    At((month, act)): At<(Month, String)>,
    posted: Posted,
) -> Result<Response, Failed> {
    let staff = posted.visit.actor.staff.clone();
    let caller = posted.caller();
    let digest = posted.text("digest");
    let to = format!("/my/month?month={month}");
    let result = match act.as_str() {
        "confirmation" => {
            let input = ConfirmSheet { digest };
            app.confirm_sheet(&caller, &staff, month, input).await
        }
        "dispute" => match posted.words("words", "sheet.words") {
            Ok(words) => {
                let input = DisputeSheet { digest, words };
                app.dispute_sheet(&caller, &staff, month, input).await
            }
            Err(error) => Err(error),
        },
        _ => Err(AppError::NotFound("page")),
    };
    posted.outcome(&app, result, &to, "sheet.done").await
}

/// `POST /people/{staff}/forgetting`.
pub async fn forget(
    State(app): State<App>,
    At(staff): At<StaffId>,
    posted: Posted,
) -> Result<Response, Failed> {
    let month: Month = posted
        .parsed("month", "fault.date")
        .map_err(|error| posted.visit.failed(error))?;
    let result = if posted.text("confirm") == staff.as_str() {
        app.forget(&posted.caller(), &staff).await
    } else {
        Err(fault("confirm", "forget.fault", |_| staff.to_string()))
    };
    let to = format!("/people/{}/{month}", encoded(staff.as_str()));
    posted.outcome(&app, result, &to, "forget.done").await
}

fn facts(sum: &MonthSummary, w: Words) -> Vec<Fact> {
    let plain = |label, value| Fact {
        label,
        value,
        more: None,
    };
    let overtime = sum.overtime.workday + sum.overtime.rest_day + sum.overtime.statutory;
    let mut facts = vec![
        Fact {
            label: "my_month.days_worked",
            value: w.f("unit.days", sum.attended_days),
            more: Some(format!("/ {}", sum.due_days)),
        },
        plain("my_month.days_off", w.f("unit.days", sum.rest_days)),
        plain("col.worked", w.duration(&sum.worked_minutes)),
        plain("col.late", w.duration(&sum.late_minutes)),
        plain("col.overtime", w.duration(&overtime)),
    ];
    if sum.night_count > 0 {
        facts.push(plain("my_month.nights", sum.night_count.to_string()));
    }
    if let Some(hours) = &sum.hours {
        facts.push(Fact {
            label: "my_month.balance",
            value: w.duration(&hours.worked_minutes),
            more: Some(format!("/ {}", w.duration(&hours.standard_minutes))),
        });
    }
    if sum.absent_days > 0 {
        facts.push(plain("col.absent", w.f("unit.days", sum.absent_days)));
    }
    facts
}
