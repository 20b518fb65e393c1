//! Handovers, open items and work outside (P5–P7, S4, D9).

use crate::given::given;
use crate::world::*;
use domain::decider::Decision;
use domain::event::*;
use domain::evidence::check_outing::{self, CheckOuting};
use domain::evidence::close_item::{self, CloseItem};
use domain::evidence::hand_over_item::{self, HandOverItem};
use domain::evidence::offer_handover::{self, Handing, OfferHandover};
use domain::evidence::raise_item::{self, RaiseItem};
use domain::evidence::register_outing::{self, RegisterOuting};
use domain::evidence::return_from_outing::{self, ReturnFromOuting};
use domain::evidence::sign_handover::{self, SignHandover};
use domain::evidence::waive_handover::{self, WaiveHandover};
use domain::evidence::{EvidenceState, ItemHolder};
use domain::ids::{HandoverId, ItemId, OutingId, StaffId};
use domain::post::{Duty, HandoverWanted};
use std::collections::BTreeSet;

const NOW: &str = "12-03 17:00";

fn duty(staff: &str, code: &str, segments: &str) -> Duty {
    Duty::of(&staff.into(), day("12-03"), &shift(code, &[segments]), ZONE).unwrap()
}

/// Ann's shift ends, Bob's goes on; the monitoring centre may sign, too.
fn wanted() -> HandoverWanted {
    HandoverWanted {
        reliefs: vec![duty("bob", "C", "13:00-21:00")],
        posts: vec!["监控中心".into()],
    }
}

fn offer(n: u128, to_post: Option<&str>, items: &[u128]) -> OfferHandover {
    OfferHandover {
        handover: HandoverId(id(n)),
        to_post: to_post.map(Into::into),
        notes: "电梯待修".into(),
        items: items.iter().map(|&n| ItemId(id(n))).collect(),
    }
}

fn offered(n: u128, to_post: Option<&str>, items: &[u128]) -> EvidenceEvent {
    HandoverOffered {
        handover: HandoverId(id(n)),
        staff: "ann".into(),
        work_date: day("12-03"),
        to_post: to_post.map(Into::into),
        notes: "电梯待修".into(),
        items: items.iter().map(|&n| ItemId(id(n))).collect(),
        at: at(NOW),
    }
    .into()
}

fn signed(n: u128, signer: HandoverSigner) -> EvidenceEvent {
    HandoverSigned {
        handover: HandoverId(id(n)),
        signer,
        at: at(NOW),
    }
    .into()
}

fn by_bob() -> HandoverSigner {
    HandoverSigner::Relief {
        staff: "bob".into(),
    }
}

#[test]
fn p5_p7_whoever_is_on_post_offers_it_with_what_is_theirs() {
    let ann = duty("ann", "A", "09:00-17:00");
    let wanted = wanted();
    let items = BTreeSet::from([ItemId(id(7))]);
    let full = Handing {
        duty: Some(&ann),
        wanted: Some(&wanted),
        has_arrived: true,
        items: &items,
    };
    let decide = |state: &EvidenceState, command: OfferHandover, handing: Handing<'_>| {
        offer_handover::decide(state, &command, handing, &issued("ann", NOW))
    };
    given([])
        .when(|state| decide(state, offer(1, None, &[7]), full))
        .then([offered(1, None, &[7])])
        // A second offer may take the place of the first while nobody has signed.
        .when(|state| decide(state, offer(2, Some("监控中心"), &[]), full))
        .then([offered(2, Some("监控中心"), &[])]);
    given([offered(1, None, &[]), signed(1, by_bob())])
        .when(|state| decide(state, offer(2, None, &[]), full))
        .refused_as("handover-signed", "signed");
    given([offered(1, None, &[])])
        .when(|state| decide(state, offer(1, None, &[]), full))
        .refused_as("id-taken", "taken");
    for (command, handing, code) in [
        (
            offer(1, None, &[]),
            Handing { duty: None, ..full },
            "handover-no-shift",
        ),
        (
            offer(1, None, &[]),
            Handing {
                wanted: None,
                ..full
            },
            "nobody-to-relieve",
        ),
        (
            offer(1, None, &[]),
            Handing {
                has_arrived: false,
                ..full
            },
            "not-on-post",
        ),
        (offer(1, Some("门卫"), &[]), full, "field-invalid"),
        (offer(1, None, &[8]), full, "item-not-yours"),
        (offer(1, None, &[7, 7]), full, "field-invalid"),
    ] {
        given([])
            .when(|state| decide(state, command, handing))
            .refused_as(code, "");
    }
}

#[test]
fn p5_p6_the_relief_signs_or_another_post_does() {
    let wanted = wanted();
    let here: BTreeSet<StaffId> = ["bob".into()].into();
    let nobody = BTreeSet::new();
    let sign =
        |state: &EvidenceState, n: u128, name: Option<&str>, by: &str, here: &BTreeSet<StaffId>| {
            let command = SignHandover {
                handover: HandoverId(id(n)),
                post_name: name.map(Into::into),
            };
            sign_handover::decide(state, &command, Some(&wanted), here, &issued(by, NOW))
        };
    let to_colleague = || [offered(1, None, &[])];
    let to_post = || [offered(1, Some("监控中心"), &[])];
    given(to_colleague())
        .when(|state| sign(state, 1, None, "bob", &here))
        .then([signed(1, by_bob())])
        .when(|state| sign(state, 1, None, "bob", &here))
        .refused_as("handover-signed", "");
    let at_post = HandoverSigner::Post {
        post: "监控中心".into(),
        name: "王".into(),
    };
    given(to_post())
        .when(|state| sign(state, 1, Some("王"), "ann", &nobody))
        .then([signed(1, at_post)]);
    // A colleague may take over all the same.
    given(to_post())
        .when(|state| sign(state, 1, None, "bob", &here))
        .then([signed(1, by_bob())]);
    for (facts, name, by, here, code) in [
        (to_colleague(), None, "ann", &here, "own-matter"),
        (to_colleague(), None, "cat", &here, "not-the-relief"),
        (to_colleague(), None, "bob", &nobody, "not-on-post"),
        (
            to_colleague(),
            Some("王"),
            "ann",
            &here,
            "handover-not-to-a-post",
        ),
        (to_post(), Some("王"), "bob", &here, "not-your-request"),
        (to_post(), Some(" "), "ann", &here, "field-invalid"),
    ] {
        given(facts)
            .when(|state| sign(state, 1, name, by, here))
            .refused_as(code, "");
    }
    given([])
        .when(|state| sign(state, 1, None, "bob", &here))
        .refused_as("handover-unknown", "");
    given([offered(1, None, &[]), offered(2, None, &[])])
        .when(|state| sign(state, 1, None, "bob", &here))
        .refused_as("handover-replaced", "");
}

#[test]
fn p5_a_lead_lets_somebody_go_with_a_reason_never_themselves() {
    let ann = staff("ann", []);
    let waive = |state: &EvidenceState, by: &str, reason: &str| {
        let command = WaiveHandover {
            staff: "ann".into(),
            work_date: day("12-03"),
            reason: reason.into(),
        };
        waive_handover::decide(state, &command, &ann, &issued(by, NOW))
    };
    let waived = HandoverWaived {
        staff: "ann".into(),
        work_date: day("12-03"),
        reason: "接班人员住院".into(),
        by: "boss".into(),
        at: at(NOW),
    };
    given([])
        .when(|state| waive(state, "boss:lead", "接班人员住院"))
        .then([waived.into()])
        .when(|state| waive(state, "boss:lead", "接班人员住院"))
        .then_nothing();
    for (by, reason, code) in [
        ("boss:lead", " ", "field-invalid"),
        ("ann:lead", "x", "own-matter"),
        ("bob", "x", "not-permitted"),
        ("hr:hr", "x", "not-permitted"),
        ("boss:otherlead", "x", "not-permitted"),
    ] {
        given([])
            .when(|state| waive(state, by, reason))
            .refused_as(code, "");
    }
}

fn raised() -> EvidenceEvent {
    ItemRaised {
        item: ItemId(id(7)),
        staff: "ann".into(),
        text: "回访".into(),
        by: "boss".into(),
        at: at(NOW),
    }
    .into()
}

fn held_by(staff: &str) -> ItemHolder {
    ItemHolder::Staff {
        staff: staff.into(),
    }
}

#[test]
fn s4_items_are_raised_for_oneself_or_by_the_lead() {
    let ann = staff("ann", []);
    let raise = |state: &EvidenceState, by: &str, text: &str| {
        let command = RaiseItem {
            item: ItemId(id(7)),
            staff: "ann".into(),
            text: text.into(),
        };
        raise_item::decide(state, &command, &ann, ZONE, &issued(by, NOW))
    };
    given([])
        .when(|state| raise(state, "boss:lead", "回访"))
        .then([raised()])
        .when(|state| raise(state, "ann", "回访"))
        .refused_as("id-taken", "");
    given([]).when(|state| raise(state, "ann", "回访")).go_on();
    for (by, text, code) in [
        ("bob", "x", "not-permitted"),
        ("boss:otherlead", "x", "not-permitted"),
        ("ann", "", "field-invalid"),
    ] {
        given([])
            .when(|state| raise(state, by, text))
            .refused_as(code, "");
    }
}

#[test]
fn s4_p7_items_are_closed_or_given_on_by_whoever_holds_them() {
    let close = |state: &EvidenceState, holder: &ItemHolder, by: &str| {
        let command = CloseItem {
            item: ItemId(id(7)),
            note: "已修好".into(),
        };
        close_item::decide(state, &command, holder, &desk(), &issued(by, NOW))
    };
    let closed = |by: &str| ItemClosed {
        item: ItemId(id(7)),
        note: "已修好".into(),
        by: by.into(),
        at: at(NOW),
    };
    // Whoever holds it now, wherever it began.
    given([raised()])
        .when(|state| close(state, &held_by("bob"), "bob"))
        .then([closed("bob").into()])
        .when(|state| close(state, &held_by("bob"), "bob"))
        .refused_as("item-closed", "bob");
    given([raised()])
        .when(|state| close(state, &held_by("bob"), "boss:lead"))
        .then([closed("boss").into()]);
    given([raised()])
        .when(|state| close(state, &held_by("bob"), "ann"))
        .refused_as("not-permitted", "");
    given([])
        .when(|state| close(state, &held_by("ann"), "ann"))
        .refused_as("item-unknown", "");

    let bob = staff("bob", []);
    let give = |state: &EvidenceState, holder: &ItemHolder, by: &str| {
        let command = HandOverItem {
            item: ItemId(id(7)),
            to: "bob".into(),
        };
        hand_over_item::decide(state, &command, holder, &bob, ZONE, &issued(by, NOW))
    };
    let at_post = ItemHolder::Post {
        post: "监控中心".into(),
    };
    for (holder, by, expected) in [
        (held_by("ann"), "ann", Ok(())),
        (held_by("ann"), "boss:lead", Ok(())),
        (held_by("ann"), "bob", Err("not-permitted")),
        (held_by("bob"), "bob", Err("item-held")),
        // What lies with another post is taken up by whoever goes on with it.
        (at_post.clone(), "bob", Ok(())),
        (at_post, "ann", Err("not-permitted")),
    ] {
        let state = domain::decider::State::fold(&[raised()]);
        let found: Decision<EvidenceEvent> = give(&state, &holder, by);
        let found = found.map(|facts| assert_eq!(facts.len(), 1));
        assert_eq!(
            found.map_err(|refusal| refusal.code()),
            expected,
            "{holder:?} {by}"
        );
    }
}

#[test]
fn d9_work_outside_is_registered_before_leaving_one_at_a_time() {
    let ann = duty("ann", "A", "09:00-18:00");
    let register =
        |state: &EvidenceState, n: u128, duty: Option<&Duty>, back: &str, place: &str| {
            let command = RegisterOuting {
                outing: OutingId(id(n)),
                place: place.into(),
                purpose: "回访".into(),
                expected_return_at: at(back),
            };
            register_outing::decide(state, &command, duty, &issued("ann", NOW))
        };
    let registered = OutingRegistered {
        outing: OutingId(id(8)),
        staff: "ann".into(),
        work_date: day("12-03"),
        place: "5栋".into(),
        purpose: "回访".into(),
        expected_return_at: at("12-03 17:30"),
        at: at(NOW),
    };
    let back = OutingReturned {
        outing: OutingId(id(8)),
        at: at(NOW),
    };
    let come_back = |state: &EvidenceState, by: &str| {
        let command = ReturnFromOuting {
            outing: OutingId(id(8)),
        };
        return_from_outing::decide(state, &command, &issued(by, NOW))
    };
    given([])
        .when(|state| register(state, 8, Some(&ann), "12-03 17:30", "5栋"))
        .then([registered.clone().into()])
        .when(|state| register(state, 9, Some(&ann), "12-03 17:30", "6栋"))
        .refused_as("outing-open", "5栋");
    given([registered.clone().into()])
        .when(|state| come_back(state, "ann"))
        .then([back.clone().into()])
        .when(|state| register(state, 9, Some(&ann), "12-03 17:30", "6栋"))
        .go_on();
    given([registered.clone().into(), back.into()])
        .when(|state| come_back(state, "ann"))
        .refused_as("outing-returned", "");
    given([registered.into()])
        .when(|state| come_back(state, "bob"))
        .refused_as("not-your-request", "");
    let over = duty("ann", "A", "09:00-17:00");
    for (duty, back, place, code) in [
        (None, "12-03 17:30", "5栋", "outing-no-shift"),
        (Some(&over), "12-03 17:30", "5栋", "outing-no-shift"),
        (Some(&ann), NOW, "5栋", "field-invalid"),
        (Some(&ann), "12-03 17:30", " ", "field-invalid"),
    ] {
        given([])
            .when(|state| register(state, 8, duty, back, place))
            .refused_as(code, "");
    }
}

#[test]
fn d9_a_lead_or_hr_checks_somebody_elses_work_outside() {
    let registered = OutingRegistered {
        outing: OutingId(id(8)),
        staff: "ann".into(),
        work_date: day("12-03"),
        place: "5栋".into(),
        purpose: "回访".into(),
        expected_return_at: at("12-03 17:30"),
        at: at(NOW),
    };
    let check = |state: &EvidenceState, by: &str, note: &str| {
        let command = CheckOuting {
            outing: OutingId(id(8)),
            confirmed: false,
            note: note.into(),
        };
        check_outing::decide(state, &command, &desk(), &issued(by, NOW))
    };
    let facts = || [registered.clone().into()];
    for by in ["boss:lead", "hr:hr"] {
        given(facts())
            .when(|state| check(state, by, "人不在"))
            .go_on();
    }
    for (by, note, code) in [
        ("ann:lead", "x", "own-matter"),
        ("bob", "x", "not-permitted"),
        ("boss:otherlead", "x", "not-permitted"),
        ("boss:lead", "", "field-invalid"),
    ] {
        given(facts())
            .when(|state| check(state, by, note))
            .refused_as(code, "");
    }
    given([])
        .when(|state| check(state, "boss:lead", "x"))
        .refused_as("outing-unknown", "");
}
