//! The desk's lanes (M3, M4), and a shift re-timed by hand while its day lasts (M2).

use crate::app::access::may_run_desk;
use crate::app::{
    App, AppError, Caller, DefineLanes, Fault, OpenLanes, PlanLanes, Receipt, RetimeShift,
};
use domain::desk::define_lanes;
use domain::event::Lane;
use domain::ids::DeskId;
use domain::roster::{open_lanes, plan_lanes, retime};
use domain::work_date::WorkDate;

/// Lanes, stints or stretches named by one command at most.
const ITEMS_MAX: usize = 2_000;

fn few(field: &str, count: usize) -> Result<(), AppError> {
    if count <= ITEMS_MAX {
        return Ok(());
    }
    Err(AppError::fault(Fault::of(
        field,
        format!("一次最多{ITEMS_MAX}项"),
        format!("at most {ITEMS_MAX} at once"),
    )))
}

impl App {
    /// Names all of a desk's lanes.
    pub async fn define_lanes(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: DefineLanes,
    ) -> Result<Receipt, AppError> {
        few("lanes", input.lanes.len())?;
        let command = define_lanes::DefineLanes {
            desk: desk.clone(),
            lanes: input.lanes,
        };
        self.on_desk(caller, desk, |state, issued| {
            Ok(define_lanes::decide(state, &command, issued)?)
        })
        .await
    }

    /// Plans a day's lanes: the order in which they open, and who is at which (M4).
    pub async fn plan_lanes(
        &self,
        caller: &Caller,
        desk: &DeskId,
        date: WorkDate,
        input: PlanLanes,
    ) -> Result<Receipt, AppError> {
        may_run_desk(&caller.actor, desk)?;
        few("order", input.order.len())?;
        few("stints", input.stints.len())?;
        let command = plan_lanes::PlanLanes {
            date,
            order: input.order,
            stints: input.stints,
        };
        let lanes = self.lanes(desk).await?;
        let context = self.roster_context(desk, date.month()).await?;
        self.on_roster(caller, desk, date.month(), None, |roster, issued| {
            Ok(plan_lanes::decide(
                roster, &command, &lanes, &context, issued,
            )?)
        })
        .await
    }

    /// Sets by hand how many lanes are open (M3).
    pub async fn open_lanes(
        &self,
        caller: &Caller,
        desk: &DeskId,
        date: WorkDate,
        input: OpenLanes,
    ) -> Result<Receipt, AppError> {
        may_run_desk(&caller.actor, desk)?;
        few("openings", input.openings.len())?;
        let command = open_lanes::OpenLanes {
            date,
            openings: input.openings,
            reason: input.reason,
        };
        let lanes = self.lanes(desk).await?;
        let context = self.roster_context(desk, date.month()).await?;
        self.on_roster(caller, desk, date.month(), None, |roster, issued| {
            Ok(open_lanes::decide(
                roster, &command, &lanes, &context, issued,
            )?)
        })
        .await
    }

    /// Re-times somebody's shift or meals (M2): the part still ahead.
    pub async fn retime_shift(
        &self,
        caller: &Caller,
        desk: &DeskId,
        seen: Option<u64>,
        input: RetimeShift,
    ) -> Result<Receipt, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let month = input.date.month();
        let command = retime::Retime {
            staff: input.staff,
            date: input.date,
            segments: input.segments,
            meals: input.meals,
            reason: input.reason,
        };
        let context = self.roster_context(desk, month).await?;
        self.on_roster(caller, desk, month, seen, |roster, issued| {
            Ok(retime::decide(roster, &command, &context, issued)?)
        })
        .await
    }

    async fn lanes(&self, desk: &DeskId) -> Result<Vec<Lane>, AppError> {
        let state = self.desk_state(desk).await?;
        state.known(desk)?;
        Ok(state.lanes.clone())
    }
}
