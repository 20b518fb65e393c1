//! What a desk is, needs and goes by; and the house's calendar.

use crate::app::staff::is_plain_id;
use crate::app::{
    AdoptCalendar, AdoptShiftTemplates, App, AppError, Caller, DefineSkills, Fault, OpenDesk,
    PolicyText, Receipt, SetDemand,
};
use domain::desk::{
    DeskState, adopt_policy, adopt_shift_templates, define_skills, open, set_demand,
};
use domain::event::{DeskEvent, Stream};
use domain::ids::DeskId;
use domain::org::{OrgState, adopt_calendar};
use domain::policy::document::PolicyFault;
use domain::policy::{Policy, PolicyDocument};
use domain::refusal::{Needed, Refusal};
use domain::who::Issued;
use domain::work_date::{Month, WorkDate, Zone};
use std::sync::{Arc, PoisonError};

impl SetDemand {
    /// As the domain takes it.
    pub(crate) fn command(&self, desk: &DeskId, month: Month) -> set_demand::SetDemand {
        set_demand::SetDemand {
            desk: desk.clone(),
            month,
            slot_minutes: self.slot_minutes,
            source: self.source.clone(),
            days: self.days.clone(),
        }
    }
}

impl From<PolicyFault> for Fault {
    fn from(fault: PolicyFault) -> Self {
        Self {
            field: fault.field,
            line: u32::try_from(fault.line).ok(),
            rule: fault.rule,
            zh: fault.message_zh,
            en: fault.message_en,
        }
    }
}

fn no_policy() -> AppError {
    Refusal::DeskNotReady {
        missing: vec![Needed::Policy],
    }
    .into()
}

impl App {
    /// A desk as the log knows it.
    pub async fn desk_state(&self, desk: &DeskId) -> Result<Arc<DeskState>, AppError> {
        Ok(self
            .load::<DeskState>(&Stream::Desk(desk.clone()))
            .await?
            .state)
    }

    /// What holds for every desk.
    pub async fn org_state(&self) -> Result<Arc<OrgState>, AppError> {
        Ok(self.load::<OrgState>(&Stream::Org).await?.state)
    }

    /// A desk's time zone.
    pub async fn zone(&self, desk: &DeskId) -> Result<Zone, AppError> {
        Ok(self.desk_state(desk).await?.known(desk)?.zone)
    }

    /// The rules a desk goes by.
    pub async fn policy(&self, desk: &DeskId) -> Result<Arc<PolicyDocument>, AppError> {
        let state = self.desk_state(desk).await?;
        state.known(desk)?;
        self.policy_of(desk, &state)?.ok_or_else(no_policy)
    }

    /// The rules a desk goes by on a day.
    pub async fn policy_on(&self, desk: &DeskId, date: WorkDate) -> Result<Arc<Policy>, AppError> {
        if let Some(policy) = self.policy(desk).await?.on(date) {
            return Ok(Arc::new(policy.clone()));
        }
        // The newest document begins later; an older one may still speak for this day.
        self.catch_up().await?;
        let whose = desk.clone();
        let earlier = self.read(move |view| view.policy_on(&whose, date)).await?;
        earlier.map(Arc::new).ok_or_else(no_policy)
    }

    /// The rules of a desk whose state is at hand. A document is parsed once.
    pub(crate) fn policy_of(
        &self,
        desk: &DeskId,
        state: &DeskState,
    ) -> Result<Option<Arc<PolicyDocument>>, AppError> {
        let Some(adopted) = &state.policy else {
            return Ok(None);
        };
        let mut known = self
            .policies()
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(document) = known.get(&adopted.digest) {
            return Ok(Some(Arc::clone(document)));
        }
        let document = PolicyDocument::parse(&adopted.document).map_err(|_| {
            AppError::internal(format!(
                "the policy adopted by {desk} cannot be read by this build"
            ))
        })?;
        let document = Arc::new(document);
        known.insert(adopted.digest.clone(), Arc::clone(&document));
        Ok(Some(document))
    }

    /// Opens a desk.
    pub async fn open_desk(&self, caller: &Caller, input: OpenDesk) -> Result<Receipt, AppError> {
        if !is_plain_id(input.desk.as_str()) {
            return Err(AppError::fault(Fault::of(
                "desk",
                "只能使用字母、数字、短横线、下划线和点,最多64个字符",
                "letters, digits, dashes, underscores and dots only, at most 64",
            )));
        }
        let command = open::Open {
            desk: input.desk.clone(),
            name: input.name,
            zone: input.zone,
            opens: input.opens,
            closes: input.closes,
        };
        self.on_desk(caller, &input.desk, |state, issued| {
            Ok(open::decide(state, &command, issued)?)
        })
        .await
    }

    /// Names all of a desk's skills.
    pub async fn define_skills(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: DefineSkills,
    ) -> Result<Receipt, AppError> {
        let command = define_skills::DefineSkills {
            desk: desk.clone(),
            skills: input.skills,
        };
        self.on_desk(caller, desk, |state, issued| {
            Ok(define_skills::decide(state, &command, issued)?)
        })
        .await
    }

    /// Adopts all of a desk's shift templates.
    pub async fn adopt_shift_templates(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: AdoptShiftTemplates,
    ) -> Result<Receipt, AppError> {
        let command = adopt_shift_templates::AdoptShiftTemplates {
            desk: desk.clone(),
            effective_from: input.effective_from,
            templates: input.templates,
        };
        self.on_desk(caller, desk, |state, issued| {
            Ok(adopt_shift_templates::decide(state, &command, issued)?)
        })
        .await
    }

    /// Sets a month's demand.
    pub async fn set_demand(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        input: SetDemand,
    ) -> Result<Receipt, AppError> {
        let command = input.command(desk, month);
        self.on_desk(caller, desk, |state, issued| {
            Ok(set_demand::decide(state, &command, issued)?)
        })
        .await
    }

    /// Reads a policy document, naming the line of each fault.
    pub fn check_policy(text: &str) -> Result<PolicyDocument, AppError> {
        PolicyDocument::parse(text)
            .map_err(|faults| AppError::Invalid(faults.into_iter().map(Fault::from).collect()))
    }

    /// Adopts a policy document.
    pub async fn adopt_policy(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: PolicyText,
    ) -> Result<Receipt, AppError> {
        let parsed = Self::check_policy(&input.document)?;
        let closed = self.closed_months(desk).await?;
        let command = adopt_policy::AdoptPolicy {
            desk: desk.clone(),
            document: input.document,
        };
        self.on_desk(caller, desk, |state, issued| {
            let current = self.policy_of(desk, state)?;
            Ok(adopt_policy::decide(
                state,
                &command,
                &parsed,
                current.as_deref(),
                &closed,
                issued,
            )?)
        })
        .await
    }

    /// Adopts a year's calendar.
    pub async fn adopt_calendar(
        &self,
        caller: &Caller,
        year: i32,
        input: AdoptCalendar,
    ) -> Result<Receipt, AppError> {
        let command = adopt_calendar::AdoptCalendar {
            year,
            provisional: input.provisional,
            source: input.source,
            days: input.days,
        };
        self.execute::<OrgState>(&Stream::Org, caller, |state, issued| {
            Ok(adopt_calendar::decide(state, &command, issued)?)
        })
        .await
    }

    pub(super) async fn on_desk(
        &self,
        caller: &Caller,
        desk: &DeskId,
        decide: impl Fn(&DeskState, &Issued) -> Result<Vec<DeskEvent>, AppError> + Sync,
    ) -> Result<Receipt, AppError> {
        self.execute::<DeskState>(&Stream::Desk(desk.clone()), caller, decide)
            .await
    }
}
