//! `evolve` is total: any event in any order leaves a state that can be asked anything.

use crate::world::*;
use domain::attendance::AttendanceState;
use domain::decider::State;
use domain::desk::DeskState;
use domain::event::*;
use domain::evidence::EvidenceState;
use domain::leave::LeaveState;
use domain::leave::ledger::{LedgerBook, Lot};
use domain::meeting::MeetingState;
use domain::org::OrgState;
use domain::period::PeriodState;
use domain::quantities::Minutes;
use domain::roster::{RosterContext, RosterState};
use domain::sanction::SanctionState;
use domain::staff::StaffState;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The saved sample of every event, as the alphabet of histories.
fn alphabet() -> Vec<Event> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/events");
    let mut samples = Vec::new();
    for (name, version) in Event::types() {
        let path = folder.join(format!("{name}.v{version}.json"));
        let bytes = std::fs::read(&path).unwrap();
        samples.push(Event::decode(name, version, &bytes).unwrap());
    }
    samples
}

/// Every stream's state; each takes the events that are its own.
#[derive(Default)]
struct States {
    org: OrgState,
    desk: DeskState,
    staff: StaffState,
    attendance: AttendanceState,
    roster: RosterState,
    leave: LeaveState,
    evidence: EvidenceState,
    sanction: SanctionState,
    period: PeriodState,
    meeting: MeetingState,
}

impl States {
    fn evolve(&mut self, event: &Event) {
        match event {
            Event::Org(event) => self.org.evolve(event),
            Event::Desk(event) => self.desk.evolve(event),
            Event::Staff(event) => self.staff.evolve(event),
            Event::Attendance(event) => self.attendance.evolve(event),
            Event::Roster(event) => self.roster.evolve(event),
            Event::Leave(event) => self.leave.evolve(event),
            Event::Evidence(event) => self.evidence.evolve(event),
            Event::Sanction(event) => self.sanction.evolve(event),
            Event::Period(event) => self.period.evolve(event),
            Event::Meeting(event) => self.meeting.evolve(event),
        }
    }

    fn ask_anything(&self) {
        let (ann, date) = ("ann".into(), day("12-10"));
        self.org.day(date);
        self.desk.templates_on(date);
        self.staff.contract_on(date);
        self.staff.actor(date);
        for revision in 0..4 {
            self.roster.cell_in(revision, &ann, date);
        }
        self.roster.cell_in_force(&ann, date, at("12-10 12:00"));
        assert!(self.roster.unarranged_swaps(&ann, date).count() <= self.roster.swaps.len());
        for kind in [LeaveKind::Compensatory, LeaveKind::Annual] {
            let balance = LedgerBook::empty(ZONE)
                .with(2026, &self.leave)
                .balance(kind);
            let sum: Minutes = balance.lines.iter().map(|line| line.minutes).sum();
            assert_eq!(balance.minutes, sum);
            let sound = |lot: &Lot| Minutes::ZERO < lot.left && lot.left <= lot.minutes;
            assert!(balance.lots.iter().all(sound));
        }
        for meeting in self.meeting.meetings.values() {
            let attended = meeting
                .attendance
                .as_ref()
                .map_or(0, |taken| taken.present.len());
            assert!(meeting.unsigned().len() <= attended);
        }
        for sanction in self.sanction.sanctions.values() {
            sanction.next_step(&policy().sanction.chain);
            assert!(sanction.payable().is_none() || sanction.approval().is_some());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn evolve_is_total_over_any_order(picks in proptest::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        let alphabet = alphabet();
        let mut states = States::default();
        for pick in picks {
            states.evolve(pick.get(&alphabet));
            states.ask_anything();
        }
    }

    /// However many people are asked for one shift and in whatever order approvals race, one colleague has it in the end.
    #[test]
    fn a9_a_shift_is_given_away_once(order in Just((0..5_u128).collect::<Vec<_>>()).prop_shuffle()) {
        use domain::roster::{agree_swap, approve_swap, request_swap};
        let names = ["ann", "c0", "c1", "c2", "c3", "c4"];
        let context = RosterContext {
            desk: desk(),
            policy: policy(), zone: ZONE, staff: people(&names), leaves: vec![], neighbours: BTreeMap::new(),
        };
        let now = "12-01 09:00";
        let mut latest = crate::roster::in_force(&[crate::roster::cell("ann", "12-10", Some(early()))]).0;
        for n in 0..5_u128 {
            let swap = domain::ids::SwapId(id(n));
            let with = format!("c{n}");
            let command = request_swap::RequestSwap {
                swap, give: day("12-10"), with: with.as_str().into(), take: None, reason: "x".into(),
            };
            let facts = request_swap::decide(&latest, &command, &context, &issued("ann", now)).unwrap();
            facts.iter().for_each(|fact| latest.evolve(fact));
            let facts = agree_swap::decide(&latest, &agree_swap::AgreeSwap { swap }, ZONE, &issued(&with, now)).unwrap();
            facts.iter().for_each(|fact| latest.evolve(fact));
        }
        let mut won = Vec::new();
        for n in order {
            let command = approve_swap::ApproveSwap { swap: domain::ids::SwapId(id(n)) };
            match approve_swap::decide(&latest, &command, &context, &issued("boss:lead", now)) {
                Ok(facts) => {
                    facts.iter().for_each(|fact| latest.evolve(fact));
                    won.push(n);
                }
                Err(refusal) => prop_assert_eq!(refusal.code(), "swap-cell-changed"),
            }
        }
        prop_assert_eq!(won.len(), 1);
        let workers: BTreeSet<_> = latest.staff().into_iter()
            .filter(|staff| latest.shift(staff, day("12-10")).is_some()).cloned().collect();
        prop_assert_eq!(workers, BTreeSet::from([format!("c{}", won[0]).as_str().into()]));
    }
}
