//! Counter traffic to open lanes (till, reception, complaint desk): customers do not hang up, they queue in sight.

use serde::{Deserialize, Serialize};

use crate::erlang;

/// How a row of lanes is opened.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LaneRules {
    /// Mean seconds one customer takes at a lane.
    pub service_seconds: f64,
    /// Share of the time a lane may be busy, in percent (1..=100).
    pub occupancy_percent_max: u32,
    /// Mean seconds a customer may queue.
    pub queue_seconds_max: f64,
    /// Lanes open whenever the counter is.
    pub lanes_min: u32,
    /// Lanes that exist.
    pub lanes_max: u32,
}

/// Lanes to open in one slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LaneNeed {
    /// Lanes to open, within the lanes that exist.
    pub open: u32,
    /// Lanes that would be needed beyond those that exist.
    pub missing: u32,
}

/// Fewest lanes that keep both the occupancy and the mean queueing time within the rules.
///
/// `None` when the rules cannot be met by any number of lanes (a cap of 0 %, a load that is not a number).
#[must_use]
pub fn lanes_needed(customers: f64, slot_seconds: f64, rules: &LaneRules) -> Option<LaneNeed> {
    let load = erlang::offered_load(customers, rules.service_seconds, slot_seconds);
    if load.is_nan()
        || rules.queue_seconds_max.is_nan()
        || rules.queue_seconds_max < 0.0
        || rules.occupancy_percent_max == 0
    {
        return None;
    }
    let occupancy_max = f64::from(rules.occupancy_percent_max.min(100)) / 100.0;
    let enough = |lanes: u32| {
        load <= 0.0
            || (load <= f64::from(lanes) * occupancy_max
                && erlang::average_wait_seconds(lanes, load, rules.service_seconds)
                    .is_some_and(|wait| wait <= rules.queue_seconds_max))
    };
    let lanes = (rules.lanes_min..=erlang::PEOPLE_MAX).find(|lanes| enough(*lanes))?;
    let open = lanes.min(rules.lanes_max);
    Some(LaneNeed {
        open,
        missing: lanes - open,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use proptest::prelude::*;

    const TILLS: LaneRules = LaneRules {
        service_seconds: 90.0,
        occupancy_percent_max: 85,
        queue_seconds_max: 60.0,
        lanes_min: 1,
        lanes_max: 12,
    };

    #[test]
    fn lanes_follow_the_traffic() {
        // 90 s each in half an hour: 20 customers are one erlang, 100 are five.
        // One erlang, two lanes: C = 1/3, wait 1/3 · 90 / (2 − 1) = 30 s. One lane would never clear the queue.
        for (customers, open, missing) in [(0.0, 1, 0), (20.0, 2, 0), (100.0, 6, 0), (300.0, 12, 6)]
        {
            assert_eq!(
                lanes_needed(customers, 1800.0, &TILLS),
                Some(LaneNeed { open, missing }),
                "{customers} customers"
            );
        }
    }

    #[test]
    fn impossible_rules_have_no_answer() {
        assert_eq!(
            lanes_needed(
                20.0,
                1800.0,
                &LaneRules {
                    occupancy_percent_max: 0,
                    ..TILLS
                }
            ),
            None
        );
        assert_eq!(
            lanes_needed(
                20.0,
                1800.0,
                &LaneRules {
                    queue_seconds_max: -1.0,
                    ..TILLS
                }
            ),
            None
        );
    }

    proptest! {
        #[test]
        fn more_customers_never_need_fewer_lanes(customers in 0.0_f64..400.0, more in 0.0_f64..100.0) {
            let need = |customers| { let need = lanes_needed(customers, 1800.0, &TILLS).unwrap(); need.open + need.missing };
            prop_assert!(need(customers + more) >= need(customers));
        }
    }
}
