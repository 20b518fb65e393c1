//! What staff wish of a month's roster (排班意愿), and what became of it.

use crate::app::access::may_run_desk;
use crate::app::{App, AppError, Caller, Receipt, StateWishes};
use domain::event::{Stream, WishStrength, Wished};
use domain::ids::{DeskId, ShiftCode, StaffId};
use domain::policy::WishPolicy;
use domain::roster::RosterState;
use domain::shift::Shift;
use domain::staff::StaffState;
use domain::staff::state_wishes::{self, WishContext};
use domain::who::Actor;
use domain::work_date::{Month, WorkDate};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A wish, and whether the roster grants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WishRow {
    /// 工号
    #[schema(value_type = String)]
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub date: WorkDate,
    /// `"off"`, `"work"`, `{"shift": code}` or `{"not_shift": code}`.
    #[schema(value_type = Object)]
    pub wished: Wished,
    /// `low`, `normal` or `high`.
    #[schema(value_type = String)]
    pub strength: WishStrength,
    /// Cost points if it is not granted.
    pub points: i64,
    /// Whether the roster grants it; absent while there is none to look at.
    pub granted: Option<bool>,
}

/// One's own wishes for a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OwnWishes {
    /// Whether they can be changed still.
    pub open: bool,
    /// At most so many; absent: the desk takes none.
    pub month_max: Option<u16>,
    /// By date. What the roster grants is known once it is published.
    pub wishes: Vec<WishRow>,
}

/// Whether a cell is as wished.
fn grants(cell: Option<&Shift>, wished: &Wished) -> bool {
    match wished {
        Wished::Off => cell.is_none(),
        Wished::Work => cell.is_some(),
        Wished::Shift(code) => cell.is_some_and(|shift| shift.code == *code),
        Wished::NotShift(code) => cell.is_none_or(|shift| shift.code != *code),
    }
}

fn rows(
    staff: &StaffId,
    state: &StaffState,
    month: Month,
    policy: Option<WishPolicy>,
    roster: Option<&RosterState>,
) -> Vec<WishRow> {
    let name = state.record.as_ref().map(|record| record.name.clone());
    let name = name.unwrap_or_default();
    let wishes = state.wishes_of(month).iter();
    wishes
        .map(|wish| WishRow {
            staff: staff.clone(),
            name: name.clone(),
            date: wish.date,
            wished: wish.wished.clone(),
            strength: wish.strength,
            points: policy.map_or(0, |policy| policy.points(wish.strength)),
            granted: roster
                .and_then(|roster| roster.cell(staff, wish.date))
                .map(|cell| grants(cell, &wish.wished)),
        })
        .collect()
}

impl App {
    /// The desk's shifts of a month.
    pub(crate) async fn shift_codes(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<BTreeSet<ShiftCode>, AppError> {
        let state = self.desk_state(desk).await?;
        let on = |date| state.templates_on(date).iter();
        let codes = month.days().flat_map(on).map(|shift| shift.code.clone());
        Ok(codes.collect())
    }

    /// What a desk's rules of a month say about wishes; a desk without rules takes none.
    async fn wish_policy(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<Option<WishPolicy>, AppError> {
        match self.policy_on(desk, month.first()).await {
            Ok(policy) => Ok(policy.roster.rules.wishes),
            Err(AppError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// States all of one's wishes for a month.
    pub async fn state_wishes(
        &self,
        caller: &Caller,
        month: Month,
        input: StateWishes,
    ) -> Result<Receipt, AppError> {
        let staff = caller.actor.staff.clone();
        let state = self.staff_state(&staff).await?;
        let desk = state.known(&staff)?.desk.clone();
        let roster = self.roster_state(&desk, month).await?;
        let shifts = self.shift_codes(&desk, month).await?;
        let context = WishContext {
            desk: &desk,
            policy: self.wish_policy(&desk, month).await?,
            roster: roster.status,
            today: self.zone(&desk).await?.date(self.now()),
            shifts: &shifts,
        };
        let command = state_wishes::StateWishes {
            month,
            wishes: input.wishes,
        };
        let stream = Stream::Staff(staff.clone());
        self.execute::<StaffState>(&stream, caller, |state, issued| {
            Ok(state_wishes::decide(
                state, &staff, &command, &context, issued,
            )?)
        })
        .await
    }

    /// One's own wishes for a month.
    pub async fn own_wishes(&self, actor: &Actor, month: Month) -> Result<OwnWishes, AppError> {
        let state = self.staff_state(&actor.staff).await?;
        let desk = state.known(&actor.staff)?.desk.clone();
        let roster = self.roster_state(&desk, month).await?;
        let policy = self.wish_policy(&desk, month).await?;
        let today = self.zone(&desk).await?.date(self.now());
        let published = state_wishes::is_published(roster.status);
        Ok(OwnWishes {
            open: policy.is_some() && state_wishes::are_open(roster.status, month, today),
            month_max: policy.map(|policy| policy.month_max),
            wishes: rows(
                &actor.staff,
                &state,
                month,
                policy,
                published.then_some(roster.as_ref()),
            ),
        })
    }

    /// Everybody's wishes for a month of a desk, and which of them the roster as it stands grants.
    pub async fn wishes_of(
        &self,
        actor: &Actor,
        desk: &DeskId,
        month: Month,
    ) -> Result<Vec<WishRow>, AppError> {
        may_run_desk(actor, desk)?;
        self.desk_state(desk).await?.known(desk)?;
        let roster = self.roster_state(desk, month).await?;
        let policy = self.wish_policy(desk, month).await?;
        let mut found = Vec::new();
        for staff in self
            .rosterable_of(desk, month.first(), month.last())
            .await?
        {
            let state = self.staff_state(&staff).await?;
            found.extend(rows(&staff, &state, month, policy, Some(&roster)));
        }
        found.sort_by(|a, b| (a.date, &a.staff).cmp(&(b.date, &b.staff)));
        Ok(found)
    }
}
