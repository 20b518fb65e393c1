//! The rules of the catalogue, judged from the shifts worked: hard ones as violations, soft ones as costs.

use super::sums::Sums;
use super::{Roster, Rule, Violation, moment};
use crate::problem::{
    Apart, CostTerm, Mentor, Person, PersonId, Problem, ShiftTemplate, SoftRange,
};

type Cells<'a> = &'a [Option<&'a ShiftTemplate>];

/// Cost units of a term that not every desk prices.
pub(super) fn price(problem: &Problem, term: CostTerm) -> i128 {
    i128::from(
        problem
            .costs
            .more
            .get(&term)
            .map_or(0, |cost| cost.per_unit),
    )
}

/// Days in a row that count, by what is known of the days before.
struct Stretch {
    first: usize,
    /// First day after it; the number of days if it goes on beyond the horizon.
    end: usize,
    /// Days of it before the horizon.
    before: u32,
    /// It may have begun earlier than is known.
    open: bool,
}

impl Stretch {
    fn length(&self) -> u32 {
        self.before + (self.end - self.first) as u32
    }
}

/// The stretches of a row, one that ended on the eve included. `before` is the length of the stretch up to the eve, `None` if
/// nobody knows.
fn stretches(
    row: Cells<'_>,
    before: Option<u32>,
    counts: impl Fn(Option<&ShiftTemplate>) -> bool,
) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut now = Stretch {
        first: 0,
        end: 0,
        before: before.unwrap_or(0),
        open: before.is_none(),
    };
    for (day, shift) in row.iter().enumerate() {
        if counts(*shift) {
            now.end = day + 1;
            continue;
        }
        let next = Stretch {
            first: day + 1,
            end: day + 1,
            before: 0,
            open: false,
        };
        let ended = std::mem::replace(&mut now, next);
        if ended.length() > 0 {
            found.push(ended);
        }
    }
    if now.length() > 0 {
        found.push(now);
    }
    found
}

fn eve(person: &Person) -> Option<bool> {
    let history = &person.history;
    if history.consecutive_work_days > 0 {
        Some(true)
    } else if history.consecutive_days_off > 0 {
        Some(false)
    } else {
        None
    }
}

fn days_off_before(person: &Person) -> Option<u32> {
    eve(person).map(|_| person.history.consecutive_days_off)
}

fn last_shift<'a>(problem: &'a Problem, person: &Person) -> Option<&'a ShiftTemplate> {
    let last = person.history.last_shift.as_ref()?;
    problem.shifts.iter().find(|shift| shift.id == *last)
}

fn kind_before(problem: &Problem, person: &Person, kind: &str) -> Option<u32> {
    if eve(person) == Some(false) {
        return Some(0);
    }
    let days = person.history.consecutive_kind_days;
    let last = last_shift(problem, person).filter(|_| days > 0)?;
    Some(if last.kind == kind { days } else { 0 })
}

fn nights_before(problem: &Problem, person: &Person) -> Option<u32> {
    match last_shift(problem, person) {
        _ if person.history.consecutive_nights > 0 => Some(person.history.consecutive_nights),
        _ if eve(person) == Some(false) => Some(0),
        Some(last) if !last.night => Some(0),
        _ => None,
    }
}

fn works(shift: Option<&ShiftTemplate>) -> bool {
    shift.is_some()
}

fn night(shift: Option<&ShiftTemplate>) -> bool {
    shift.is_some_and(|shift| shift.night)
}

/// A weekend within the horizon: its days, and whether the day before the horizon was a worked part of it.
struct Weekend {
    days: Vec<usize>,
    worked_before: bool,
}

fn weekends(problem: &Problem, person: &Person) -> Vec<Weekend> {
    let mut found: Vec<Weekend> = Vec::new();
    for (day, info) in problem
        .days
        .iter()
        .enumerate()
        .filter(|(_, info)| info.weekend)
    {
        let goes_on = found.last().is_some_and(|weekend| {
            weekend.days.last() == Some(&(day.wrapping_sub(1)))
                && problem.days[day - 1].week == info.week
        });
        match found.last_mut() {
            Some(weekend) if goes_on => weekend.days.push(day),
            _ => found.push(Weekend {
                days: vec![day],
                worked_before: day == 0 && person.history.weekend_worked,
            }),
        }
    }
    found
}

fn broken(weekend: &Weekend, row: Cells<'_>) -> bool {
    let worked = weekend
        .days
        .iter()
        .filter(|day| row[**day].is_some())
        .count()
        + usize::from(weekend.worked_before);
    worked > 0 && worked < weekend.days.len() + usize::from(weekend.worked_before)
}

fn at_meeting(shift: Option<&ShiftTemplate>, start: i64, end: i64) -> bool {
    shift.is_some_and(|shift| {
        shift.standby.is_none()
            && shift
                .segments
                .iter()
                .any(|post| post.start_minute <= start && end <= post.end_minute)
    })
}

/// The hard rules.
pub(super) fn check(problem: &Problem, roster: &Roster<'_>, violations: &mut Vec<Violation>) {
    for (index, person) in problem.people.iter().enumerate() {
        let row = &roster.worked[index];
        let rules = &person.more;
        let mut broke = |violation: Violation| violations.push(violation);
        let of = |rule: Rule, day: usize, detail: String| Violation::of(rule, index, day, detail);
        let mut too_long = |rule: Rule, what: &str, max: Option<u32>, runs: Vec<Stretch>| {
            let Some(max) = max else { return };
            for run in runs
                .iter()
                .filter(|run| run.end > run.first && run.length() > max)
            {
                let detail = format!("{} {what} in a row, at most {max}", run.length());
                let found = of(rule, run.end - 1, detail).by(i64::from(run.length() - max));
                broke(match rule {
                    Rule::KindDaysMax => found.about(what),
                    _ => found,
                });
            }
        };
        let off = stretches(row, days_off_before(person), |shift| shift.is_none());
        too_long(
            Rule::ConsecutiveDaysOffMax,
            "days off",
            rules.consecutive_days_off_max,
            off,
        );
        for (kind, max) in &rules.kind_days_max {
            let runs = stretches(row, kind_before(problem, person, kind), |shift| {
                shift.is_some_and(|shift| shift.kind == *kind)
            });
            too_long(Rule::KindDaysMax, kind, Some(*max), runs);
        }
        let nights = || stretches(row, nights_before(problem, person), night);
        too_long(
            Rule::ConsecutiveNightsMax,
            "nights",
            rules.consecutive_nights_max,
            nights(),
        );
        if let Some(min) = rules.consecutive_nights_min {
            for run in nights() {
                if !run.open && run.end < row.len() && run.length() < min {
                    let detail = format!("{} nights in a row, at least {min}", run.length());
                    let short = i64::from(min - run.length());
                    broke(of(Rule::ConsecutiveNightsMin, run.end, detail).by(short));
                }
            }
        }
        if let Some(days) = rules.days_off_after_nights_min.filter(|days| *days > 0) {
            for (day, why) in too_soon(problem, person, row, days as usize) {
                broke(of(Rule::DaysOffAfterNights, day, why));
            }
        }
        if rules.complete_weekends {
            for weekend in weekends(problem, person) {
                if broken(&weekend, row) {
                    let detail = "a weekend worked in part".to_owned();
                    broke(of(Rule::CompleteWeekends, weekend.days[0], detail));
                }
            }
        }
        if let Some(min) = rules.minutes_week_min {
            let mut first = 0;
            while first < row.len() {
                let week = problem.days[first].week;
                let end = (first..row.len())
                    .find(|day| problem.days[*day].week != week)
                    .unwrap_or(row.len());
                let minutes: i64 = row[first..end]
                    .iter()
                    .flatten()
                    .map(|shift| shift.worked_minutes)
                    .sum();
                if end - first >= 7 && minutes < min {
                    let detail = format!("{minutes} minutes in the week, at least {min}");
                    broke(of(Rule::MinutesWeekMin, first, detail).by(min - minutes));
                }
                first = end;
            }
        }
        for meeting in rules.meetings.iter().filter(|meeting| meeting.required) {
            let shift = row.get(meeting.day).copied().flatten();
            if !at_meeting(shift, meeting.start_minute, meeting.end_minute) {
                let detail = format!("not at work for {}", meeting.name_en);
                broke(of(Rule::Meeting, meeting.day, detail).about(&meeting.name_en));
            }
        }
    }
    for pair in problem.team.apart.iter().filter(|pair| pair.hard) {
        for (person, day) in together(problem, roster, pair) {
            let detail = format!("on post together with {}", pair.second);
            let found = Violation::of(Rule::NotTogether, person, day, detail);
            violations.push(found.about(&pair.second));
        }
    }
}

/// Days worked while days off after nights were owed, each with why.
fn too_soon(
    problem: &Problem,
    person: &Person,
    row: Cells<'_>,
    days: usize,
) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let night_on_eve = eve(person) != Some(false)
        && (person.history.consecutive_nights > 0 || night(last_shift(problem, person)));
    if !night_on_eve {
        for (day, shift) in row
            .iter()
            .enumerate()
            .take(person.history.night_rest_days_owed as usize)
        {
            if shift.is_some() {
                found.push((day, "a day off is still owed after nights".to_owned()));
            }
        }
    }
    // Every night that no night follows; the eve counts as a day before the first.
    for next in 0..row.len() {
        let was_night = if next == 0 {
            night_on_eve
        } else {
            night(row[next - 1])
        };
        if !was_night || night(row[next]) {
            continue;
        }
        for (day, shift) in row.iter().enumerate().skip(next).take(days) {
            if shift.is_some() {
                found.push((
                    day,
                    format!("{} days off after nights, at least {days}", day - next),
                ));
            }
        }
    }
    found
}

/// What the soft rules of one row cost.
pub(super) fn row_costs(problem: &Problem, roster: &Roster<'_>, person: usize, sums: &mut Sums) {
    let who = &problem.people[person];
    let (rules, history, row) = (&who.more, &who.history, &roster.worked[person]);
    let mut runs = |term: CostTerm, wanted: SoftRange, runs: Vec<Stretch>| {
        let each = price(problem, term);
        for run in runs {
            if let Some(max) = wanted.max {
                for day in run.first..run.end {
                    let so_far = run.before as usize + day - run.first + 1;
                    if so_far > max as usize {
                        sums.add(term, Some(person), Some(day), each);
                    }
                }
            }
            if let Some(min) = wanted.min
                && !run.open
                && run.end < row.len()
                && run.length() < min
            {
                let short = i128::from(min - run.length());
                sums.add(term, Some(person), Some(run.end), short * each);
            }
        }
    };
    let work_before = eve(who).map(|_| history.consecutive_work_days);
    runs(
        CostTerm::ConsecutiveWorkDays,
        rules.work_days_wanted,
        stretches(row, work_before, works),
    );
    runs(
        CostTerm::ConsecutiveDaysOff,
        rules.days_off_wanted,
        stretches(row, days_off_before(who), |shift| shift.is_none()),
    );
    for (kind, wanted) in &rules.kind_days_wanted {
        let of_kind =
            |shift: Option<&ShiftTemplate>| shift.is_some_and(|shift| shift.kind == *kind);
        runs(
            CostTerm::ConsecutiveKind,
            *wanted,
            stretches(row, kind_before(problem, who, kind), of_kind),
        );
    }
    let mut add = |term: CostTerm, day: Option<usize>, units: i64| {
        sums.add(
            term,
            Some(person),
            day,
            i128::from(units) * price(problem, term),
        );
    };
    for weekend in weekends(problem, who) {
        if rules.complete_weekends_wanted && broken(&weekend, row) {
            let worked = |day: &usize| row[*day].is_some();
            // The day on which it shows.
            let begun = weekend.worked_before || worked(&weekend.days[0]);
            let shows = weekend.days.iter().find(|day| worked(day) != begun);
            add(CostTerm::BrokenWeekend, shows.copied(), 1);
        }
        if rules.identical_weekends_wanted {
            let kinds: Vec<(usize, &str)> = weekend
                .days
                .iter()
                .filter_map(|day| row[*day].map(|shift| (*day, shift.kind.as_str())))
                .collect();
            if let Some((day, _)) = kinds.iter().find(|(_, kind)| *kind != kinds[0].1) {
                add(CostTerm::MixedWeekend, Some(*day), 1);
            }
        }
    }
    if let Some(max) = rules.weekends_wanted_max {
        let left = i64::from(max.saturating_sub(history.weekends));
        let worked = weekends(problem, who)
            .iter()
            .filter(|weekend| {
                !weekend.worked_before && weekend.days.iter().any(|day| row[*day].is_some())
            })
            .count() as i64;
        add(CostTerm::Weekends, None, (worked - left).max(0));
    }
    let worked = history.assignments + row.iter().flatten().count() as i64;
    let SoftRange { min, max } = rules.assignments_wanted;
    let short = min.map_or(0, |min| (i64::from(min) - worked).max(0));
    let beyond = max.map_or(0, |max| (worked - i64::from(max)).max(0));
    add(CostTerm::Assignments, None, short + beyond);
    if let Some(pattern) = &rules.pattern {
        for (day, shift) in row.iter().enumerate() {
            let mut place = (day as i64 - pattern.anchor_day) % pattern.cycle.len() as i64;
            if place < 0 {
                place += pattern.cycle.len() as i64;
            }
            if shift.map(|shift| &shift.kind) != pattern.cycle[place as usize].as_ref() {
                add(CostTerm::Pattern, Some(day), 1);
            }
        }
    }
    for meeting in &rules.meetings {
        let shift = row.get(meeting.day).copied().flatten();
        if !at_meeting(shift, meeting.start_minute, meeting.end_minute) {
            add(CostTerm::Meeting, Some(meeting.day), 1);
        }
    }
    if let Some(share) = who.fair_share.minutes {
        // Minute by minute: each costs as many times the unit as hours above the share have begun.
        let worked: i64 = row.iter().flatten().map(|shift| shift.worked_minutes).sum();
        let above = (1..=worked).map(|minute| (history.minutes + minute - share).max(0));
        add(
            CostTerm::FairnessMinutes,
            None,
            above.map(|minute| (minute + 59) / 60).sum(),
        );
    }
}

/// What people cost together.
pub(super) fn team_costs(problem: &Problem, roster: &Roster<'_>, sums: &mut Sums) {
    for shift in &problem.shifts {
        let Some(standby) = shift.standby else {
            continue;
        };
        for day in 0..problem.days.len() {
            if shift.days.as_ref().is_some_and(|days| !days.contains(&day)) {
                continue;
            }
            let there = roster
                .worked
                .iter()
                .filter_map(|row| row[day])
                .filter(|on| on.id == shift.id)
                .count();
            let missing = i128::from(standby.people) - there as i128;
            let amount = missing.max(0) * i128::from(standby.under_cost);
            sums.add(CostTerm::UnderStandby, None, Some(day), amount);
        }
    }
    for pair in &problem.team.mentors {
        alone(problem, roster, pair, sums);
    }
    for pair in &problem.team.apart {
        for (_, day) in together(problem, roster, pair) {
            sums.add(
                CostTerm::NotTogether,
                None,
                Some(day),
                i128::from(pair.day_cost),
            );
        }
    }
    if let Some(budget) = &problem.team.budget {
        let mut spent = 0_i128;
        for (person, row) in problem.people.iter().zip(&roster.worked) {
            for shift in row.iter().flatten() {
                let amount = budget
                    .amounts
                    .get(&person.id)
                    .and_then(|shifts| shifts.get(&shift.id));
                spent += i128::from(amount.copied().unwrap_or(0));
            }
        }
        let beyond = (spent - i128::from(budget.limit)).max(0);
        sums.add(
            CostTerm::Budget,
            None,
            None,
            beyond * i128::from(budget.unit_cost),
        );
    }
}

/// Time on post of a shift, minutes from the midnight of day 0.
fn posts(day: usize, shift: Option<&ShiftTemplate>) -> Vec<(i64, i64)> {
    shift
        .filter(|shift| shift.standby.is_none())
        .map(|shift| {
            let at = |post: &crate::problem::Segment| {
                (moment(day, post.start_minute), moment(day, post.end_minute))
            };
            shift.segments.iter().map(at).collect()
        })
        .unwrap_or_default()
}

fn all_posts(row: Cells<'_>) -> Vec<(i64, i64)> {
    row.iter()
        .enumerate()
        .flat_map(|(day, shift)| posts(day, *shift))
        .collect()
}

/// Minutes a trainee is on post without any mentor, shift by shift, minute by minute.
fn alone(problem: &Problem, roster: &Roster<'_>, pair: &Mentor, sums: &mut Sums) {
    let index = |id: &PersonId| problem.people.iter().position(|person| person.id == *id);
    let Some(trainee) = index(&pair.trainee) else {
        return;
    };
    let with: Vec<(i64, i64)> = pair
        .mentors
        .iter()
        .filter_map(index)
        .flat_map(|mentor| all_posts(&roster.worked[mentor]))
        .collect();
    for (day, shift) in roster.worked[trainee].iter().enumerate() {
        let mut minutes = 0;
        for (from, to) in posts(day, *shift) {
            let alone = |minute: &i64| {
                !with
                    .iter()
                    .any(|(start, end)| start <= minute && minute < end)
            };
            minutes += (from..to).filter(alone).count() as i64;
        }
        let beyond = (minutes - pair.alone_minutes_max).max(0);
        sums.add(
            CostTerm::Mentor,
            None,
            Some(day),
            i128::from(beyond) * i128::from(pair.minute_cost),
        );
    }
}

/// Days on which the first of a pair is on post together with the second: the first's index and the day.
fn together(problem: &Problem, roster: &Roster<'_>, pair: &Apart) -> Vec<(usize, usize)> {
    let index = |id: &PersonId| problem.people.iter().position(|person| person.id == *id);
    let (Some(first), Some(second)) = (index(&pair.first), index(&pair.second)) else {
        return Vec::new();
    };
    let others = all_posts(&roster.worked[second]);
    let mut found = Vec::new();
    for (day, shift) in roster.worked[first].iter().enumerate() {
        let overlaps =
            |(from, to): &(i64, i64)| others.iter().any(|(start, end)| start < to && from < end);
        if posts(day, *shift).iter().any(overlaps) {
            found.push((first, day));
        }
    }
    found
}
