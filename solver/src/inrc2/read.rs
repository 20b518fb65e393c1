//! The three texts: scenario, initial history, data of a week.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::{
    Contract, DAY_NAMES, Inrc2Error, Nurse, Past, Range, SATURDAY, Scenario, WEEK_DAYS, Week,
};

/// Longest list accepted.
const LIST_MAX: usize = 1000;
/// Most weeks accepted.
const WEEKS_MAX: usize = 52;
/// Largest number accepted anywhere.
const NUMBER_MAX: u32 = 10_000;

/// The lines of a text that are not blank, one after the other.
struct Lines<'a> {
    file: &'a str,
    lines: std::iter::Peekable<Box<dyn Iterator<Item = Line<'a>> + 'a>>,
}

/// A line, cut at its blanks.
struct Line<'a> {
    file: &'a str,
    number: usize,
    fields: Vec<&'a str>,
}

impl<'a> Lines<'a> {
    fn new(file: &'a str, text: &'a str) -> Self {
        let lines: Box<dyn Iterator<Item = Line<'a>> + 'a> = Box::new(
            text.trim_start_matches('\u{feff}')
                .lines()
                .enumerate()
                .map(move |(index, line)| Line {
                    file,
                    number: index + 1,
                    fields: line.split_whitespace().collect(),
                })
                .filter(|line| !line.fields.is_empty()),
        );
        Self {
            file,
            lines: lines.peekable(),
        }
    }

    fn next(&mut self, name: &str) -> Result<Line<'a>, Inrc2Error> {
        self.lines.next().ok_or_else(|| Inrc2Error::Text {
            file: self.file.to_owned(),
            line: 0,
            message: format!("{name} is missing"),
        })
    }

    /// The line that begins a section.
    fn heading(&mut self, name: &str) -> Result<Line<'a>, Inrc2Error> {
        let line = self.next(name)?;
        if line.fields.first() == Some(&name) {
            Ok(line)
        } else {
            Err(line.fault(format!("{name} is expected here")))
        }
    }

    /// `NAME = value`.
    fn value<T: FromStr>(&mut self, name: &str) -> Result<(Line<'a>, T), Inrc2Error> {
        let line = self.heading(name)?;
        if line.fields.get(1) != Some(&"=") {
            return Err(line.fault(format!("{name} has no =")));
        }
        let value = line.parsed(2, name)?;
        Ok((line, value))
    }

    /// `NAME = count`, then so many lines.
    fn list(&mut self, name: &str) -> Result<Vec<Line<'a>>, Inrc2Error> {
        let (line, count) = self.value::<usize>(name)?;
        if count > LIST_MAX {
            return Err(line.fault(format!("{name} above {LIST_MAX}")));
        }
        (0..count).map(|_| self.next(name)).collect()
    }

    fn end(&mut self) -> Result<(), Inrc2Error> {
        match self.lines.next() {
            Some(line) => Err(line.fault("a line too many")),
            None => Ok(()),
        }
    }
}

impl<'a> Line<'a> {
    fn fault(&self, message: impl Into<String>) -> Inrc2Error {
        Inrc2Error::Text {
            file: self.file.to_owned(),
            line: self.number,
            message: message.into(),
        }
    }

    fn text(&self, index: usize, name: &str) -> Result<&'a str, Inrc2Error> {
        self.fields
            .get(index)
            .copied()
            .ok_or_else(|| self.fault(format!("{name} is missing")))
    }

    fn parsed<T: FromStr>(&self, index: usize, name: &str) -> Result<T, Inrc2Error> {
        let text = self.text(index, name)?;
        text.parse()
            .map_err(|_| self.fault(format!("{name} does not fit: {text}")))
    }

    fn number(&self, index: usize, name: &str) -> Result<u32, Inrc2Error> {
        let number = self.parsed(index, name)?;
        if number > NUMBER_MAX {
            return Err(self.fault(format!("{name} above {NUMBER_MAX}")));
        }
        Ok(number)
    }

    /// `(min,max)`.
    fn range(&self, index: usize, name: &str) -> Result<Range, Inrc2Error> {
        let text = self.text(index, name)?;
        let range = text
            .strip_prefix('(')
            .and_then(|text| text.strip_suffix(')'))
            .and_then(|text| text.split_once(','))
            .and_then(|(min, max)| {
                Some(Range {
                    min: min.trim().parse().ok()?,
                    max: max.trim().parse().ok()?,
                })
            })
            .ok_or_else(|| self.fault(format!("{name} is no (fewest,most): {text}")))?;
        if range.min > range.max || range.max > NUMBER_MAX {
            return Err(self.fault(format!(
                "{name} is out of order or above {NUMBER_MAX}: {text}"
            )));
        }
        Ok(range)
    }

    /// Index of a name in a list.
    fn one_of<'b>(
        &self,
        index: usize,
        name: &str,
        mut list: impl Iterator<Item = &'b str>,
    ) -> Result<usize, Inrc2Error> {
        let text = self.text(index, name)?;
        list.position(|known| known == text)
            .ok_or_else(|| self.fault(format!("unknown {name} {text}")))
    }

    /// As many names as the field before them says.
    fn names<'b, I: Iterator<Item = &'b str>>(
        &self,
        index: usize,
        name: &str,
        list: impl Fn() -> I,
    ) -> Result<Vec<usize>, Inrc2Error> {
        let count = self.parsed::<usize>(index, &format!("number of {name}s"))?;
        if self.fields.len() != index + 1 + count {
            return Err(self.fault(format!(
                "{count} {name}s are said, {} are there",
                self.fields.len().saturating_sub(index + 1)
            )));
        }
        (0..count)
            .map(|k| self.one_of(index + 1 + k, name, list()))
            .collect()
    }
}

impl Scenario {
    fn type_names(&self) -> impl Iterator<Item = &str> {
        self.shift_types.iter().map(|(name, _)| name.as_str())
    }

    fn nurse_names(&self) -> impl Iterator<Item = &str> {
        self.nurses.iter().map(|nurse| nurse.name.as_str())
    }
}

/// Reads a scenario (`Sc-*.txt`); `file` is its name, for errors.
pub fn read_scenario(file: &str, text: &str) -> Result<Scenario, Inrc2Error> {
    let mut lines = Lines::new(file, text);
    let (_, name) = lines.value::<String>("SCENARIO")?;
    let (line, weeks) = lines.value::<usize>("WEEKS")?;
    if weeks == 0 || weeks > WEEKS_MAX {
        return Err(line.fault(format!("WEEKS outside 1..{WEEKS_MAX}")));
    }
    let mut scenario = Scenario {
        name,
        weeks,
        skills: Vec::new(),
        shift_types: Vec::new(),
        forbidden: BTreeSet::new(),
        contracts: Vec::new(),
        nurses: Vec::new(),
    };
    for line in lines.list("SKILLS")? {
        let name = line.text(0, "skill")?;
        once(
            &line,
            "skill",
            scenario.skills.iter().map(String::as_str),
            name,
        )?;
        scenario.skills.push(name.to_owned());
    }
    for line in lines.list("SHIFT_TYPES")? {
        let name = line.text(0, "shift type")?;
        once(&line, "shift type", scenario.type_names(), name)?;
        let range = line.range(1, "consecutive assignments")?;
        scenario.shift_types.push((name.to_owned(), range));
    }
    lines.heading("FORBIDDEN_SHIFT_TYPES_SUCCESSIONS")?;
    for _ in 0..scenario.shift_types.len() {
        let line = lines.next("a shift type's forbidden successions")?;
        let before = line.one_of(0, "shift type", scenario.type_names())?;
        for next in line.names(1, "shift type", || scenario.type_names())? {
            scenario.forbidden.insert((before, next));
        }
    }
    for line in lines.list("CONTRACTS")? {
        let name = line.text(0, "contract")?;
        let known = scenario.contracts.iter().map(|it| it.name.as_str());
        once(&line, "contract", known, name)?;
        scenario.contracts.push(Contract {
            name: name.to_owned(),
            assignments: line.range(1, "assignments")?,
            work_days: line.range(2, "consecutive working days")?,
            days_off: line.range(3, "consecutive days off")?,
            weekends_max: line.number(4, "most weekends")?,
            complete_weekends: match line.text(5, "complete weekends")? {
                "0" => false,
                "1" => true,
                other => {
                    return Err(
                        line.fault(format!("complete weekends is neither 0 nor 1: {other}"))
                    );
                }
            },
        });
    }
    for line in lines.list("NURSES")? {
        let name = line.text(0, "nurse")?;
        once(&line, "nurse", scenario.nurse_names(), name)?;
        let contracts = scenario.contracts.iter().map(|it| it.name.as_str());
        scenario.nurses.push(Nurse {
            name: name.to_owned(),
            contract: line.one_of(1, "contract", contracts)?,
            skills: line.names(2, "skill", || scenario.skills.iter().map(String::as_str))?,
        });
    }
    lines.end()?;
    Ok(scenario)
}

/// Reads a history (`H0-*.txt`): every nurse's past, in the scenario's order.
pub fn read_history(scenario: &Scenario, file: &str, text: &str) -> Result<Vec<Past>, Inrc2Error> {
    let mut lines = Lines::new(file, text);
    lines.heading("HISTORY")?;
    let line = lines.next("week and scenario")?;
    line.number(0, "week")?;
    same_scenario(scenario, &line, 1)?;
    lines.heading("NURSE_HISTORY")?;
    let mut found = vec![None; scenario.nurses.len()];
    for _ in &scenario.nurses {
        let line = lines.next("a nurse's history")?;
        let nurse = line.one_of(0, "nurse", scenario.nurse_names())?;
        let same_type = line.number(4, "consecutive assignments of the last shift type")?;
        let work_days = line.number(5, "consecutive working days")?;
        let days_off = line.number(6, "consecutive days off")?;
        let last = match line.text(3, "last shift type")? {
            "None" => None,
            _ => Some((
                line.one_of(3, "last shift type", scenario.type_names())?,
                same_type,
            )),
        };
        let fits = match last {
            None => same_type == 0 && work_days == 0 && days_off > 0,
            Some(_) => same_type > 0 && work_days >= same_type && days_off == 0,
        };
        if !fits {
            return Err(line.fault(
                "last shift type, consecutive assignments, working days and days off contradict each other",
            ));
        }
        let past = Past {
            assignments: line.number(1, "assignments")?,
            weekends: line.number(2, "weekends")?,
            last,
            work_days,
            days_off,
        };
        if found[nurse].replace(past).is_some() {
            return Err(line.fault("the nurse occurs twice"));
        }
    }
    lines.end()?;
    // As many lines as nurses, none twice: everybody is there.
    Ok(found.into_iter().flatten().collect())
}

/// Reads the data of a week (`WD-*.txt`).
pub fn read_week(scenario: &Scenario, file: &str, text: &str) -> Result<Week, Inrc2Error> {
    let mut lines = Lines::new(file, text);
    lines.heading("WEEK_DATA")?;
    let line = lines.next("scenario")?;
    same_scenario(scenario, &line, 0)?;
    lines.heading("REQUIREMENTS")?;
    let mut week = Week::default();
    for _ in 0..scenario.shift_types.len() * scenario.skills.len() {
        let wishes = lines
            .lines
            .peek()
            .is_some_and(|line| line.fields.first() == Some(&"SHIFT_OFF_REQUESTS"));
        if wishes {
            break;
        }
        let line = lines.next("a requirement")?;
        let kind = line.one_of(0, "shift type", scenario.type_names())?;
        let skills = scenario.skills.iter().map(String::as_str);
        let skill = line.one_of(1, "skill", skills)?;
        let mut days = [Range { min: 0, max: 0 }; WEEK_DAYS];
        for (day, name) in DAY_NAMES.iter().enumerate() {
            days[day] = line.range(2 + day, &format!("requirement of {name}"))?;
        }
        if week.cover.insert((kind, skill), days).is_some() {
            return Err(line.fault("a second requirement for the same shift type and skill"));
        }
    }
    for line in lines.list("SHIFT_OFF_REQUESTS")? {
        let nurse = line.one_of(0, "nurse", scenario.nurse_names())?;
        let day = line.one_of(2, "day", DAY_NAMES.into_iter())?;
        let kinds = match line.text(1, "shift type")? {
            "Any" => 0..scenario.shift_types.len(),
            _ => {
                let kind = line.one_of(1, "shift type", scenario.type_names())?;
                kind..kind + 1
            }
        };
        week.refused.extend(kinds.map(|kind| (nurse, day, kind)));
    }
    lines.end()?;
    Ok(week)
}

fn same_scenario(scenario: &Scenario, line: &Line<'_>, index: usize) -> Result<(), Inrc2Error> {
    let name = line.text(index, "scenario")?;
    if name == scenario.name {
        Ok(())
    } else {
        Err(line.fault(format!("scenario {name} is another than {}", scenario.name)))
    }
}

fn once<'b>(
    line: &Line<'_>,
    field: &str,
    mut known: impl Iterator<Item = &'b str>,
    name: &str,
) -> Result<(), Inrc2Error> {
    if known.any(|known| known == name) {
        Err(line.fault(format!("{field} {name} occurs twice")))
    } else {
        Ok(())
    }
}

/// The weekend ends the week.
const _: () = assert!(SATURDAY + 2 == WEEK_DAYS);
