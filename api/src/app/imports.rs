//! Lists of people and demand as CSV: every bad row is named by line, field and rule; the good rows can go in alone.

use crate::app::staff::judge_hire;
use crate::app::{App, AppError, Caller, Fault, Hire, Receipt, SetDemand};
use chrono::NaiveDate;
use csv::StringRecord;
use domain::desk::{DeskState, set_demand};
use domain::event::{DayDemand, Employment, Stream};
use domain::ids::{DeskId, SkillId, StaffId};
use domain::quantities::{Fen, Minutes};
use domain::refusal::{Lang, Refusal};
use domain::who::{Issued, Role};
use domain::work_date::{DayMinute, Month, WorkDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

/// Rows an import has at most.
const ROWS_MAX: usize = 100_000;
/// Faults reported at most; a wrong column would otherwise say the same a thousand times.
const FAULTS_MAX: usize = 200;
/// The longest slot of a demand list.
const DAY_MINUTES: u16 = 1440;

/// A row as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodRow {
    /// Its line in the file, from 1.
    pub line: u32,
    /// What it is about, such as a staff number.
    pub subject: String,
}

/// What became of a list.
#[derive(Clone, Debug, Default)]
pub struct ImportReport {
    /// Rows that are, or can be, taken in.
    pub good: Vec<GoodRow>,
    /// What is wrong with the others.
    pub faults: Vec<Fault>,
    /// Whether the good rows went in.
    pub committed: bool,
}

/// What to do with a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Commit {
    /// Look only.
    None,
    /// Take it in if every row is good.
    All,
    /// Take the good rows in.
    Good,
}

impl Commit {
    fn takes(self, report: &ImportReport) -> bool {
        match self {
            Self::None => false,
            Self::All => report.faults.is_empty(),
            Self::Good => !report.good.is_empty(),
        }
    }
}

/// Columns by either name: the English one is the field's, the Chinese one is what the office calls it.
struct Columns {
    at: BTreeMap<&'static str, usize>,
}

impl Columns {
    fn of(
        header: &StringRecord,
        known: &[(&'static str, &'static str, bool)],
    ) -> Result<Self, AppError> {
        let mut at = BTreeMap::new();
        let mut faults = Vec::new();
        for (index, name) in header.iter().enumerate() {
            let name = name.trim();
            match known.iter().find(|(en, zh, _)| *en == name || *zh == name) {
                Some((en, _, _)) if at.insert(*en, index).is_some() => {
                    faults.push(Fault::of(name, "列重复", "the column occurs twice").at_line(1));
                }
                Some(_) => {}
                None => {
                    faults.push(Fault::of(name, "未知的列", "there is no such column").at_line(1))
                }
            }
        }
        for (en, zh, required) in known {
            if *required && !at.contains_key(en) {
                faults.push(
                    Fault::of(*en, format!("缺少列“{zh}”"), "the column is missing").at_line(1),
                );
            }
        }
        if faults.is_empty() {
            Ok(Self { at })
        } else {
            Err(AppError::Invalid(faults))
        }
    }
}

/// One row, its fields read one by one; what is wrong gathers.
struct Row<'a> {
    columns: &'a Columns,
    record: &'a StringRecord,
    line: u32,
    faults: Vec<Fault>,
}

impl Row<'_> {
    fn text(&self, name: &'static str) -> &str {
        let index = self.columns.at.get(name).copied();
        index
            .and_then(|index| self.record.get(index))
            .unwrap_or_default()
            .trim()
    }
    fn fault(&mut self, name: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.faults.push(Fault::of(name, zh, en).at_line(self.line));
    }
    fn required(&mut self, name: &'static str) -> String {
        let text = self.text(name).to_owned();
        if text.is_empty() {
            self.fault(name, "不能为空", "must not be empty");
        }
        text
    }
    fn parsed<T: FromStr>(&mut self, name: &'static str, zh: &str, en: &str) -> Option<T> {
        let text = self.text(name);
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let (zh, en) = (
                format!("{zh},而不是“{text}”"),
                format!("{en}, not {text:?}"),
            );
            self.fault(name, zh, en);
        }
        parsed
    }
    fn date(&mut self, name: &'static str) -> Option<WorkDate> {
        self.parsed::<NaiveDate>(
            name,
            "须为日期,如 2026-12-01",
            "must be a date like 2026-12-01",
        )
        .map(WorkDate)
    }
    /// Several values in one cell, between semicolons.
    fn list(&self, name: &'static str) -> Vec<String> {
        let parts = self.text(name).split([';', ';', '、', '|']);
        parts
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// Reads a CSV row by row; what is not CSV is a fault of its line.
fn read_rows<T>(
    text: &str,
    known: &[(&'static str, &'static str, bool)],
    report: &mut ImportReport,
    mut read: impl FnMut(&mut Row<'_>) -> Option<T>,
) -> Result<Vec<(u32, T)>, AppError> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = match records.next() {
        Some(Ok(header)) => header,
        _ => {
            return Err(AppError::fault(
                Fault::of("header", "文件为空", "the file is empty").at_line(1),
            ));
        }
    };
    let columns = Columns::of(&header, known)?;
    let mut rows = Vec::new();
    for record in records {
        if rows.len() + report.faults.len() >= ROWS_MAX {
            report.faults.push(Fault::of(
                "file",
                format!("超过{ROWS_MAX}行"),
                format!("more than {ROWS_MAX} rows"),
            ));
            break;
        }
        let record = match record {
            Ok(record) => record,
            Err(fault) => {
                let line = fault.position().map_or(0, |position| position.line());
                let words = fault.to_string();
                report.faults.push(
                    Fault::of("row", "此行无法识别", words)
                        .at_line(u32::try_from(line).unwrap_or(u32::MAX)),
                );
                continue;
            }
        };
        let line = record.position().map_or(0, |position| position.line());
        let mut row = Row {
            columns: &columns,
            record: &record,
            line: u32::try_from(line).unwrap_or(u32::MAX),
            faults: Vec::new(),
        };
        if record.len() != header.len() {
            let (found, wanted) = (record.len(), header.len());
            row.fault(
                "row",
                format!("应有{wanted}列,实有{found}列"),
                format!("{found} fields where {wanted} are wanted"),
            );
        }
        let value = if row.faults.is_empty() {
            read(&mut row)
        } else {
            None
        };
        match value {
            Some(value) if row.faults.is_empty() => rows.push((row.line, value)),
            _ => report.faults.append(&mut row.faults),
        }
    }
    Ok(rows)
}

fn refused_at(refusal: &Refusal, line: u32) -> Fault {
    Fault {
        field: refusal.field().unwrap_or("row").to_owned(),
        line: Some(line),
        rule: refusal.rule(),
        zh: refusal.text(Lang::Zh),
        en: refusal.text(Lang::En),
    }
}

const STAFF_COLUMNS: &[(&str, &str, bool)] = &[
    ("staff", "工号", true),
    ("name", "姓名", true),
    ("desk", "部门", true),
    ("position", "岗位", true),
    ("roles", "角色", true),
    ("leads", "主管部门", false),
    ("skills", "技能", true),
    ("employment", "用工形式", true),
    ("week_minutes", "周工时分钟", true),
    ("month_wage_fen", "月工资分", true),
    ("from", "入职日期", true),
    ("service_from", "工龄起算日期", false),
];

fn read_hire(row: &mut Row<'_>) -> Option<Hire> {
    let staff = row.required("staff");
    let name = row.required("name");
    let desk = row.required("desk");
    let position = row.required("position");
    let mut roles = BTreeSet::new();
    for word in row.list("roles") {
        let role = match word.as_str() {
            "staff" | "客服" => Role::Staff,
            "lead" | "部门主管" | "班长" => Role::Lead,
            "hr" | "人力资源部" | "行政部" => Role::Hr,
            "gm_office" | "总经办" => Role::GmOffice,
            _ => {
                row.fault(
                    "roles",
                    format!("未知的角色“{word}”"),
                    format!("{word:?} is none of staff, lead, hr, gm_office"),
                );
                continue;
            }
        };
        roles.insert(role);
    }
    let employment = match row.text("employment") {
        "full_time" | "全职" => Some(Employment::FullTime),
        "part_time" | "兼职" => Some(Employment::PartTime),
        "hourly" | "小时工" => Some(Employment::Hourly),
        other => {
            let (zh, en) = (
                format!("未知的用工形式“{other}”"),
                format!("{other:?} is none of full_time, part_time, hourly"),
            );
            row.fault("employment", zh, en);
            None
        }
    };
    let week_minutes = row.parsed("week_minutes", "须为整数分钟", "must be whole minutes");
    let month_wage = row.parsed("month_wage_fen", "须为整数分", "must be whole fen");
    let from = row.date("from");
    let service_from = if row.text("service_from").is_empty() {
        Some(None)
    } else {
        row.date("service_from").map(Some)
    };
    Some(Hire {
        staff: StaffId::new(staff),
        name,
        desk: DeskId::new(desk),
        position,
        roles,
        leads: row.list("leads").into_iter().map(DeskId::new).collect(),
        skills: row.list("skills").into_iter().map(SkillId::new).collect(),
        employment: employment?,
        week_minutes: Minutes(week_minutes?),
        month_wage_fen: Fen(month_wage?),
        from: from?,
        service_from: service_from?,
    })
}

const DEMAND_COLUMNS: &[(&str, &str, bool)] = &[
    ("date", "日期", true),
    ("start", "时段", true),
    ("skill", "技能", true),
    ("minimum", "最低人数", true),
    ("target", "目标人数", true),
];

/// Minimum and target by day, skill and start of the slot.
type DemandDays = BTreeMap<(WorkDate, SkillId), BTreeMap<i32, (u16, u16)>>;

struct Slot {
    date: WorkDate,
    start: DayMinute,
    skill: SkillId,
    minimum: u16,
    target: u16,
}

fn read_slot(row: &mut Row<'_>) -> Option<Slot> {
    let date = row.date("date");
    let start = row.parsed("start", "须为时刻,如 09:00", "must be a time like 09:00");
    let skill = row.required("skill");
    let minimum = row.parsed("minimum", "须为人数", "must be a number of people");
    let target = row.parsed("target", "须为人数", "must be a number of people");
    Some(Slot {
        date: date?,
        start: start?,
        skill: SkillId::new(skill),
        minimum: minimum?,
        target: target?,
    })
}

impl App {
    /// Reads a list of people to hire (CSV: staff, name, desk, position, roles, leads, skills, employment,
    /// week_minutes, month_wage_fen, from, and if known service_from; several values between semicolons) and takes in what `commit` says.
    pub async fn import_staff(
        &self,
        caller: &Caller,
        text: &str,
        commit: Commit,
    ) -> Result<Receipt<ImportReport>, AppError> {
        let mut report = ImportReport::default();
        let rows = read_rows(text, STAFF_COLUMNS, &mut report, read_hire)?;
        let issued = Issued {
            by: caller.actor.clone(),
            at: self.now(),
        };
        let mut seen = BTreeMap::new();
        let mut hires = Vec::new();
        for (line, hire) in rows {
            if let Some(first) = seen.insert(hire.staff.clone(), line) {
                report.faults.push(
                    Fault::of(
                        "staff",
                        format!("工号与第{first}行重复"),
                        format!("the number occurs in line {first} already"),
                    )
                    .at_line(line),
                );
                continue;
            }
            // Taken in by an earlier sending of this very command: not a fault but the same answer again.
            let step = caller.step(hire.staff.as_str());
            let stream = Stream::Staff(hire.staff.clone());
            if self.repeated(&stream, &step).await?.is_none() {
                let state = self.staff_state(&hire.staff).await?;
                let desk = self.desk_state(&hire.desk).await?;
                match judge_hire(&state, &hire, &desk, &issued) {
                    Ok(_) => {}
                    Err(AppError::Refused(refusal @ Refusal::NotPermitted { .. })) => {
                        return Err(refusal.into());
                    }
                    Err(AppError::Refused(refusal)) => {
                        report.faults.push(refused_at(&refusal, line));
                        continue;
                    }
                    Err(other) => return Err(other),
                }
            }
            report.good.push(GoodRow {
                line,
                subject: hire.staff.to_string(),
            });
            hires.push((step, hire));
        }
        report.faults.truncate(FAULTS_MAX);
        let mut receipt = Receipt::nothing();
        if commit.takes(&report) {
            report.committed = true;
            for (step, hire) in hires {
                receipt = receipt.and(self.hire(&step, hire).await?);
            }
        }
        Ok(receipt.of(report))
    }

    /// Reads a month's demand (CSV: date, start, skill, minimum, target; a row per slot) and takes in what `commit`
    /// says. Slots between a day's first and last that have no good row need nobody.
    pub async fn import_demand(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        slot_minutes: u16,
        text: &str,
        commit: Commit,
    ) -> Result<Receipt<ImportReport>, AppError> {
        let mut report = ImportReport::default();
        if slot_minutes == 0 || !DAY_MINUTES.is_multiple_of(slot_minutes) {
            return Err(AppError::fault(Fault::of(
                "slot_minutes",
                "须能整除一天",
                "must divide a day",
            )));
        }
        let state = self.desk_state(desk).await?;
        state.known(desk)?;
        let rows = read_rows(text, DEMAND_COLUMNS, &mut report, read_slot)?;
        let mut days = DemandDays::new();
        for (line, slot) in rows {
            match slot_fault(&state, month, slot_minutes, &slot, &days) {
                Some(fault) => report.faults.push(fault.at_line(line)),
                None => {
                    report.good.push(GoodRow {
                        line,
                        subject: format!("{} {} {}", slot.date, slot.start, slot.skill),
                    });
                    days.entry((slot.date, slot.skill))
                        .or_default()
                        .insert(slot.start.0, (slot.minimum, slot.target));
                }
            }
        }
        report.faults.truncate(FAULTS_MAX);
        let input = SetDemand {
            slot_minutes,
            source: "csv".to_owned(),
            days: days
                .into_iter()
                .map(|((date, skill), slots)| day_demand(date, skill, slot_minutes, &slots))
                .collect(),
        };
        // Also without taking it in: who may not set the demand learns nothing of it either.
        let issued = Issued {
            by: caller.actor.clone(),
            at: self.now(),
        };
        if !input.days.is_empty() {
            set_demand::decide(&state, &input.command(desk, month), &issued)?;
        }
        if !commit.takes(&report) {
            return Ok(Receipt::nothing().of(report));
        }
        report.committed = true;
        let receipt = self.set_demand(caller, desk, month, input).await?;
        Ok(receipt.of(report))
    }
}

fn slot_fault(
    state: &DeskState,
    month: Month,
    slot_minutes: u16,
    slot: &Slot,
    days: &DemandDays,
) -> Option<Fault> {
    let taken = days
        .get(&(slot.date, slot.skill.clone()))
        .is_some_and(|slots| slots.contains_key(&slot.start.0));
    if !month.contains(slot.date) {
        return Some(Fault::of(
            "date",
            format!("不在 {month} 内"),
            format!("does not lie in {month}"),
        ));
    }
    if !state.has_skill(&slot.skill) {
        return Some(Fault::of(
            "skill",
            "没有这项技能",
            "the desk has no such skill",
        ));
    }
    if slot.start.0 % i32::from(slot_minutes) != 0 {
        return Some(Fault::of(
            "start",
            format!("须为 {slot_minutes} 分钟的整数倍"),
            format!("must be a multiple of {slot_minutes} minutes"),
        ));
    }
    if slot.target < slot.minimum {
        return Some(Fault::of(
            "target",
            "目标人数不能少于最低人数",
            "must not be below the minimum",
        ));
    }
    if taken {
        return Some(Fault::of("start", "该时段重复", "the slot occurs twice"));
    }
    None
}

fn day_demand(
    date: WorkDate,
    skill: SkillId,
    slot_minutes: u16,
    slots: &BTreeMap<i32, (u16, u16)>,
) -> DayDemand {
    let first = slots.keys().next().copied().unwrap_or_default();
    let last = slots.keys().next_back().copied().unwrap_or_default();
    let starts = (first..=last).step_by(usize::from(slot_minutes));
    let (minimum, target) = starts
        .map(|start| slots.get(&start).copied().unwrap_or_default())
        .unzip();
    DayDemand {
        date,
        skill,
        start: DayMinute(first),
        minimum,
        target,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bad_row_is_named_and_loses_nothing_else() {
        let mut report = ImportReport::default();
        let text = "工号,name,desk,position,roles,skills,employment,week_minutes,month_wage_fen,from\n\
            1001,Ann,shop,agent,staff,presale;postsale,full_time,2400,600000,2026-11-01\n\
            1002,,shop,agent,boss,presale,sometimes,many,600000,soon\n\
            1003,Bo,shop,agent\n\
            1004,Cy,shop,agent,staff;lead,presale,全职,2400,600000,2026-11-01\n";
        let rows = read_rows(text, STAFF_COLUMNS, &mut report, read_hire).unwrap();
        let numbers: Vec<_> = rows
            .iter()
            .map(|(line, hire)| (*line, hire.staff.as_str()))
            .collect();
        assert_eq!(numbers, [(2, "1001"), (5, "1004")]);
        assert_eq!(rows[0].1.skills.len(), 2);
        let faults: Vec<_> = report
            .faults
            .iter()
            .map(|f| (f.line.unwrap(), f.field.as_str()))
            .collect();
        assert_eq!(
            faults,
            [
                (3, "name"),
                (3, "roles"),
                (3, "employment"),
                (3, "week_minutes"),
                (3, "from"),
                (4, "row")
            ]
        );
    }

    #[test]
    fn an_unknown_or_missing_column_is_named() {
        let mut report = ImportReport::default();
        let answer = read_rows("staff,nam\n", STAFF_COLUMNS, &mut report, read_hire);
        let Err(AppError::Invalid(faults)) = answer else {
            panic!("not refused");
        };
        assert!(faults.iter().any(|f| f.field == "nam" && f.line == Some(1)));
        assert!(faults.iter().any(|f| f.field == "name"));
        assert!(
            !faults.iter().any(|f| f.field == "leads"),
            "leads may be left out"
        );
    }

    #[test]
    fn gaps_between_slots_need_nobody() {
        let slots = BTreeMap::from([(540, (1, 2)), (630, (3, 3))]);
        let day = day_demand("2026-12-01".parse().unwrap(), "presale".into(), 30, &slots);
        assert_eq!(day.start, DayMinute(540));
        assert_eq!(day.minimum, [1, 0, 0, 3]);
        assert_eq!(day.target, [2, 0, 0, 3]);
    }
}
