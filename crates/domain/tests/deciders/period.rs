//! Days and months close in order.

use crate::given::{Given, given};
use crate::world::*;
use chrono::{DateTime, Utc};
use domain::decider::Decision;
use domain::event::*;
use domain::period::PeriodState;
use domain::period::adjust::{self, Adjust};
use domain::period::close_day::{self, CloseDay};
use domain::period::close_period::{self, ClosePeriod};
use domain::quantities::Fen;
use domain::refusal::{OpenItem, OpenKind, Refusal};

fn closed(date: &str) -> PeriodEvent {
    DayClosed {
        date: day(date),
        at: at(&format!("{date} 24:00")),
    }
    .into()
}

fn november(through: &str) -> PeriodState {
    domain::decider::State::fold(&[closed(through)])
}

fn close_on(
    state: &PeriodState,
    date: &str,
    previous: &PeriodState,
    last_shift_end: Option<DateTime<Utc>>,
    now: &str,
) -> Decision<PeriodEvent> {
    let command = CloseDay { date: day(date) };
    let by = issued("system:", now);
    close_day::decide(state, &command, previous, last_shift_end, ZONE, &by)
}

fn close(state: &PeriodState, date: &str, now: &str) -> Decision<PeriodEvent> {
    close_on(state, date, &november("11-30"), None, now)
}

#[test]
fn a_day_closes_once_it_and_its_shifts_are_over() {
    given([])
        .when(|state| close(state, "12-01", "12-01 23:59"))
        .refused(Refusal::DayNotOver {
            date: day("12-01"),
            ends: civil("12-01 24:00"),
        });
    given([])
        .when(|state| close(state, "12-01", "12-02 00:00"))
        .then([closed("12-01")])
        .when(|state| close(state, "12-01", "12-02 00:01"))
        .then_nothing();
    // A night shift lasts until 06:00.
    let night = Some(at("12-02 06:00"));
    let close = |now: &'static str| {
        given([]).when(move |state| close_on(state, "12-01", &november("11-30"), night, now))
    };
    close("12-02 05:59").refused_as("day-not-over", "06:00");
    close("12-02 06:00").go_on();
}

#[test]
fn days_close_in_order_over_months() {
    given([])
        .when(|state| close(state, "12-02", "12-31 00:00"))
        .refused(Refusal::DayOutOfOrder {
            date: day("12-02"),
            next: day("12-01"),
        });
    given([closed("12-01")])
        .when(|state| close(state, "12-02", "12-31 00:00"))
        .go_on();
    given([])
        .when(|state| close_on(state, "12-01", &november("11-29"), None, "12-31 00:00"))
        .refused_as(
            "day-out-of-order",
            "2026-11-30 is to be closed before 2026-12-01",
        );
    // A desk's first month has none before it.
    given([])
        .when(|state| close_on(state, "12-01", &PeriodState::default(), None, "12-31 00:00"))
        .go_on();
}

fn close_month(
    state: &PeriodState,
    by: &str,
    acknowledged: bool,
    open: &[OpenItem],
) -> Decision<PeriodEvent> {
    let command = ClosePeriod {
        desk: desk(),
        month: month("2026-11"),
        position: "m1:42".into(),
        seal: "ab".repeat(32),
        policy_versions: vec!["2026-1".into()],
        acknowledged,
    };
    close_period::decide(state, &command, open, &issued(by, "12-04 09:00"))
}

fn whole_november() -> Given<PeriodState> {
    given([closed("11-30")])
}

#[test]
fn a_month_closes_once_when_all_its_days_are_closed() {
    given([closed("11-29")])
        .when(|state| close_month(state, "hr:hr", true, &[]))
        .refused_as("days-not-closed", "2026-11-29");
    given([])
        .when(|state| close_month(state, "hr:hr", true, &[]))
        .refused_as("days-not-closed", "none");
    whole_november()
        .when(|state| close_month(state, "boss:lead", true, &[]))
        .refused_as("not-permitted", "close the month");
    whole_november()
        .when(|state| close_month(state, "hr:hr", false, &[]))
        .go_on()
        .when(|state| close_month(state, "hr:hr", false, &[]))
        .refused_as("month-closed", "2026-11");
}

#[test]
fn what_is_open_is_listed_and_must_be_acknowledged() {
    let open = [OpenItem {
        kind: OpenKind::Correction,
        staff: "ann".into(),
        date: day("11-30"),
    }];
    whole_november()
        .when(|state| close_month(state, "hr:hr", false, &open))
        .refused_as(
            "period-has-open-items",
            "2026-11-30 ann a correction is undecided",
        );
    whole_november()
        .when(|state| close_month(state, "hr:hr", true, &open))
        .go_on();
}

#[test]
fn a_late_difference_counts_in_a_later_open_month() {
    let november = whole_november()
        .when(|state| close_month(state, "hr:hr", false, &[]))
        .go_on()
        .0;
    let command = Adjust {
        month: december(),
        staff: "ann".into(),
        source_month: month("2026-11"),
        amount: Fen(1000),
        reason: "补卡晚批".into(),
    };
    let decide = |state: &PeriodState, command: &Adjust, source: &PeriodState, by: &str| {
        adjust::decide(
            state,
            command,
            source,
            &staff("ann", []),
            &issued(by, "12-10 09:00"),
        )
    };
    given([])
        .when(|state| decide(state, &command, &november, "hr:hr"))
        .then([Adjusted {
            staff: "ann".into(),
            source_month: month("2026-11"),
            amount: Fen(1000),
            reason: "补卡晚批".into(),
            by: "hr".into(),
            at: at("12-10 09:00"),
        }
        .into()]);
    given([])
        .when(|state| decide(state, &command, &whole_november().0, "hr:hr"))
        .refused_as("month-not-closed", "2026-11");
    Given(november.clone())
        .when(|state| decide(state, &command, &november, "hr:hr"))
        .refused_as("month-closed", "2026-12");
    let cases = [
        (
            Adjust {
                amount: Fen(0),
                ..command.clone()
            },
            "hr:hr",
            "field-invalid",
            "amount",
        ),
        (
            Adjust {
                reason: String::new(),
                ..command.clone()
            },
            "hr:hr",
            "field-invalid",
            "reason",
        ),
        (
            Adjust {
                source_month: december(),
                ..command.clone()
            },
            "hr:hr",
            "field-invalid",
            "source_month",
        ),
        (command.clone(), "ann:hr", "own-matter", "adjust"),
        (command, "boss:lead", "not-permitted", "adjust"),
    ];
    for (command, by, code, text) in cases {
        given([])
            .when(|state| decide(state, &command, &november, by))
            .refused_as(code, text);
    }
}
