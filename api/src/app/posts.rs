//! Holding the post: handovers (P5–P7), open items (S4, P7), work outside (D9).

use crate::app::access::may_run_desk;
use crate::app::{
    App, AppError, Caller, CheckOuting, CloseItem, HandOverItem, OfferHandover, RaiseItem, Receipt,
    RegisterOuting, SignAtPost, WaiveHandover,
};
use domain::event::{EvidenceEvent, PunchKind, Stream};
use domain::evidence::{
    EvidenceState, check_outing, close_item, hand_over_item, offer_handover, raise_item,
    register_outing, return_from_outing, sign_handover, waive_handover,
};
use domain::ids::{DeskId, HandoverId, ItemId, OutingId, StaffId};
use domain::post::{Leaving, leave_post};
use domain::refusal::Refusal;
use domain::who::Issued;
use domain::work_date::WorkDate;
use projections::{HandoverRow, ItemRow, MyPost, OutingRow, arrived};
use std::collections::BTreeSet;

impl App {
    /// What a person's post asks for now.
    pub async fn post_of(&self, staff: &StaffId) -> Result<MyPost, AppError> {
        self.catch_up().await?;
        let (staff, now) = (staff.clone(), self.now());
        self.read(move |view| view.my_post(&staff, now))
            .await?
            .ok_or(AppError::NotFound("person"))
    }

    /// Whether somebody may punch this now: nobody leaves for good before the post is taken over (P5) and the work is
    /// done (S4).
    pub(crate) async fn may_punch(
        &self,
        staff: &StaffId,
        desk: &DeskId,
        kind: PunchKind,
    ) -> Result<(), AppError> {
        if kind != PunchKind::Out {
            return Ok(());
        }
        let now = self.now();
        let today = self.zone(desk).await?.date(now);
        // Most desks ask for nothing, and then a punch costs no look at the read models.
        let mut asks = false;
        for date in [today, today.plus_days(-1)] {
            if let Ok(policy) = self.policy_on(desk, date).await {
                asks |= policy.handover.is_some() || policy.open_items.is_some();
            }
        }
        if !asks {
            return Ok(());
        }
        let mine = self.post_of(staff).await?;
        let Some(duty) = &mine.duty else {
            return Ok(());
        };
        let policy = self.policy_on(desk, mine.date).await?;
        let open_items: Vec<String> = mine
            .open_items
            .iter()
            .map(|item| item.text.clone())
            .collect();
        let leaving = Leaving {
            duty,
            wanted: mine.wanted.as_ref(),
            released_at: mine.released_at,
            arrived: &mine.arrived(),
            open_items: &open_items,
        };
        Ok(leave_post(&leaving, policy.open_items.as_ref(), now)?)
    }

    /// Offers one's own post to whoever comes next.
    pub async fn offer_handover(
        &self,
        caller: &Caller,
        input: OfferHandover,
    ) -> Result<Receipt<HandoverId>, AppError> {
        let mine = self.post_of(&caller.actor.staff).await?;
        let handover = HandoverId(caller.new_id());
        let items: BTreeSet<ItemId> = mine.open_items.iter().map(|row| row.item).collect();
        let command = offer_handover::OfferHandover {
            handover,
            to_post: input.to_post,
            notes: input.notes,
            items: input.items,
        };
        let handing = offer_handover::Handing {
            duty: mine.duty.as_ref(),
            wanted: mine.wanted.as_ref(),
            has_arrived: mine.arrived_at.is_some(),
            items: &items,
        };
        let receipt = self
            .on_post(caller, &mine.desk, mine.date, |state, issued| {
                Ok(offer_handover::decide(state, &command, handing, issued)?)
            })
            .await?;
        Ok(receipt.of(handover))
    }

    /// Takes a post over: the relief signs.
    pub async fn sign_handover(
        &self,
        caller: &Caller,
        handover: HandoverId,
    ) -> Result<Receipt, AppError> {
        self.sign(caller, handover, None).await
    }

    /// Records who signed at the other post (P6).
    pub async fn sign_handover_at_post(
        &self,
        caller: &Caller,
        handover: HandoverId,
        input: SignAtPost,
    ) -> Result<Receipt, AppError> {
        self.sign(caller, handover, Some(input.name)).await
    }

    async fn sign(
        &self,
        caller: &Caller,
        handover: HandoverId,
        post_name: Option<String>,
    ) -> Result<Receipt, AppError> {
        let row = self.handover(caller, handover).await?;
        let asked = row.clone();
        let context = self.read(move |view| view.handover_context(&asked)).await?;
        let (wanted, reliefs) = context.unzip();
        let arrived = arrived(&reliefs.unwrap_or_default());
        let command = sign_handover::SignHandover {
            handover,
            post_name,
        };
        self.on_post(caller, &row.desk, row.work_date, |state, issued| {
            Ok(sign_handover::decide(
                state,
                &command,
                wanted.as_ref(),
                &arrived,
                issued,
            )?)
        })
        .await
    }

    /// Lets somebody go without a handover.
    pub async fn waive_handover(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: WaiveHandover,
    ) -> Result<Receipt, AppError> {
        let staff = self.of_desk(desk, &input.staff).await?;
        let command = waive_handover::WaiveHandover {
            staff: input.staff,
            work_date: input.work_date,
            reason: input.reason,
        };
        self.on_post(caller, desk, command.work_date, |state, issued| {
            Ok(waive_handover::decide(state, &command, &staff, issued)?)
        })
        .await
    }

    /// Writes down what is to be done, for oneself or, as a lead, for somebody of the desk.
    pub async fn raise_item(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: RaiseItem,
    ) -> Result<Receipt<ItemId>, AppError> {
        self.may_see_desk(&caller.actor, desk).await?;
        let staff = input.staff.unwrap_or_else(|| caller.actor.staff.clone());
        let known = self.of_desk(desk, &staff).await?;
        let zone = self.zone(desk).await?;
        let item = ItemId(caller.new_id());
        let command = raise_item::RaiseItem {
            item,
            staff,
            text: input.text,
        };
        let date = zone.date(self.now());
        let receipt = self
            .on_post(caller, desk, date, |state, issued| {
                Ok(raise_item::decide(state, &command, &known, zone, issued)?)
            })
            .await?;
        Ok(receipt.of(item))
    }

    /// Says that an item is done.
    pub async fn close_item(
        &self,
        caller: &Caller,
        item: ItemId,
        input: CloseItem,
    ) -> Result<Receipt, AppError> {
        let row = self.item(caller, item).await?;
        let command = close_item::CloseItem {
            item,
            note: input.note,
        };
        self.on_post(caller, &row.desk, row.date, |state, issued| {
            Ok(close_item::decide(
                state,
                &command,
                &row.holder,
                &row.desk,
                issued,
            )?)
        })
        .await
    }

    /// Gives an item to a colleague, or takes one up that lies with another post.
    pub async fn hand_over_item(
        &self,
        caller: &Caller,
        item: ItemId,
        input: HandOverItem,
    ) -> Result<Receipt, AppError> {
        let row = self.item(caller, item).await?;
        let to = self.of_desk(&row.desk, &input.to).await?;
        let zone = self.zone(&row.desk).await?;
        let command = hand_over_item::HandOverItem { item, to: input.to };
        self.on_post(caller, &row.desk, row.date, |state, issued| {
            Ok(hand_over_item::decide(
                state,
                &command,
                &row.holder,
                &to,
                zone,
                issued,
            )?)
        })
        .await
    }

    /// Registers work outside, from now.
    pub async fn register_outing(
        &self,
        caller: &Caller,
        input: RegisterOuting,
    ) -> Result<Receipt<OutingId>, AppError> {
        let mine = self.post_of(&caller.actor.staff).await?;
        let outing = OutingId(caller.new_id());
        let command = register_outing::RegisterOuting {
            outing,
            place: input.place,
            purpose: input.purpose,
            expected_return_at: input.expected_return_at,
        };
        let receipt = self
            .on_post(caller, &mine.desk, mine.date, |state, issued| {
                Ok(register_outing::decide(
                    state,
                    &command,
                    mine.duty.as_ref(),
                    issued,
                )?)
            })
            .await?;
        Ok(receipt.of(outing))
    }

    /// Records one's own return.
    pub async fn return_from_outing(
        &self,
        caller: &Caller,
        outing: OutingId,
    ) -> Result<Receipt, AppError> {
        let row = self.outing(caller, outing).await?;
        let command = return_from_outing::ReturnFromOuting { outing };
        self.on_post(caller, &row.desk, row.work_date, |state, issued| {
            Ok(return_from_outing::decide(state, &command, issued)?)
        })
        .await
    }

    /// Records what a check of work outside found.
    pub async fn check_outing(
        &self,
        caller: &Caller,
        outing: OutingId,
        input: CheckOuting,
    ) -> Result<Receipt, AppError> {
        let row = self.outing(caller, outing).await?;
        let command = check_outing::CheckOuting {
            outing,
            confirmed: input.confirmed,
            note: input.note,
        };
        self.on_post(caller, &row.desk, row.work_date, |state, issued| {
            Ok(check_outing::decide(state, &command, &row.desk, issued)?)
        })
        .await
    }

    /// A handover, for the people of its desk.
    pub async fn handover(
        &self,
        caller: &Caller,
        handover: HandoverId,
    ) -> Result<HandoverRow, AppError> {
        self.catch_up().await?;
        let unknown = || AppError::Refused(Refusal::HandoverUnknown { handover });
        let row = self
            .read(move |view| view.handover(handover))
            .await?
            .ok_or_else(unknown)?;
        let seen = self.may_see_desk(&caller.actor, &row.desk).await;
        seen.map_err(|_| unknown())?;
        Ok(row)
    }

    /// An item, for the people of its desk.
    pub async fn item(&self, caller: &Caller, item: ItemId) -> Result<ItemRow, AppError> {
        self.catch_up().await?;
        let unknown = || AppError::Refused(Refusal::ItemUnknown { item });
        let row = self
            .read(move |view| view.item(item))
            .await?
            .ok_or_else(unknown)?;
        let seen = self.may_see_desk(&caller.actor, &row.desk).await;
        seen.map_err(|_| unknown())?;
        Ok(row)
    }

    /// Work outside, for the person and whoever runs the desk.
    pub async fn outing(&self, caller: &Caller, outing: OutingId) -> Result<OutingRow, AppError> {
        self.catch_up().await?;
        let unknown = || AppError::Refused(Refusal::OutingUnknown { outing });
        let row = self
            .read(move |view| view.outing(outing))
            .await?
            .ok_or_else(unknown)?;
        if row.staff != caller.actor.staff {
            may_run_desk(&caller.actor, &row.desk).map_err(|_| unknown())?;
        }
        Ok(row)
    }

    async fn on_post(
        &self,
        caller: &Caller,
        desk: &DeskId,
        date: WorkDate,
        decide: impl Fn(&EvidenceState, &Issued) -> Result<Vec<EvidenceEvent>, AppError> + Sync,
    ) -> Result<Receipt, AppError> {
        self.execute::<EvidenceState>(&Stream::Evidence(desk.clone(), date), caller, decide)
            .await
    }
}
