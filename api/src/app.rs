//! The service layer: one method per command, each the same few steps: read the stream, decide, append, answer.
//!
//! Rules live in `domain`; here is only what they need to be handed. Pages, the JSON API, the command line and the
//! demo all come through here, so none of them can do what the others may not.

pub mod caller;
pub mod error;
pub mod inputs;
pub mod log;
mod personal;
pub mod stored;

pub mod access;
mod ahead;
mod attendance;
mod breaches;
mod budgets;
mod calendars;
mod change_costs;
mod desks;
mod evidence;
mod explaining;
mod history;
mod imports;
mod judging;
mod lanes;
mod leave;
mod limits;
mod loans;
mod meetings;
mod open_shifts;
mod overtime;
mod periods;
mod posts;
mod problem;
mod replans;
mod rosters;
mod sanctions;
mod solve_news;
mod solving;
mod staff;
mod teams;
mod wishes;

use crate::accounts::{Accounts, Feed};
use crate::app::solve_news::SolveNews;
use crate::clock::Clock;
use domain::day::DayRecord;
use domain::ids::{DeskId, StaffId};
use domain::policy::PolicyDocument;
use domain::who::Actor;
use domain::work_date::WorkDate;
use eventlog::memory::MemoryLog;
use eventlog::sqlite::{SqliteLog, SqliteOptions};
use eventlog::{EventLog, Position};
use projections::{Follower, ReadModels, View};
use sealing::Keys;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

pub use access::Visible;
pub use ahead::{MONTHS_MAX as MONTHS_AHEAD_MAX, MonthAhead, MonthPlanned};
pub use attendance::PunchTaken;
pub use budgets::MonthCost;
pub use calendars::CalendarImport;
pub use caller::Caller;
pub use change_costs::ChangeCost;
pub use error::{AppError, Fault};
pub use evidence::FeedReport;
pub use explaining::{
    ChangedCell, ConflictAnswer, ConflictFact, CostChange, DayCostChange, PersonCostChange,
    RosterComparison, WhyAsked, WhyNotAnswer,
};
pub use history::Comparison;
pub use imports::{Commit, GoodRow, ImportReport};
pub use inputs::*;
pub use log::{Loaded, Receipt};
pub(crate) use meetings::fit_for as fit_meeting;
pub use open_shifts::{CoverProposal, OpenShiftRow};
pub use solving::{SolveProgress, SolveState, Solving};
pub use teams::DeskTeam;
pub(crate) use teams::ROWS_MAX as TEAM_ROWS_MAX;
pub use wishes::{OwnWishes, WishRow};

/// A view waits at most so long for the read models to reach a position.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// Passwords checked at once: each takes its time and 19 MiB.
const PASSWORDS_AT_ONCE: usize = 2;

/// Files made at once.
const EXPORTS_AT_ONCE: usize = 1;

/// The service. Cloning it is cheap and gives the same one.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    log: Arc<dyn EventLog>,
    models: ReadModels,
    /// Feeds the read models for as long as the service lives.
    _follower: Follower,
    clock: Arc<dyn Clock>,
    accounts: Accounts,
    keys: Arc<Keys>,
    states: log::StateCache,
    policies: Mutex<HashMap<String, Arc<PolicyDocument>>>,
    solves: solving::Solves,
    judgements: judging::Judgements,
    password_turns: Semaphore,
    export_turns: Semaphore,
    balance_turns: Semaphore,
    secure_cookies: bool,
    /// Holds the folder of a service that is gone when it is dropped.
    _scratch: Option<Scratch>,
}

struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How a service is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Served over TLS: cookies are sent over nothing else.
    pub secure_cookies: bool,
    /// Its part in solving.
    pub solving: Solving,
}

/// Files of a data folder.
pub mod files {
    /// The log: the only truth.
    pub const LOG: &str = "log.db";
    /// The read models, which can be built again from the log.
    pub const MODELS: &str = "models";
    /// Passwords and sessions.
    pub const ACCOUNTS: &str = "accounts.db";
    /// The keys of personal texts. Apart from the log, so that no copy of the log holds them.
    pub const KEYS: &str = "keys.db";
    /// How far solves are, for nodes that do not work on them; may be thrown away at any time.
    pub const SOLVES: &str = "solves";
}

/// Where a service keeps what.
#[derive(Clone, Debug)]
pub struct Places {
    /// The data folder: log, accounts, figures of running solves.
    pub folder: PathBuf,
    /// The read models, a node's own.
    pub models: PathBuf,
    /// The key store, shared by the nodes of a data folder.
    pub keys: PathBuf,
}

impl Places {
    /// Everything in the data folder.
    pub fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            models: folder.join(files::MODELS),
            keys: folder.join(files::KEYS),
        }
    }
}

/// What a service is opened with beside its log and read models.
struct Stores {
    accounts: Accounts,
    keys: Arc<Keys>,
    news: SolveNews,
    scratch: Option<Scratch>,
}

impl App {
    /// Opens the service on a data folder, making what is not there. Waits until the read models have caught up.
    pub async fn open(
        folder: &Path,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Result<Self, AppError> {
        Self::open_at(None, &Places::of(folder), clock, options).await
    }

    /// The same as one of several nodes on a data folder: they share its log, keys and accounts, and each has read
    /// models of its own.
    pub async fn open_node(
        folder: &Path,
        models: &Path,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Result<Self, AppError> {
        let places = Places {
            models: models.to_owned(),
            ..Places::of(folder)
        };
        Self::open_at(None, &places, clock, options).await
    }

    /// The same on a log that is elsewhere; the folder holds the accounts and the keys.
    pub async fn open_on(
        log: Arc<dyn EventLog>,
        folder: &Path,
        models: &Path,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Result<Self, AppError> {
        let places = Places {
            models: models.to_owned(),
            ..Places::of(folder)
        };
        Self::open_at(Some(log), &places, clock, options).await
    }

    /// The same with everything named. Without a log, it is a file of the data folder.
    pub async fn open_at(
        log: Option<Arc<dyn EventLog>>,
        places: &Places,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Result<Self, AppError> {
        let folder = &places.folder;
        std::fs::create_dir_all(folder).map_err(failed("the data folder cannot be made"))?;
        let log = match log {
            Some(log) => log,
            None => Arc::new(
                SqliteLog::open(folder.join(files::LOG), SqliteOptions::default())
                    .map_err(failed("the log cannot be opened"))?,
            ),
        };
        let stores = Stores {
            accounts: Accounts::open(&folder.join(files::ACCOUNTS))?,
            keys: Arc::new(
                Keys::open(&places.keys).map_err(failed("the key store cannot be opened"))?,
            ),
            news: SolveNews::new(Some(&folder.join(files::SOLVES))),
            scratch: None,
        };
        Self::with(log, &places.models, stores, clock, options).await
    }

    /// A service that is gone when it is dropped: for tests and trials.
    pub async fn in_memory(clock: Arc<dyn Clock>) -> Result<Self, AppError> {
        let folder = std::env::temp_dir().join(format!("paiban-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&folder).map_err(failed("the scratch folder cannot be made"))?;
        let models = folder.join(files::MODELS);
        let stores = Stores {
            accounts: Accounts::in_memory()?,
            keys: Arc::new(Keys::in_memory()?),
            news: SolveNews::new(None),
            scratch: Some(Scratch(folder)),
        };
        let log = Arc::new(MemoryLog::new());
        Self::with(log, &models, stores, clock, Options::default()).await
    }

    async fn with(
        log: Arc<dyn EventLog>,
        models: &Path,
        stores: Stores,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Result<Self, AppError> {
        let Stores {
            accounts,
            keys,
            news,
            scratch,
        } = stores;
        let models = ReadModels::open_with(models, Arc::clone(&keys)).map_err(models_failed)?;
        // Before anybody is served: what a crash or an older build left out is made good.
        models.catch_up(log.as_ref()).await.map_err(models_failed)?;
        forget_again(&models, &accounts)?;
        let follower = models.follow(Arc::clone(&log));
        Ok(Self(Arc::new(Parts {
            log,
            models,
            _follower: follower,
            clock,
            accounts,
            keys,
            states: log::StateCache::default(),
            policies: Mutex::default(),
            solves: solving::Solves::new(options.solving, news),
            judgements: judging::Judgements::default(),
            password_turns: Semaphore::new(PASSWORDS_AT_ONCE),
            export_turns: Semaphore::new(EXPORTS_AT_ONCE),
            balance_turns: Semaphore::new(1),
            secure_cookies: options.secure_cookies,
            _scratch: scratch,
        })))
    }

    /// The present moment.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.0.clock.now()
    }
    /// The log.
    pub fn log(&self) -> &dyn EventLog {
        self.0.log.as_ref()
    }
    /// The read models.
    pub fn models(&self) -> &ReadModels {
        &self.0.models
    }
    /// Passwords and sessions.
    pub fn accounts(&self) -> &Accounts {
        &self.0.accounts
    }
    /// The keys of personal texts.
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.0.keys)
    }
    /// Whether cookies are for TLS alone.
    pub fn secure_cookies(&self) -> bool {
        self.0.secure_cookies
    }
    pub(crate) fn states(&self) -> &log::StateCache {
        &self.0.states
    }
    pub(crate) fn policies(&self) -> &Mutex<HashMap<String, Arc<PolicyDocument>>> {
        &self.0.policies
    }
    pub(crate) fn solves(&self) -> &solving::Solves {
        &self.0.solves
    }
    pub(crate) fn judgements(&self) -> &judging::Judgements {
        &self.0.judgements
    }
    /// Waits for a turn to check a password; few are checked at once.
    pub(crate) async fn password_turn(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.0.password_turns.acquire().await.ok()
    }

    /// Waits for a turn to make a file.
    pub(crate) async fn export_turn(&self) -> Option<SemaphorePermit<'_>> {
        self.0.export_turns.acquire().await.ok()
    }

    /// Waits for a turn to decide what is taken from a balance: a ledger spans the streams of several years, so two
    /// decisions about one must not be made at once.
    pub(crate) async fn balance_turn(&self) -> Option<SemaphorePermit<'_>> {
        self.0.balance_turns.acquire().await.ok()
    }

    /// Waits until the read models show what a command did.
    pub async fn wait<T>(&self, receipt: &Receipt<T>) -> Result<(), AppError> {
        match receipt.position {
            Some(position) => self.wait_for(position).await,
            None => Ok(()),
        }
    }

    /// Waits until the read models have reached a position.
    pub async fn wait_for(&self, position: Position) -> Result<(), AppError> {
        self.0
            .models
            .wait_for(position, WAIT_MAX)
            .await
            .map_err(|error| match error {
                projections::Error::Behind(_) => AppError::Behind,
                other => models_failed(other),
            })
    }

    /// Waits until the read models show everything in the log. For decisions that rest on what they derive.
    pub async fn catch_up(&self) -> Result<(), AppError> {
        match self.log().end().await? {
            Some(end) => self.wait_for(end).await,
            None => Ok(()),
        }
    }

    /// Asks the read models a question of one consistent snapshot.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&View<'_>) -> projections::Result<T> + Send + 'static,
    ) -> Result<T, AppError> {
        self.0.models.read(query).await.map_err(models_failed)
    }

    /// Everybody ever hired into a desk, by number.
    pub(crate) async fn people_of(&self, desk: &DeskId) -> Result<Vec<StaffId>, AppError> {
        self.catch_up().await?;
        let desk = desk.clone();
        let people = self.read(move |view| view.staff_list(Some(&desk))).await?;
        Ok(people.into_iter().map(|person| person.staff).collect())
    }

    /// A person's day as reckoned from everything in the log.
    pub async fn fresh_day(
        &self,
        staff: &StaffId,
        date: WorkDate,
    ) -> Result<Option<DayRecord>, AppError> {
        self.catch_up().await?;
        let staff = staff.clone();
        self.read(move |view| view.day_record(&staff, date)).await
    }

    /// Somebody as the author of a command: with the roles the log gives them today.
    ///
    /// # Errors
    /// Refused when they are not employed.
    pub async fn actor(&self, staff: &StaffId) -> Result<Actor, AppError> {
        let state = self.staff_state(staff).await?;
        let Some(record) = &state.record else {
            return Err(AppError::NotFound("person"));
        };
        let today = self.zone(&record.desk).await?.date(self.now());
        // The last shift may end after the midnight of the last day; its OUT is still the person's to punch.
        state
            .actor(today)
            .or_else(|| state.actor(today.plus_days(-1)))
            .ok_or(AppError::Forbidden)
    }

    /// A machine as the author of what it reports: it holds no role at all.
    pub fn machine_actor(feed: &Feed) -> Actor {
        Actor {
            // No person's number can hold a colon.
            staff: StaffId::new(format!("feed:{}", feed.name)),
            roles: BTreeSet::new(),
            leads: BTreeSet::new(),
        }
    }
}

/// Everybody the log says was forgotten has neither key nor account, whatever old copy of either was put back. Names
/// whose keys are missing without that are reported: the key store was lost, or another one was named.
fn forget_again(models: &ReadModels, accounts: &Accounts) -> Result<(), AppError> {
    models.forget_again().map_err(models_failed)?;
    let people = models
        .read_blocking(|view| view.staff_list(None))
        .map_err(models_failed)?;
    let is_lost = |person: &&projections::StaffRow| person.name == sealing::KEY_LOST;
    let lost = people.iter().filter(is_lost).count();
    if lost > 0 {
        tracing::error!(
            people = lost,
            "the key store lacks keys: names and reasons of these people cannot be read; put its backup back"
        );
    }
    for person in people.iter().filter(|person| person.forgotten.is_some()) {
        accounts.forget(&person.staff)?;
    }
    Ok(())
}

fn failed<E: std::error::Error + Send + Sync + 'static>(
    what: &'static str,
) -> impl Fn(E) -> AppError {
    move |source| AppError::Internal {
        what: what.to_owned(),
        source: Some(Box::new(source)),
    }
}

fn models_failed(error: projections::Error) -> AppError {
    AppError::Models(Box::new(error))
}
