//! Whole copies of a log, made beside a running writer.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::schema::{OpenError, refuse_foreign, sync_file};

/// Copies the log at `from`, as of one moment, to the new file `to`; `adapt` may change the copy before it gets
/// its name.
pub(super) fn copy(
    from: &Path,
    to: &Path,
    busy_timeout: Duration,
    adapt: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> Result<(), OpenError> {
    if to.exists() {
        return Err(OpenError::Exists(to.to_owned()));
    }
    // Under another name until it is whole and durable, so that half a copy is never taken for one.
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    if partial.exists() {
        std::fs::remove_file(&partial).map_err(OpenError::io(&partial))?;
    }
    let copied = copy_into(from, &partial, busy_timeout)
        .and_then(|()| {
            Connection::open(&partial)
                .and_then(|copy| adapt(&copy))
                .map_err(OpenError::sqlite(&partial))
        })
        .and_then(|()| sync_file(&partial))
        .and_then(|()| std::fs::rename(&partial, to).map_err(OpenError::io(to)))
        .and_then(|()| sync_file(to));
    if copied.is_err() {
        // The copy failed already; that its remains cannot be removed either adds nothing.
        let _ = std::fs::remove_file(&partial);
    }
    copied
}

fn copy_into(from: &Path, to: &Path, busy_timeout: Duration) -> Result<(), OpenError> {
    let refused = OpenError::sqlite(from);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(from, flags).map_err(&refused)?;
    connection.busy_timeout(busy_timeout).map_err(&refused)?;
    refuse_foreign(&connection, from)?;
    let name = to
        .to_str()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8"));
    connection
        .execute("VACUUM INTO ?1", [name.map_err(OpenError::io(to))?])
        .map_err(&refused)?;
    Ok(())
}
