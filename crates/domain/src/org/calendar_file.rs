//! Reading a holiday arrangement from a file: JSON as shipped, CSV (`date,kind,name`), or ICS as phones and desks subscribe
//! to. Every fault names its line and field.

use super::shipped::{CalendarFile, statutory_days};
use crate::event::{CalendarDay, DayKind};
use crate::work_date::WorkDate;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::{Deserialize, Serialize};

/// Days at most that one ICS event may span: more is no holiday.
const EVENT_DAYS_MAX: i64 = 31;

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CalendarFormat {
    /// As shipped.
    Json,
    /// `date,kind,name`.
    Csv,
    /// RFC 5545.
    Ics,
}

impl CalendarFormat {
    /// By the ending of a file's name.
    pub fn of_name(name: &str) -> Option<Self> {
        let ending = name.rsplit_once('.')?.1.to_lowercase();
        Self::deserialize(StrDeserializer::<WordError>::new(&ending)).ok()
    }
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarFault {
    /// From 1; 0: the file as a whole.
    pub line: usize,
    /// Which field.
    pub field: &'static str,
    /// In Chinese.
    pub message_zh: String,
    /// In English.
    pub message_en: String,
}

impl CalendarFault {
    fn new(line: usize, field: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            line,
            field,
            message_zh: zh.into(),
            message_en: en.into(),
        }
    }
}

/// What a file says: of which year, if it says so, where from, and its days with their lines.
#[derive(Default)]
struct Read {
    year: Option<i32>,
    provisional: Option<bool>,
    source: Option<String>,
    days: Vec<(usize, CalendarDay)>,
    faults: Vec<CalendarFault>,
}

/// What the reader of a file knows beside it, where the file is silent.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Which year is wanted: other years of the file are left out (a subscription holds several).
    pub year: Option<i32>,
    /// Where the file came from.
    pub source: Option<String>,
    /// Not announced yet.
    pub provisional: bool,
}

/// Reads a year's arrangement. Errors: every fault, in order of line.
pub fn read(
    format: CalendarFormat,
    text: &str,
    beside: &Beside,
) -> Result<CalendarFile, Vec<CalendarFault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut read = match format {
        CalendarFormat::Json => json(text),
        CalendarFormat::Csv => csv(text),
        CalendarFormat::Ics => ics(text, beside.year),
    };
    let first = read.days.first().map(|(_, day)| day.date.month().year());
    let year = read.year.or(beside.year).or(first);
    if let (Some(said), Some(wanted)) = (read.year, beside.year)
        && said != wanted
    {
        let zh = format!("文件是 {said} 年的,不是 {wanted} 年");
        let en = format!("the file is of {said}, not of {wanted}");
        read.faults.push(CalendarFault::new(0, "year", zh, en));
    }
    let source = beside.source.clone().or(read.source).unwrap_or_default();
    if source.trim().is_empty() {
        let (zh, en) = ("须注明来源", "where it came from must be said");
        read.faults.push(CalendarFault::new(0, "source", zh, en));
    }
    if read.days.is_empty() && read.faults.is_empty() {
        let (zh, en) = ("文件里没有节假日", "the file names no day");
        read.faults.push(CalendarFault::new(0, "days", zh, en));
    }
    read.days.sort_by_key(|(line, day)| (day.date, *line));
    for pair in read.days.windows(2) {
        if let [(_, first), (line, second)] = pair
            && first.date == second.date
        {
            let zh = format!("{} 出现两次", second.date);
            let en = format!("{} is there twice", second.date);
            read.faults.push(CalendarFault::new(*line, "date", zh, en));
        }
    }
    for (line, day) in &read.days {
        if Some(day.date.month().year()) != year {
            let zh = format!("{} 不在 {} 年内", day.date, year.unwrap_or_default());
            let en = format!("{} is not in {}", day.date, year.unwrap_or_default());
            read.faults.push(CalendarFault::new(*line, "date", zh, en));
        }
        if day.kind == DayKind::MakeUpWorkday && !day.date.is_weekend() {
            let zh = format!("{} 是工作日,不能作为补班日", day.date);
            let en = format!("{} is a weekday: nobody makes up for it", day.date);
            read.faults.push(CalendarFault::new(*line, "kind", zh, en));
        }
    }
    read.faults.sort_by_key(|fault| fault.line);
    match year {
        Some(year) if read.faults.is_empty() => Ok(CalendarFile {
            year,
            provisional: beside.provisional || read.provisional.unwrap_or(false),
            source,
            days: read.days.into_iter().map(|(_, day)| day).collect(),
        }),
        _ => Err(read.faults),
    }
}

fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<WordError>::new(text)).ok()
}

fn bad_date(line: usize, text: &str) -> CalendarFault {
    let zh = format!("应为日期,如 2027-01-01,而不是“{text}”");
    let en = format!("must be a date such as 2027-01-01, not {text:?}");
    CalendarFault::new(line, "date", zh, en)
}

fn kind_of(line: usize, text: &str) -> Result<DayKind, CalendarFault> {
    let words = [
        ("法定", DayKind::Statutory),
        ("法定节假日", DayKind::Statutory),
        ("休", DayKind::AdjustedRest),
        ("调休", DayKind::AdjustedRest),
        ("班", DayKind::MakeUpWorkday),
        ("补班", DayKind::MakeUpWorkday),
    ];
    let said = words.iter().find(|(word, _)| *word == text);
    said.map(|(_, kind)| *kind)
        .or_else(|| word(text))
        .ok_or_else(|| {
            CalendarFault::new(
                line,
                "kind",
                format!("应为 statutory、adjusted_rest 或 make_up_workday,而不是“{text}”"),
                format!("must be statutory, adjusted_rest or make_up_workday, not {text:?}"),
            )
        })
}

// -- JSON ------------------------------------------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonFile {
    year: Option<i32>,
    provisional: Option<bool>,
    source: Option<String>,
    days: Vec<JsonDay>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonDay {
    date: String,
    kind: String,
    name: String,
}

fn json(text: &str) -> Read {
    let mut read = Read::default();
    let file: JsonFile = match serde_json::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let zh = format!("不是有效的节假日文件:{error}");
            let en = format!("not a calendar file: {error}");
            read.faults
                .push(CalendarFault::new(error.line(), "json", zh, en));
            return read;
        }
    };
    (read.year, read.provisional, read.source) = (file.year, file.provisional, file.source);
    // The nth day stands where the nth key `date` does; inside a text the quotes would be escaped.
    let lines = text.lines().enumerate().flat_map(|(index, line)| {
        let keys = line.match_indices("\"date\"");
        let keys = keys.filter(|(at, key)| {
            let after = line.get(at + key.len()..).unwrap_or_default();
            after.trim_start().starts_with(':')
        });
        keys.map(move |_| index + 1).collect::<Vec<_>>()
    });
    let lines: Vec<usize> = lines.collect();
    for (index, day) in file.days.into_iter().enumerate() {
        let line = lines.get(index).copied().unwrap_or(0);
        take(&mut read, line, &day.date, &day.kind, &day.name);
    }
    read
}

// -- CSV -------------------------------------------------------------------------------------------------------------

fn csv(text: &str) -> Read {
    let mut read = Read::default();
    for (index, row) in text.lines().enumerate() {
        let line = index + 1;
        let cells: Vec<&str> = row
            .splitn(3, ',')
            .map(|cell| cell.trim().trim_matches('"'))
            .collect();
        if row.trim().is_empty() || (index == 0 && cells.first() == Some(&"date")) {
            continue;
        }
        match cells[..] {
            [date, kind, name] => take(&mut read, line, date, kind, name),
            _ => {
                let zh = "每行三列:date,kind,name";
                let en = "a row has three columns: date,kind,name";
                read.faults.push(CalendarFault::new(line, "row", zh, en));
            }
        }
    }
    read
}

fn take(read: &mut Read, line: usize, date: &str, kind: &str, name: &str) {
    let parsed = date.parse::<WorkDate>();
    if parsed.is_err() {
        read.faults.push(bad_date(line, date));
    }
    let kind = kind_of(line, kind);
    if name.trim().is_empty() {
        let fault = CalendarFault::new(line, "name", "不能为空", "must not be empty");
        read.faults.push(fault);
    }
    match (parsed, kind) {
        (Ok(date), Ok(kind)) => {
            let name = name.to_owned();
            read.days.push((line, CalendarDay { date, kind, name }));
        }
        (_, Err(fault)) => read.faults.push(fault),
        (Err(_), Ok(_)) => {}
    }
}

// -- ICS -------------------------------------------------------------------------------------------------------------

/// An event being read, with the lines its parts stand on.
#[derive(Default)]
struct IcsEvent {
    line: usize,
    start: Option<(usize, String)>,
    end: Option<(usize, String)>,
    summary: String,
    kind: Option<(usize, String)>,
    special: String,
}

fn ics(text: &str, wanted: Option<i32>) -> Read {
    let mut read = Read::default();
    let mut event: Option<IcsEvent> = None;
    let mut calendar = false;
    for (line, row) in unfolded(text) {
        let Some((name, value)) = row.split_once(':') else {
            continue;
        };
        let name = name.split(';').next().unwrap_or_default().to_uppercase();
        let value = value.trim();
        match (name.as_str(), value.to_uppercase().as_str()) {
            ("BEGIN", "VCALENDAR") => calendar = true,
            ("BEGIN", "VEVENT") => {
                event = Some(IcsEvent {
                    line,
                    ..IcsEvent::default()
                });
            }
            ("END", "VEVENT") => {
                if let Some(event) = event.take() {
                    ics_event(&mut read, &event, wanted);
                }
            }
            _ => {
                let Some(event) = &mut event else { continue };
                match name.as_str() {
                    "DTSTART" => event.start = Some((line, value.to_owned())),
                    "DTEND" => event.end = Some((line, value.to_owned())),
                    "SUMMARY" => event.summary = value.to_owned(),
                    "CATEGORIES" => event.kind = Some((line, value.to_owned())),
                    "X-APPLE-SPECIAL-DAY" => event.special = value.to_uppercase(),
                    _ => {}
                }
            }
        }
    }
    if !calendar {
        let (zh, en) = ("不是 ICS 日历", "no ICS calendar");
        read.faults.push(CalendarFault::new(1, "ics", zh, en));
    }
    if let Some(event) = event {
        let (zh, en) = ("事件没有结束", "the event does not end");
        read.faults
            .push(CalendarFault::new(event.line, "VEVENT", zh, en));
    }
    read
}

/// Lines with what was folded over several put together again (RFC 5545, 3.1), each with the number it begins on.
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some((_, row))) => row.push_str(more),
            _ => lines.push((index + 1, line.to_owned())),
        }
    }
    lines
}

fn ics_date(text: &str) -> Option<WorkDate> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, rest) = rest.split_at_checked(2)?;
    let (day, _) = rest.split_at_checked(2)?;
    format!("{year}-{month}-{day}").parse().ok()
}

fn ics_event(read: &mut Read, event: &IcsEvent, wanted: Option<i32>) {
    let Some((start_line, text)) = &event.start else {
        let (zh, en) = ("缺少 DTSTART", "DTSTART is missing");
        read.faults
            .push(CalendarFault::new(event.line, "DTSTART", zh, en));
        return;
    };
    let Some(start) = ics_date(text) else {
        read.faults.push(bad_date(*start_line, text));
        return;
    };
    // DTEND names the day after the last; without it the event is of one day.
    let (end_line, last) = match &event.end {
        None => (*start_line, start),
        Some((line, text)) => match ics_date(text) {
            Some(end) => (*line, end.plus_days(-1).max(start)),
            None => return read.faults.push(bad_date(*line, text)),
        },
    };
    if start.days_until(last) >= EVENT_DAYS_MAX {
        let (zh, en) = ("时间过长", "spans too many days");
        read.faults
            .push(CalendarFault::new(end_line, "DTEND", zh, en));
        return;
    }
    let summary = event.summary.trim();
    if summary.is_empty() {
        let (zh, en) = ("缺少 SUMMARY", "SUMMARY is missing");
        read.faults
            .push(CalendarFault::new(event.line, "SUMMARY", zh, en));
        return;
    }
    let mut date = start;
    while date <= last {
        let year = date.month().year();
        if wanted.is_none_or(|wanted| wanted == year) {
            match ics_kind(event, date) {
                Ok(kind) => {
                    let name = summary.to_owned();
                    read.days
                        .push((event.line, CalendarDay { date, kind, name }));
                }
                Err(fault) => return read.faults.push(fault),
            }
        }
        date = date.plus_days(1);
    }
}

/// What kind of day an event makes: what it says itself, else a make-up workday by its words, else by the table of
/// statutory days.
fn ics_kind(event: &IcsEvent, date: WorkDate) -> Result<DayKind, CalendarFault> {
    if let Some((line, said)) = &event.kind {
        let said = said.to_lowercase().replace('-', "_");
        if let Ok(kind) = kind_of(*line, said.trim()) {
            return Ok(kind);
        }
    }
    let words = ["补班", "(班)", "(班)", "上班"];
    let says = |words: &[&str]| words.iter().any(|word| event.summary.contains(word));
    if event.special == "ALTERNATE-WORKDAY" || says(&words) {
        return Ok(DayKind::MakeUpWorkday);
    }
    let year = date.month().year();
    let statutory = statutory_days(year);
    if statutory.is_empty() {
        let zh =
            format!("不知道 {year} 年的法定节假日,请用 CATEGORIES 写明 statutory 或 adjusted_rest");
        let en = format!(
            "the statutory days of {year} are not known: say statutory or adjusted_rest in CATEGORIES"
        );
        return Err(CalendarFault::new(event.line, "CATEGORIES", zh, en));
    }
    Ok(if statutory.iter().any(|(day, _)| *day == date) {
        DayKind::Statutory
    } else {
        DayKind::AdjustedRest
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn beside() -> Beside {
        Beside {
            source: Some("通知".into()),
            ..Beside::default()
        }
    }

    fn faults(format: CalendarFormat, text: &str) -> Vec<(usize, &'static str)> {
        let faults = read(format, text, &beside()).unwrap_err();
        faults
            .into_iter()
            .map(|fault| (fault.line, fault.field))
            .collect()
    }

    #[test]
    fn csv_names_line_and_field_of_every_fault() {
        let good = read(
            CalendarFormat::Csv,
            "date,kind,name\n2027-02-06,statutory,春节\n2027-02-20,补班,补班\n",
            &beside(),
        );
        let good = good.unwrap();
        assert_eq!(
            (good.year, good.days.len(), good.provisional),
            (2027, 2, false)
        );
        let bad = "date,kind,name\n2027-02-30,statutory,春节\n2027-02-06,holiday,春节\n2027-02-07\n\
                   2027-02-08,statutory,\n2026-10-01,statutory,国庆节\n2027-02-09,make_up_workday,补班\n";
        assert_eq!(
            faults(CalendarFormat::Csv, bad),
            [
                (2, "date"),
                (3, "kind"),
                (4, "row"),
                (5, "name"),
                (6, "date"),
                (7, "kind")
            ],
            "the first good day says which year"
        );
    }

    #[test]
    fn json_names_the_line_of_a_day() {
        let text = "{\"source\": \"x\",\n\"days\": [\n{\"date\": \"2027-02-06\", \"kind\": \"statutory\", \"name\": \"春节\"},\n\
                    {\"date\": \"2027-02-06\", \"kind\": \"rest\", \"name\": \"春节\"}]}";
        assert_eq!(faults(CalendarFormat::Json, text), [(4, "kind")]);
        assert_eq!(
            faults(CalendarFormat::Json, "{\n\"days\": [}"),
            [(2, "json")]
        );
        let twice = text.replace("\"rest\"", "\"statutory\"");
        assert_eq!(faults(CalendarFormat::Json, &twice), [(4, "date")]);
    }

    #[test]
    fn ics_tells_statutory_days_from_those_taken_off_and_those_worked() {
        let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261001\r\nDTEND;VALUE=DATE:20261008\r\n\
                    SUMMARY:国庆节(\r\n 休)\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261010\r\n\
                    SUMMARY:国庆节(班)\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let file = read(CalendarFormat::Ics, text, &beside()).unwrap();
        let kinds: Vec<(String, DayKind)> = file
            .days
            .iter()
            .map(|day| (day.date.to_string(), day.kind))
            .collect();
        assert_eq!(kinds.len(), 8);
        assert_eq!(kinds.get(2).unwrap().1, DayKind::Statutory);
        assert_eq!(kinds.get(3).unwrap().1, DayKind::AdjustedRest);
        assert_eq!(
            kinds.last().unwrap(),
            &("2026-10-10".to_owned(), DayKind::MakeUpWorkday)
        );
        assert_eq!(file.days.first().unwrap().name, "国庆节(休)");
    }

    #[test]
    fn ics_without_a_table_of_the_year_asks_for_categories() {
        let event = |more: &str| {
            format!(
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20501001\nSUMMARY:国庆节\n{more}END:VEVENT\nEND:VCALENDAR\n"
            )
        };
        assert_eq!(faults(CalendarFormat::Ics, &event("")), [(2, "CATEGORIES")]);
        let said = read(
            CalendarFormat::Ics,
            &event("CATEGORIES:STATUTORY\n"),
            &beside(),
        );
        assert_eq!(said.unwrap().days.first().unwrap().kind, DayKind::Statutory);
        assert_eq!(faults(CalendarFormat::Ics, "hello"), [(1, "ics")]);
        let torn =
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR";
        assert_eq!(faults(CalendarFormat::Ics, torn), [(3, "date")]);
    }

    #[test]
    fn shipped_files_read_as_any_other() {
        let text = include_str!("../../calendars/cn_2026.json");
        let file = read(CalendarFormat::Json, text, &Beside::default()).unwrap();
        assert_eq!(Some(file), super::super::shipped::shipped(2026));
    }
}
