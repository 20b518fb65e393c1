//! What staff wish of a month's roster (排班意愿): their own form, and the lead's list with what was granted.

use super::parts::{Choice, Chrome, DeskChoice, ShiftLooks};
use super::visit::{Posted, Query, Visit, fault};
use super::words::Words;
use crate::app::{App, AppError, StateWishes, WishRow};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::event::{RosterWish, WishStrength, Wished};
use domain::ids::{DeskId, ShiftCode};
use domain::who::Role;
use domain::work_date::Month;

/// How much a wish may matter, as forms say it.
const STRENGTHS: [(&str, WishStrength); 3] = [
    ("low", WishStrength::Low),
    ("normal", WishStrength::Normal),
    ("high", WishStrength::High),
];

/// One's own wishes for a month.
#[derive(Template)]
#[template(path = "my_wishes.html")]
pub struct MyWishesPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which month.
    pub month: Month,
    /// Whether they can be changed still.
    pub open: bool,
    /// At most so many; none: the desk takes no wishes.
    pub month_max: Option<u16>,
    /// What is wished, in words, and whether it was granted.
    pub told: Vec<ToldWish>,
    /// Rows of the form, as many as there may be wishes.
    pub rows: Vec<WishInput>,
    /// What may be wished.
    pub choices: Vec<Choice>,
    /// How much it may matter.
    pub strengths: Vec<Choice>,
}

/// Everybody's wishes for a month.
#[derive(Template)]
#[template(path = "wishes.html")]
pub struct WishesPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Its name.
    pub desk_name: String,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Kept when another desk is chosen.
    pub month_kept: Option<Month>,
    /// Which month.
    pub month: Month,
    /// By date.
    pub wishes: Vec<ToldWish>,
    /// Whether the reader may ask why a wish was not granted.
    pub leads: bool,
}

/// A wish in words.
pub struct ToldWish {
    /// The wish.
    pub row: WishRow,
    /// What.
    pub what: String,
    /// How much it matters.
    pub strength: String,
    /// What `why not` is asked with: a shift's code, `off` or nothing; none: there is no such question.
    pub question: Option<String>,
}

/// A row of the form.
#[derive(Default)]
pub struct WishInput {
    /// Which day.
    pub date: String,
    /// What, as the form says it.
    pub wished: String,
    /// How much, as the form says it.
    pub strength: String,
}

/// `off`, `work`, `shift A`, `not B`: as the form says it.
fn value_of(wished: &Wished) -> String {
    match wished {
        Wished::Off => "off".to_owned(),
        Wished::Work => "work".to_owned(),
        Wished::Shift(code) => format!("shift {code}"),
        Wished::NotShift(code) => format!("not {code}"),
    }
}

fn read(value: &str) -> Option<Wished> {
    match value.split_once(' ') {
        None if value == "off" => Some(Wished::Off),
        None if value == "work" => Some(Wished::Work),
        Some(("shift", code)) => Some(Wished::Shift(ShiftCode::new(code))),
        Some(("not", code)) => Some(Wished::NotShift(ShiftCode::new(code))),
        _ => None,
    }
}

fn words_of(wished: &Wished, looks: &ShiftLooks, w: Words) -> String {
    match wished {
        Wished::Off => w.t("wish.off").to_owned(),
        Wished::Work => w.t("wish.work").to_owned(),
        Wished::Shift(code) => w.f("wish.shift", looks.words(code)),
        Wished::NotShift(code) => w.f("wish.not_shift", looks.words(code)),
    }
}

fn strength_value(strength: WishStrength) -> &'static str {
    let known = STRENGTHS.iter().find(|(_, known)| *known == strength);
    known.map_or("normal", |(value, _)| value)
}

fn strength_words(strength: WishStrength, w: Words) -> String {
    let key = match strength {
        WishStrength::Low => "wish.low",
        WishStrength::Normal => "wish.normal",
        WishStrength::High => "wish.high",
    };
    w.t(key).to_owned()
}

fn told(row: WishRow, looks: &ShiftLooks, w: Words) -> ToldWish {
    ToldWish {
        what: words_of(&row.wished, looks, w),
        strength: strength_words(row.strength, w),
        question: match &row.wished {
            Wished::Off => Some("off".to_owned()),
            Wished::Work => Some(String::new()),
            Wished::Shift(code) => Some(code.to_string()),
            Wished::NotShift(_) => None,
        },
        row,
    }
}

/// `GET /my/wishes`: next month's, unless another is asked for.
pub async fn show_own(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Staff])?;
    let desk = visit.own_desk(&app).await?;
    let (w, today) = (visit.w, desk.today(app.now()));
    let month = query.month().unwrap_or_else(|| today.month().next());
    let failed = |error: AppError| visit.failed(error);
    let own = app.own_wishes(&visit.actor, month).await.map_err(failed)?;
    let codes = app
        .shift_codes(&desk.row.desk, month)
        .await
        .map_err(failed)?;
    let any = [Wished::Off, Wished::Work].into_iter();
    let shifts = codes.iter().cloned().map(Wished::Shift);
    let others = codes.iter().cloned().map(Wished::NotShift);
    let choice = |wished: Wished| Choice {
        value: value_of(&wished),
        label: words_of(&wished, &desk.looks, w),
        ..Choice::default()
    };
    let mut rows: Vec<WishInput> = own
        .wishes
        .iter()
        .map(|row| WishInput {
            date: row.date.to_string(),
            wished: value_of(&row.wished),
            strength: strength_value(row.strength).to_owned(),
        })
        .collect();
    let room = usize::from(own.month_max.unwrap_or_default()).max(rows.len());
    rows.resize_with(room, || WishInput {
        strength: strength_value(WishStrength::default()).to_owned(),
        ..WishInput::default()
    });
    let page = MyWishesPage {
        w,
        chrome: visit
            .chrome(&app, "/my/requests", Some(&desk.row.desk))
            .await?,
        month,
        open: own.open,
        month_max: own.month_max,
        told: own
            .wishes
            .into_iter()
            .map(|row| told(row, &desk.looks, w))
            .collect(),
        rows,
        choices: any.chain(shifts).chain(others).map(choice).collect(),
        strengths: STRENGTHS
            .iter()
            .map(|(value, strength)| Choice {
                value: (*value).to_owned(),
                label: strength_words(*strength, w),
                ..Choice::default()
            })
            .collect(),
    };
    visit.page(&page)
}

fn input(posted: &Posted) -> Result<StateWishes, AppError> {
    let mut wishes = Vec::new();
    // No month has more days, so no form has more rows that say something.
    for n in 0..31 {
        let (date, wished) = (format!("date-{n}"), format!("wished-{n}"));
        if posted.chosen(&date).is_none() {
            continue;
        }
        let what = read(&posted.text(&wished))
            .ok_or_else(|| fault(&wished, "fault.missing", |w| w.t("wish.what").to_owned()))?;
        let strength = posted.text(&format!("strength-{n}"));
        let strength = STRENGTHS.iter().find(|(value, _)| *value == strength);
        wishes.push(RosterWish {
            date: posted.date(&date)?,
            wished: what,
            strength: strength.map_or_else(WishStrength::default, |(_, strength)| *strength),
        });
    }
    Ok(StateWishes { wishes })
}

/// `POST /my/wishes`: all rows; an empty row says nothing.
pub async fn state(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let month: Month = posted
        .parsed("month", "fault.date")
        .map_err(|error| posted.visit.failed(error))?;
    let result = match input(&posted) {
        Ok(input) => app.state_wishes(&posted.caller(), month, input).await,
        Err(error) => Err(error),
    };
    let to = format!("/my/wishes?month={month}");
    posted.outcome(&app, result, &to, "wish.stated.done").await
}

/// `GET /wishes`: everybody's of a month.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::GmOffice])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let id = desk.row.desk.clone();
    let today = desk.today(app.now());
    let month = query.month().unwrap_or_else(|| today.month().next());
    let wishes = app
        .wishes_of(&visit.actor, &id, month)
        .await
        .map_err(|error| visit.failed(error))?;
    let page = WishesPage {
        w: visit.w,
        chrome: visit.chrome(&app, "/roster", Some(&id)).await?,
        desk_name: desk.row.name,
        desks: desk.choices,
        month_kept: Some(month),
        month,
        wishes: wishes
            .into_iter()
            .map(|row| told(row, &desk.looks, visit.w))
            .collect(),
        leads: visit.actor.acting_as(&[Role::Lead], &id).is_some(),
        desk: id,
    };
    visit.page(&page)
}
