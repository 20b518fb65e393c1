//! The log itself: checked, exported, saved, restored, replayed.

use super::{CliError, Data, Log, LogAddress, at, cluster, existing_log, found, open_log};
use crate::app::{files, stored};
use chrono::{DateTime, Utc};
use domain::event::PeriodEvent;
use eventlog::export::{from_line, hash_from_hex, to_hex, to_line};
use eventlog::sqlite::{SqliteLog, Until};
use eventlog::{
    BrokenEvent, EventLog, Fault, Hash, Position, RecordedEvent, Verified, VerifyError, Walk,
    verify_each,
};
use eventlog_kurrent::{KurrentLog, KurrentOptions};
use projections::ReadModels;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Events read at once.
const PAGE_EVENTS: usize = 1000;

pub(super) async fn run(action: Log) -> Result<(), CliError> {
    match action {
        Log::Verify { data } => verify(&data).await,
        Log::Export { data, out, until } => {
            let until = until.as_deref().map(number).transpose()?;
            export(&data, &out, until).await
        }
        Log::Check {
            export,
            seals,
            at,
            sparse,
        } => {
            let at = at.as_deref().map(number).transpose()?;
            let seals = seals.iter().map(|text| seal(text));
            check(&export, &seals.collect::<Result<Vec<_>, _>>()?, at, !sparse)
        }
        Log::Backup { data, out } => {
            open_log(&data.folder)?
                .backup_to(&out)
                .map_err(|error| found(&error))?;
            println!("{}", out.display());
            Ok(())
        }
        Log::Restore {
            data,
            backup,
            until,
        } => {
            let until = until.as_deref().map(moment).transpose()?;
            std::fs::create_dir_all(&data.folder).map_err(at(&data.folder))?;
            let log = data.folder.join(files::LOG);
            SqliteLog::restore(&backup, &log, until).map_err(|error| found(&error))?;
            println!("{}", log.display());
            Ok(())
        }
        Log::Replay { data } => replay(&data).await,
        Log::Copy { from, to } => copy(from, to).await,
    }
}

/// The number of a position, given as an export prints it: alone, or after its store.
fn number(text: &str) -> Result<u64, CliError> {
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    text.parse()
        .map(|position: Position| position.number())
        .map_err(|error: eventlog::PositionParseError| found(&error))
}

fn seal(text: &str) -> Result<Hash, CliError> {
    hash_from_hex(text)
        .ok_or_else(|| CliError::Found(format!("`{text}` is no seal: 64 hexadecimal digits")))
}

fn moment(text: &str) -> Result<Until, CliError> {
    if let Ok(position) = text.parse() {
        return Ok(Until::Position(position));
    }
    DateTime::parse_from_rfc3339(text)
        .map(|moment| Until::Time(moment.with_timezone(&Utc)))
        .map_err(|_| {
            CliError::Found(format!(
                "`{text}` is neither a position nor a moment such as 2026-12-31T18:00:00+08:00"
            ))
        })
}

/// The seals that closings of months record, by the number of the position each is of.
#[derive(Default)]
struct Seals {
    due: BTreeMap<u64, Vec<(Hash, RecordedEvent)>>,
    held: u64,
}

impl Seals {
    /// Takes note of the seal an event records, if it records one.
    fn note(&mut self, event: &RecordedEvent) -> Result<(), BrokenEvent> {
        if event.event_type != "period.closed" {
            return Ok(());
        }
        let broken = |fault| BrokenEvent::at(event, fault);
        let closed = match stored::read::<PeriodEvent>(event) {
            Ok(PeriodEvent::PeriodClosed(closed)) => closed,
            Ok(_) => return Ok(()),
            Err(error) => return Err(broken(Fault::Unreadable(error.to_string()))),
        };
        // A restored log is another store with the same numbers: they are what counts.
        let position = closed.position.parse::<Position>().ok();
        let (Some(position), Some(seal)) = (position, hash_from_hex(&closed.seal)) else {
            return Err(broken(Fault::SealBroken));
        };
        if position.number() >= event.position.number() {
            return Err(broken(Fault::SealBroken));
        }
        let due = self.due.entry(position.number()).or_default();
        due.push((seal, event.clone()));
        Ok(())
    }

    /// Compares the seals of positions before `number`, up to which all was walked.
    fn settle(&mut self, walk: &Walk, number: u64) -> Result<(), BrokenEvent> {
        while let Some(entry) = self.due.first_entry()
            && *entry.key() < number
        {
            let now = walk.seal();
            for (seal, event) in entry.remove() {
                if seal != now {
                    return Err(BrokenEvent::at(&event, Fault::SealBroken));
                }
                self.held += 1;
            }
        }
        Ok(())
    }

    fn take(&mut self, walk: &mut Walk, event: &RecordedEvent) -> Result<(), BrokenEvent> {
        self.settle(walk, event.position.number())?;
        walk.take_named(event)
    }
}

fn print_verified(verified: &Verified, seals: u64) {
    let end = verified
        .end
        .map_or("an empty log".to_owned(), |end| end.to_string());
    println!(
        "{} events in {} streams hold, up to {end}; {seals} seals hold",
        verified.events, verified.streams
    );
}

async fn verify(data: &Data) -> Result<(), CliError> {
    let log = existing_log(data).await?;
    let mut seals = Seals::default();
    let mut after = None;
    // What cannot be read, or records no seal that could be, is named in its turn by the walk over all.
    let mut unsealed = None;
    while let Ok(page) = log.read_all(after, PAGE_EVENTS).await
        && let Some(last) = page.last()
    {
        after = Some(last.position);
        for event in &page {
            unsealed = unsealed.or(seals.note(event).err());
        }
    }
    let verified = verify_each(log.as_ref(), |walk, event| {
        seals.take(walk, event)?;
        match &unsealed {
            Some(broken) if broken.id == Some(event.id) => Err(broken.clone()),
            _ => Ok(()),
        }
    })
    .await
    .map_err(|error: VerifyError| found(&error))?;
    if data.log.is_none() {
        let file = open_log(&data.folder)?;
        file.check_file().map_err(|error| found(&error))?;
    }
    print_verified(&verified, seals.held);
    Ok(())
}

async fn export(data: &Data, out: &Path, until: Option<u64>) -> Result<(), CliError> {
    let log = existing_log(data).await?;
    if let Some(until) = until {
        let end = log.end().await.map_err(|error| found(&error))?;
        let reaches = end.is_some_and(|end| end.number() >= until);
        if !reaches {
            return Err(CliError::Found(format!(
                "the log does not reach up to {until}"
            )));
        }
    }
    // Under another name until it is whole.
    let mut partial = out.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let mut file = BufWriter::new(File::create(&partial).map_err(at(&partial))?);
    let mut walk = Walk::new(log.positions_are_dense());
    loop {
        let page = log.read_all(walk.verified().end, PAGE_EVENTS).await;
        let page = page.map_err(|error| found(&error))?;
        let is_last = page.len() < PAGE_EVENTS;
        let wanted = page
            .iter()
            .take_while(|event| until.is_none_or(|until| event.position.number() <= until));
        let mut written = 0;
        for event in wanted {
            walk.take(event).map_err(|error| found(&error))?;
            let line = to_line(event).map_err(|error| found(&error))?;
            writeln!(file, "{line}").map_err(at(&partial))?;
            written += 1;
        }
        if is_last || written < page.len() {
            break;
        }
    }
    let file = file
        .into_inner()
        .map_err(|error| at(&partial)(error.into_error()))?;
    file.sync_all().map_err(at(&partial))?;
    std::fs::rename(&partial, out).map_err(at(out))?;
    let verified = walk.verified();
    let end = verified
        .end
        .map_or("nothing".to_owned(), |end| end.to_string());
    println!(
        "{}: {} events, up to {end}, seal {}",
        out.display(),
        verified.events,
        to_hex(&walk.seal())
    );
    Ok(())
}

/// Each event of an exported file, with the number of its line.
fn lines(
    file: &Path,
) -> Result<impl Iterator<Item = Result<(usize, RecordedEvent), CliError>>, CliError> {
    let path = file.to_owned();
    let lines = BufReader::new(File::open(file).map_err(at(file))?).lines();
    Ok((1..).zip(lines).map(move |(number, line)| {
        let event = from_line(&line.map_err(at(&path))?);
        let event = event.map_err(|error| in_line(&path, number, &error))?;
        Ok((number, event))
    }))
}

fn in_line(file: &Path, number: usize, error: &(dyn std::error::Error + 'static)) -> CliError {
    let what = crate::http::problem::chain(error);
    CliError::Found(format!("{}, line {number}: {what}", file.display()))
}

fn check(
    file: &Path,
    kept: &[Hash],
    at_number: Option<u64>,
    is_dense: bool,
) -> Result<(), CliError> {
    let mut seals = Seals::default();
    for line in lines(file)? {
        let (number, event) = line?;
        seals
            .note(&event)
            .map_err(|error| in_line(file, number, &error))?;
    }
    // Where a kept seal is to be found again. The file only says where to look; the seal is reckoned from its events.
    let mut wanted: BTreeMap<u64, Vec<Hash>> = BTreeMap::new();
    for seal in kept {
        let recorded = seals
            .due
            .iter()
            .find(|(_, seals)| seals.iter().any(|(recorded, _)| recorded == seal));
        let number = match (at_number, recorded) {
            (Some(number), _) => number,
            (None, Some((number, _))) => *number,
            (None, None) => {
                return Err(CliError::Found(format!(
                    "no closing in the file records the seal {}: it is not of this log, or its past was changed; \
                     with --at the position printed beside it is looked at",
                    to_hex(seal)
                )));
            }
        };
        wanted.entry(number).or_default().push(*seal);
    }
    let mut walk = Walk::new(is_dense);
    for line in lines(file)? {
        let (number, event) = line?;
        compare_kept(&mut wanted, &walk, event.position.number())?;
        seals
            .take(&mut walk, &event)
            .map_err(|error| in_line(file, number, &error))?;
    }
    let verified = walk.verified();
    let end = verified.end.map_or(0, |end| end.number());
    compare_kept(&mut wanted, &walk, end + 1)?;
    if let Some(number) = wanted.keys().next() {
        return Err(CliError::Found(format!(
            "the file ends at {end}, before the position {number} of a seal"
        )));
    }
    print_verified(&verified, seals.held);
    println!("seal of it all: {}", to_hex(&walk.seal()));
    Ok(())
}

/// Compares kept seals of positions before `number`, up to which all was walked.
fn compare_kept(
    wanted: &mut BTreeMap<u64, Vec<Hash>>,
    walk: &Walk,
    number: u64,
) -> Result<(), CliError> {
    while let Some(entry) = wanted.first_entry()
        && *entry.key() < number
    {
        let (position, now) = (*entry.key(), walk.seal());
        for seal in entry.remove() {
            if seal != now {
                return Err(CliError::Found(format!(
                    "the seal {} does not hold at {position}: the log's past was changed",
                    to_hex(&seal)
                )));
            }
            println!("seal {} holds at {position}", to_hex(&seal));
        }
    }
    Ok(())
}

/// Moves a log into a cluster, or what of it is not there yet.
async fn copy(from: LogAddress, to: KurrentOptions) -> Result<(), CliError> {
    let from: Arc<dyn EventLog> = match from {
        LogAddress::Folder(folder) => Arc::new(open_log(&folder)?),
        LogAddress::Cluster(options) => cluster(options.existing()).await?,
    };
    let to = KurrentLog::open(to).await.map_err(|error| found(&error))?;
    let copied = eventlog_kurrent::copy(from.as_ref(), &to)
        .await
        .map_err(|error| found(&error))?;
    println!(
        "{} events copied, {} were there; both logs hold, sealed {}",
        copied.events,
        copied.found,
        to_hex(&copied.seal)
    );
    Ok(())
}

async fn replay(data: &Data) -> Result<(), CliError> {
    let log = existing_log(data).await?;
    let started = std::time::Instant::now();
    let replayed = ReadModels::replay_beside(data.folder.join(files::MODELS), log.as_ref())
        .await
        .map_err(|error| found(&error))?;
    println!(
        "{} events replayed in {:.1} s",
        replayed.events,
        started.elapsed().as_secs_f64()
    );
    Ok(())
}
