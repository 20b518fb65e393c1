//! Who is looking at a page, in which language, what they typed, and the answers a page gives.

use super::parts::{Chrome, Flash, Person, ShiftLooks, menu};
use super::words::Words;
use crate::accounts::Token;
use crate::app::access::may_run_desk;
use crate::app::caller::command_id;
use crate::app::{App, AppError, Caller, ChangeCost, Fault, Reason, Receipt, Visible};
use crate::http::extract::shown;
use crate::http::guard::{Visitor, clear_cookie, cookie};
use crate::http::problem::{Failed, Problem, lang_of};
use askama::Template;
use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::ids::{DeskId, StaffId};
use domain::quantities::Fen;
use domain::refusal::Lang;
use domain::who::{Actor, Role};
use domain::work_date::{DayMinute, Month, WorkDate, Zone};
use eventlog::CommandId;
use projections::{DeskRow, View, provisional_words};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The cookie that carries what an action came to over the redirect that follows it.
const FLASH_COOKIE: &str = "paiban_flash";
/// Browsers keep 4,096 bytes of a cookie, its name and attributes among them.
const FLASH_BYTES_MAX: usize = 3_900;
/// Stands for lines that were left out.
const LEFT_OUT: &str = "…";
/// A reason in somebody's words is at most so long.
pub const REASON_CHARS_MAX: usize = 500;

/// Somebody signed in who looks at a page.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who.
    pub actor: Actor,
    /// Their session.
    pub session: Token,
    /// Words of their language.
    pub w: Words,
    /// What the last action came to.
    flash: Option<Flash>,
    /// This page's own address.
    path: String,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let path = parts
            .uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string);
        let w = Words::new(lang_of(&parts.headers));
        let Some(Visitor::Person { actor, session }) = parts.extensions.get().cloned() else {
            // A form cannot be sent again after the login, so it goes to the start.
            let next = if parts.method == Method::GET {
                &path
            } else {
                "/"
            };
            return Err(Redirect::to(&format!("/login?next={}", encoded(next))).into_response());
        };
        shown(app, parts, w.lang).await?;
        let flash = cookie(&parts.headers, FLASH_COOKIE)
            .and_then(decoded)
            .and_then(|text| serde_json::from_str(&text).ok());
        Ok(Self {
            actor,
            session,
            w,
            flash,
            path,
        })
    }
}

/// What a page is asked for. Whatever cannot be read is as if it were not there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Which desk.
    pub desk: Option<String>,
    /// Which month.
    pub month: Option<String>,
    /// Which day.
    pub date: Option<String>,
    /// Whose.
    pub staff: Option<String>,
    /// Which penalty or reward.
    pub sanction: Option<String>,
    /// Which moment.
    pub at: Option<String>,
    /// `all`: every shortfall.
    pub shortfalls: Option<String>,
    /// Which segment of a shift.
    pub segment: Option<String>,
    /// Which side of it.
    pub side: Option<String>,
    /// Which kind of worker.
    pub category: Option<String>,
    /// Contract minutes a week of one post.
    pub week_minutes: Option<String>,
    /// Where to go afterwards.
    pub next: Option<String>,
    /// Where to go back to.
    pub back: Option<String>,
}

impl Query {
    /// The month asked for.
    pub fn month(&self) -> Option<Month> {
        self.month.as_deref()?.parse().ok()
    }
    /// The day asked for.
    pub fn date(&self) -> Option<WorkDate> {
        self.date.as_deref()?.parse().ok()
    }
}

impl Visit {
    /// An error as this reader gets it.
    pub fn failed(&self, error: impl Into<AppError>) -> Failed {
        Failed {
            error: error.into(),
            lang: self.w.lang,
        }
    }

    /// Lets only people with one of these roles pass.
    pub fn needs(&self, roles: &[Role]) -> Result<(), Failed> {
        if roles.iter().any(|&role| self.actor.is(role)) {
            Ok(())
        } else {
            Err(self.failed(AppError::Forbidden))
        }
    }

    /// The frame of a page at menu address `here`, with the shift colours of `desk`.
    pub async fn chrome(
        &self,
        app: &App,
        here: &'static str,
        desk: Option<&DeskId>,
    ) -> Result<Chrome, Failed> {
        let (actor, lang) = (self.actor.clone(), self.w.lang);
        let (name, counts, hidden) = app
            .read(move |view| {
                Ok((
                    view.name(&actor.staff)?,
                    waiting(view, &actor)?,
                    pointless(&desks_of(view, &actor)?, view.desks()?.len()),
                ))
            })
            .await
            .map_err(|error| Failed { error, lang })?;
        Ok(Chrome {
            staff: self.actor.staff.to_string(),
            name,
            csrf: self.session.csrf(),
            menu: menu(&self.actor, here, &counts, &hidden),
            flash: self.flash.clone(),
            provisional: None,
            path: self.path.clone(),
            shift_colours: desk.map(ToString::to_string),
        })
    }

    /// The frame of a page about the days from `first` to `last`: it says so when they rest on a holiday arrangement
    /// that is not announced yet.
    pub async fn chrome_of(
        &self,
        app: &App,
        here: &'static str,
        desk: Option<&DeskId>,
        (first, last): (WorkDate, WorkDate),
    ) -> Result<Chrome, Failed> {
        let mut chrome = self.chrome(app, here, desk).await?;
        let years = app
            .read(move |view| view.provisional_years(first, last))
            .await
            .map_err(|error| self.failed(error))?;
        chrome.provisional = provisional_words(&years, self.w.lang);
        Ok(chrome)
    }

    /// A page, well.
    pub fn page(&self, page: &impl Template) -> Result<Response, Failed> {
        self.page_with(StatusCode::OK, page)
    }

    /// A page with a status of its own: a form that was refused.
    pub fn page_with(&self, status: StatusCode, page: &impl Template) -> Result<Response, Failed> {
        let html = page.render().map_err(|source| {
            self.failed(AppError::Internal {
                what: "a page could not be rendered".to_owned(),
                source: Some(Box::new(source)),
            })
        })?;
        let mut response = (status, Html(html)).into_response();
        if self.flash.is_some() {
            response
                .headers_mut()
                .append(header::SET_COOKIE, clear_cookie(FLASH_COOKIE));
        }
        Ok(response)
    }

    /// The desks this person may look at, their own first.
    pub async fn desks(&self, app: &App) -> Result<Vec<DeskRow>, Failed> {
        let actor = self.actor.clone();
        app.read(move |view| desks_of(view, &actor))
            .await
            .map_err(|error| self.failed(error))
    }

    /// The desk asked for, or the first one; only those the person runs, or stands above.
    pub async fn desk_run(&self, app: &App, asked: Option<&str>) -> Result<DeskAsked, Failed> {
        let mut all = self.desks(app).await?;
        all.retain(|row| may_run_desk(&self.actor, &row.desk).is_ok());
        self.pick(all, asked)
    }

    /// The desk asked for, or the first one; their own too.
    pub async fn desk_seen(&self, app: &App, asked: Option<&str>) -> Result<DeskAsked, Failed> {
        let all = self.desks(app).await?;
        self.pick(all, asked)
    }

    fn pick(&self, all: Vec<DeskRow>, asked: Option<&str>) -> Result<DeskAsked, Failed> {
        let row = match asked {
            Some(asked) => all.iter().find(|row| row.desk.as_str() == asked),
            None => all.first(),
        };
        let row = row
            .cloned()
            .ok_or_else(|| self.failed(AppError::NotFound("desk")))?;
        let looks = ShiftLooks::of(
            row.templates.iter().flat_map(|adopted| &adopted.templates),
            self.w,
        );
        let choices = all
            .into_iter()
            .map(|row| super::parts::DeskChoice {
                desk: row.desk,
                name: row.name,
            })
            .collect();
        Ok(DeskAsked {
            row,
            looks,
            choices,
        })
    }

    /// The person's own desk.
    pub async fn own_desk(&self, app: &App) -> Result<DeskAsked, Failed> {
        let staff = self.actor.staff.clone();
        let own = app
            .read(move |view| {
                let person = view.staff_one(&staff)?;
                person.map_or(Ok(None), |person| view.desk(&person.desk))
            })
            .await
            .map_err(|error| self.failed(error))?;
        self.pick(own.into_iter().collect(), None)
    }
}

/// The desks somebody may look at, their own first.
fn desks_of(view: &View<'_>, actor: &Actor) -> projections::Result<Vec<DeskRow>> {
    let own = view.staff_one(&actor.staff)?.map(|person| person.desk);
    let visible = Visible::to(actor);
    let mut desks = view.desks()?;
    desks.retain(|row| match &visible {
        Visible::All => true,
        Visible::Desks(led) => led.contains(&row.desk) || own.as_ref() == Some(&row.desk),
        Visible::Own => own.as_ref() == Some(&row.desk),
    });
    desks.sort_by_key(|row| (own.as_ref() != Some(&row.desk), row.desk.clone()));
    Ok(desks)
}

/// Pages of the menu that these desks have no use for: lanes where there are none, loans where there is no other desk.
fn pointless(desks: &[DeskRow], desks_in_all: usize) -> Vec<&'static str> {
    let lanes = desks.iter().all(|desk| desk.lanes.is_empty());
    let loans = desks_in_all < 2;
    let pages = [(lanes, "/lanes"), (loans, "/loans")];
    let hidden = pages.into_iter().filter(|(hide, _)| *hide);
    hidden.map(|(_, page)| page).collect()
}

/// A desk that a page is about.
pub struct DeskAsked {
    /// The desk.
    pub row: DeskRow,
    /// How its shifts look.
    pub looks: ShiftLooks,
    /// The desks to choose from.
    pub choices: Vec<super::parts::DeskChoice>,
}

impl DeskAsked {
    /// The site's date at `now`.
    pub fn today(&self, now: DateTime<Utc>) -> WorkDate {
        self.row.zone.date(now)
    }
}

/// How many things wait for somebody, by menu address.
fn waiting(view: &View<'_>, actor: &Actor) -> projections::Result<Vec<(&'static str, usize)>> {
    let mut counts = Vec::new();
    let answers = view.swaps_to_answer(&actor.staff)?.len();
    counts.push(("/my/requests", answers));
    let approves = actor.is(Role::Lead) || actor.is(Role::GmOffice);
    let mut approvals = 0;
    let mut filing = 0;
    let mut notices = 0;
    let mut to_sign = 0;
    for row in view.desks()? {
        if approves && may_decide(actor, &row.desk) {
            let own = |staff: &StaffId| *staff == actor.staff;
            let corrections = view.corrections_pending(&row.desk)?;
            let leaves = view.leaves_pending(&row.desk)?;
            let swaps = view.swaps_pending(&row.desk)?;
            approvals += corrections.iter().filter(|row| !own(&row.staff)).count();
            approvals += leaves.iter().filter(|row| !own(&row.staff)).count();
            let overtime = view.overtime_pending(&row.desk)?;
            approvals += overtime.iter().filter(|row| !own(&row.staff)).count();
            approvals += swaps
                .iter()
                .filter(|row| !own(&row.from) && !own(&row.with))
                .count();
        }
        if actor.is(Role::Hr) {
            filing += view.corrections_to_file(&row.desk)?.len();
            let unnoted = view.notices(&row.desk)?;
            notices += unnoted.iter().filter(|row| row.noted.is_none()).count();
        }
        let unsigned = view.minutes_unsigned(&row.desk)?;
        let mine = |row: &&projections::MeetingRow| row.unsigned.contains(&actor.staff);
        to_sign += unsigned.iter().filter(mine).count();
    }
    counts.push(("/approvals", approvals));
    counts.push(("/filing", filing));
    counts.push(("/notices", notices));
    counts.push(("/my/meetings", to_sign));
    if !actor.is(Role::Staff) {
        counts.push(("/meetings", to_sign));
    }
    Ok(counts)
}

/// Whether somebody decides requests of a desk: its lead, or the GM office.
pub fn may_decide(actor: &Actor, desk: &DeskId) -> bool {
    actor.is(Role::GmOffice) || actor.acting_as(&[Role::Lead], desk).is_some()
}

/// The people of a desk on a day who can be rostered.
pub fn people_on(
    view: &View<'_>,
    desk: &DeskId,
    date: WorkDate,
) -> projections::Result<Vec<Person>> {
    let people = view.staff_list(Some(desk))?;
    Ok(people
        .into_iter()
        .filter(|person| person.is_employed_on(date) && person.is_rosterable())
        .map(|person| Person {
            staff: person.staff,
            name: person.name,
        })
        .collect())
}

/// A form as somebody signed in sent it.
pub struct Posted {
    /// Who.
    pub visit: Visit,
    fields: BTreeMap<String, String>,
    command: CommandId,
}

impl FromRequest<App> for Posted {
    type Rejection = Response;
    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, app).await?;
        let target = format!("{} {}", parts.method, parts.uri.path());
        let Form(fields) =
            Form::<BTreeMap<String, String>>::from_request(Request::from_parts(parts, body), app)
                .await
                .map_err(|rejection| {
                    let words = rejection.body_text();
                    let fault = Fault::of("form", format!("表单有误:{words}"), words);
                    Problem::invalid(visit.w.lang, &[fault]).into_response()
                })?;
        // The form names its command, so sending it twice takes effect once.
        let key = fields.get("command").map_or("", String::as_str);
        let command = if key.is_empty() {
            CommandId::fresh()
        } else {
            command_id(
                &visit.actor.staff,
                &target,
                key,
                format!("{fields:?}").as_bytes(),
            )
        };
        Ok(Self {
            visit,
            fields,
            command,
        })
    }
}

impl Posted {
    /// The command this form is.
    pub fn caller(&self) -> Caller {
        Caller::with_command(self.visit.actor.clone(), self.command)
    }

    /// What was typed into a field, without space around it; nothing when it was not there.
    pub fn text(&self, field: &str) -> String {
        self.fields
            .get(field)
            .map_or_else(String::new, |text| text.trim().to_owned())
    }

    /// The boxes that were ticked, of those whose names begin so: what comes after it.
    pub fn ticked(&self, prefix: &str) -> impl Iterator<Item = &str> {
        self.fields
            .keys()
            .filter_map(move |name| name.strip_prefix(prefix))
    }

    /// What was typed into a field, exactly.
    pub fn raw(&self, field: &str) -> String {
        self.fields.get(field).cloned().unwrap_or_default()
    }

    /// What was chosen, if anything.
    pub fn chosen(&self, field: &str) -> Option<String> {
        Some(self.text(field)).filter(|text| !text.is_empty())
    }

    /// Somebody's words, which must be there and not too long. `label` is the key of the field's name.
    pub fn words(&self, field: &str, label: &str) -> Result<String, AppError> {
        let text = self.text(field);
        if text.is_empty() || text.chars().count() > REASON_CHARS_MAX {
            return Err(fault(field, "fault.missing", |w| w.t(label).to_owned()));
        }
        Ok(text)
    }

    /// Why something is refused, waived or disputed.
    pub fn reason(&self) -> Result<Reason, AppError> {
        let reason = self.words("reason", "reason")?;
        Ok(Reason { reason })
    }

    /// A field read as something: a date, a month, a time, an id.
    pub fn parsed<T: std::str::FromStr>(&self, field: &str, key: &str) -> Result<T, AppError> {
        let text = self.text(field);
        text.parse()
            .map_err(|_| fault(field, key, |_| text.clone()))
    }

    /// A day.
    pub fn date(&self, field: &str) -> Result<WorkDate, AppError> {
        self.parsed(field, "fault.date")
    }

    /// A time of day.
    pub fn time(&self, field: &str) -> Result<DayMinute, AppError> {
        self.parsed(field, "fault.time")
    }

    /// A moment by the site's clocks.
    pub fn moment(&self, field: &str, zone: Zone) -> Result<DateTime<Utc>, AppError> {
        let text = self.text(field);
        let civil =
            civil_moment(&text).ok_or_else(|| fault(field, "fault.time", |_| text.clone()))?;
        Ok(instant(zone, civil))
    }

    /// An amount in yuan with at most two decimals, exactly.
    pub fn amount(&self, field: &str) -> Result<Fen, AppError> {
        let text = self.text(field);
        yuan(&text).ok_or_else(|| fault(field, "fault.amount", |_| text.clone()))
    }

    /// A desk.
    pub fn desk(&self) -> DeskId {
        DeskId::new(self.text("desk"))
    }

    /// Waits until the read models show it, then sends the browser to `to` with a word on what came of it.
    pub async fn done<T>(
        &self,
        app: &App,
        receipt: &Receipt<T>,
        to: &str,
        key: &str,
    ) -> Result<Response, Failed> {
        self.done_with(app, receipt, to, &Flash::good(self.visit.w.t(key)))
            .await
    }

    async fn done_with<T>(
        &self,
        app: &App,
        receipt: &Receipt<T>,
        to: &str,
        flash: &Flash,
    ) -> Result<Response, Failed> {
        app.wait(receipt)
            .await
            .map_err(|error| self.visit.failed(error))?;
        Ok(sent_on(to, flash))
    }

    /// What came of an action that has no form of its own to show again: the browser goes to `to` either way, and a
    /// refusal is told there. A failure of ours is an error page.
    pub async fn outcome<T>(
        &self,
        app: &App,
        result: Result<Receipt<T>, AppError>,
        to: &str,
        key: &str,
    ) -> Result<Response, Failed> {
        match result {
            Ok(receipt) => self.done(app, &receipt, to, key).await,
            Err(error) => match refusal(&error, self.visit.w.lang) {
                Some((_, flash)) => Ok(sent_on(to, &flash)),
                None => Err(self.visit.failed(error)),
            },
        }
    }

    /// The same for a change of a roster by hand: what it costs is told as well.
    pub async fn costed(
        &self,
        app: &App,
        result: Result<Receipt<ChangeCost>, AppError>,
        to: &str,
        key: &str,
    ) -> Result<Response, Failed> {
        let receipt = match result {
            Ok(receipt) => receipt,
            Err(error) => return self.outcome::<()>(app, Err(error), to, key).await,
        };
        let flash = Flash {
            more: receipt.value.lines(self.visit.w.lang).to_vec(),
            ..Flash::good(self.visit.w.t(key))
        };
        self.done_with(app, &receipt, to, &flash).await
    }

    /// What to say above a form that was refused, and with which status; a failure of ours is an error page.
    pub fn refused(&self, error: AppError) -> Result<(StatusCode, Flash), Failed> {
        refusal(&error, self.visit.w.lang).ok_or_else(|| self.visit.failed(error))
    }
}

/// A refusal in words; none for a failure of ours, or for something the person may not know of.
fn refusal(error: &AppError, lang: Lang) -> Option<(StatusCode, Flash)> {
    let problem = Problem::of(error, lang);
    let hidden = matches!(error, AppError::Forbidden | AppError::NotFound(_));
    if hidden || problem.status >= 500 && !matches!(error, AppError::Contended) {
        return None;
    }
    let details: Vec<String> = problem
        .errors
        .into_iter()
        .map(|detail| detail.message)
        .collect();
    let flash = match details.as_slice() {
        // One fault says it all.
        [only] => Flash::bad(only.clone()),
        _ => Flash {
            more: details,
            ..Flash::bad(problem.detail)
        },
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
    Some((
        status,
        Flash {
            rule: problem.rule,
            ..flash
        },
    ))
}

/// A fault of a field, in both languages.
pub fn fault(field: &str, key: &str, about: impl Fn(&Words) -> String) -> AppError {
    let (zh, en) = (Words::new(Lang::Zh), Words::new(Lang::En));
    AppError::fault(Fault::of(
        field,
        zh.f(key, about(&zh)),
        en.f(key, about(&en)),
    ))
}

/// Sends the browser on, with a word about what came of its form.
pub fn sent_on(to: &str, flash: &Flash) -> Response {
    let mut response = Redirect::to(to).into_response();
    if let Some(text) = cookie_text(flash)
        && let Ok(value) = HeaderValue::from_str(&format!(
            "{FLASH_COOKIE}={text}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60"
        ))
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// A browser drops a cookie that is too long, so the last lines are left out of one.
fn cookie_text(flash: &Flash) -> Option<String> {
    let text_of = |flash: &Flash| Some(encoded(&serde_json::to_string(flash).ok()?));
    let fits = |text: &String| text.len() <= FLASH_BYTES_MAX;
    let whole = text_of(flash)?;
    if fits(&whole) {
        return Some(whole);
    }
    let texts = (0..flash.more.len()).rev().map(|kept| {
        let lines = flash.more.iter().take(kept).cloned();
        text_of(&Flash {
            more: lines.chain([LEFT_OUT.to_owned()]).collect(),
            ..flash.clone()
        })
    });
    texts.flatten().find(fits).or(Some(whole))
}

/// A path of ours, or the start: nobody is sent elsewhere.
pub fn local(path: &str) -> &str {
    let ours =
        path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']);
    if ours { path } else { "/" }
}

/// Percent-encoded, so that it fits a cookie or a query.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first != b'%' {
            bytes.push(first);
            rest = tail;
            continue;
        }
        let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(hex, 16).ok()?);
        rest = tail.get(2..)?;
    }
    String::from_utf8(bytes).ok()
}

/// What `datetime-local` sends: `2026-12-08T09:30`, seconds allowed.
pub fn civil_moment(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

/// The instant at which the site's clocks show `civil`, to the minute.
pub fn instant(zone: Zone, civil: NaiveDateTime) -> DateTime<Utc> {
    let minutes = (civil - civil.date().and_time(chrono::NaiveTime::MIN)).num_minutes();
    zone.instant(
        WorkDate(civil.date()),
        DayMinute(i32::try_from(minutes).unwrap_or(0)),
    )
}

/// Yuan with at most two decimals, as fen.
fn yuan(text: &str) -> Option<Fen> {
    let text = text.trim_start_matches('¥');
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let fen: i64 = format!("{part:0<2}").parse().ok()?;
    Some(Fen(whole.parse::<i64>().ok()? * 100 + fen))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (text, fen) in [
            ("10", Some(1000)),
            ("¥10.5", Some(1050)),
            ("0.05", Some(5)),
            ("10.005", None),
            ("-1", None),
            ("1e3", None),
            ("", None),
            (".5", None),
        ] {
            assert_eq!(yuan(text).map(|fen| fen.0), fen, "{text}");
        }
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        for (path, to) in [
            ("/punch", "/punch"),
            ("/days/1001/2026-12-08?x=1", "/days/1001/2026-12-08?x=1"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("", "/"),
        ] {
            assert_eq!(local(path), to, "{path}");
        }
    }

    #[test]
    fn what_is_encoded_is_read_back() {
        for text in ["", "补卡 5%\"; Path=/", "plain"] {
            assert_eq!(decoded(&encoded(text)).unwrap(), text);
        }
        assert_eq!(decoded("%4"), None);
        assert_eq!(decoded("%zz"), None);
    }
}
