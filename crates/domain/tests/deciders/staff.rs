//! Hire, change and let go.

use crate::given::{Given, given};
use crate::world::*;
use domain::decider::Decision;
use domain::event::*;
use domain::quantities::{Fen, Minutes};
use domain::staff::StaffState;
use domain::staff::end_employment::{self, EndEmployment};
use domain::staff::forget::{self, Forget};
use domain::staff::hire::{self, Hire};
use domain::staff::protect::{self, Protect};
use domain::staff::set_contract::{self, SetContract};
use domain::staff::set_roles::{self, SetRoles};
use domain::staff::set_skills::{self, SetSkills};
use domain::who::Role;
use std::collections::BTreeSet;

fn hire_ann() -> Hire {
    let hired = hired("ann");
    Hire {
        staff: hired.staff,
        name: hired.name,
        desk: hired.desk,
        position: hired.position,
        roles: hired.roles,
        leads: hired.leads,
        skills: hired.skills,
        contract: hired.contract,
        from: hired.from,
        service_from: hired.service_from,
    }
}

fn hire(state: &StaffState, command: &Hire) -> Decision<StaffEvent> {
    hire::decide(
        state,
        command,
        &desk_state(),
        &issued("hr:hr", "03-01 09:00"),
    )
}

fn ann() -> Given<StaffState> {
    given([hired("ann").into()])
}

#[test]
fn hr_hires_into_an_open_desk() {
    given([])
        .when(|state| hire(state, &hire_ann()))
        .then([hired("ann").into()]);
    given([])
        .when(|state| {
            let by = issued("boss:lead", "03-01 09:00");
            hire::decide(state, &hire_ann(), &desk_state(), &by)
        })
        .refused_as("not-permitted", "HR, the GM office");
    given([])
        .when(|state| {
            let closed = domain::desk::DeskState::default();
            hire::decide(state, &hire_ann(), &closed, &issued("hr:hr", "03-01 09:00"))
        })
        .refused_as("desk-unknown", "shop");
}

#[test]
fn a_hire_must_make_sense() {
    let zero = Contract {
        week_minutes: Minutes(0),
        ..contract()
    };
    let endless = Contract {
        week_minutes: Minutes(10_081),
        ..contract()
    };
    let unpaid = Contract {
        month_wage: Fen(-1),
        ..contract()
    };
    let cases = [
        (
            Hire {
                staff: "".into(),
                ..hire_ann()
            },
            "staff: must not be empty",
        ),
        (
            Hire {
                name: " ".into(),
                ..hire_ann()
            },
            "name: must not be empty",
        ),
        (
            Hire {
                position: String::new(),
                ..hire_ann()
            },
            "position",
        ),
        (
            Hire {
                skills: ["juggling".into()].into(),
                ..hire_ann()
            },
            "skills.juggling",
        ),
        (
            Hire {
                roles: BTreeSet::new(),
                ..hire_ann()
            },
            "roles",
        ),
        (
            Hire {
                roles: [Role::Lead].into(),
                ..hire_ann()
            },
            "leads: must go together",
        ),
        (
            Hire {
                leads: [desk()].into(),
                ..hire_ann()
            },
            "leads: must go together",
        ),
        (
            Hire {
                contract: zero,
                ..hire_ann()
            },
            "contract.week_minutes",
        ),
        (
            Hire {
                contract: endless,
                ..hire_ann()
            },
            "contract.week_minutes: is too long",
        ),
        (
            Hire {
                contract: unpaid,
                ..hire_ann()
            },
            "contract.month_wage",
        ),
    ];
    for (command, text) in cases {
        given([])
            .when(|state| hire(state, &command))
            .refused_as("field-invalid", text);
    }
}

#[test]
fn nobody_is_employed_twice_but_may_come_back() {
    ann()
        .when(|state| hire(state, &hire_ann()))
        .refused_as("staff-employed", "2026-03-01");
    let gone = [hired("ann").into(), Left { last: day("06-30") }.into()];
    let back = Hire {
        from: day("09-01"),
        ..hire_ann()
    };
    let too_soon = Hire {
        from: day("06-30"),
        ..hire_ann()
    };
    given(gone.clone())
        .when(|state| hire(state, &too_soon))
        .refused_as("staff-employed", "ann");
    let back = given(gone).when(|state| hire(state, &back)).go_on().0;
    let employed = ["06-30", "07-01", "08-31", "09-01"].map(|date| back.employed_on(day(date)));
    assert_eq!(employed, [true, false, false, true]);
}

#[test]
fn hr_forgets_whoever_has_left_once_every_month_is_closed() {
    let forget = |open: &[&str], today: &str| Forget {
        staff: "ann".into(),
        matters: vec!["complaint/1".to_owned()],
        open_months: open
            .iter()
            .map(|month| ("shop".into(), month.parse().unwrap()))
            .collect(),
        today: day(today),
    };
    let asked = |state: &StaffState, command: &Forget, by: &str| {
        forget::decide(state, command, &issued(by, "09-01 09:00"))
    };
    let gone = [hired("ann").into(), Left { last: day("06-30") }.into()];
    let closed = forget(&[], "09-01");
    ann()
        .when(|state| asked(state, &closed, "hr:hr"))
        .refused_as("forget-employed", "ann");
    given(gone.clone())
        .when(|state| asked(state, &forget(&[], "06-30"), "hr:hr"))
        .refused_as("forget-employed", "ann");
    given(gone.clone())
        .when(|state| asked(state, &forget(&["2026-06"], "09-01"), "hr:hr"))
        .refused_as("forget-month-open", "2026-06");
    given(gone.clone())
        .when(|state| asked(state, &closed, "boss:lead"))
        .refused_as("not-permitted", "HR, the GM office");
    let state = given(gone)
        .when(|state| asked(state, &closed, "hr:hr"))
        .go_on()
        .0;
    assert!(state.forgotten.is_some());
    assert_eq!(asked(&state, &closed, "hr:hr"), Ok(vec![]));
    let back = Hire {
        from: day("09-01"),
        ..hire_ann()
    };
    let refused = hire(&state, &back).unwrap_err();
    assert_eq!(refused.code(), "staff-forgotten");
}

#[test]
fn skills_and_contract_hold_from_a_day_on() {
    let set = SetSkills {
        staff: "ann".into(),
        from: day("07-01"),
        skills: ["aftersale".into()].into(),
    };
    let state = ann()
        .when(|state| {
            set_skills::decide(
                state,
                &set,
                &desk_state(),
                &issued("boss:lead", "06-01 09:00"),
            )
        })
        .go_on()
        .0;
    assert!(state.skills_on(day("02-28")).is_none());
    assert_eq!(
        state.skills_on(day("06-30")),
        Some(&["presale".into()].into())
    );
    assert_eq!(state.skills_on(day("07-01")), Some(&set.skills));
    let unknown = SetSkills {
        skills: ["juggling".into()].into(),
        ..set.clone()
    };
    ann()
        .when(|state| {
            set_skills::decide(
                state,
                &unknown,
                &desk_state(),
                &issued("boss:lead", "06-01 09:00"),
            )
        })
        .refused_as("field-invalid", "juggling");
    ann()
        .when(|state| {
            set_skills::decide(
                state,
                &set,
                &desk_state(),
                &issued("eve:otherlead", "06-01 09:00"),
            )
        })
        .refused_as("not-permitted", "staff record");
    let early = SetContract {
        staff: "ann".into(),
        from: day("02-01"),
        contract: contract(),
    };
    ann()
        .when(|state| set_contract::decide(state, &early, &issued("hr:hr", "06-01 09:00")))
        .refused_as("staff-not-employed", "2026-02-01");
    let part_time = Contract {
        week_minutes: Minutes(1200),
        ..contract()
    };
    let half = SetContract {
        from: day("07-01"),
        contract: part_time.clone(),
        ..early
    };
    let state = ann()
        .when(|state| set_contract::decide(state, &half, &issued("hr:hr", "06-01 09:00")))
        .go_on()
        .0;
    assert_eq!(state.contract_on(day("06-30")), Some(&contract()));
    assert_eq!(state.contract_on(day("07-01")), Some(&part_time));
}

#[test]
fn e10_nobody_sets_their_own_roles_or_record() {
    let roles = SetRoles {
        staff: "ann".into(),
        roles: [Role::GmOffice].into(),
        leads: BTreeSet::new(),
    };
    ann()
        .when(|state| set_roles::decide(state, &roles, &issued("ann:hr", "06-01 09:00")))
        .refused_as("own-matter", "roles");
    ann()
        .when(|state| set_roles::decide(state, &roles, &issued("boss:lead", "06-01 09:00")))
        .refused_as("not-permitted", "roles");
    let state = ann()
        .when(|state| set_roles::decide(state, &roles, &issued("hr:hr", "06-01 09:00")))
        .go_on()
        .0;
    assert_eq!(state.actor(day("06-01")).unwrap().roles, roles.roles);
    assert_eq!(state.actor(day("02-01")), None);
    let raise = SetContract {
        staff: "ann".into(),
        from: day("07-01"),
        contract: contract(),
    };
    ann()
        .when(|state| set_contract::decide(state, &raise, &issued("ann:hr", "06-01 09:00")))
        .refused_as("own-matter", "staff record");
    given([])
        .when(|state| set_roles::decide(state, &roles, &issued("hr:hr", "06-01 09:00")))
        .refused_as("staff-unknown", "ann");
}

#[test]
fn protection_lasts_for_a_while() {
    let protect = |until: &str| Protect {
        staff: "ann".into(),
        kind: ProtectionKind::Pregnancy,
        from: day("06-01"),
        until: day(until),
    };
    let decide = |state: &StaffState, until: &str| {
        protect::decide(state, &protect(until), &issued("hr:hr", "06-01 09:00"))
    };
    let state = ann().when(|state| decide(state, "09-30")).go_on().0;
    let protected = ["05-31", "06-01", "09-30", "10-01"].map(|date| state.protected_on(day(date)));
    assert_eq!(protected, [false, true, true, false]);
    ann()
        .when(|state| decide(state, "05-31"))
        .refused_as("field-invalid", "until");
}

#[test]
fn an_employment_ends_once() {
    let end = |state: &StaffState, last: &str| {
        let command = EndEmployment {
            staff: "ann".into(),
            last: day(last),
        };
        end_employment::decide(state, &command, &issued("hr:hr", "06-01 09:00"))
    };
    ann()
        .when(|state| end(state, "02-01"))
        .refused_as("field-invalid", "last");
    ann()
        .when(|state| end(state, "06-30"))
        .then([Left { last: day("06-30") }.into()])
        .when(|state| end(state, "07-31"))
        .refused_as("staff-not-employed", "ann");
}
