//! Who works with whom, who does not, and who rotates how. One form, all of it.

use super::parts::{Choice, Chrome, DeskChoice};
use super::visit::{Posted, Query, Visit, encoded, fault};
use super::words::Words;
use crate::app::{App, AppError, DeskTeam, SetTeam, TEAM_ROWS_MAX};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::event::{Apart, Mentoring, Rotation};
use domain::ids::{DeskId, StaffId};
use domain::quantities::Minutes;
use domain::who::Role;
use domain::work_date::{Month, WorkDate};

/// Empty rows offered after those that are filled.
const ROWS_FREE: usize = 2;
/// Mentors offered for one trainee at the least.
const MENTORS_MIN: usize = 3;
/// A day off in a rotation as typed.
const OFF: &str = "-";

/// Who works with whom.
#[derive(Template)]
#[template(path = "team.html")]
pub struct TeamPage {
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
    /// Not used here.
    pub month_kept: Option<Month>,
    /// People of the desk.
    pub people: Vec<Choice>,
    /// Rows of who learns.
    pub mentors: Vec<MentorRow>,
    /// Rows of who is kept apart.
    pub apart: Vec<ApartRow>,
    /// Rows of who rotates.
    pub rotations: Vec<RotationRow>,
    /// What a rotation may name, in a line.
    pub names: String,
}

/// Somebody who learns.
#[derive(Default)]
pub struct MentorRow {
    /// Who.
    pub trainee: String,
    /// Their mentors, empty where none is chosen.
    pub mentors: Vec<String>,
    /// Minutes they may be alone.
    pub alone_minutes: String,
}

/// Two people kept apart.
#[derive(Default)]
pub struct ApartRow {
    /// One.
    pub first: String,
    /// The other.
    pub second: String,
    /// A rule rather than a wish.
    pub hard: bool,
}

/// Somebody who rotates.
#[derive(Default)]
pub struct RotationRow {
    /// Who.
    pub staff: String,
    /// From when.
    pub from: String,
    /// The cycle as typed: `A A B B - -`.
    pub cycle: String,
}

fn padded<T>(rows: impl Iterator<Item = T>, empty: impl Fn() -> T) -> Vec<T> {
    let mut rows: Vec<T> = rows.collect();
    rows.resize_with(rows.len() + ROWS_FREE, empty);
    rows
}

/// Who is named, and room for more.
fn mentors_offered(named: &[StaffId]) -> Vec<String> {
    let mut offered: Vec<String> = named.iter().map(ToString::to_string).collect();
    offered.resize_with(MENTORS_MIN.max(named.len() + 1), String::new);
    offered
}

impl TeamPage {
    fn mentor_rows(team: &DeskTeam) -> Vec<MentorRow> {
        let rows = team.mentors.iter().map(|row| MentorRow {
            trainee: row.trainee.to_string(),
            mentors: mentors_offered(&row.mentors),
            alone_minutes: row.alone_minutes_max.0.to_string(),
        });
        padded(rows, || MentorRow {
            mentors: mentors_offered(&[]),
            ..MentorRow::default()
        })
    }

    fn apart_rows(team: &DeskTeam) -> Vec<ApartRow> {
        let rows = team.apart.iter().map(|pair| ApartRow {
            first: pair.first.to_string(),
            second: pair.second.to_string(),
            hard: pair.hard,
        });
        padded(rows, ApartRow::default)
    }

    fn rotation_rows(team: &DeskTeam) -> Vec<RotationRow> {
        let rows = team.rotations.iter().map(|rotation| {
            let day = |name: &Option<String>| name.clone().unwrap_or_else(|| OFF.to_owned());
            let cycle: Vec<String> = rotation.cycle.iter().map(day).collect();
            RotationRow {
                staff: rotation.staff.to_string(),
                from: rotation.from.to_string(),
                cycle: cycle.join(" "),
            }
        });
        padded(rows, RotationRow::default)
    }
}

/// `GET /team`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::Hr])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let id = desk.row.desk.clone();
    let failed = |error: AppError| visit.failed(error);
    let team = app.team(&visit.actor, &id).await.map_err(failed)?;
    let names = app.rotation_names(&id).await.map_err(failed)?;
    let today = desk.today(app.now());
    let of = id.clone();
    let people = app
        .read(move |view| view.staff_list(Some(&of)))
        .await
        .map_err(failed)?;
    // Whoever is named already stays to be chosen, also after having left.
    let page = TeamPage {
        w: visit.w,
        chrome: visit.chrome(&app, "/team", Some(&id)).await?,
        desk_name: desk.row.name,
        desks: desk.choices,
        month_kept: None,
        people: people
            .into_iter()
            .filter(|row| row.until.is_none_or(|last| today <= last) || named(&team, &row.staff))
            .map(|row| Choice {
                value: row.staff.to_string(),
                label: row.name,
                ..Choice::default()
            })
            .collect(),
        mentors: TeamPage::mentor_rows(&team),
        apart: TeamPage::apart_rows(&team),
        rotations: TeamPage::rotation_rows(&team),
        names: names.into_iter().collect::<Vec<_>>().join(" "),
        desk: id,
    };
    visit.page(&page)
}

fn named(team: &DeskTeam, staff: &StaffId) -> bool {
    let learning = team
        .mentors
        .iter()
        .any(|row| row.trainee == *staff || row.mentors.contains(staff));
    let apart = team
        .apart
        .iter()
        .any(|pair| pair.first == *staff || pair.second == *staff);
    learning || apart || team.rotations.iter().any(|row| row.staff == *staff)
}

fn read(posted: &Posted) -> Result<SetTeam, AppError> {
    let mut team = SetTeam {
        mentors: Vec::new(),
        apart: Vec::new(),
        rotations: Vec::new(),
    };
    for n in 0..TEAM_ROWS_MAX + ROWS_FREE {
        if let Some(trainee) = posted.chosen(&format!("trainee-{n}")) {
            let mentors =
                (0..TEAM_ROWS_MAX).filter_map(|k| posted.chosen(&format!("mentor-{n}-{k}")));
            let alone = format!("alone-{n}");
            let alone_minutes = match posted.chosen(&alone) {
                Some(_) => posted.parsed(&alone, "fault.number")?,
                None => 0,
            };
            team.mentors.push(Mentoring {
                trainee: StaffId::new(trainee),
                mentors: mentors.map(StaffId::new).collect(),
                alone_minutes_max: Minutes(alone_minutes),
            });
        }
        if let Some(first) = posted.chosen(&format!("first-{n}")) {
            team.apart.push(Apart {
                first: StaffId::new(first),
                second: StaffId::new(posted.text(&format!("second-{n}"))),
                hard: posted.text(&format!("hard-{n}")) == "yes",
            });
        }
        if let Some(staff) = posted.chosen(&format!("rotates-{n}")) {
            let from: WorkDate = posted.date(&format!("from-{n}"))?;
            let field = format!("cycle-{n}");
            let text = posted.text(&field);
            let cycle: Vec<Option<String>> = text
                .split_whitespace()
                .map(|day| (day != OFF).then(|| day.to_owned()))
                .collect();
            if cycle.is_empty() {
                return Err(fault(&field, "fault.missing", |w| {
                    w.t("team.cycle").to_owned()
                }));
            }
            team.rotations.push(Rotation {
                staff: StaffId::new(staff),
                from,
                cycle,
            });
        }
    }
    Ok(team)
}

/// `POST /team`: all rows; an empty row says nothing.
pub async fn set(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let desk = posted.desk();
    let result = match read(&posted) {
        Ok(input) => app.set_team(&posted.caller(), &desk, input).await,
        Err(error) => Err(error),
    };
    let to = format!("/team?desk={}", encoded(desk.as_str()));
    posted.outcome(&app, result, &to, "team.set.done").await
}
