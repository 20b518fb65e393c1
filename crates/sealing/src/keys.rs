//! The key store: one random key for each person, in a file of its own apart from the log, and who was forgotten.

use crate::token::{CLOSES, KeyName, OPENS, Token, to_hex};
use crate::{DAMAGED, FORGOTTEN, KEY_LOST, Place, Within};
use aes_gcm_siv::aead::{Aead, Generate, Key, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes of a key's name: enough that no two keys of one person share it.
const KEY_ID_BYTES: usize = 4;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS key (
    owner  TEXT NOT NULL,
    id     TEXT NOT NULL,
    secret BLOB NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT;
CREATE TABLE IF NOT EXISTS forgotten (owner TEXT PRIMARY KEY) STRICT;
";

/// Why the key store could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// SQLite refused.
    #[error("the key store failed")]
    Sqlite(#[from] rusqlite::Error),
    /// The file could not be made.
    #[error("the key store's file failed")]
    Io(#[from] std::io::Error),
    /// The system has no random numbers, or a text is longer than the cipher takes.
    #[error("a text could not be sealed")]
    Cipher,
}

type Secret = [u8; 32];

/// The key store. Every process on a data folder opens its own; what one deletes no other still knows at its next reading.
pub struct Keys(Mutex<Store>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

struct Store {
    database: Connection,
    /// SQLite's count of what others changed, when `secrets` and `forgotten` were read.
    version: i64,
    secrets: HashMap<(String, String), Option<Secret>>,
    forgotten: HashSet<String>,
}

impl Keys {
    /// Opens (or makes) the store. Only the file's owner may read it.
    pub fn open(file: &Path) -> Result<Self, KeyError> {
        let mut options = std::fs::OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        options.open(file)?;
        Self::with(Connection::open(file)?)
    }

    /// A store that is gone when dropped.
    pub fn in_memory() -> Result<Self, KeyError> {
        Self::with(Connection::open_in_memory()?)
    }

    fn with(database: Connection) -> Result<Self, KeyError> {
        database.busy_timeout(Duration::from_secs(10))?;
        // No second file that keeps a key after it was deleted: what is deleted is overwritten in its place.
        database.pragma_update(None, "secure_delete", true)?;
        database.pragma_update(None, "journal_mode", "delete")?;
        // A key is on disk before anything sealed with it can be.
        database.pragma_update(None, "synchronous", "extra")?;
        database.execute_batch(SCHEMA)?;
        let mut store = Store {
            database,
            version: -1,
            secrets: HashMap::new(),
            forgotten: HashSet::new(),
        };
        store.look()?;
        Ok(Self(Mutex::new(store)))
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what other processes changed. To be called before a page or file is read.
    pub fn look(&self) -> Result<(), KeyError> {
        self.store().look()
    }

    /// Seals a text about one or several people (`owners`, at least one) for its place. A text about several can be read
    /// until the first of them is forgotten; about somebody forgotten before, it is not kept at all. The same text at the
    /// same place always makes the same bytes. An empty text stays empty.
    pub fn seal(&self, place: &Place, owners: &[&str], text: &str) -> Result<String, KeyError> {
        if text.is_empty() {
            return Ok(String::new());
        }
        let mut owners: Vec<String> = owners.iter().map(|owner| plain(owner)).collect();
        owners.sort();
        owners.dedup();
        let mut store = self.store();
        store.look()?;
        let mut keys = Vec::new();
        let mut secrets = Vec::new();
        for owner in &owners {
            match store.newest(owner)? {
                Some((id, secret)) => {
                    secrets.push(secret);
                    keys.push(KeyName {
                        owner: owner.clone(),
                        id,
                    });
                }
                None => return Ok(never_kept(&owners)),
            }
        }
        let payload = Payload {
            msg: text.as_bytes(),
            aad: &bound_to(place, &keys),
        };
        let ciphertext = cipher(&secrets)
            .encrypt(&nonce(place), payload)
            .map_err(|_| KeyError::Cipher)?;
        let token = Token {
            place: None,
            keys,
            ciphertext,
        };
        Ok(token.stored())
    }

    /// A text with every located text in it opened, or one of the words that stand for what cannot be read.
    pub fn open_text<'t>(&self, text: &'t str, within: Within) -> Cow<'t, str> {
        if !text.contains(OPENS) {
            return Cow::Borrowed(text);
        }
        let mut store = self.store();
        let mut opened = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPENS) {
            opened.push_str(before);
            let (token, after) = after.split_once(CLOSES).unwrap_or((after, ""));
            put(&mut opened, &store.read(token), within);
            rest = after;
        }
        opened.push_str(rest);
        Cow::Owned(opened)
    }

    /// Deletes every key of these owners and sees to it that none is ever made again. Doing it again does nothing.
    pub fn forget<'o>(&self, owners: impl IntoIterator<Item = &'o str>) -> Result<(), KeyError> {
        let owners: Vec<String> = owners.into_iter().map(plain).collect();
        let mut store = self.store();
        store.look()?;
        if store.is_forgotten(&owners)? {
            return Ok(());
        }
        let transaction = store
            .database
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for owner in &owners {
            transaction.execute("INSERT OR IGNORE INTO forgotten VALUES (?1)", [owner])?;
            transaction.execute("DELETE FROM key WHERE owner = ?1", [owner])?;
        }
        transaction.commit()?;
        store.version = -1;
        store.look()
    }

    /// Whether the store holds a key of somebody.
    pub fn holds(&self, owner: &str) -> Result<bool, KeyError> {
        Ok(self.store().database.query_row(
            "SELECT EXISTS (SELECT 1 FROM key WHERE owner = ?1)",
            [plain(owner)],
            |row| row.get(0),
        )?)
    }
}

impl Store {
    fn look(&mut self) -> Result<(), KeyError> {
        let version = self
            .database
            .query_row("PRAGMA data_version", [], |row| row.get(0))?;
        if self.version != version {
            self.secrets.clear();
            let mut statement = self.database.prepare("SELECT owner FROM forgotten")?;
            let owners = statement.query_map([], |row| row.get(0))?;
            self.forgotten = owners.collect::<Result<_, _>>()?;
            self.version = version;
        }
        Ok(())
    }

    /// Whether nothing is left to do about forgetting these.
    fn is_forgotten(&self, owners: &[String]) -> Result<bool, KeyError> {
        let mut keys = self
            .database
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM key WHERE owner = ?1)")?;
        for owner in owners {
            let has_key: bool = keys.query_row([owner], |row| row.get(0))?;
            if has_key || !self.forgotten.contains(owner) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The key new texts about somebody are sealed with, made on first need; none: they were forgotten.
    fn newest(&mut self, owner: &str) -> Result<Option<(String, Secret)>, KeyError> {
        if self.forgotten.contains(owner) {
            return Ok(None);
        }
        let found = "SELECT id, secret FROM key WHERE owner = ?1 ORDER BY rowid DESC LIMIT 1";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let known = self.database.query_row(found, [owner], read).optional()?;
        if known.is_some() {
            return Ok(known);
        }
        // Another process may make it, or forget the person, at this very moment.
        let transaction = self
            .database
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let is_forgotten: bool = transaction.query_row(
            "SELECT EXISTS (SELECT 1 FROM forgotten WHERE owner = ?1)",
            [owner],
            |row| row.get(0),
        )?;
        if is_forgotten {
            return Ok(None);
        }
        let known = transaction.query_row(found, [owner], read).optional()?;
        let (id, secret) = match known {
            Some(known) => known,
            None => {
                let secret = Key::<Aes256GcmSiv>::try_generate().map_err(|_| KeyError::Cipher)?;
                let secret: Secret = secret.into();
                let id = key_id(&secret);
                transaction.execute(
                    "INSERT INTO key (owner, id, secret) VALUES (?1, ?2, ?3)",
                    params![owner, id, secret],
                )?;
                (id, secret)
            }
        };
        transaction.commit()?;
        self.secrets
            .insert((owner.to_owned(), id.clone()), Some(secret));
        Ok(Some((id, secret)))
    }

    fn secret(&mut self, key: &KeyName) -> Result<Option<Secret>, KeyError> {
        let name = (key.owner.clone(), key.id.clone());
        if let Some(secret) = self.secrets.get(&name) {
            return Ok(*secret);
        }
        let secret = self
            .database
            .query_row(
                "SELECT secret FROM key WHERE owner = ?1 AND id = ?2",
                [&key.owner, &key.id],
                |row| row.get(0),
            )
            .optional()?;
        self.secrets.insert(name, secret);
        Ok(secret)
    }

    /// The text of what stands between two brackets, or the word for why there is none.
    fn read(&mut self, token: &str) -> Cow<'static, str> {
        let Some(token) = Token::parse(token) else {
            return DAMAGED.into();
        };
        let is_forgotten = |key: &KeyName| self.forgotten.contains(&key.owner);
        if token.keys.iter().any(is_forgotten) || token.ciphertext.is_empty() {
            return FORGOTTEN.into();
        }
        let mut secrets = Vec::new();
        for key in &token.keys {
            match self.secret(key) {
                Ok(Some(secret)) => secrets.push(secret),
                Ok(None) => {
                    tracing::debug!(key.owner = key.owner, "a key is not in the key store");
                    return KEY_LOST.into();
                }
                Err(error) => {
                    tracing::error!(%error, "the key store cannot be read");
                    return KEY_LOST.into();
                }
            }
        }
        // In the stored form it was never located: it stands where nothing of ours put it.
        let Some(place) = &token.place else {
            return DAMAGED.into();
        };
        let payload = Payload {
            msg: &token.ciphertext,
            aad: &bound_to(place, &token.keys),
        };
        let text = cipher(&secrets).decrypt(&nonce(place), payload).ok();
        match text.and_then(|text| String::from_utf8(text).ok()) {
            Some(text) => text.into(),
            None => {
                tracing::error!(event.id = %place.event, field = place.path, "a sealed text is damaged");
                DAMAGED.into()
            }
        }
    }
}

/// A text that is not kept, for somebody of these was forgotten.
fn never_kept(owners: &[String]) -> String {
    let keys = owners.iter().map(|owner| KeyName {
        owner: owner.clone(),
        id: String::new(),
    });
    let token = Token {
        place: None,
        keys: keys.collect(),
        ciphertext: Vec::new(),
    };
    token.stored()
}

/// What ties a ciphertext to its place: the event, the field, and whose keys it wants.
fn bound_to(place: &Place, keys: &[KeyName]) -> Vec<u8> {
    let names = Token::key_names(keys);
    let parts = [place.path.as_bytes(), b":", names.as_bytes()];
    let bound = [place.event.as_bytes().as_slice()].into_iter().chain(parts);
    bound.flatten().copied().collect()
}

/// Follows from the place, so that a command sent twice makes the same bytes. Should a command that is decided anew say
/// something else at the same place, the cipher bears a nonce used twice: only equal texts show as equal.
fn nonce(place: &Place) -> Nonce {
    let mut hasher = Sha256::new();
    hasher.update(b"paiban nonce ");
    hasher.update(place.event.as_bytes());
    hasher.update(place.path.as_bytes());
    let mut nonce = Nonce::default();
    nonce
        .iter_mut()
        .zip(hasher.finalize())
        .for_each(|(byte, of)| *byte = of);
    nonce
}

/// One person's key is the key; that of several follows from all of theirs.
fn cipher(secrets: &[Secret]) -> Aes256GcmSiv {
    if let [secret] = secrets {
        return Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*secret));
    }
    let mut hasher = Sha256::new();
    hasher.update(b"paiban key of several ");
    for secret in secrets {
        hasher.update(secret);
    }
    let secret: Secret = hasher.finalize().into();
    Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(secret))
}

fn key_id(secret: &Secret) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"paiban key id ");
    hasher.update(secret);
    let hash = hasher.finalize();
    to_hex(hash.get(..KEY_ID_BYTES).unwrap_or_default())
}

/// An owner's name as it can stand in a sealed text; people's numbers are as they are.
fn plain(owner: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    owner.bytes().fold(String::new(), |mut plain, byte| {
        if is_plain(byte) {
            plain.push(char::from(byte));
        } else {
            plain.push_str(&format!("%{byte:02x}"));
        }
        plain
    })
}

fn put(into: &mut String, text: &str, within: Within) {
    match within {
        Within::Text => into.push_str(text),
        Within::Json => {
            let quoted = serde_json::Value::from(text).to_string();
            into.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
        }
        Within::Html => {
            for character in text.chars() {
                match character {
                    '&' => into.push_str("&amp;"),
                    '<' => into.push_str("&lt;"),
                    '>' => into.push_str("&gt;"),
                    '"' => into.push_str("&quot;"),
                    '\'' => into.push_str("&#39;"),
                    other => into.push(other),
                }
            }
        }
    }
}
