//! Rules that not every desk asks for: what the policy names in `[version.roster.rules]`, and what the desk says about its
//! people (带教, 不同班, 轮班顺序), as the solver takes them.

use super::{Candidate, Offered, Sources};
use crate::app::meetings::MeetingWanted;
use crate::app::{AppError, Fault};
use domain::event::Wished;
use domain::ids::{ShiftCode, StaffId};
use domain::policy::{FAIR_KINDS, FairKind, Hardness, RosterRules, Wanted};
use domain::quantities::Fen;
use domain::shift::Shift;
use domain::work_date::{DayMinute, WorkDate};
use solver::Problem;
use solver::problem::{
    Apart, Budget, CostTerm, Costs, GroupDemand, History, Meeting, Mentor, Pattern, Person,
    PersonId, Request, RowRules, ShiftCover, ShiftId, SoftRange, Standby, Succession, Wish,
};
use std::collections::{BTreeMap, BTreeSet};

/// Fen in a yuan: a budget is weighed in whole yuan.
const YUAN: i64 = 100;
/// Terms whose price is looked up beside the rule, or among [`Costs::more`], and the names of both in a policy.
const TERMS: [(&str, CostTerm); 16] = [
    ("consecutive_work_days", CostTerm::ConsecutiveWorkDays),
    ("consecutive_days_off", CostTerm::ConsecutiveDaysOff),
    ("consecutive_kind", CostTerm::ConsecutiveKind),
    ("assignments", CostTerm::Assignments),
    ("weekends", CostTerm::Weekends),
    ("broken_weekend", CostTerm::BrokenWeekend),
    ("mixed_weekend", CostTerm::MixedWeekend),
    ("pattern", CostTerm::Pattern),
    ("meeting", CostTerm::Meeting),
    ("minutes_over", CostTerm::MinutesOver),
    ("minutes_under", CostTerm::MinutesUnder),
    ("fairness_minutes", CostTerm::FairnessMinutes),
    ("under_standby", CostTerm::UnderStandby),
    ("mentor", CostTerm::Mentor),
    ("not_together", CostTerm::NotTogether),
    ("budget", CostTerm::Budget),
];

/// The term a policy calls so, if it is none of [`Costs`]' own fields.
pub(super) fn term(name: &str) -> Option<CostTerm> {
    let found = TERMS.iter().find(|(known, _)| *known == name);
    found.map(|(_, term)| *term)
}

/// The kind of a shift: the policy's, or else the shift is a kind of its own.
pub(super) fn kind(rules: &RosterRules, code: &ShiftCode) -> String {
    rules.kind_of(code).unwrap_or(code.as_str()).to_owned()
}

/// How a shift is on call, if it is.
pub(super) fn standby(sources: &Sources<'_>, code: &ShiftCode) -> Option<Standby> {
    let wanted = sources.policy.roster.rules.standby.get(code)?;
    Some(Standby {
        people: u32::from(wanted.people),
        under_cost: price(sources, CostTerm::UnderStandby),
        rests: wanted.rests,
    })
}

/// What a term costs: as the policy names it, or as a desk usually has it.
fn price(sources: &Sources<'_>, term: CostTerm) -> i64 {
    let named = TERMS.iter().find(|(_, known)| *known == term);
    let named = named.and_then(|(name, _)| sources.policy.roster.cost.get(*name));
    named
        .copied()
        .unwrap_or_else(|| Costs::usual(term).per_unit)
}

/// Shifts named by the policy that the desk never had.
pub(super) fn unknown_shifts(sources: &Sources<'_>) -> Vec<Fault> {
    let sets = sources.desk.template_sets.iter();
    let known: BTreeSet<&ShiftCode> = sets
        .flat_map(|set| &set.templates)
        .map(|template| &template.code)
        .collect();
    let rules = &sources.policy.roster.rules;
    let pairs = rules.forbidden_successions.iter();
    let pairs = pairs.flat_map(|(first, second)| [first, second]);
    let named = pairs
        .map(|code| ("forbidden_successions", code))
        .chain(rules.shift_max.keys().map(|code| ("shift_max", code)))
        .chain(rules.kind.values().flatten().map(|code| ("kind", code)))
        .chain(
            rules
                .unpopular_meals
                .keys()
                .map(|code| ("unpopular_meals", code)),
        )
        .chain(rules.standby.keys().map(|code| ("standby", code)))
        .chain(rules.shift_cover.keys().map(|code| ("shift_cover", code)));
    let mut faults: Vec<Fault> = named
        .filter(|(_, code)| !known.contains(code))
        .map(|(field, code)| {
            Fault::of(
                format!("roster.rules.{field}"),
                format!("本部门没有班次 {code}"),
                format!("the desk has no shift {code}"),
            )
        })
        .collect();
    let kinds = rules
        .kind_days_max
        .keys()
        .map(|kind| ("kind_days_max", kind))
        .chain(
            rules
                .kind_days_wanted
                .keys()
                .map(|kind| ("kind_days_wanted", kind)),
        );
    for (field, kind) in kinds {
        let code = ShiftCode::new(kind.as_str());
        if !rules.kind.contains_key(kind) && !known.contains(&code) {
            faults.push(Fault::of(
                format!("roster.rules.{field}.{kind}"),
                format!("没有班次类别 {kind}"),
                format!("there is no kind of shift {kind}"),
            ));
        }
    }
    for (index, row) in rules.on_post.iter().enumerate() {
        if !sources.desk.has_skill(&row.holding) {
            faults.push(Fault::of(
                format!("roster.rules.on_post[{index}].holding"),
                format!("本部门没有技能 {}", row.holding),
                format!("the desk has no skill {}", row.holding),
            ));
        }
    }
    faults
}

fn soft(wanted: Option<Wanted>) -> SoftRange {
    wanted.map_or_else(SoftRange::default, |wanted| SoftRange {
        min: wanted.min.map(u32::from),
        max: wanted.max.map(u32::from),
    })
}

/// Puts the policy's rules on a person, with what they must know of the past.
pub(super) fn bind(
    sources: &Sources<'_>,
    shifts: &BTreeMap<ShiftId, Offered>,
    candidate: &Candidate,
    days: &[WorkDate],
    person: &mut Person,
) {
    let rules = &sources.policy.roster.rules;
    let kinds: BTreeSet<String> = shifts
        .values()
        .map(|offer| kind(rules, &offer.template.code))
        .collect();
    let some = |value: Option<u16>| value.map(u32::from);
    person.minutes_week_max = rules.minutes_week_max.map(|minutes| minutes.0);
    person.minutes_min = rules
        .minutes_under_contract_max
        .zip(person.minutes_target)
        .map(|(under, target)| (target - under.0).max(0));
    for (id, offer) in shifts {
        if let Some(most) = rules.shift_max.get(&offer.template.code) {
            person.shift_max.insert(id.clone(), u32::from(*most));
        }
    }
    // Leave is no fault of the roster's: a limit that it breaks by itself is not asked of that person.
    let away = longest_absence(person);
    person.more = RowRules {
        consecutive_days_off_max: some(rules.consecutive_days_off_max).filter(|max| away < *max),
        kind_days_max: rules
            .kind_days_max
            .iter()
            .filter(|(kind, _)| kinds.contains(*kind))
            .map(|(kind, most)| (kind.clone(), u32::from(*most)))
            .collect(),
        consecutive_nights_max: some(rules.consecutive_nights_max),
        consecutive_nights_min: some(rules.consecutive_nights_min),
        days_off_after_nights_min: some(rules.days_off_after_nights_min),
        minutes_week_min: rules
            .minutes_week_min
            .filter(|_| away == 0)
            .map(|minutes| minutes.0),
        complete_weekends: rules.complete_weekends == Some(Hardness::Required),
        complete_weekends_wanted: rules.complete_weekends == Some(Hardness::Wanted),
        identical_weekends_wanted: rules.identical_weekends.is_some(),
        work_days_wanted: soft(rules.work_days_wanted),
        days_off_wanted: soft(rules.days_off_wanted),
        kind_days_wanted: rules
            .kind_days_wanted
            .iter()
            .filter(|(kind, _)| kinds.contains(*kind))
            .map(|(kind, range)| (kind.clone(), soft(Some(*range))))
            .collect(),
        assignments_wanted: soft(rules.assignments_wanted),
        weekends_wanted_max: some(rules.weekends_wanted_max),
        pattern: None,
        meetings: meetings(sources, candidate, days, person),
    };
    person.requests = wishes(sources, shifts, candidate, days);
    remember(sources, shifts, &candidate.staff, &mut person.history);
}

/// What somebody wishes of the month, at the policy's points; a shift that is not offered that day is no wish.
fn wishes(
    sources: &Sources<'_>,
    shifts: &BTreeMap<ShiftId, Offered>,
    candidate: &Candidate,
    days: &[WorkDate],
) -> Vec<Request> {
    let Some(policy) = sources.policy.roster.rules.wishes else {
        return Vec::new();
    };
    let stated = candidate.state.wishes_of(sources.month).iter();
    stated
        .filter_map(|wish| {
            let day = days.iter().position(|date| *date == wish.date)?;
            let offered = |code: &ShiftCode| {
                let mut offered = shifts.iter();
                let found = offered
                    .find(|(_, offer)| offer.template.code == *code && offer.days.contains(&day));
                found.map(|(id, _)| id.clone())
            };
            Some(Request {
                day,
                wish: match &wish.wished {
                    Wished::Off => Wish::Off,
                    Wished::Work => Wish::Work,
                    Wished::Shift(code) => Wish::Shift(offered(code)?),
                    Wished::NotShift(code) => Wish::NotShift(offered(code)?),
                },
                cost: policy.points(wish.strength),
            })
        })
        .collect()
}

/// People wanted on shifts, whatever the time of day.
fn shift_cover(
    sources: &Sources<'_>,
    shifts: &BTreeMap<ShiftId, Offered>,
    problem: &Problem,
) -> Vec<ShiftCover> {
    let rows = &sources.policy.roster.rules.shift_cover;
    let mut cover = Vec::new();
    for (id, offer) in shifts {
        let Some(row) = rows.get(&offer.template.code) else {
            continue;
        };
        for &day in &offer.days {
            let Some(known) = problem.days.get(day) else {
                continue;
            };
            let weekend = row.weekend.unwrap_or(row.people);
            let people = if known.holiday {
                row.holiday.unwrap_or(weekend)
            } else if known.weekend {
                weekend
            } else {
                row.people
            };
            cover.push(ShiftCover {
                day,
                shift: id.clone(),
                people: u32::from(people),
                under_cost: row.under_cost,
                over_cost: row.over_cost,
                minimum: 0,
                minimum_cost: 0,
            });
        }
    }
    cover
}

/// The most whole days in a row that somebody is not there.
fn longest_absence(person: &Person) -> u32 {
    let whole = person
        .unavailable
        .iter()
        .filter(|away| away.interval.is_none());
    let days: BTreeSet<usize> = whole.map(|away| away.day).collect();
    let run = |first: &usize| (*first..).take_while(|day| days.contains(day)).count();
    let longest = days.iter().map(run).max().unwrap_or(0);
    u32::try_from(longest).unwrap_or(u32::MAX)
}

/// The meetings somebody is wanted at: those called for everybody, or for them by name; not while they are away.
fn meetings(
    sources: &Sources<'_>,
    candidate: &Candidate,
    days: &[WorkDate],
    person: &Person,
) -> Vec<Meeting> {
    let Some(hardness) = sources.policy.roster.rules.meetings else {
        return Vec::new();
    };
    let wanted = sources.meetings.iter().enumerate();
    wanted
        .filter(|(_, meeting)| meeting.wants(&candidate.staff))
        .filter_map(|(index, meeting)| {
            let day = days.iter().position(|date| *date == meeting.date)?;
            let away = person
                .unavailable
                .iter()
                .any(|away| away.day == day && away.interval.is_none());
            (!away).then(|| Meeting {
                id: format!("meeting-{index}"),
                name_zh: meeting.title.clone(),
                name_en: meeting.title.clone(),
                day,
                start_minute: i64::from(meeting.start.0),
                end_minute: i64::from(meeting.end.0),
                required: hardness == Hardness::Required,
            })
        })
        .collect()
}

/// What rules on runs must know of the month before.
fn remember(
    sources: &Sources<'_>,
    shifts: &BTreeMap<ShiftId, Offered>,
    staff: &StaffId,
    history: &mut History,
) {
    let (rules, previous) = (&sources.policy.roster.rules, sources.previous);
    if *rules == RosterRules::default() || previous.cells.is_empty() {
        return;
    }
    let first = sources.month.first();
    let worked = |back: i64| previous.shift(staff, first.plus_days(-back));
    let run = |holds: &dyn Fn(&Shift) -> bool| -> u32 {
        let days = (1..=super::HISTORY_DAYS).take_while(|&back| worked(back).is_some_and(holds));
        u32::try_from(days.count()).unwrap_or_default()
    };
    history.consecutive_nights = run(&|shift| shift.night);
    if let Some(eve) = worked(1) {
        let same = kind(rules, &eve.code);
        history.consecutive_kind_days = run(&|shift| kind(rules, &shift.code) == same);
        let offered = shifts
            .iter()
            .find(|(_, offer)| offer.template.code == eve.code);
        history.last_shift = offered.map(|(id, _)| id.clone());
    }
    if let Some(owed) = rules
        .days_off_after_nights_min
        .filter(|_| worked(1).is_none())
    {
        let off = i64::from(history.consecutive_days_off);
        let night = worked(off + 1).is_some_and(|shift| shift.night);
        let left = i64::from(owed) - off;
        history.night_rest_days_owed = u32::try_from(left).ok().filter(|_| night).unwrap_or(0);
    }
}

/// What ties people together, groups on post, fair shares and prices, once the people are there.
pub(super) fn complete(
    sources: &Sources<'_>,
    shifts: &BTreeMap<ShiftId, Offered>,
    days: &[WorkDate],
    problem: &mut Problem,
) -> Result<(), AppError> {
    let rules = &sources.policy.roster.rules;
    problem.rules.forbidden_successions = successions(rules, shifts);
    problem.group_demand = groups(sources, problem);
    problem.shift_cover = shift_cover(sources, shifts, problem);
    rotate(sources, shifts, days, problem)?;
    tie(sources, problem);
    problem.team.budget = budget(sources, shifts);
    price_asked(sources, problem);
    problem.fill_fair_shares();
    let fair = rules.fair.as_deref().unwrap_or(&FAIR_KINDS);
    for person in &mut problem.people {
        let share = &mut person.fair_share;
        for (kind, share) in [
            (FairKind::Nights, &mut share.nights),
            (FairKind::Lates, &mut share.lates),
            (FairKind::Earlies, &mut share.earlies),
            (FairKind::WeekendDays, &mut share.weekend_days),
            (FairKind::Holidays, &mut share.holidays),
            (FairKind::Minutes, &mut share.minutes),
            (FairKind::UnpopularMeals, &mut share.unpopular_meals),
        ] {
            if !fair.contains(&kind) {
                *share = None;
            }
        }
    }
    Ok(())
}

fn successions(rules: &RosterRules, shifts: &BTreeMap<ShiftId, Offered>) -> Vec<Succession> {
    let ids = |code: &ShiftCode| -> Vec<ShiftId> {
        let offered = shifts
            .iter()
            .filter(|(_, offer)| offer.template.code == *code);
        offered.map(|(id, _)| id.clone()).collect()
    };
    let mut pairs = Vec::new();
    for (first, second) in &rules.forbidden_successions {
        for previous in ids(first) {
            pairs.extend(ids(second).into_iter().map(|next| Succession {
                previous: previous.clone(),
                next,
            }));
        }
    }
    pairs
}

fn groups(sources: &Sources<'_>, problem: &Problem) -> Vec<GroupDemand> {
    let rows = sources.policy.roster.rules.on_post.iter().enumerate();
    rows.map(|(index, row)| GroupDemand {
        id: format!("on_post[{index}]"),
        name_zh: row.name.clone(),
        name_en: row.name.clone(),
        people: problem
            .people
            .iter()
            .filter(|person| {
                person
                    .skills
                    .iter()
                    .any(|skill| skill.as_str() == row.holding.as_str())
            })
            .map(|person| person.id.clone())
            .collect(),
        days: (0..problem.days.len()).collect(),
        start_minute: i64::from(row.start.0),
        end_minute: i64::from(row.end.0),
        minimum: u32::from(row.minimum),
    })
    .collect()
}

/// Gives people the rotations that the desk says they keep to.
fn rotate(
    sources: &Sources<'_>,
    shifts: &BTreeMap<ShiftId, Offered>,
    days: &[WorkDate],
    problem: &mut Problem,
) -> Result<(), AppError> {
    let rules = &sources.policy.roster.rules;
    let Some(first) = days.first() else {
        return Ok(());
    };
    let kinds: BTreeSet<String> = shifts
        .values()
        .map(|offer| kind(rules, &offer.template.code))
        .collect();
    let rotations = sources.desk.team.iter().flat_map(|team| &team.rotations);
    for rotation in rotations {
        let whose = |person: &&mut Person| person.id.as_str() == rotation.staff.as_str();
        let Some(person) = problem.people.iter_mut().find(whose) else {
            continue;
        };
        let mut cycle = Vec::with_capacity(rotation.cycle.len());
        for name in &rotation.cycle {
            let wanted = name.as_ref().map(|name| {
                if rules.kind.contains_key(name) {
                    name.clone()
                } else {
                    kind(rules, &ShiftCode::new(name.as_str()))
                }
            });
            if let Some(unknown) = wanted.as_ref().filter(|kind| !kinds.contains(*kind)) {
                return Err(AppError::fault(Fault::of(
                    "team.rotations",
                    format!("{} 的轮班顺序中的 {unknown} 本月没有班次", rotation.staff),
                    format!(
                        "no shift of the month is {unknown}, which the rotation of {} names",
                        rotation.staff
                    ),
                )));
            }
            cycle.push(wanted);
        }
        person.more.pattern = Some(Pattern {
            anchor_day: first.days_until(rotation.from),
            cycle,
        });
    }
    Ok(())
}

/// Mentors, and who is kept apart.
fn tie(sources: &Sources<'_>, problem: &mut Problem) {
    let Some(team) = &sources.desk.team else {
        return;
    };
    let known = |staff: &StaffId| {
        let id = PersonId::from(staff.as_str());
        let found = problem.people.iter().any(|person| person.id == id);
        found.then_some(id)
    };
    let minute_cost = price(sources, CostTerm::Mentor);
    let mentors = team.mentors.iter().filter_map(|row| {
        let mentors: Vec<PersonId> = row.mentors.iter().filter_map(known).collect();
        let trainee = known(&row.trainee)?;
        (!mentors.is_empty()).then_some(Mentor {
            trainee,
            mentors,
            alone_minutes_max: row.alone_minutes_max.0,
            minute_cost,
        })
    });
    let mentors = mentors.collect();
    let day_cost = price(sources, CostTerm::NotTogether);
    // A rule outweighs a post left empty for a whole shift by both.
    let longest = problem
        .shifts
        .iter()
        .map(|shift| shift.worked_minutes)
        .max();
    let rule_cost = 2 * problem.costs.under_minimum.per_unit * longest.unwrap_or(0);
    let apart = team.apart.iter().filter_map(|pair| {
        Some(Apart {
            first: known(&pair.first)?,
            second: known(&pair.second)?,
            day_cost: if pair.hard {
                day_cost.max(rule_cost).max(1)
            } else {
                day_cost
            },
            hard: pair.hard,
        })
    });
    let apart = apart.collect();
    (problem.team.mentors, problem.team.apart) = (mentors, apart);
}

/// The month's budget in yuan, if the policy prices leaving it: what each shift costs in the wage of whoever works it.
fn budget(sources: &Sources<'_>, shifts: &BTreeMap<ShiftId, Offered>) -> Option<Budget> {
    let unit_cost = price(sources, CostTerm::Budget);
    let limit = sources.desk.budgets.get(&sources.month)?;
    if unit_cost == 0 {
        return None;
    }
    let days = i64::try_from(sources.month.days().count()).unwrap_or(i64::MAX);
    let last = |candidate: &Candidate| {
        let on = |date: &WorkDate| candidate.state.contract_on(*date).is_some();
        let date = sources.month.days().filter(on).last()?;
        candidate.state.contract_on(date).cloned()
    };
    let amounts = sources.people.iter().filter_map(|candidate| {
        let contract = last(candidate)?;
        let of = |minutes: i64| {
            let weekly = i128::from(contract.week_minutes.0.max(1)) * i128::from(days);
            let fen = i128::from(contract.month_wage.0) * 7 * i128::from(minutes) / weekly;
            i64::try_from((fen + i128::from(YUAN) / 2) / i128::from(YUAN)).unwrap_or(i64::MAX)
        };
        let row = shifts.iter();
        let row = row.map(|(id, offer)| {
            let counts = sources
                .policy
                .roster
                .rules
                .counts_minutes(&offer.template.code);
            let minutes = if counts {
                offer.template.minutes().0
            } else {
                0
            };
            (id.clone(), of(minutes))
        });
        Some((PersonId::from(candidate.staff.as_str()), row.collect()))
    });
    let Fen(limit) = *limit;
    Some(Budget {
        limit: limit / YUAN,
        amounts: amounts.collect(),
        unit_cost,
    })
}

/// Prices what is asked for: as the policy names it, or as usual.
fn price_asked(sources: &Sources<'_>, problem: &mut Problem) {
    let named = |term: CostTerm| {
        let name = TERMS.iter().find(|(_, known)| *known == term);
        name.is_some_and(|(name, _)| sources.policy.roster.cost.contains_key(*name))
    };
    let rows = || problem.people.iter().map(|person| &person.more);
    let none = SoftRange::default();
    let asked = [
        (
            CostTerm::ConsecutiveWorkDays,
            rows().any(|row| row.work_days_wanted != none),
        ),
        (
            CostTerm::ConsecutiveDaysOff,
            rows().any(|row| row.days_off_wanted != none),
        ),
        (
            CostTerm::ConsecutiveKind,
            rows().any(|row| !row.kind_days_wanted.is_empty()),
        ),
        (
            CostTerm::Assignments,
            rows().any(|row| row.assignments_wanted != none),
        ),
        (
            CostTerm::Weekends,
            rows().any(|row| row.weekends_wanted_max.is_some()),
        ),
        (
            CostTerm::BrokenWeekend,
            rows().any(|row| row.complete_weekends_wanted),
        ),
        (
            CostTerm::MixedWeekend,
            rows().any(|row| row.identical_weekends_wanted),
        ),
        (CostTerm::Pattern, rows().any(|row| row.pattern.is_some())),
        (
            CostTerm::Meeting,
            rows().any(|row| !row.meetings.is_empty()),
        ),
        (CostTerm::MinutesOver, named(CostTerm::MinutesOver)),
        (CostTerm::MinutesUnder, named(CostTerm::MinutesUnder)),
        (CostTerm::FairnessMinutes, named(CostTerm::FairnessMinutes)),
    ];
    for (term, _) in asked.into_iter().filter(|(_, asked)| *asked) {
        let cost = solver::problem::Cost {
            per_unit: price(sources, term),
            ..Costs::usual(term)
        };
        problem.costs.more.insert(term, cost);
    }
}

impl MeetingWanted {
    fn wants(&self, staff: &StaffId) -> bool {
        self.people
            .as_ref()
            .is_none_or(|people| people.contains(staff))
    }
}

/// The minute a row of the policy ends at must lie on the grid of the day.
pub(super) fn edges(rules: &RosterRules) -> impl Iterator<Item = i64> + '_ {
    let minute = |at: DayMinute| i64::from(at.0);
    rules
        .on_post
        .iter()
        .flat_map(move |row| [minute(row.start), minute(row.end)])
}
