//! Every decision, and every way it is refused.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod attendance;
mod desk;
mod evidence;
mod given;
mod lanes;
mod leave;
mod loan;
mod meeting;
mod open_shifts;
mod overtime;
mod period;
mod post;
mod properties;
mod refusals;
mod roster;
mod sanction;
mod solves;
mod staff;
mod swap;
mod world;
