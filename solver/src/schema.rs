//! The JSON Schema (draft 2020-12) of what goes in and what comes out, made of the very types that read and write it.

use schemars::{Schema, schema_for};

use crate::{Plan, Problem, Roster};

/// Of a problem file.
#[must_use]
pub fn problem() -> Schema {
    schema_for!(Problem)
}

/// Of a plan file, as a solve writes it.
#[must_use]
pub fn plan() -> Schema {
    schema_for!(Plan)
}

/// Of a roster made by hand: a plan without claims.
#[must_use]
pub fn roster() -> Schema {
    schema_for!(Roster)
}
