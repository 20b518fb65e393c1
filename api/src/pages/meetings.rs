//! Meetings and briefings (S2, S3, M11, D4): the lead calls them, takes attendance and publishes minutes; everybody says
//! beforehand that they cannot come, and signs.

use super::parts::{Chrome, DeskChoice, Person};
use super::visit::{DeskAsked, Posted, Query, Visit, encoded};
use super::words::Words;
use crate::app::{
    App, AppError, MeetingText, ScheduleMeeting, SignMinutes, TakeAttendance, fit_meeting,
};
use crate::http::extract::{Asked, At};
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::event::{Expected, MeetingKind};
use domain::ids::{DeskId, MeetingId, ShiftCode, StaffId};
use domain::quantities::Minutes;
use domain::who::{Actor, Role};
use domain::work_date::Month;
use projections::{MeetingRow, View};
use std::collections::BTreeSet;

/// Meetings of a month.
#[derive(Template)]
#[template(path = "meetings.html")]
pub struct MeetingsPage {
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
    /// Whether the reader runs the desk here.
    pub runs: bool,
    /// Meetings whose minutes wait for signatures, of any month.
    pub unsigned: Vec<UnsignedMinutes>,
    /// Of the month, in order of time.
    pub meetings: Vec<MeetingCard>,
    /// People of the desk.
    pub people: Vec<Person>,
    /// Shifts a briefing can be for.
    pub shifts: Vec<ShiftCode>,
}

/// Minutes that are not signed by everybody.
pub struct UnsignedMinutes {
    /// The meeting.
    pub title: String,
    /// 姓名 of those who are to sign.
    pub names: String,
}

/// A meeting as a card.
pub struct MeetingCard {
    /// Which.
    pub meeting: MeetingId,
    /// Its name.
    pub title: String,
    /// Day and time.
    pub when: String,
    /// Who is to come.
    pub who: String,
    /// Where it stands.
    pub status: String,
    /// `good`, `warn`, `bad` or nothing.
    pub class: &'static str,
    /// Why it does not take place.
    pub cancelled: Option<String>,
    /// Statements the reader may see.
    pub statements: Vec<String>,
    /// Who was missing.
    pub absent: String,
    /// The minutes.
    pub minutes: Option<String>,
    /// Their revision.
    pub revision: u32,
    /// Who is still to sign.
    pub unsigned: String,
    /// The reader may say that they cannot come.
    pub may_state: bool,
    /// The reader is to sign.
    pub may_sign: bool,
    /// The reader may cancel it.
    pub may_cancel: bool,
    /// The reader may take attendance and write minutes.
    pub may_hold: bool,
    /// Everybody who may be ticked, and whether they are.
    pub roll: Vec<(Person, bool)>,
}

/// `GET /meetings`: of a desk one runs.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::Hr, Role::GmOffice])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    page(&app, &visit, &query, desk, true).await
}

/// `GET /my/meetings`: of one's own desk.
pub async fn show_own(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Staff])?;
    let desk = visit.own_desk(&app).await?;
    page(&app, &visit, &query, desk, false).await
}

async fn page(
    app: &App,
    visit: &Visit,
    query: &Query,
    desk: DeskAsked,
    runs: bool,
) -> Result<Response, Failed> {
    let now = app.now();
    let today = desk.today(now);
    let month = query.month().unwrap_or_else(|| today.month());
    let (w, actor, row) = (visit.w, visit.actor.clone(), desk.row.clone());
    let (unsigned, meetings, people) = app
        .read(move |view| {
            let reader = Reader {
                view,
                w,
                zone: row.zone,
                actor: &actor,
                runs,
                now,
            };
            let mut cards = Vec::new();
            for found in view.meetings(&row.desk, month.first(), month.last())? {
                cards.push(reader.card(fit_meeting(&actor, found))?);
            }
            let mut unsigned = Vec::new();
            for found in view.minutes_unsigned(&row.desk)? {
                if runs || found.unsigned.contains(&actor.staff) {
                    unsigned.push(UnsignedMinutes {
                        title: format!("{} {}", w.date(&found.date), found.title),
                        names: names(&found, found.unsigned.iter()),
                    });
                }
            }
            let people: Vec<Person> = reader.everybody(&row.desk, today)?;
            Ok((unsigned, cards, people))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let here = if runs { "/meetings" } else { "/my/meetings" };
    let adopted = desk
        .row
        .templates
        .iter()
        .rfind(|adopted| adopted.effective_from <= today);
    let shifts = adopted.map(|adopted| adopted.templates.iter().map(|t| t.code.clone()).collect());
    let page = MeetingsPage {
        w,
        chrome: visit.chrome(app, here, None).await?,
        desks: if runs { desk.choices } else { Vec::new() },
        month_kept: Some(month),
        month,
        runs,
        unsigned,
        meetings,
        people,
        shifts: shifts.unwrap_or_default(),
        desk: desk.row.desk,
    };
    visit.page(&page)
}

fn names<'a>(row: &MeetingRow, staff: impl Iterator<Item = &'a StaffId>) -> String {
    let names = staff.map(|staff| {
        let name = row.names.get(staff);
        name.map_or_else(|| staff.to_string(), Clone::clone)
    });
    names.collect::<Vec<_>>().join("、")
}

struct Reader<'a> {
    view: &'a View<'a>,
    w: Words,
    zone: domain::work_date::Zone,
    actor: &'a Actor,
    runs: bool,
    now: DateTime<Utc>,
}

impl Reader<'_> {
    fn everybody(
        &self,
        desk: &DeskId,
        date: domain::work_date::WorkDate,
    ) -> projections::Result<Vec<Person>> {
        let members = self.view.members(desk, date)?;
        let of_desk = members.into_iter().filter(|member| member.of_desk);
        of_desk
            .map(|member| {
                Ok(Person {
                    name: self.view.name(&member.staff)?,
                    staff: member.staff,
                })
            })
            .collect()
    }

    fn card(&self, row: MeetingRow) -> projections::Result<MeetingCard> {
        let w = self.w;
        let begun = self.zone.instant(row.date, row.start) <= self.now;
        let stands = row.cancelled.is_none();
        let expected = self.view.meeting_expected(&row)?;
        let me = &self.actor.staff;
        let (status, class) = match (&row.cancelled, &row.attendance) {
            (Some(_), _) => (w.t("meeting.cancelled").to_owned(), ""),
            (None, Some(taken)) => (
                w.f2("meeting.taken", taken.present.len(), taken.absent.len()),
                if taken.absent.is_empty() {
                    "good"
                } else {
                    "warn"
                },
            ),
            (None, None) if begun => (w.t("meeting.not_taken").to_owned(), "warn"),
            (None, None) => (w.t("meeting.to_come").to_owned(), "soft"),
        };
        let may_hold = self.runs && stands && begun;
        let roll = if may_hold {
            self.roll(&row, &expected)?
        } else {
            Vec::new()
        };
        let absent = row.attendance.iter().flat_map(|taken| &taken.absent);
        let statements = row
            .statements
            .iter()
            .map(|filed| {
                let at = w.at(&self.zone, &filed.at);
                w.f3("meeting.statement_by", &filed.name, at, &filed.text)
            })
            .collect();
        Ok(MeetingCard {
            meeting: row.meeting,
            when: format!("{} {}–{}", w.date(&row.date), row.start, row.end()),
            who: match &row.expected {
                Expected::Everybody => w.t("meeting.everybody").to_owned(),
                Expected::Shift { shift } => w.f("meeting.of_shift", shift),
                Expected::People { .. } => w.f("meeting.people", expected.len()),
            },
            status,
            class,
            cancelled: row.cancelled.clone(),
            statements,
            absent: names(&row, absent),
            minutes: row.minutes.as_ref().map(|minutes| minutes.text.clone()),
            revision: row.minutes.as_ref().map_or(0, |minutes| minutes.revision),
            unsigned: names(&row, row.unsigned.iter()),
            may_state: stands && !begun && expected.contains(me),
            may_sign: stands && row.unsigned.contains(me),
            may_cancel: self.runs && stands && !begun,
            may_hold,
            roll,
            title: row.title,
        })
    }

    /// Those expected, those who came all the same; ticked is who was there, or before attendance nobody.
    fn roll(
        &self,
        row: &MeetingRow,
        expected: &BTreeSet<StaffId>,
    ) -> projections::Result<Vec<(Person, bool)>> {
        let mut listed = expected.clone();
        listed.extend(
            row.attendance
                .iter()
                .flat_map(|t| t.present.iter().cloned()),
        );
        listed
            .into_iter()
            .map(|staff| {
                let there = row.attendance.as_ref();
                let there = there.is_some_and(|taken| taken.present.contains(&staff));
                let name = self.view.name(&staff)?;
                Ok((Person { staff, name }, there))
            })
            .collect()
    }
}

fn address(posted: &Posted) -> String {
    let month = posted.text("month");
    if posted.text("own") == "yes" {
        return format!("/my/meetings?month={}", encoded(&month));
    }
    format!(
        "/meetings?desk={}&month={}",
        encoded(posted.desk().as_str()),
        encoded(&month)
    )
}

/// `POST /meetings`.
pub async fn call(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let desk = posted.desk();
    let read = || {
        let shift = posted.chosen("shift");
        Ok(ScheduleMeeting {
            kind: match posted.text("kind").as_str() {
                "briefing" => MeetingKind::Briefing,
                _ => MeetingKind::Meeting,
            },
            title: posted.words("title", "meeting.title")?,
            date: posted.date("date")?,
            start: posted.time("start")?,
            length_minutes: Minutes(posted.parsed("length", "fault.number")?),
            expected: shift.map_or(Expected::Everybody, |shift| Expected::Shift {
                shift: ShiftCode::new(shift),
            }),
        })
    };
    let result = match read() {
        Ok(input) => app.schedule_meeting(&posted.caller(), &desk, input).await,
        Err(error) => Err(error),
    };
    // It is listed in the month it lies in.
    let month = posted.date("date").map(|date| date.month());
    let to = match month {
        Ok(month) => format!("/meetings?desk={}&month={month}", encoded(desk.as_str())),
        Err(_) => address(&posted),
    };
    posted
        .outcome(&app, result, &to, "meeting.called.done")
        .await
}

/// `POST /meetings/{id}/cancellation`, `/statement`, `/attendance`, `/minutes` or `/signature`.
pub async fn act(
    State(app): State<App>,
    At((id, act)): At<(uuid::Uuid, String)>,
    posted: Posted,
) -> Result<Response, Failed> {
    let (caller, id) = (posted.caller(), MeetingId(id));
    let text = || {
        Ok::<_, AppError>(MeetingText {
            text: posted.text("text"),
        })
    };
    let (result, key) = match act.as_str() {
        "cancellation" => (
            match posted.reason() {
                Ok(input) => app.cancel_meeting(&caller, id, input).await,
                Err(error) => Err(error),
            },
            "meeting.cancelled.done",
        ),
        "statement" => (
            match text() {
                Ok(input) => app.file_statement(&caller, id, input).await,
                Err(error) => Err(error),
            },
            "meeting.stated.done",
        ),
        "attendance" => {
            let present = posted.ticked("at-").map(StaffId::new).collect();
            let input = TakeAttendance { present };
            (
                app.take_attendance(&caller, id, input).await,
                "meeting.taken.done",
            )
        }
        "minutes" => (
            match text() {
                Ok(input) => app.publish_minutes(&caller, id, input).await,
                Err(error) => Err(error),
            },
            "meeting.published.done",
        ),
        "signature" => (
            match posted.parsed("revision", "fault.number") {
                Ok(revision) => {
                    app.sign_minutes(&caller, id, SignMinutes { revision })
                        .await
                }
                Err(error) => Err(error),
            },
            "meeting.signed.done",
        ),
        _ => return Err(posted.visit.failed(AppError::NotFound("action"))),
    };
    let to = address(&posted);
    posted.outcome(&app, result, &to, key).await
}
