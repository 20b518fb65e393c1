//! People per slot and skill from expected contacts.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::calls::{CallHistory, RowFault, WeekdayProfile};
use crate::erlang;
use crate::shop::ShopMapping;

const MINUTES_PER_DAY: u32 = 24 * 60;

/// "`share_percent` of the contacts answered within `answer_seconds`".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceGoal {
    /// Share of contacts, in percent (1..=99).
    pub share_percent: u32,
    /// Seconds within which they are answered.
    pub answer_seconds: u32,
}

/// One kind of contact and how it is to be served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkillDemand {
    /// Name as the desk says it (`售前`).
    pub name: String,
    /// Share of all contacts that are of this kind, per mille. The shares add up to 1000.
    pub share_permille: u32,
    /// Seconds of one contact, wrap-up included.
    pub handling_seconds: u32,
    /// Contacts one person handles at once: 1 on the phone, more in chat. It divides the handling time, which treats a
    /// person with several chats as one faster server; good enough to staff by, not a model of chat queues.
    pub concurrent_contacts: u32,
    /// Goal the desk wants to meet: gives the target.
    pub target: ServiceGoal,
    /// Goal the desk must not fall below: gives the minimum.
    pub minimum: ServiceGoal,
    /// People on post whenever the desk is open, however few the contacts.
    pub people_min: u32,
}

/// How contacts become people, for one desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemandRules {
    /// Length of a slot in minutes; the call history has the same.
    pub slot_minutes: u32,
    /// Minute of the day the desk opens.
    pub open_minute: u32,
    /// Minute of the day it closes, at most 1440.
    pub close_minute: u32,
    /// Share of a rostered person's time that is lost on post (briefings, technical trouble), in percent, 0..=99. Leave and
    /// meals do not belong here when the roster plans them, or they would be counted twice.
    pub shrinkage_percent: u32,
    /// Kinds of contacts, in the order of the skill numbers.
    pub skills: Vec<SkillDemand>,
}

/// What a demand document holds: the rules and the mapping of the recorded month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopDemand {
    /// Contacts → people.
    pub rules: DemandRules,
    /// Recorded month → contacts.
    pub mapping: ShopMapping,
}

/// People needed on post in one slot for one skill.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SlotNeed {
    /// Calendar date.
    pub date: NaiveDate,
    /// Minute of the day the slot starts.
    pub start_minute: u32,
    /// Index into [`DemandRules::skills`].
    pub skill: usize,
    /// Contacts expected.
    pub contacts: f64,
    /// Fewest people the desk may have.
    pub minimum: u32,
    /// People the desk wants; never below `minimum`.
    pub target: u32,
}

/// Why there is no demand.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DemandError {
    /// A rule is out of range.
    #[error("{field}: {reason}")]
    Rule {
        /// Field path in the document.
        field: String,
        /// What is wrong.
        reason: String,
    },
    /// The document is not valid TOML of this shape; the message holds line and field.
    #[error("demand document: {0}")]
    Document(String),
    /// The recorded month holds nothing for a slot.
    #[error("{date} {start_minute} min: the recorded month has no calls for this slot")]
    Unrecorded {
        /// Target date.
        date: NaiveDate,
        /// Target slot.
        start_minute: u32,
    },
    /// The goal cannot be met by any number of people.
    #[error("{date} {start_minute} min, {skill}: no number of people meets the service goal")]
    Unreachable {
        /// Target date.
        date: NaiveDate,
        /// Target slot.
        start_minute: u32,
        /// Skill name.
        skill: String,
    },
    /// The bundled recording does not read (a broken build).
    #[error("recorded calls: {0}")]
    Recording(RowFault),
}

/// December 1999 of the anonymous bank's call centre, 30-minute counts; see `fixtures/README.md`.
const RECORDED_MONTH: &str = include_str!("../fixtures/calls_1999_12_30min.csv");
const RECORDED_INTERVAL_MINUTES: u32 = 30;
const ONLINE_SHOP: &str = include_str!("../fixtures/online_shop_demand.toml");

impl ShopDemand {
    /// Reads a demand document.
    ///
    /// # Errors
    /// [`DemandError::Document`] for a syntax error, an unknown or a missing key; [`DemandError::Rule`] for a value out of range.
    pub fn from_toml(text: &str) -> Result<Self, DemandError> {
        let demand: Self =
            toml::from_str(text).map_err(|error| DemandError::Document(error.to_string()))?;
        demand.rules.check()?;
        Ok(demand)
    }

    /// The sample online-shop desk: 09:00–24:00, 售前, 售后 and 电话, sized for about 18 people.
    ///
    /// # Errors
    /// Only if the bundled document is broken.
    pub fn online_shop() -> Result<Self, DemandError> {
        Self::from_toml(ONLINE_SHOP)
    }

    /// Needs of every date in `first..=last`, from the bundled recorded month.
    ///
    /// # Errors
    /// See [`DemandRules::needs`].
    pub fn needs(&self, first: NaiveDate, last: NaiveDate) -> Result<Vec<SlotNeed>, DemandError> {
        let (history, faults) =
            CallHistory::read_csv(RECORDED_MONTH.as_bytes(), RECORDED_INTERVAL_MINUTES);
        match faults.into_iter().next() {
            Some(fault) => Err(DemandError::Recording(fault)),
            None => self
                .rules
                .needs(&history.weekday_profile(), &self.mapping, first, last),
        }
    }
}

impl DemandRules {
    /// People per date in `first..=last`, slot and skill, ordered so.
    ///
    /// # Errors
    /// [`DemandError::Rule`] for rules out of range, [`DemandError::Unrecorded`] where the mapping reads an interval the
    /// profile does not have, [`DemandError::Unreachable`] where no head count meets a goal.
    pub fn needs(
        &self,
        profile: &WeekdayProfile,
        mapping: &ShopMapping,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<Vec<SlotNeed>, DemandError> {
        self.check()?;
        if profile.interval_minutes() != self.slot_minutes {
            let reason = format!(
                "the recorded intervals have {} minutes",
                profile.interval_minutes()
            );
            return Err(rule("slot_minutes", reason));
        }
        let mut needs = Vec::new();
        for date in first.iter_days().take_while(|date| *date <= last) {
            for start_minute in
                (self.open_minute..self.close_minute).step_by(self.slot_minutes as usize)
            {
                let all = mapping
                    .contacts(profile, date, start_minute)
                    .ok_or(DemandError::Unrecorded { date, start_minute })?;
                for (skill, demand) in self.skills.iter().enumerate() {
                    let contacts = all * f64::from(demand.share_permille) / 1000.0;
                    let people = |goal| {
                        self.people(contacts, demand, goal).ok_or_else(|| {
                            DemandError::Unreachable {
                                date,
                                start_minute,
                                skill: demand.name.clone(),
                            }
                        })
                    };
                    let minimum = people(demand.minimum)?;
                    let target = people(demand.target)?.max(minimum);
                    needs.push(SlotNeed {
                        date,
                        start_minute,
                        skill,
                        contacts,
                        minimum,
                        target,
                    });
                }
            }
        }
        Ok(needs)
    }

    /// Fewest people rostered in one slot so that, after shrinkage, `goal` is met. `None` when no head count does.
    #[must_use]
    pub fn people(&self, contacts: f64, skill: &SkillDemand, goal: ServiceGoal) -> Option<u32> {
        let handling_seconds =
            f64::from(skill.handling_seconds) / f64::from(skill.concurrent_contacts);
        let load = erlang::offered_load(
            contacts,
            handling_seconds,
            f64::from(self.slot_minutes) * 60.0,
        );
        let share = f64::from(goal.share_percent) / 100.0;
        let answering = erlang::people_for_service_level(
            load,
            handling_seconds,
            f64::from(goal.answer_seconds),
            share,
        )?;
        Some(with_shrinkage(
            answering.max(skill.people_min),
            self.shrinkage_percent,
        ))
    }

    fn check(&self) -> Result<(), DemandError> {
        let between = |field: &str, value: u32, low: u32, high: u32| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(rule(field, format!("{value} is not within {low}..={high}")))
            }
        };
        between("slot_minutes", self.slot_minutes, 1, MINUTES_PER_DAY)?;
        between("close_minute", self.close_minute, 1, MINUTES_PER_DAY)?;
        between("open_minute", self.open_minute, 0, self.close_minute - 1)?;
        between("shrinkage_percent", self.shrinkage_percent, 0, 99)?;
        if !(self.close_minute - self.open_minute).is_multiple_of(self.slot_minutes) {
            return Err(rule(
                "close_minute",
                "the opening hours are not a whole number of slots".to_owned(),
            ));
        }
        let shares: u32 = self
            .skills
            .iter()
            .map(|skill| skill.share_permille.min(1001))
            .sum();
        between("skills.share_permille (sum)", shares, 1000, 1000)?;
        for skill in &self.skills {
            let field = |name: &str| format!("skills.{}.{name}", skill.name);
            between(
                &field("handling_seconds"),
                skill.handling_seconds,
                1,
                86_400,
            )?;
            between(
                &field("concurrent_contacts"),
                skill.concurrent_contacts,
                1,
                100,
            )?;
            between(&field("people_min"), skill.people_min, 0, 1000)?;
            for (name, goal) in [("target", skill.target), ("minimum", skill.minimum)] {
                between(
                    &field(&format!("{name}.share_percent")),
                    goal.share_percent,
                    1,
                    99,
                )?;
            }
        }
        Ok(())
    }
}

fn rule(field: &str, reason: String) -> DemandError {
    DemandError::Rule {
        field: field.to_owned(),
        reason,
    }
}

/// People to roster so that `people` are at work when `shrinkage_percent` of their time is lost: `people / (1 − s)`, rounded up.
fn with_shrinkage(people: u32, shrinkage_percent: u32) -> u32 {
    (people * 100).div_ceil(100 - shrinkage_percent.min(99))
}

/// People of one skill a month asks for: `needed_minutes` of work spread over contracts of `contract_minutes` each, of which
/// `shrinkage_percent` (leave, sickness, training) is lost, rounded up.
///
/// `None` when a contract has no minutes.
#[must_use]
pub fn headcount_need(
    needed_minutes: u64,
    contract_minutes: u32,
    shrinkage_percent: u32,
) -> Option<u64> {
    let usable = u64::from(contract_minutes) * u64::from(100 - shrinkage_percent.min(99));
    (usable > 0).then(|| needed_minutes.saturating_mul(100).div_ceil(usable))
}

/// First and last day of the month of `date`.
#[must_use]
pub fn month_of(date: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    use chrono::Datelike;
    let first = date.with_day(1)?;
    let next = first.checked_add_days(Days::new(31))?.with_day(1)?;
    Some((first, next.pred_opt()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use chrono::{Datelike, Weekday};
    use proptest::prelude::*;

    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
    }

    fn december() -> (ShopDemand, Vec<SlotNeed>) {
        let shop = ShopDemand::online_shop().unwrap();
        let needs = shop.needs(day(1), day(31)).unwrap();
        (shop, needs)
    }

    fn hours(needs: &[SlotNeed], people: impl Fn(&SlotNeed) -> u32) -> u32 {
        needs.iter().map(people).sum::<u32>() / 2
    }

    #[test]
    fn december_covers_every_slot_of_every_day_once() {
        let (shop, needs) = december();
        let slots_per_day = (24 - 9) * 2;
        assert_eq!(needs.len(), 31 * slots_per_day * shop.rules.skills.len());
        assert!(
            needs
                .iter()
                .all(|need| need.minimum >= 1 && need.target >= need.minimum)
        );
        assert_eq!(
            (needs[0].date, needs[0].start_minute, needs[0].skill),
            (day(1), 540, 0)
        );
        let last = needs.last().unwrap();
        assert_eq!(
            (last.date, last.start_minute, last.skill),
            (day(31), 1410, 2)
        );
    }

    #[test]
    fn december_is_a_feasible_load_for_eighteen_people() {
        let (_, needs) = december();
        let (minimum, target) = (
            hours(&needs, |need| need.minimum),
            hours(&needs, |need| need.target),
        );
        // 18 people, 21 shifts of 8 h, 35 minutes of each at meal, 8 % leave.
        let on_post = 18.0 * 21.0 * (8.0 - 35.0 / 60.0) * 0.92;
        let at_once = |people: fn(&SlotNeed) -> u32| {
            needs
                .chunk_by(|a, b| (a.date, a.start_minute) == (b.date, b.start_minute))
                .map(|slot| slot.iter().map(people).sum::<u32>())
                .max()
        };
        println!(
            "at once: minimum {:?}, target {:?}",
            at_once(|need| need.minimum),
            at_once(|need| need.target)
        );
        println!(
            "person-hours: minimum {minimum}, target {target}, 18 people on post {on_post:.0}"
        );
        assert!(
            (0.65..0.85).contains(&(f64::from(minimum) / on_post)),
            "minimum {minimum} h of {on_post} h"
        );
        assert!(
            (0.85..1.05).contains(&(f64::from(target) / on_post)),
            "target {target} h of {on_post} h"
        );
    }

    #[test]
    fn december_is_busier_at_weekends_and_in_the_evening() {
        let (_, needs) = december();
        let contacts = |weekdays: &[Weekday], minutes: std::ops::Range<u32>| {
            let matching = || {
                needs.iter().filter(|need| {
                    weekdays.contains(&need.date.weekday()) && minutes.contains(&need.start_minute)
                })
            };
            matching().map(|need| need.contacts).sum::<f64>() / matching().count() as f64
        };
        use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
        let week = [Mon, Tue, Wed, Thu];
        assert!(contacts(&[Sat, Sun], 540..1440) > 1.2 * contacts(&week, 540..1440));
        assert!(contacts(&[Fri], 540..1440) > contacts(&week, 540..1440));
        assert!(
            contacts(&week, 1200..1320) > 1.15 * contacts(&week, 540..1080),
            "evening over the day"
        );
        assert!(
            contacts(&week, 540..600) < 0.6 * contacts(&week, 1200..1320),
            "the morning is quiet"
        );
    }

    #[test]
    fn the_day_is_mirrored_and_weighted() {
        let csv =
            "date,weekday,start_hhmm,calls\n1999-12-05,Sun,10:00,80\n1999-12-05,Sun,10:30,60\n";
        let (history, faults) = CallHistory::read_csv(csv.as_bytes(), 30);
        assert!(faults.is_empty());
        let profile = history.weekday_profile();
        let mut mapping = ShopDemand::online_shop().unwrap().mapping;
        (mapping.mirror_minute, mapping.contacts_percent) = (31 * 60, 50);
        mapping.weekday_percent[6] = 120;
        // 2026-12-06 is a Sunday: 20:30 reads 10:00, 20:00 reads 10:30.
        assert_eq!(mapping.contacts(&profile, day(6), 20 * 60 + 30), Some(48.0));
        assert_eq!(mapping.contacts(&profile, day(6), 20 * 60), Some(36.0));
        assert_eq!(mapping.contacts(&profile, day(6), 9 * 60), None);
        assert_eq!(
            mapping.contacts(&profile, day(7), 20 * 60),
            None,
            "Monday was not recorded"
        );
        mapping.date_percent.insert(day(6), 200);
        assert_eq!(mapping.contacts(&profile, day(6), 20 * 60 + 30), Some(96.0));
    }

    #[test]
    fn shrinkage_is_explicit_and_rounds_up() {
        // Call Centre Helper's example: 14 people on the phone, 30 % shrinkage, 20 rostered.
        assert_eq!(with_shrinkage(14, 30), 20);
        assert_eq!(with_shrinkage(14, 0), 14);
        assert_eq!(with_shrinkage(0, 30), 0);
        let (shop, needs) = december();
        let mut lossy = shop.clone();
        lossy.rules.shrinkage_percent = 10;
        let more = lossy.needs(day(1), day(31)).unwrap();
        assert!(
            needs
                .iter()
                .zip(&more)
                .all(|(plain, lossy)| lossy.target == (plain.target * 100).div_ceil(90))
        );
    }

    #[test]
    fn headcount_follows_hours_and_leave() {
        // 2500 h over contracts of 168 h with 8 % leave: 2500 / 154.56 = 16.2.
        assert_eq!(headcount_need(2500 * 60, 168 * 60, 8), Some(17));
        assert_eq!(headcount_need(0, 168 * 60, 8), Some(0));
        assert_eq!(headcount_need(60, 0, 8), None);
    }

    #[test]
    fn a_broken_document_names_its_field() {
        let text = ONLINE_SHOP;
        for (from, to, message) in [
            (
                "shrinkage_percent = 0",
                "shrinkage_percent = 100",
                "shrinkage_percent: 100 is not within 0..=99",
            ),
            (
                "open_minute = 540",
                "open_minute = 1440",
                "open_minute: 1440 is not within 0..=1439",
            ),
            (
                "open_minute = 540",
                "open_minute = 545",
                "close_minute: the opening hours are not a whole number of slots",
            ),
            (
                "share_permille = 530",
                "share_permille = 430",
                "skills.share_permille (sum): 900 is not within 1000..=1000",
            ),
            (
                "share_percent = 80",
                "share_percent = 100",
                "target.share_percent: 100 is not within 1..=99",
            ),
            (
                "open_minute = 540",
                "opened = 540",
                "unknown field `opened`",
            ),
            (
                "open_minute = 540",
                "open_minute = -1",
                "invalid value: integer `-1`",
            ),
        ] {
            assert!(text.contains(from), "{from}");
            let error = ShopDemand::from_toml(&text.replace(from, to))
                .unwrap_err()
                .to_string();
            assert!(error.contains(message), "{to}: {error}");
        }
    }

    #[test]
    fn a_month_ends_on_its_last_day() {
        assert_eq!(month_of(day(17)), Some((day(1), day(31))));
        let february = NaiveDate::from_ymd_opt(2028, 2, 29).unwrap();
        assert_eq!(month_of(february).unwrap().1, february);
    }

    proptest! {
        #[test]
        fn more_contacts_or_longer_ones_never_need_fewer(contacts in 0.0_f64..300.0, more in 0.0_f64..50.0, longer in 0_u32..300) {
            let rules = ShopDemand::online_shop().unwrap().rules;
            for skill in &rules.skills {
                let need = rules.people(contacts, skill, skill.target).unwrap();
                prop_assert!(rules.people(contacts + more, skill, skill.target).unwrap() >= need);
                let slower = SkillDemand { handling_seconds: skill.handling_seconds + longer, ..skill.clone() };
                prop_assert!(rules.people(contacts, &slower, skill.target).unwrap() >= need);
            }
        }
    }
}
