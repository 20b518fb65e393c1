//! The rules of a customer-service desk as pure functions: facts, decisions, policies and reckoning.
//!
//! Nothing here reads a clock, does I/O or draws randomness: `now` and every id arrive with the command.
//! Modules in reading order.

pub mod ids;
pub mod quantities;
pub mod work_date;

pub mod day;
pub mod event;
pub mod shift;

pub mod decider;
pub mod policy;
pub mod refusal;
pub mod who;

pub mod org;

pub mod desk;
pub mod staff;

pub mod attendance;
pub mod evidence;
pub mod leave;
pub mod loan;
pub mod meeting;
pub mod period;
pub mod post;
pub mod roster;
pub mod sanction;

pub mod headcount;
pub mod hours;
pub mod legal;
pub mod moment;
pub mod penalty;
pub mod reckoning;
pub mod summary;
pub mod utilisation;
pub mod wage;
