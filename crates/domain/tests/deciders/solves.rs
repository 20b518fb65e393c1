//! Solves: claimed by one node at a time, stopped through the log; and proposals to plan part of a roster anew.

use crate::given::{Given, given};
use crate::roster::{cell, context, drafted, edited, in_force, published, ready_desk, report};
use crate::world::*;
use domain::decider::Decision;
use domain::event::*;
use domain::ids::SolveId;
use domain::quantities::Minutes;
use domain::roster::RosterState;
use domain::roster::accept_replan::{self, AcceptReplan};
use domain::roster::amend::{self, Amend};
use domain::roster::cancel_solve::{self, CancelSolve};
use domain::roster::claim_solve::{self, ClaimSolve};
use domain::roster::discard_replan::{self, DiscardReplan};
use domain::roster::record_failed::{self, RecordFailed};
use domain::roster::record_proposed::{self, RecordProposed};
use domain::roster::release_solve::{self, ReleaseSolve};
use domain::roster::request_replan::{self, RequestReplan};
use domain::roster::request_solve::RequestSolve;
use domain::shift::Cell;

const SYSTEM: &str = "system:";

fn solve_id() -> SolveId {
    SolveId(id(1))
}

pub(crate) fn asked(replan: Option<ReplanScope>) -> RosterEvent {
    SolveRequested {
        solve: solve_id(),
        problem_digest: "ab".repeat(32),
        seed: 7,
        threads: 2,
        work_limit: 1000,
        limit_seconds: 60,
        solver_version: "0.1.0".into(),
        replan,
        by: "boss".into(),
        at: at("11-26 09:00"),
    }
    .into()
}

fn claim(state: &RosterState, node: &str, when: &str) -> Decision<RosterEvent> {
    let command = ClaimSolve {
        solve: solve_id(),
        node: node.into(),
        problem_digest: "cd".repeat(32),
        solver_version: "0.1.1".into(),
        grace_seconds: 60,
    };
    claim_solve::decide(state, &command, &issued(SYSTEM, when))
}

fn cancel(state: &RosterState, who: &str, when: &str) -> Decision<RosterEvent> {
    let solve = solve_id();
    cancel_solve::decide(state, &CancelSolve { solve }, &issued(who, when))
}

fn fail(state: &RosterState, node: &str) -> Decision<RosterEvent> {
    let command = RecordFailed {
        solve: solve_id(),
        node: node.into(),
        reason: "x".into(),
    };
    record_failed::decide(state, &command, &issued(SYSTEM, "11-26 09:05"))
}

fn open() -> Given<RosterState> {
    given([drafted(), asked(None)])
}

fn claimed() -> Given<RosterState> {
    open()
        .when(|state| claim(state, "n1", "11-26 09:00"))
        .go_on()
}

#[test]
fn t4_one_node_works_on_a_solve_until_its_time_and_a_grace_are_over() {
    open()
        .when(|state| claim(state, "n1", "11-26 09:00"))
        .then([SolveClaimed {
            solve: solve_id(),
            node: "n1".into(),
            problem_digest: "cd".repeat(32),
            solver_version: "0.1.1".into(),
            // A minute of wall clock, a minute of grace.
            until: at("11-26 09:02"),
            at: at("11-26 09:00"),
        }
        .into()]);
    claimed()
        .when(|state| claim(state, "n2", "11-26 09:01"))
        .refused_as("solve-taken", "n1");
    // Not even the same node takes it twice.
    claimed()
        .when(|state| claim(state, "n1", "11-26 09:01"))
        .refused_as("solve-taken", "n1");
    let taken_over = claimed()
        .when(|state| claim(state, "n2", "11-26 09:02"))
        .go_on();
    // The node that was too slow has lost it.
    taken_over
        .when(|state| fail(state, "n1"))
        .refused_as("solve-taken", "n2");
    open()
        .when(|state| fail(state, "n1"))
        .refused_as("solve-unknown", "00000001");
    given([drafted()])
        .when(|state| claim(state, "n1", "11-26 09:00"))
        .refused_as("solve-unknown", "00000001");
}

#[test]
fn t4_a_node_that_stops_gives_its_solve_back() {
    let release = |state: &RosterState, node: &str| {
        let command = ReleaseSolve {
            solve: solve_id(),
            node: node.into(),
        };
        release_solve::decide(state, &command, &issued(SYSTEM, "11-26 09:01"))
    };
    claimed()
        .when(|state| release(state, "n2"))
        .refused_as("solve-taken", "n1");
    claimed()
        .when(|state| release(state, "n1"))
        .go_on()
        .when(|state| claim(state, "n2", "11-26 09:01"))
        .go_on();
}

#[test]
fn t4_the_lead_stops_a_solve_through_the_log() {
    open()
        .when(|state| cancel(state, "ann", "11-26 09:01"))
        .refused_as("not-permitted", "a lead of the desk");
    open()
        .when(|state| cancel(state, "other:otherlead", "11-26 09:01"))
        .refused_as("not-permitted", "a lead of the desk");
    // A node works on it: it will read this and end it.
    let asked_to_stop = claimed()
        .when(|state| cancel(state, "boss:lead", "11-26 09:01"))
        .then([SolveCancelRequested {
            solve: solve_id(),
            by: "boss".into(),
            at: at("11-26 09:01"),
        }
        .into()]);
    assert!(asked_to_stop.0.solving.as_ref().unwrap().cancel.is_some());
    Given(asked_to_stop.0.clone())
        .when(|state| cancel(state, "boss:lead", "11-26 09:01"))
        .then_nothing();
    // The node died: whoever looks next ends it and does not begin it again.
    let ended = asked_to_stop
        .when(|state| claim(state, "n2", "11-26 09:02"))
        .go_on();
    assert!(ended.0.solving.is_none());
    // Nobody works on it: it ends at once.
    let ended = open()
        .when(|state| cancel(state, "boss:lead", "11-26 09:01"))
        .go_on();
    assert!(ended.0.solving.is_none());
    ended
        .when(|state| cancel(state, "boss:lead", "11-26 09:01"))
        .refused_as("solve-unknown", "00000001");
}

fn roster() -> Vec<Cell> {
    vec![
        cell("ann", "12-01", Some(early())),
        cell("ann", "12-02", Some(early())),
        cell("bob", "12-01", None),
        cell("bob", "12-02", None),
    ]
}

fn ill() -> ReplanScope {
    ReplanScope::Person {
        staff: "ann".into(),
        first: day("12-02"),
        last: day("12-02"),
        others: ReplanOthers::ThoseDays,
    }
}

fn ask(state: &RosterState, scope: ReplanScope, who: &str, when: &str) -> Decision<RosterEvent> {
    let command = RequestReplan {
        solve: RequestSolve {
            solve: solve_id(),
            month: december(),
            problem_digest: "ab".repeat(32),
            seed: 7,
            threads: 2,
            work_limit: 1000,
            limit_seconds: 60,
            solver_version: "0.1.0".into(),
        },
        scope,
    };
    request_replan::decide(state, &command, &ready_desk(), ZONE, &issued(who, when))
}

#[test]
fn t1_part_of_a_published_roster_may_be_planned_anew_from_today_on() {
    let asking =
        |scope| in_force(&roster()).when(|state| ask(state, scope, "boss:lead", "12-02 08:00"));
    asking(ill()).go_on();
    asking(ReplanScope::Rest { from: day("12-01") }).refused_as("field-invalid", "from");
    asking(ReplanScope::Day { date: day("11-30") }).refused_as("field-invalid", "another month");
    let other = |staff: &str, first: &str, last: &str| ReplanScope::Person {
        staff: staff.into(),
        first: day(first),
        last: day(last),
        others: ReplanOthers::FromThen,
    };
    asking(other("zoe", "12-02", "12-02")).refused_as("field-invalid", "staff");
    asking(other("ann", "12-03", "12-02")).refused_as("field-invalid", "end after it starts");
    in_force(&roster())
        .when(|state| ask(state, ill(), "ann", "12-02 08:00"))
        .refused_as("not-permitted", "a lead of the desk");
    given([drafted(), edited(&roster())])
        .when(|state| ask(state, ill(), "boss:lead", "12-02 08:00"))
        .refused_as("roster-status", "draft");
    asking(ill())
        .go_on()
        .when(|state| ask(state, ill(), "boss:lead", "12-02 08:00"))
        .refused_as("solve-running", "00000001");
}

#[test]
fn the_scope_says_whose_cells_may_change() {
    let scope = |others| ReplanScope::Person {
        staff: "ann".into(),
        first: day("12-02"),
        last: day("12-03"),
        others,
    };
    let days = ["12-01", "12-02", "12-03", "12-04"];
    let covered = |scope: &ReplanScope| days.map(|date| scope.covers(day(date)));
    let those = scope(ReplanOthers::ThoseDays);
    assert_eq!(covered(&those), [false, true, true, false]);
    let then = scope(ReplanOthers::FromThen);
    assert_eq!(covered(&then), [false, true, true, true]);
    assert_eq!(
        days.map(|date| then.bars(&"ann".into(), day(date))),
        [false, true, true, false]
    );
    assert!(!then.bars(&"bob".into(), day("12-02")));
    let one = ReplanScope::Day { date: day("12-03") };
    assert_eq!(covered(&one), [false, false, true, false]);
    let rest = ReplanScope::Rest { from: day("12-03") };
    assert_eq!(covered(&rest), [false, false, true, true]);
}

/// Ann is ill on the second; Bob takes her shift.
fn proposal() -> Vec<Cell> {
    vec![
        cell("ann", "12-02", None),
        cell("bob", "12-02", Some(early())),
    ]
}

fn propose(state: &RosterState, base: u32, cells: Vec<Cell>) -> Decision<RosterEvent> {
    let command = RecordProposed {
        solve: solve_id(),
        node: "n1".into(),
        month: december(),
        base,
        cells,
        cost_before: 9600,
        minutes_short_before: Minutes(480),
        minutes_short_after: Minutes(0),
        people: vec![],
        report: report(vec![]),
    };
    record_proposed::decide(state, &command, &context(), &issued(SYSTEM, "12-02 06:01"))
}

fn asked_and_claimed() -> Given<RosterState> {
    in_force(&roster())
        .when(|state| ask(state, ill(), "boss:lead", "12-02 06:00"))
        .go_on()
        .when(|state| claim(state, "n1", "12-02 06:00"))
        .go_on()
}

fn proposed() -> Given<RosterState> {
    asked_and_claimed()
        .when(|state| propose(state, 1, proposal()))
        .go_on()
}

fn accept(state: &RosterState, who: &str) -> Decision<RosterEvent> {
    let command = AcceptReplan {
        solve: solve_id(),
        reason: "ann 病假".into(),
    };
    accept_replan::decide(state, &command, &context(), &issued(who, "12-02 06:10"))
}

fn amended(state: &RosterState) -> Decision<RosterEvent> {
    let command = Amend {
        month: december(),
        cells: vec![cell("bob", "12-03", Some(early()))],
        reason: "加人".into(),
    };
    amend::decide(
        state,
        &command,
        &context(),
        &issued("boss:lead", "12-02 06:05"),
    )
}

#[test]
fn t4_an_accepted_proposal_is_an_amendment_that_says_so() {
    let change = |staff: &str, before, after| CellChange {
        staff: staff.into(),
        date: day("12-02"),
        before,
        after,
    };
    let accepted = proposed()
        .when(|state| accept(state, "boss:lead"))
        .then([RosterAmended {
            revision: 2,
            changes: vec![
                change("ann", Some(early()), None),
                change("bob", None, Some(early())),
            ],
            reason: "ann 病假".into(),
            covers: None,
            replan: Some(solve_id()),
            by: "boss".into(),
            at: at("12-02 06:10"),
        }
        .into()]);
    assert_eq!(accepted.0.revision(), 2);
    assert_eq!(
        accepted.0.shift(&"bob".into(), day("12-02")),
        Some(&early())
    );
    accepted
        .when(|state| accept(state, "boss:lead"))
        .refused_as("proposal-unknown", "00000001");
    proposed()
        .when(|state| accept(state, "ann"))
        .refused_as("not-permitted", "a lead of the desk");
}

#[test]
fn t4_a_proposal_is_out_of_date_once_the_roster_has_changed() {
    proposed()
        .when(amended)
        .go_on()
        .when(|state| accept(state, "boss:lead"))
        .refused_as("proposal-outdated", "revision 1, in force is 2");
    // While it was solved, too.
    asked_and_claimed()
        .when(amended)
        .go_on()
        .when(|state| propose(state, 1, proposal()))
        .refused_as("proposal-outdated", "revision 1, in force is 2");
}

#[test]
fn t4_what_breaks_a_rule_is_not_proposed() {
    // Ann's late shift of the first leaves Bob alone; hers of the second would follow too soon.
    let cells = vec![
        cell("ann", "12-01", Some(late())),
        cell("ann", "12-02", Some(early())),
    ];
    asked_and_claimed()
        .when(|state| propose(state, 1, cells))
        .refused_as("roster-rules-broken", "rest");
}

#[test]
fn t4_a_proposal_may_be_discarded_and_a_new_request_replaces_it() {
    let discard = |state: &RosterState, who: &str| {
        let command = DiscardReplan { solve: solve_id() };
        discard_replan::decide(state, &command, &issued(who, "12-02 06:10"))
    };
    proposed()
        .when(|state| discard(state, "ann"))
        .refused_as("not-permitted", "a lead of the desk");
    proposed()
        .when(|state| discard(state, "boss:lead"))
        .go_on()
        .when(|state| accept(state, "boss:lead"))
        .refused_as("proposal-unknown", "00000001");
    let again = proposed()
        .when(|state| ask(state, ill(), "boss:lead", "12-02 06:20"))
        .go_on();
    assert!(again.0.proposal.is_none());
    given([drafted(), edited(&roster()), published()])
        .when(|state| discard(state, "boss:lead"))
        .refused_as("proposal-unknown", "00000001");
}
