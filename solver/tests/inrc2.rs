//! The competition's texts: read, scored, solved. Everything here is written by hand; nothing is read from a folder.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use solver::inrc2::{
    Cells, Inrc2Error, Mode, Past, Range, Scenario, Texts, Week, after, assignments, cells,
    read_history, read_scenario, read_week, score, solve_folder, stages, whole,
};
use solver::{Limits, Problem, Status, check, evaluate, solve};

const SCENARIO: &str = "SCENARIO = tiny\r
\r
WEEKS = 2\r
\r
SKILLS = 2\r
Head\r
Nurse\r
\r
SHIFT_TYPES = 2\r
Early (2,3)\r
Night (2,2)\r
\r
FORBIDDEN_SHIFT_TYPES_SUCCESSIONS\r
Early 0\r
Night 1 Early\r
\r
CONTRACTS = 2\r
Full (6,9) (2,4) (2,3) 1 1\r
Half (3,5) (2,3) (2,4) 1 0\r
\r
NURSES = 4\r
Ann Full 2 Head Nurse \r
Bo Full 1 Nurse\r
Cy Half 2 Head Nurse\r
Di Half 1 Nurse\r
";

const HISTORY: &str = "HISTORY
0 tiny

NURSE_HISTORY
Ann 0 0 Night 1 4 0
Bo 2 0 Early 3 3 0
Cy 0 0 None 0 0 3
Di 0 0 None 0 0 1
";

const WEEK_0: &str = "WEEK_DATA
tiny

REQUIREMENTS
Early Head (0,0) (1,1) (0,0) (0,1) (0,0) (0,0) (0,0)
Early Nurse (1,1) (0,1) (1,1) (0,1) (1,1) (0,1) (0,1)
Night Head (0,0) (0,0) (0,0) (0,0) (0,0) (0,1) (0,1)
Night Nurse (1,1) (1,1) (0,1) (0,1) (0,1) (1,1) (0,0)

SHIFT_OFF_REQUESTS = 3
Ann Any Tue
Bo Night Sat
Bo Any Sat
";

const WEEK_1: &str = "WEEK_DATA
tiny

REQUIREMENTS
Early Head (0,1) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)
Early Nurse (1,1) (1,1) (0,1) (0,1) (1,1) (0,0) (1,1)
Night Head (0,0) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)
Night Nurse (0,1) (0,1) (1,1) (1,1) (0,1) (0,1) (0,0)

SHIFT_OFF_REQUESTS = 1
Di Early Wed
";

fn tiny() -> (Scenario, Vec<Past>, Vec<Week>) {
    let scenario = read_scenario("Sc-tiny.txt", SCENARIO).unwrap();
    let history = read_history(&scenario, "H0-tiny-0.txt", HISTORY).unwrap();
    let weeks = [("WD-tiny-0.txt", WEEK_0), ("WD-tiny-1.txt", WEEK_1)];
    let weeks = weeks.map(|(file, text)| read_week(&scenario, file, text).unwrap());
    (scenario, history, weeks.to_vec())
}

/// The same folder with two nurses, Ann and Cy, and what two can do: small enough to be proven at once.
fn texts() -> Texts {
    let week = |cover: [&str; 4]| {
        let [early_head, early_nurse, night_head, night_nurse] = cover;
        format!(
            "WEEK_DATA\ntiny\n\nREQUIREMENTS\nEarly Head {early_head}\nEarly Nurse {early_nurse}\nNight Head {night_head}\n\
             Night Nurse {night_nurse}\n\nSHIFT_OFF_REQUESTS = 2\nAnn Any Tue\nCy Night Sat\n"
        )
    };
    let nobody = "(0,0) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)";
    [
        (
            "Sc-tiny.txt",
            SCENARIO
                .replace("NURSES = 4", "NURSES = 2")
                .replace("Bo Full 1 Nurse\r\n", "")
                .replace("Di Half 1 Nurse\r\n", ""),
        ),
        (
            "H0-tiny-0.txt",
            HISTORY
                .replace("Bo 2 0 Early 3 3 0\n", "")
                .replace("Di 0 0 None 0 0 1\n", ""),
        ),
        (
            "WD-tiny-0.txt",
            week([
                "(0,0) (0,1) (0,0) (0,0) (0,0) (0,1) (0,0)",
                "(0,0) (1,1) (0,1) (0,1) (1,1) (0,1) (0,1)",
                nobody,
                "(0,1) (0,0) (0,1) (1,1) (0,0) (0,0) (1,1)",
            ]),
        ),
        (
            "WD-tiny-1.txt",
            week([
                nobody,
                "(0,1) (1,1) (0,1) (0,0) (1,1) (0,0) (0,1)",
                "(0,0) (0,0) (0,1) (0,0) (0,0) (0,0) (0,0)",
                "(0,1) (0,0) (1,1) (0,1) (0,0) (0,1) (0,0)",
            ]),
        ),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .into()
}

/// Rows as words: a letter a day, `.` off, `e`/`n` as a nurse, `E`/`N` as a head.
fn roster(rows: &[&str]) -> Cells {
    rows.iter()
        .map(|row| {
            row.chars()
                .filter(|cell| !cell.is_whitespace())
                .map(|cell| match cell {
                    'E' => Some((0, 0)),
                    'e' => Some((0, 1)),
                    'N' => Some((1, 0)),
                    'n' => Some((1, 1)),
                    _ => None,
                })
                .collect()
        })
        .collect()
}

#[test]
fn the_texts_are_read() {
    let (scenario, history, weeks) = tiny();
    assert_eq!((scenario.name.as_str(), scenario.weeks), ("tiny", 2));
    assert_eq!(
        scenario.shift_types[1],
        ("Night".into(), Range { min: 2, max: 2 })
    );
    assert_eq!(scenario.forbidden, [(1, 0)].into());
    assert!(scenario.contracts[0].complete_weekends && !scenario.contracts[1].complete_weekends);
    assert_eq!(scenario.nurses[2].skills, [0, 1]);
    assert_eq!(history[1].last, Some((0, 3)));
    assert_eq!((history[1].assignments, history[2].days_off), (2, 3));
    assert_eq!(weeks[0].cover[&(0, 0)][3], Range { min: 0, max: 1 });
    // Any is every shift type; what is asked twice is asked once.
    assert_eq!(
        weeks[0].refused,
        [(0, 1, 0), (0, 1, 1), (1, 5, 0), (1, 5, 1)].into()
    );
}

#[test]
fn a_faulty_text_is_refused_with_its_line_and_field() {
    let (scenario, ..) = tiny();
    let says = |error: Result<(), Inrc2Error>, words: &str| {
        assert_eq!(error.unwrap_err().to_string(), words);
    };
    for (from, to, words) in [
        (
            "WEEKS = 2",
            "WEEKS = two",
            "Sc, line 3: WEEKS does not fit: two",
        ),
        (
            "WEEKS = 2",
            "WOCHEN = 2",
            "Sc, line 3: WEEKS is expected here",
        ),
        (
            "Early (2,3)",
            "Early 2,3",
            "Sc, line 10: consecutive assignments is no (fewest,most): 2,3",
        ),
        (
            "Early (2,3)",
            "Early (4,3)",
            "Sc, line 10: consecutive assignments is out of order or above 10000: (4,3)",
        ),
        (
            "Night 1 Early",
            "Night 2 Early",
            "Sc, line 15: 2 shift types are said, 1 are there",
        ),
        (
            "(2,3) 1 1",
            "(2,3) 1 2",
            "Sc, line 18: complete weekends is neither 0 nor 1: 2",
        ),
        ("Bo Full", "Bo Vice", "Sc, line 23: unknown contract Vice"),
        ("Bo Full", "Ann Full", "Sc, line 23: nurse Ann occurs twice"),
        ("Di Half 1 Nurse", "", "Sc, line 0: NURSES is missing"),
        (
            "SKILLS = 2",
            "SKILLS = 1",
            "Sc, line 7: SHIFT_TYPES is expected here",
        ),
    ] {
        assert!(SCENARIO.contains(from));
        let text = SCENARIO.replacen(from, to, 1);
        says(read_scenario("Sc", &text).map(|_| ()), words);
    }
    for (from, to, words) in [
        (
            "0 tiny",
            "0 huge",
            "H0, line 2: scenario huge is another than tiny",
        ),
        (
            "Cy 0 0 None",
            "Cy x 0 None",
            "H0, line 7: assignments does not fit: x",
        ),
        ("Di ", "Cy ", "H0, line 8: the nurse occurs twice"),
        (
            "Night 1 4 0",
            "Night 1 0 4",
            "H0, line 5: last shift type, consecutive assignments, working days and days off contradict each other",
        ),
        (
            "Night 1 4 0",
            "Dusk 1 4 0",
            "H0, line 5: unknown last shift type Dusk",
        ),
    ] {
        assert!(HISTORY.contains(from));
        let text = HISTORY.replacen(from, to, 1);
        says(read_history(&scenario, "H0", &text).map(|_| ()), words);
    }
    for (from, to, words) in [
        (
            "(1,1) (0,0) (0,1)",
            "(1,1) (0,0)",
            "WD, line 5: requirement of Sun is missing",
        ),
        (
            "Early Nurse",
            "Early Head",
            "WD, line 6: a second requirement for the same shift type and skill",
        ),
        ("Bo Any Sat", "Bo Any Day", "WD, line 13: unknown day Day"),
        ("Bo Any Sat", "Ed Any Sat", "WD, line 13: unknown nurse Ed"),
        ("= 3", "= 2", "WD, line 13: a line too many"),
    ] {
        assert!(WEEK_0.contains(from));
        let text = WEEK_0.replacen(from, to, 1);
        says(read_week(&scenario, "WD", &text).map(|_| ()), words);
    }
    let mut texts = texts();
    texts.remove("WD-tiny-1.txt");
    let limits = Limits::by_work(1, 1, 1);
    let missing = solve_folder(&texts, 0, &[0, 1], Mode::Whole, &limits).unwrap_err();
    assert_eq!(missing.to_string(), "there is no file WD-*-1.txt");
    let short = solve_folder(&texts, 0, &[0], Mode::Stages, &limits).unwrap_err();
    assert_eq!(short.to_string(), "the scenario has 2 weeks, 1 are given");
}

#[test]
fn the_score_is_what_the_rules_say() {
    let (scenario, history, weeks) = tiny();
    let all = roster(&[
        "nNn.... .......",
        "....... ....eee",
        "Eee..ee .e.....",
        "....n.. .......",
    ]);
    let score = score(&scenario, &history, &weeks, &all);
    // Ann goes on for a fifth, sixth and seventh day, a fourth night in all; Di works for one day only, Cy for one on Tuesday.
    // Bo comes home after three days: long enough.
    assert_eq!(score.work_days, 30 * (3 + 1 + 1));
    // Nights two beyond two; Cy's and Di's single days one short. Bo's three early days end with the history.
    assert_eq!(score.type_days, 15 * (2 + 1 + 1));
    // Ann is off for eleven days of three; Bo for eleven; Cy for two, one (one short), then five of four;
    // Di for five in all, one beyond, then for nine, five beyond.
    assert_eq!(score.days_off, 30 * (8 + 8 + 1 + 1 + 1 + 5));
    assert_eq!(score.refused, 10);
    // Full contracts only: Bo's is whole.
    assert_eq!(score.half_weekends, 0);
    // Ann has 3 of 6, Bo 5 of 6 with the two carried over, Cy 6 of at most 5, Di 1 of 3.
    assert_eq!(score.assignments, 20 * (3 + 1 + 1 + 2));
    assert_eq!(score.weekends, 0);
    assert_eq!(score.hard_rules_broken, 0);
    // Optimum and minimum day by day. Monday: a head on early work though nobody asked for one, so no early nurse.
    // Week 0: Early Head Tue, Thu; Early Nurse Mon, Thu, Fri; Night Head Sat, Sun; Night Nurse Tue, Thu, Sat.
    // Week 1: Early Head Mon; Early Nurse Mon, Wed, Thu; Night Nurse Mon to Sat.
    assert_eq!(score.optimum, 30 * (2 + 3 + 2 + 3 + 1 + 3 + 6));
    assert_eq!(score.minimum_shortfalls, 1 + 2 + 2 + 1 + 2);

    let broken = roster(&[
        "e...... ......e",
        "E...... .....e.",
        "......n en....E",
        "......n .....e.",
    ]);
    let score = solver::inrc2::score(&scenario, &history, &weeks, &broken);
    // Ann's Early follows the Night of the eve; Bo is no head; Cy's Early follows a Night.
    assert_eq!(score.hard_rules_broken, 3);
    // Ann and Bo work one day of the last weekend; halves may.
    assert_eq!(score.half_weekends, 60);
    // Cy and Di work both weekends.
    assert_eq!(score.weekends, 60);
}

#[test]
fn a_week_leaves_its_history() {
    let past = Past {
        assignments: 3,
        weekends: 1,
        last: Some((0, 2)),
        work_days: 4,
        days_off: 0,
    };
    let row = |text: &str| roster(&[text]).remove(0);
    let went_on = after(past, &row("eeeeeee"));
    assert_eq!(
        went_on,
        Past {
            assignments: 10,
            weekends: 2,
            last: Some((0, 9)),
            work_days: 11,
            days_off: 0
        }
    );
    let rested = after(past, &row("en....."));
    assert_eq!((rested.assignments, rested.weekends), (5, 1));
    assert_eq!(
        (rested.last, rested.work_days, rested.days_off),
        (None, 0, 5)
    );
    let changed = after(past, &row(".ee.Enn"));
    assert_eq!((changed.last, changed.work_days), (Some((1, 2)), 3));
}

/// A roster that breaks no hard rule but minima: what a choice breaks is off.
fn lawful(scenario: &Scenario, history: &[Past], choices: &[u8]) -> Cells {
    let days = scenario.weeks * 7;
    let mut choices = choices.iter();
    let nurses = scenario.nurses.iter().zip(history);
    nurses
        .map(|(nurse, past)| {
            let mut before = past.last.map(|(kind, _)| kind);
            (0..days)
                .map(|_| {
                    let choice = usize::from(*choices.next().unwrap());
                    let cell =
                        (choice < 4)
                            .then_some((choice / 2, choice % 2))
                            .filter(|(kind, skill)| {
                                nurse.skills.contains(skill)
                                    && before
                                        .is_none_or(|b| !scenario.forbidden.contains(&(b, *kind)))
                            });
                    before = cell.map(|(kind, _)| kind);
                    cell
                })
                .collect()
        })
        .collect()
}

fn missed(problem: &Problem) -> i64 {
    problem.shift_cover[0].minimum_cost
}

proptest! {
    #[test]
    fn plan_and_judge_count_as_the_competition(choices in prop::collection::vec(0_u8..7, 4 * 14)) {
        let (scenario, history, weeks) = tiny();
        let problem = whole(&scenario, &history, &weeks).unwrap();
        let all = lawful(&scenario, &history, &choices);
        let score = score(&scenario, &history, &weeks, &all);
        prop_assert_eq!(score.hard_rules_broken, 0);
        let plan = evaluate(&problem, &assignments(&scenario, &all), None).unwrap();
        prop_assert_eq!(
            plan.objective,
            score.total() + missed(&problem) * i64::from(score.minimum_shortfalls)
        );
        prop_assert!(score.total() < missed(&problem));
        let verdict = check::check(&problem, &plan);
        prop_assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
        prop_assert_eq!(cells(&problem, &scenario, &plan.assignments), all);
    }
}

#[test]
fn whole_and_stages_are_feasible_and_told_in_the_format() {
    let texts = texts();
    let scenario = read_scenario("Sc", &texts["Sc-tiny.txt"]).unwrap();
    let history = read_history(&scenario, "H0", &texts["H0-tiny-0.txt"]).unwrap();
    let weeks = ["WD-tiny-0.txt", "WD-tiny-1.txt"];
    let weeks = weeks.map(|file| read_week(&scenario, file, &texts[file]).unwrap());
    let limits = Limits::by_work(20, 1, 1);
    let whole = solve_folder(&texts, 0, &[0, 1], Mode::Whole, &limits).unwrap();
    let staged = solve_folder(&texts, 0, &[0, 1], Mode::Stages, &limits).unwrap();
    let bound = whole.bound.unwrap();
    for outcome in [&whole, &staged] {
        assert_eq!(
            (outcome.minimum_shortfalls, outcome.hard_rules_broken),
            (0, 0)
        );
        assert!(bound <= outcome.objective, "{bound} {}", outcome.objective);
        // The texts say the roster that was scored.
        let mut said: Cells = vec![vec![None; 14]; 2];
        for (week, text) in outcome.solutions.iter().enumerate() {
            let mut lines = text.lines();
            assert_eq!(lines.next(), Some("SOLUTION"));
            assert_eq!(lines.next(), Some(format!("{week} tiny").as_str()));
            assert_eq!(lines.next(), Some(""));
            let count = lines
                .next()
                .unwrap()
                .strip_prefix("ASSIGNMENTS = ")
                .unwrap();
            let lines: Vec<&str> = lines.collect();
            assert_eq!(count.parse(), Ok(lines.len()));
            for line in lines {
                let [nurse, day, kind, skill] =
                    line.split(' ').collect::<Vec<_>>().try_into().unwrap();
                let at =
                    |names: &[&str], name: &str| names.iter().position(|n| *n == name).unwrap();
                let nurse = at(&["Ann", "Cy"], nurse);
                let day = at(&["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], day);
                said[nurse][week * 7 + day] =
                    Some((at(&["Early", "Night"], kind), at(&["Head", "Nurse"], skill)));
            }
        }
        assert_eq!(score(&scenario, &history, &weeks, &said), outcome.score);
        assert_eq!(outcome.score.total(), outcome.objective);
    }
    assert_eq!(staged.bound, None);
}

#[test]
fn a_stage_knows_nothing_of_the_weeks_to_come() {
    let (scenario, history, mut weeks) = tiny();
    let limits = Limits::by_work(40, 1, 1);
    let (known, _) = stages(&scenario, &history, &weeks, &limits).unwrap();
    weeks[1] = Week::default();
    let (other, _) = stages(&scenario, &history, &weeks, &limits).unwrap();
    let first = |roster: &Cells| {
        roster
            .iter()
            .map(|row| row[..7].to_vec())
            .collect::<Vec<_>>()
    };
    assert_eq!(first(&known), first(&other));
}

#[test]
fn a_minimum_nobody_can_meet_is_told() {
    // Three heads are a must on Tuesday; the scenario has two.
    let mut texts = texts();
    let week = texts.get_mut("WD-tiny-0.txt").unwrap();
    *week = week.replace("Early Head (0,0) (0,1)", "Early Head (0,0) (3,3)");
    let limits = Limits::by_work(10, 1, 1);
    for mode in [Mode::Whole, Mode::Stages] {
        let outcome = solve_folder(&texts, 0, &[0, 1], mode, &limits).unwrap();
        assert!(outcome.minimum_shortfalls >= 1, "{mode:?}");
        assert!(outcome.objective < 10_000, "what is missed is told apart");
        assert_eq!(outcome.hard_rules_broken, 0);
    }
}

/// One week, one shift type, one skill, two nurses: all 16384 rosters are tried.
#[test]
fn two_tiers_of_cover_are_solved_and_bounded_as_enumeration_says() {
    let scenario = "SCENARIO = mini\nWEEKS = 1\nSKILLS = 1\nNurse\nSHIFT_TYPES = 1\nDay (2,3)\n\
        FORBIDDEN_SHIFT_TYPES_SUCCESSIONS\nDay 0\nCONTRACTS = 1\nFull (3,4) (2,3) (1,2) 0 1\nNURSES = 2\nAnn Full 1 Nurse\n\
        Bo Full 1 Nurse\n";
    let scenario = read_scenario("Sc", scenario).unwrap();
    let history = "HISTORY\n0 mini\nNURSE_HISTORY\nAnn 1 0 Day 1 1 0\nBo 0 0 None 0 0 2\n";
    let history = read_history(&scenario, "H0", history).unwrap();
    for cover in [
        "(1,2) (1,2) (0,1) (2,2) (1,1) (1,2) (0,2)",
        "(0,1) (2,3) (2,3) (0,0) (2,2) (1,1) (1,1)",
        "(3,3) (0,2) (1,2) (1,2) (0,2) (2,2) (2,2)",
    ] {
        let week = format!(
            "WEEK_DATA\nmini\nREQUIREMENTS\nDay Nurse {cover}\nSHIFT_OFF_REQUESTS = 1\nAnn Any Mon\n"
        );
        let weeks = [read_week(&scenario, "WD", &week).unwrap()];
        let problem = whole(&scenario, &history, &weeks).unwrap();
        let least = (0_u32..1 << 14)
            .map(|bits| {
                let cell = |n: u32| (bits >> n & 1 == 1).then_some((0, 0));
                let all = vec![(0..7).map(cell).collect(), (7..14).map(cell).collect()];
                let score = score(&scenario, &history, &weeks, &all);
                score.total() + missed(&problem) * i64::from(score.minimum_shortfalls)
            })
            .min()
            .unwrap();
        let limits = Limits::by_work(200, 1, 1);
        let mut silent = |_: &solver::Progress| std::ops::ControlFlow::Continue(());
        let plan = solve(&problem, &limits, &mut silent).unwrap();
        assert_eq!(plan.objective, least, "{cover}");
        assert_eq!(
            (plan.bound, plan.status),
            (Some(least), Status::Optimal),
            "{cover}"
        );
        assert!(check::check(&problem, &plan).violations.is_empty());
    }
}

#[test]
fn a_minimum_above_the_people_wanted_is_a_fault() {
    let (scenario, history, weeks) = tiny();
    let mut problem = whole(&scenario, &history, &weeks).unwrap();
    assert!(problem.validate().is_empty());
    problem.shift_cover[0].minimum = problem.shift_cover[0].people + 1;
    problem.shift_cover[1].minimum_cost = -1;
    let fields: Vec<String> = problem.validate().into_iter().map(|f| f.field).collect();
    assert_eq!(
        fields,
        ["shift_cover[0].minimum", "shift_cover[1].minimum_cost"]
    );
}
