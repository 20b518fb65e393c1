//! Demand: how many people of which skill a desk needs, slot by slot.
//!
//! `interval CSV → CallHistory → WeekdayProfile → contacts on the target month → Erlang C → people per slot`
//!
//! - [`calls`] reads interval counts and names the line and field of each bad row, keeping the good ones.
//! - [`erlang`] turns contacts, handling time and a service goal into people (Erlang C, Erlang A, Erlang B).
//! - [`shop`] maps a recorded month onto the month to be rostered.
//! - [`demand`] puts these together: minimum and target per date, slot and skill.
//! - [`lanes`] turns counter traffic into open lanes.
//!
//! The crate works on plain numbers: it knows no event, no roster and no clock.

pub mod calls;
pub mod demand;
pub mod erlang;
pub mod lanes;
pub mod shop;

pub use calls::{CallHistory, IntervalCount, RowFault};
pub use demand::{DemandError, DemandRules, ServiceGoal, SkillDemand, SlotNeed, headcount_need};
pub use shop::ShopMapping;
