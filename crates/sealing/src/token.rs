//! The two forms of a sealed text.
//!
//! ```text
//! stored   ⟦:owner@key,owner@key:ciphertext⟧
//! located  ⟦event/path:owner@key,owner@key:ciphertext⟧
//! ```
//! The brackets are two code points that stand for no character and never will; ids and ciphertext are hexadecimal. A
//! text about somebody who was forgotten before it was written has no ciphertext.

use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Write;
use uuid::Uuid;

pub(crate) const OPENS: char = '\u{FDD0}';
pub(crate) const CLOSES: char = '\u{FDD1}';

/// Where a sealed text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The event's id.
    pub event: Uuid,
    /// The field, such as `reason` or `items.0.text`.
    pub path: String,
}

/// Why sealed texts of an event could not be located.
#[derive(Debug, thiserror::Error)]
#[error("an event with sealed texts is no JSON")]
pub struct LocateError(#[from] serde_json::Error);

/// A person's key, as a sealed text names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyName {
    pub(crate) owner: String,
    /// Empty where the text was never written down.
    pub(crate) id: String,
}

/// A sealed text taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// None: in the stored form.
    pub(crate) place: Option<Place>,
    pub(crate) keys: Vec<KeyName>,
    pub(crate) ciphertext: Vec<u8>,
}

impl Token {
    /// What stands between the brackets.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (place, keys, ciphertext) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let place = match place {
            "" => None,
            place => {
                let (event, path) = place.split_once('/')?;
                Some(Place {
                    event: event.parse().ok()?,
                    path: path.to_owned(),
                })
            }
        };
        let keys = keys.split(',').map(|key| {
            let (owner, id) = key.split_once('@')?;
            Some(KeyName {
                owner: owner.to_owned(),
                id: id.to_owned(),
            })
        });
        Some(Self {
            place,
            keys: keys.collect::<Option<_>>()?,
            ciphertext: from_hex(ciphertext)?,
        })
    }

    /// The keys as they are written, which is what the ciphertext is bound to.
    pub(crate) fn key_names(keys: &[KeyName]) -> String {
        let names = keys.iter().map(|key| format!("{}@{}", key.owner, key.id));
        names.collect::<Vec<_>>().join(",")
    }

    pub(crate) fn stored(&self) -> String {
        let keys = Self::key_names(&self.keys);
        format!("{OPENS}:{keys}:{}{CLOSES}", to_hex(&self.ciphertext))
    }
}

/// Whether there is a sealed text in it. Costs next to nothing where there is none.
pub fn is_sealed(bytes: &[u8]) -> bool {
    // The first byte of the mark is rare enough to be looked for alone.
    bytes.contains(&0xEF) && std::str::from_utf8(bytes).is_ok_and(|text| text.contains(OPENS))
}

/// Whether the mark of a sealed text stands in what somebody sends, in any spelling of a body or an address: as it is,
/// percent-encoded, or escaped as JSON escapes.
pub fn spells_mark(bytes: &[u8]) -> bool {
    let spells = |spelling: &[u8]| {
        let mut windows = bytes.windows(spelling.len());
        windows.any(|window| window.eq_ignore_ascii_case(spelling))
    };
    // Each begins with a byte that is looked for alone first, as most of what is sent holds none.
    bytes.contains(&0xEF) && spells("\u{FDD0}".as_bytes())
        || bytes.contains(&b'%') && spells(b"%EF%B7%90")
        || bytes.contains(&b'\\') && spells(b"\\ufdd0")
}

/// The same text without the marks that only sealed texts carry.
pub fn without_marks(text: &str) -> Cow<'_, str> {
    if text.contains([OPENS, CLOSES]) {
        Cow::Owned(text.replace([OPENS, CLOSES], ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// The data of an event (JSON) with its stored texts located. A text that is located already was sealed elsewhere, as
/// names are in words made of them, and stays as it is.
pub fn locate(event: Uuid, data: &[u8]) -> Result<Cow<'_, [u8]>, LocateError> {
    if !is_sealed(data) {
        return Ok(Cow::Borrowed(data));
    }
    let mut value: Value = serde_json::from_slice(data)?;
    place_texts(&mut value, event, &mut String::new());
    Ok(Cow::Owned(serde_json::to_vec(&value)?))
}

fn place_texts(value: &mut Value, event: Uuid, path: &mut String) {
    let length = path.len();
    let mut within = |child: &mut Value, name: &str| {
        if length > 0 {
            path.push('.');
        }
        path.push_str(name);
        place_texts(child, event, path);
        path.truncate(length);
    };
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                within(field, name);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                within(item, &index.to_string());
            }
        }
        Value::String(text) => {
            // A stored text is the whole field; within words there are only located ones.
            if let Some(rest) = text.strip_prefix(OPENS)
                && rest.starts_with(':')
            {
                *text = format!("{OPENS}{}/{path}{rest}", event.simple());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    let bytes = digits.chunks_exact(2).map(|pair| match pair {
        [high, low] => high << 4 | low,
        _ => 0,
    });
    Some(bytes.collect())
}
