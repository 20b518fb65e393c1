//! Facts that bind one person, and the same person with a fact freed: the "what if" behind contradictions and repairs.

use crate::legal_row::legal_row;
use crate::paths::Paths;
use crate::person::PersonModel;
use crate::plan::{Fact, FactKind, Relaxation};
use crate::problem::{Person, Problem, Rules, ShiftTemplate, SkillId};
use crate::words;

/// A person and the rules as they bind that person, some facts freed.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub person: Person,
    pub rules: Rules,
}

impl Binding {
    /// As the problem has it.
    pub(crate) fn of(problem: &Problem, person: usize) -> Self {
        Self {
            person: problem.people[person].clone(),
            rules: problem.rules.clone(),
        }
    }

    /// The same with a fact freed.
    pub(crate) fn freed(&self, fact: &Fact) -> Self {
        let mut free = self.clone();
        let person = &mut free.person;
        match &fact.kind {
            FactKind::Unavailable(cause) => person
                .unavailable
                .retain(|u| !(u.day == fact.day && &u.cause == cause)),
            FactKind::Locked(_) => person.fixed.retain(|cell| cell.day != fact.day),
            FactKind::Rest => {
                free.rules = Rules::default();
                person.history.last_shift_end_minute = None;
            }
            FactKind::ConsecutiveWorkDaysMax => person.consecutive_work_days_max = None,
            FactKind::ConsecutiveWorkDaysMin => person.consecutive_work_days_min = None,
            FactKind::ConsecutiveDaysOffMin => person.consecutive_days_off_min = None,
            FactKind::WeeklyRestDay => person.weekly_rest_day = false,
            FactKind::Minutes => (person.minutes_min, person.minutes_max) = (None, None),
            FactKind::MinutesWeekMax => person.minutes_week_max = None,
            FactKind::WeekendsMax => person.weekends_max = None,
            FactKind::NightsMax => person.nights_max = None,
            FactKind::ShiftMax(shift) => {
                person.shift_max.remove(shift);
            }
            FactKind::ConsecutiveDaysOffMax => person.more.consecutive_days_off_max = None,
            FactKind::KindDaysMax(kind) => {
                person.more.kind_days_max.remove(kind);
            }
            FactKind::ConsecutiveNights => {
                person.more.consecutive_nights_min = None;
                person.more.consecutive_nights_max = None;
            }
            FactKind::DaysOffAfterNights => person.more.days_off_after_nights_min = None,
            FactKind::CompleteWeekends => person.more.complete_weekends = false,
            FactKind::MinutesWeekMin => person.more.minutes_week_min = None,
            FactKind::Meeting(id) => {
                let meetings = person.more.meetings.iter_mut();
                for meeting in meetings.filter(|meeting| &meeting.id == id) {
                    meeting.required = false;
                }
            }
            // A matter of two rows: no single one of them is made legal by it.
            FactKind::NotTogether(_) => {}
            FactKind::Skill(skill) => person.skills.push(skill.clone()),
        }
        free
    }

    /// Rules and limits that bind this person on any day.
    pub(crate) fn rules_as_facts(&self, day: usize) -> Vec<Fact> {
        let person = &self.person;
        let limits = [
            (true, FactKind::Rest),
            (
                person.consecutive_days_off_min.is_some_and(|n| n > 1),
                FactKind::ConsecutiveDaysOffMin,
            ),
            (
                person.consecutive_work_days_min.is_some_and(|n| n > 1),
                FactKind::ConsecutiveWorkDaysMin,
            ),
            (
                person.consecutive_work_days_max.is_some(),
                FactKind::ConsecutiveWorkDaysMax,
            ),
            (person.weekly_rest_day, FactKind::WeeklyRestDay),
            (person.minutes_week_max.is_some(), FactKind::MinutesWeekMax),
            (
                person.minutes_min.is_some() || person.minutes_max.is_some(),
                FactKind::Minutes,
            ),
            (person.weekends_max.is_some(), FactKind::WeekendsMax),
            (person.nights_max.is_some(), FactKind::NightsMax),
            (person.more.complete_weekends, FactKind::CompleteWeekends),
            (
                person.more.consecutive_days_off_max.is_some(),
                FactKind::ConsecutiveDaysOffMax,
            ),
            (
                person.more.consecutive_nights_min.is_some_and(|n| n > 1)
                    || person.more.consecutive_nights_max.is_some(),
                FactKind::ConsecutiveNights,
            ),
            (
                person.more.days_off_after_nights_min.is_some(),
                FactKind::DaysOffAfterNights,
            ),
            (
                person.more.minutes_week_min.is_some(),
                FactKind::MinutesWeekMin,
            ),
        ];
        let fact = |kind| Fact {
            person: person.id.clone(),
            day,
            kind,
        };
        let mut facts: Vec<Fact> = limits
            .into_iter()
            .filter(|(binds, _)| *binds)
            .map(|(_, kind)| fact(kind))
            .collect();
        facts.extend(
            person
                .shift_max
                .keys()
                .map(|shift| fact(FactKind::ShiftMax(shift.clone()))),
        );
        let kinds = person.more.kind_days_max.keys();
        facts.extend(kinds.map(|kind| fact(FactKind::KindDaysMax(kind.clone()))));
        facts
    }

    /// Absences and locks, on one day or on all.
    pub(crate) fn cells_as_facts(&self, day: Option<usize>) -> Vec<Fact> {
        let person = &self.person;
        let wanted = |d: usize| day.is_none_or(|day| day == d);
        let gone = person
            .unavailable
            .iter()
            .filter(|u| wanted(u.day))
            .map(|u| Fact {
                person: person.id.clone(),
                day: u.day,
                kind: FactKind::Unavailable(u.cause.clone()),
            });
        let locked = person
            .fixed
            .iter()
            .filter(|cell| wanted(cell.day))
            .map(|cell| Fact {
                person: person.id.clone(),
                day: cell.day,
                kind: FactKind::Locked(cell.shift.clone()),
            });
        let meetings = person
            .more
            .meetings
            .iter()
            .filter(|meeting| meeting.required && wanted(meeting.day))
            .map(|meeting| Fact {
                person: person.id.clone(),
                day: meeting.day,
                kind: FactKind::Meeting(meeting.id.clone()),
            });
        meetings.chain(gone).chain(locked).collect()
    }

    /// Skills that `shifts` ask for and this person does not hold.
    pub(crate) fn skills_as_facts<'a>(
        &self,
        shifts: impl Iterator<Item = &'a ShiftTemplate>,
        day: usize,
    ) -> Vec<Fact> {
        let mut missing: Vec<SkillId> = shifts
            .flat_map(|shift| &shift.skills_required)
            .filter(|skill| !self.person.skills.contains(skill))
            .cloned()
            .collect();
        missing.sort();
        missing.dedup();
        let fact = |skill| Fact {
            person: self.person.id.clone(),
            day,
            kind: FactKind::Skill(skill),
        };
        missing.into_iter().map(fact).collect()
    }

    /// Has this person any legal row?
    pub(crate) fn has_row(&self, problem: &Problem, person: usize, paths: &mut Paths) -> bool {
        let model = PersonModel::build(problem, person, 0, &self.person, &self.rules);
        legal_row(&model, paths).is_some()
    }
}

/// Where a person's hard rules contradict each other, finds a smallest set of facts that do, frees the one most easily let go
/// (rules before totals, totals before absences, locks last), and repeats until the person has a row. Returns what binds the
/// person then, and what was freed.
pub(crate) fn resolve(
    problem: &Problem,
    person: usize,
    paths: &mut Paths,
) -> (Binding, Vec<Relaxation>) {
    let mut bound = Binding::of(problem, person);
    let mut freed = Vec::new();
    while !bound.has_row(problem, person, paths) {
        let mut facts = bound.rules_as_facts(0);
        facts.extend(bound.cells_as_facts(None));
        let conflict = smallest_conflict(problem, person, &bound, &facts, paths);
        let Some(let_go) = conflict.first().cloned() else {
            break;
        };
        bound = bound.freed(&let_go);
        let words = words::contradiction(problem, &conflict, &let_go);
        freed.push(Relaxation {
            person: let_go.person.clone(),
            conflict,
            freed: let_go,
            words,
        });
    }
    (bound, freed)
}

/// Deletion filter: drop facts one by one, keep dropped what was not needed for the contradiction.
fn smallest_conflict(
    problem: &Problem,
    person: usize,
    bound: &Binding,
    facts: &[Fact],
    paths: &mut Paths,
) -> Vec<Fact> {
    let mut without = bound.clone();
    let mut needed = Vec::new();
    // What is tested first is dropped most readily, so locks stay in the set only when they matter.
    for fact in facts.iter().rev() {
        let trial = without.freed(fact);
        if trial.has_row(problem, person, paths) {
            needed.push(fact.clone());
        } else {
            without = trial;
        }
    }
    needed.reverse();
    needed
}
