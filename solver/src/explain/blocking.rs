//! The smallest set of facts that keeps one person from some choices of a day.

use crate::facts::Binding;
use crate::paths::Paths;
use crate::person::{INFINITE, PersonModel, bars};
use crate::plan::{Fact, FactKind};
use crate::search::Compiled;

/// Labels a day when only legality is asked.
const LABELS_MAX: usize = 2_000;

/// May this person take one of the `wanted` choices on the day?
pub(super) struct Ask<'a> {
    pub(super) compiled: &'a Compiled<'a>,
    pub(super) person: usize,
    pub(super) binding: &'a Binding,
    pub(super) day: usize,
    /// Bit per choice; the last one is a day off.
    pub(super) wanted: u64,
}

impl Ask<'_> {
    /// The person with other facts.
    pub(super) fn model(&self, binding: &Binding) -> PersonModel {
        PersonModel::build(
            self.compiled.problem,
            self.person,
            self.compiled.people[self.person].class,
            &binding.person,
            &binding.rules,
        )
    }

    /// Choices by day with only the wanted ones left on the day.
    pub(super) fn mask(&self, model: &PersonModel) -> Vec<u64> {
        let mut mask = model.allowed.clone();
        mask[self.day] &= self.wanted;
        mask
    }

    /// Is there a legal row, as `binding` binds the person?
    pub(super) fn possible(&self, binding: &Binding, paths: &mut Paths) -> bool {
        let model = self.model(binding);
        let mask = self.mask(&model);
        if mask[self.day] == 0 {
            return false;
        }
        let gains = vec![0; model.days * (model.off + 1)];
        let reference = vec![model.off as u8; model.days];
        let found = paths.best_row(&model, &gains, &mask, &reference, INFINITE - 1, LABELS_MAX);
        found.row.is_some()
    }

    /// What may stand in the way: leave and lock of the day, skills, then rules and limits. Cells of other days are the
    /// circumstances a rule is about ("rest, against the locked Saturday"), not causes of their own.
    pub(super) fn candidates(&self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self
            .binding
            .cells_as_facts(Some(self.day))
            .into_iter()
            .filter(|fact| self.stands_in_the_way(fact))
            .collect();
        facts.extend(self.binding.skills_as_facts(self.wanted_shifts(), self.day));
        // An absence may begin the day after, where a shift reaches into it.
        let spilling = (self.day + 1..=self.day + self.compiled.spill_days)
            .flat_map(|day| self.binding.cells_as_facts(Some(day)))
            .filter(|fact| matches!(fact.kind, FactKind::Unavailable(_)))
            .filter(|fact| self.stands_in_the_way(fact));
        facts.extend(spilling);
        facts.extend(self.binding.rules_as_facts(self.day));
        facts
    }

    fn wanted_shifts(&self) -> impl Iterator<Item = &crate::problem::ShiftTemplate> {
        let shifts = &self.compiled.problem.shifts;
        let wanted = (0..shifts.len()).filter(|shift| self.wanted >> shift & 1 == 1);
        wanted.map(|shift| &shifts[shift])
    }

    /// Does an absence or lock bar a wanted choice by itself?
    fn stands_in_the_way(&self, fact: &Fact) -> bool {
        match &fact.kind {
            FactKind::Locked(Some(shift)) => !self.wanted_shifts().any(|s| s.id == *shift),
            FactKind::Locked(None) => self.wanted >> self.compiled.off() & 1 == 0,
            FactKind::Unavailable(cause) => self
                .binding
                .person
                .unavailable
                .iter()
                .filter(|gone| gone.day == fact.day && gone.cause == *cause)
                .any(|gone| self.wanted_shifts().any(|s| bars(gone, self.day, s))),
            _ => true,
        }
    }

    /// A smallest set of facts that together keep the person from every wanted choice: with all other candidates freed there
    /// is still no row, with any one of these freed as well there is. Empty where the facts are not to blame.
    pub(super) fn smallest(&self, paths: &mut Paths) -> Vec<Fact> {
        let candidates = self.candidates();
        let freed = |facts: &mut dyn Iterator<Item = &Fact>| {
            facts.fold(self.binding.clone(), |free, fact| free.freed(fact))
        };
        if !self.possible(&freed(&mut candidates.iter()), paths) {
            return Vec::new();
        }
        for fact in &candidates {
            let others = freed(&mut candidates.iter().filter(|other| *other != fact));
            if !self.possible(&others, paths) {
                return vec![fact.clone()];
            }
        }
        // Deletion filter: what can be freed without opening a way is not needed.
        let mut without = self.binding.clone();
        let mut needed = Vec::new();
        for fact in candidates.iter().rev() {
            let trial = without.freed(fact);
            if self.possible(&trial, paths) {
                needed.push(fact.clone());
            } else {
                without = trial;
            }
        }
        needed.reverse();
        needed
    }
}
