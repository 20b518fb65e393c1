//! Swaps (T9): agreed with a colleague and approved.

use crate::given::Given;
use crate::roster::{cell, context, in_force};
use crate::world::*;
use domain::decider::{Decision, State};
use domain::event::*;
use domain::ids::SwapId;
use domain::refusal::Refusal;
use domain::roster::agree_swap::{self, AgreeSwap};
use domain::roster::amend::{self, Amend};
use domain::roster::approve_swap::{self, ApproveSwap};
use domain::roster::decline_swap::{self, DeclineSwap};
use domain::roster::refuse_swap::{self, RefuseSwap};
use domain::roster::request_swap::{self, RequestSwap};
use domain::roster::withdraw_swap::{self, WithdrawSwap};
use domain::roster::{RosterContext, RosterState, SwapStatus};
use domain::who::Role;

const BEFORE: &str = "12-01 09:00";

/// Ann works early on the 10th, Bob late on the 10th and early on the 12th; Cat is off.
fn roster() -> Given<RosterState> {
    in_force(&[
        cell("ann", "12-10", Some(early())),
        cell("ann", "12-12", None),
        cell("bob", "12-10", Some(late())),
        cell("bob", "12-12", Some(early())),
        cell("cat", "12-10", None),
    ])
}

fn swap_id(n: u128) -> SwapId {
    SwapId(id(n))
}

fn ask(n: u128, with: &str, take: Option<&str>) -> RequestSwap {
    RequestSwap {
        swap: swap_id(n),
        give: day("12-10"),
        with: with.into(),
        take: take.map(day),
        reason: "家中有事".into(),
    }
}

fn request(state: &RosterState, command: &RequestSwap, now: &str) -> Decision<RosterEvent> {
    request_swap::decide(state, command, &context(), &issued("ann", now))
}

fn agree(state: &RosterState, n: u128, by: &str, now: &str) -> Decision<RosterEvent> {
    agree_swap::decide(
        state,
        &AgreeSwap { swap: swap_id(n) },
        ZONE,
        &issued(by, now),
    )
}

fn decline(state: &RosterState, n: u128, by: &str) -> Decision<RosterEvent> {
    decline_swap::decide(
        state,
        &DeclineSwap { swap: swap_id(n) },
        &issued(by, BEFORE),
    )
}

fn approve_in(
    state: &RosterState,
    n: u128,
    by: &str,
    now: &str,
    context: &RosterContext,
) -> Decision<RosterEvent> {
    approve_swap::decide(
        state,
        &ApproveSwap { swap: swap_id(n) },
        context,
        &issued(by, now),
    )
}

fn approve(state: &RosterState, n: u128, by: &str, now: &str) -> Decision<RosterEvent> {
    approve_in(state, n, by, now, &context())
}

fn refuse(state: &RosterState, n: u128, by: &str, reason: &str) -> Decision<RosterEvent> {
    let command = RefuseSwap {
        swap: swap_id(n),
        reason: reason.into(),
    };
    refuse_swap::decide(state, &command, &policy(), &issued(by, BEFORE))
}

fn withdraw(state: &RosterState, n: u128, by: &str) -> Decision<RosterEvent> {
    withdraw_swap::decide(
        state,
        &WithdrawSwap { swap: swap_id(n) },
        &issued(by, BEFORE),
    )
}

/// Ann asked Cat to take the 10th.
fn asked() -> Given<RosterState> {
    roster()
        .when(|state| request(state, &ask(1, "cat", None), BEFORE))
        .go_on()
}

/// And Cat agreed.
fn agreed() -> Given<RosterState> {
    asked().when(|state| agree(state, 1, "cat", BEFORE)).go_on()
}

fn shifts(state: &RosterState, cells: &[(&str, &str)]) -> Vec<Option<String>> {
    cells
        .iter()
        .map(|&(staff, date)| {
            let shift = state.shift(&staff.into(), day(date));
            shift.map(|shift| shift.code.to_string())
        })
        .collect()
}

#[test]
fn t9_a_cover_is_in_force_once_agreed_and_approved() {
    let approved = SwapApproved {
        swap: swap_id(1),
        revision: 2,
        changes: vec![
            CellChange {
                staff: "ann".into(),
                date: day("12-10"),
                before: Some(early()),
                after: None,
            },
            CellChange {
                staff: "cat".into(),
                date: day("12-10"),
                before: None,
                after: Some(early()),
            },
        ],
        by: "boss".into(),
        role: Role::Lead,
        at: at(BEFORE),
    };
    let state = agreed()
        .when(|state| approve(state, 1, "boss:lead", BEFORE))
        .then([approved.into()])
        .0;
    assert_eq!(state.revision(), 2);
    assert_eq!(
        shifts(&state, &[("ann", "12-10"), ("cat", "12-10")]),
        [None, Some("A".into())]
    );
    let ann = &"ann".into();
    assert_eq!(state.unarranged_swaps(ann, day("12-10")).count(), 0);
}

#[test]
fn t9_an_exchange_of_two_days_or_of_one() {
    for (take, cells, after) in [
        (
            "12-12",
            [
                ("ann", "12-10"),
                ("bob", "12-10"),
                ("ann", "12-12"),
                ("bob", "12-12"),
            ],
            [None, Some("A"), Some("A"), None],
        ),
        (
            "12-10",
            [
                ("ann", "12-10"),
                ("bob", "12-10"),
                ("ann", "12-12"),
                ("bob", "12-12"),
            ],
            [Some("C"), Some("A"), None, Some("A")],
        ),
    ] {
        // On two days Bob must be free on the 10th.
        let start = match take {
            "12-12" => in_force(&[
                cell("ann", "12-10", Some(early())),
                cell("bob", "12-12", Some(early())),
            ]),
            _ => roster(),
        };
        let state = start
            .when(|state| request(state, &ask(1, "bob", Some(take)), BEFORE))
            .go_on()
            .when(|state| agree(state, 1, "bob", BEFORE))
            .go_on()
            .when(|state| approve(state, 1, "gmo:gm", BEFORE))
            .go_on()
            .0;
        let after: Vec<Option<String>> = after.iter().map(|c| c.map(str::to_owned)).collect();
        assert_eq!(shifts(&state, &cells), after, "{take}");
    }
}

#[test]
fn t9_only_ones_own_shift_before_it_begins_with_a_colleague_of_the_desk() {
    let cases = [
        (
            ask(1, "ann", None),
            BEFORE,
            "field-invalid",
            "with: must not be oneself",
        ),
        (
            RequestSwap {
                reason: String::new(),
                ..ask(1, "cat", None)
            },
            BEFORE,
            "field-invalid",
            "reason",
        ),
        (
            RequestSwap {
                give: day("12-12"),
                ..ask(1, "cat", None)
            },
            BEFORE,
            "swap-no-shift",
            "ann has no shift on 2026-12-12",
        ),
        (
            RequestSwap {
                give: day("11-30"),
                ..ask(1, "cat", None)
            },
            BEFORE,
            "field-invalid",
            "give: lies in another month",
        ),
        (
            RequestSwap {
                take: Some(day("11-30")),
                ..ask(1, "cat", None)
            },
            BEFORE,
            "field-invalid",
            "take: lies in another month",
        ),
        (
            ask(1, "cat", Some("12-11")),
            BEFORE,
            "swap-no-shift",
            "cat has no shift on 2026-12-11",
        ),
        (
            ask(1, "bob", None),
            BEFORE,
            "roster-rules-broken",
            "bob 2026-12-10: one shift a day",
        ),
        (ask(1, "dan", None), BEFORE, "staff-unknown", "dan"),
        (
            ask(1, "cat", None),
            "12-10 09:00",
            "shift-begun",
            "2026-12-10 09:00",
        ),
    ];
    for (command, now, code, text) in cases {
        roster()
            .when(|state| request(state, &command, now))
            .refused_as(code, text);
    }
    asked()
        .when(|state| request(state, &ask(1, "cat", None), BEFORE))
        .refused_as("id-taken", "00000001");
    let mut elsewhere = context();
    let hired = Hired {
        desk: "other".into(),
        ..hired("cat")
    };
    elsewhere
        .staff
        .insert("cat".into(), State::fold(&[hired.into()]));
    roster()
        .when(|state| {
            let by = issued("ann", BEFORE);
            request_swap::decide(state, &ask(1, "cat", None), &elsewhere, &by)
        })
        .refused_as("swap-other-desk", "cat is not of the desk shop");
}

#[test]
fn t9_a_swap_that_would_break_a_rule_is_not_even_asked() {
    in_force(&[
        cell("ann", "12-10", Some(early())),
        cell("cat", "12-09", Some(late())),
    ])
    .when(|state| request(state, &ask(1, "cat", None), BEFORE))
    .refused_as("roster-rules-broken", "cat 2026-12-10: 540 minutes of rest");
}

#[test]
fn t9_only_the_colleague_answers() {
    for by in ["ann", "bob", "boss:lead"] {
        asked()
            .when(|state| agree(state, 1, by, BEFORE))
            .refused_as("swap-not-yours", "answer");
        asked()
            .when(|state| decline(state, 1, by))
            .refused_as("swap-not-yours", "answer");
    }
    asked()
        .when(|state| agree(state, 1, "cat", "12-10 09:00"))
        .refused_as("shift-begun", "ann");
    agreed()
        .when(|state| decline(state, 1, "cat"))
        .refused_as("swap-status", "the swap is agreed");
    roster()
        .when(|state| agree(state, 1, "cat", BEFORE))
        .refused_as("swap-unknown", "00000001");
}

#[test]
fn t9_approval_needs_the_colleagues_agreement() {
    asked()
        .when(|state| approve(state, 1, "boss:lead", BEFORE))
        .refused(Refusal::SwapNotAgreed {
            swap: swap_id(1),
            with: "cat".into(),
        });
    asked()
        .when(|state| decline(state, 1, "cat"))
        .go_on()
        .when(|state| approve(state, 1, "boss:lead", BEFORE))
        .refused_as("swap-status", "declined");
    agreed()
        .when(|state| approve(state, 1, "boss:lead", "12-10 09:00"))
        .refused_as("shift-begun", "2026-12-10 09:00");
    for by in ["dan", "hr:hr", "eve:otherlead"] {
        agreed()
            .when(|state| approve(state, 1, by, BEFORE))
            .refused_as("not-permitted", "decide a swap");
    }
}

#[test]
fn e10_t9_no_party_decides_in_any_role() {
    for by in ["ann:staff+lead", "cat:staff+lead", "ann:gm", "cat:lead+gm"] {
        agreed()
            .when(|state| approve(state, 1, by, BEFORE))
            .refused_as("own-matter", "swap");
        agreed()
            .when(|state| refuse(state, 1, by, "不"))
            .refused_as("own-matter", "swap");
    }
}

#[test]
fn a9_of_two_racing_approvals_one_wins() {
    // Ann asked both Cat and Dan to take the 10th; both agreed, and two people approve at once.
    let mut context = context();
    context.staff.insert("dan".into(), staff("dan", []));
    let both = agreed()
        .when(|state| {
            let by = issued("ann", BEFORE);
            request_swap::decide(state, &ask(2, "dan", None), &context, &by)
        })
        .go_on()
        .when(|state| agree(state, 2, "dan", BEFORE))
        .go_on()
        .0;
    for (first, second) in [(1, 2), (2, 1)] {
        // Either would be fine on the state both approvers saw.
        assert!(approve_in(&both, second, "gmo:gm", BEFORE, &context).is_ok());
        Given(both.clone())
            .when(|state| approve_in(state, first, "boss:lead", BEFORE, &context))
            .go_on()
            // The log refuses the second append; deciding again finds the cell changed.
            .when(|state| approve_in(state, second, "gmo:gm", BEFORE, &context))
            .refused(Refusal::SwapCellChanged {
                staff: "ann".into(),
                date: day("12-10"),
            });
    }
    agreed()
        .when(|state| approve(state, 1, "boss:lead", BEFORE))
        .go_on()
        .when(|state| approve(state, 1, "gmo:gm", BEFORE))
        .refused_as("swap-status", "the swap is approved");
}

#[test]
fn t9_approval_checks_the_cells_and_rules_of_that_moment() {
    let amended = |cells: &[domain::shift::Cell]| {
        let command = Amend {
            month: december(),
            cells: cells.to_vec(),
            reason: "调整".into(),
        };
        agreed()
            .when(|state| amend::decide(state, &command, &context(), &issued("boss:lead", BEFORE)))
            .go_on()
    };
    amended(&[cell("ann", "12-10", Some(late()))])
        .when(|state| approve(state, 1, "boss:lead", BEFORE))
        .refused_as("swap-cell-changed", "ann on 2026-12-10");
    amended(&[cell("cat", "12-10", Some(late()))])
        .when(|state| approve(state, 1, "boss:lead", BEFORE))
        .refused_as("roster-rules-broken", "cat 2026-12-10: one shift a day");
    amended(&[cell("cat", "12-09", Some(late()))])
        .when(|state| approve(state, 1, "boss:lead", BEFORE))
        .refused_as("roster-rules-broken", "cat 2026-12-10: 540 minutes of rest");
    let span = LeaveSpan {
        first: day("12-10"),
        last: day("12-10"),
        window: None,
    };
    let on_leave = RosterContext {
        leaves: vec![("cat".into(), span)],
        ..context()
    };
    agreed()
        .when(|state| approve_in(state, 1, "boss:lead", BEFORE, &on_leave))
        .refused_as("roster-rules-broken", "cat 2026-12-10: on approved leave");
}

#[test]
fn t9_a_swap_is_refused_with_a_reason_or_taken_back() {
    asked()
        .when(|state| refuse(state, 1, "boss:lead", ""))
        .refused_as("field-invalid", "reason");
    agreed()
        .when(|state| refuse(state, 1, "boss:lead", "人手不足"))
        .go_on()
        .when(|state| refuse(state, 1, "boss:lead", "人手不足"))
        .refused_as("swap-status", "refused");
    asked()
        .when(|state| withdraw(state, 1, "cat"))
        .refused_as("swap-not-yours", "withdraw");
    agreed()
        .when(|state| withdraw(state, 1, "ann"))
        .go_on()
        .when(|state| approve(state, 1, "boss:lead", BEFORE))
        .refused_as("swap-status", "withdrawn");
    agreed()
        .when(|state| withdraw(state, 1, "ann"))
        .go_on()
        .when(|state| withdraw(state, 1, "ann"))
        .refused_as("swap-status", "withdrawn");
}

#[test]
fn t9_a_swap_never_approved_is_unarranged_unless_taken_back() {
    let unarranged = |state: &RosterState, staff: &str, date: &str| {
        let staff = staff.into();
        let swaps = state.unarranged_swaps(&staff, day(date));
        swaps.map(|swap| swap.status).collect::<Vec<_>>()
    };
    let asked = asked().0;
    assert_eq!(unarranged(&asked, "ann", "12-10"), [SwapStatus::Asked]);
    assert!(unarranged(&asked, "cat", "12-10").is_empty());
    assert!(unarranged(&asked, "ann", "12-12").is_empty());
    let refused = agreed()
        .when(|state| refuse(state, 1, "boss:lead", "不"))
        .go_on()
        .0;
    assert_eq!(unarranged(&refused, "ann", "12-10"), [SwapStatus::Refused]);
    let withdrawn = agreed().when(|state| withdraw(state, 1, "ann")).go_on().0;
    assert!(unarranged(&withdrawn, "ann", "12-10").is_empty());
    // The colleague's own shift counts only after the colleague agreed to give it.
    let exchange = || {
        roster()
            .when(|state| request(state, &ask(2, "bob", Some("12-10")), BEFORE))
            .go_on()
    };
    assert!(unarranged(&exchange().0, "bob", "12-10").is_empty());
    let agreed = exchange()
        .when(|state| agree(state, 2, "bob", BEFORE))
        .go_on()
        .0;
    assert_eq!(unarranged(&agreed, "bob", "12-10"), [SwapStatus::Agreed]);
}
