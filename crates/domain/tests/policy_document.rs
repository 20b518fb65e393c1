//! Policy documents: the shipped one, and every fault with its line.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use domain::ids::RuleId;
use domain::policy::document::{ONLINE_SHOP, PROPERTY, PolicyFault};
use domain::policy::{PolicyDocument, SanctionMode};
use domain::quantities::{Fen, Minutes};

fn line_of(text: &str, needle: &str) -> usize {
    text.lines()
        .position(|line| line.contains(needle.trim_end()))
        .unwrap()
        + 1
}

/// The shipped document with one line changed, and that line's number.
fn with(from: &str, to: &str) -> (String, usize) {
    assert_eq!(
        ONLINE_SHOP.matches(from).count(),
        1,
        "{from} must be unique"
    );
    (ONLINE_SHOP.replace(from, to), line_of(ONLINE_SHOP, from))
}

fn faults(text: &str) -> Vec<PolicyFault> {
    PolicyDocument::parse(text).expect_err("the document has a fault")
}

#[test]
fn the_online_shop_has_every_amount_window_and_cap_of_its_rows() {
    let document = PolicyDocument::parse(ONLINE_SHOP).unwrap();
    let policy = document.on("2026-12-31".parse().unwrap()).unwrap();
    let amounts: Vec<(String, i64)> = policy
        .sanction
        .amount_fen
        .iter()
        .map(|(rule, Fen(fen))| (rule.to_string(), *fen))
        .collect();
    let expected = [
        ("T8", 1000),
        ("T9", 2000),
        ("T10", 1000),
        ("T11", 500),
        ("T12", 3000),
        ("T13", 0),
        ("T14", 500),
        ("T15", 500),
    ];
    assert_eq!(amounts, expected.map(|(rule, fen)| (rule.to_owned(), fen)));
    assert_eq!(policy.correction.window_days, 3);
    assert_eq!(policy.correction.month_max, 5);
    assert_eq!(policy.presence.occurrences, 3);
    assert_eq!(policy.phone.rings_max, 5);
    assert_eq!(policy.phone.complaints, 3);
    assert_eq!(policy.meal.minutes_max, Minutes(35));
    assert_eq!(policy.sanction.mode, SanctionMode::Money);
    assert_eq!(
        policy.sanction.precedence,
        [RuleId::T9, RuleId::T12, RuleId::T8]
    );
    assert!(document.on("2025-12-31".parse().unwrap()).is_none());
}

#[test]
fn each_fault_names_its_line_field_and_rule() {
    // what is written | in its place | field | rule | in the message
    let table: &[(&str, &str, &str, Option<RuleId>, &str)] = &[
        ("schema = 1", "schema = 2", "schema", None, "absurd"),
        (
            "region = \"CN-ZJ\"",
            "region = \"\"",
            "region",
            None,
            "empty",
        ),
        (
            "effective_from = 2026-01-01",
            "effective_from = \"soon\"",
            "version[0].effective_from",
            None,
            "date",
        ),
        (
            "window_days = 3 ",
            "window_dayz = 3 ",
            "version[0].correction.window_dayz",
            None,
            "no such key",
        ),
        (
            "window_days = 3 ",
            "window_days = -3 ",
            "version[0].correction.window_days",
            Some(RuleId::T6),
            "negative",
        ),
        (
            "window_days = 3 ",
            "window_days = 300 ",
            "version[0].correction.window_days",
            Some(RuleId::T6),
            "absurd",
        ),
        (
            "window_days = 3 ",
            "window_days = 3.5 ",
            "version[0].correction.window_days",
            Some(RuleId::T6),
            "whole number",
        ),
        (
            "month_max = 5 ",
            "month_max = \"five\" ",
            "version[0].correction.month_max",
            Some(RuleId::T7),
            "whole number",
        ),
        (
            "T8 = 1000 ",
            "T8 = -1000 ",
            "version[0].sanction.amount_fen.T8",
            Some(RuleId::T8),
            "negative",
        ),
        (
            "T8 = 1000 ",
            "T8 = 100000000 ",
            "version[0].sanction.amount_fen.T8",
            Some(RuleId::T8),
            "absurd",
        ),
        (
            "T8 = 1000 ",
            "T88 = 1000 ",
            "version[0].sanction.amount_fen.T88",
            None,
            "no rule",
        ),
        (
            "T8 = 1000 ",
            "T1 = 1000 ",
            "version[0].sanction.amount_fen.T1",
            Some(RuleId::T1),
            "no penalty",
        ),
        (
            "[\"T9\", \"T12\", \"T8\"]",
            "[\"T9\", \"T12\", \"T9\"]",
            "version[0].sanction.precedence",
            Some(RuleId::T16),
            "twice",
        ),
        (
            "[\"T9\", \"T12\", \"T8\"]",
            "[\"T9\", \"T99\", \"T8\"]",
            "version[0].sanction.precedence",
            Some(RuleId::T16),
            "T99",
        ),
        (
            "by = [\"hr\"]",
            "by = []",
            "version[0].sanction.chain[1].by",
            Some(RuleId::T16),
            "approve",
        ),
        (
            "by = [\"hr\"]",
            "by = [\"boss\"]",
            "version[0].sanction.chain[1].by",
            Some(RuleId::T16),
            "boss",
        ),
        (
            "mode = \"money\"",
            "mode = \"points\"",
            "version[0].sanction.mode",
            Some(RuleId::T16),
            "amount_points",
        ),
        (
            "minutes_max = 35",
            "minutes_max = 3500",
            "version[0].meal.minutes_max",
            Some(RuleId::T13),
            "absurd",
        ),
        (
            "paid = true",
            "paid = 1",
            "version[0].meal.paid",
            Some(RuleId::T13),
            "true or false",
        ),
        (
            "due_at = \"17:00\"",
            "due_at = \"17\"",
            "version[0].duty_table.due_at",
            Some(RuleId::T3),
            "time of day",
        ),
        (
            "consecutive_days_min = 2",
            "consecutive_days_min = 7",
            "version[0].roster.consecutive_days_min",
            Some(RuleId::T4),
            "exceeds",
        ),
        (
            "severe_late_minutes = 30",
            "severe_late_minutes = 0",
            "version[0].punch.severe_late_minutes",
            Some(RuleId::S5),
            "absurd",
        ),
        (
            "split_shift = 120",
            "spilt_shift = 120",
            "version[0].roster.cost.spilt_shift",
            None,
            "no such key",
        ),
        (
            "balanced = [\"annual\", \"compensatory\"]",
            "balanced = [\"annual\", \"holiday\"]",
            "version[0].leave.balanced",
            Some(RuleId::T2),
            "holiday",
        ),
    ];
    for (from, to, field, rule, message) in table {
        let (text, line) = with(from, to);
        let found = faults(&text);
        let hit = found
            .iter()
            .find(|fault| fault.field == *field)
            .unwrap_or_else(|| panic!("{to}: {found:?}"));
        assert_eq!((hit.line, hit.rule), (line, *rule), "{to}: {hit}");
        assert!(hit.message_en.contains(message), "{to}: {hit}");
        assert!(!hit.message_zh.is_empty());
    }
}

#[test]
fn a_missing_key_is_named_at_its_table() {
    let (text, _) = with("occurrences = 3\n", "");
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].field, "version[0].presence.occurrences");
    assert_eq!(found[0].line, line_of(&text, "[version.presence]"));
    assert_eq!(found[0].rule, Some(RuleId::T10));
    assert!(found[0].message_en.contains("missing"));
}

#[test]
fn a_missing_table_is_one_fault() {
    let text = ONLINE_SHOP
        .replace("[version.meal]\n", "")
        .replace("minutes_max = 35\n", "")
        .replace(
            "paid = true                     # left open: contract hours include meals\n",
            "",
        );
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].field, "version[0].meal");
}

#[test]
fn all_faults_are_reported_at_once_in_order_of_line() {
    let text = ONLINE_SHOP
        .replace("window_days = 3 ", "window_days = -1 ")
        .replace("T9 = 2000", "T9 = -5")
        .replace("rings_max = 5", "rings_max = 0")
        .replace("due_weekday_from_monday = 4", "due_weekday_from_monday = 9");
    let found: Vec<(usize, String)> = faults(&text)
        .into_iter()
        .map(|fault| (fault.line, fault.field))
        .collect();
    assert_eq!(
        found,
        [
            (
                line_of(&text, "window_days"),
                "version[0].correction.window_days".to_owned()
            ),
            (
                line_of(&text, "rings_max"),
                "version[0].phone.rings_max".to_owned()
            ),
            (
                line_of(&text, "T9 = -5"),
                "version[0].sanction.amount_fen.T9".to_owned()
            ),
            (
                line_of(&text, "due_weekday"),
                "version[0].duty_table.due_weekday_from_monday".to_owned()
            ),
        ]
    );
}

#[test]
fn the_chain_stands_in_order_and_ends_with_approval() {
    let text = ONLINE_SHOP
        .replace("step = \"verify\"", "step = \"swapped\"")
        .replace("step = \"balance\"", "step = \"verify\"")
        .replace("step = \"swapped\"", "step = \"balance\"");
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].field, "version[0].sanction.chain");
    assert_eq!(found[0].line, line_of(&text, "[[version.sanction.chain]]"));

    let text = ONLINE_SHOP.replace(
        "[[version.sanction.chain]]\nstep = \"approve\"\nby = [\"gm_office\"]\n",
        "",
    );
    assert_eq!(faults(&text)[0].field, "version[0].sanction.chain");
}

#[test]
fn a_region_without_fines_refuses_money() {
    let (text, _) = with("fines_allowed = true ", "fines_allowed = false ");
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].field, "version[0].sanction.mode");
    assert_eq!(found[0].line, line_of(&text, "mode = \"money\""));
    let text = text
        .replace("mode = \"money\"", "mode = \"points\"")
        .replace(
            "[version.sanction.amount_fen]",
            "[version.sanction.amount_points]\nT8 = 2\n\n[version.sanction.amount_fen]",
        );
    let document = PolicyDocument::parse(&text).unwrap();
    let policy = &document.versions[0];
    assert_eq!(policy.sanction.amount(RuleId::T8), Some(Fen(2)));
    assert_eq!(policy.sanction.amount(RuleId::T9), None);
}

/// The shipped version again, under another id and range.
fn second(id: &str, from: &str, until: Option<&str>) -> String {
    let version = &ONLINE_SHOP[ONLINE_SHOP.find("[[version]]").unwrap()..];
    let until = until.map_or(String::new(), |until| {
        format!("\neffective_until = {until}")
    });
    version
        .replace("id = \"2026-1\"", &format!("id = \"{id}\""))
        .replace(
            "effective_from = 2026-01-01",
            &format!("effective_from = {from}{until}"),
        )
}

#[test]
fn effective_ranges_may_not_overlap_but_may_leave_a_gap() {
    let first = ONLINE_SHOP.replace(
        "effective_from = 2026-01-01",
        "effective_from = 2026-01-01\neffective_until = 2026-06-30",
    );
    // range of the second version | the field at fault, if any
    let table = [
        ("2026-2", "2026-07-01", None, None),
        ("2026-2", "2026-08-01", None, None),
        (
            "2026-2",
            "2026-06-30",
            None,
            Some("version[1].effective_from"),
        ),
        (
            "2026-2",
            "2025-01-01",
            Some("2025-12-31"),
            Some("version[1].effective_from"),
        ),
        (
            "2026-2",
            "2026-08-01",
            Some("2026-07-01"),
            Some("version[1].effective_until"),
        ),
        ("2026-1", "2026-07-01", None, Some("version[1].id")),
    ];
    for (id, from, until, fault) in table {
        let text = format!("{first}\n{}", second(id, from, until));
        let parsed = PolicyDocument::parse(&text);
        match fault {
            None => {
                let document = parsed.unwrap();
                assert_eq!(
                    document
                        .on("2026-08-01".parse().unwrap())
                        .unwrap()
                        .id
                        .as_str(),
                    id
                );
                assert_eq!(
                    document.on("2026-07-01".parse().unwrap()).is_some(),
                    from == "2026-07-01"
                );
            }
            Some(field) => {
                let found = parsed.unwrap_err();
                assert_eq!(found.len(), 1, "{from} {until:?}: {found:?}");
                assert_eq!(found[0].field, field);
                assert!(found[0].line > first.lines().count());
            }
        }
    }
}

#[test]
fn broken_toml_is_named_by_line_without_a_trail_of_others() {
    let (text, line) = with("rings_max = 5", "rings_max = = 5");
    let found = faults(&text);
    assert_eq!(found[0].line, line);
    assert!(
        found.iter().all(|fault| fault.message_en.contains("TOML")),
        "{found:?}"
    );
    assert!(PolicyDocument::parse("").is_err());
    assert!(PolicyDocument::parse("version = 3").is_err());
    assert!(PolicyDocument::parse("version = [3]").is_err());
}

#[test]
fn a_document_survives_its_own_json() {
    let document = PolicyDocument::parse(ONLINE_SHOP).unwrap();
    let json = serde_json::to_string(&document).unwrap();
    assert_eq!(
        serde_json::from_str::<PolicyDocument>(&json).unwrap(),
        document
    );
}

#[test]
fn every_rule_of_the_roster_can_be_named_and_none_need_be() {
    use domain::policy::{FairKind, Hardness, RosterRules, Wanted};
    let shipped = PolicyDocument::parse(PROPERTY).unwrap();
    assert_eq!(shipped.versions[0].roster.rules, RosterRules::default());
    let text = format!(
        "{ONLINE_SHOP}\n{}",
        r#"
[version.roster.rules]
forbidden_successions = [["N", "A"], ["B", "A"]]
consecutive_days_off_max = 4
consecutive_nights_min = 2
consecutive_nights_max = 4
days_off_after_nights_min = 2
minutes_week_min = 1200
minutes_week_max = 2640
minutes_under_contract_max = 480
complete_weekends = "wanted"
identical_weekends = "wanted"
weekends_wanted_max = 2
work_days_wanted = { min = 3, max = 5 }
days_off_wanted = { min = 2 }
assignments_wanted = { min = 18, max = 22 }
fair = ["nights", "minutes", "earlies", "unpopular_meals"]
meetings = "required"
[version.roster.rules.shift_max]
N = 6
[version.roster.rules.kind]
early = ["A"]
late = ["B", "C"]
[version.roster.rules.kind_days_max]
late = 4
[version.roster.rules.kind_days_wanted.early]
min = 2
[version.roster.rules.unpopular_meals]
B = 1
[version.roster.rules.standby.S]
people = 1
rests = false
[[version.roster.rules.on_post]]
name = "班长在岗"
holding = "senior"
start = "09:00"
end = "21:00"
minimum = 1
"#
    );
    let text = text.replace(
        "[version.roster.cost]\n",
        "[version.roster.cost]\nmentor = 4\nnot_together = 700\nbudget = 5\n",
    );
    let document = PolicyDocument::parse(&text).unwrap();
    let roster = &document.versions[0].roster;
    let rules = &roster.rules;
    assert_eq!(rules.forbidden_successions.len(), 2);
    assert_eq!(rules.complete_weekends, Some(Hardness::Wanted));
    assert_eq!(
        rules.kind_days_wanted["early"],
        Wanted {
            min: Some(2),
            max: None
        }
    );
    assert_eq!(
        rules.fair.as_ref().unwrap()[1..3],
        [FairKind::Minutes, FairKind::Earlies]
    );
    assert_eq!(rules.on_post[0].holding.as_str(), "senior");
    assert_eq!(rules.kind_of(&"C".into()), Some("late"));
    assert_eq!((roster.cost["mentor"], roster.cost["budget"]), (4, 5));
    // As stored and read again it is the same.
    let stored = serde_json::to_string(&document).unwrap();
    assert_eq!(
        serde_json::from_str::<PolicyDocument>(&stored).unwrap(),
        document
    );
    // A shift is of one kind.
    let twice = text.replace("late = [\"B\", \"C\"]", "late = [\"B\", \"A\"]");
    let found = faults(&twice);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].field.ends_with("roster.rules.kind"));
}
