//! People lent to another desk (D2).

use crate::given::{Given, given};
use crate::world::*;
use domain::decider::{Decision, State};
use domain::desk::DeskState;
use domain::event::*;
use domain::ids::LoanId;
use domain::loan::agree::{self, AgreeLoan};
use domain::loan::ask::{self, AskLoan};
use domain::loan::decline::{self, DeclineLoan};
use domain::loan::end::{self, EndLoan};
use domain::quantities::Minutes;
use domain::refusal::Refusal;
use domain::roster::amend::{self, Amend};
use domain::roster::rules::contract_month_minutes;
use domain::roster::{RosterContext, RosterState};
use domain::staff::StaffState;
use domain::who::{Actor, Issued, Role};
use domain::work_date::DayMinute;
use std::collections::{BTreeMap, BTreeSet};

const NOW: &str = "12-01 09:00";

fn night_desk() -> DeskState {
    let opened = DeskOpened {
        desk: "night".into(),
        name: "夜班组".into(),
        zone: ZONE,
        opens: DayMinute(0),
        closes: DayMinute(1440),
    };
    State::fold(&[opened.into(), skills(&["chat"])])
}

/// A lead of the night desk.
fn borrower() -> Issued {
    Issued {
        by: Actor {
            staff: "owl".into(),
            roles: BTreeSet::from([Role::Lead]),
            leads: BTreeSet::from(["night".into()]),
        },
        at: at(NOW),
    }
}

fn loan() -> LoanId {
    LoanId(id(1))
}

fn span(first: &str, last: &str, window: Option<(i32, i32)>) -> LoanSpan {
    LoanSpan {
        first: day(first),
        last: day(last),
        window: window.map(|(from, until)| (DayMinute(from), DayMinute(until))),
    }
}

fn asked() -> AskLoan {
    AskLoan {
        loan: loan(),
        staff: "ann".into(),
        to: "night".into(),
        span: span("12-07", "12-11", None),
        skills: BTreeSet::from(["chat".into()]),
        reason: "夜班组缺人".into(),
    }
}

fn ask(state: &StaffState, command: &AskLoan, issued: &Issued) -> Decision<StaffEvent> {
    ask::decide(state, command, &night_desk(), ZONE, issued)
}

fn requested() -> StaffEvent {
    let asked = asked();
    LoanRequested {
        loan: asked.loan,
        staff: asked.staff,
        to: asked.to,
        span: asked.span,
        skills: asked.skills,
        reason: asked.reason,
        by: "owl".into(),
        at: at(NOW),
    }
    .into()
}

fn agreed() -> StaffEvent {
    LoanAgreed {
        loan: loan(),
        by: "boss".into(),
        role: Role::Lead,
        at: at(NOW),
    }
    .into()
}

fn ann(more: impl IntoIterator<Item = StaffEvent>) -> Given<StaffState> {
    given([hired("ann").into()].into_iter().chain(more))
}

#[test]
fn the_lead_of_another_desk_asks_for_somebody() {
    ann([])
        .when(|state| ask(state, &asked(), &borrower()))
        .then([requested()]);
    ann([])
        .when(|state| ask(state, &asked(), &issued("boss:lead", NOW)))
        .refused_as("not-permitted", "may ask for a loan");
    type Break = fn(&mut AskLoan);
    let cases: [(Break, &str, &str); 8] = [
        (|c| c.to = "shop".into(), "not-permitted", "ask for a loan"),
        (|c| c.reason = " ".into(), "field-invalid", "reason"),
        (|c| c.span.last = day("12-06"), "field-invalid", "last"),
        (
            |c| c.span.first = day("11-30"),
            "field-invalid",
            "has passed",
        ),
        (|c| c.skills.clear(), "field-invalid", "skills"),
        (
            |c| c.skills = BTreeSet::from(["presale".into()]),
            "field-invalid",
            "skills: names nothing",
        ),
        (
            |c| c.span.window = Some((DayMinute(540), DayMinute(600))),
            "field-invalid",
            "of one day only",
        ),
        (
            |c| c.span = span("12-07", "12-07", Some((600, 600))),
            "field-invalid",
            "window.end",
        ),
    ];
    for (change, code, text) in cases {
        let mut command = asked();
        change(&mut command);
        ann([])
            .when(|state| ask(state, &command, &borrower()))
            .refused_as(code, text);
    }
    let gm = issued("gm:gm", NOW);
    let mut home = asked();
    home.to = "shop".into();
    home.skills = BTreeSet::from(["presale".into()]);
    ann([])
        .when(|state| ask::decide(state, &home, &desk_state(), ZONE, &gm))
        .refused_as("field-invalid", "must be another desk");
}

#[test]
fn nobody_is_lent_to_two_desks_at_once() {
    let second = |span: LoanSpan| AskLoan {
        loan: LoanId(id(2)),
        span,
        ..asked()
    };
    ann([requested()])
        .when(|state| ask(state, &second(span("12-11", "12-12", None)), &borrower()))
        .refused_as("loan-overlaps", "2026-12-07 to 2026-12-11");
    ann([requested()])
        .when(|state| ask(state, &second(span("12-12", "12-12", None)), &borrower()))
        .go_on();
    // Hours of one day, back to back.
    let mut hours = asked();
    hours.span = span("12-07", "12-07", Some((540, 600)));
    let after = second(span("12-07", "12-07", Some((600, 660))));
    let into = second(span("12-07", "12-07", Some((599, 660))));
    let first = |state: &StaffState| ask(state, &hours, &borrower());
    ann([])
        .when(first)
        .go_on()
        .when(|state| ask(state, &after, &borrower()))
        .go_on();
    ann([])
        .when(first)
        .go_on()
        .when(|state| ask(state, &into, &borrower()))
        .refused_as("loan-overlaps", "09:00–10:00");
}

#[test]
fn the_own_desk_lends_or_keeps() {
    let agree = |state: &StaffState, who: &str, when: &str| {
        agree::decide(
            state,
            &AgreeLoan { loan: loan() },
            None,
            ZONE,
            &issued(who, when),
        )
    };
    ann([requested()])
        .when(|state| agree(state, "boss:lead", NOW))
        .then([agreed()]);
    ann([requested()])
        .when(|state| agree::decide(state, &AgreeLoan { loan: loan() }, None, ZONE, &borrower()))
        .refused_as("not-permitted", "decide a loan");
    ann([requested()])
        .when(|state| agree(state, "ann:lead", NOW))
        .refused_as("own-matter", "decide a loan");
    ann([requested(), agreed()])
        .when(|state| agree(state, "boss:lead", NOW))
        .refused_as("loan-not-pending", "approved");
    ann([requested()])
        .when(|state| agree(state, "boss:lead", "12-08 00:00"))
        .refused_as("loan-over", "2026-12-11");
    // Nobody is taken out of a shift that has begun.
    let early = shift("A", &["09:00-17:00"]);
    let on_the_day = |state: &StaffState, when: &str| {
        let by = issued("boss:lead", when);
        agree::decide(state, &AgreeLoan { loan: loan() }, Some(&early), ZONE, &by)
    };
    ann([requested()])
        .when(|state| on_the_day(state, "12-07 08:59"))
        .go_on();
    ann([requested()])
        .when(|state| on_the_day(state, "12-07 09:00"))
        .refused_as("shift-begun", "2026-12-07");
    ann([])
        .when(|state| agree(state, "boss:lead", NOW))
        .refused(Refusal::LoanUnknown { loan: loan() });
    let keep = |reason: &str| DeclineLoan {
        loan: loan(),
        reason: reason.into(),
    };
    ann([requested()])
        .when(|state| decline::decide(state, &keep("走不开"), &issued("boss:lead", NOW)))
        .then([LoanDeclined {
            loan: loan(),
            by: "boss".into(),
            reason: "走不开".into(),
            at: at(NOW),
        }
        .into()]);
    ann([requested()])
        .when(|state| decline::decide(state, &keep(""), &issued("boss:lead", NOW)))
        .refused_as("field-invalid", "reason");
}

#[test]
fn either_desk_ends_a_loan_from_today_on() {
    let end = |state: &StaffState, last: &str, issued: &Issued| {
        let last = day(last);
        end::decide(state, &EndLoan { loan: loan(), last }, None, ZONE, issued)
    };
    let lent = || ann([requested(), agreed()]);
    let state = lent()
        .when(|state| end(state, "12-08", &issued("boss:lead", "12-08 12:00")))
        .go_on()
        .0;
    assert!(state.lent_on(day("12-08")).is_some());
    assert_eq!(state.rostered_by(day("12-09")), Some(&desk()));
    let state = lent()
        .when(|state| end(state, "12-06", &borrower()))
        .go_on()
        .0;
    assert!(
        state
            .loans_between(day("12-01"), day("12-31"))
            .next()
            .is_none()
    );
    lent()
        .when(|state| end(state, "12-07", &issued("boss:lead", "12-09 12:00")))
        .refused_as("field-invalid", "has passed");
    lent()
        .when(|state| end(state, "12-11", &borrower()))
        .refused_as("field-invalid", "before the last day");
    lent()
        .when(|state| end(state, "12-08", &issued("ann:staff", NOW)))
        .refused_as("not-permitted", "end a loan");
}

#[test]
fn hours_that_have_begun_are_not_taken_back() {
    let mut hours = asked();
    hours.span = span("12-01", "12-01", Some((600, 660)));
    let lent = || {
        ann([])
            .when(|state| ask(state, &hours, &borrower()))
            .go_on()
            .when(|state| {
                let by = issued("boss:lead", NOW);
                agree::decide(state, &AgreeLoan { loan: loan() }, None, ZONE, &by)
            })
            .go_on()
    };
    let end = |state: &StaffState, when: &str| {
        let command = EndLoan {
            loan: loan(),
            last: day("11-30"),
        };
        end::decide(state, &command, None, ZONE, &issued("boss:lead", when))
    };
    lent().when(|state| end(state, "12-01 09:59")).go_on();
    lent()
        .when(|state| end(state, "12-01 10:00"))
        .refused_as("loan-over", "has begun");
}

#[test]
fn who_is_lent_stands_in_the_other_desks_roster() {
    let ann = staff("ann", [requested(), agreed()]);
    assert_eq!(ann.rostered_by(day("12-06")), Some(&desk()));
    assert_eq!(ann.rostered_by(day("12-07")), Some(&"night".into()));
    let there = ann.skills_at(&"night".into(), day("12-07")).unwrap();
    assert_eq!(*there, BTreeSet::from(["chat".into()]));
    // Five of December's 31 days are worked for the other desk.
    let week = ann.contract_on(day("12-01")).unwrap().week_minutes.0;
    let minutes = |desk: &str| contract_month_minutes(&ann, &desk.into(), december());
    assert_eq!(minutes("night"), Minutes((week * 5 + 6) / 7));
    assert_eq!(minutes("shop"), Minutes((week * 26 + 6) / 7));

    let amend = |desk: &str, date: &str| {
        let context = RosterContext {
            desk: desk.into(),
            staff: BTreeMap::from([("ann".into(), ann.clone())]),
            ..crate::roster::context()
        };
        let command = Amend {
            month: december(),
            cells: vec![crate::roster::cell(
                "ann",
                date,
                Some(shift("A", &["09:00-17:00"])),
            )],
            reason: "x".into(),
        };
        let mut drafted = match crate::roster::drafted() {
            RosterEvent::RosterDrafted(drafted) => drafted,
            other => panic!("{other:?}"),
        };
        drafted.desk = desk.into();
        let published = crate::roster::published();
        let state: RosterState = State::fold(&[drafted.into(), published]);
        let by = Issued {
            by: Actor {
                staff: "x".into(),
                roles: BTreeSet::from([Role::Lead]),
                leads: BTreeSet::from([desk.into()]),
            },
            at: at(NOW),
        };
        amend::decide(&state, &command, &context, &by)
    };
    let refused = amend("shop", "12-07").unwrap_err().to_string();
    assert!(
        refused.contains("is rostered by night that day"),
        "{refused}"
    );
    assert!(amend("shop", "12-06").is_ok());
    assert!(amend("night", "12-07").is_ok());
    let refused = amend("night", "12-12").unwrap_err().to_string();
    assert!(
        refused.contains("is rostered by shop that day"),
        "{refused}"
    );
}
