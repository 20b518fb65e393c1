//! The table of refusals.

use domain::ids::RuleId;
use domain::refusal::{Action, Fault, Lang, Refusal, RefusalKind};
use domain::who::Role;
use std::collections::BTreeSet;

#[test]
fn codes_are_unique_and_written_as_urls_want_them() {
    let unique: BTreeSet<&str> = Refusal::CODES.iter().copied().collect();
    assert_eq!(unique.len(), Refusal::CODES.len());
    for code in unique {
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(code.chars().all(plain), "{code}");
    }
}

#[test]
fn a_refusal_cites_the_rule_of_what_was_wanted() {
    let refusal = Refusal::NotPermitted {
        action: Action::ApproveCorrection,
        roles: vec![Role::Lead, Role::GmOffice],
    };
    assert_eq!(refusal.code(), "not-permitted");
    assert_eq!(refusal.kind(), RefusalKind::Forbidden);
    assert_eq!(refusal.rule(), Some(RuleId::T6));
    assert_eq!(
        refusal.text(Lang::Zh),
        "只有部门主管、总经办可以审批补卡申请"
    );
    assert_eq!(
        refusal.text(Lang::En),
        "only a lead of the desk, the GM office may decide a correction"
    );
    assert_eq!(refusal.to_string(), refusal.text(Lang::En));
}

#[test]
fn a_field_at_fault_is_named() {
    let refusal = Refusal::FieldInvalid {
        field: "templates[0].code".into(),
        fault: Fault::Blank,
    };
    assert_eq!(refusal.field(), Some("templates[0].code"));
    assert_eq!(refusal.kind(), RefusalKind::Invalid);
    assert_eq!(refusal.text(Lang::Zh), "templates[0].code:不能为空");
}
