//! Who works here.

use crate::app::{
    App, AppError, Caller, EndEmployment, Hire, Protect, Receipt, SetCategory, SetContract,
    SetRoles, SetSkills, caller,
};
use domain::desk::DeskState;
use domain::event::Stream;
use domain::ids::StaffId;
use domain::refusal::{Fault, Refusal};
use domain::staff::{
    StaffState, end_employment, forget, hire, protect, set_category, set_contract, set_roles,
    set_skills,
};
use domain::who::Issued;
use std::sync::Arc;

impl Hire {
    /// As the domain takes it.
    pub(crate) fn command(&self) -> hire::Hire {
        hire::Hire {
            staff: self.staff.clone(),
            name: self.name.clone(),
            desk: self.desk.clone(),
            position: self.position.clone(),
            roles: self.roles.clone(),
            leads: self.leads.clone(),
            skills: self.skills.clone(),
            contract: self.contract(),
            from: self.from,
            service_from: self.service_from,
        }
    }
}

/// A hire as the rules see it, without recording anything.
pub(crate) fn judge_hire(
    state: &StaffState,
    input: &Hire,
    desk: &DeskState,
    issued: &Issued,
) -> Result<Vec<domain::event::StaffEvent>, AppError> {
    // Ids become names of streams and parts of addresses, and one name is the service's own.
    if !is_plain_id(input.staff.as_str()) || input.staff.as_str() == caller::SYSTEM {
        return Err(Refusal::FieldInvalid {
            field: "staff".into(),
            fault: Fault::Unknown,
        }
        .into());
    }
    Ok(hire::decide(state, &input.command(), desk, issued)?)
}

/// Letters, digits, dash, underscore and dot, at most 64: what fits into a stream's name and an address as it is.
pub(crate) fn is_plain_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

impl App {
    /// Somebody as the log knows them.
    pub async fn staff_state(&self, staff: &StaffId) -> Result<Arc<StaffState>, AppError> {
        Ok(self
            .load::<StaffState>(&Stream::Staff(staff.clone()))
            .await?
            .state)
    }

    /// Hires somebody.
    pub async fn hire(&self, caller: &Caller, input: Hire) -> Result<Receipt, AppError> {
        let desk = self.desk_state(&input.desk).await?;
        let stream = Stream::Staff(input.staff.clone());
        self.execute::<StaffState>(&stream, caller, |state, issued| {
            judge_hire(state, &input, &desk, issued)
        })
        .await
    }

    /// Names all of a person's skills from a day on.
    pub async fn set_skills(
        &self,
        caller: &Caller,
        staff: &StaffId,
        input: SetSkills,
    ) -> Result<Receipt, AppError> {
        let desk = self.home_desk(staff).await?;
        let command = set_skills::SetSkills {
            staff: staff.clone(),
            from: input.from,
            skills: input.skills,
        };
        self.on_staff(caller, staff, |state, issued| {
            Ok(set_skills::decide(state, &command, &desk, issued)?)
        })
        .await
    }

    /// Sets all of a person's roles.
    pub async fn set_roles(
        &self,
        caller: &Caller,
        staff: &StaffId,
        input: SetRoles,
    ) -> Result<Receipt, AppError> {
        let command = set_roles::SetRoles {
            staff: staff.clone(),
            roles: input.roles,
            leads: input.leads,
        };
        self.on_staff(caller, staff, |state, issued| {
            Ok(set_roles::decide(state, &command, issued)?)
        })
        .await
    }

    /// Sets a person's contract from a day on.
    pub async fn set_contract(
        &self,
        caller: &Caller,
        staff: &StaffId,
        input: SetContract,
    ) -> Result<Receipt, AppError> {
        let command = set_contract::SetContract {
            staff: staff.clone(),
            from: input.from,
            contract: input.contract(),
        };
        self.on_staff(caller, staff, |state, issued| {
            Ok(set_contract::decide(state, &command, issued)?)
        })
        .await
    }

    /// Says what kind of worker somebody is from a day on (M6).
    pub async fn set_category(
        &self,
        caller: &Caller,
        staff: &StaffId,
        input: SetCategory,
    ) -> Result<Receipt, AppError> {
        let command = set_category::SetCategory {
            staff: staff.clone(),
            from: input.from,
            category: input.category,
        };
        self.on_staff(caller, staff, |state, issued| {
            Ok(set_category::decide(state, &command, issued)?)
        })
        .await
    }

    /// Records protection by law.
    pub async fn protect(
        &self,
        caller: &Caller,
        staff: &StaffId,
        input: Protect,
    ) -> Result<Receipt, AppError> {
        let command = protect::Protect {
            staff: staff.clone(),
            kind: input.kind,
            from: input.from,
            until: input.until,
        };
        self.on_staff(caller, staff, |state, issued| {
            Ok(protect::decide(state, &command, issued)?)
        })
        .await
    }

    /// Ends an employment.
    pub async fn end_employment(
        &self,
        caller: &Caller,
        staff: &StaffId,
        input: EndEmployment,
    ) -> Result<Receipt, AppError> {
        let command = end_employment::EndEmployment {
            staff: staff.clone(),
            last: input.last,
        };
        self.on_staff(caller, staff, |state, issued| {
            Ok(end_employment::decide(state, &command, issued)?)
        })
        .await
    }

    /// Forgets somebody who left: nobody reads their name, or what was said of them, ever again. Minutes and amounts stay.
    ///
    /// The event comes first and then the keys: whoever opens the service after a crash between the two deletes them.
    pub async fn forget(&self, caller: &Caller, staff: &StaffId) -> Result<Receipt, AppError> {
        let state = self.staff_state(staff).await?;
        let desk = &state.known(staff)?.desk;
        let today = self.zone(desk).await?.date(self.now());
        self.catch_up().await?;
        let whom = staff.clone();
        let (open_months, matters) = self
            .read(move |view| Ok((view.open_months(&whom)?, view.personal_matters(&whom)?)))
            .await?;
        let command = forget::Forget {
            staff: staff.clone(),
            matters,
            open_months,
            today,
        };
        let receipt = self
            .on_staff(caller, staff, |state, issued| {
                Ok(forget::decide(state, &command, issued)?)
            })
            .await?;
        let matters = command.matters.iter().map(String::as_str);
        self.keys()
            .forget([staff.as_str()].into_iter().chain(matters))?;
        self.accounts().forget(staff)?;
        Ok(receipt)
    }

    pub(super) async fn on_staff(
        &self,
        caller: &Caller,
        staff: &StaffId,
        decide: impl Fn(&StaffState, &Issued) -> Result<Vec<domain::event::StaffEvent>, AppError> + Sync,
    ) -> Result<Receipt, AppError> {
        self.execute::<StaffState>(&Stream::Staff(staff.clone()), caller, decide)
            .await
    }

    /// The state of the desk somebody was hired into; of no desk, if nobody was.
    pub(crate) async fn home_desk(&self, staff: &StaffId) -> Result<Arc<DeskState>, AppError> {
        match &self.staff_state(staff).await?.record {
            Some(record) => self.desk_state(&record.desk).await,
            None => Ok(Arc::default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_fit_into_names_and_addresses() {
        for good in ["1001", "online-shop", "A.b_9"] {
            assert!(is_plain_id(good), "{good}");
        }
        for bad in ["", "张三", "a/b", "a b", "..\\x", "a\n", &"9".repeat(65)] {
            assert!(!is_plain_id(bad), "{bad}");
        }
    }
}
