//! The hard rules of each person's row.

use super::{Roster, Rule, Violation, moment};
use crate::problem::{Person, Problem, ShiftTemplate};

pub(super) fn check(problem: &Problem, roster: &Roster<'_>, violations: &mut Vec<Violation>) {
    for (index, (person, row)) in problem.people.iter().zip(&roster.worked).enumerate() {
        let mut row = Row {
            problem,
            person,
            index,
            worked: row,
            violations,
        };
        row.shift_offered();
        row.skill();
        row.unavailable();
        row.fixed_cells();
        row.rest();
        row.successions();
        row.work_runs();
        row.off_runs();
        row.weekly_rest_day();
        row.minutes();
        row.minutes_week_max();
        row.weekends_max();
        row.shift_counts();
    }
}

struct Row<'a> {
    problem: &'a Problem,
    person: &'a Person,
    index: usize,
    worked: &'a [Option<&'a ShiftTemplate>],
    violations: &'a mut Vec<Violation>,
}

/// Days `first..end` all worked, or all off.
struct Run {
    works: bool,
    first: usize,
    end: usize,
}

impl Row<'_> {
    fn broken(&mut self, rule: Rule, day: usize, detail: String) {
        self.violations
            .push(Violation::of(rule, self.index, day, detail));
    }

    fn broken_by(&mut self, rule: Rule, day: usize, by: i64, detail: String) {
        let violation = Violation::of(rule, self.index, day, detail);
        self.violations.push(violation.by(by));
    }

    fn shifts(&self) -> Vec<(usize, &'_ ShiftTemplate)> {
        self.worked
            .iter()
            .enumerate()
            .filter_map(|(day, shift)| shift.map(|shift| (day, shift)))
            .collect()
    }

    fn shift_offered(&mut self) {
        for day in 0..self.worked.len() {
            if let Some(shift) = self.worked[day]
                && let Some(offered) = &shift.days
                && !offered.contains(&day)
            {
                self.broken(
                    Rule::ShiftOffered,
                    day,
                    format!("{} is not offered that day", shift.id),
                );
            }
        }
    }

    fn skill(&mut self) {
        for day in 0..self.worked.len() {
            let Some(shift) = self.worked[day] else {
                continue;
            };
            for skill in &shift.skills_required {
                if !self.person.skills.contains(skill) {
                    self.broken(Rule::Skill, day, format!("{} asks for {skill}", shift.id));
                }
            }
        }
    }

    fn unavailable(&mut self) {
        for absence in &self.person.unavailable {
            match absence.interval {
                None => {
                    if let Some(Some(shift)) = self.worked.get(absence.day) {
                        let detail = format!("{} on a day of {}", shift.id, absence.cause.en);
                        self.broken(Rule::Unavailable, absence.day, detail);
                    }
                }
                Some(part) => {
                    let from = moment(absence.day, part.start_minute);
                    let to = moment(absence.day, part.end_minute);
                    for day in 0..self.worked.len() {
                        let Some(shift) = self.worked[day] else {
                            continue;
                        };
                        let at_work = shift.segments.iter().any(|post| {
                            moment(day, post.start_minute) < to
                                && from < moment(day, post.end_minute)
                        });
                        if at_work {
                            let detail = format!("{} overlaps {}", shift.id, absence.cause.en);
                            self.broken(Rule::Unavailable, day, detail);
                        }
                    }
                }
            }
        }
    }

    fn fixed_cells(&mut self) {
        for cell in &self.person.fixed {
            let Some(worked) = self.worked.get(cell.day) else {
                continue;
            };
            let worked = worked.map(|shift| &shift.id);
            if worked != cell.shift.as_ref() {
                let name = |shift: Option<&crate::problem::ShiftId>| {
                    shift.map_or("off".to_owned(), ToString::to_string)
                };
                let detail = format!(
                    "decided {}, rostered {}",
                    name(cell.shift.as_ref()),
                    name(worked)
                );
                self.broken(Rule::FixedCell, cell.day, detail);
            }
        }
    }

    fn rest(&mut self) {
        let rest_minutes_min = self.problem.rules.rest_minutes_min;
        let mut previous_end = self.person.history.last_shift_end_minute;
        let mut short = Vec::new();
        for (day, shift) in self.shifts() {
            let start = shift
                .segments
                .iter()
                .map(|post| moment(day, post.start_minute))
                .min();
            let end = shift
                .segments
                .iter()
                .map(|post| moment(day, post.end_minute))
                .max();
            // On call may be rest itself.
            if shift.standby.is_some_and(|standby| !standby.rests) {
                continue;
            }
            if let (Some(previous_end), Some(start)) = (previous_end, start)
                && start - previous_end < rest_minutes_min
            {
                short.push((
                    day,
                    rest_minutes_min - (start - previous_end),
                    format!(
                        "{} minutes of rest before {}",
                        start - previous_end,
                        shift.id
                    ),
                ));
            }
            previous_end = end.or(previous_end);
        }
        for (day, by, detail) in short {
            self.broken_by(Rule::Rest, day, by, detail);
        }
    }

    fn successions(&mut self) {
        for day in 0..self.worked.len() {
            let before = match day.checked_sub(1) {
                None => self.person.history.last_shift.as_ref(),
                Some(eve) => self.worked[eve].map(|shift| &shift.id),
            };
            let (Some(before), Some(shift)) = (before, self.worked[day]) else {
                continue;
            };
            let problem = self.problem;
            if problem
                .rules
                .forbidden_successions
                .iter()
                .any(|pair| pair.previous == *before && pair.next == shift.id)
            {
                let detail = format!("{} after {before}", shift.id);
                self.broken(Rule::Succession, day, detail);
            }
        }
    }

    fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (day, shift) in self.worked.iter().enumerate() {
            match runs.last_mut() {
                Some(run) if run.works == shift.is_some() => run.end = day + 1,
                _ => runs.push(Run {
                    works: shift.is_some(),
                    first: day,
                    end: day + 1,
                }),
            }
        }
        runs
    }

    fn work_runs(&mut self) {
        let history = self.person.history.consecutive_work_days as usize;
        for run in self.runs().into_iter().filter(|run| run.works) {
            let length = run.end - run.first + if run.first == 0 { history } else { 0 };
            if let Some(max) = self.person.consecutive_work_days_max
                && length > max as usize
            {
                let detail = format!("{length} working days in a row, at most {max}");
                let by = (length - max as usize) as i64;
                self.broken_by(Rule::ConsecutiveWorkDaysMax, run.end - 1, by, detail);
            }
        }
        if let Some(min) = self.person.consecutive_work_days_min {
            self.short_runs(true, history, min as usize, Rule::ConsecutiveWorkDaysMin);
        }
    }

    fn off_runs(&mut self) {
        if let Some(min) = self.person.consecutive_days_off_min {
            let history = self.person.history.consecutive_days_off as usize;
            self.short_runs(false, history, min as usize, Rule::ConsecutiveDaysOffMin);
        }
    }

    /// Runs shorter than `min`. One that reaches the end of the horizon may go on; one that starts on day 0 after an
    /// unknown eve may have begun earlier; one that ended on the eve counts.
    fn short_runs(&mut self, works: bool, history: usize, min: usize, rule: Rule) {
        let eve_known = self.person.history.consecutive_work_days > 0
            || self.person.history.consecutive_days_off > 0;
        let what = if works { "working days" } else { "days off" };
        if let Some(first) = self.worked.first()
            && first.is_some() != works
            && history > 0
            && history < min
        {
            self.broken_by(
                rule,
                0,
                (min - history) as i64,
                format!("{history} {what} in a row before the horizon, at least {min}"),
            );
        }
        for run in self.runs().into_iter().filter(|run| run.works == works) {
            let open = run.end == self.worked.len() || (run.first == 0 && !eve_known);
            let length = run.end - run.first + if run.first == 0 { history } else { 0 };
            if !open && length < min {
                self.broken_by(
                    rule,
                    run.first,
                    (min - length) as i64,
                    format!("{length} {what} in a row, at least {min}"),
                );
            }
        }
    }

    fn weeks(&self) -> Vec<Vec<usize>> {
        let mut weeks: Vec<Vec<usize>> = Vec::new();
        for (day, info) in self.problem.days.iter().enumerate() {
            match weeks.last_mut() {
                Some(week) if self.problem.days[week[0]].week == info.week => week.push(day),
                _ => weeks.push(vec![day]),
            }
        }
        weeks
    }

    fn weekly_rest_day(&mut self) {
        if !self.person.weekly_rest_day {
            return;
        }
        for week in self.weeks() {
            let ends =
                week.last().is_some_and(|last| last + 1 < self.worked.len()) || week.len() >= 7;
            let rested_before = week.first() == Some(&0) && self.rested_before_day_0(week.len());
            if ends && !rested_before && week.iter().all(|day| self.worked[*day].is_some()) {
                self.broken(
                    Rule::WeeklyRestDay,
                    week[0],
                    format!("no day off in the week of {} days", week.len()),
                );
            }
        }
    }

    /// The week of day 0 has `days_ahead` days in the horizon; the others lie before it. They hold a day off when it is said
    /// so, when the eve was off, or when the last run of work is shorter than they are. Of an unknown past nothing is asked.
    fn rested_before_day_0(&self, days_ahead: usize) -> bool {
        let history = &self.person.history;
        let days_before = 7_usize.saturating_sub(days_ahead);
        days_before > 0
            && (history.rested_this_week || (history.consecutive_work_days as usize) < days_before)
    }

    fn minutes(&mut self) {
        let minutes: i64 = self
            .shifts()
            .iter()
            .map(|(_, shift)| shift.worked_minutes)
            .sum();
        let last = self.worked.len().saturating_sub(1);
        if let Some(min) = self.person.minutes_min
            && minutes < min
        {
            self.broken_by(
                Rule::MinutesMin,
                last,
                min - minutes,
                format!("{minutes} minutes, at least {min}"),
            );
        }
        if let Some(max) = self.person.minutes_max
            && minutes > max
        {
            self.broken_by(
                Rule::MinutesMax,
                last,
                minutes - max,
                format!("{minutes} minutes, at most {max}"),
            );
        }
    }

    fn minutes_week_max(&mut self) {
        let Some(max) = self.person.minutes_week_max else {
            return;
        };
        for week in self.weeks() {
            let before = if week.first() == Some(&0) {
                self.person.history.minutes_this_week
            } else {
                0
            };
            let worked = week.iter().filter_map(|day| self.worked[*day]);
            let minutes = before + worked.map(|shift| shift.worked_minutes).sum::<i64>();
            // A week that was over before the horizon is nobody's fault now, as long as nothing is added.
            if minutes > max && minutes > before {
                self.broken_by(
                    Rule::MinutesWeekMax,
                    week[0],
                    minutes - max,
                    format!("{minutes} minutes in the week, at most {max}"),
                );
            }
        }
    }

    fn weekends_max(&mut self) {
        let Some(max) = self.person.weekends_max else {
            return;
        };
        let mut weekends: Vec<Vec<usize>> = Vec::new();
        for (day, info) in self
            .problem
            .days
            .iter()
            .enumerate()
            .filter(|(_, info)| info.weekend)
        {
            match weekends.last_mut() {
                Some(weekend)
                    if weekend.last().is_some_and(|last| {
                        last + 1 == day && self.problem.days[*last].week == info.week
                    }) =>
                {
                    weekend.push(day);
                }
                _ => weekends.push(vec![day]),
            }
        }
        if self.person.history.weekend_worked
            && weekends.first().is_some_and(|weekend| weekend[0] == 0)
        {
            weekends.remove(0);
        }
        weekends.retain(|weekend| weekend.iter().any(|day| self.worked[*day].is_some()));
        if weekends.len() > max as usize {
            let day = weekends[max as usize][0];
            self.broken_by(
                Rule::WeekendsMax,
                day,
                (weekends.len() - max as usize) as i64,
                format!("{} weekends, at most {max}", weekends.len()),
            );
        }
    }

    fn shift_counts(&mut self) {
        let last = self.worked.len().saturating_sub(1);
        let nights = self
            .shifts()
            .iter()
            .filter(|(_, shift)| shift.night)
            .count();
        if let Some(max) = self.person.nights_max
            && nights > max as usize
        {
            self.broken_by(
                Rule::NightsMax,
                last,
                (nights - max as usize) as i64,
                format!("{nights} nights, at most {max}"),
            );
        }
        for (id, max) in &self.person.shift_max {
            let count = self
                .shifts()
                .iter()
                .filter(|(_, shift)| shift.id == *id)
                .count();
            if count > *max as usize {
                let detail = format!("{count} of {id}, at most {max}");
                let violation = Violation::of(Rule::ShiftMax, self.index, last, detail);
                let by = (count - *max as usize) as i64;
                self.violations.push(violation.about(id).by(by));
            }
        }
    }
}
