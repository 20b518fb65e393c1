//! Carries the story out: every act is a real command of the person who would send it, at its moment of a simulated
//! clock. What the rules refuse is part of the story and counted.

use super::desk::{GM, HR, LEAD, SampleDesk};
use super::dice::Dice;
use super::story::{self, Act, Timed};
use crate::app::inputs::{
    ClosePeriod, ConfirmSheet, ExcusePresence, FileComplaint, FileEmergencyLeave, MeetingText,
    NoteEvidence, OfferHandover, PlanLanes, PresenceRow, ProposeReward, PublishRoster, Punch,
    Reason, ReportCalls, ReportPresence, RequestCorrection, RequestSwap, SignAtPost, SignMinutes,
    SolveRoster, TakeAttendance, TakeStep, VerifyComplaint, VerifySanction, WaiveHandover,
};
use crate::app::{App, AppError, Caller, SolveProgress};
use crate::clock::SimulatedClock;
use chrono::{DateTime, Datelike, Utc};
use domain::event::{Complainant, ComplaintAbout, LaneStint};
use domain::ids::{ComplaintId, CorrectionId, LaneId, LeaveId, SolveId, StaffId, SwapId};
use domain::quantities::Fen;
use domain::refusal::Lang;
use domain::shift::Cell;
use domain::who::Actor;
use domain::work_date::{Month, WorkDate};
use eventlog::CommandId;
use projections::SanctionStatus;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Work of one demo solve. Work, not time, ends it, so the same seed gives the same roster on any machine.
const SOLVE_WORK: u64 = 250_000;
/// Far beyond what the work takes; only a machine in trouble gets here.
const SOLVE_SECONDS_MAX: u32 = 1800;
/// How often the progress of a solve is looked at.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// Plays acts in the order of their moments.
pub(super) struct Player {
    app: App,
    clock: Arc<SimulatedClock>,
    sample: SampleDesk,
    seed: u64,
    /// By moment, and within one in the order they were told.
    queue: BTreeMap<(DateTime<Utc>, u64), Act>,
    told: u64,
    actors: BTreeMap<StaffId, Actor>,
    stays_away: BTreeSet<(StaffId, WorkDate)>,
    /// What was done, by kind.
    pub(super) done: BTreeMap<&'static str, u64>,
    /// What the rules refused, by stable code, with the last words.
    pub(super) refused: BTreeMap<&'static str, (u64, String)>,
    /// How each month's solve ended.
    pub(super) solves: BTreeMap<Month, SolveProgress>,
}

impl Player {
    /// A player of `app`, whose clock is `clock`.
    pub(super) fn new(app: App, clock: Arc<SimulatedClock>, sample: SampleDesk, seed: u64) -> Self {
        let actors = sample
            .hires(WorkDate(chrono::NaiveDate::MIN))
            .into_iter()
            .map(|hire| {
                (
                    hire.staff.clone(),
                    Actor {
                        staff: hire.staff,
                        roles: hire.roles,
                        leads: hire.leads,
                    },
                )
            })
            .collect();
        Self {
            app,
            clock,
            sample,
            seed,
            queue: BTreeMap::new(),
            told: 0,
            actors,
            stays_away: BTreeSet::new(),
            done: BTreeMap::new(),
            refused: BTreeMap::new(),
            solves: BTreeMap::new(),
        }
    }

    /// Tells acts to be played in time.
    pub(super) fn tell(&mut self, acts: Vec<Timed>) {
        for (at, act) in acts {
            self.told += 1;
            self.queue.insert((at, self.told), act);
        }
    }

    /// Plays everything before `until`.
    pub(super) async fn play_until(&mut self, until: DateTime<Utc>) -> Result<(), AppError> {
        while let Some(entry) = self.queue.first_entry() {
            let (at, number) = *entry.key();
            if at >= until {
                break;
            }
            let act = entry.remove();
            self.clock.set(at);
            let name = name(&act);
            match self.perform(at, number, act).await {
                Ok(()) => *self.done.entry(name).or_default() += 1,
                Err(AppError::Refused(refusal)) => {
                    let entry = self.refused.entry(refusal.code()).or_default();
                    *entry = (entry.0 + 1, refusal.text(Lang::Zh));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes the story up in the middle of a day: what lies before `now` was played by an earlier process.
    pub(super) async fn take_up(
        &mut self,
        today: WorkDate,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        self.begin_day(today).await?;
        let ahead = self.queue.split_off(&(now, 0));
        // Numbered apart from that process's acts: an act's number names its command.
        let from = u64::try_from(now.timestamp()).unwrap_or_default();
        self.queue = ahead
            .into_iter()
            .map(|((at, number), act)| ((at, from + number), act))
            .collect();
        self.told += from;
        Ok(())
    }

    /// Plays what is left, each act when its moment comes. Planning is left to whoever looks at the demo.
    pub(super) async fn play_live(mut self) -> Result<(), AppError> {
        while let Some(entry) = self.queue.first_entry() {
            let (at, number) = *entry.key();
            let act = entry.remove();
            if let Ok(wait) = (at - self.app.now()).to_std() {
                tokio::time::sleep(wait).await;
            }
            if matches!(act, Act::PlanMonth(_) | Act::PublishMonth(_)) {
                continue;
            }
            match self.perform(at, number, act).await {
                Ok(()) | Err(AppError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The command of a key, the same in every run of the same seed.
    fn command(&self, key: &str) -> CommandId {
        CommandId(Uuid::new_v5(
            &Uuid::NAMESPACE_OID,
            format!("paiban demo {} {key}", self.seed).as_bytes(),
        ))
    }

    fn caller(&self, staff: &StaffId, key: &str) -> Result<Caller, AppError> {
        let actor = self.actors.get(staff).ok_or(AppError::NotFound("person"))?;
        Ok(Caller::with_command(actor.clone(), self.command(key)))
    }

    fn lead(&self, key: &str) -> Result<Caller, AppError> {
        self.caller(&LEAD.into(), key)
    }

    /// A feed, as the server knows it: a machine without a role.
    fn feed(&self, key: &str) -> Caller {
        let actor = Actor {
            staff: StaffId::new("feed:demo"),
            roles: BTreeSet::new(),
            leads: BTreeSet::new(),
        };
        Caller::with_command(actor, self.command(key))
    }

    async fn perform(&mut self, at: DateTime<Utc>, number: u64, act: Act) -> Result<(), AppError> {
        let app = self.app.clone();
        let desk = self.sample.id();
        let unique = format!("act {number}");
        match act {
            Act::Punch { staff, kind } => {
                app.punch(&self.caller(&staff, &unique)?, Punch { kind })
                    .await?;
            }
            Act::Presence { staff, online } => {
                let rows = vec![PresenceRow { staff, at, online }];
                app.report_presence(&self.feed(&unique), &desk, ReportPresence { rows })
                    .await?;
            }
            Act::Call(row) => {
                app.report_calls(&self.feed(&unique), &desk, ReportCalls { rows: vec![row] })
                    .await?;
            }
            Act::SpotCheck(check) => {
                app.spot_check(&self.lead(&unique)?, &desk, check).await?;
            }
            Act::RequestCorrection {
                key,
                staff,
                date,
                edge,
                claimed_at,
            } => {
                let input = RequestCorrection {
                    work_date: date,
                    edge,
                    claimed_at,
                    reason: "忘记打卡".into(),
                };
                app.request_correction(&self.caller(&staff, &key)?, input)
                    .await?;
            }
            Act::DecideCorrection {
                key,
                by_gm,
                approve,
            } => {
                let id = CorrectionId(self.command(&key).0);
                let decider = if by_gm { GM } else { LEAD };
                let caller = self.caller(&decider.into(), &unique)?;
                if approve {
                    app.approve_correction(&caller, id).await?;
                } else {
                    app.refuse_correction(
                        &caller,
                        id,
                        Reason {
                            reason: "监控显示当时不在岗".into(),
                        },
                    )
                    .await?;
                }
            }
            Act::FileCorrection { key, .. } => {
                let id = CorrectionId(self.command(&key).0);
                app.file_correction(&self.caller(&HR.into(), &unique)?, id)
                    .await?;
            }
            Act::RequestLeave {
                key,
                staff,
                request,
            } => {
                app.request_leave(&self.caller(&staff, &key)?, request)
                    .await?;
            }
            Act::EmergencyLeave {
                key,
                staff,
                request,
            } => {
                let input = FileEmergencyLeave {
                    staff,
                    request,
                    emergency: "早上来电，无法上网填写".into(),
                };
                app.file_emergency_leave(&self.lead(&key)?, input).await?;
            }
            Act::DecideLeave { key, approve } => {
                let id = LeaveId(self.command(&key).0);
                // Somebody else than who filed it: the GM office.
                let caller = self.caller(&GM.into(), &unique)?;
                if approve {
                    // A sick note is seen before the leave is approved (T12).
                    if key.starts_with("sick ") {
                        let seen = NoteEvidence {
                            document: "病假条".into(),
                        };
                        app.note_leave_evidence(&caller.step("evidence"), id, seen)
                            .await?;
                    }
                    app.approve_leave(&caller, id).await?;
                } else {
                    app.refuse_leave(
                        &caller,
                        id,
                        Reason {
                            reason: "当天人手不足".into(),
                        },
                    )
                    .await?;
                }
            }
            Act::RequestSwap {
                key,
                from,
                give,
                with,
                arranged,
            } => {
                let input = RequestSwap {
                    give,
                    with,
                    take: None,
                    reason: "家里有事，想请同事代班".into(),
                };
                app.request_swap(&self.caller(&from, &key)?, input).await?;
                if !arranged {
                    self.stays_away.insert((from, give));
                }
            }
            Act::AgreeSwap { key, with, .. } => {
                app.agree_swap(&self.caller(&with, &unique)?, SwapId(self.command(&key).0))
                    .await?;
            }
            Act::DecideSwap { key, .. } => {
                app.approve_swap(&self.lead(&unique)?, SwapId(self.command(&key).0))
                    .await?;
            }
            Act::ComplainDiscourtesy { key, staff, text } => {
                let input = FileComplaint {
                    about: ComplaintAbout::Discourtesy,
                    staff: Some(staff),
                    complainant: Complainant::Customer,
                    text: text.into(),
                    happened_at: at,
                };
                app.file_complaint(&self.lead(&key)?, &desk, input).await?;
            }
            Act::ComplainUnanswered {
                key,
                staff,
                call,
                rang_at,
            } => {
                let input = FileComplaint {
                    about: ComplaintAbout::UnansweredCall { call },
                    staff: Some(staff),
                    complainant: Complainant::Customer,
                    text: "电话一直没人接".into(),
                    happened_at: rang_at,
                };
                app.file_complaint(&self.lead(&key)?, &desk, input).await?;
            }
            Act::VerifyComplaint { key, staff, upheld } => {
                let note = if upheld {
                    "通话记录属实"
                } else {
                    "客户误会"
                };
                let input = VerifyComplaint {
                    staff,
                    upheld,
                    note: note.into(),
                };
                app.verify_complaint(
                    &self.lead(&unique)?,
                    ComplaintId(self.command(&key).0),
                    input,
                )
                .await?;
            }
            Act::ExcusePresence { staff, from, until } => {
                let input = ExcusePresence {
                    staff,
                    from,
                    until,
                    reason: "电脑更新重启".into(),
                };
                app.excuse_presence(&self.lead(&unique)?, &desk, input)
                    .await?;
            }
            Act::ProposeReward { staff, date } => {
                let input = ProposeReward {
                    staff,
                    work_date: date,
                    amount_fen: Fen(5000),
                    reason: "收到客户表扬信".into(),
                };
                app.propose_reward(&self.lead(&unique)?, input).await?;
            }
            Act::HandOver { staff } => self.hand_over(&staff, &unique).await?,
            Act::HoldMeetings(date) => self.hold_meetings(date, &unique).await?,
            Act::PlanLanes(date) => {
                let input = self.lanes_of(date).await?;
                app.plan_lanes(&self.lead(&unique)?, &desk, date, input)
                    .await?;
            }
            Act::PlanMonth(month) => self.plan(month).await?,
            Act::PublishMonth(month) => {
                let input = PublishRoster {
                    acknowledge_shortfalls: true,
                    acknowledge_over_budget: false,
                };
                app.publish_roster(&self.lead(&unique)?, &desk, month, input)
                    .await?;
            }
            Act::SubmitDutyTable { week_start } => {
                app.submit_duty_table(&self.lead(&unique)?, &desk, week_start)
                    .await?;
            }
            Act::BeginDay(date) => self.begin_day(date).await?,
            Act::CloseDays => {
                app.close_due_days(at).await?;
            }
            Act::VerifySanctions(month) => {
                self.decide_sanctions(month, SanctionStatus::Proposed, &unique)
                    .await?
            }
            Act::BalanceSanctions(month) => {
                self.decide_sanctions(month, SanctionStatus::Verified, &unique)
                    .await?
            }
            Act::ApproveSanctions(month) => {
                self.decide_sanctions(month, SanctionStatus::Balanced, &unique)
                    .await?
            }
            Act::AppealOne(month) => self.appeal_one(month, &unique).await?,
            Act::ClosePeriod(month) => {
                self.confirm_sheets(month, &unique).await?;
                let input = ClosePeriod {
                    acknowledge_open: true,
                };
                app.close_period(&self.caller(&HR.into(), &unique)?, &desk, month, input)
                    .await?;
            }
        }
        Ok(())
    }

    /// Everybody reads their month and confirms it; the last one never gets to it.
    async fn confirm_sheets(&self, month: Month, unique: &str) -> Result<(), AppError> {
        let app = &self.app;
        app.catch_up().await?;
        let desk = self.sample.id();
        let sheets = app.read(move |view| view.sheets(&desk, month)).await?;
        let readers = sheets.len().saturating_sub(1);
        for sheet in sheets.into_iter().take(readers) {
            let caller = self.caller(&sheet.staff, &format!("{unique} {}", sheet.staff));
            // Who has left since signs nothing.
            let Ok(caller) = caller else { continue };
            let digest = sheet.digest;
            let input = ConfirmSheet { digest };
            app.confirm_sheet(&caller, &sheet.staff, month, input)
                .await?;
        }
        Ok(())
    }

    /// Offers the post and has it signed by whoever has come, or by the other post; the lead steps in where nobody has.
    async fn hand_over(&self, staff: &StaffId, unique: &str) -> Result<(), AppError> {
        let app = &self.app;
        let mine = app.post_of(staff).await?;
        let Some(wanted) = mine.wanted.clone().filter(|_| mine.released_at.is_none()) else {
            return Ok(());
        };
        let relief = mine.arrived().into_iter().next();
        let to_post = wanted.posts.into_iter().next().filter(|_| relief.is_none());
        let offer = OfferHandover {
            to_post: to_post.clone(),
            notes: "无异常".into(),
            items: Vec::new(),
        };
        let offered = app
            .offer_handover(&self.caller(staff, unique)?, offer)
            .await?;
        let signed = format!("{unique} signed");
        match (relief, to_post) {
            (Some(relief), _) => {
                app.sign_handover(&self.caller(&relief, &signed)?, offered.value)
                    .await?;
            }
            (None, Some(_)) => {
                let name = "监控员".to_owned();
                let caller = self.caller(staff, &signed)?;
                app.sign_handover_at_post(&caller, offered.value, SignAtPost { name })
                    .await?;
            }
            (None, None) => {
                let waiver = WaiveHandover {
                    staff: staff.clone(),
                    work_date: mine.date,
                    reason: "接班人员未到,主管代守".into(),
                };
                app.waive_handover(&self.lead(&signed)?, &mine.desk, waiver)
                    .await?;
            }
        }
        Ok(())
    }

    /// The day's meetings: nearly everybody comes, and nearly everybody signs.
    async fn hold_meetings(&self, date: WorkDate, unique: &str) -> Result<(), AppError> {
        let (app, desk) = (&self.app, self.sample.id());
        app.catch_up().await?;
        let meetings = app
            .read(move |view| {
                let rows = view.meetings(&desk, date, date)?.into_iter();
                rows.filter(|row| row.cancelled.is_none())
                    .map(|row| Ok((view.meeting_expected(&row)?, row.meeting)))
                    .collect::<projections::Result<Vec<_>>>()
            })
            .await?;
        for (number, (expected, meeting)) in meetings.into_iter().enumerate() {
            let key = format!("{unique} meeting {number}");
            let mut dice = Dice::new(self.seed, &format!("meeting {date} {number}"));
            let present: BTreeSet<StaffId> =
                expected.into_iter().filter(|_| !dice.happens(40)).collect();
            let signers = present.clone();
            app.take_attendance(&self.lead(&key)?, meeting, TakeAttendance { present })
                .await?;
            let text = "上周问题与本周安排".to_owned();
            app.publish_minutes(
                &self.lead(&format!("{key} minutes"))?,
                meeting,
                MeetingText { text },
            )
            .await?;
            for staff in signers.into_iter().filter(|_| !dice.happens(60)) {
                let caller = self.caller(&staff, &format!("{key} {staff}"))?;
                app.sign_minutes(&caller, meeting, SignMinutes { revision: 1 })
                    .await?;
            }
        }
        Ok(())
    }

    /// Whoever comes first takes the first lane that is free.
    async fn lanes_of(&self, date: WorkDate) -> Result<PlanLanes, AppError> {
        let order: Vec<LaneId> = self
            .sample
            .lanes()
            .into_iter()
            .map(|lane| lane.id)
            .collect();
        let cells = self.cells_on(date).await?;
        let mut comers: Vec<_> = cells
            .iter()
            .filter_map(|cell| Some((cell.shift.as_ref()?.segments.first()?, &cell.staff)))
            .collect();
        comers.sort_by_key(|(segment, staff)| (segment.start, *staff));
        let mut stints: Vec<LaneStint> = Vec::new();
        for (segment, staff) in comers {
            let free = order.iter().find(|lane| {
                let busy = |stint: &LaneStint| stint.lane == **lane && segment.start < stint.end;
                !stints.iter().any(busy)
            });
            stints.extend(free.map(|lane| LaneStint {
                lane: lane.clone(),
                staff: staff.clone(),
                start: segment.start,
                end: segment.end,
            }));
        }
        Ok(PlanLanes { order, stints })
    }

    /// Demand, draft and solve of a month.
    pub(super) async fn plan(&mut self, month: Month) -> Result<(), AppError> {
        let (app, desk) = (self.app.clone(), self.sample.id());
        let demand = self
            .sample
            .demand(month)
            .map_err(|error| AppError::Internal {
                what: "demand".into(),
                source: Some(Box::new(error)),
            })?;
        app.set_demand(
            &self.lead(&format!("demand {month}"))?,
            &desk,
            month,
            demand,
        )
        .await?;
        app.draft_roster(&self.lead(&format!("draft {month}"))?, &desk, month)
            .await?;
        let input = SolveRoster {
            seed: self.seed,
            work_limit: Some(SOLVE_WORK),
            limit_seconds: Some(SOLVE_SECONDS_MAX),
        };
        let asked = app
            .request_solve(&self.lead(&format!("solve {month}"))?, &desk, month, input)
            .await?;
        let ended = self.watch(month, asked.value).await?;
        self.solves.insert(month, ended);
        Ok(())
    }

    /// Shows a solve's progress until it ends.
    async fn watch(&self, month: Month, solve: SolveId) -> Result<SolveProgress, AppError> {
        let finish = self.app.finish_solve(solve);
        tokio::pin!(finish);
        let mut shown = String::new();
        loop {
            let ended = tokio::select! {
                ended = &mut finish => Some(ended.ok_or(AppError::NotFound("solve"))?),
                () = tokio::time::sleep(PROGRESS_EVERY) => None,
            };
            if let Some(progress) = ended.clone().or_else(|| self.app.solve_progress(solve)) {
                let line = progress_line(month, &progress);
                if line != shown {
                    eprintln!("{line}");
                    shown = line;
                }
            }
            if let Some(ended) = ended {
                return Ok(ended);
            }
        }
    }

    /// The roster in force on a day, as the log has it.
    async fn cells_on(&self, date: WorkDate) -> Result<Vec<Cell>, AppError> {
        let roster = self
            .app
            .roster_state(&self.sample.id(), date.month())
            .await?;
        if roster.revision() == 0 {
            return Ok(Vec::new());
        }
        let of_day = roster.cells.iter().filter(|((_, day), _)| *day == date);
        Ok(of_day
            .map(|((staff, day), shift)| Cell {
                staff: staff.clone(),
                date: *day,
                shift: shift.clone(),
            })
            .collect())
    }

    async fn begin_day(&mut self, date: WorkDate) -> Result<(), AppError> {
        let cells = self.cells_on(date).await?;
        let ahead = self
            .cells_on(date.plus_days(story::SWAP_AHEAD_DAYS))
            .await?;
        let mut away: BTreeSet<StaffId> = BTreeSet::new();
        for staff in self.sample.people() {
            let leave = self.app.leave_state(&staff, date.0.year()).await?;
            if leave.approved().any(|request| request.span.covers(date))
                || self.stays_away.contains(&(staff.clone(), date))
            {
                away.insert(staff);
            }
        }
        let acts = story::day(self.sample, self.seed, date, &cells, &ahead, &|staff| {
            away.contains(staff)
        });
        self.tell(acts);
        Ok(())
    }

    /// Takes the next step of everything of a month that waits for it; a few are waived with a reason.
    async fn decide_sanctions(
        &mut self,
        month: Month,
        waiting: SanctionStatus,
        unique: &str,
    ) -> Result<(), AppError> {
        let (app, desk) = (self.app.clone(), self.sample.id());
        app.catch_up().await?;
        let rows = app.read(move |view| view.penalties(&desk, month)).await?;
        let waiting_rows = rows.into_iter().filter(|row| row.status == waiting);
        for (place, row) in waiting_rows.enumerate() {
            let key = format!("{unique} {}", row.sanction);
            let step = TakeStep {
                amount_fen: None,
                note: "情况属实".into(),
            };
            let outcome = match waiting {
                SanctionStatus::Proposed if place % 11 == 5 => {
                    let reason = Reason {
                        reason: "系统故障期间，不予追究".into(),
                    };
                    app.waive_sanction(&self.lead(&key)?, &row.sanction, reason)
                        .await
                }
                SanctionStatus::Proposed => {
                    let verified = VerifySanction {
                        amount_fen: step.amount_fen,
                        severity: None,
                        note: step.note,
                    };
                    app.verify_sanction(&self.lead(&key)?, &row.sanction, verified)
                        .await
                }
                SanctionStatus::Verified => {
                    app.balance_sanction(&self.caller(&HR.into(), &key)?, &row.sanction, step)
                        .await
                }
                _ => {
                    app.approve_sanction(&self.caller(&GM.into(), &key)?, &row.sanction, step)
                        .await
                }
            };
            match outcome {
                Ok(_) => {}
                Err(AppError::Refused(refusal)) => {
                    let entry = self.refused.entry(refusal.code()).or_default();
                    *entry = (entry.0 + 1, refusal.text(Lang::Zh));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// One person disagrees with one approved penalty, and is heard.
    async fn appeal_one(&mut self, month: Month, unique: &str) -> Result<(), AppError> {
        let (app, desk) = (self.app.clone(), self.sample.id());
        app.catch_up().await?;
        let rows = app.read(move |view| view.penalties(&desk, month)).await?;
        let Some(row) = rows
            .into_iter()
            .find(|row| row.status == SanctionStatus::Approved && row.amount > Fen(1000))
        else {
            return Ok(());
        };
        let appellant = self.caller(&row.staff, &format!("{unique} appeal"))?;
        app.appeal_sanction(
            &appellant,
            &row.sanction,
            Reason {
                reason: "当天已口头向主管说明".into(),
            },
        )
        .await?;
        let input = crate::app::DecideAppeal {
            upheld: false,
            reason: "须提前书面申请".into(),
        };
        app.decide_appeal(
            &self.caller(&HR.into(), &format!("{unique} heard"))?,
            &row.sanction,
            input,
        )
        .await?;
        Ok(())
    }
}

fn progress_line(month: Month, progress: &SolveProgress) -> String {
    let cost = |value: Option<i64>| value.map_or("–".to_owned(), |value| value.to_string());
    format!(
        "  {month} 排班求解 / solving: {:3.0} % {:<7} 成本 cost {:>7}  下界 bound {:>7}  {:5.1} s",
        progress.done * 100.0,
        progress.phase,
        cost(progress.objective),
        cost(progress.bound),
        progress.seconds,
    )
}

/// What an act is called in the summary.
fn name(act: &Act) -> &'static str {
    match act {
        Act::Punch { .. } => "打卡 punches",
        Act::Presence { .. } => "旺旺上下线 presence reports",
        Act::Call(_) => "来电 calls",
        Act::SpotCheck(_) => "巡视 spot checks",
        Act::RequestCorrection { .. } => "补卡申请 correction requests",
        Act::DecideCorrection { .. } => "补卡审批 correction decisions",
        Act::FileCorrection { .. } => "补卡留底 corrections filed",
        Act::RequestLeave { .. } => "请假申请 leave requests",
        Act::EmergencyLeave { .. } => "紧急代请假 emergency leave",
        Act::DecideLeave { .. } => "请假审批 leave decisions",
        Act::RequestSwap { .. } => "调班申请 swap requests",
        Act::AgreeSwap { .. } => "同事同意调班 swaps agreed",
        Act::DecideSwap { .. } => "调班审批 swap decisions",
        Act::ComplainDiscourtesy { .. } | Act::ComplainUnanswered { .. } => "投诉 complaints",
        Act::VerifyComplaint { .. } => "投诉查明 complaints verified",
        Act::ExcusePresence { .. } => "离线说明 presence excused",
        Act::ProposeReward { .. } => "奖励建议 rewards proposed",
        Act::HandOver { .. } => "交接班 handovers",
        Act::HoldMeetings(_) => "例会 days with meetings",
        Act::PlanLanes(_) => "银台安排 lane plans",
        Act::PlanMonth(_) => "生成排班 rosters generated",
        Act::PublishMonth(_) => "发布排班 rosters published",
        Act::SubmitDutyTable { .. } => "上报值班表 duty tables submitted",
        Act::BeginDay(_) => "日 days",
        Act::CloseDays => "日结 day closings",
        Act::VerifySanctions(_) | Act::BalanceSanctions(_) | Act::ApproveSanctions(_) => {
            "奖惩批次 sanction rounds"
        }
        Act::AppealOne(_) => "申诉 appeals",
        Act::ClosePeriod(_) => "月结 periods closed",
    }
}
