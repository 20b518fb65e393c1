//! Queueing formulas, in recursions that neither overflow nor lose digits: no factorial and no power is ever formed.
//!
//! `erlangs` is the offered load, contacts per second times handling seconds. Every function is total: a load that is
//! zero needs nobody, and a load of `people` erlangs or more makes everybody wait.

/// No desk is larger; it bounds the search for a head count that a goal of 100 % would otherwise make endless.
pub const PEOPLE_MAX: u32 = 100_000;

/// Offered load in erlangs of `contacts` arriving within `slot_seconds`, each taking `handling_seconds`.
#[must_use]
pub fn offered_load(contacts: f64, handling_seconds: f64, slot_seconds: f64) -> f64 {
    contacts.max(0.0) * handling_seconds.max(0.0) / slot_seconds
}

/// Erlang B: the share of contacts that find all `people` busy when nobody may wait.
///
/// `B(0) = 1`, `B(n) = a·B(n−1) / (n + a·B(n−1))`: every step stays within 0..=1.
#[must_use]
pub fn blocked_share(people: u32, erlangs: f64) -> f64 {
    if erlangs <= 0.0 {
        return if people == 0 { 1.0 } else { 0.0 };
    }
    (1..=people).fold(1.0, |blocked, n| next_blocked(blocked, n, erlangs))
}

fn next_blocked(blocked: f64, people: u32, erlangs: f64) -> f64 {
    let carried = erlangs * blocked;
    carried / (f64::from(people) + carried)
}

/// Erlang C: the share of contacts that must wait, with endless patience.
#[must_use]
pub fn waiting_share(people: u32, erlangs: f64) -> f64 {
    waiting_from_blocked(blocked_share(people, erlangs), people, erlangs)
}

fn waiting_from_blocked(blocked: f64, people: u32, erlangs: f64) -> f64 {
    let people = f64::from(people);
    if erlangs <= 0.0 {
        return if people == 0.0 { 1.0 } else { 0.0 };
    }
    if people <= erlangs {
        return 1.0;
    }
    blocked * people / (people - erlangs * (1.0 - blocked))
}

/// Share of contacts answered within `answer_seconds` under Erlang C.
#[must_use]
pub fn service_level(people: u32, erlangs: f64, handling_seconds: f64, answer_seconds: f64) -> f64 {
    level_from_waiting(
        waiting_share(people, erlangs),
        people,
        erlangs,
        handling_seconds,
        answer_seconds,
    )
}

fn level_from_waiting(
    waiting: f64,
    people: u32,
    erlangs: f64,
    handling_seconds: f64,
    answer_seconds: f64,
) -> f64 {
    if erlangs <= 0.0 {
        return if people == 0 { 0.0 } else { 1.0 };
    }
    let spare = f64::from(people) - erlangs;
    if spare <= 0.0 {
        return 0.0;
    }
    1.0 - waiting * (-spare * answer_seconds / handling_seconds).exp()
}

/// Average seconds until a contact is answered under Erlang C; `None` when the queue grows without end.
#[must_use]
pub fn average_wait_seconds(people: u32, erlangs: f64, handling_seconds: f64) -> Option<f64> {
    let spare = f64::from(people) - erlangs;
    (spare > 0.0).then(|| waiting_share(people, erlangs) * handling_seconds / spare)
}

/// Fewest people who answer at least `share` (0..=1) of the contacts within `answer_seconds` under Erlang C.
///
/// No load needs nobody. `None` when even [`PEOPLE_MAX`] people do not reach the goal (a share of 1 or above, a load that
/// is not a number).
#[must_use]
pub fn people_for_service_level(
    erlangs: f64,
    handling_seconds: f64,
    answer_seconds: f64,
    share: f64,
) -> Option<u32> {
    if erlangs <= 0.0 {
        return Some(0);
    }
    let mut blocked = 1.0;
    for people in 1..=PEOPLE_MAX {
        blocked = next_blocked(blocked, people, erlangs);
        let waiting = waiting_from_blocked(blocked, people, erlangs);
        if level_from_waiting(waiting, people, erlangs, handling_seconds, answer_seconds) >= share {
            return Some(people);
        }
    }
    None
}

/// Erlang A: the share of contacts that give up, when each waits `patience_seconds` on average (exponential).
///
/// Sums the birth–death chain relative to its state "all busy, nobody waiting" in both directions, so that no term
/// overflows; the tail is cut where it no longer changes the sum.
#[must_use]
pub fn abandoned_share(
    people: u32,
    erlangs: f64,
    handling_seconds: f64,
    patience_seconds: f64,
) -> f64 {
    if erlangs <= 0.0 || patience_seconds <= 0.0 {
        return if people == 0 { 1.0 } else { 0.0 };
    }
    if people == 0 {
        return 1.0;
    }
    let arrivals = erlangs / handling_seconds;
    let (mut weight, mut busy_sum) = (1.0, 0.0);
    for n in (1..=people).rev() {
        weight *= f64::from(n) / erlangs;
        busy_sum += weight;
        if weight < busy_sum * f64::EPSILON && f64::from(n) < erlangs {
            break;
        }
    }
    let (mut waiting_sum, mut queue_sum, mut weight) = (0.0, 0.0, 1.0);
    let mut queue = 0.0;
    loop {
        queue += 1.0;
        weight *= arrivals / (f64::from(people) / handling_seconds + queue / patience_seconds);
        waiting_sum += weight;
        queue_sum += queue * weight;
        let falling = weight * queue < queue_sum * f64::EPSILON;
        if falling || !queue_sum.is_finite() {
            break;
        }
    }
    if !queue_sum.is_finite() || !busy_sum.is_finite() {
        // Far from balance: the fluid limit, what exceeds the people gives up.
        return (1.0 - f64::from(people) / erlangs).max(0.0);
    }
    let average_queue = queue_sum / (busy_sum + 1.0 + waiting_sum);
    (average_queue / patience_seconds / arrivals).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use proptest::prelude::*;

    /// (people, erlangs, exact Erlang C), computed in exact rational arithmetic from
    /// `C = (aⁿ/n! · n/(n−a)) / (Σ_{k<n} aᵏ/k! + aⁿ/n! · n/(n−a))`. Ten erlangs is the worked example of Call Centre Helper,
    /// "Erlang C Formula – Made Simple With an Easy Worked Example" (68.2 % at 11 people, 17.4 % at 14).
    const EXACT_WAITING: [(u32, f64, f64); 12] = [
        (1, 0.5, 0.5),
        (2, 1.0, 1.0 / 3.0),
        (3, 2.0, 4.0 / 9.0),
        (5, 4.0, 0.554_112_554_112_554_1),
        (11, 10.0, 0.682_118_204_689_332_4),
        (12, 10.0, 0.449_388_224_298_270_86),
        (13, 10.0, 0.285_270_453_036_492_95),
        (14, 10.0, 0.174_131_933_595_049_83),
        (55, 48.0, 0.238_700_936_378_009_2),
        (55, 50.0, 0.384_547_318_0),
        (110, 100.0, 0.237_007_500_3),
        (1020, 1000.0, 0.416_260_116_3),
    ];

    #[test]
    fn erlang_c_equals_the_exact_values() {
        for (people, erlangs, exact) in EXACT_WAITING {
            let got = waiting_share(people, erlangs);
            assert!(
                (got - exact).abs() < 1e-9,
                "C({people}, {erlangs}) = {got}, exact {exact}"
            );
        }
    }

    #[test]
    fn erlang_b_equals_the_published_table() {
        // ITU-T traffic tables: ten lines for ten erlangs block 21.46 %, twenty for twelve 0.98 %.
        assert!((blocked_share(10, 10.0) - 0.2146).abs() < 5e-5);
        assert!((blocked_share(20, 12.0) - 0.0098).abs() < 5e-5);
        assert!((blocked_share(2, 1.0) - 0.2).abs() < 1e-12);
    }

    #[test]
    fn the_published_worked_examples_come_out() {
        // Call Centre Helper: 100 calls in 30 minutes of 180 s, 80 % within 20 s: 14 people, 88.8 %, 7.8 s.
        let load = offered_load(100.0, 180.0, 1800.0);
        assert!((load - 10.0).abs() < 1e-12);
        assert_eq!(people_for_service_level(load, 180.0, 20.0, 0.8), Some(14));
        assert!((service_level(14, load, 180.0, 20.0) - 0.888).abs() < 5e-4);
        assert!((average_wait_seconds(14, load, 180.0).unwrap() - 7.8).abs() < 0.05);
        // Mitan, "The Erlang-C formula": 360 calls in 30 minutes of 240 s, 55 people, 15 s.
        let load = offered_load(360.0, 240.0, 1800.0);
        assert!((waiting_share(55, load) - 0.239).abs() < 5e-4);
        assert!((service_level(55, load, 240.0, 15.0) - 0.846).abs() < 5e-4);
        assert!((average_wait_seconds(55, load, 240.0).unwrap() - 8.2).abs() < 0.05);
    }

    #[test]
    fn edges_are_total() {
        assert_eq!(people_for_service_level(0.0, 180.0, 20.0, 0.8), Some(0));
        assert_eq!(people_for_service_level(5.0, 180.0, 20.0, 1.5), None);
        assert_eq!(people_for_service_level(f64::NAN, 180.0, 20.0, 0.8), None);
        assert_eq!(service_level(3, 3.0, 180.0, 20.0), 0.0);
        assert_eq!(average_wait_seconds(3, 3.0, 180.0), None);
        assert_eq!(waiting_share(0, 2.0), 1.0);
        assert_eq!(service_level(1, 0.0, 180.0, 20.0), 1.0);
    }

    #[test]
    fn erlang_a_lies_between_no_patience_and_endless_patience() {
        // Patience equal to handling time makes the chain M/M/∞: P(abandon) = E[(N−n)⁺]/a with N Poisson(a).
        let (erlangs, people) = (10.0_f64, 10_u32);
        let (mut probability, mut excess) = ((-erlangs).exp(), 0.0);
        for n in 1..200_u32 {
            probability *= erlangs / f64::from(n);
            excess += probability * f64::from(n.saturating_sub(people));
        }
        let exact = excess / erlangs;
        assert!((abandoned_share(people, erlangs, 180.0, 180.0) - exact).abs() < 1e-12);
        assert!(
            (abandoned_share(people, erlangs, 180.0, 1e-6) - blocked_share(people, erlangs)).abs()
                < 1e-6
        );
        assert!(abandoned_share(14, erlangs, 180.0, 1e9) < 1e-6);
        assert!((abandoned_share(100, 1000.0, 180.0, 60.0) - 0.9).abs() < 1e-3);
        assert!((abandoned_share(1, 1e6, 180.0, 60.0) - 1.0).abs() < 1e-3);
    }

    proptest! {
        #[test]
        fn shares_stay_within_zero_and_one(people in 0_u32..2000, erlangs in 0.0_f64..3000.0) {
            for share in [blocked_share(people, erlangs), waiting_share(people, erlangs), service_level(people, erlangs, 180.0, 20.0)] {
                prop_assert!((0.0..=1.0).contains(&share));
            }
            prop_assert!((0.0..=1.0).contains(&abandoned_share(people, erlangs, 180.0, 90.0)));
        }

        #[test]
        fn one_more_person_never_hurts(people in 1_u32..300, erlangs in 0.01_f64..300.0) {
            prop_assert!(waiting_share(people + 1, erlangs) <= waiting_share(people, erlangs) + 1e-12);
            prop_assert!(service_level(people + 1, erlangs, 180.0, 20.0) + 1e-12 >= service_level(people, erlangs, 180.0, 20.0));
            prop_assert!(abandoned_share(people + 1, erlangs, 180.0, 90.0) <= abandoned_share(people, erlangs, 180.0, 90.0) + 1e-9);
        }

        #[test]
        fn need_rises_with_contacts_and_handling_time(contacts in 0.0_f64..500.0, more in 0.0_f64..100.0, handling in 10.0_f64..600.0, longer in 0.0_f64..300.0) {
            let need = |contacts: f64, handling: f64| {
                people_for_service_level(offered_load(contacts, handling, 1800.0), handling, 20.0, 0.8).unwrap()
            };
            prop_assert!(need(contacts + more, handling) >= need(contacts, handling));
            prop_assert!(need(contacts, handling + longer) >= need(contacts, handling));
        }

        #[test]
        fn the_need_is_the_fewest(erlangs in 0.01_f64..200.0, share in 0.05_f64..0.99) {
            let people = people_for_service_level(erlangs, 180.0, 20.0, share).unwrap();
            prop_assert!(service_level(people, erlangs, 180.0, 20.0) >= share);
            prop_assert!(people == 1 || service_level(people - 1, erlangs, 180.0, 20.0) < share);
        }
    }
}
