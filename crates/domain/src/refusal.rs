//! Why a command was refused: typed, stable codes, the rule cited, words in both languages with the figures at hand.
//!
//! [`Refusal`] is one table: a row is the variant, its stable code, what its reader will do next, the rule it rests on,
//! and the sentence in Chinese and English.

use crate::day::RequestStatus;
use crate::event::{Edge, LeaveKind, LeaveSpan, LoanSpan, PunchKind, Shortfall, Side, Tier};
use crate::ids::{
    AlertId, BreachId, CallId, ComplaintId, CorrectionId, DeskId, HandoverId, ItemId, LaneId,
    LeaveId, LoanId, MeetingId, NodeId, NoticeId, OutingId, OvertimeId, PolicyVersionId, RuleId,
    SanctionId, ShiftCode, SkillId, SolveId, StaffId, SwapId,
};
use crate::policy::{LeaveUnit, SanctionMode, SanctionStep};
use crate::quantities::{Fen, Minutes};
use crate::roster::rules::{Broken, HardRule};
use crate::roster::{RosterStatus, SwapStatus};
use crate::who::Role;
use crate::work_date::{DayMinute, Month, WorkDate};
use RuleId::{D3, D6, S2, S3, T1, T2, T3, T4, T5, T6, T7, T9, T10, T11, T12, T16};
use chrono::NaiveDateTime;

/// The reader's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

/// What the reader of a refusal will do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// Leave it to somebody who may (403).
    Forbidden,
    /// Look for the right thing (404).
    NotFound,
    /// Look at how things stand now (409).
    Conflict,
    /// Ask for something else (422).
    Invalid,
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $variant:ident { $($field:ident: $type:ty),* }
        $code:literal, $kind:ident, $rule:expr, $zh:literal, $en:literal;)*) => {
        /// Why a command was refused.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Refusal { $($(#[$doc])* $variant { $($field: $type),* },)* }

        impl Refusal {
            /// Every code, for documentation and translation checks.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// Its stable name.
            pub fn code(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $code,)* }
            }
            /// What its reader will do next.
            pub fn kind(&self) -> RefusalKind {
                match self { $(Self::$variant { .. } => RefusalKind::$kind,)* }
            }
            /// The row of the source documents it rests on.
            #[allow(unused_variables)]
            pub fn rule(&self) -> Option<RuleId> {
                match self { $(Self::$variant { $($field),* } => $rule,)* }
            }
            /// The sentence for a person.
            #[allow(unused_variables)]
            pub fn text(&self, lang: Lang) -> String {
                match self { $(Self::$variant { $($field),* } => {
                    $(let $field = $field.say(lang);)*
                    match lang { Lang::Zh => format!($zh), Lang::En => format!($en) }
                })* }
            }
        }
    };
}

refusals! {
    // Anywhere.
    /// The author holds no role that may do this here.
    NotPermitted { action: Action, roles: Vec<Role> }
        "not-permitted", Forbidden, action.rule(),
        "只有{roles}可以{action}", "only {roles} may {action}";
    /// The author would decide on a matter of their own.
    OwnMatter { action: Action }
        "own-matter", Forbidden, action.rule(),
        "不能为自己{action}", "nobody may {action} in a matter of their own";
    /// A field of the command is not as it must be.
    FieldInvalid { field: String, fault: Fault }
        "field-invalid", Invalid, None,
        "{field}:{fault}", "{field}: {fault}";
    /// The id was given to something else before.
    IdTaken { id: String }
        "id-taken", Conflict, None,
        "编号 {id} 已被使用", "the id {id} is taken";
    /// The month's books are closed.
    MonthClosed { month: Month }
        "month-closed", Conflict, None,
        "{month} 已关账", "{month} is closed";

    // Staff and desks.
    /// Nobody has this number.
    StaffUnknown { staff: StaffId }
        "staff-unknown", NotFound, None,
        "没有工号为 {staff} 的人员", "nobody has the number {staff}";
    /// Somebody has this number and is employed.
    StaffEmployed { staff: StaffId, from: WorkDate }
        "staff-employed", Conflict, None,
        "{staff} 自 {from} 起已在职", "{staff} is employed since {from}";
    /// The person is not employed on that day.
    StaffNotEmployed { staff: StaffId, date: WorkDate }
        "staff-not-employed", Conflict, None,
        "{staff} 在 {date} 不在职", "{staff} is not employed on {date}";
    /// The person was forgotten: the number stands for nobody any more.
    StaffForgotten { staff: StaffId }
        "staff-forgotten", Conflict, None,
        "工号 {staff} 的人员已被遗忘,请使用新工号", "the person numbered {staff} was forgotten: use a new number";
    /// Whoever works here is not forgotten.
    ForgetEmployed { staff: StaffId }
        "forget-employed", Conflict, None,
        "{staff} 仍在职或尚未离职,不能遗忘", "{staff} is still employed and cannot be forgotten";
    /// A month of the person is not closed: its figures may still have to be looked into.
    ForgetMonthOpen { staff: StaffId, desk: DeskId, month: Month }
        "forget-month-open", Conflict, None,
        "{staff} 在 {desk} 的 {month} 尚未关账,不能遗忘",
        "{month} at {desk} is not closed: {staff} cannot be forgotten yet";
    /// No such desk.
    DeskUnknown { desk: DeskId }
        "desk-unknown", NotFound, None,
        "没有客服部 {desk}", "there is no desk {desk}";
    /// The desk is open already.
    DeskOpen { desk: DeskId }
        "desk-open", Conflict, None,
        "客服部 {desk} 已开设", "the desk {desk} is open already";
    /// The desk lacks what a roster needs.
    DeskNotReady { missing: Vec<Needed> }
        "desk-not-ready", Conflict, Some(T4),
        "还不能排班,缺少:{missing}", "no roster can be made yet; missing: {missing}";
    /// A skill that the desk's demand names would vanish.
    SkillInUse { skill: SkillId, month: Month }
        "skill-in-use", Conflict, None,
        "技能 {skill} 仍用于 {month} 的人力需求", "the skill {skill} is used by the demand of {month}";
    /// The document changes what a closed month was reckoned by.
    PolicyRewritesClosedMonth { month: Month, date: WorkDate, was: PolicyVersionId }
        "policy-rewrites-closed-month", Conflict, None,
        "{month} 已关账,{date} 所依据的制度版本 {was} 不能改动",
        "{month} is closed: the policy version {was} in force on {date} cannot be changed";

    // Punches.
    /// Only the person punches on the page.
    PunchForOther { staff: StaffId }
        "punch-for-other", Forbidden, Some(T5),
        "不能代替 {staff} 打卡", "nobody may punch for {staff}";
    /// The punch lies in the future.
    PunchInFuture { at: NaiveDateTime, now: NaiveDateTime, minutes_max: Minutes }
        "punch-in-future", Invalid, Some(T5),
        "打卡时间 {at} 晚于当前时间 {now} 超过 {minutes_max} 分钟",
        "the punch at {at} is more than {minutes_max} minutes later than now, {now}";
    /// The punch is older than the policy admits.
    PunchTooOld { at: NaiveDateTime, now: NaiveDateTime, minutes_max: Minutes }
        "punch-too-old", Invalid, Some(T5),
        "打卡时间 {at} 早于当前时间 {now} 超过 {minutes_max} 分钟,不再接收",
        "the punch at {at} is more than {minutes_max} minutes older than now, {now}";

    // Corrections.
    /// No such correction.
    CorrectionUnknown { correction: CorrectionId }
        "correction-unknown", NotFound, Some(T6),
        "没有这份补卡申请:{correction}", "there is no correction {correction}";
    /// The window to ask is over.
    CorrectionWindowOver { work_date: WorkDate, window_days: u16, until: WorkDate }
        "correction-window-over", Conflict, Some(T6),
        "{work_date} 的补卡申请须在 {window_days} 日内提出,期限至 {until} 24:00 已过",
        "a correction for {work_date} is asked for within {window_days} days; the window ended with {until}";
    /// The month's corrections are used up.
    CorrectionMonthCap { month: Month, month_max: u16, used: Vec<UsedCorrection> }
        "correction-month-cap", Conflict, Some(T7),
        "{month} 的补卡申请每月不得超过 {month_max} 次,已使用:{used}",
        "no more than {month_max} corrections a month; used in {month}: {used}";
    /// The roster wants no such punch that day.
    CorrectionNoSuchEdge { work_date: WorkDate, edge: Edge }
        "correction-no-such-edge", Invalid, Some(T6),
        "{work_date} 的班次没有{edge}卡", "the roster of {work_date} wants no {edge} punch";
    /// Approved leave covers the punch.
    CorrectionOnLeave { work_date: WorkDate, edge: Edge }
        "correction-on-leave", Invalid, Some(T6),
        "{work_date} 的{edge}时段已请假,无须打卡", "leave covers {edge} on {work_date}: no punch is wanted";
    /// The punch is there.
    CorrectionNotNeeded { work_date: WorkDate, edge: Edge, at: NaiveDateTime }
        "correction-not-needed", Conflict, Some(T6),
        "{work_date} 的{edge}卡已有记录:{at}", "the {edge} punch of {work_date} is there: {at}";
    /// A request for the same punch stands.
    CorrectionDuplicate { work_date: WorkDate, edge: Edge, status: RequestStatus }
        "correction-duplicate", Conflict, Some(T6),
        "{work_date} 的{edge}卡已有补卡申请({status})",
        "a correction for the {edge} punch of {work_date} was asked for ({status})";
    /// The punch is not due yet.
    CorrectionNotDue { work_date: WorkDate, edge: Edge, due: NaiveDateTime }
        "correction-not-due", Invalid, Some(T6),
        "{work_date} 的{edge}卡要到 {due} 才需打", "the {edge} punch of {work_date} is not due before {due}";
    /// The time claimed cannot be.
    CorrectionClaimAbsurd { claimed_at: NaiveDateTime, earliest: NaiveDateTime, latest: NaiveDateTime }
        "correction-claim-absurd", Invalid, Some(T6),
        "所填时间 {claimed_at} 不合理,应在 {earliest} 至 {latest} 之间",
        "the time claimed, {claimed_at}, cannot be: it lies between {earliest} and {latest}";
    /// The request is decided already.
    CorrectionNotPending { correction: CorrectionId, status: RequestStatus }
        "correction-not-pending", Conflict, Some(T6),
        "这份补卡申请{status},不再待审", "the correction is {status}, no longer pending";
    /// Only approved corrections go on file.
    CorrectionNotApproved { correction: CorrectionId, status: RequestStatus }
        "correction-not-approved", Conflict, Some(T6),
        "这份补卡申请{status},批准后才能留底", "the correction is {status}; only an approved one goes on file";
    /// It is on file.
    CorrectionOnFile { correction: CorrectionId }
        "correction-on-file", Conflict, Some(T6),
        "这份补卡申请已留底", "the correction is on file already";
    /// The day's overtime is approved already.
    OvertimeApprovedBefore { work_date: WorkDate, minutes_max: Minutes }
        "overtime-approved-before", Conflict, None,
        "{work_date} 的加班已批准 {minutes_max} 分钟", "overtime of {work_date} is approved: {minutes_max} minutes";
    /// The law's cap on a working day's overtime.
    OvertimeDayCap { work_date: WorkDate, asked: Minutes, minutes_max: Minutes }
        "overtime-day-cap", Conflict, None,
        "{work_date} 加班 {asked} 分钟将超过每天上限 {minutes_max} 分钟",
        "{asked} minutes of overtime on {work_date} exceed the cap of {minutes_max} a day";
    /// The law's cap on monthly overtime.
    OvertimeMonthCap { month: Month, approved: Minutes, asked: Minutes, minutes_max: Minutes }
        "overtime-month-cap", Conflict, None,
        "{month} 已批准加班 {approved} 分钟,再加 {asked} 分钟将超过每月上限 {minutes_max} 分钟",
        "{approved} minutes of overtime are approved in {month}; {asked} more exceed the cap of {minutes_max}";
    /// The law protects the person from overtime.
    OvertimeProtected { staff: StaffId, work_date: WorkDate }
        "overtime-protected", Conflict, None,
        "{staff} 在 {work_date} 处于孕期或哺乳期,不得安排加班",
        "{staff} is protected on {work_date}: no overtime";
    /// The desk's rules know no requests for overtime.
    OvertimeNotAskedFor {}
        "overtime-not-asked-for", Conflict, None,
        "本部门的加班由主管安排,不接受加班申请", "the desk's overtime is arranged by the lead: nobody asks for it";
    /// Too early or too late to ask.
    OvertimeRequestWindow { work_date: WorkDate, first: WorkDate, last: WorkDate }
        "overtime-request-window", Conflict, None,
        "{work_date} 的加班须在 {first} 至 {last} 之间申请", "overtime of {work_date} is asked for from {first} to {last}";
    /// A request for the day waits.
    OvertimeRequestStands { work_date: WorkDate }
        "overtime-request-stands", Conflict, None,
        "{work_date} 的加班已申请,等待审批", "overtime of {work_date} was asked for and waits for a decision";
    /// No such request.
    OvertimeUnknown { request: OvertimeId }
        "overtime-unknown", NotFound, None,
        "没有这份加班申请:{request}", "there is no request for overtime {request}";
    /// It is decided already.
    OvertimeNotPending { request: OvertimeId, status: RequestStatus }
        "overtime-not-pending", Conflict, None,
        "这份加班申请{status},不再待审", "the request for overtime is {status}, no longer pending";

    // Rosters.
    /// The roster is not in the state this needs.
    RosterStands { month: Month, status: RosterStatus, action: Action }
        "roster-status", Conflict, Some(T4),
        "{month} 的排班表{status},不能{action}", "the roster of {month} is {status}: nobody can {action}";
    /// A solve is running.
    SolveRunning { solve: SolveId }
        "solve-running", Conflict, Some(T4),
        "正在生成排班:{solve}", "a roster is being generated: {solve}";
    /// No such solve waits for its result.
    SolveUnknown { solve: SolveId }
        "solve-unknown", NotFound, Some(T4),
        "没有等待结果的排班计算:{solve}", "no solve {solve} waits for a result";
    /// Another node works on it.
    SolveTaken { solve: SolveId, node: NodeId }
        "solve-taken", Conflict, Some(T4),
        "{node} 正在进行这次排班计算:{solve}", "the node {node} works on the solve {solve}";
    /// No such proposal waits for an answer.
    ProposalUnknown { solve: SolveId }
        "proposal-unknown", NotFound, Some(T4),
        "没有等待答复的重排方案:{solve}", "no proposal {solve} waits for an answer";
    /// The roster has changed since the proposal was made.
    ProposalOutdated { solve: SolveId, base: u32, revision: u32 }
        "proposal-outdated", Conflict, Some(T4),
        "方案依据的是第 {base} 版,现行的是第 {revision} 版:请重新生成方案",
        "the proposal was made of revision {base}, in force is {revision}: ask for a new one";
    /// Nothing to publish.
    RosterEmpty { month: Month }
        "roster-empty", Conflict, Some(T4),
        "{month} 的排班表还是空的", "the roster of {month} is empty";
    /// The desk would be under its minimum, and nobody said so.
    ShortfallsNotAcknowledged { shortfalls: Vec<Shortfall> }
        "shortfalls-not-acknowledged", Conflict, Some(T1),
        "以下时段客服少于最低人数,须确认后才能发布:{shortfalls}",
        "the desk would be under its minimum; acknowledge this to publish: {shortfalls}";
    /// Hard rules would be broken.
    RosterRulesBroken { broken: Vec<Broken> }
        "roster-rules-broken", Invalid, Some(T4),
        "违反排班规则:{broken}", "the roster's rules would be broken: {broken}";
    /// A change by hand would break a limit that the policy sets for planned rosters.
    RosterLimitsBroken { limits_zh: String, limits_en: String }
        "roster-limits-broken", Invalid, Some(T4),
        "违反管理制度的排班限制:{limits_zh}", "limits of the policy would be broken: {limits_en}";
    /// A change by hand could break a limit unseen: what the limits are judged from makes no sense.
    RosterUnjudged { faults_zh: String, faults_en: String }
        "roster-unjudged", Conflict, Some(T4),
        "无法核对排班限制,改动没有保存;请先更正:{faults_zh}",
        "the limits cannot be judged, so nothing was changed; put this right first: {faults_en}";
    /// The desk's rules take no wishes.
    WishesNotTaken { desk: DeskId }
        "wishes-not-taken", Conflict, Some(T4),
        "{desk} 的规则没有设定排班意愿", "the rules of {desk} take no wishes";
    /// The roster is in force, or the month is over.
    WishesClosed { month: Month }
        "wishes-closed", Conflict, Some(T4),
        "{month} 的班表已发布或已过去,不能再提意愿", "the roster of {month} is published or past: wishes are closed";
    /// More wishes than a person may have in a month.
    TooManyWishes { month: Month, count: u16, count_max: u16 }
        "too-many-wishes", Invalid, Some(T4),
        "{month} 最多提 {count_max} 个意愿,现有 {count} 个", "{count} wishes for {month}; at most {count_max}";
    /// The month would cost more than its budget, and nobody said so.
    BudgetExceeded { month: Month, cost: Fen, budget: Fen, over: Fen }
        "budget-exceeded", Conflict, Some(RuleId::M10),
        "{month} 的排班预计人工成本 {cost},超出预算 {budget} 共 {over},须确认后才能发布",
        "the roster of {month} would cost {cost}, {over} above its budget of {budget}; acknowledge this to publish";
    /// There is no shift to re-time.
    NoShiftToRetime { staff: StaffId, date: WorkDate }
        "no-shift-to-retime", Conflict, Some(RuleId::M2),
        "{staff} 在 {date} 没有班次可调整", "{staff} has no shift on {date} to re-time";
    /// The day is over.
    LaneDayOver { date: WorkDate }
        "lane-day-over", Conflict, Some(RuleId::M4),
        "{date} 已过,银台安排不能再改", "{date} is over: its lanes can no longer be planned";
    /// Not rostered then, or on leave.
    LaneNotAtWork { staff: StaffId, date: WorkDate, start: DayMinute, end: DayMinute }
        "lane-not-at-work", Conflict, Some(RuleId::M4),
        "{staff} 在 {date} {start}–{end} 不当班,不能分配银台",
        "{staff} is not at work on {date} from {start} to {end}";
    /// The lane wants another skill.
    LaneSkillMissing { staff: StaffId, lane: LaneId, skill: SkillId }
        "lane-skill-missing", Conflict, Some(RuleId::M4),
        "{staff} 没有银台 {lane} 所需的技能 {skill}", "{staff} lacks the skill {skill} that the lane {lane} wants";
    /// Somebody else is at the lane then.
    LaneTaken { lane: LaneId, staff: StaffId, other: StaffId, start: DayMinute, end: DayMinute }
        "lane-taken", Conflict, Some(RuleId::M4),
        "银台 {lane} 在 {start}–{end} 已分配给 {other},不能再分配给 {staff}",
        "the lane {lane} is {other}'s from {start} to {end}: {staff} cannot have it too";
    /// The person is at another lane then.
    LanePersonTaken { staff: StaffId, lane: LaneId, other: LaneId, start: DayMinute, end: DayMinute }
        "lane-person-taken", Conflict, Some(RuleId::M4),
        "{staff} 在 {start}–{end} 已在银台 {other},不能同时在银台 {lane}",
        "{staff} is at the lane {other} from {start} to {end} and cannot be at {lane} too";
    /// More lanes than there are.
    LanesTooMany { open: u16, lanes: usize }
        "lanes-too-many", Invalid, Some(RuleId::M3),
        "要开 {open} 个银台,但只有 {lanes} 个", "{open} lanes cannot open: there are {lanes}";
    /// The shift has begun.
    ShiftBegun { staff: StaffId, date: WorkDate, begins: NaiveDateTime }
        "shift-begun", Conflict, Some(T4),
        "{staff} {date} 的班次已于 {begins} 开始,不能改动已过去的部分",
        "the shift of {staff} on {date} began at {begins}: what has passed cannot change";
    /// The week's table was handed in as it stands.
    DutyTableSubmitted { week_start: WorkDate, revision: u32 }
        "duty-table-submitted", Conflict, Some(T3),
        "{week_start} 这一周的值班表(第 {revision} 版)已提交行政部",
        "the duty table of the week of {week_start} was submitted at revision {revision}";

    // Swaps.
    /// No such swap.
    SwapUnknown { swap: SwapId }
        "swap-unknown", NotFound, Some(T9),
        "没有这份调班申请:{swap}", "there is no swap {swap}";
    /// The swap is not where this step begins.
    SwapStands { swap: SwapId, status: SwapStatus, action: Action }
        "swap-status", Conflict, Some(T9),
        "调班申请{status},不能{action}", "the swap is {status}: nobody can {action}";
    /// The colleague has not agreed.
    SwapNotAgreed { swap: SwapId, with: StaffId }
        "swap-not-agreed", Conflict, Some(T9),
        "同事 {with} 尚未同意调班", "{with} has not agreed to the swap";
    /// Not the colleague who was asked, or not the author.
    SwapNotYours { action: Action }
        "swap-not-yours", Forbidden, Some(T9),
        "只有当事人可以{action}", "only the person concerned may {action}";
    /// There is no shift to give or take.
    SwapNoShift { staff: StaffId, date: WorkDate }
        "swap-no-shift", Invalid, Some(T9),
        "{staff} 在 {date} 没有班次", "{staff} has no shift on {date}";
    /// The colleague belongs to another desk.
    SwapOtherDesk { with: StaffId, desk: DeskId }
        "swap-other-desk", Invalid, Some(T9),
        "{with} 不是 {desk} 的同事", "{with} is not of the desk {desk}";
    /// The cell is no longer what the swap was asked for.
    SwapCellChanged { staff: StaffId, date: WorkDate }
        "swap-cell-changed", Conflict, Some(T9),
        "{staff} {date} 的班次在申请之后已变动,请重新申请",
        "the shift of {staff} on {date} changed since the swap was asked for";

    // Leave.
    /// No such leave.
    LeaveUnknown { leave: LeaveId }
        "leave-unknown", NotFound, Some(T12),
        "没有这份请假申请:{leave}", "there is no leave {leave}";
    /// The request comes after the shift began.
    LeaveTooLate { date: WorkDate, begins: NaiveDateTime }
        "leave-too-late", Conflict, Some(T12),
        "请假须在班次开始前提出:{date} 的班次已于 {begins} 开始",
        "leave is asked for before the shift: that of {date} began at {begins}";
    /// Only a lead or the GM office files for somebody, and only in an emergency.
    LeaveForOther { staff: StaffId }
        "leave-for-other", Forbidden, Some(T12),
        "代 {staff} 请假只能由主管或总经办在紧急情况下办理并注明原因",
        "only a lead or the GM office files leave for {staff}, in an emergency, and says why";
    /// The emergency way is not for one's own leave.
    LeaveOwnEmergency { staff: StaffId }
        "leave-own-emergency", Forbidden, Some(T12),
        "本人请假不能按紧急代办处理", "the emergency way is not for one's own leave";
    /// Other leave overlaps.
    LeaveOverlaps { span: LeaveSpan }
        "leave-overlaps", Conflict, Some(T12),
        "与已有请假重叠:{span}", "other leave overlaps: {span}";
    /// The balance does not suffice.
    LeaveBalanceShort { kind: LeaveKind, available: Minutes, wanted: Minutes }
        "leave-balance-short", Conflict, Some(T2),
        "{kind}余额不足:可用 {available} 分钟,需要 {wanted} 分钟",
        "not enough {kind}: {available} minutes are left, {wanted} are wanted";
    /// The kind is not taken in such parts.
    LeaveUnitMismatch { kind: LeaveKind, unit: LeaveUnit }
        "leave-unit-mismatch", Invalid, Some(T12),
        "{kind}须按{unit}申请", "{kind} is taken in {unit}";
    /// There is no shift to take half of.
    LeaveHalfOfNothing { date: WorkDate }
        "leave-half-of-nothing", Invalid, Some(T12),
        "{date} 没有班次,不能请半天", "there is no shift on {date} to take half of";
    /// The kind wants a document, and nobody has seen one.
    LeaveEvidenceMissing { kind: LeaveKind, named: Option<String> }
        "leave-evidence-missing", Conflict, Some(T12),
        "{kind}须有证明材料,审批人或人力资源部核看登记后才能批准(本人所称材料:{named})",
        "{kind} wants a document; it is approved once an approver or HR has noted having seen it (named so far: {named})";
    /// No open shift of this leave on that day.
    OpenShiftUnknown { date: WorkDate }
        "open-shift-unknown", NotFound, Some(T1),
        "{date} 没有这个空班:请假已撤回、已有人顶班,或班次已开始",
        "there is no such open shift on {date}: the leave was taken back, somebody covers it, or it has begun";
    /// The colleague cannot serve what the shift serves.
    CoverSkillMissing { staff: StaffId, skills: Vec<SkillId> }
        "cover-skill-missing", Conflict, Some(T1),
        "{staff} 没有顶班所需的技能:{skills}", "{staff} lacks the skill to cover: {skills}";
    /// The request is decided already.
    LeaveNotPending { leave: LeaveId, status: RequestStatus }
        "leave-not-pending", Conflict, Some(T12),
        "这份请假申请{status},不再待审", "the leave is {status}, no longer pending";
    /// Leave that began cannot be taken back.
    LeaveBegun { leave: LeaveId, first: WorkDate }
        "leave-begun", Conflict, Some(T12),
        "请假已于 {first} 开始,不能撤回", "the leave began on {first} and cannot be withdrawn";
    /// The kind of leave has no balance.
    LeaveKindUnbalanced { kind: LeaveKind }
        "leave-kind-unbalanced", Invalid, Some(T2),
        "{kind}没有余额", "{kind} has no balance";
    /// Only the author withdraws.
    NotYourRequest { action: Action }
        "not-your-request", Forbidden, action.rule(),
        "只有申请人本人可以{action}", "only its author may {action}";

    // Evidence.
    /// The feed says two different things of one call.
    CallTold { call: CallId }
        "call-told-differently", Conflict, Some(T11),
        "电话 {call} 已有不同的记录", "the call {call} is recorded differently";
    /// No such call that day.
    CallUnknown { call: CallId }
        "call-unknown", NotFound, Some(T11),
        "当日没有电话 {call}", "there is no call {call} that day";
    /// The call was answered.
    CallAnswered { call: CallId, by: StaffId }
        "call-answered", Invalid, Some(T11),
        "电话 {call} 已由 {by} 接听", "the call {call} was answered by {by}";
    /// The call was somebody else's.
    CallRoutedTo { call: CallId, staff: StaffId }
        "call-routed-to", Invalid, Some(T11),
        "电话 {call} 转给的是 {staff}", "the call {call} was routed to {staff}";
    /// No such complaint that day.
    ComplaintUnknown { complaint: ComplaintId }
        "complaint-unknown", NotFound, Some(T11),
        "没有这份投诉:{complaint}", "there is no complaint {complaint}";
    /// Somebody looked into it.
    ComplaintVerified { complaint: ComplaintId, by: StaffId }
        "complaint-verified", Conflict, Some(T11),
        "{by} 已核实过这份投诉", "{by} looked into the complaint already";
    /// The complaint is about somebody else.
    ComplaintAboutOther { complaint: ComplaintId, staff: StaffId }
        "complaint-about-other", Invalid, Some(T11),
        "投诉对象是 {staff}", "the complaint is about {staff}";
    /// The time lies in the future.
    EvidenceInFuture { at: NaiveDateTime, now: NaiveDateTime }
        "evidence-in-future", Invalid, None,
        "时间 {at} 晚于当前时间 {now}", "{at} is later than now, {now}";

    // Breaches recorded by hand.
    /// The desk's policy does not list the rule.
    BreachNotRecordable { rule: RuleId, recordable: Vec<RuleId> }
        "breach-not-recordable", Invalid, Some(*rule),
        "{rule} 不能由主管直接登记,可登记的有:{recordable}",
        "a breach of {rule} cannot be recorded by hand; these can: {recordable}";
    /// No such breach that day.
    BreachUnknown { breach: BreachId }
        "breach-unknown", NotFound, Some(D6),
        "没有这条违规记录:{breach}", "there is no breach {breach}";
    /// It was taken back.
    BreachIsRetracted { breach: BreachId }
        "breach-retracted", Conflict, Some(D6),
        "这条违规记录已撤销", "the breach was taken back already";
    /// The day is to come.
    BreachInFuture { date: WorkDate, today: WorkDate }
        "breach-in-future", Invalid, Some(D6),
        "{date} 晚于今天 {today}", "{date} is later than today, {today}";
    /// The evidence named is not there.
    BreachEvidenceUnknown { rule: RuleId }
        "breach-evidence-unknown", Invalid, Some(*rule),
        "所引的巡查或投诉不存在,或巡查时本人在岗",
        "the spot check or complaint named does not exist, or the person was found on post";
    /// Off post is recorded on a spot check.
    BreachWantsSpotCheck { rule: RuleId }
        "breach-wants-spot-check", Invalid, Some(D3),
        "登记离岗({rule})须引用当天的巡查记录", "off post ({rule}) is recorded on a spot check of that day";
    /// The person was not to be on post then.
    BreachNotOnDuty { staff: StaffId, at: NaiveDateTime, rule: RuleId }
        "breach-not-on-duty", Invalid, Some(*rule),
        "{staff} 在 {at} 不应在岗:未排班、用餐、请假或班次之外",
        "{staff} was not to be on post at {at}: not rostered, at meal, on leave or outside the shift";

    // Meetings.
    /// No such meeting.
    MeetingUnknown { meeting: MeetingId }
        "meeting-unknown", NotFound, Some(S2),
        "没有这次会议:{meeting}", "there is no meeting {meeting}";
    /// It does not take place.
    MeetingIsCancelled { meeting: MeetingId }
        "meeting-cancelled", Conflict, Some(S2),
        "会议已取消", "the meeting was cancelled";
    /// It has begun.
    MeetingBegun { starts: NaiveDateTime }
        "meeting-begun", Conflict, Some(S2),
        "会议时间 {starts} 已过,须在开始前办理", "the meeting begins at {starts}: this is done before";
    /// It has not begun.
    MeetingNotBegun { starts: NaiveDateTime }
        "meeting-not-begun", Conflict, Some(S2),
        "会议 {starts} 才开始", "the meeting does not begin before {starts}";
    /// A statement is filed beforehand.
    StatementTooLate { starts: NaiveDateTime }
        "statement-too-late", Conflict, Some(S2),
        "书面说明须在会议开始({starts})之前提交", "a statement is filed before the meeting begins; it began at {starts}";
    /// The person is not to come.
    MeetingNotExpected { staff: StaffId }
        "meeting-not-expected", Conflict, Some(S2),
        "{staff} 不在应到人员之列", "{staff} is not expected at the meeting";
    /// There are no minutes yet.
    MinutesNotPublished { meeting: MeetingId }
        "minutes-not-published", Conflict, Some(S3),
        "会议纪要尚未发布", "the minutes are not published yet";
    /// Only who was there signs.
    MinutesNotYours { staff: StaffId }
        "minutes-not-yours", Forbidden, Some(S3),
        "会议纪要由与会人员签字,{staff} 未与会", "those who attended sign the minutes; {staff} did not attend";
    /// There are newer minutes.
    MinutesRevised { revision: u32 }
        "minutes-revised", Conflict, Some(S3),
        "会议纪要已更新为第 {revision} 版,请重新阅读", "the minutes were revised: read revision {revision}";
    // Handovers, open items and work outside.
    /// Nobody who could take the post over has come (P5).
    ReliefNotArrived { reliefs: Vec<StaffId> }
        "relief-not-arrived", Conflict, Some(RuleId::P5),
        "接班人员 {reliefs} 未到岗,须坚守岗位,待其到岗并办理交接手续后方可下班",
        "the relief ({reliefs}) is not there yet: stay on the post until they have come and signed the handover";
    /// The post has not been taken over (P5).
    HandoverNotSigned { reliefs: Vec<StaffId> }
        "handover-not-signed", Conflict, Some(RuleId::P5),
        "交接手续尚未办理,须由接班人员 {reliefs} 签字后方可下班",
        "the handover is not signed: {reliefs} takes the post over before anybody leaves";
    /// Another post has not taken it over (P6).
    PostHandoverNotSigned { posts: Vec<String> }
        "post-handover-not-signed", Conflict, Some(RuleId::P6),
        "下班前须与{posts}做好交接班并签字,或由接班人员签字",
        "the post is handed over to {posts}, or to a relief, and signed for before anybody leaves";
    /// Items are open and theirs (S4).
    ItemsLeftOpen { items: Vec<String> }
        "items-left-open", Conflict, Some(RuleId::S4),
        "须完成当日交办之工作方可下班,尚未完成或移交:{items}",
        "what is open is done or handed over before leaving: {items}";
    /// No shift to hand over.
    HandoverNoShift { staff: StaffId }
        "handover-no-shift", Invalid, Some(RuleId::P5),
        "{staff} 现在没有班次可交接", "{staff} has no shift to hand over now";
    /// The shift's end asks for no handover.
    NobodyToRelieve { code: ShiftCode, date: WorkDate }
        "nobody-to-relieve", Invalid, Some(RuleId::P5),
        "{date} 的{code}班下班时无须交接", "nobody relieves shift {code} of {date}: there is nothing to hand over";
    /// Not punched in.
    NotOnPost { staff: StaffId }
        "not-on-post", Conflict, Some(RuleId::P5),
        "{staff} 尚未到岗打卡", "{staff} has not punched in";
    /// Not among those who take over.
    NotTheRelief { staff: StaffId }
        "not-the-relief", Forbidden, Some(RuleId::P5),
        "{staff} 不是接班人员", "{staff} does not relieve this shift";
    /// No such handover.
    HandoverUnknown { handover: HandoverId }
        "handover-unknown", NotFound, Some(RuleId::P5),
        "没有这份交接:{handover}", "there is no handover {handover}";
    /// Somebody signed it.
    HandoverSigned { handover: HandoverId }
        "handover-signed", Conflict, Some(RuleId::P5),
        "交接已签字", "the handover is signed already";
    /// A later offer took its place.
    HandoverReplaced { handover: HandoverId }
        "handover-replaced", Conflict, Some(RuleId::P5),
        "这份交接已由新的交接代替", "a later offer took the place of this handover";
    /// The offer names no other post.
    HandoverNotToAPost { handover: HandoverId }
        "handover-not-to-a-post", Invalid, Some(RuleId::P6),
        "这份交接不是交给其他岗位的", "this handover is not given to another post";
    /// No such item.
    ItemUnknown { item: ItemId }
        "item-unknown", NotFound, Some(RuleId::S4),
        "没有这项交办事项:{item}", "there is no item {item}";
    /// It is done.
    ItemClosed { item: ItemId, by: StaffId }
        "item-closed", Conflict, Some(RuleId::S4),
        "{by} 已完成这项工作", "{by} has done it already";
    /// It is theirs already.
    ItemHeld { item: ItemId, staff: StaffId }
        "item-held", Conflict, Some(RuleId::S4),
        "这项工作已在 {staff} 手上", "the item is with {staff} already";
    /// It is not the author's, or not open.
    ItemNotYours { item: ItemId }
        "item-not-yours", Invalid, Some(RuleId::P7),
        "这项工作不在本人手上:{item}", "the item {item} is not yours to hand over";
    /// Work outside belongs to a shift.
    OutingNoShift { staff: StaffId }
        "outing-no-shift", Invalid, Some(RuleId::D9),
        "{staff} 现在没有班次,无须登记外出", "{staff} has no shift now: there is no work outside to register";
    /// One at a time.
    OutingOpen { place: String }
        "outing-open", Conflict, Some(RuleId::D9),
        "已登记外出({place}),返回后才能再登记", "work outside ({place}) is registered: come back from it first";
    /// No such work outside.
    OutingUnknown { outing: OutingId }
        "outing-unknown", NotFound, Some(RuleId::D9),
        "没有这项外出登记:{outing}", "there is no work outside {outing}";
    /// Back already.
    OutingReturned { outing: OutingId }
        "outing-returned", Conflict, Some(RuleId::D9),
        "已登记返回", "the return is recorded already";

    // Loans to another desk.
    /// No such loan.
    LoanUnknown { loan: LoanId }
        "loan-unknown", NotFound, Some(RuleId::D2),
        "没有这项借调:{loan}", "there is no loan {loan}";
    /// The loan was decided.
    LoanNotPending { loan: LoanId, status: RequestStatus }
        "loan-not-pending", Conflict, Some(RuleId::D2),
        "借调{status},不能再处理", "the loan is {status} already";
    /// Lent to one desk at a time.
    LoanOverlaps { to: DeskId, span: LoanSpan }
        "loan-overlaps", Conflict, Some(RuleId::D2),
        "与借调到 {to} 的时间({span})重叠", "overlaps the loan to {to} ({span})";
    /// It is over.
    LoanOver { loan: LoanId, last: WorkDate }
        "loan-over", Conflict, Some(RuleId::D2),
        "借调已开始或已于 {last} 结束", "the loan has begun or was over on {last}";

    // Penalties and rewards.
    /// Nothing is proposed under this id (any more).
    SanctionUnknown { sanction: SanctionId }
        "sanction-unknown", NotFound, Some(T16),
        "没有这项奖惩提议:{sanction}", "nothing is proposed under {sanction}";
    /// Another step comes first.
    SanctionStepOutOfOrder { wanted: SanctionStep, next: SanctionStep }
        "sanction-step-out-of-order", Conflict, Some(T16),
        "还不能{wanted},下一步是{next}", "too early to {wanted}: the next step is to {next}";
    /// The chain has no such step, or it is done.
    SanctionStepDone { step: SanctionStep }
        "sanction-step-done", Conflict, Some(T16),
        "{step}已完成或不需要", "nothing is left to {step}";
    /// The amount lies outside what the policy admits.
    SanctionAmount { amount: Worth, amount_max: Worth }
        "sanction-amount", Invalid, Some(T16),
        "金额 {amount} 须在 0 至 {amount_max} 之间", "the amount {amount} must lie between 0 and {amount_max}";
    /// The amount lies outside the range in which severity decides.
    SanctionOutOfRange { rule: RuleId, amount: Worth, low: Worth, high: Worth }
        "sanction-out-of-range", Invalid, Some(*rule),
        "{amount} 不在 {rule} 规定的 {low} 至 {high} 之间", "{amount} lies outside what {rule} allows: {low} to {high}";
    /// The amount is chosen by severity, and neither may be left out, nor the reason.
    SeverityMissing { rule: RuleId }
        "severity-missing", Invalid, Some(*rule),
        "{rule} 依情节轻重处罚,须选定情节和金额并写明理由",
        "{rule} is by severity: choose the severity and the amount, and say why";
    /// No such notice (any more).
    NoticeUnknown { notice: NoticeId }
        "notice-unknown", NotFound, Some(D6),
        "没有这份通知:{notice}", "there is no notice {notice}";
    /// Somebody took note of it.
    NoticeIsAcknowledged { by: StaffId }
        "notice-acknowledged", Conflict, Some(D6),
        "{by} 已确认过这份通知", "{by} has taken note of it already";
    /// It was waived.
    SanctionWaived { sanction: SanctionId }
        "sanction-waived", Conflict, Some(T16),
        "这项奖惩已免除", "it was waived";
    /// It is approved; an appeal is the way.
    SanctionApproved { sanction: SanctionId }
        "sanction-approved", Conflict, Some(T16),
        "这项奖惩已批准,只能通过申诉改变", "it is approved; only an appeal can change it";
    /// It is not approved yet.
    SanctionNotApproved { sanction: SanctionId }
        "sanction-not-approved", Conflict, Some(T16),
        "这项奖惩尚未批准,不需要申诉", "it is not approved yet: there is nothing to appeal";
    /// Only the person appeals.
    AppealNotYours { staff: StaffId }
        "appeal-not-yours", Forbidden, Some(T16),
        "只有 {staff} 本人可以申诉", "only {staff} may appeal";
    /// The time to appeal is over.
    AppealTooLate { until: WorkDate, days: u16 }
        "appeal-too-late", Conflict, Some(T16),
        "申诉须在批准后 {days} 日内提出,期限至 {until}",
        "an appeal is made within {days} days of approval; the last was {until}";
    /// It was appealed before.
    AppealedBefore { sanction: SanctionId }
        "appealed-before", Conflict, Some(T16),
        "已申诉过", "it was appealed before";
    /// There is no open appeal.
    AppealUnknown { sanction: SanctionId }
        "appeal-unknown", NotFound, Some(T16),
        "没有待处理的申诉", "there is no open appeal";
    /// Who approved does not judge the appeal.
    AppealOfOwnApproval { by: StaffId }
        "appeal-of-own-approval", Forbidden, Some(T16),
        "{by} 批准了这项奖惩,不能再裁决申诉", "{by} approved it and does not judge the appeal";

    // Periods.
    /// The day is not over.
    DayNotOver { date: WorkDate, ends: NaiveDateTime }
        "day-not-over", Conflict, Some(T4),
        "{date} 要到 {ends} 才结束", "{date} is not over before {ends}";
    /// Days close in order.
    DayOutOfOrder { date: WorkDate, next: WorkDate }
        "day-out-of-order", Conflict, Some(T4),
        "{date} 之前应先结束 {next}", "{next} is to be closed before {date}";
    /// Days of the month are not closed.
    DaysNotClosed { month: Month, closed_through: Option<WorkDate> }
        "days-not-closed", Conflict, None,
        "{month} 还有未结束的日子,已结束至 {closed_through}",
        "days of {month} are not over; closed through {closed_through}";
    /// Something waits for a decision.
    PeriodHasOpenItems { month: Month, open: Vec<OpenItem> }
        "period-has-open-items", Conflict, None,
        "{month} 还有未处理事项,确认后才能关账:{open}",
        "{month} has open items; acknowledge them to close: {open}";
    /// The month to adjust is not closed.
    MonthNotClosed { month: Month }
        "month-not-closed", Conflict, None,
        "{month} 尚未关账", "{month} is not closed";
    /// Closed figures and facts agree.
    NothingToAdjust { staff: StaffId, month: Month }
        "nothing-to-adjust", Conflict, None,
        "{staff} 的 {month} 与关账时没有待调整的差额",
        "nothing is left to adjust for {staff} in {month}: it stands as it was closed";
    /// The amount is not what the figures come to.
    AdjustmentDiffers { staff: StaffId, month: Month, asked: Fen, due: Fen }
        "adjustment-differs", Conflict, None,
        "{staff} 的 {month} 差额按账为 {due},不是 {asked}",
        "the difference of {month} for {staff} is {due}, not {asked}";
    /// Only the person speaks for their sheet.
    SheetNotYours { staff: StaffId }
        "sheet-not-yours", Forbidden, None,
        "只有 {staff} 本人可以确认这份月报", "only {staff} may speak for this sheet";
    /// The person has no figures in that month.
    SheetUnknown { staff: StaffId, month: Month }
        "sheet-unknown", NotFound, None,
        "{staff} 在 {month} 没有月报", "{staff} has no sheet of {month}";
    /// The figures changed since they were read.
    SheetChanged { month: Month }
        "sheet-changed", Conflict, None,
        "{month} 的数字已有变动,请重新核对", "the figures of {month} changed since: read them again";
    /// A reopening waits for an answer.
    ReopeningAsked { month: Month, by: StaffId }
        "reopening-asked", Conflict, None,
        "{by} 已申请重开 {month},等待总经办答复", "{by} asked to reopen {month}; the GM office has not answered";
    /// Nobody asks to reopen the month.
    ReopeningNotAsked { month: Month }
        "reopening-not-asked", Conflict, None,
        "没有人申请重开 {month}", "nobody asks to reopen {month}";

    // Alerts.
    /// No such alert.
    AlertUnknown { alert: AlertId }
        "alert-unknown", NotFound, Some(RuleId::D8),
        "没有这条警示:{alert}", "there is no alert {alert}";
    /// The alert is over.
    AlertClosed { alert: AlertId }
        "alert-closed", Conflict, Some(RuleId::D8),
        "这条警示已解除", "the alert is closed already";
}

impl Refusal {
    /// The field of the command at fault, such as `templates[2].segments[1].start`.
    pub fn field(&self) -> Option<&str> {
        if let Self::FieldInvalid { field, .. } = self {
            return Some(field);
        }
        None
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for Refusal {}

/// What can be said to a person in either language.
pub trait Say {
    /// Its words.
    fn say(&self, lang: Lang) -> String;
}

/// The words of a closed set.
macro_rules! say_by_variant {
    ($enum:ident { $($variant:ident $zh:literal $en:literal,)* }) => {
        impl Say for $enum {
            fn say(&self, lang: Lang) -> String {
                match (self, lang) {
                    $((Self::$variant, Lang::Zh) => $zh, (Self::$variant, Lang::En) => $en,)*
                }.to_owned()
            }
        }
    };
}

/// Declares a closed set with its words.
macro_rules! words {
    ($(#[$enum_doc:meta])* $enum:ident { $($(#[$doc:meta])* $variant:ident $zh:literal $en:literal,)* }) => {
        $(#[$enum_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $enum { $($(#[$doc])* $variant,)* }
        say_by_variant!($enum { $($variant $zh $en,)* });
    };
}

words! {
    /// What somebody wanted to do.
    #[allow(missing_docs)]
    Action {
        AdoptCalendar "采用节假日安排" "adopt a calendar",
        OpenDesk "开设客服部" "open a desk",
        ConfigureDesk "设置客服部" "configure the desk",
        SetDemand "设置人力需求" "set the demand",
        AdoptPolicy "采用管理制度" "adopt a policy",
        Hire "办理入职" "hire",
        Forget "遗忘已离职人员" "forget somebody who left",
        ChangeStaff "变更人员资料" "change a staff record",
        SetRoles "设置角色" "set roles",
        ApproveCorrection "审批补卡申请" "decide a correction",
        WithdrawCorrection "撤回补卡申请" "withdraw a correction",
        FileCorrection "补卡留底" "put a correction on file",
        ApproveOvertime "批准加班" "approve overtime",
        PlanRoster "编制排班表" "plan the roster",
        PublishRoster "发布排班表" "publish the roster",
        AmendRoster "调整已发布的排班表" "amend the roster",
        RetimeShift "调整当天班次" "re-time a shift of the day",
        PlanLanes "安排银台" "plan the lanes",
        OpenLanes "调整银台开启数量" "open or close lanes",
        SetBudget "设置排班预算" "set the roster's budget",
        RaiseAlert "发出现场警示" "raise an alert",
        CloseAlert "解除现场警示" "close an alert",
        SubmitDutyTable "提交值班表" "submit the duty table",
        LockRoster "锁定排班表" "lock the roster",
        RequestSwap "申请调班" "ask for a swap",
        AnswerSwap "答复调班" "answer a swap",
        DecideSwap "审批调班" "decide a swap",
        WithdrawSwap "撤回调班申请" "withdraw a swap",
        DecideLeave "审批请假" "decide leave",
        WithdrawLeave "撤回请假申请" "withdraw leave",
        MoveBalance "调整假期余额" "move a leave balance",
        NoteEvidence "核看请假证明" "note having seen a document",
        WithdrawOvertime "撤回加班申请" "withdraw a request for overtime",
        ExcusePresence "认可离线原因" "excuse an absence from the messenger",
        VerifyComplaint "核实投诉" "verify a complaint",
        SpotCheck "现场巡查" "make a spot check",
        ProposeReward "提议奖励" "propose a reward",
        VerifySanction "核实奖惩" "verify a penalty or reward",
        BalanceSanction "平衡奖惩" "balance a penalty or reward",
        ApproveSanction "批准奖惩" "approve a penalty or reward",
        WaiveSanction "免除奖惩" "waive a penalty or reward",
        DecideAppeal "裁决申诉" "decide an appeal",
        ClosePeriod "关账" "close the month",
        AdjustPeriod "调整已关账月份" "adjust a closed month",
        AskReopening "申请重开已关账月份" "ask to reopen a closed month",
        DecideReopening "同意重开已关账月份" "agree to reopen a closed month",
        HoldMeeting "召集会议、考勤和发布纪要" "hold a meeting",
        RecordBreach "登记违规" "record a breach",
        AcknowledgeNotice "确认通知" "take note of a notice",
        SignHandover "签收交接" "sign a handover",
        WaiveHandover "准许未交接下班" "let somebody go without a handover",
        RaiseItem "交办工作" "give somebody an item",
        HandOverItem "移交工作" "hand an item over",
        CloseItem "完成交办工作" "close an item",
        ReturnFromOuting "登记返回" "record the return",
        CheckOuting "查证外出" "check work outside",
        AskLoan "申请借调" "ask for a loan",
        DecideLoan "审批借调" "decide a loan",
        EndLoan "结束借调" "end a loan",
    }
}

impl Action {
    /// The row of the source documents that says who may.
    pub fn rule(self) -> Option<RuleId> {
        match self {
            Self::ApproveCorrection | Self::WithdrawCorrection | Self::FileCorrection => Some(T6),
            Self::PlanRoster | Self::PublishRoster | Self::AmendRoster | Self::LockRoster => {
                Some(T4)
            }
            Self::SubmitDutyTable => Some(T3),
            Self::RetimeShift => Some(RuleId::M2),
            Self::OpenLanes => Some(RuleId::M3),
            Self::PlanLanes => Some(RuleId::M4),
            Self::SetBudget => Some(RuleId::M10),
            Self::RaiseAlert | Self::CloseAlert => Some(RuleId::D8),
            Self::RequestSwap | Self::AnswerSwap | Self::DecideSwap | Self::WithdrawSwap => {
                Some(T9)
            }
            Self::DecideLeave | Self::WithdrawLeave | Self::NoteEvidence => Some(T12),
            Self::MoveBalance => Some(T2),
            Self::ExcusePresence => Some(T10),
            Self::VerifyComplaint => Some(T11),
            Self::SpotCheck => Some(RuleId::D3),
            Self::HoldMeeting => Some(S2),
            Self::RecordBreach | Self::AcknowledgeNotice => Some(D6),
            Self::SignHandover | Self::WaiveHandover => Some(RuleId::P5),
            Self::RaiseItem | Self::HandOverItem | Self::CloseItem => Some(RuleId::S4),
            Self::ReturnFromOuting | Self::CheckOuting => Some(RuleId::D9),
            Self::AskLoan | Self::DecideLoan | Self::EndLoan => Some(RuleId::D2),
            Self::ProposeReward
            | Self::VerifySanction
            | Self::BalanceSanction
            | Self::ApproveSanction
            | Self::WaiveSanction
            | Self::DecideAppeal => Some(T16),
            Self::AdoptCalendar
            | Self::OpenDesk
            | Self::ConfigureDesk
            | Self::SetDemand
            | Self::AdoptPolicy
            | Self::Hire
            | Self::Forget
            | Self::ChangeStaff
            | Self::SetRoles
            | Self::ApproveOvertime
            | Self::WithdrawOvertime
            | Self::ClosePeriod
            | Self::AdjustPeriod
            | Self::AskReopening
            | Self::DecideReopening => None,
        }
    }
}

words! {
    /// What is wrong with a field.
    Fault {
        /// It says nothing.
        Blank "不能为空" "must not be empty",
        /// It was said before in the same list.
        Duplicate "重复" "is there twice",
        /// It names nothing that exists.
        Unknown "不存在" "names nothing that exists",
        /// The list must be in order.
        OutOfOrder "顺序不对" "is out of order",
        /// It ends before it starts.
        EndsBeforeStart "结束须晚于开始" "must end after it starts",
        /// It overlaps the one before; back-to-back is allowed.
        Overlaps "与前一段重叠" "overlaps the one before",
        /// It reaches out of what a work date can hold.
        OutOfDay "超出一个工作日的范围" "lies outside what a work date can hold",
        /// A meal must lie inside one segment.
        OutsideSegment "须落在同一工作时段内" "must lie inside one segment",
        /// The lists go together.
        LengthDiffers "长度不一致" "has another length than its fellow",
        /// Another month.
        OtherMonth "不在该月内" "lies in another month",
        /// Another year.
        OtherYear "不在该年内" "lies in another year",
        /// Zero or less.
        NotPositive "须大于零" "must be more than nothing",
        /// Less than zero.
        Negative "不能为负" "must not be negative",
        /// Zero.
        Zero "不能为零" "must not be zero",
        /// Target below minimum.
        BelowMinimum "目标人数不能低于最低人数" "must not be below the minimum",
        /// Not `#rrggbb`.
        NotAColour "须为 #rrggbb 格式的颜色" "must be a colour like #rrggbb",
        /// A day is not a whole number of slots.
        NotADivisorOfDay "须能整除一天" "must divide a day",
        /// Not a Monday.
        NotAMonday "须为星期一" "must be a Monday",
        /// A lead leads a desk, and only a lead does.
        LeadWithoutDesk "主管角色须与所管客服部一致" "must go together: a lead role and the desks led",
        /// A part of a day is a part of one day.
        WindowOfManyDays "按时段请假只能在同一天" "a part of a day is of one day only",
        /// Their own desk.
        OwnDesk "不能是本部门" "must be another desk",
        /// It lies in the past.
        Past "已经过去" "has passed",
        /// It must end earlier than it does.
        NotShorter "须早于原定的最后一天" "must be before the last day agreed",
        /// More minutes than a week has.
        TooLong "过长" "is too long",
        /// Oneself.
        Oneself "不能是本人" "must not be oneself",
        /// Not later than the month it is about.
        NotEarlier "须早于本月" "must be an earlier month",
    }
}

words! {
    /// What a roster cannot be made without.
    Needed {
        /// Templates.
        ShiftTemplates "班次模板" "shift templates",
        /// Demand.
        Demand "人力需求" "the month's demand",
        /// Policy.
        Policy "管理制度" "a policy",
    }
}

say_by_variant! { Role { Staff "客服" "staff", Lead "部门主管" "a lead of the desk", Hr "人力资源部" "HR", GmOffice "总经办" "the GM office", } }
say_by_variant! { Side { In "上班" "in", Out "下班" "out", } }
say_by_variant! { PunchKind { In "上班" "in", Out "下班" "out", MealStart "用餐开始" "meal start", MealEnd "用餐结束" "meal end", } }
say_by_variant! { RequestStatus { Pending "待审批" "pending", Approved "已批准" "approved", Refused "已拒绝" "refused", Withdrawn "已撤回" "withdrawn", } }
say_by_variant! { RosterStatus { Absent "尚未编制" "not begun", Draft "为草稿" "a draft", Published "已发布" "published", Locked "已锁定" "locked", } }
say_by_variant! { SwapStatus { Asked "等待同事答复" "waiting for the colleague", Agreed "同事已同意" "agreed", Declined "已被同事谢绝" "declined", Approved "已批准" "approved", Refused "已拒绝" "refused", Withdrawn "已撤回" "withdrawn", } }
say_by_variant! { SanctionStep { Verify "核实" "verify", Balance "平衡" "balance", Approve "批准" "approve", } }
say_by_variant! { LeaveKind { Personal "事假" "personal leave", Sick "病假" "sick leave", Annual "年假" "annual leave", Compensatory "调休" "time off in lieu", Marriage "婚假" "marriage leave", Maternity "产假" "maternity leave", Paternity "陪产假" "paternity leave", Bereavement "丧假" "bereavement leave", } }
say_by_variant! { LeaveUnit { Day "整天" "whole days", HalfDay "半天或整天" "half days or whole days", Hour "整小时、半天或整天" "whole hours, half days or whole days", } }
say_by_variant! { Tier { Minimum "最低" "minimum", OnPost "在岗要求" "on post", Standby "备勤" "on call", Shift "班次人数" "on the shift", Target "目标" "target", } }

/// A correction that counts towards the month's cap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedCorrection {
    /// The day of the missed punch.
    pub work_date: WorkDate,
    /// Which punch.
    pub edge: Edge,
    /// Pending or approved.
    pub status: RequestStatus,
}

/// Something of a month that waits for a decision or for time to pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// What.
    pub kind: OpenKind,
    /// Whose.
    pub staff: StaffId,
    /// Of which day.
    pub date: WorkDate,
}

words! {
    /// What kind of thing is open.
    OpenKind {
        /// A correction is undecided.
        Correction "补卡待审批" "a correction is undecided",
        /// Leave is undecided.
        Leave "请假待审批" "leave is undecided",
        /// A request for overtime is undecided.
        Overtime "加班申请待审批" "a request for overtime is undecided",
        /// A swap is undecided.
        Swap "调班待审批" "a swap is undecided",
        /// A penalty or reward is undecided.
        Sanction "奖惩待处理" "a penalty or reward is undecided",
        /// The window to explain a missed punch or an absence is open.
        PendingDay "考勤待定" "the day is pending",
        /// The person has not confirmed their sheet.
        SheetUnconfirmed "月报未确认" "the sheet is not confirmed",
        /// The figures changed after the person confirmed them.
        SheetOutdated "月报确认后数字有变" "the sheet changed after it was confirmed",
        /// The person holds their sheet to be wrong.
        SheetDisputed "月报有异议" "the sheet is disputed",
    }
}

macro_rules! say_as_displayed {
    ($($type:ty),*) => {$(impl Say for $type {
        fn say(&self, _: Lang) -> String { self.to_string() }
    })*};
}
say_as_displayed!(
    String,
    u16,
    u32,
    i64,
    usize,
    Minutes,
    Month,
    WorkDate,
    DayMinute,
    StaffId,
    DeskId,
    ShiftCode,
    SkillId,
    CallId,
    PolicyVersionId,
    SanctionId,
    CorrectionId,
    LeaveId,
    SwapId,
    ComplaintId,
    SolveId,
    AlertId,
    BreachId,
    LaneId,
    MeetingId,
    NodeId,
    NoticeId,
    RuleId,
    HandoverId,
    ItemId,
    OutingId,
    LoanId,
    OvertimeId
);

impl Say for NaiveDateTime {
    fn say(&self, _: Lang) -> String {
        self.format("%Y-%m-%d %H:%M").to_string()
    }
}

impl Say for Fen {
    fn say(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => format!("{self} 元"),
            Lang::En => format!("¥{self}"),
        }
    }
}

/// An amount in what it is expressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// Fen, or points.
    pub amount: Fen,
    /// Which of them.
    pub mode: SanctionMode,
}

impl Say for Worth {
    fn say(&self, lang: Lang) -> String {
        match (self.mode, lang) {
            (SanctionMode::Points, Lang::Zh) => format!("{} 分", self.amount.0),
            (SanctionMode::Points, Lang::En) => format!("{} points", self.amount.0),
            (SanctionMode::Money | SanctionMode::Off, _) => self.amount.say(lang),
        }
    }
}

impl<T: Say> Say for Vec<T> {
    fn say(&self, lang: Lang) -> String {
        let items: Vec<String> = self.iter().map(|item| item.say(lang)).collect();
        items.join(match lang {
            Lang::Zh => "、",
            Lang::En => ", ",
        })
    }
}

impl<T: Say> Say for Option<T> {
    fn say(&self, lang: Lang) -> String {
        match (self, lang) {
            (Some(item), _) => item.say(lang),
            (None, Lang::Zh) => "无".to_owned(),
            (None, Lang::En) => "none".to_owned(),
        }
    }
}

impl Say for Edge {
    /// `上班`, or `第 2 段上班` beyond the first segment.
    fn say(&self, lang: Lang) -> String {
        let side = self.side.say(lang);
        match (self.segment, lang) {
            (0, _) => side,
            (segment, Lang::Zh) => format!("第 {} 段{side}", segment + 1),
            (segment, Lang::En) => format!("{side} (segment {})", segment + 1),
        }
    }
}

impl Say for UsedCorrection {
    fn say(&self, lang: Lang) -> String {
        let (edge, status) = (self.edge.say(lang), self.status.say(lang));
        match lang {
            Lang::Zh => format!("{} {edge}({status})", self.work_date),
            Lang::En => format!("{} {edge} ({status})", self.work_date),
        }
    }
}

impl Say for OpenItem {
    fn say(&self, lang: Lang) -> String {
        format!("{} {} {}", self.date, self.staff, self.kind.say(lang))
    }
}

impl Say for LeaveSpan {
    fn say(&self, lang: Lang) -> String {
        match (self.window, lang) {
            (Some((start, end)), _) => format!("{} {start}–{end}", self.first),
            (None, _) if self.first == self.last => self.first.to_string(),
            (None, Lang::Zh) => format!("{} 至 {}", self.first, self.last),
            (None, Lang::En) => format!("{} to {}", self.first, self.last),
        }
    }
}

impl Say for LoanSpan {
    fn say(&self, lang: Lang) -> String {
        match (self.window, lang) {
            (Some((start, end)), _) => format!("{} {start}–{end}", self.first),
            (None, _) if self.first == self.last => self.first.to_string(),
            (None, Lang::Zh) => format!("{} 至 {}", self.first, self.last),
            (None, Lang::En) => format!("{} to {}", self.first, self.last),
        }
    }
}

impl Say for Shortfall {
    fn say(&self, lang: Lang) -> String {
        let (date, start, end) = (self.date, self.start, self.end);
        let (short, missing) = (self.short_of(), self.missing);
        match lang {
            Lang::Zh => format!(
                "{date} {start}–{end} {short} 缺 {missing} 人({})",
                self.cause_zh
            ),
            Lang::En => format!(
                "{date} {start}–{end} {short} {missing} short ({})",
                self.cause_en
            ),
        }
    }
}

impl Say for Broken {
    fn say(&self, lang: Lang) -> String {
        let rule = self.rule.say(lang);
        match lang {
            Lang::Zh => format!("{} {}:{rule}", self.staff, self.date),
            Lang::En => format!("{} {}: {rule}", self.staff, self.date),
        }
    }
}

impl Say for HardRule {
    fn say(&self, lang: Lang) -> String {
        let zh = lang == Lang::Zh;
        match self {
            Self::OneShiftADay if zh => "每天只能上一个班".to_owned(),
            Self::OneShiftADay => "one shift a day".to_owned(),
            Self::Employed if zh => "当天不在职".to_owned(),
            Self::Employed => "not employed that day".to_owned(),
            Self::Elsewhere { desk } if zh => format!("当天由 {desk} 排班"),
            Self::Elsewhere { desk } => format!("is rostered by {desk} that day"),
            Self::Skilled if zh => "没有可排班的技能".to_owned(),
            Self::Skilled => "has no skill to serve with".to_owned(),
            Self::OnLeave { span } if zh => format!("已批准请假({})", span.say(lang)),
            Self::OnLeave { span } => format!("on approved leave ({})", span.say(lang)),
            Self::ProtectedNight if zh => "孕期或哺乳期不得上夜班".to_owned(),
            Self::ProtectedNight => "protected: no night shifts".to_owned(),
            Self::Rest {
                after,
                minutes,
                minutes_min,
            } if zh => {
                format!("与 {after} 的班次之间只休息 {minutes} 分钟,至少须 {minutes_min} 分钟")
            }
            Self::Rest {
                after,
                minutes,
                minutes_min,
            } => format!("{minutes} minutes of rest after {after}, at least {minutes_min} wanted"),
            Self::ConsecutiveDays { days, days_max } if zh => {
                format!("连续上班 {days} 天,最多 {days_max} 天")
            }
            Self::ConsecutiveDays { days, days_max } => {
                format!("{days} days in a row, at most {days_max} allowed")
            }
            Self::WeekRest { days, days_min } if zh => {
                format!("该周只休息 {days} 天,至少须 {days_min} 天")
            }
            Self::WeekRest { days, days_min } => {
                format!("{days} days off in the week, at least {days_min} wanted")
            }
            Self::Weekends { count, count_max } if zh => {
                format!("当月上班的周末 {count} 个,最多 {count_max} 个")
            }
            Self::Weekends { count, count_max } => {
                format!("{count} weekends worked in the month, at most {count_max} allowed")
            }
            Self::Nights { count, count_max } if zh => {
                format!("当月夜班 {count} 次,最多 {count_max} 次")
            }
            Self::Nights { count, count_max } => {
                format!("{count} night shifts in the month, at most {count_max} allowed")
            }
            Self::MonthMinutes {
                minutes,
                minutes_max,
            } if zh => format!("当月排班 {minutes} 分钟,最多 {minutes_max} 分钟"),
            Self::MonthMinutes {
                minutes,
                minutes_max,
            } => format!("{minutes} minutes rostered in the month, at most {minutes_max} allowed"),
        }
    }
}
