//! A person's punches, correction requests and overtime of a month.

pub mod approve_correction;
pub mod approve_overtime;
pub mod file_correction;
pub mod punch;
pub mod refuse_correction;
pub mod refuse_overtime;
pub mod request_correction;
pub mod request_overtime;
pub mod withdraw_correction;
pub mod withdraw_overtime;

use crate::day::RequestStatus;
use crate::decider::{State, not_own, permit};
use crate::event::{
    AttendanceEvent, CorrectionRequested, OvertimeApproved, OvertimeRequested, Punched,
};
use crate::ids::{CorrectionId, OvertimeId};
use crate::policy::CorrectionPolicy;
use crate::refusal::{Action, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;
use std::collections::BTreeMap;

/// Folded from stream `attendance-{staff}-{yyyy-mm}`.
#[derive(Clone, Debug, Default)]
pub struct AttendanceState {
    /// Every punch, in the order they arrived.
    pub punches: Vec<Punched>,
    /// Every correction request for a work date of the month.
    pub corrections: BTreeMap<CorrectionId, Correction>,
    /// Approved overtime by work date.
    pub overtime: BTreeMap<WorkDate, OvertimeApproved>,
    /// Every request for overtime of a work date of the month.
    pub overtime_requests: BTreeMap<OvertimeId, OvertimeRequest>,
}

/// A request for overtime (加班申请) and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OvertimeRequest {
    /// What was asked.
    pub requested: OvertimeRequested,
    /// Where it stands.
    pub status: RequestStatus,
}

impl OvertimeRequest {
    fn pending(&self) -> Result<(), Refusal> {
        if self.status != RequestStatus::Pending {
            return Err(Refusal::OvertimeNotPending {
                request: self.requested.request,
                status: self.status,
            });
        }
        Ok(())
    }
}

/// A correction request (补卡申请) and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// What was asked.
    pub requested: CorrectionRequested,
    /// Where it stands.
    pub status: RequestStatus,
    /// 行政留底
    pub filed: bool,
}

impl AttendanceState {
    /// The request, or the refusal that there is none.
    pub fn correction(&self, id: CorrectionId) -> Result<&Correction, Refusal> {
        self.corrections
            .get(&id)
            .ok_or(Refusal::CorrectionUnknown { correction: id })
    }

    /// The request for overtime, or the refusal that there is none.
    pub fn overtime_request(&self, id: OvertimeId) -> Result<&OvertimeRequest, Refusal> {
        self.overtime_requests
            .get(&id)
            .ok_or(Refusal::OvertimeUnknown { request: id })
    }

    fn set_overtime(&mut self, id: OvertimeId, status: RequestStatus) {
        if let Some(request) = self.overtime_requests.get_mut(&id) {
            request.status = status;
        }
    }

    fn set_status(&mut self, id: CorrectionId, status: RequestStatus) {
        if let Some(correction) = self.corrections.get_mut(&id) {
            correction.status = status;
        }
    }
}

impl Correction {
    /// Pending and approved requests count towards the month's cap (T7) and stand in the way of another (T6).
    pub fn counts(&self) -> bool {
        match self.status {
            RequestStatus::Pending | RequestStatus::Approved => true,
            RequestStatus::Refused | RequestStatus::Withdrawn => false,
        }
    }

    fn pending(&self) -> Result<(), Refusal> {
        if self.status != RequestStatus::Pending {
            return Err(Refusal::CorrectionNotPending {
                correction: self.requested.correction,
                status: self.status,
            });
        }
        Ok(())
    }
}

/// A pending request, and the role in which the author may decide it (T6).
fn decidable<'a>(
    state: &'a AttendanceState,
    id: CorrectionId,
    policy: &CorrectionPolicy,
    issued: &Issued,
) -> Result<(&'a Correction, Role), Refusal> {
    let correction = state.correction(id)?;
    let asked = &correction.requested;
    not_own(issued, &asked.staff, Action::ApproveCorrection)?;
    let role = permit(
        issued,
        &policy.approvers,
        &asked.desk,
        Action::ApproveCorrection,
    )?;
    correction.pending()?;
    Ok((correction, role))
}

impl State for AttendanceState {
    type Event = AttendanceEvent;
    fn evolve(&mut self, event: &AttendanceEvent) {
        match event {
            AttendanceEvent::Punched(punched) => self.punches.push(punched.clone()),
            AttendanceEvent::CorrectionRequested(requested) => {
                let correction = Correction {
                    requested: requested.clone(),
                    status: RequestStatus::Pending,
                    filed: false,
                };
                self.corrections.insert(requested.correction, correction);
            }
            AttendanceEvent::CorrectionApproved(approved) => {
                self.set_status(approved.correction, RequestStatus::Approved);
            }
            AttendanceEvent::CorrectionRefused(refused) => {
                self.set_status(refused.correction, RequestStatus::Refused);
            }
            AttendanceEvent::CorrectionWithdrawn(withdrawn) => {
                self.set_status(withdrawn.correction, RequestStatus::Withdrawn);
            }
            AttendanceEvent::CorrectionFiled(filed) => {
                if let Some(correction) = self.corrections.get_mut(&filed.correction) {
                    correction.filed = true;
                }
            }
            AttendanceEvent::OvertimeApproved(approved) => {
                self.overtime.insert(approved.work_date, approved.clone());
                if let Some(request) = approved.request {
                    self.set_overtime(request, RequestStatus::Approved);
                }
            }
            AttendanceEvent::OvertimeRequested(requested) => {
                let request = OvertimeRequest {
                    requested: requested.clone(),
                    status: RequestStatus::Pending,
                };
                self.overtime_requests.insert(requested.request, request);
            }
            AttendanceEvent::OvertimeRefused(refused) => {
                self.set_overtime(refused.request, RequestStatus::Refused);
            }
            AttendanceEvent::OvertimeWithdrawn(withdrawn) => {
                self.set_overtime(withdrawn.request, RequestStatus::Withdrawn);
            }
        }
    }
}
