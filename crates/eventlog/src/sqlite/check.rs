//! Whether the file itself is whole: what no chain covers, indexes above all, by which streams are read.

use std::path::Path;

use rusqlite::Connection;

use super::{
    ids::first_id_not_found_once,
    schema::{FileFault, MIGRATIONS},
};

/// Kind, name, table and SQL of everything a database is made of.
type Schema = Vec<(String, String, String, Option<String>)>;

pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), FileFault> {
    let refused = FileFault::sqlite(path);
    let damage: Vec<String> = connection
        .prepare("PRAGMA integrity_check")
        .and_then(|mut statement| {
            let rows = statement.query_map((), |row| row.get(0))?;
            rows.collect()
        })
        .map_err(&refused)?;
    if damage != ["ok"] {
        return Err(FileFault::Damaged {
            path: path.to_owned(),
            what: damage.join("; "),
        });
    }
    // A trigger, a view or another constraint would change what a write or a read means.
    let wanted = Connection::open_in_memory()
        .and_then(|fresh| {
            for migration in MIGRATIONS {
                fresh.execute_batch(migration)?;
            }
            schema(&fresh)
        })
        .map_err(&refused)?;
    let found = schema(connection).map_err(&refused)?;
    if let Some(other) = found.iter().find(|part| !wanted.contains(part)) {
        return Err(FileFault::Damaged {
            path: path.to_owned(),
            what: format!("the {} `{}` is not the log's", other.0, other.1),
        });
    }
    if let Some(missing) = wanted.iter().find(|part| !found.contains(part)) {
        return Err(FileFault::Damaged {
            path: path.to_owned(),
            what: format!("the {} `{}` is missing", missing.0, missing.1),
        });
    }
    // SQLite itself keeps ids unique within a segment only.
    if let Some(id) = first_id_not_found_once(connection).map_err(&refused)? {
        return Err(FileFault::Damaged {
            path: path.to_owned(),
            what: format!("the event {id} is not found by its id, or is there twice"),
        });
    }
    Ok(())
}

fn schema(connection: &Connection) -> rusqlite::Result<Schema> {
    let mut statement =
        connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")?;
    let rows = statement.query_map((), |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    rows.collect()
}
