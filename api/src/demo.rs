//! The demo: a whole desk from an empty folder to the payroll file, played through the real commands by a simulated
//! clock; then, unless told otherwise, served and kept alive.

mod desk;
mod dice;
mod play;
mod story;

use crate::app::inputs::{DefineLanes, MoveBalance, PolicyText};
use crate::app::{App, AppError, Caller, Options};
use crate::clock::{Clock, SimulatedClock, SystemClock};
use chrono::{DateTime, Datelike, Utc};
pub use desk::SampleDesk;
use domain::event::LeaveKind;
use domain::quantities::Minutes;
use domain::work_date::{DayMinute, Month, WorkDate};
use eventlog::CommandId;
use play::Player;
use projections::RosterAt;
use serde_json::json;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use story::CLOSING_DAY;
use uuid::Uuid;

/// What the demo is asked for.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// Which desk.
    pub desk: SampleDesk,
    /// Play one month, leave its files in `out`, and end.
    pub once: bool,
    /// Where the files go, with `once`.
    pub out: PathBuf,
    /// The data folder. One of its own; an earlier demo in it is replaced.
    pub data: PathBuf,
    /// Seed of everything that is left to chance.
    pub seed: u64,
    /// The month to play, with `once`; absent: the month before this one.
    pub month: Option<Month>,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder holds something that is not a demo's.
    #[error("{0} is not empty and not a demo's folder; name another with --data")]
    NotOurs(PathBuf),
    /// A file could not be written or read.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A command failed.
    #[error("{0}")]
    App(#[from] AppError),
}

/// Marks a folder as a demo's, so that the next one may replace it.
const MARKER: &str = "paiban-demo";

/// Plays the demo into its data folder; with `once`, writes the month's files as well.
pub async fn run(options: &DemoOptions) -> Result<(), DemoError> {
    prepare_folder(&options.data)?;
    let now = SystemClock.now();
    let this_month = desk::ZONE.date(now).month();
    let (first, until) = if options.once {
        let month = options.month.unwrap_or(this_month.previous());
        (month, closing(month))
    } else {
        (last_closed(now), now)
    };

    let founding = first.first().plus_days(-20);
    let opened_at = desk::ZONE.instant(founding, DayMinute(540));
    let clock = Arc::new(SimulatedClock::new(opened_at));
    let app = App::open(&options.data, clock.clone(), Options::default()).await?;
    say(&format!(
        "开店 / setting up {} ({} people), seed {}",
        options.desk.name(),
        options.desk.people().count(),
        options.seed
    ));
    found(&app, options.desk, founding, options.once).await?;

    let mut player = Player::new(app.clone(), clock.clone(), options.desk, options.seed);
    if options.once {
        say(&format!(
            "演示 {first}：从排班到工资表 / playing {first}, roster to payroll"
        ));
        player.tell(story::month_frame(options.desk, options.seed, first));
        player.play_until(until).await?;
        clock.set(until);
        app.catch_up().await?;
        write_files(&app, options.desk, &player, first, &options.out).await?;
        say(&format!("完成 / done: {}", options.out.display()));
        return Ok(());
    }

    let mut month = first;
    while month <= this_month.next() {
        player.tell(story::month_frame(options.desk, options.seed, month));
        month = month.next();
    }
    say(&format!(
        "演示 {first} 至今 / playing {first} up to this minute"
    ));
    player.play_until(until).await?;
    clock.set(until);
    if !player.solves.contains_key(&this_month.next()) {
        say(&format!(
            "生成下月排班 / generating the roster of {}",
            this_month.next()
        ));
        player.plan(this_month.next()).await?;
    }
    app.catch_up().await?;
    Ok(())
}

/// Opens a played demo to be served. A process of its own does so: playing and solving have left the first one large.
pub async fn resume(options: &DemoOptions) -> Result<Live, DemoError> {
    let app = App::open(&options.data, Arc::new(SystemClock), Options::default()).await?;
    let now = app.now();
    let today = desk::ZONE.date(now);
    let mut player = Player::new(
        app.clone(),
        Arc::new(SimulatedClock::new(now)),
        options.desk,
        options.seed,
    );
    player.tell(story::month_frame(
        options.desk,
        options.seed,
        today.month(),
    ));
    player.tell(story::month_frame(
        options.desk,
        options.seed,
        today.month().next(),
    ));
    player.take_up(today, now).await?;
    Ok(Live { app, player })
}

/// A played desk that goes on living.
pub struct Live {
    /// The service.
    pub app: App,
    player: Player,
}

impl Live {
    /// Lets the people of the demo go on clocking in and out while somebody looks.
    pub async fn go_on(self) {
        if let Err(error) = self.player.play_live().await {
            tracing::warn!(
                error = crate::http::problem::chain(&error),
                "the demo's people stopped"
            );
        }
    }
}

/// The logins to try, a line each.
pub fn logins() -> String {
    let mut text = String::new();
    for (who, login) in [
        ("员工 staff", "1001"),
        ("部门主管 lead", desk::LEAD),
        ("人力资源 HR", desk::HR),
        ("总经办 GM office", desk::GM),
    ] {
        let _ = writeln!(text, "  {who:<18} {login:<6} {}", desk::PASSWORD);
    }
    text
}

fn say(text: &str) {
    eprintln!("▸ {text}");
}

fn closing(month: Month) -> DateTime<Utc> {
    desk::ZONE.instant(month.last().plus_days(CLOSING_DAY), DayMinute(17 * 60))
}

/// The latest month whose books can be closed by now.
fn last_closed(now: DateTime<Utc>) -> Month {
    let mut month = desk::ZONE.date(now).month().previous();
    while closing(month) > now {
        month = month.previous();
    }
    month
}

fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> DemoError {
    let path = path.to_owned();
    move |source| DemoError::File { path, source }
}

/// Makes the folder empty, if it is new, empty or an earlier demo's.
fn prepare_folder(folder: &Path) -> Result<(), DemoError> {
    let marker = folder.join(MARKER);
    if folder.exists() {
        let mut entries = fs::read_dir(folder).map_err(file_error(folder))?;
        if entries.next().is_some() {
            if !marker.exists() {
                return Err(DemoError::NotOurs(folder.to_owned()));
            }
            fs::remove_dir_all(folder).map_err(file_error(folder))?;
        }
    }
    fs::create_dir_all(folder).map_err(file_error(folder))?;
    fs::write(&marker, "This folder is made anew by every demo.\n").map_err(file_error(&marker))
}

/// Opens the desk, hires everybody and gives them accounts.
async fn found(
    app: &App,
    sample: SampleDesk,
    founding: WorkDate,
    once: bool,
) -> Result<(), DemoError> {
    let desk = sample.id();
    let step = |name: &str| {
        let id = Uuid::new_v5(
            &Uuid::NAMESPACE_OID,
            format!("paiban demo founding {name}").as_bytes(),
        );
        Caller::with_command(Caller::system().actor, CommandId(id))
    };
    app.open_desk(&step("desk"), sample.open()).await?;
    app.define_skills(&step("skills"), &desk, sample.skills())
        .await?;
    let lanes = sample.lanes();
    if !lanes.is_empty() {
        app.define_lanes(&step("lanes"), &desk, DefineLanes { lanes })
            .await?;
    }
    app.adopt_shift_templates(&step("templates"), &desk, sample.templates(founding))
        .await?;
    app.adopt_policy(
        &step("policy"),
        &desk,
        PolicyText {
            document: sample.policy().into(),
        },
    )
    .await?;
    for year in [founding.0.year(), founding.0.year() + 1] {
        if domain::org::shipped(year).is_some() {
            app.adopt_shipped_calendar(&step(&format!("calendar {year}")), year)
                .await?;
        }
    }
    for hire in sample.hires(founding) {
        let staff = hire.staff.clone();
        app.hire(&step(&format!("hire {staff}")), hire).await?;
        if !once {
            let staff = staff.clone();
            let accounts = app.clone();
            tokio::task::spawn_blocking(move || {
                accounts.accounts().set_password(&staff, desk::PASSWORD)
            })
            .await
            .map_err(|_| AppError::internal("a password could not be set"))?
            .map_err(AppError::from)?;
        }
    }
    for staff in sample.people() {
        for year in [founding.0.year(), founding.0.year() + 1] {
            for (kind, minutes) in [
                (LeaveKind::Annual, 5 * 480),
                (LeaveKind::Compensatory, 2 * 480),
            ] {
                let input = MoveBalance {
                    kind,
                    year,
                    minutes: Minutes(minutes),
                    reason: "年初额度".into(),
                    work_date: None,
                };
                app.move_balance(
                    &step(&format!("balance {staff} {year} {kind:?}")),
                    &staff,
                    input,
                )
                .await?;
            }
        }
    }
    Ok(())
}

/// The month's files for payroll, the wall and a person.
async fn write_files(
    app: &App,
    sample: SampleDesk,
    player: &Player,
    month: Month,
    out: &Path,
) -> Result<(), DemoError> {
    fs::create_dir_all(out).map_err(file_error(out))?;
    let desk = sample.id();
    let files = app
        .read(move |view| {
            Ok([
                (
                    "duty-table.xlsx",
                    view.duty_table_xlsx(&desk, month.first(), month.last(), RosterAt::Latest)?,
                ),
                ("attendance.xlsx", view.attendance_xlsx(&desk, month)?),
                ("attendance.csv", view.attendance_csv(&desk, month)?),
                ("penalties.csv", view.penalties_csv(&desk, month)?),
            ])
        })
        .await?;
    let desk = sample.id();
    let (solves, people, penalties) = app
        .read(move |view| {
            Ok((
                view.solves(&desk, month)?,
                view.month_summary(&desk, month)?,
                view.penalties(&desk, month)?,
            ))
        })
        .await?;
    let solve = solves.last();
    let report = solve.and_then(|solve| solve.report.as_ref());
    let roster = json!({
        "desk": sample.id(),
        "month": month.to_string(),
        "problem_digest": solve.map(|solve| &solve.problem_digest),
        "seed": solve.map(|solve| solve.seed),
        "threads": solve.map(|solve| solve.threads),
        "work_limit": solve.map(|solve| solve.work_limit),
        "objective": report.map(|report| report.objective),
        "bound": report.map(|report| report.bound),
        "proven_optimal": report.map(|report| report.proven_optimal),
        "costs": report.map(|report| &report.costs),
        "shortfalls": report.map(|report| &report.shortfalls),
        "seconds": player.solves.get(&month).map(|ended| ended.seconds),
    });

    for (name, bytes) in &files {
        let path = out.join(name);
        fs::write(&path, bytes).map_err(file_error(&path))?;
    }
    let path = out.join("roster.json");
    fs::write(&path, format!("{:#}\n", roster)).map_err(file_error(&path))?;
    let path = out.join("summary.txt");
    fs::write(
        &path,
        summary(sample, player, month, report, people.len(), &penalties),
    )
    .map_err(file_error(&path))
}

fn summary(
    sample: SampleDesk,
    player: &Player,
    month: Month,
    report: Option<&domain::event::SolveReport>,
    people: usize,
    penalties: &[projections::PenaltyRow],
) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{} {month}：{people} 人 / people\n", sample.name());
    if let Some(report) = report {
        let bound = report
            .bound
            .map_or("–".to_owned(), |bound| bound.to_string());
        let minimum = report
            .shortfalls
            .iter()
            .filter(|row| row.tier == domain::event::Tier::Minimum)
            .count();
        let _ = writeln!(
            text,
            "排班 / roster: cost {}, proven bound {bound}, {}; under the minimum: {minimum} stretches",
            report.objective,
            if report.proven_optimal {
                "proven optimal"
            } else {
                "not proven optimal"
            },
        );
        for row in report
            .shortfalls
            .iter()
            .filter(|row| row.tier == domain::event::Tier::Minimum)
        {
            let _ = writeln!(
                text,
                "  {} {}–{} {}：{}",
                row.date,
                row.start,
                row.end,
                row.short_of(),
                row.cause_zh
            );
        }
    }
    let _ = writeln!(text, "\n做了什么 / what was done");
    for (name, count) in &player.done {
        let _ = writeln!(text, "  {count:>6}  {name}");
    }
    let _ = writeln!(text, "\n规则拒绝的 / refused by the rules");
    for (code, (count, words)) in &player.refused {
        let _ = writeln!(text, "  {count:>6}  {code}  {words}");
    }
    let _ = writeln!(text, "\n奖惩 / penalties and rewards");
    for row in penalties {
        let rule = row.rule.map_or("–".to_owned(), |rule| rule.to_string());
        let date = row
            .work_date
            .map_or("–".to_owned(), |date| date.to_string());
        let _ = writeln!(
            text,
            "  {date} {rule:<4} {} {} ¥{} {:?} {}",
            row.staff, row.name, row.amount, row.status, row.subject_zh
        );
    }
    text
}
