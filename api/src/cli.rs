//! The same service on the command line. Every failure is one clear line and exit status 1.

mod bench;
mod log;
mod roster;

use crate::app::{
    App, AppError, Caller, Commit, Comparison, ImportCalendar, ImportReport, OpenDesk, Options,
    Places, Solving, WhatIf, files,
};
use crate::clock::SystemClock;
use crate::demo::{DemoOptions, SampleDesk};
use crate::http::problem::chain;
use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::ids::{DeskId, StaffId};
use domain::org::calendar_file::CalendarFormat;
use domain::org::{shipped, shipped_years};
use domain::policy::PolicyDocument;
use domain::refusal::Lang;
use domain::work_date::{DayMinute, Month, Zone};
use eventlog::EventLog;
use eventlog::sqlite::{SqliteLog, SqliteOptions};
use eventlog_kurrent::{KurrentLog, KurrentOptions, OptionsError};
use projections::RosterAt;
use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Paiban (排班): rosters and attendance for customer-service desks.
#[derive(Debug, Parser)]
#[command(name = "paiban", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

impl Cli {
    /// What is logged unless `PAIBAN_LOG` says otherwise: a demo tells its own progress.
    pub fn default_log_filter(&self) -> &'static str {
        match self.command {
            Command::Demo { .. } => "warn,highs=error",
            _ => "warn,highs=error,paiban=info",
        }
    }
}

#[derive(Debug, Args)]
struct Data {
    /// The data folder.
    #[arg(long = "data", env = "PAIBAN_DATA", default_value = "data")]
    folder: PathBuf,
    /// The log in an EventStoreDB or KurrentDB cluster, such as esdb://one:2113,two:2113,three:2113?tls=true, then
    /// #name unless it is called paiban. Absent: a file of the data folder.
    #[arg(
        long = "log",
        env = "PAIBAN_LOG_STORE",
        value_name = "ADDRESS",
        hide_env_values = true
    )]
    log: Option<KurrentOptions>,
    /// The key store of names and reasons, best kept and saved apart from the log. Absent: keys.db in the data folder.
    #[arg(long = "keys", env = "PAIBAN_KEYS", value_name = "FILE")]
    keys: Option<PathBuf>,
}

/// A data folder with a log of its own.
#[derive(Debug, Args)]
struct Folder {
    /// The data folder.
    #[arg(long = "data", env = "PAIBAN_DATA", default_value = "data")]
    folder: PathBuf,
}

/// Where a log is: `sqlite:` and a data folder, or the address of a cluster.
#[derive(Clone, Debug)]
enum LogAddress {
    Folder(PathBuf),
    Cluster(KurrentOptions),
}

impl FromStr for LogAddress {
    type Err = OptionsError;

    fn from_str(address: &str) -> Result<Self, Self::Err> {
        match address.strip_prefix("sqlite:") {
            Some(folder) => Ok(Self::Folder(folder.into())),
            None => address.parse().map(Self::Cluster),
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play a desk's month from roster to payroll; then serve it, unless `--once`.
    Demo {
        /// Play one month, write its files to `--out`, and end.
        #[arg(long)]
        once: bool,
        /// Where the files go, with `--once`.
        #[arg(long, default_value = "out")]
        out: PathBuf,
        /// Which desk; each has its own rules, shifts and people.
        #[arg(long, value_enum, default_value_t)]
        desk: SampleDesk,
        /// The data folder; an earlier demo's is replaced. Absent: one under the system's temporary folder.
        #[arg(long = "data")]
        folder: Option<PathBuf>,
        /// Seed of everything that is left to chance.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The month, with `--once`, such as 2026-12; absent: the last one.
        #[arg(long)]
        month: Option<Month>,
        /// Where to listen; port 0 picks one.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Play, and end before serving.
        #[arg(long, hide = true)]
        play_only: bool,
    },
    /// Serve pages and the JSON API.
    Serve {
        #[command(flatten)]
        data: Data,
        /// Where to listen; port 0 picks one.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Behind TLS: send cookies over nothing else.
        #[arg(long)]
        secure_cookies: bool,
        /// As one of several nodes on the same data folder: this node's own read models.
        #[arg(long)]
        models: Option<PathBuf>,
        /// Leave solving to other nodes.
        #[arg(long)]
        no_solving: bool,
        /// Beyond a solve's wall-clock limit, until other nodes take this one for dead.
        #[arg(long, default_value_t = Solving::default().grace_seconds)]
        solve_grace_seconds: u32,
    },
    /// Solve a roster problem, judge a roster, ask why it is as it is.
    #[command(subcommand)]
    Roster(roster::Roster),
    /// The engine on public instances, for others to judge.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Write a file for payroll, the administration or the wall.
    Export {
        /// Which.
        what: Export,
        #[command(flatten)]
        data: Data,
        /// The desk.
        #[arg(long)]
        desk: String,
        /// The month, such as 2026-12.
        #[arg(long)]
        month: Month,
        /// The file; its ending picks the format.
        #[arg(long)]
        out: PathBuf,
        /// A log position as an earlier export prints it: the same file again, bit for bit.
        #[arg(long)]
        as_of: Option<String>,
    },
    /// What of a month differs between two exports, in words.
    Changes {
        #[command(flatten)]
        data: Data,
        /// The desk.
        #[arg(long)]
        desk: String,
        /// The month, such as 2026-12.
        #[arg(long)]
        month: Month,
        /// The log position of the earlier export.
        #[arg(long)]
        before: String,
        /// The log position of the later one; absent: now.
        #[arg(long)]
        after: Option<String>,
    },
    /// What months would have been under other rules. Touches nothing.
    #[command(name = "whatif")]
    WhatIf {
        #[command(flatten)]
        data: Data,
        /// The desk; may be left out when there is but one.
        #[arg(long)]
        desk: Option<String>,
        /// The rules (TOML).
        #[arg(long)]
        policy: PathBuf,
        /// First month, such as 2026-09.
        #[arg(long)]
        from: Month,
        /// Last month.
        #[arg(long)]
        to: Month,
    },
    /// Read a list of people or a month's demand (CSV).
    #[command(subcommand)]
    Import(Import),
    /// The log itself.
    #[command(subcommand)]
    Log(Log),
    /// Who may log in. The password is the first line of standard input.
    #[command(subcommand)]
    User(User),
    /// Make the name of somebody who left, and everything said about them, unreadable for good. Minutes and amounts
    /// stay. It cannot be undone.
    Forget {
        /// 工号
        staff: String,
        #[command(flatten)]
        data: Data,
        /// The number of whoever in HR does it; absent: the service itself.
        #[arg(long)]
        by: Option<String>,
    },
    /// Desks.
    #[command(subcommand)]
    Desk(Desk),
    /// Policy documents.
    #[command(subcommand)]
    Policy(Policy),
    /// Holiday arrangements.
    #[command(subcommand)]
    Calendar(Calendar),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Export {
    /// The attendance month: .xlsx or .csv.
    Attendance,
    /// The duty table: .xlsx.
    DutyTable,
    /// Penalties with their evidence: .csv.
    Penalties,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CommitRows {
    /// Look only.
    None,
    /// Take all rows in if every one is good.
    All,
    /// Take the good rows in.
    Good,
}

impl From<CommitRows> for Commit {
    fn from(rows: CommitRows) -> Self {
        match rows {
            CommitRows::None => Self::None,
            CommitRows::All => Self::All,
            CommitRows::Good => Self::Good,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Import {
    /// People to hire.
    Staff {
        #[command(flatten)]
        data: Data,
        /// The list (CSV).
        file: PathBuf,
        /// What to take in.
        #[arg(long, default_value = "all")]
        commit: CommitRows,
    },
    /// A month's demand.
    Demand {
        #[command(flatten)]
        data: Data,
        /// The desk.
        #[arg(long)]
        desk: String,
        /// The month, such as 2026-12.
        #[arg(long)]
        month: Month,
        /// Length of a slot in minutes.
        #[arg(long, default_value_t = 30)]
        slot_minutes: u16,
        /// The list (CSV).
        file: PathBuf,
        /// What to take in.
        #[arg(long, default_value = "all")]
        commit: CommitRows,
    },
}

#[derive(Debug, Subcommand)]
enum Log {
    /// Walk every chain, check seals, ids and the file itself; names the first event that does not hold.
    Verify {
        #[command(flatten)]
        data: Data,
    },
    /// Write the log as text, one event a line, for whoever wants to check it apart from this program's data.
    Export {
        #[command(flatten)]
        data: Data,
        /// The new file.
        #[arg(long)]
        out: PathBuf,
        /// The last position to write; absent: the log's end.
        #[arg(long)]
        until: Option<String>,
    },
    /// Check an exported log: its chains, the seals it records, and seals kept elsewhere. Needs no data folder.
    Check {
        /// The exported file.
        #[arg(long)]
        export: PathBuf,
        /// A seal as printed on an old export; may be given several times.
        #[arg(long = "seal")]
        seals: Vec<String>,
        /// The position the seals are of; absent: where the file says that they were made.
        #[arg(long)]
        at: Option<String>,
        /// Positions may have gaps, as in the log of a cluster.
        #[arg(long)]
        sparse: bool,
    },
    /// Write the log as it is now to a new file, while the service runs.
    Backup {
        #[command(flatten)]
        data: Folder,
        /// The new file.
        #[arg(long)]
        out: PathBuf,
    },
    /// Make a data folder's log from a backup, or from another folder's log. It is a new store: read models are built
    /// anew, old positions refused.
    Restore {
        #[command(flatten)]
        data: Folder,
        /// The backup.
        #[arg(long)]
        backup: PathBuf,
        /// Only up to here: a position as `log export` writes it, or a moment such as 2026-12-31T18:00:00+08:00, of which
        /// everything before the first event recorded later is taken.
        #[arg(long)]
        until: Option<String>,
    },
    /// Build the read models afresh from the log, beside those in use, and switch; the service may be running.
    Replay {
        #[command(flatten)]
        data: Data,
    },
    /// Move a log into a cluster: every event, every hash checked. Run it again for what was appended meanwhile.
    Copy {
        /// The log to move: sqlite: and a data folder, or esdb://….
        #[arg(long)]
        from: LogAddress,
        /// Where it goes: esdb://….
        #[arg(long)]
        to: KurrentOptions,
    },
}

#[derive(Debug, Subcommand)]
enum User {
    /// Give somebody an account.
    Add {
        #[command(flatten)]
        data: Data,
        /// 工号
        #[arg(long)]
        staff: String,
    },
    /// Set somebody's password; every session of theirs ends.
    Passwd {
        #[command(flatten)]
        data: Data,
        /// 工号
        #[arg(long)]
        staff: String,
    },
    /// Shut somebody's account; every session of theirs ends.
    Disable {
        #[command(flatten)]
        data: Data,
        /// 工号
        #[arg(long)]
        staff: String,
    },
    /// Open a shut account again.
    Enable {
        #[command(flatten)]
        data: Data,
        /// 工号
        #[arg(long)]
        staff: String,
    },
}

#[derive(Debug, Subcommand)]
enum Desk {
    /// Open a desk, so that people can be hired into it.
    Open {
        #[command(flatten)]
        data: Data,
        /// Its id, such as online-shop.
        #[arg(long)]
        desk: String,
        /// Its name, such as 网店客服部.
        #[arg(long)]
        name: String,
        /// The site's time zone.
        #[arg(long, default_value = "Asia/Shanghai")]
        zone: chrono_tz::Tz,
        /// Staffed from.
        #[arg(long, default_value = "09:00")]
        opens: DayMinute,
        /// Staffed until.
        #[arg(long, default_value = "24:00")]
        closes: DayMinute,
    },
}

#[derive(Debug, Subcommand)]
enum Calendar {
    /// The years in force, and those that come with the program.
    List {
        #[command(flatten)]
        data: Data,
    },
    /// Adopt a year as it comes with the program.
    Adopt {
        #[command(flatten)]
        data: Data,
        /// The year.
        year: i32,
    },
    /// Adopt a year from a file (.ics, .json, .csv); names line and field of each fault.
    Import {
        #[command(flatten)]
        data: Data,
        /// The file; its ending says which kind.
        file: PathBuf,
        /// The year, when the file holds several.
        #[arg(long)]
        year: Option<i32>,
        /// Where it came from; absent: what the file says.
        #[arg(long)]
        source: Option<String>,
        /// Not announced yet.
        #[arg(long)]
        provisional: bool,
        /// Look only.
        #[arg(long)]
        check: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Policy {
    /// Read a policy document; names the line of each fault.
    Check {
        /// The document (TOML).
        file: PathBuf,
    },
}

/// Why a command on the line came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The service said no.
    #[error("{}", app_words(.0))]
    App(#[from] AppError),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something found wrong, in words.
    #[error("{0}")]
    Found(String),
}

/// A refusal's sentence, faults line by line, or a failure with its causes.
fn app_words(error: &AppError) -> String {
    match error {
        AppError::Invalid(faults) => faults
            .iter()
            .map(|fault| {
                let line = fault
                    .line
                    .map(|line| format!("line {line}: "))
                    .unwrap_or_default();
                let rule = fault
                    .rule
                    .map(|rule| format!(" ({rule})"))
                    .unwrap_or_default();
                format!("{line}{}: {}{rule}", fault.field, fault.en)
            })
            .collect::<Vec<_>>()
            .join("\n"),
        AppError::Refused(refusal) => refusal.to_string(),
        error => chain(error),
    }
}

fn found(error: &(dyn std::error::Error + 'static)) -> CliError {
    CliError::Found(chain(error))
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> CliError {
    let path = path.to_owned();
    move |source| CliError::File {
        path: path.clone(),
        source,
    }
}

/// Carries out what the command line says.
pub async fn run(cli: Cli) -> Result<(), CliError> {
    match cli.command {
        Command::Demo {
            once,
            out,
            folder,
            desk,
            seed,
            month,
            listen,
            play_only,
        } => {
            let data = folder.unwrap_or_else(|| std::env::temp_dir().join("paiban-demo"));
            demo(
                DemoOptions {
                    desk,
                    once,
                    out,
                    data,
                    seed,
                    month,
                },
                play_only,
                listen,
            )
            .await
        }
        Command::Serve {
            data,
            listen,
            secure_cookies,
            models,
            no_solving,
            solve_grace_seconds,
        } => {
            let options = Options {
                secure_cookies,
                solving: Solving {
                    takes: !no_solving,
                    grace_seconds: solve_grace_seconds,
                },
            };
            let models = models.unwrap_or_else(|| data.folder.join(files::MODELS));
            serve(&data, &models, listen, options).await
        }
        Command::Roster(question) => roster::run(question).await,
        Command::Bench(suite) => bench::run(suite),
        Command::Export {
            what,
            data,
            desk,
            month,
            out,
            as_of,
        } => {
            let desk = DeskId::new(desk);
            export(&data, what, desk, month, &out, as_of.as_deref()).await
        }
        Command::Changes {
            data,
            desk,
            month,
            before,
            after,
        } => {
            let app = open_existing(&data).await?;
            let before = app.position("--before", &before)?;
            let after = after.map(|after| app.position("--after", &after));
            let desk = DeskId::new(desk);
            let comparison = app
                .compare_positions(&desk, month, before, after.transpose()?)
                .await?;
            print_comparison(&comparison);
            Ok(())
        }
        Command::WhatIf {
            data,
            desk,
            policy,
            from,
            to,
        } => {
            let app = open_existing(&data).await?;
            let desk = match desk {
                Some(desk) => DeskId::new(desk),
                None => only_desk(&app).await?,
            };
            let document = read_text(&policy)?;
            let input = WhatIf { document, from, to };
            print_comparison(&app.what_if(&desk, &input).await?);
            Ok(())
        }
        Command::Import(Import::Staff { data, file, commit }) => {
            let text = read_text(&file)?;
            let app = open(&data).await?;
            let receipt = app
                .import_staff(&Caller::system(), &text, commit.into())
                .await?;
            app.wait(&receipt).await?;
            report(&receipt.value)
        }
        Command::Import(Import::Demand {
            data,
            desk,
            month,
            slot_minutes,
            file,
            commit,
        }) => {
            let text = read_text(&file)?;
            let app = open(&data).await?;
            let desk = DeskId::new(desk);
            let receipt = app
                .import_demand(
                    &Caller::system(),
                    &desk,
                    month,
                    slot_minutes,
                    &text,
                    commit.into(),
                )
                .await?;
            app.wait(&receipt).await?;
            report(&receipt.value)
        }
        Command::Log(action) => log::run(action).await,
        Command::User(user) => change_user(user).await,
        Command::Forget { staff, data, by } => {
            let (app, staff) = (open_existing(&data).await?, StaffId::new(staff));
            let caller = match by {
                Some(by) => Caller::new(app.actor(&StaffId::new(by)).await?),
                None => Caller::system(),
            };
            let receipt = app.forget(&caller, &staff).await?;
            app.wait(&receipt).await?;
            println!("{staff}: {}", sealing::FORGOTTEN);
            Ok(())
        }
        Command::Desk(Desk::Open {
            data,
            desk,
            name,
            zone,
            opens,
            closes,
        }) => {
            let app = open(&data).await?;
            let input = OpenDesk {
                desk: DeskId::new(desk),
                name,
                zone: Zone(zone),
                opens,
                closes,
            };
            app.open_desk(&Caller::system(), input).await?;
            Ok(())
        }
        Command::Calendar(calendar) => run_calendar(calendar).await,
        Command::Policy(Policy::Check { file }) => {
            let document = App::check_policy(&read_text(&file)?)?;
            println!("{}: {}", document.title, version_words(&document));
            Ok(())
        }
    }
}

async fn run_calendar(calendar: Calendar) -> Result<(), CliError> {
    match calendar {
        Calendar::List { data } => {
            let app = open_existing(&data).await?;
            app.catch_up().await?;
            let adopted = app.read(|view| view.calendars()).await?;
            for row in &adopted {
                let mark = if row.provisional { ", provisional" } else { "" };
                println!("{} adopted{mark}: {}", row.year, row.source);
            }
            let known = |year: &i32| adopted.iter().any(|row| row.year == *year);
            for file in shipped_years()
                .filter(|year| !known(year))
                .filter_map(shipped)
            {
                let mark = if file.provisional {
                    ", provisional"
                } else {
                    ""
                };
                println!("{} shipped{mark}: {}", file.year, file.source);
            }
            Ok(())
        }
        Calendar::Adopt { data, year } => {
            let app = open_existing(&data).await?;
            let receipt = app.adopt_shipped_calendar(&Caller::system(), year).await?;
            app.wait(&receipt).await?;
            println!("{year} adopted");
            Ok(())
        }
        Calendar::Import {
            data,
            file,
            year,
            source,
            provisional,
            check,
        } => {
            let name = file.to_string_lossy();
            let format = CalendarFormat::of_name(&name)
                .ok_or_else(|| CliError::Found(format!("{name}: neither .ics, .json nor .csv")))?;
            let text = read_text(&file)?;
            let app = open_existing(&data).await?;
            let input = ImportCalendar {
                format,
                text,
                year,
                source,
                provisional,
                commit: !check,
            };
            let receipt = app.import_calendar(&Caller::system(), input).await?;
            app.wait(&receipt).await?;
            let Some(calendar) = &receipt.value.calendar else {
                let faults = receipt.value.faults.iter().map(|fault| {
                    let (line, field) = (fault.line, fault.field);
                    let (zh, en) = (&fault.message_zh, &fault.message_en);
                    format!("line {line}: {field}: {en} / {zh}")
                });
                return Err(CliError::Found(faults.collect::<Vec<_>>().join("\n")));
            };
            for day in &calendar.days {
                println!("{} {:?} {}", day.date, day.kind, day.name);
            }
            let verb = if check { "read" } else { "adopted" };
            let mark = if calendar.provisional {
                ", provisional"
            } else {
                ""
            };
            println!("{} {verb}{mark}: {}", calendar.year, calendar.source);
            Ok(())
        }
    }
}

fn version_words(document: &PolicyDocument) -> String {
    let versions = document
        .versions
        .iter()
        .map(|version| match version.effective_until {
            Some(last) => format!("{} from {} to {last}", version.id, version.effective_from),
            None => format!("{} from {}", version.id, version.effective_from),
        });
    versions.collect::<Vec<_>>().join(", ")
}

async fn open(data: &Data) -> Result<App, CliError> {
    open_node(data, &data.folder.join(files::MODELS), Options::default()).await
}

async fn open_node(data: &Data, models: &Path, options: Options) -> Result<App, CliError> {
    let keys = data.keys.clone();
    let places = Places {
        models: models.to_owned(),
        keys: keys.unwrap_or_else(|| data.folder.join(files::KEYS)),
        folder: data.folder.clone(),
    };
    let log = match &data.log {
        Some(address) => Some(cluster(address.clone()).await?),
        None => None,
    };
    Ok(App::open_at(log, &places, Arc::new(SystemClock), options).await?)
}

/// The service on a log that is there already; nothing is made by looking.
async fn open_existing(data: &Data) -> Result<App, CliError> {
    existing_log(data).await?;
    open(data).await
}

async fn existing_log(data: &Data) -> Result<Arc<dyn EventLog>, CliError> {
    match &data.log {
        None => Ok(Arc::new(open_log(&data.folder)?)),
        Some(address) => cluster(address.clone().existing()).await,
    }
}

async fn cluster(options: KurrentOptions) -> Result<Arc<dyn EventLog>, CliError> {
    let log = KurrentLog::open(options).await;
    Ok(Arc::new(log.map_err(|error| found(&error))?))
}

/// The log of an existing data folder; nothing is made by looking.
fn open_log(folder: &Path) -> Result<SqliteLog, CliError> {
    let file = folder.join(files::LOG);
    if !file.exists() {
        return Err(CliError::Found(format!(
            "{}: there is no log",
            file.display()
        )));
    }
    SqliteLog::open(file, SqliteOptions::default()).map_err(|error| found(&error))
}

fn read_text(file: &Path) -> Result<String, CliError> {
    let bytes = std::fs::read(file).map_err(at(file))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| CliError::Found(format!("{}: not UTF-8", file.display())))?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// Serves an opened service until it is told to stop.
pub async fn serve_app(app: App, listener: TcpListener) -> Result<(), CliError> {
    let solving = tokio::spawn(app.clone().keep_solving());
    let closing = tokio::spawn(app.clone().keep_closing_days());
    // Somebody may be waiting for this line to learn the port.
    println!("listening on http://{}", address(&listener)?);
    let _ = std::io::stdout().flush();
    let stopping = app.clone();
    let stop = async move {
        stopped().await;
        // Or a page that follows a solve would keep the server waiting.
        stopping.stop();
    };
    let served = crate::http::serve(app.clone(), listener, stop).await;
    closing.abort();
    solving.abort();
    app.release_solves().await;
    served.map_err(|error| CliError::Found(format!("serving ended: {error}")))
}

async fn listener(listen: SocketAddr) -> Result<TcpListener, CliError> {
    TcpListener::bind(listen)
        .await
        .map_err(|error| CliError::Found(format!("cannot listen on {listen}: {error}")))
}

fn address(listener: &TcpListener) -> Result<SocketAddr, CliError> {
    listener.local_addr().map_err(|error| found(&error))
}

async fn serve(
    data: &Data,
    models: &Path,
    listen: SocketAddr,
    options: Options,
) -> Result<(), CliError> {
    let listener = listener(listen).await?;
    let app = open_node(data, models, options).await?;
    serve_app(app, listener).await
}

async fn demo(options: DemoOptions, play_only: bool, listen: SocketAddr) -> Result<(), CliError> {
    if options.once || play_only {
        return crate::demo::run(&options)
            .await
            .map_err(|error| found(&error));
    }
    // Before the minutes of playing: a taken port is known now, and a page asked for early waits.
    let listener = listener(listen).await?;
    if !play_apart(&options).await? {
        return Ok(());
    }
    let live = crate::demo::resume(&options)
        .await
        .map_err(|error| found(&error))?;
    let app = live.app.clone();
    eprintln!(
        "\n打开 / open http://{}\n{}",
        address(&listener)?,
        crate::demo::logins()
    );
    let people = tokio::spawn(live.go_on());
    let served = serve_app(app, listener).await;
    people.abort();
    served
}

/// Plays in a process of its own, so that the one that serves stays small. False: asked to stop meanwhile.
async fn play_apart(options: &DemoOptions) -> Result<bool, CliError> {
    let program = std::env::current_exe().map_err(|error| found(&error))?;
    let mut player = tokio::process::Command::new(program)
        .args(["demo", "--play-only"])
        .args(["--desk", options.desk.argument()])
        .args(["--seed", &options.seed.to_string()])
        .arg("--data")
        .arg(&options.data)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| found(&error))?;
    tokio::select! {
        played = player.wait() => match played {
            Ok(status) if status.success() => Ok(true),
            Ok(_) => Err(CliError::Found("the demo could not be played".to_owned())),
            Err(error) => Err(found(&error)),
        },
        () = stopped() => Ok(false),
    }
}

/// Ready once the process is asked to stop.
async fn stopped() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

async fn only_desk(app: &App) -> Result<DeskId, CliError> {
    app.catch_up().await?;
    let desks = app.read(|view| view.desks()).await?;
    match desks.as_slice() {
        [only] => Ok(only.desk.clone()),
        _ => Err(CliError::Found(format!(
            "there are {} desks; name one with --desk",
            desks.len()
        ))),
    }
}

fn print_comparison(comparison: &Comparison) {
    for change in &comparison.changes {
        println!("{}  /  {}", change.words(Lang::Zh), change.words(Lang::En));
    }
    if comparison.changes.is_empty() {
        println!("没有不同 / nothing differs");
        return;
    }
    println!("\n合计 / in all");
    for total in &comparison.totals {
        let number = |n| projections::amount(n, total.unit, Lang::En);
        println!(
            "  {} / {}: {} → {} ({}人 / {} people)",
            total.figure_zh,
            total.figure_en,
            number(total.before),
            number(total.after),
            total.people,
            total.people,
        );
    }
}

async fn export(
    data: &Data,
    what: Export,
    desk: DeskId,
    month: Month,
    out: &Path,
    as_of: Option<&str>,
) -> Result<(), CliError> {
    let app = open(data).await?;
    app.zone(&desk).await?;
    let is_csv = out
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let is_xlsx = out
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    if !is_csv && !is_xlsx {
        return Err(CliError::Found(format!(
            "{}: the file ends with .csv or .xlsx",
            out.display()
        )));
    }
    let make = move |view: &projections::View<'_>| match (what, is_csv) {
        (Export::Attendance, true) => view.attendance_csv(&desk, month).map(Some),
        (Export::Attendance, false) => view.attendance_xlsx(&desk, month).map(Some),
        (Export::DutyTable, false) => {
            let table = view.duty_table_xlsx(&desk, month.first(), month.last(), RosterAt::Latest);
            table.map(Some)
        }
        (Export::Penalties, true) => view.penalties_csv(&desk, month).map(Some),
        (Export::DutyTable, true) | (Export::Penalties, false) => Ok(None),
    };
    let bytes = match as_of {
        None => app.read(make).await?,
        Some(as_of) => {
            let position = app.position("--as-of", as_of)?;
            app.read_as_of(position, make).await?
        }
    };
    let bytes = bytes.ok_or_else(|| {
        CliError::Found("a duty table is an .xlsx file, penalties are a .csv file".to_owned())
    })?;
    std::fs::write(out, bytes).map_err(at(out))?;
    println!("{}", out.display());
    Ok(())
}

/// Prints what became of a list; a list with faults ends with status 1, whatever went in.
fn report(report: &ImportReport) -> Result<(), CliError> {
    let verb = if report.committed { "taken in" } else { "good" };
    println!("{} rows {verb}", report.good.len());
    if report.faults.is_empty() {
        return Ok(());
    }
    Err(AppError::Invalid(report.faults.clone()).into())
}

async fn change_user(user: User) -> Result<(), CliError> {
    let account = |error: crate::accounts::AccountError| CliError::from(AppError::from(error));
    match user {
        User::Add { data, staff } => {
            let (app, staff) = (open(&data).await?, StaffId::new(staff));
            app.actor(&staff)
                .await
                .map_err(|_| CliError::Found(format!("nobody employed has the number {staff}")))?;
            if app.accounts().exists(&staff).map_err(account)? {
                return Err(CliError::Found(format!("{staff} has an account")));
            }
            app.accounts()
                .set_password(&staff, &read_password()?)
                .map_err(account)
        }
        User::Passwd { data, staff } => {
            let (app, staff) = (open(&data).await?, StaffId::new(staff));
            if !app.accounts().exists(&staff).map_err(account)? {
                return Err(CliError::Found(format!("{staff} has no account")));
            }
            app.accounts()
                .set_password(&staff, &read_password()?)
                .map_err(account)
        }
        User::Disable { data, staff } => {
            let app = open(&data).await?;
            app.accounts()
                .set_disabled(&StaffId::new(staff), true)
                .map_err(account)
        }
        User::Enable { data, staff } => {
            let app = open(&data).await?;
            app.accounts()
                .set_disabled(&StaffId::new(staff), false)
                .map_err(account)
        }
    }
}

/// A password never stands on the command line, where everybody on the machine can read it.
fn read_password() -> Result<String, CliError> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| CliError::Found(format!("no password on standard input: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
