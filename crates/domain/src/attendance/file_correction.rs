//! Put an approved correction on file (行政留底, T6).

use crate::attendance::AttendanceState;
use crate::day::RequestStatus;
use crate::decider::{Decision, permit};
use crate::event::{AttendanceEvent, CorrectionFiled};
use crate::ids::CorrectionId;
use crate::refusal::{Action, Refusal};
use crate::who::{Issued, Role};

/// Put a correction on file.
#[derive(Clone, Debug)]
pub struct FileCorrection {
    /// Which.
    pub correction: CorrectionId,
}

/// HR files an approved correction once.
pub fn decide(
    state: &AttendanceState,
    command: &FileCorrection,
    issued: &Issued,
) -> Decision<AttendanceEvent> {
    let correction = state.correction(command.correction)?;
    let desk = &correction.requested.desk;
    permit(issued, &[Role::Hr], desk, Action::FileCorrection)?;
    if correction.status != RequestStatus::Approved {
        return Err(Refusal::CorrectionNotApproved {
            correction: command.correction,
            status: correction.status,
        });
    }
    if correction.filed {
        return Err(Refusal::CorrectionOnFile {
            correction: command.correction,
        });
    }
    Ok(vec![
        CorrectionFiled {
            correction: command.correction,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
