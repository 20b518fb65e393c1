//! Who may log in: passwords, sessions and feed tokens, in a database of its own beside the log.
//!
//! Nothing here is a fact about the desk, so none of it is in the log, and a backup of the log carries no secret. The
//! database keeps no secret either: passwords as argon2id, tokens as their SHA-256. What somebody may *do* comes from
//! the log alone (`staff-…`).

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chrono::{DateTime, Duration, Utc};
use domain::ids::{DeskId, StaffId};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// A password has at least so many characters.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// And at most so many bytes; more would only cost time to hash.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Wrong passwords in a row before an account answers slowly.
const FAILURES_FREE: u32 = 5;
/// The first pause after those; each further failure doubles it.
const PAUSE_SECONDS_FIRST: i64 = 30;
/// The longest pause.
const PAUSE_SECONDS_MAX: i64 = 15 * 60;
/// A session's last use is written down at most so often.
const TOUCH_SECONDS: i64 = 60;

/// How long a session lives.
#[derive(Clone, Copy, Debug)]
pub struct SessionPolicy {
    /// Unused for so long, it ends.
    pub idle: Duration,
    /// It ends so long after the login in any case.
    pub absolute: Duration,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            idle: Duration::hours(12),
            absolute: Duration::days(7),
        }
    }
}

/// What a feed token admits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedKind {
    /// The instant messenger's presence feed (T10).
    Presence,
    /// The phone system's feed (T11, T14).
    Calls,
    /// An attendance device, which keeps its own clock.
    Device,
}

impl FeedKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Calls => "calls",
            Self::Device => "device",
        }
    }
}

impl FromStr for FeedKind {
    type Err = AccountError;
    fn from_str(text: &str) -> Result<Self, AccountError> {
        match text {
            "presence" => Ok(Self::Presence),
            "calls" => Ok(Self::Calls),
            "device" => Ok(Self::Device),
            _ => Err(AccountError::NoSuchFeed(text.to_owned())),
        }
    }
}

/// A machine that reports to one desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its name, such as a serial number.
    pub name: String,
    /// What it may report.
    pub kind: FeedKind,
    /// The only desk it may report to.
    pub desk: DeskId,
}

/// A token as handed out once; afterwards only its hash is known.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// 244 random bits.
    pub(crate) fn fresh() -> Self {
        Self(format!(
            "{}{}",
            uuid::Uuid::new_v4().simple(),
            uuid::Uuid::new_v4().simple()
        ))
    }
    /// A token as a client presented it.
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }
    /// The secret itself, for the cookie or header.
    pub fn secret(&self) -> &str {
        &self.0
    }
    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
    /// What a form of this session must carry. It follows from the session's token, which no page and no script can
    /// read, so nobody else can know it.
    pub fn csrf(&self) -> String {
        hex(&Sha256::digest(
            format!("paiban csrf {}", self.0).as_bytes(),
        ))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Why somebody may not log in, or an account could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// No such person, wrong password, or disabled: deliberately one answer.
    #[error("the staff number or the password is wrong")]
    WrongLogin,
    /// Too many wrong passwords.
    #[error("too many wrong passwords; try again in {retry_after_seconds} s")]
    Throttled {
        /// When the next attempt is heard.
        retry_after_seconds: i64,
    },
    /// The password would not protect anybody.
    #[error(
        "a password has at least {PASSWORD_CHARS_MIN} characters, at most {PASSWORD_BYTES_MAX} bytes, and is not the staff number"
    )]
    WeakPassword,
    /// No such account.
    #[error("{0} has no account")]
    NoAccount(StaffId),
    /// Not a kind of feed.
    #[error("a feed is presence, calls or device, not {0:?}")]
    NoSuchFeed(String),
    /// Hashing failed.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
    /// The database failed.
    #[error("the accounts database failed")]
    Database(#[from] rusqlite::Error),
}

/// The accounts database.
pub struct Accounts {
    database: Mutex<Connection>,
    sessions: SessionPolicy,
}

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS account (
    staff TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    paused_until INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS session (
    token_hash BLOB PRIMARY KEY,
    staff TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS session_by_staff ON session (staff);
CREATE TABLE IF NOT EXISTS feed (
    token_hash BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    desk TEXT NOT NULL
) STRICT;
";

impl Accounts {
    /// Opens (or makes) the database.
    pub fn open(path: &Path) -> Result<Self, AccountError> {
        Self::with(Connection::open(path)?)
    }

    /// A database that is gone when dropped.
    pub fn in_memory() -> Result<Self, AccountError> {
        Self::with(Connection::open_in_memory()?)
    }

    fn with(database: Connection) -> Result<Self, AccountError> {
        // The command line may set a password while the server runs.
        database.busy_timeout(std::time::Duration::from_secs(5))?;
        database.pragma_update(None, "journal_mode", "wal")?;
        database.execute_batch(SCHEMA)?;
        Ok(Self {
            database: Mutex::new(database),
            sessions: SessionPolicy::default(),
        })
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives somebody a password and ends every session they have. Takes tens of milliseconds by intent.
    pub fn set_password(&self, staff: &StaffId, password: &str) -> Result<(), AccountError> {
        let too_short = password.chars().count() < PASSWORD_CHARS_MIN;
        if too_short || password.len() > PASSWORD_BYTES_MAX || password == staff.as_str() {
            return Err(AccountError::WeakPassword);
        }
        let hash = hash_password(password)?;
        let mut database = self.database();
        let transaction = database.transaction()?;
        transaction.execute(
            "INSERT INTO account (staff, password_hash) VALUES (?1, ?2)
             ON CONFLICT (staff) DO UPDATE SET password_hash = ?2, failures = 0, paused_until = 0",
            params![staff.as_str(), hash],
        )?;
        transaction.execute("DELETE FROM session WHERE staff = ?1", [staff.as_str()])?;
        transaction.commit()?;
        Ok(())
    }

    /// Shuts an account (and ends its sessions) or opens it again.
    pub fn set_disabled(&self, staff: &StaffId, disabled: bool) -> Result<(), AccountError> {
        let mut database = self.database();
        let transaction = database.transaction()?;
        let changed = transaction.execute(
            "UPDATE account SET disabled = ?2 WHERE staff = ?1",
            params![staff.as_str(), disabled],
        )?;
        if disabled {
            transaction.execute("DELETE FROM session WHERE staff = ?1", [staff.as_str()])?;
        }
        transaction.commit()?;
        if changed == 0 {
            return Err(AccountError::NoAccount(staff.clone()));
        }
        Ok(())
    }

    /// Takes somebody's account away, and every session with it. Without one nothing happens.
    pub fn forget(&self, staff: &StaffId) -> Result<(), AccountError> {
        let mut database = self.database();
        let transaction = database.transaction()?;
        transaction.execute("DELETE FROM session WHERE staff = ?1", [staff.as_str()])?;
        transaction.execute("DELETE FROM account WHERE staff = ?1", [staff.as_str()])?;
        Ok(transaction.commit()?)
    }

    /// Whether somebody has an account.
    pub fn exists(&self, staff: &StaffId) -> Result<bool, AccountError> {
        Ok(self.database().query_row(
            "SELECT EXISTS (SELECT 1 FROM account WHERE staff = ?1)",
            [staff.as_str()],
            |row| row.get(0),
        )?)
    }

    /// Checks a password, within the limits on wrong ones. Takes tens of milliseconds, whoever asks, so that the time
    /// does not say whether a number exists.
    pub fn check_password(
        &self,
        staff: &StaffId,
        password: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AccountError> {
        let account: Option<(String, bool, u32, i64)> = self
            .database()
            .query_row(
                "SELECT password_hash, disabled, failures, paused_until FROM account WHERE staff = ?1",
                [staff.as_str()],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .optional()?;
        if let Some((_, _, _, paused_until)) = &account
            && *paused_until > now.timestamp()
        {
            return Err(AccountError::Throttled {
                retry_after_seconds: paused_until - now.timestamp(),
            });
        }
        let hash = account
            .as_ref()
            .map_or_else(|| nobodys_hash(), |account| account.0.as_str());
        let fits = password.len() <= PASSWORD_BYTES_MAX && verify(password, hash);
        let Some((_, disabled, failures, _)) = account else {
            return Err(AccountError::WrongLogin);
        };
        if fits && !disabled {
            self.database().execute(
                "UPDATE account SET failures = 0, paused_until = 0 WHERE staff = ?1 AND failures > 0",
                [staff.as_str()],
            )?;
            return Ok(());
        }
        let failures = failures.saturating_add(1);
        self.database().execute(
            "UPDATE account SET failures = failures + 1, paused_until = ?2 WHERE staff = ?1",
            params![staff.as_str(), now.timestamp() + pause_seconds(failures)],
        )?;
        Err(AccountError::WrongLogin)
    }

    /// Opens a session for somebody whose password was checked.
    pub fn open_session(&self, staff: &StaffId, now: DateTime<Utc>) -> Result<Token, AccountError> {
        let token = Token::fresh();
        let database = self.database();
        database.execute(
            "DELETE FROM session WHERE created_at < ?1 OR used_at < ?2",
            params![
                (now - self.sessions.absolute).timestamp(),
                (now - self.sessions.idle).timestamp()
            ],
        )?;
        database.execute(
            "INSERT INTO session (token_hash, staff, created_at, used_at) VALUES (?1, ?2, ?3, ?3)",
            params![token.hash(), staff.as_str(), now.timestamp()],
        )?;
        Ok(token)
    }

    /// Whose session a token is, if it is alive.
    pub fn session(
        &self,
        token: &Token,
        now: DateTime<Utc>,
    ) -> Result<Option<StaffId>, AccountError> {
        let hash = token.hash();
        let database = self.database();
        let found: Option<(String, i64, i64)> = database
            .query_row(
                "SELECT session.staff, session.created_at, session.used_at FROM session
                 JOIN account ON account.staff = session.staff AND account.disabled = 0
                 WHERE session.token_hash = ?1",
                [&hash],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        let Some((staff, created_at, used_at)) = found else {
            return Ok(None);
        };
        let at = now.timestamp();
        if at >= created_at + self.sessions.absolute.num_seconds()
            || at >= used_at + self.sessions.idle.num_seconds()
        {
            database.execute("DELETE FROM session WHERE token_hash = ?1", [&hash])?;
            return Ok(None);
        }
        if at >= used_at + TOUCH_SECONDS {
            database.execute(
                "UPDATE session SET used_at = ?2 WHERE token_hash = ?1",
                params![hash, at],
            )?;
        }
        Ok(Some(StaffId::new(staff)))
    }

    /// Ends a session.
    pub fn close_session(&self, token: &Token) -> Result<(), AccountError> {
        self.database()
            .execute("DELETE FROM session WHERE token_hash = ?1", [token.hash()])?;
        Ok(())
    }

    /// Gives a machine a token; one it had under the same name, kind and desk ends.
    pub fn issue_feed_token(&self, feed: &Feed) -> Result<Token, AccountError> {
        let token = Token::fresh();
        let mut database = self.database();
        let transaction = database.transaction()?;
        transaction.execute(
            "DELETE FROM feed WHERE name = ?1 AND kind = ?2 AND desk = ?3",
            params![feed.name, feed.kind.as_str(), feed.desk.as_str()],
        )?;
        transaction.execute(
            "INSERT INTO feed (token_hash, name, kind, desk) VALUES (?1, ?2, ?3, ?4)",
            params![
                token.hash(),
                feed.name,
                feed.kind.as_str(),
                feed.desk.as_str()
            ],
        )?;
        transaction.commit()?;
        Ok(token)
    }

    /// The machine a token belongs to.
    pub fn feed(&self, token: &Token) -> Result<Option<Feed>, AccountError> {
        let found: Option<(String, String, String)> = self
            .database()
            .query_row(
                "SELECT name, kind, desk FROM feed WHERE token_hash = ?1",
                [token.hash()],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        found
            .map(|(name, kind, desk)| {
                Ok(Feed {
                    name,
                    kind: kind.parse()?,
                    desk: DeskId::new(desk),
                })
            })
            .transpose()
    }
}

fn pause_seconds(failures: u32) -> i64 {
    let over = failures.saturating_sub(FAILURES_FREE);
    if over == 0 {
        return 0;
    }
    PAUSE_SECONDS_FIRST
        .checked_shl(over - 1)
        .filter(|&pause| pause > 0)
        .map_or(PAUSE_SECONDS_MAX, |pause| pause.min(PAUSE_SECONDS_MAX))
}

fn hash_password(password: &str) -> Result<String, AccountError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|fault| AccountError::Hash(fault.to_string()))
}

fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

/// A hash that no password is checked against in earnest: for numbers without an account.
fn nobodys_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash_password(Token::fresh().secret()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    fn with_ann() -> (Accounts, StaffId) {
        let accounts = Accounts::in_memory().unwrap();
        let ann = StaffId::new("1001");
        accounts.set_password(&ann, "correct horse").unwrap();
        (accounts, ann)
    }

    #[test]
    fn a_session_ends_by_logout_disable_password_idleness_and_age() {
        let (accounts, ann) = with_ann();
        let open = |seconds| accounts.open_session(&ann, at(seconds)).unwrap();
        let alive =
            |token: &Token, seconds| accounts.session(token, at(seconds)).unwrap().is_some();

        let token = open(0);
        assert!(alive(&token, 1));
        accounts.close_session(&token).unwrap();
        assert!(!alive(&token, 2));

        let token = open(0);
        accounts.set_disabled(&ann, true).unwrap();
        assert!(!alive(&token, 1));
        accounts.set_disabled(&ann, false).unwrap();
        assert!(
            !alive(&token, 1),
            "opening the account again does not revive a session"
        );

        let token = open(0);
        accounts.set_password(&ann, "another horse").unwrap();
        assert!(!alive(&token, 1));

        let token = open(0);
        assert!(!alive(&token, 12 * 3600));
        let token = open(0);
        for hour in 1..7 * 24 {
            assert!(alive(&token, hour * 3600), "{hour}");
        }
        assert!(!alive(&token, 7 * 24 * 3600));
    }

    #[test]
    fn wrong_passwords_make_an_account_slow_and_a_right_one_does_not_help_meanwhile() {
        let (accounts, ann) = with_ann();
        for n in 0..6 {
            let answer = accounts.check_password(&ann, "wrong horse", at(n));
            assert!(matches!(answer, Err(AccountError::WrongLogin)), "{n}");
        }
        let answer = accounts.check_password(&ann, "correct horse", at(6));
        assert!(
            matches!(
                answer,
                Err(AccountError::Throttled {
                    retry_after_seconds: 29
                })
            ),
            "{answer:?}"
        );
        accounts
            .check_password(&ann, "correct horse", at(40))
            .unwrap();
        // The count began anew.
        assert!(matches!(
            accounts.check_password(&ann, "wrong", at(41)),
            Err(AccountError::WrongLogin)
        ));
        accounts
            .check_password(&ann, "correct horse", at(42))
            .unwrap();
    }

    #[test]
    fn pauses_double_up_to_a_quarter_of_an_hour() {
        let pauses: Vec<i64> = [5, 6, 7, 10, 11, 60, 200].map(pause_seconds).into();
        assert_eq!(pauses, [0, 30, 60, 480, 900, 900, 900]);
    }

    #[test]
    fn unknown_disabled_and_weak() {
        let (accounts, ann) = with_ann();
        let unknown = accounts.check_password(&"9999".into(), "correct horse", at(0));
        assert!(matches!(unknown, Err(AccountError::WrongLogin)));
        accounts.set_disabled(&ann, true).unwrap();
        assert!(matches!(
            accounts.check_password(&ann, "correct horse", at(0)),
            Err(AccountError::WrongLogin)
        ));
        for weak in ["", "short", "12345678"] {
            let answer = accounts.set_password(&"12345678".into(), weak);
            assert!(matches!(answer, Err(AccountError::WeakPassword)), "{weak}");
        }
    }

    #[test]
    fn the_database_holds_no_secret() {
        let (accounts, ann) = with_ann();
        let session = accounts.open_session(&ann, at(0)).unwrap();
        let feed = Feed {
            name: "im".into(),
            kind: FeedKind::Presence,
            desk: "shop".into(),
        };
        let token = accounts.issue_feed_token(&feed).unwrap();
        assert_eq!(accounts.feed(&token).unwrap(), Some(feed.clone()));
        let kept: Vec<Vec<u8>> = {
            let database = accounts.database();
            let mut rows = database
                .prepare("SELECT token_hash FROM session UNION ALL SELECT token_hash FROM feed UNION ALL SELECT CAST(password_hash AS BLOB) FROM account")
                .unwrap();
            rows.query_map([], |row| row.get(0))
                .unwrap()
                .map(Result::unwrap)
                .collect()
        };
        assert_eq!(kept.len(), 3);
        for secret in [session.secret(), token.secret(), "correct horse"] {
            assert!(kept.iter().all(|row| {
                !row.windows(secret.len())
                    .any(|window| window == secret.as_bytes())
            }));
        }
        // A new token of the same machine ends the old one.
        accounts.issue_feed_token(&feed).unwrap();
        assert_eq!(accounts.feed(&token).unwrap(), None);
    }
}
