//! Who somebody is to the desk: employment, roles, skills, contract, protection.

pub mod end_employment;
pub mod forget;
pub mod hire;

pub mod protect;
pub mod set_category;
pub mod set_contract;
pub mod set_roles;
pub mod set_skills;
pub mod state_wishes;

use crate::day::RequestStatus;
use crate::decider::{State, ensure, not_own, permit};
use crate::event::{Category, Contract, Protected, RosterWish, StaffEvent};
use crate::ids::{DeskId, SkillId, StaffId};
use crate::loan::Loan;
use crate::quantities::Minutes;
use crate::refusal::{Action, Fault, Refusal};
use crate::who::{Actor, Issued, Role};
use crate::work_date::{Month, WorkDate};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Folded from stream `staff-{staff}`.
#[derive(Clone, Debug, Default)]
pub struct StaffState {
    /// 工号 and home desk; none: nobody was hired under this number.
    pub record: Option<StaffRecord>,
    /// First and last day of each employment, in order; the last one may be open.
    pub employments: Vec<(WorkDate, Option<WorkDate>)>,
    /// What the person may do.
    pub roles: BTreeSet<Role>,
    /// The desks a lead leads.
    pub leads: BTreeSet<DeskId>,
    /// Skills from a day on, in the order they were set.
    pub skills: Vec<(WorkDate, BTreeSet<SkillId>)>,
    /// Contract from a day on, in the order it was set.
    pub contracts: Vec<(WorkDate, Contract)>,
    /// Protection by law.
    pub protections: Vec<Protected>,
    /// Category from a day on, in the order it was set.
    pub categories: Vec<(WorkDate, Category)>,
    /// Loans to other desks, in the order they were asked for (D2).
    pub loans: Vec<Loan>,
    /// 工龄起算日, if it was said.
    pub service_from: Option<WorkDate>,
    /// Forgotten then; nobody is hired under the number again.
    pub forgotten: Option<DateTime<Utc>>,
    /// What the person wishes of each month's roster, by date.
    pub wishes: BTreeMap<Month, Vec<RosterWish>>,
}

/// What a hire says once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffRecord {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// 部门
    pub desk: DeskId,
    /// 岗位
    pub position: String,
}

impl StaffState {
    /// The record, if the person is employed on `date`; `staff` names the number that was looked for.
    pub fn employed(&self, staff: &StaffId, date: WorkDate) -> Result<&StaffRecord, Refusal> {
        let record = self.known(staff)?;
        if !self.employed_on(date) {
            return Err(Refusal::StaffNotEmployed {
                staff: staff.clone(),
                date,
            });
        }
        Ok(record)
    }
    /// The record, if anybody was hired under the number.
    pub fn known(&self, staff: &StaffId) -> Result<&StaffRecord, Refusal> {
        self.record.as_ref().ok_or_else(|| Refusal::StaffUnknown {
            staff: staff.clone(),
        })
    }
    /// Whether the person is employed on `date`.
    pub fn employed_on(&self, date: WorkDate) -> bool {
        let covers = |&(from, last): &(WorkDate, Option<WorkDate>)| {
            from <= date && last.is_none_or(|last| date <= last)
        };
        self.employments.iter().any(covers)
    }
    /// The first day of the first employment.
    pub fn first_day(&self) -> Option<WorkDate> {
        self.employments.first().map(|&(from, _)| from)
    }
    /// What the person can serve at `desk` on `date`: at another desk, what a loan for the day says.
    pub fn skills_at(&self, desk: &DeskId, date: WorkDate) -> Option<&BTreeSet<SkillId>> {
        match self.lent_on(date) {
            Some(loan) if loan.to == *desk => Some(&loan.skills),
            Some(_) | None => self.skills_on(date),
        }
    }
    /// The day years of service are counted from (工龄).
    pub fn service_start(&self) -> Option<WorkDate> {
        self.service_from.or(self.first_day())
    }
    /// What the person can serve on `date`.
    pub fn skills_on(&self, date: WorkDate) -> Option<&BTreeSet<SkillId>> {
        in_force(&self.skills, date)
    }
    /// The contract on `date`.
    pub fn contract_on(&self, date: WorkDate) -> Option<&Contract> {
        in_force(&self.contracts, date)
    }
    /// The category on `date`.
    pub fn category_on(&self, date: WorkDate) -> Category {
        in_force(&self.categories, date)
            .copied()
            .unwrap_or_default()
    }
    /// What the person wishes of a month's roster, by date.
    pub fn wishes_of(&self, month: Month) -> &[RosterWish] {
        self.wishes.get(&month).map_or(&[], Vec::as_slice)
    }
    /// Whether the law protects the person from nights and overtime on `date`.
    pub fn protected_on(&self, date: WorkDate) -> bool {
        self.protections
            .iter()
            .any(|protection| protection.from <= date && date <= protection.until)
    }
    /// The person as the author of a command, if employed on `date`.
    pub fn actor(&self, date: WorkDate) -> Option<Actor> {
        let record = self.record.as_ref().filter(|_| self.employed_on(date))?;
        Some(Actor {
            staff: record.staff.clone(),
            roles: self.roles.clone(),
            leads: self.leads.clone(),
        })
    }
}

/// The last entry set for `date` or a day before it.
fn in_force<T>(entries: &[(WorkDate, T)], date: WorkDate) -> Option<&T> {
    let valid = entries.iter().filter(|(from, _)| *from <= date);
    // Of two entries for one day the later one holds: `max_by_key` returns the last of equals.
    valid.max_by_key(|(from, _)| *from).map(|(_, value)| value)
}

impl State for StaffState {
    type Event = StaffEvent;
    fn evolve(&mut self, event: &StaffEvent) {
        match event {
            StaffEvent::Hired(hired) => {
                self.record = Some(StaffRecord {
                    staff: hired.staff.clone(),
                    name: hired.name.clone(),
                    desk: hired.desk.clone(),
                    position: hired.position.clone(),
                });
                self.employments.push((hired.from, None));
                self.roles = hired.roles.clone();
                self.leads = hired.leads.clone();
                self.skills.push((hired.from, hired.skills.clone()));
                self.contracts.push((hired.from, hired.contract.clone()));
                self.service_from = hired.service_from.or(self.service_from);
            }
            StaffEvent::SkillsSet(set) => self.skills.push((set.from, set.skills.clone())),
            StaffEvent::RolesSet(set) => {
                self.roles = set.roles.clone();
                self.leads = set.leads.clone();
            }
            StaffEvent::ContractSet(set) => self.contracts.push((set.from, set.contract.clone())),
            StaffEvent::Protected(protected) => self.protections.push(protected.clone()),
            StaffEvent::CategorySet(set) => self.categories.push((set.from, set.category)),
            StaffEvent::Forgotten(forgotten) => self.forgotten = Some(forgotten.at),
            StaffEvent::WishesStated(stated) => {
                self.wishes.insert(stated.month, stated.wishes.clone());
            }
            StaffEvent::LoanRequested(requested) => self.loans.push(Loan {
                requested: requested.clone(),
                status: RequestStatus::Pending,
            }),
            StaffEvent::LoanAgreed(agreed) => {
                self.decide_loan(agreed.loan, RequestStatus::Approved);
            }
            StaffEvent::LoanDeclined(declined) => {
                self.decide_loan(declined.loan, RequestStatus::Refused);
            }
            StaffEvent::LoanEnded(ended) => self.end_loan(ended.loan, ended.last),
            StaffEvent::Left(left) => {
                if let Some((_, last)) = self.employments.last_mut() {
                    *last = Some(left.last);
                }
            }
        }
    }
}

/// A record is changed by HR (or the others named), never by the person.
fn may_change<'a>(
    state: &'a StaffState,
    staff: &StaffId,
    roles: &[Role],
    issued: &Issued,
) -> Result<&'a StaffRecord, Refusal> {
    let record = state.known(staff)?;
    permit(issued, roles, &record.desk, Action::ChangeStaff)?;
    not_own(issued, staff, Action::ChangeStaff)?;
    Ok(record)
}

/// A contract asks for some minutes of a week and pays no less than nothing.
fn sound_contract(contract: &Contract) -> Result<(), Refusal> {
    const WEEK_MINUTES: Minutes = Minutes(7 * 24 * 60);
    let minutes = contract.week_minutes;
    ensure(
        minutes > Minutes::ZERO,
        "contract.week_minutes",
        Fault::NotPositive,
    )?;
    ensure(
        minutes <= WEEK_MINUTES,
        "contract.week_minutes",
        Fault::TooLong,
    )?;
    ensure(
        contract.month_wage.0 >= 0,
        "contract.month_wage",
        Fault::Negative,
    )
}

/// There is a role, and a lead leads something.
fn sound_roles(roles: &BTreeSet<Role>, leads: &BTreeSet<DeskId>) -> Result<(), Refusal> {
    ensure(!roles.is_empty(), "roles", Fault::Blank)?;
    ensure(
        roles.contains(&Role::Lead) != leads.is_empty(),
        "leads",
        Fault::LeadWithoutDesk,
    )
}
