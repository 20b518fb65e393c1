//! Feeds, complaints, spot checks (T10, T11, T14, T15, D3).

use crate::given::{Given, given};
use crate::world::*;
use domain::decider::Decision;
use domain::event::*;
use domain::evidence::EvidenceState;
use domain::evidence::excuse_presence::{self, ExcusePresence};
use domain::evidence::file_complaint::{self, FileComplaint};
use domain::evidence::record_breach::{self, Grounds, RecordBreach};
use domain::evidence::report_presence::{self, ReportPresence};
use domain::evidence::retract_breach::{self, RetractBreach};
use domain::evidence::ring_call::{self, RingCall};
use domain::evidence::spot_check::{self, SpotCheck};
use domain::evidence::verify_complaint::{self, VerifyComplaint};
use domain::ids::{BreachId, ComplaintId, RuleId, StaffId};
use domain::moment::Post;
use domain::staff::StaffState;
use std::collections::BTreeSet;

const NOW: &str = "12-03 15:00";

fn known() -> BTreeSet<StaffId> {
    ["ann", "bob"].map(StaffId::from).into()
}

#[test]
fn t10_a_presence_row_sent_twice_is_one_fact() {
    let report = |state: &EvidenceState, who: &StaffState, when: &str| {
        let command = ReportPresence {
            staff: "ann".into(),
            at: at(when),
            online: false,
        };
        report_presence::decide(state, &command, who, &policy(), ZONE, &issued("feed:", NOW))
    };
    let ann = staff("ann", []);
    let reported = PresenceReported {
        staff: "ann".into(),
        at: at("12-03 14:00"),
        online: false,
    };
    given([])
        .when(|state| report(state, &ann, "12-03 14:00"))
        .then([reported.into()])
        .when(|state| report(state, &ann, "12-03 14:00"))
        .then_nothing();
    given([])
        .when(|state| report(state, &StaffState::default(), "12-03 14:00"))
        .refused_as("staff-unknown", "ann");
    given([])
        .when(|state| report(state, &ann, "12-03 15:03"))
        .refused_as("evidence-in-future", "15:03");
}

#[test]
fn t10_the_lead_accepts_a_reason_never_their_own() {
    let excuse = |by: &str, until: &str, reason: &str| {
        let command = ExcusePresence {
            staff: "ann".into(),
            from: at("12-03 14:00"),
            until: at(until),
            reason: reason.into(),
        };
        excuse_presence::decide(&command, &staff("ann", []), &issued(by, NOW))
    };
    let code = |decision: Decision<EvidenceEvent>| decision.map_err(|refusal| refusal.code());
    let excused = PresenceExcused {
        staff: "ann".into(),
        from: at("12-03 14:00"),
        until: at("12-03 14:30"),
        reason: "断网".into(),
        by: "boss".into(),
        at: at(NOW),
    };
    assert_eq!(
        excuse("boss:lead", "12-03 14:30", "断网"),
        Ok(vec![excused.into()])
    );
    assert_eq!(
        code(excuse("hr:hr", "12-03 14:30", "断网")),
        Err("not-permitted")
    );
    assert_eq!(
        code(excuse("ann:lead", "12-03 14:30", "断网")),
        Err("own-matter")
    );
    assert_eq!(
        code(excuse("boss:lead", "12-03 14:00", "断网")),
        Err("field-invalid")
    );
    assert_eq!(
        code(excuse("boss:lead", "12-03 14:30", "")),
        Err("field-invalid")
    );
}

fn call(id: &str, answered_by: Option<&str>, routed_to: Option<&str>) -> CallRang {
    CallRang {
        call: id.into(),
        at: at("12-03 14:00"),
        rings: 7,
        answered_by: answered_by.map(StaffId::from),
        routed_to: routed_to.map(StaffId::from),
    }
}

#[test]
fn t11_a_call_row_sent_twice_is_one_fact_told_differently_is_refused() {
    let ring = |state: &EvidenceState, call: CallRang| {
        let now = issued("feed:", NOW);
        ring_call::decide(state, &RingCall { call }, &known(), &policy(), ZONE, &now)
    };
    let rang = || given([]).when(|state| ring(state, call("c1", None, Some("ann"))));
    rang().then([call("c1", None, Some("ann")).into()]);
    rang()
        .go_on()
        .when(|state| ring(state, call("c1", None, Some("ann"))))
        .then_nothing();
    rang()
        .go_on()
        .when(|state| ring(state, call("c1", Some("bob"), Some("ann"))))
        .refused_as("call-told-differently", "c1");
    given([])
        .when(|state| ring(state, call("c1", Some("ghost"), None)))
        .refused_as("staff-unknown", "ghost");
    given([])
        .when(|state| ring(state, call("", None, None)))
        .refused_as("field-invalid", "call");
    let ahead = CallRang {
        at: at("12-03 15:10"),
        ..call("c1", None, None)
    };
    given([])
        .when(|state| ring(state, ahead))
        .refused_as("evidence-in-future", "15:10");
}

fn about_call(id: &str) -> ComplaintAbout {
    ComplaintAbout::UnansweredCall { call: id.into() }
}

fn complaint(n: u128, about: ComplaintAbout, staff: Option<&str>) -> FileComplaint {
    FileComplaint {
        complaint: ComplaintId(id(n)),
        about,
        staff: staff.map(StaffId::from),
        complainant: Complainant::Customer,
        text: "没人接".into(),
        happened_at: at("12-03 14:00"),
    }
}

fn file(state: &EvidenceState, command: &FileComplaint) -> Decision<EvidenceEvent> {
    let by = issued("bob", NOW);
    file_complaint::decide(state, command, &known(), &policy(), ZONE, &by)
}

/// Three calls: one routed to Ann, one to the desk, one answered.
fn calls() -> Given<EvidenceState> {
    given([
        call("anns", None, Some("ann")).into(),
        call("desks", None, None).into(),
        call("answered", Some("bob"), None).into(),
    ])
}

#[test]
fn t11_a_complaint_about_a_call_names_one_that_nobody_answered() {
    let state = calls()
        .when(|state| file(state, &complaint(1, about_call("anns"), None)))
        .go_on()
        .0;
    assert!(state.complaints[&ComplaintId(id(1))].verified.is_none());
    let future = FileComplaint {
        happened_at: at("12-03 15:10"),
        ..complaint(1, ComplaintAbout::Discourtesy, None)
    };
    let wordless = FileComplaint {
        text: String::new(),
        ..complaint(1, ComplaintAbout::Discourtesy, None)
    };
    let cases = [
        (
            complaint(1, about_call("ghost"), None),
            "call-unknown",
            "ghost",
        ),
        (
            complaint(1, about_call("answered"), None),
            "call-answered",
            "bob",
        ),
        (
            complaint(1, ComplaintAbout::Discourtesy, Some("ghost")),
            "staff-unknown",
            "ghost",
        ),
        (future, "evidence-in-future", "15:10"),
        (wordless, "field-invalid", "text"),
    ];
    for (command, code, text) in cases {
        calls()
            .when(|state| file(state, &command))
            .refused_as(code, text);
    }
    calls()
        .when(|state| file(state, &complaint(1, about_call("anns"), None)))
        .go_on()
        .when(|state| file(state, &complaint(1, about_call("desks"), None)))
        .refused_as("id-taken", "00000001");
}

fn verify(state: &EvidenceState, n: u128, who: &str, by: &str) -> Decision<EvidenceEvent> {
    let command = VerifyComplaint {
        complaint: ComplaintId(id(n)),
        staff: who.into(),
        upheld: true,
        note: "录音属实".into(),
    };
    verify_complaint::decide(state, &command, &staff(who, []), &issued(by, NOW))
}

#[test]
fn t11_t15_somebody_else_looks_into_it_once() {
    let filed = |about, who| {
        calls()
            .when(move |state| file(state, &complaint(1, about, who)))
            .go_on()
    };
    let verified = filed(about_call("desks"), None)
        .when(|state| verify(state, 1, "bob", "boss:lead"))
        .then([ComplaintVerified {
            complaint: ComplaintId(id(1)),
            staff: "bob".into(),
            upheld: true,
            note: "录音属实".into(),
            by: "boss".into(),
            at: at(NOW),
        }
        .into()]);
    verified
        .when(|state| verify(state, 1, "bob", "gmo:gm"))
        .refused_as("complaint-verified", "boss");
    filed(about_call("anns"), None)
        .when(|state| verify(state, 1, "bob", "boss:lead"))
        .refused_as("call-routed-to", "ann");
    filed(ComplaintAbout::Discourtesy, Some("ann"))
        .when(|state| verify(state, 1, "bob", "boss:lead"))
        .refused_as("complaint-about-other", "ann");
    filed(ComplaintAbout::Discourtesy, Some("ann"))
        .when(|state| verify(state, 1, "ann", "hr:hr"))
        .refused_as("not-permitted", "verify");
    // E10: neither the person complained about nor the person it would be laid to.
    for (who, by) in [("ann", "ann:lead"), ("bob", "ann:lead"), ("bob", "bob:gm")] {
        filed(ComplaintAbout::Discourtesy, Some("ann"))
            .when(|state| verify(state, 1, who, by))
            .refused_as("own-matter", "verify");
    }
    calls()
        .when(|state| verify(state, 1, "ann", "boss:lead"))
        .refused_as("complaint-unknown", "00000001");
    filed(about_call("desks"), None)
        .when(|state| {
            let command = VerifyComplaint {
                complaint: ComplaintId(id(1)),
                staff: "bob".into(),
                upheld: false,
                note: String::new(),
            };
            verify_complaint::decide(
                state,
                &command,
                &staff("bob", []),
                &issued("boss:lead", NOW),
            )
        })
        .refused_as("field-invalid", "note");
}

#[test]
fn d3_a_spot_check_is_of_somebody_else_now() {
    let check = |by: &str, who: &StaffState| {
        let command = SpotCheck {
            staff: "ann".into(),
            on_post: true,
            note: String::new(),
        };
        spot_check::decide(&command, who, ZONE, &issued(by, NOW))
    };
    let code = |decision: Decision<EvidenceEvent>| decision.map_err(|refusal| refusal.code());
    let ann = staff("ann", []);
    let checked = SpotChecked {
        staff: "ann".into(),
        at: at(NOW),
        on_post: true,
        note: String::new(),
        by: "boss".into(),
    };
    assert_eq!(check("boss:lead", &ann), Ok(vec![checked.into()]));
    assert_eq!(code(check("ann:lead", &ann)), Err("own-matter"));
    assert_eq!(code(check("bob", &ann)), Err("not-permitted"));
    assert_eq!(
        code(check("boss:lead", &StaffState::default())),
        Err("staff-unknown")
    );
    let gone = staff("ann", [Left { last: day("12-02") }.into()]);
    assert_eq!(code(check("boss:lead", &gone)), Err("staff-not-employed"));
}

#[test]
fn d3_d6_a_breach_is_recorded_of_listed_rules_on_evidence_that_is_there() {
    let sanction = {
        let text = include_str!("../../policies/call_centre.toml");
        let document = domain::policy::PolicyDocument::parse(text).unwrap();
        document.versions[0].sanction.clone()
    };
    let spot = |on_post| {
        EvidenceEvent::from(SpotChecked {
            staff: "ann".into(),
            at: at("12-03 14:00"),
            on_post,
            note: String::new(),
            by: "boss".into(),
        })
    };
    let check = Some(BreachEvidence::SpotCheck {
        at: at("12-03 14:00"),
    });
    let complaint = Some(BreachEvidence::Complaint {
        complaint: ComplaintId(id(7)),
    });
    let on_duty = Grounds {
        complaint_known: false,
        found_off_post: false,
        post: Some(Post::Missing),
    };
    let at_meal = Grounds {
        post: Some(Post::AtMeal),
        ..on_duty
    };
    let record = |state: &EvidenceState, rule, evidence: &Option<BreachEvidence>, grounds, by| {
        let command = RecordBreach {
            breach: BreachId(id(1)),
            rule,
            staff: "ann".into(),
            work_date: day("12-03"),
            subject: "不在岗".into(),
            evidence: evidence.clone(),
        };
        let ann = staff("ann", []);
        let grounds = Grounds {
            found_off_post: state.found_off_post(&"ann".into(), at("12-03 14:00")),
            ..grounds
        };
        record_breach::decide(
            state,
            &command,
            grounds,
            &ann,
            &sanction,
            ZONE,
            &issued(by, NOW),
        )
    };
    let boss = "boss:lead";
    let cases = [
        (vec![spot(false)], RuleId::D3, &check, on_duty, boss, "ok"),
        (vec![], RuleId::D6, &None, Grounds::default(), boss, "ok"),
        (
            vec![spot(true)],
            RuleId::D3,
            &check,
            on_duty,
            boss,
            "breach-evidence-unknown",
        ),
        (
            vec![],
            RuleId::D3,
            &check,
            on_duty,
            boss,
            "breach-evidence-unknown",
        ),
        (
            vec![spot(false)],
            RuleId::D3,
            &check,
            at_meal,
            boss,
            "breach-not-on-duty",
        ),
        (
            vec![spot(false)],
            RuleId::D3,
            &None,
            on_duty,
            boss,
            "breach-wants-spot-check",
        ),
        (
            vec![],
            RuleId::D7,
            &complaint,
            on_duty,
            boss,
            "breach-evidence-unknown",
        ),
        (
            vec![],
            RuleId::T8,
            &None,
            on_duty,
            boss,
            "breach-not-recordable",
        ),
        (vec![], RuleId::D6, &None, on_duty, "ann:lead", "own-matter"),
        (
            vec![],
            RuleId::D6,
            &None,
            on_duty,
            "bob:otherlead",
            "not-permitted",
        ),
        (vec![], RuleId::D6, &None, on_duty, "hr:hr", "not-permitted"),
    ];
    for (facts, rule, evidence, grounds, by, wanted) in cases {
        let state: EvidenceState = domain::decider::State::fold(&facts);
        let found = match record(&state, rule, evidence, grounds, by) {
            Ok(facts) if facts.len() == 1 => "ok",
            Ok(_) => "nothing",
            Err(refusal) => refusal.code(),
        };
        assert_eq!(found, wanted, "{rule} {evidence:?} {by}");
    }
    let retract = |state: &EvidenceState, by: &str| {
        let command = RetractBreach {
            breach: BreachId(id(1)),
            reason: "已登记外出".into(),
        };
        retract_breach::decide(state, &command, &desk(), &issued(by, NOW))
    };
    let recorded = || {
        given([])
            .when(|state| record(state, RuleId::D6, &None, Grounds::default(), boss))
            .go_on()
    };
    given([])
        .when(|state| retract(state, boss))
        .refused_as("breach-unknown", "");
    recorded()
        .when(|state| retract(state, "ann:lead"))
        .refused_as("own-matter", "breach");
    recorded()
        .when(|state| retract(state, boss))
        .go_on()
        .when(|state| retract(state, boss))
        .refused_as("breach-retracted", "");
}
