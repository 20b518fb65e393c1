//! Reader and writer for the shift-scheduling instances of Curtois and Qu (doi 10.1016/j.ejor.2014.01.039), so that the engine can
//! be measured where others were. They know no clock: a shift takes its whole day and only cover by shift is asked for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::problem::{
    Assignments, Cause, Day, Person, Problem, Request, ShiftCover, ShiftId, ShiftTemplate,
    Succession, Unavailable, Wish,
};

/// What is wrong with an instance file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct NrpError {
    /// Line of the file, from 1; 0 when it is about the whole file.
    pub line: usize,
    /// What is wrong, naming the field.
    pub message: String,
}

/// A line of a section, cut at its commas.
struct Line<'a> {
    number: usize,
    fields: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn fault(&self, message: impl Into<String>) -> NrpError {
        NrpError {
            line: self.number,
            message: message.into(),
        }
    }

    fn text(&self, index: usize, name: &str) -> Result<&'a str, NrpError> {
        self.fields
            .get(index)
            .copied()
            .ok_or_else(|| self.fault(format!("{name} is missing")))
    }

    fn number<N: std::str::FromStr>(&self, index: usize, name: &str) -> Result<N, NrpError> {
        // Published instances write nothing as `-0` too, which no unsigned number takes.
        let text = match self.text(index, name)? {
            "-0" => "0",
            text => text,
        };
        text.parse()
            .map_err(|_| self.fault(format!("{name} is no fitting number: {text}")))
    }
}

/// Reads an instance.
pub fn read(name: &str, text: &str) -> Result<Problem, NrpError> {
    let mut sections: BTreeMap<&str, Vec<Line<'_>>> = BTreeMap::new();
    let mut current = None;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with("SECTION_") {
            current = Some(line);
            sections.entry(line).or_default();
            continue;
        }
        let section = current.ok_or_else(|| NrpError {
            line: index + 1,
            message: "a line before the first section".into(),
        })?;
        sections.entry(section).or_default().push(Line {
            number: index + 1,
            fields: line.split(',').map(str::trim).collect(),
        });
    }
    let section = |name: &str| sections.get(name).map_or(&[][..], Vec::as_slice);
    let days: usize = section("SECTION_HORIZON")
        .first()
        .ok_or_else(|| NrpError {
            line: 0,
            message: "SECTION_HORIZON is missing".into(),
        })?
        .number(0, "horizon")?;
    if days > 400 {
        return Err(NrpError {
            line: 0,
            message: format!("a horizon of {days} days is longer than 400"),
        });
    }

    let mut problem = Problem::by_shift(name, (0..days).map(day).collect());
    for line in section("SECTION_SHIFTS") {
        shift(&mut problem, line)?;
    }
    for line in section("SECTION_STAFF") {
        problem.people.push(person(line)?);
    }
    let rows: BTreeMap<String, usize> = problem
        .people
        .iter()
        .enumerate()
        .map(|(index, person)| (person.id.0.clone(), index))
        .collect();
    let who = |line: &Line<'_>| -> Result<usize, NrpError> {
        let id = line.text(0, "employee")?;
        rows.get(id)
            .copied()
            .ok_or_else(|| line.fault(format!("unknown employee {id}")))
    };
    let on = |line: &Line<'_>, index: usize| -> Result<usize, NrpError> {
        let day: usize = line.number(index, "day")?;
        if day < days {
            Ok(day)
        } else {
            Err(line.fault(format!("day {day} is outside the horizon")))
        }
    };
    for line in section("SECTION_DAYS_OFF") {
        let person = who(line)?;
        for index in 1..line.fields.len() {
            let day = on(line, index)?;
            problem.people[person].unavailable.push(Unavailable {
                day,
                interval: None,
                cause: Cause {
                    id: "day-off".into(),
                    zh: "休息日".into(),
                    en: "day off".into(),
                },
            });
        }
    }
    for (name, wanted) in [
        ("SECTION_SHIFT_ON_REQUESTS", true),
        ("SECTION_SHIFT_OFF_REQUESTS", false),
    ] {
        for line in section(name) {
            let shift: ShiftId = line.text(2, "shift")?.into();
            let request = Request {
                day: on(line, 1)?,
                wish: if wanted {
                    Wish::Shift(shift)
                } else {
                    Wish::NotShift(shift)
                },
                cost: line.number(3, "weight")?,
            };
            let person = who(line)?;
            problem.people[person].requests.push(request);
        }
    }
    for line in section("SECTION_COVER") {
        problem.shift_cover.push(ShiftCover {
            day: on(line, 0)?,
            shift: line.text(1, "shift")?.into(),
            people: line.number(2, "requirement")?,
            under_cost: line.number(3, "weight for under")?,
            over_cost: line.number(4, "weight for over")?,
            minimum: 0,
            minimum_cost: 0,
        });
    }
    Ok(problem)
}

/// All instances start on a Monday.
fn day(index: usize) -> Day {
    Day {
        date: format!("day {index}"),
        weekend: index % 7 >= 5,
        holiday: false,
        week: (index / 7) as u32,
    }
}

fn shift(problem: &mut Problem, line: &Line<'_>) -> Result<(), NrpError> {
    let id: ShiftId = line.text(0, "shift")?.into();
    for next in line.fields.get(2).unwrap_or(&"").split('|') {
        if !next.is_empty() {
            problem.rules.forbidden_successions.push(Succession {
                previous: id.clone(),
                next: next.into(),
            });
        }
    }
    let length = line.number(1, "length")?;
    problem.shifts.push(ShiftTemplate::whole_day(id, length));
    Ok(())
}

fn person(line: &Line<'_>) -> Result<Person, NrpError> {
    let id = line.text(0, "employee")?;
    let mut shift_max = BTreeMap::new();
    for entry in line.text(1, "most of each shift")?.split('|') {
        let (shift, most) = entry
            .split_once('=')
            .ok_or_else(|| line.fault(format!("not shift=number: {entry}")))?;
        let most = most
            .parse()
            .map_err(|_| line.fault(format!("not a number: {entry}")))?;
        shift_max.insert(ShiftId::from(shift), most);
    }
    Ok(Person {
        minutes_min: Some(line.number(3, "fewest minutes")?),
        minutes_max: Some(line.number(2, "most minutes")?),
        consecutive_work_days_max: Some(line.number(4, "most consecutive shifts")?),
        consecutive_work_days_min: Some(line.number(5, "fewest consecutive shifts")?),
        consecutive_days_off_min: Some(line.number(6, "fewest consecutive days off")?),
        weekends_max: Some(line.number(7, "most weekends")?),
        shift_max,
        ..Person::new(id)
    })
}

/// A roster as `staff,0,1,…` rows: shift id or nothing.
pub fn to_csv(problem: &Problem, assignments: &Assignments) -> String {
    let mut text = String::from("staff");
    for day in 0..problem.days.len() {
        let _ = write!(text, ",{day}");
    }
    text.push('\n');
    for (person, row) in problem.people.iter().zip(assignments) {
        text.push_str(person.id.as_str());
        for cell in row {
            text.push(',');
            text.push_str(cell.as_ref().map_or("", ShiftId::as_str));
        }
        text.push('\n');
    }
    text
}
