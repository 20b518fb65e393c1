//! Penalties and rewards on their way to payroll (T16): the list, the evidence, and the reader's step.

use super::parts::{ChainLink, Chrome, DeskChoice, Flash, Moment, Person};
use super::visit::{Posted, Query, Visit, encoded, may_decide, people_on};
use super::words::Words;
use crate::app::{App, AppError, DecideAppeal, ProposeReward, Reason, TakeStep, VerifySanction};
use crate::http::extract::{Asked, At};
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::event::Severity;
use domain::ids::{DeskId, SanctionId, StaffId};
use domain::policy::{ChainStep, SanctionMode, SanctionStep};
use domain::quantities::Fen;
use domain::refusal::Lang;
use domain::who::{Actor, Role};
use domain::work_date::{Month, WorkDate};
use projections::{DeskRow, PenaltyRow, SanctionKind, SanctionStatus, View, rule_words};

/// Penalties and rewards of a month.
#[derive(Template)]
#[template(path = "penalties.html")]
pub struct PenaltiesPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Kept when another desk is chosen.
    pub month_kept: Option<Month>,
    /// Which month.
    pub month: Month,
    /// How many wait for the reader's step.
    pub waiting: i64,
    /// By day.
    pub items: Vec<PenaltyLine>,
    /// The one that is open.
    pub detail: Option<PenaltyDetail>,
    /// Whether the reader may propose a reward.
    pub may_propose: bool,
    /// People a reward can go to.
    pub people: Vec<Person>,
    /// The reward form as typed.
    pub reward: RewardForm,
    /// Rewards are in points.
    pub points: bool,
}

/// A penalty or reward as a line.
pub struct PenaltyLine {
    /// Which.
    pub sanction: SanctionId,
    /// The day.
    pub date: WorkDate,
    /// Whose.
    pub name: String,
    /// The matter.
    pub title: String,
    /// Where it stands.
    pub status: String,
    /// `good`, `warn`, `bad` or nothing.
    pub class: &'static str,
    /// How much, in the policy's mode.
    pub amount: String,
    /// The open one.
    pub selected: bool,
}

/// A penalty or reward with everything behind it.
pub struct PenaltyDetail {
    /// Which.
    pub sanction: SanctionId,
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The day.
    pub date: WorkDate,
    /// The matter.
    pub title: String,
    /// How much, in the policy's mode.
    pub amount: String,
    /// Rule, policy version and roster revision.
    pub basis: String,
    /// What happened.
    pub text: String,
    /// The way to payroll.
    pub chain: Vec<ChainLink>,
    /// The events behind it.
    pub timeline: Vec<Moment>,
    /// What people noted at each step.
    pub notes: Vec<String>,
    /// The step the reader may take.
    pub next: Option<NextStep>,
    /// Whether the reader may waive it.
    pub may_waive: bool,
    /// Whether the reader may decide its appeal.
    pub may_decide_appeal: bool,
}

/// A step to take.
pub struct NextStep {
    /// Last part of the address.
    pub path: &'static str,
    /// The words of the button.
    pub label: String,
    /// The amount as it stands, in yuan or points.
    pub amount: String,
    /// In points.
    pub points: bool,
    /// The amount is chosen by severity within this (D7): the range in words.
    pub range: Option<String>,
    /// This step chooses severity.
    pub severity: bool,
}

/// The reward form as typed.
#[derive(Default)]
pub struct RewardForm {
    /// It was typed and refused: show it open.
    pub open: bool,
    /// As chosen.
    pub staff: String,
    /// As typed.
    pub date: String,
    /// As typed.
    pub amount: String,
    /// As typed.
    pub reason: String,
}

/// `GET /penalties`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    page(&app, &visit, &query, RewardForm::default(), None).await
}

async fn page(
    app: &App,
    visit: &Visit,
    query: &Query,
    reward: RewardForm,
    refused: Option<(StatusCode, Flash)>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::Hr, Role::GmOffice])?;
    let desk = visit.desk_run(app, query.desk.as_deref()).await?;
    let today = desk.today(app.now());
    let month = query.month().unwrap_or_else(|| today.month());
    let (w, actor, row, open) = (
        visit.w,
        visit.actor.clone(),
        desk.row.clone(),
        query.sanction.clone(),
    );
    let (items, detail, waiting, people, points) = app
        .read(move |view| {
            let rows = view.penalties(&row.desk, month)?;
            let teller = Teller {
                view,
                desk: &row,
                w,
            };
            let waiting = rows
                .iter()
                .filter(|found| teller.next(found, &actor).is_some())
                .count();
            let detail = match rows
                .iter()
                .find(|found| Some(found.sanction.as_str()) == open.as_deref())
            {
                Some(found) => Some(teller.detail(found, &actor)?),
                None => None,
            };
            let lines: Vec<PenaltyLine> = rows
                .iter()
                .map(|found| PenaltyLine {
                    sanction: found.sanction.clone(),
                    date: teller.date(found),
                    name: found.name.clone(),
                    title: teller.title(found),
                    status: w.t(status_key(found.status)).to_owned(),
                    class: status_class(found.status),
                    amount: teller.amount(found),
                    selected: Some(found.sanction.as_str()) == open.as_deref(),
                })
                .collect();
            let rules = view.policy_on(&row.desk, month.last())?;
            let mode = rules.map(|policy| policy.sanction.reward_mode());
            let points = mode == Some(SanctionMode::Points);
            let people = people_on(view, &row.desk, today)?;
            Ok((lines, detail, waiting, people, points))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let mut chrome = visit.chrome(app, "/penalties", None).await?;
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |(status, _)| *status);
    chrome.flash = refused.map(|(_, flash)| flash).or(chrome.flash);
    let page = PenaltiesPage {
        w,
        chrome,
        desks: desk.choices,
        month_kept: Some(month),
        month,
        waiting: i64::try_from(waiting).unwrap_or(i64::MAX),
        items,
        detail,
        may_propose: may_decide(&visit.actor, &desk.row.desk) || visit.actor.is(Role::Hr),
        people,
        reward,
        points,
        desk: desk.row.desk,
    };
    visit.page_with(status, &page)
}

/// Tells of penalties and rewards in words.
pub struct Teller<'a> {
    /// The snapshot.
    pub view: &'a View<'a>,
    /// The desk.
    pub desk: &'a DeskRow,
    /// The reader's words.
    pub w: Words,
}

impl Teller<'_> {
    /// The day it is about; a withdrawn one stands at the beginning of its month.
    pub fn date(&self, row: &PenaltyRow) -> WorkDate {
        row.work_date.unwrap_or_else(|| row.month.first())
    }

    /// `缺卡未补 T8`, `奖励`.
    pub fn title(&self, row: &PenaltyRow) -> String {
        match (row.kind, row.rule) {
            (SanctionKind::Reward, _) => self.w.t("sanction.reward").to_owned(),
            (SanctionKind::Penalty, Some(rule)) => rule_words(rule, self.w.lang),
            (SanctionKind::Penalty, None) => self.w.t("sanction.withdrawn").to_owned(),
        }
    }

    /// How much, in the policy's mode: `−¥10`, `10 分`, `只记录`.
    pub fn amount(&self, row: &PenaltyRow) -> String {
        let w = self.w;
        match (row.kind, row.mode) {
            (SanctionKind::Reward, SanctionMode::Points) => {
                format!("+{}", w.f("sanction.points", row.amount.0))
            }
            (SanctionKind::Reward, _) => format!("+{}", w.money(&row.amount)),
            (SanctionKind::Penalty, SanctionMode::Off) => w.t("sanction.recorded").to_owned(),
            (SanctionKind::Penalty, _) if row.amount.is_zero() => {
                w.t("sanction.recorded").to_owned()
            }
            (SanctionKind::Penalty, SanctionMode::Money) => w.money(&-row.amount),
            (SanctionKind::Penalty, SanctionMode::Points) => w.f("sanction.points", row.amount.0),
        }
    }

    /// The rule, the policy version and the roster revision it rests on.
    pub fn basis(&self, row: &PenaltyRow) -> String {
        let (Some(rule), Some(policy)) = (row.rule, &row.policy) else {
            return String::new();
        };
        match &row.roster {
            Some(roster) => self
                .w
                .f3("sanction.basis_roster", rule, policy, roster.revision),
            None => self.w.f2("sanction.basis", rule, policy),
        }
    }

    /// What it is about.
    pub fn text(&self, row: &PenaltyRow) -> String {
        match self.w.lang {
            Lang::Zh => row.subject_zh.clone(),
            Lang::En => row.subject_en.clone(),
        }
    }

    fn steps(&self, row: &PenaltyRow) -> Vec<ChainStep> {
        let policy = self.view.policy_on(&self.desk.desk, self.date(row));
        policy
            .ok()
            .flatten()
            .map_or_else(Vec::new, |policy| policy.sanction.chain)
    }

    /// How many steps of the chain are done.
    fn steps_done(&self, row: &PenaltyRow, steps: &[ChainStep]) -> usize {
        let mut reached = row.steps.iter().filter_map(|step| match step.status {
            SanctionStatus::Verified => Some(SanctionStep::Verify),
            SanctionStatus::Balanced => Some(SanctionStep::Balance),
            SanctionStatus::Approved => Some(SanctionStep::Approve),
            _ => None,
        });
        let last = reached.next_back();
        last.and_then(|last| steps.iter().position(|step| step.step == last))
            .map_or(0, |index| index + 1)
    }

    /// Its way to payroll: who did what, what comes next, how it ended.
    pub fn chain(&self, row: &PenaltyRow) -> Vec<ChainLink> {
        let w = self.w;
        let steps = self.steps(row);
        let done = self.steps_done(row, &steps);
        let open = is_open(row.status);
        let mut chain = vec![ChainLink {
            text: w.t("chain.proposed").to_owned(),
            class: "done",
        }];
        for (n, step) in steps.iter().enumerate() {
            if n >= done && !open {
                break;
            }
            let who = row
                .steps
                .iter()
                .rfind(|taken| step_of(taken.status) == Some(step.step));
            let name = w.step(&step.step);
            chain.push(ChainLink {
                text: who.map_or_else(
                    || name.to_owned(),
                    |who| w.f2("sanction.step_by", name, &who.by_name),
                ),
                class: match n {
                    n if n < done => "done",
                    n if n == done => "now",
                    _ => "",
                },
            });
        }
        let end = match row.status {
            SanctionStatus::Waived => Some("chain.waived"),
            SanctionStatus::Appealed => Some("chain.appealed"),
            SanctionStatus::Overturned => Some("chain.overturned"),
            SanctionStatus::Withdrawn => Some("chain.withdrawn"),
            SanctionStatus::Proposed
            | SanctionStatus::Verified
            | SanctionStatus::Balanced
            | SanctionStatus::Approved => None,
        };
        chain.extend(end.map(|key| ChainLink {
            text: w.t(key).to_owned(),
            class: "now",
        }));
        chain
    }

    /// The events it rests on, and what people decided.
    pub fn timeline(&self, row: &PenaltyRow) -> projections::Result<Vec<Moment>> {
        let mut events = row.evidence.clone();
        events.extend(row.steps.iter().map(|step| step.event));
        super::day::timeline(self.view, &events, Vec::new(), self.desk.zone, self.w)
    }

    /// The step `actor` may take: the next of the chain, and never in a matter of their own.
    fn next(&self, row: &PenaltyRow, actor: &Actor) -> Option<NextStep> {
        if !is_open(row.status) || row.staff == actor.staff {
            return None;
        }
        let steps = self.steps(row);
        let step = steps.get(self.steps_done(row, &steps))?;
        actor.acting_as(&step.by, &row.desk)?;
        let (path, key) = match step.step {
            SanctionStep::Verify => ("verification", "penalty.do.verify"),
            SanctionStep::Balance => ("balance", "penalty.do.balance"),
            SanctionStep::Approve => ("approval", "penalty.do.approve"),
        };
        Some(NextStep {
            path,
            label: self.w.t(key).to_owned(),
            amount: match row.mode {
                SanctionMode::Points => row.amount.0.to_string(),
                SanctionMode::Money | SanctionMode::Off => row.amount.to_string(),
            },
            points: row.mode == SanctionMode::Points,
            range: row.range.map(|range| {
                let worth = |amount: Fen| match row.mode {
                    SanctionMode::Points => self.w.f("sanction.points", amount.0),
                    SanctionMode::Money | SanctionMode::Off => self.w.money(&amount),
                };
                self.w
                    .f2("penalty.range", worth(range.low), worth(range.high))
            }),
            severity: row.range.is_some() && step.step == SanctionStep::Verify,
        })
    }

    fn detail(&self, row: &PenaltyRow, actor: &Actor) -> projections::Result<PenaltyDetail> {
        let others = row.staff != actor.staff;
        let in_chain = self
            .steps(row)
            .iter()
            .any(|step| actor.acting_as(&step.by, &row.desk).is_some());
        let decides = actor.is(Role::Hr) || actor.is(Role::GmOffice);
        Ok(PenaltyDetail {
            sanction: row.sanction.clone(),
            staff: row.staff.clone(),
            name: row.name.clone(),
            date: self.date(row),
            title: self.title(row),
            amount: self.amount(row),
            basis: self.basis(row),
            text: self.text(row),
            chain: self.chain(row),
            timeline: self.timeline(row)?,
            notes: row
                .steps
                .iter()
                .filter(|step| !step.note.is_empty())
                .map(|step| {
                    let note = match step.severity {
                        Some(severity) => {
                            let grave = self.w.t(severity_key(severity));
                            self.w.f2("penalty.severity_note", grave, &step.note)
                        }
                        None => step.note.clone(),
                    };
                    self.w.f2("sanction.step_by", &step.by_name, note)
                })
                .collect(),
            next: self.next(row, actor),
            may_waive: is_open(row.status) && others && in_chain,
            may_decide_appeal: row.status == SanctionStatus::Appealed && others && decides,
        })
    }
}

/// Whether a step of the chain is still to come.
fn is_open(status: SanctionStatus) -> bool {
    match status {
        SanctionStatus::Proposed | SanctionStatus::Verified | SanctionStatus::Balanced => true,
        SanctionStatus::Approved
        | SanctionStatus::Waived
        | SanctionStatus::Appealed
        | SanctionStatus::Overturned
        | SanctionStatus::Withdrawn => false,
    }
}

fn step_of(status: SanctionStatus) -> Option<SanctionStep> {
    match status {
        SanctionStatus::Verified => Some(SanctionStep::Verify),
        SanctionStatus::Balanced => Some(SanctionStep::Balance),
        SanctionStatus::Approved => Some(SanctionStep::Approve),
        SanctionStatus::Proposed
        | SanctionStatus::Waived
        | SanctionStatus::Appealed
        | SanctionStatus::Overturned
        | SanctionStatus::Withdrawn => None,
    }
}

/// Key of how grave it is.
fn severity_key(severity: Severity) -> &'static str {
    match severity {
        Severity::Minor => "severity.minor",
        Severity::Moderate => "severity.moderate",
        Severity::Serious => "severity.serious",
    }
}

/// The amount typed: yuan, or whole points where the form says so.
fn amount_typed(posted: &Posted) -> Result<Fen, AppError> {
    if posted.text("unit") == "points" {
        return Ok(Fen(posted.parsed("amount", "fault.number")?));
    }
    posted.amount("amount")
}

/// Key of where it stands.
fn status_key(status: SanctionStatus) -> &'static str {
    match status {
        SanctionStatus::Proposed => "sanction.proposed",
        SanctionStatus::Verified => "sanction.verified",
        SanctionStatus::Balanced => "sanction.balanced",
        SanctionStatus::Approved => "sanction.approved",
        SanctionStatus::Waived => "sanction.waived",
        SanctionStatus::Appealed => "sanction.appealed",
        SanctionStatus::Overturned => "sanction.overturned",
        SanctionStatus::Withdrawn => "sanction.withdrawn",
    }
}

fn status_class(status: SanctionStatus) -> &'static str {
    match status {
        SanctionStatus::Proposed | SanctionStatus::Appealed => "warn",
        SanctionStatus::Verified | SanctionStatus::Balanced => "soft",
        SanctionStatus::Approved => "good",
        SanctionStatus::Waived | SanctionStatus::Overturned | SanctionStatus::Withdrawn => "",
    }
}

/// `POST /sanctions/{id}/verification`, `/balance`, `/approval`, `/waiver`, `/appeal` or `/appeal-decision`.
pub async fn step(
    State(app): State<App>,
    At((id, act)): At<(String, String)>,
    posted: Posted,
) -> Result<Response, Failed> {
    let (caller, id) = (posted.caller(), SanctionId::new(id));
    let list = format!(
        "/penalties?desk={}&month={}&sanction={}#detail",
        encoded(&posted.text("desk")),
        encoded(&posted.text("month")),
        encoded(id.as_str())
    );
    let own = format!("/my/penalties?month={}", encoded(&posted.text("month")));
    let taken = || {
        Ok(TakeStep {
            amount_fen: Some(amount_typed(&posted)?),
            note: posted.text("note"),
        })
    };
    let result = match (act.as_str(), taken()) {
        ("verification", Ok(input)) => {
            let severity = match posted.text("severity").as_str() {
                "minor" => Some(Severity::Minor),
                "moderate" => Some(Severity::Moderate),
                "serious" => Some(Severity::Serious),
                _ => None,
            };
            let input = VerifySanction {
                amount_fen: input.amount_fen,
                severity,
                note: input.note,
            };
            app.verify_sanction(&caller, &id, input).await
        }
        ("balance", Ok(input)) => app.balance_sanction(&caller, &id, input).await,
        ("approval", Ok(input)) => app.approve_sanction(&caller, &id, input).await,
        ("verification" | "balance" | "approval", Err(error)) => Err(error),
        ("waiver", _) => match posted.reason() {
            Ok(input) => app.waive_sanction(&caller, &id, input).await,
            Err(error) => Err(error),
        },
        ("appeal", _) => match posted.reason() {
            Ok(input) => app.appeal_sanction(&caller, &id, input).await,
            Err(error) => Err(error),
        },
        ("appeal-decision", _) => match posted.reason() {
            Ok(Reason { reason }) => {
                let upheld = posted.text("upheld") == "yes";
                app.decide_appeal(&caller, &id, DecideAppeal { upheld, reason })
                    .await
            }
            Err(error) => Err(error),
        },
        _ => return Err(posted.visit.failed(AppError::NotFound("action"))),
    };
    let (to, key) = match act.as_str() {
        "appeal" => (&own, "appeal.done"),
        "waiver" => (&list, "penalty.waived.done"),
        "appeal-decision" => (&list, "appeal.decided.done"),
        _ => (&list, "penalty.step.done"),
    };
    posted.outcome(&app, result, to, key).await
}

/// `POST /rewards`.
pub async fn reward(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || {
        Ok(ProposeReward {
            staff: StaffId::new(posted.words("staff", "col.person")?),
            work_date: posted.date("date")?,
            amount_fen: amount_typed(&posted)?,
            reason: posted.words("reason", "reason")?,
        })
    };
    let result = match read() {
        Ok(input) => app.propose_reward(&posted.caller(), input).await,
        Err(error) => Err(error),
    };
    let (desk, month) = (posted.text("desk"), posted.text("month"));
    match result {
        Ok(receipt) => {
            // It is listed in the month it is for, which need not be the one shown.
            let month = posted
                .date("date")
                .map_or(month, |date| date.month().to_string());
            let to = format!(
                "/penalties?desk={}&month={}",
                encoded(&desk),
                encoded(&month)
            );
            posted.done(&app, &receipt, &to, "reward.done").await
        }
        Err(error) => {
            let refused = posted.refused(error)?;
            let typed = RewardForm {
                open: true,
                staff: posted.text("staff"),
                date: posted.text("date"),
                amount: posted.text("amount"),
                reason: posted.text("reason"),
            };
            let query = Query {
                desk: Some(desk),
                month: Some(month),
                ..Query::default()
            };
            page(&app, &posted.visit, &query, typed, Some(refused)).await
        }
    }
}
