//! Penalties and rewards: proposed, verified, balanced, approved; waived, appealed (T16).

use crate::given::{Given, given};
use crate::world::*;
use domain::decider::Decision;
use domain::event::*;
use domain::ids::RuleId;
use domain::penalty::notice::Notice;
use domain::policy::{AmountRange, SanctionMode};
use domain::quantities::Fen;
use domain::refusal::{Lang, Refusal, Worth};
use domain::sanction::acknowledge_notice::{self, AcknowledgeNotice};
use domain::sanction::appeal::{self, Appeal};
use domain::sanction::approve::{self, ApproveSanction};
use domain::sanction::balance::{self, BalanceSanction};
use domain::sanction::decide_appeal::{self, DecideAppeal};
use domain::sanction::propose_reward::{self, ProposeReward};
use domain::sanction::verify::{self, VerifySanction};
use domain::sanction::waive::{self, WaiveSanction};
use domain::sanction::{SanctionState, Subject};

const NOW: &str = "12-10 09:00";

/// Ann's missed punch, ¥10 (T8).
fn penalty() -> Subject {
    Subject {
        staff: "ann".into(),
        desk: desk(),
        amount: Fen(1000),
        mode: SanctionMode::Money,
        range: None,
    }
}

fn worth(fen: i64) -> Worth {
    Worth {
        amount: Fen(fen),
        mode: SanctionMode::Money,
    }
}

fn verify(state: &SanctionState, by: &str, amount: Option<i64>) -> Decision<SanctionEvent> {
    let command = VerifySanction {
        sanction: "p1".into(),
        amount: amount.map(Fen),
        severity: None,
        note: "属实".into(),
    };
    verify::decide(
        state,
        &command,
        Some(&penalty()),
        &policy().sanction,
        &issued(by, NOW),
    )
}

fn balance(state: &SanctionState, by: &str, amount: Option<i64>) -> Decision<SanctionEvent> {
    let command = BalanceSanction {
        sanction: "p1".into(),
        amount: amount.map(Fen),
        note: String::new(),
    };
    balance::decide(
        state,
        &command,
        Some(&penalty()),
        &policy().sanction,
        &issued(by, NOW),
    )
}

fn approve(state: &SanctionState, by: &str, amount: Option<i64>) -> Decision<SanctionEvent> {
    let command = ApproveSanction {
        sanction: "p1".into(),
        amount: amount.map(Fen),
        note: String::new(),
    };
    approve::decide(
        state,
        &command,
        Some(&penalty()),
        &policy().sanction,
        &issued(by, NOW),
    )
}

fn waive(state: &SanctionState, by: &str, reason: &str) -> Decision<SanctionEvent> {
    let command = WaiveSanction {
        sanction: "p1".into(),
        reason: reason.into(),
    };
    waive::decide(
        state,
        &command,
        Some(&penalty()),
        &policy().sanction,
        &issued(by, NOW),
    )
}

fn appeal(state: &SanctionState, by: &str, now: &str) -> Decision<SanctionEvent> {
    let command = Appeal {
        sanction: "p1".into(),
        reason: "打卡机故障".into(),
    };
    let by = issued(by, now);
    appeal::decide(
        state,
        &command,
        Some(&penalty()),
        &policy().sanction,
        ZONE,
        &by,
    )
}

fn judge(state: &SanctionState, by: &str, upheld: bool) -> Decision<SanctionEvent> {
    let command = DecideAppeal {
        sanction: "p1".into(),
        upheld,
        reason: "查实".into(),
    };
    decide_appeal::decide(state, &command, Some(&penalty()), &issued(by, NOW))
}

fn verified() -> Given<SanctionState> {
    given([])
        .when(|state| verify(state, "boss:lead", None))
        .go_on()
}

fn approved() -> Given<SanctionState> {
    verified()
        .when(|state| balance(state, "hr:hr", None))
        .go_on()
        .when(|state| approve(state, "gmo:gm", None))
        .go_on()
}

#[test]
fn t16_the_chain_is_walked_in_order_by_its_offices() {
    verified()
        .when(|state| balance(state, "hr:hr", None))
        .go_on()
        .when(|state| approve(state, "gmo:gm", None))
        .then([SanctionApproved {
            sanction: "p1".into(),
            amount: Fen(1000),
            note: String::new(),
            by: "gmo".into(),
            at: at(NOW),
        }
        .into()]);
    given([])
        .when(|state| balance(state, "hr:hr", None))
        .refused_as(
            "sanction-step-out-of-order",
            "too early to balance: the next step is to verify",
        );
    verified()
        .when(|state| approve(state, "gmo:gm", None))
        .refused_as("sanction-step-out-of-order", "the next step is to balance");
    verified()
        .when(|state| verify(state, "boss:lead", None))
        .refused_as("sanction-step-done", "verify");
    for by in ["hr:hr", "gmo:gm", "eve:otherlead"] {
        given([])
            .when(|state| verify(state, by, None))
            .refused_as("not-permitted", "only a lead of the desk");
    }
    approved()
        .when(|state| balance(state, "hr:hr", None))
        .refused_as("sanction-approved", "appeal");
}

#[test]
fn t16_nothing_is_payable_before_approval() {
    let payable = |given: Given<SanctionState>| given.0.sanctions[&"p1".into()].payable();
    assert_eq!(payable(verified()), None);
    assert_eq!(payable(approved()), Some(Fen(1000)));
    let waived = verified()
        .when(|state| waive(state, "hr:hr", "首次"))
        .go_on();
    assert_eq!(payable(waived), None);
}

#[test]
fn t16_an_amount_may_go_down_never_above_what_the_policy_says() {
    let state = verified()
        .when(|state| balance(state, "hr:hr", Some(500)))
        .go_on()
        .when(|state| approve(state, "gmo:gm", None))
        .go_on()
        .0;
    assert_eq!(state.sanctions[&"p1".into()].payable(), Some(Fen(500)));
    for amount in [-1, 1001] {
        given([])
            .when(|state| verify(state, "boss:lead", Some(amount)))
            .refused(Refusal::SanctionAmount {
                amount: worth(amount),
                amount_max: worth(1000),
            });
    }
    given([])
        .when(|state| verify(state, "boss:lead", Some(0)))
        .go_on();
}

#[test]
fn e10_t16_nobody_decides_on_themselves_in_any_role() {
    let all = "ann:staff+lead+hr+gm";
    given([])
        .when(|state| verify(state, all, None))
        .refused_as("own-matter", "verify");
    verified()
        .when(|state| balance(state, all, None))
        .refused_as("own-matter", "balance");
    verified()
        .when(|state| approve(state, all, None))
        .refused_as("own-matter", "approve");
    given([])
        .when(|state| waive(state, all, "不"))
        .refused_as("own-matter", "waive");
    approved()
        .when(|state| appeal(state, "ann", NOW))
        .go_on()
        .when(|state| judge(state, all, true))
        .refused_as("own-matter", "appeal");
}

#[test]
fn t16_what_is_no_longer_proposed_is_not_decided() {
    let gone = Refusal::SanctionUnknown {
        sanction: "p1".into(),
    };
    given([])
        .when(|state| {
            let command = VerifySanction {
                sanction: "p1".into(),
                amount: None,
                severity: None,
                note: String::new(),
            };
            verify::decide(
                state,
                &command,
                None,
                &policy().sanction,
                &issued("boss:lead", NOW),
            )
        })
        .refused(gone);
}

#[test]
fn t16_a_step_the_policy_leaves_out_is_not_taken() {
    let mut short = policy().sanction;
    short
        .chain
        .retain(|link| link.step != domain::policy::SanctionStep::Balance);
    verified()
        .when(|state| {
            let command = BalanceSanction {
                sanction: "p1".into(),
                amount: None,
                note: String::new(),
            };
            balance::decide(
                state,
                &command,
                Some(&penalty()),
                &short,
                &issued("hr:hr", NOW),
            )
        })
        .refused_as("sanction-step-done", "balance");
    verified()
        .when(|state| {
            let command = ApproveSanction {
                sanction: "p1".into(),
                amount: None,
                note: String::new(),
            };
            approve::decide(
                state,
                &command,
                Some(&penalty()),
                &short,
                &issued("gmo:gm", NOW),
            )
        })
        .go_on();
}

#[test]
fn t16_a_waiver_says_why_and_ends_it() {
    given([])
        .when(|state| waive(state, "boss:lead", ""))
        .refused_as("field-invalid", "reason");
    given([])
        .when(|state| waive(state, "bob", "首次"))
        .refused_as("not-permitted", "waive");
    given([])
        .when(|state| waive(state, "boss:lead", "首次"))
        .go_on()
        .when(|state| verify(state, "boss:lead", None))
        .refused_as("sanction-waived", "waived");
    approved()
        .when(|state| waive(state, "hr:hr", "首次"))
        .refused_as("sanction-approved", "appeal");
}

#[test]
fn t16_the_person_appeals_once_and_in_time() {
    approved()
        .when(|state| appeal(state, "ann", "12-17 23:59"))
        .go_on()
        .when(|state| appeal(state, "ann", "12-17 23:59"))
        .refused_as("appealed-before", "before");
    approved()
        .when(|state| appeal(state, "ann", "12-18 00:00"))
        .refused(Refusal::AppealTooLate {
            until: day("12-17"),
            days: 7,
        });
    approved()
        .when(|state| appeal(state, "bob", NOW))
        .refused_as("appeal-not-yours", "ann");
    verified()
        .when(|state| appeal(state, "ann", NOW))
        .refused_as("sanction-not-approved", "not approved");
}

#[test]
fn t16_an_appeal_is_judged_by_somebody_else_than_who_approved() {
    let appealed = || approved().when(|state| appeal(state, "ann", NOW)).go_on();
    appealed()
        .when(|state| judge(state, "gmo:gm", true))
        .refused_as("appeal-of-own-approval", "gmo");
    appealed()
        .when(|state| judge(state, "boss:lead", true))
        .refused_as("not-permitted", "appeal");
    approved()
        .when(|state| judge(state, "hr:hr", true))
        .refused_as("appeal-unknown", "no open appeal");
    let upheld = appealed().when(|state| judge(state, "hr:hr", true)).go_on();
    assert_eq!(upheld.0.sanctions[&"p1".into()].payable(), None);
    upheld
        .when(|state| judge(state, "hr:hr", true))
        .refused_as("appeal-unknown", "no open appeal");
    let turned_down = appealed()
        .when(|state| judge(state, "hr:hr", false))
        .go_on();
    assert_eq!(
        turned_down.0.sanctions[&"p1".into()].payable(),
        Some(Fen(1000))
    );
}

#[test]
fn t16_rewards_walk_the_same_chain() {
    let propose = |state: &SanctionState, by: &str, amount: i64, reason: &str| {
        let command = ProposeReward {
            sanction: "r1".into(),
            staff: "ann".into(),
            work_date: day("12-03"),
            amount: Fen(amount),
            reason: reason.into(),
        };
        propose_reward::decide(state, &command, &staff("ann", []), &issued(by, NOW))
    };
    let proposed = given([])
        .when(|state| propose(state, "boss:lead", 5000, "客户表扬"))
        .go_on();
    let reward = proposed
        .0
        .reward(&"r1".into(), &desk(), SanctionMode::Money)
        .unwrap();
    assert_eq!(
        (reward.staff.clone(), reward.amount),
        ("ann".into(), Fen(5000))
    );
    assert_eq!(
        proposed
            .0
            .reward(&"p1".into(), &desk(), SanctionMode::Money),
        None
    );
    let verify_reward = VerifySanction {
        sanction: "r1".into(),
        amount: None,
        severity: None,
        note: String::new(),
    };
    let state = proposed
        .when(|state| {
            let by = issued("boss:lead", NOW);
            verify::decide(
                state,
                &verify_reward,
                Some(&reward),
                &policy().sanction,
                &by,
            )
        })
        .go_on()
        .0;
    assert_eq!(state.sanctions[&"r1".into()].amount(), Some(Fen(5000)));
    Given(state)
        .when(|state| propose(state, "boss:lead", 5000, "客户表扬"))
        .refused_as("id-taken", "r1");
    let cases = [
        ("ann:lead", 5000, "x", "own-matter"),
        ("bob", 5000, "x", "not-permitted"),
        ("boss:lead", 0, "x", "field-invalid"),
        ("boss:lead", 5000, " ", "field-invalid"),
    ];
    for (by, amount, reason, code) in cases {
        given([])
            .when(|state| propose(state, by, amount, reason))
            .refused_as(code, "");
    }
}

/// Ann's complaint that reached the management, ¥100–300 (D7).
fn ranged() -> Subject {
    let range = AmountRange {
        low: Fen(10_000),
        high: Fen(30_000),
    };
    Subject {
        amount: range.low,
        range: Some((RuleId::D7, range)),
        ..penalty()
    }
}

#[test]
fn d7_an_amount_is_chosen_within_the_range_with_severity_and_reason() {
    let verify = |amount: Option<i64>, severity: Option<Severity>, note: &str| {
        let command = VerifySanction {
            sanction: "p1".into(),
            amount: amount.map(Fen),
            severity,
            note: note.into(),
        };
        let by = issued("boss:lead", NOW);
        move |state: &SanctionState| {
            verify::decide(state, &command, Some(&ranged()), &policy().sanction, &by)
        }
    };
    let serious = Some(Severity::Serious);
    for (amount, severity, note, code) in [
        (Some(9_999), serious, "影响恶劣", "sanction-out-of-range"),
        (Some(30_001), serious, "影响恶劣", "sanction-out-of-range"),
        (Some(20_000), None, "影响恶劣", "severity-missing"),
        (Some(20_000), serious, " ", "severity-missing"),
        (None, serious, "影响恶劣", "severity-missing"),
    ] {
        given([])
            .when(verify(amount, severity, note))
            .refused_as(code, "D7");
    }
    let state = given([])
        .when(verify(Some(20_000), serious, "影响恶劣"))
        .go_on();
    let step = &state.0.sanctions[&"p1".into()].steps[0];
    assert_eq!(
        (step.amount, step.severity, step.note.as_str()),
        (Fen(20_000), serious, "影响恶劣")
    );
    // HR weighs within the range, too.
    let balance = |amount: i64| {
        let command = BalanceSanction {
            sanction: "p1".into(),
            amount: Some(Fen(amount)),
            note: String::new(),
        };
        move |state: &SanctionState| {
            let by = issued("hr:hr", NOW);
            balance::decide(state, &command, Some(&ranged()), &policy().sanction, &by)
        }
    };
    Given(state.0.clone())
        .when(balance(5_000))
        .refused_as("sanction-out-of-range", "¥100.00 to ¥300.00");
    state.when(balance(15_000)).go_on();
}

#[test]
fn points_are_told_as_points() {
    let refusal = Refusal::SanctionAmount {
        amount: Worth {
            amount: Fen(12),
            mode: SanctionMode::Points,
        },
        amount_max: Worth {
            amount: Fen(10),
            mode: SanctionMode::Points,
        },
    };
    assert_eq!(refusal.text(Lang::Zh), "金额 12 分 须在 0 至 10 分 之间");
}

#[test]
fn d6_a_notice_is_acknowledged_once_by_hr_and_only_while_it_stands() {
    let notice = Notice {
        id: "n1".into(),
        staff: "ann".into(),
        desk: desk(),
        period: "2026".into(),
        from: month("2026-01"),
        count: 5,
        confirmed_min: 5,
        work_date: day("12-09"),
        sanctions: vec![],
        evidence: vec![],
    };
    let acknowledge = |by: &str, notice: Option<Notice>| {
        let command = AcknowledgeNotice {
            notice: "n1".into(),
            note: "约谈".into(),
        };
        let by = issued(by, NOW);
        move |state: &SanctionState| {
            acknowledge_notice::decide(state, &command, notice.as_ref(), &by)
        }
    };
    let known = || Some(notice.clone());
    given([])
        .when(acknowledge("boss:lead", known()))
        .refused_as("not-permitted", "HR");
    given([])
        .when(acknowledge("ann:hr", known()))
        .refused_as("own-matter", "notice");
    given([])
        .when(acknowledge("hr:hr", None))
        .refused_as("notice-unknown", "n1");
    given([])
        .when(acknowledge("hr:hr", known()))
        .go_on()
        .when(acknowledge("hr2:hr", known()))
        .refused_as("notice-acknowledged", "hr");
}
