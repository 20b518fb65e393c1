//! The roster's life, and its hard rules one at a time.

use crate::given::{Given, given};
use crate::world::*;
use domain::decider::Decision;
use domain::desk::DeskState;
use domain::event::*;
use domain::ids::SolveId;
use domain::quantities::Minutes;
use domain::refusal::{Lang, Refusal};
use domain::roster::amend::{self, Amend};
use domain::roster::claim_solve::{self, ClaimSolve};
use domain::roster::draft::{self, Draft};
use domain::roster::edit_cells::{self, EditCells};
use domain::roster::lock::{self, Lock};
use domain::roster::publish::{self, Publish};
use domain::roster::record_failed::{self, RecordFailed};
use domain::roster::record_generated::{self, RecordGenerated};
use domain::roster::request_solve::{self, RequestSolve};
use domain::roster::rules::{Broken, HardRule, contract_month_minutes};
use domain::roster::submit_duty_table::{self, SubmitDutyTable};
use domain::roster::{RosterContext, RosterState, RosterStatus};
use domain::shift::{Cell, Shift};
use std::collections::BTreeMap;

pub(crate) fn context() -> RosterContext {
    RosterContext {
        desk: desk(),
        policy: policy(),
        zone: ZONE,
        staff: people(&["ann", "bob", "cat"]),
        leaves: vec![],
        neighbours: BTreeMap::new(),
    }
}

pub(crate) fn cell(staff: &str, date: &str, shift: Option<Shift>) -> Cell {
    Cell {
        staff: staff.into(),
        date: day(date),
        shift,
    }
}

pub(crate) fn drafted() -> RosterEvent {
    RosterDrafted {
        desk: desk(),
        month: december(),
        by: "boss".into(),
        at: at("11-20 09:00"),
    }
    .into()
}

pub(crate) fn edited(cells: &[Cell]) -> RosterEvent {
    let change = |cell: &Cell| CellChange {
        staff: cell.staff.clone(),
        date: cell.date,
        before: None,
        after: cell.shift.clone(),
    };
    CellsEdited {
        changes: cells.iter().map(change).collect(),
        by: "boss".into(),
        at: at("11-21 09:00"),
    }
    .into()
}

pub(crate) fn published() -> RosterEvent {
    RosterPublished {
        revision: 1,
        shortfalls: vec![],
        by: "boss".into(),
        at: at("11-25 09:00"),
    }
    .into()
}

fn draft_with(cells: &[Cell]) -> Given<RosterState> {
    given([drafted(), edited(cells)])
}

pub(crate) fn in_force(cells: &[Cell]) -> Given<RosterState> {
    given([drafted(), edited(cells), published()])
}

fn boss() -> domain::who::Issued {
    issued("boss:lead", "11-22 09:00")
}

fn edit(state: &RosterState, cells: &[Cell], context: &RosterContext) -> Decision<RosterEvent> {
    let command = EditCells {
        month: december(),
        cells: cells.to_vec(),
    };
    edit_cells::decide(state, &command, context, &boss())
}

#[test]
fn t4_the_lead_begins_a_month_once() {
    let command = Draft {
        desk: desk(),
        month: december(),
    };
    let decide = |state: &RosterState, by: &str| {
        draft::decide(state, &command, &desk_state(), &issued(by, "11-20 09:00"))
    };
    given([])
        .when(|state| decide(state, "boss:lead"))
        .then([drafted()])
        .when(|state| decide(state, "boss:lead"))
        .refused_as("roster-status", "is a draft");
    given([])
        .when(|state| decide(state, "eve:otherlead"))
        .refused_as("not-permitted", "plan the roster");
    given([])
        .when(|state| draft::decide(state, &command, &DeskState::default(), &boss()))
        .refused_as("desk-unknown", "shop");
}

fn solve(n: u128) -> RequestSolve {
    RequestSolve {
        solve: SolveId(id(n)),
        month: december(),
        problem_digest: "ab".repeat(32),
        seed: 7,
        threads: 2,
        work_limit: 1000,
        limit_seconds: 60,
        solver_version: "0.1.0".into(),
    }
}

pub(crate) fn ready_desk() -> DeskState {
    let mut desk = desk_state();
    desk.template_sets.push(ShiftTemplatesAdopted {
        effective_from: day("01-01"),
        templates: vec![domain::shift::ShiftTemplate {
            code: "A".into(),
            name: "早班".into(),
            colour: "#3b82f6".into(),
            segments: early().segments,
            meals: vec![],
            breaks: Vec::new(),
            night: false,
            duty: false,
        }],
    });
    let demand = DemandSet {
        month: december(),
        slot_minutes: 30,
        source: "calls".into(),
        days: vec![],
    };
    desk.demand.insert(december(), demand);
    desk.policy = Some(PolicyAdopted {
        versions: vec!["2026-1".into()],
        digest: String::new(),
        document: String::new(),
        by: "hr".into(),
    });
    desk
}

pub(crate) fn report(shortfalls: Vec<Shortfall>) -> SolveReport {
    serde_json::from_value(serde_json::json!({
        "objective": 12, "bound": 10, "proven_optimal": false, "costs": [["under_target", 12]],
        "shortfalls": shortfalls, "duration_ms": 5, "iterations": 9,
    }))
    .unwrap()
}

#[test]
fn t4_one_solve_at_a_time_and_only_its_own_answer_counts() {
    let request =
        |state: &RosterState, n| request_solve::decide(state, &solve(n), &ready_desk(), &boss());
    let record = |state: &RosterState, n: u128, cells: &[Cell]| {
        let command = RecordGenerated {
            solve: SolveId(id(n)),
            node: "n1".into(),
            month: december(),
            cells: cells.to_vec(),
            report: report(vec![]),
        };
        record_generated::decide(state, &command, &issued("system:", "11-22 09:05"))
    };
    let fail = |state: &RosterState, n: u128| {
        let command = RecordFailed {
            solve: SolveId(id(n)),
            node: "n1".into(),
            reason: "cancelled".into(),
        };
        record_failed::decide(state, &command, &issued("system:", "11-22 09:05"))
    };
    let cells = [
        cell("ann", "12-01", Some(early())),
        cell("ann", "12-02", None),
    ];
    let claim = |state: &RosterState| {
        let command = ClaimSolve {
            solve: SolveId(id(1)),
            node: "n1".into(),
            problem_digest: "ab".repeat(32),
            solver_version: "0.1.0".into(),
            grace_seconds: 60,
        };
        claim_solve::decide(state, &command, &issued("system:", "11-22 09:04"))
    };
    let running = || {
        let asked = given([drafted()]).when(|state| request(state, 1)).go_on();
        asked.when(claim).go_on()
    };
    running()
        .when(|state| request(state, 2))
        .refused_as("solve-running", "00000001");
    running()
        .when(|state| record(state, 2, &cells))
        .refused_as("solve-unknown", "00000002");
    running()
        .when(|state| fail(state, 2))
        .refused_as("solve-unknown", "00000002");
    running()
        .when(|state| fail(state, 1))
        .go_on()
        .when(|state| request(state, 2))
        .go_on();
    let done = running().when(|state| record(state, 1, &cells)).go_on();
    assert_eq!(
        done.0.cell(&"ann".into(), day("12-01")),
        Some(Some(&early()))
    );
    assert_eq!(done.0.cell(&"ann".into(), day("12-02")), Some(None));
    assert_eq!(done.0.cell(&"ann".into(), day("12-03")), None);
    done.when(|state| record(state, 1, &cells))
        .refused_as("solve-unknown", "00000001");
    running()
        .when(|state| record(state, 1, &[cell("ann", "11-30", None)]))
        .refused_as("field-invalid", "cells[0].date");
    given([drafted(), published()])
        .when(|state| request(state, 1))
        .refused_as("roster-status", "published");
}

#[test]
fn t4_a_solve_needs_templates_demand_and_policy() {
    given([drafted()])
        .when(|state| request_solve::decide(state, &solve(1), &desk_state(), &boss()))
        .refused_as(
            "desk-not-ready",
            "shift templates, the month's demand, a policy",
        );
}

#[test]
fn edits_fill_in_what_was_there_and_skip_what_changes_nothing() {
    let cells = [cell("ann", "12-01", Some(early()))];
    draft_with(&cells)
        .when(|state| edit(state, &cells, &context()))
        .then_nothing();
    let wishes = [
        cell("ann", "12-01", Some(late())),
        cell("ann", "12-02", None),
    ];
    draft_with(&cells)
        .when(|state| edit(state, &wishes, &context()))
        .then([CellsEdited {
            changes: vec![
                CellChange {
                    staff: "ann".into(),
                    date: day("12-01"),
                    before: Some(early()),
                    after: Some(late()),
                },
                CellChange {
                    staff: "ann".into(),
                    date: day("12-02"),
                    before: None,
                    after: None,
                },
            ],
            by: "boss".into(),
            at: at("11-22 09:00"),
        }
        .into()]);
}

#[test]
fn a_cell_that_does_not_hold_together_is_refused_by_field() {
    let eats_outside = Shift {
        meals: vec![meal("16:40")],
        ..early()
    };
    let eats_nothing = Shift {
        meals: vec![domain::shift::PlannedMeal {
            minutes: Minutes(0),
            ..meal("12:00")
        }],
        ..early()
    };
    let twice = [
        cell("ann", "12-01", None),
        cell("ann", "12-01", Some(early())),
    ];
    let cases = [
        (vec![], "cells"),
        (
            vec![cell("ann", "11-30", None)],
            "cells[0].date: lies in another month",
        ),
        (twice.to_vec(), "cells[1].staff: is there twice"),
        (
            vec![cell(
                "ann",
                "12-01",
                Some(shift("X", &["09:00-12:00", "11:00-13:00"])),
            )],
            "cells[0].shift.segments[1].start: overlaps",
        ),
        (
            vec![cell("ann", "12-01", Some(eats_outside))],
            "cells[0].shift.meals[0].start: must lie inside",
        ),
        (
            vec![cell("ann", "12-01", Some(eats_nothing))],
            "cells[0].shift.meals[0].minutes",
        ),
    ];
    for (cells, text) in cases {
        draft_with(&[])
            .when(|state| edit(state, &cells, &context()))
            .refused_as("field-invalid", text);
    }
    draft_with(&[])
        .when(|state| {
            let command = EditCells {
                month: december(),
                cells: vec![cell("ann", "12-01", None)],
            };
            edit_cells::decide(state, &command, &context(), &issued("ann", "11-22 09:00"))
        })
        .refused_as("not-permitted", "plan the roster");
}

/// Breaks one hard rule by adding `wish` to `cells` and expects it alone.
#[track_caller]
fn breaks(cells: &[Cell], wish: Cell, context: &RosterContext, date: &str, rule: HardRule) {
    let broken = vec![Broken {
        staff: wish.staff.clone(),
        date: day(date),
        rule,
    }];
    draft_with(cells)
        .when(|state| edit(state, &[wish], context))
        .refused(Refusal::RosterRulesBroken { broken });
}

#[track_caller]
fn holds(cells: &[Cell], wish: Cell, context: &RosterContext) {
    draft_with(cells)
        .when(|state| edit(state, &[wish], context))
        .go_on();
}

#[test]
fn rule_only_the_employed_work() {
    breaks(
        &[],
        cell("eve", "12-01", Some(early())),
        &context(),
        "12-01",
        HardRule::Employed,
    );
    let mut left = context();
    let gone = staff("ann", [Left { last: day("12-10") }.into()]);
    left.staff.insert("ann".into(), gone);
    holds(&[], cell("ann", "12-10", Some(early())), &left);
    breaks(
        &[],
        cell("ann", "12-11", Some(early())),
        &left,
        "12-11",
        HardRule::Employed,
    );
}

#[test]
fn rule_only_the_skilled_work() {
    let mut unskilled = context();
    let none = SkillsSet {
        from: day("12-15"),
        skills: Default::default(),
    };
    unskilled
        .staff
        .insert("ann".into(), staff("ann", [none.into()]));
    holds(&[], cell("ann", "12-14", Some(early())), &unskilled);
    breaks(
        &[],
        cell("ann", "12-15", Some(early())),
        &unskilled,
        "12-15",
        HardRule::Skilled,
    );
}

#[test]
fn rule_nobody_works_on_leave_of_the_whole_shift() {
    let span = |window| LeaveSpan {
        first: day("12-01"),
        last: day("12-01"),
        window,
    };
    let on_leave = |window| RosterContext {
        leaves: vec![("ann".into(), span(window))],
        ..context()
    };
    let window = |start: i32, end: i32| {
        Some((
            domain::work_date::DayMinute(start),
            domain::work_date::DayMinute(end),
        ))
    };
    let wish = || cell("ann", "12-01", Some(early()));
    breaks(
        &[],
        wish(),
        &on_leave(None),
        "12-01",
        HardRule::OnLeave { span: span(None) },
    );
    let whole = window(540, 1020);
    breaks(
        &[],
        wish(),
        &on_leave(whole),
        "12-01",
        HardRule::OnLeave { span: span(whole) },
    );
    holds(&[], wish(), &on_leave(window(540, 720)));
    holds(&[], cell("bob", "12-01", Some(early())), &on_leave(None));
    holds(&[], cell("ann", "12-02", Some(early())), &on_leave(None));
}

#[test]
fn rule_the_protected_work_no_nights() {
    let mut protected = context();
    let nursing = Protected {
        kind: ProtectionKind::Nursing,
        from: day("12-01"),
        until: day("12-10"),
    };
    protected
        .staff
        .insert("ann".into(), staff("ann", [nursing.into()]));
    breaks(
        &[],
        cell("ann", "12-10", Some(night())),
        &protected,
        "12-10",
        HardRule::ProtectedNight,
    );
    holds(&[], cell("ann", "12-10", Some(early())), &protected);
    holds(&[], cell("ann", "12-11", Some(night())), &protected);
}

#[test]
fn rule_rest_between_shifts() {
    // 24:00 to 09:00 is 540 minutes; 660 are wanted.
    let rest = HardRule::Rest {
        after: day("12-01"),
        minutes: Minutes(540),
        minutes_min: Minutes(660),
    };
    let after_late = [cell("ann", "12-01", Some(late()))];
    breaks(
        &after_late,
        cell("ann", "12-02", Some(early())),
        &context(),
        "12-02",
        rest.clone(),
    );
    let before_early = [cell("ann", "12-02", Some(early()))];
    breaks(
        &before_early,
        cell("ann", "12-01", Some(late())),
        &context(),
        "12-02",
        rest,
    );
    holds(
        &after_late,
        cell("ann", "12-02", Some(shift("M", &["11:00-19:00"]))),
        &context(),
    );
    holds(&after_late, cell("bob", "12-02", Some(early())), &context());
}

#[test]
fn rule_rest_reaches_over_the_months_edge() {
    let mut november = context();
    november
        .neighbours
        .insert(("ann".into(), day("11-30")), late());
    let rest = HardRule::Rest {
        after: day("11-30"),
        minutes: Minutes(540),
        minutes_min: Minutes(660),
    };
    breaks(
        &[],
        cell("ann", "12-01", Some(early())),
        &november,
        "12-01",
        rest,
    );
}

fn days_of(staff: &str, dates: std::ops::RangeInclusive<u32>) -> Vec<Cell> {
    dates
        .map(|n| cell(staff, &format!("12-{n:02}"), Some(early())))
        .collect()
}

#[test]
fn rule_consecutive_days() {
    // 3 to 8 December are six days over two weeks; the ninth of the month makes seven.
    let six = days_of("ann", 3..=8);
    let broken = HardRule::ConsecutiveDays {
        days: 7,
        days_max: 6,
    };
    breaks(
        &six,
        cell("ann", "12-09", Some(early())),
        &context(),
        "12-09",
        broken.clone(),
    );
    breaks(
        &six,
        cell("ann", "12-02", Some(early())),
        &context(),
        "12-08",
        broken,
    );
    holds(&six, cell("ann", "12-10", Some(early())), &context());
    holds(&six, cell("ann", "12-09", None), &context());
}

#[test]
fn rule_a_rest_day_a_week() {
    let mut lenient = context();
    lenient.policy.roster.consecutive_days_max = 31;
    // Monday 7 to Sunday 13 December.
    let broken = HardRule::WeekRest {
        days: 0,
        days_min: 1,
    };
    breaks(
        &days_of("ann", 7..=12),
        cell("ann", "12-13", Some(early())),
        &lenient,
        "12-07",
        broken,
    );
    holds(
        &days_of("ann", 8..=13),
        cell("ann", "12-14", Some(early())),
        &lenient,
    );
}

#[test]
fn rule_weekends_and_nights_of_the_month() {
    let mut capped = context();
    capped.policy.roster.weekends_max = Some(1);
    capped.policy.roster.nights_max = Some(1);
    let first = [cell("ann", "12-05", Some(early()))];
    holds(&first, cell("ann", "12-06", Some(early())), &capped);
    let weekends = HardRule::Weekends {
        count: 2,
        count_max: 1,
    };
    breaks(
        &first,
        cell("ann", "12-12", Some(early())),
        &capped,
        "12-12",
        weekends,
    );
    let nights = HardRule::Nights {
        count: 2,
        count_max: 1,
    };
    let first = [cell("ann", "12-01", Some(night()))];
    holds(&first, cell("ann", "12-03", Some(early())), &capped);
    breaks(
        &first,
        cell("ann", "12-03", Some(night())),
        &capped,
        "12-03",
        nights,
    );
}

#[test]
fn rule_minutes_of_the_month() {
    // 2400 minutes a week are 10629 in 31 days; with a slack of 480 a 24th shift of 480 minutes is one too many.
    assert_eq!(
        contract_month_minutes(&staff("ann", []), &desk(), december()),
        Minutes(10_629)
    );
    let worked: Vec<Cell> = (1..=27)
        .filter(|n| n % 7 != 0)
        .take(23)
        .flat_map(|n| days_of("ann", n..=n))
        .collect();
    let broken = HardRule::MonthMinutes {
        minutes: Minutes(24 * 480),
        minutes_max: Minutes(10_629 + 480),
    };
    breaks(
        &worked,
        cell("ann", "12-29", Some(early())),
        &context(),
        "12-29",
        broken,
    );
    holds(
        &worked,
        cell("ann", "12-29", Some(shift("P", &["13:00-14:00"]))),
        &context(),
    );
}

#[test]
fn an_old_fault_elsewhere_does_not_stand_in_the_way() {
    let faulty = [
        cell("ann", "12-01", Some(late())),
        cell("ann", "12-02", Some(early())),
    ];
    holds(&faulty, cell("ann", "12-20", Some(early())), &context());
    holds(&faulty, cell("ann", "12-02", None), &context());
}

#[test]
fn every_broken_rule_is_listed_in_words() {
    let wishes = [
        cell("eve", "12-01", Some(early())),
        cell("ann", "12-02", Some(early())),
    ];
    let state = draft_with(&[cell("ann", "12-01", Some(late()))]).0;
    let refusal = edit(&state, &wishes, &context()).unwrap_err();
    assert_eq!(
        refusal.text(Lang::Zh),
        "违反排班规则:ann 2026-12-02:与 2026-12-01 的班次之间只休息 540 分钟,至少须 660 分钟、eve 2026-12-01:当天不在职"
    );
    assert_eq!(
        refusal.text(Lang::En),
        "the roster's rules would be broken: ann 2026-12-02: 540 minutes of rest after 2026-12-01, at least 660 \
         wanted, eve 2026-12-01: not employed that day"
    );
}

fn short(tier: Tier) -> Shortfall {
    Shortfall {
        date: day("12-04"),
        start: "20:00".parse().unwrap(),
        end: "20:30".parse().unwrap(),
        skill: Some("presale".into()),
        what: None,
        tier,
        missing: 1,
        cause_zh: "bob 请假".into(),
        cause_en: "bob is on leave".into(),
        repairs_zh: vec![],
        repairs_en: vec![],
    }
}

fn publish(
    state: &RosterState,
    acknowledged: bool,
    shortfalls: &[Shortfall],
) -> Decision<RosterEvent> {
    let command = Publish {
        month: december(),
        acknowledged,
    };
    let by = issued("boss:lead", "11-25 09:00");
    publish::decide(state, &command, shortfalls, &context(), &by)
}

#[test]
fn t1_never_short_of_the_minimum_without_saying_so() {
    let cells = [cell("ann", "12-01", Some(early()))];
    let both = [short(Tier::Minimum), short(Tier::Target)];
    let refusal = Refusal::ShortfallsNotAcknowledged {
        shortfalls: vec![short(Tier::Minimum)],
    };
    assert_eq!(
        refusal.text(Lang::Zh),
        "以下时段客服少于最低人数,须确认后才能发布:2026-12-04 20:00–20:30 presale 缺 1 人(bob 请假)"
    );
    assert_eq!(refusal.rule(), Some(domain::ids::RuleId::T1));
    draft_with(&cells)
        .when(|state| publish(state, false, &both))
        .refused(refusal);
    draft_with(&cells)
        .when(|state| publish(state, false, &[short(Tier::Target)]))
        .go_on();
    let published = RosterPublished {
        revision: 1,
        shortfalls: both.to_vec(),
        by: "boss".into(),
        at: at("11-25 09:00"),
    };
    draft_with(&cells)
        .when(|state| publish(state, true, &both))
        .then([published.into()])
        .when(|state| publish(state, true, &both))
        .refused_as("roster-status", "published");
}

#[test]
fn t4_a_roster_that_is_empty_or_breaks_rules_is_not_published() {
    given([drafted()])
        .when(|state| publish(state, true, &[]))
        .refused_as("roster-empty", "2026-12");
    let faulty = [
        cell("ann", "12-01", Some(late())),
        cell("ann", "12-02", Some(early())),
    ];
    draft_with(&faulty)
        .when(|state| publish(state, true, &[]))
        .refused_as("roster-rules-broken", "ann 2026-12-02");
}

fn amend(state: &RosterState, cells: &[Cell], now: &str) -> Decision<RosterEvent> {
    let command = Amend {
        month: december(),
        cells: cells.to_vec(),
        reason: "来电高峰".into(),
    };
    amend::decide(state, &command, &context(), &issued("boss:lead", now))
}

#[test]
fn t4_an_amendment_makes_a_revision_and_the_past_can_be_asked_for() {
    let ann = &"ann".into();
    let state = in_force(&[cell("ann", "12-10", Some(early()))])
        .when(|state| amend(state, &[cell("ann", "12-10", Some(late()))], "12-01 09:00"))
        .go_on()
        .when(|state| amend(state, &[cell("ann", "12-10", None)], "12-02 09:00"))
        .go_on()
        .0;
    assert_eq!(state.revision(), 3);
    let shift_in = |revision| state.cell_in(revision, ann, day("12-10")).unwrap().cloned();
    assert_eq!([1, 2, 3].map(shift_in), [Some(early()), Some(late()), None]);
    let moments = [
        "11-25 08:59",
        "11-25 09:00",
        "12-01 08:59",
        "12-01 09:00",
        "12-02 09:00",
    ];
    let revisions = moments.map(|moment| state.in_force_at(at(moment)));
    assert_eq!(revisions, [None, Some(1), Some(1), Some(2), Some(3)]);
    let in_force = |moment| state.cell_in_force(ann, day("12-10"), at(moment));
    assert_eq!(in_force("11-25 08:59"), None);
    assert_eq!(in_force("12-01 12:00"), Some(Some(&late())));
}

#[test]
fn t4_what_has_passed_cannot_change() {
    let now = "12-10 13:00";
    let with_meals = |start: &str, end: &str, meal_at: &str| Shift {
        meals: vec![meal(meal_at)],
        ..shift("A", &[&format!("{start}-{end}")])
    };
    let before = || {
        in_force(&[cell(
            "ann",
            "12-10",
            Some(with_meals("09:00", "17:00", "14:00")),
        )])
    };
    let cases = [
        (None, false),                                        // taken away
        (Some(with_meals("10:00", "17:00", "14:00")), false), // began later after all
        (Some(with_meals("09:00", "12:00", "11:00")), false), // ended an hour ago
        (Some(with_meals("09:00", "18:00", "14:00")), true),  // stays longer (M2)
        (Some(with_meals("09:00", "16:00", "15:00")), true),  // goes and eats at other times (M2)
        (Some(with_meals("09:00", "17:00", "12:00")), false), // ate before
        (
            Some(Shift {
                code: "B".into(),
                ..with_meals("09:00", "18:00", "14:00")
            }),
            false,
        ),
    ];
    for (after, fine) in cases {
        let then = before().when(|state| amend(state, &[cell("ann", "12-10", after.clone())], now));
        match fine {
            true => drop(then.go_on()),
            false => then.refused_as("shift-begun", "2026-12-10 09:00"),
        }
    }
    before()
        .when(|state| amend(state, &[cell("bob", "12-10", Some(early()))], now))
        .refused_as("shift-begun", "bob");
    before()
        .when(|state| amend(state, &[cell("bob", "12-10", Some(late()))], now))
        .go_on();
    before()
        .when(|state| amend(state, &[cell("bob", "12-09", None)], now))
        .go_on();
}

#[test]
fn t4_an_amendment_keeps_the_hard_rules_and_says_why() {
    let before = || in_force(&[cell("ann", "12-10", Some(late()))]);
    before()
        .when(|state| amend(state, &[cell("ann", "12-11", Some(early()))], "12-01 09:00"))
        .refused_as("roster-rules-broken", "540 minutes of rest");
    before()
        .when(|state| amend(state, &[cell("ann", "12-10", Some(late()))], "12-01 09:00"))
        .then_nothing();
    let silent = Amend {
        month: december(),
        cells: vec![cell("ann", "12-10", None)],
        reason: String::new(),
    };
    before()
        .when(|state| amend::decide(state, &silent, &context(), &boss()))
        .refused_as("field-invalid", "reason");
    before()
        .when(|state| amend::decide(state, &silent, &context(), &issued("ann", "11-30 09:00")))
        .refused_as("not-permitted", "amend the roster");
    draft_with(&[])
        .when(|state| amend(state, &[cell("ann", "12-10", None)], "12-01 09:00"))
        .refused_as("roster-status", "a draft");
}

#[test]
fn t3_next_weeks_duty_table_is_handed_in() {
    let submit = |state: &RosterState, week: &str, by: &str| {
        let command = SubmitDutyTable {
            month: december(),
            week_start: day(week),
        };
        submit_duty_table::decide(state, &command, &issued(by, "12-04 16:00"))
    };
    let roster = || in_force(&[cell("ann", "12-10", Some(early()))]);
    let submitted = |revision| DutyTableSubmitted {
        week_start: day("12-07"),
        revision,
        by: "boss".into(),
        at: at("12-04 16:00"),
    };
    roster()
        .when(|state| submit(state, "12-07", "boss:lead"))
        .then([submitted(1).into()])
        .when(|state| submit(state, "12-07", "boss:lead"))
        .refused_as("duty-table-submitted", "revision 1");
    roster()
        .when(|state| submit(state, "12-07", "boss:lead"))
        .go_on()
        .when(|state| amend(state, &[cell("ann", "12-10", Some(late()))], "12-04 15:00"))
        .go_on()
        .when(|state| submit(state, "12-07", "boss:lead"))
        .then([submitted(2).into()]);
    // The week of 30 November reaches into December.
    roster()
        .when(|state| submit(state, "11-30", "boss:lead"))
        .go_on();
    roster()
        .when(|state| submit(state, "11-23", "boss:lead"))
        .refused_as("field-invalid", "week_start: lies in another month");
    roster()
        .when(|state| submit(state, "12-08", "boss:lead"))
        .refused_as("field-invalid", "week_start: must be a Monday");
    roster()
        .when(|state| submit(state, "12-07", "hr:hr"))
        .refused_as("not-permitted", "submit the duty table");
    draft_with(&[])
        .when(|state| submit(state, "12-07", "boss:lead"))
        .refused_as("roster-status", "a draft");
    let due = submit_duty_table::due_at(day("12-07"), &policy().duty_table, ZONE);
    assert_eq!(due, at("12-04 17:00"));
}

#[test]
fn a_roster_is_locked_when_its_month_is_over() {
    let lock = |state: &RosterState, by: &str, now: chrono::DateTime<chrono::Utc>| {
        let mut by = issued(by, "12-31 12:00");
        by.at = now;
        lock::decide(state, &Lock { month: december() }, ZONE, &by)
    };
    let over = at("12-31 24:00");
    let almost = over - chrono::Duration::seconds(1);
    let roster = || in_force(&[cell("ann", "12-10", Some(early()))]);
    roster()
        .when(|state| lock(state, "hr:hr", almost))
        .refused_as("day-not-over", "2027-01-01 00:00");
    roster()
        .when(|state| lock(state, "boss:lead", over))
        .refused_as("not-permitted", "lock");
    let locked = roster().when(|state| lock(state, "hr:hr", over)).go_on();
    assert_eq!(locked.0.status, RosterStatus::Locked);
    locked
        .when(|state| amend(state, &[cell("ann", "12-31", None)], "12-31 12:00"))
        .refused_as("roster-status", "locked");
}
