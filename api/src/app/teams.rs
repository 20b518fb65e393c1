//! Who works with whom at a desk, who does not, and who rotates how: what the roster weighs beside the policy's rules.

use crate::app::access::may_run_desk;
use crate::app::{App, AppError, Caller, Fault, Receipt, SetTeam};
use domain::desk::set_team;
use domain::event::{Apart, Mentoring, Rotation};
use domain::ids::DeskId;
use domain::who::Actor;
use serde::Serialize;
use std::collections::BTreeSet;

/// Rows of one list at most.
pub(crate) const ROWS_MAX: usize = 200;

/// What is set at a desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeskTeam {
    /// Who learns from whom.
    pub mentors: Vec<Mentoring>,
    /// Who is kept apart.
    pub apart: Vec<Apart>,
    /// Who rotates.
    pub rotations: Vec<Rotation>,
}

impl App {
    /// What is set at a desk; nothing yet is all lists empty.
    pub async fn team(&self, actor: &Actor, desk: &DeskId) -> Result<DeskTeam, AppError> {
        may_run_desk(actor, desk)?;
        let state = self.desk_state(desk).await?;
        state.known(desk)?;
        Ok(state
            .team
            .as_ref()
            .map_or_else(DeskTeam::default, |team| DeskTeam {
                mentors: team.mentors.clone(),
                apart: team.apart.clone(),
                rotations: team.rotations.clone(),
            }))
    }

    /// What a rotation at the desk may name: codes of its shifts, and kinds of its policy.
    pub(crate) async fn rotation_names(&self, desk: &DeskId) -> Result<BTreeSet<String>, AppError> {
        let state = self.desk_state(desk).await?;
        let mut names: BTreeSet<String> = state
            .template_sets
            .iter()
            .flat_map(|set| &set.templates)
            .map(|template| template.code.to_string())
            .collect();
        for policy in self
            .policy_of(desk, &state)?
            .iter()
            .flat_map(|document| &document.versions)
        {
            names.extend(policy.roster.rules.kind.keys().cloned());
        }
        Ok(names)
    }

    /// Sets all of it.
    pub async fn set_team(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: SetTeam,
    ) -> Result<Receipt, AppError> {
        for (field, count) in [
            ("mentors", input.mentors.len()),
            ("apart", input.apart.len()),
            ("rotations", input.rotations.len()),
        ] {
            if count > ROWS_MAX {
                return Err(AppError::fault(Fault::of(
                    field,
                    format!("一次最多{ROWS_MAX}项"),
                    format!("at most {ROWS_MAX} at once"),
                )));
            }
        }
        may_run_desk(&caller.actor, desk)?;
        let known: BTreeSet<_> = self.people_of(desk).await?.into_iter().collect();
        let kinds = self.rotation_names(desk).await?;
        let command = set_team::SetTeam {
            desk: desk.clone(),
            mentors: input.mentors,
            apart: input.apart,
            rotations: input.rotations,
        };
        self.on_desk(caller, desk, |state, issued| {
            Ok(set_team::decide(state, &command, &known, &kinds, issued)?)
        })
        .await
    }
}
