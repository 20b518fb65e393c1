//! Rows keep sealed texts sealed; readers see them open. On a reader's connection every table with texts is covered by a
//! temporary view of the same name that opens them, so no query has to know, and none can forget to.

use crate::error::Result;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use sealing::{Keys, Within};
use std::borrow::Cow;
use std::sync::Arc;

/// Columns that may hold sealed texts, and what those stand in.
const COLUMNS: [(&str, &[(&str, Within)]); 10] = [
    ("events", &[("data", Within::Json)]),
    ("versions", &[("state", Within::Json)]),
    ("presence_excuses", &[("reason", Within::Text)]),
    ("spot_checks", &[("note", Within::Text)]),
    (
        "adjustments",
        &[("reason", Within::Text), ("adjusted", Within::Json)],
    ),
    (
        "roster_revisions",
        &[("reason", Within::Text), ("shortfalls", Within::Json)],
    ),
    ("day_records", &[("record", Within::Json)]),
    ("penalties", &[("proposal", Within::Json)]),
    ("frozen_day_records", &[("record", Within::Json)]),
    ("frozen_penalties", &[("proposal", Within::Json)]),
];

/// Opens sealed texts for whatever is read on this connection from now on.
pub(crate) fn open_texts(reader: &Connection, keys: &Arc<Keys>) -> Result<()> {
    for (name, within) in [("open_text", Within::Text), ("open_json", Within::Json)] {
        let keys = Arc::clone(keys);
        let flags = FunctionFlags::SQLITE_UTF8;
        reader.create_scalar_function(name, 1, flags, move |context| {
            let given = context.get_raw(0);
            Ok(opened(&keys, given, within).map_or(ToSqlOutput::Arg(0), ToSqlOutput::Owned))
        })?;
    }
    for (table, sealed) in COLUMNS {
        let mut columns = Vec::new();
        let mut statement = reader.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let names = statement.query_map([table], |row| row.get::<_, String>(0))?;
        for name in names {
            let name = name?;
            let within = sealed.iter().find(|(column, _)| *column == name);
            columns.push(match within {
                Some((_, Within::Json)) => format!("open_json({name}) AS {name}"),
                Some(_) => format!("open_text({name}) AS {name}"),
                None => name,
            });
        }
        let columns = columns.join(", ");
        reader.execute_batch(&format!(
            "CREATE TEMP VIEW {table} AS SELECT {columns} FROM main.{table}"
        ))?;
    }
    Ok(())
}

/// The value with its sealed texts open; none: nothing in it is sealed.
fn opened(keys: &Keys, given: ValueRef<'_>, within: Within) -> Option<Value> {
    let (bytes, is_text) = match given {
        ValueRef::Text(bytes) => (bytes, true),
        ValueRef::Blob(bytes) => (bytes, false),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => return None,
    };
    if !sealing::is_sealed(bytes) {
        return None;
    }
    match keys.open_text(std::str::from_utf8(bytes).ok()?, within) {
        Cow::Borrowed(_) => None,
        Cow::Owned(text) if is_text => Some(Value::Text(text)),
        Cow::Owned(text) => Some(Value::Blob(text.into_bytes())),
    }
}
