//! What people send: the body of every command, for the JSON API and the pages alike.
//!
//! None of them says who acts, when, or as what: that is the session's and the server's to say. Unknown fields are
//! refused, so nothing can be smuggled in.

use chrono::{DateTime, Utc};
use domain::event::{
    Apart, CalendarDay, Category, CellKey, Compensation, Complainant, ComplaintAbout, Contract,
    DayDemand, Edge, Employment, Expected, Half, Lane, LaneOpening, LaneStint, LeaveKind,
    MeetingKind, Mentoring, ProtectionKind, PunchKind, ReplanScope, RosterWish, Rotation, Severity,
    Skill,
};
use domain::ids::{
    CallId, ComplaintId, DeskId, ItemId, LaneId, LeaveId, RuleId, ShiftCode, SkillId, StaffId,
};
use domain::org::calendar_file::CalendarFormat;
use domain::quantities::{Fen, Minutes};
use domain::shift::{PlannedMeal, Segment, ShiftTemplate};
use domain::who::Role;
use domain::work_date::{DayMinute, Month, WorkDate, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

macro_rules! inputs {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )*};
}

inputs! {
    /// Hire somebody.
    Hire {
        /// 工号; also the login name.
        #[schema(value_type = String, example = "1001")]
        staff: StaffId,
        /// 姓名
        name: String,
        /// The desk joined.
        #[schema(value_type = String, example = "online-shop")]
        desk: DeskId,
        /// 岗位
        position: String,
        /// What the person may do: `staff`, `lead`, `hr`, `gm_office`.
        #[schema(value_type = Vec<String>)]
        roles: BTreeSet<Role>,
        /// The desks a lead leads.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        leads: BTreeSet<DeskId>,
        /// What the person can serve; nobody without skills is rostered.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        skills: BTreeSet<SkillId>,
        /// `full_time`, `part_time` or `hourly`.
        #[schema(value_type = String)]
        employment: Employment,
        /// Contract minutes a week, meals included.
        #[schema(value_type = i64, example = 2400)]
        week_minutes: Minutes,
        /// Monthly wage in fen.
        #[schema(value_type = i64, example = 600000)]
        month_wage_fen: Fen,
        /// First day.
        #[schema(value_type = String, format = Date)]
        from: WorkDate,
        /// Working life began then (工龄), if earlier: years of service are counted from it.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = Date)]
        service_from: Option<WorkDate>,
    }
    /// All of a person's skills from a day on.
    SetSkills {
        /// From this day.
        #[schema(value_type = String, format = Date)]
        from: WorkDate,
        /// All of them.
        #[schema(value_type = Vec<String>)]
        skills: BTreeSet<SkillId>,
    }
    /// All of a person's roles.
    SetRoles {
        /// `staff`, `lead`, `hr`, `gm_office`.
        #[schema(value_type = Vec<String>)]
        roles: BTreeSet<Role>,
        /// The desks a lead leads.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        leads: BTreeSet<DeskId>,
    }
    /// A person's contract from a day on.
    SetContract {
        /// From this day.
        #[schema(value_type = String, format = Date)]
        from: WorkDate,
        /// `full_time`, `part_time` or `hourly`.
        #[schema(value_type = String)]
        employment: Employment,
        /// Contract minutes a week, meals included.
        #[schema(value_type = i64)]
        week_minutes: Minutes,
        /// Monthly wage in fen.
        #[schema(value_type = i64)]
        month_wage_fen: Fen,
    }
    /// Protection by law for a while: no nights, no overtime.
    Protect {
        /// `pregnancy` or `nursing`.
        #[schema(value_type = String)]
        kind: ProtectionKind,
        /// First day.
        #[schema(value_type = String, format = Date)]
        from: WorkDate,
        /// Last day.
        #[schema(value_type = String, format = Date)]
        until: WorkDate,
    }
    /// Somebody leaves.
    EndEmployment {
        /// Last day.
        #[schema(value_type = String, format = Date)]
        last: WorkDate,
    }
    /// Forget somebody who left. It cannot be undone.
    Forget {
        /// The person's number once more.
        #[schema(value_type = String, example = "1001")]
        confirm: StaffId,
    }

    /// Open a desk.
    OpenDesk {
        /// Its id.
        #[schema(value_type = String, example = "online-shop")]
        desk: DeskId,
        /// Its name.
        name: String,
        /// IANA name of the site's time zone.
        #[schema(value_type = String, example = "Asia/Shanghai")]
        zone: Zone,
        /// Staffed from, minutes from midnight.
        #[schema(value_type = i32, example = 540)]
        opens: DayMinute,
        /// Staffed until, minutes from midnight.
        #[schema(value_type = i32, example = 1440)]
        closes: DayMinute,
    }
    /// All of a desk's skills.
    DefineSkills {
        /// In display order: `{"id", "name"}`.
        #[schema(value_type = Vec<Object>)]
        skills: Vec<Skill>,
    }
    /// All of a desk's shift templates.
    AdoptShiftTemplates {
        /// For rosters from this day.
        #[schema(value_type = String, format = Date)]
        effective_from: WorkDate,
        /// In display order: `{"code", "name", "colour", "segments": [{"start", "end"}], "meals": [{"earliest_start",
        /// "latest_start", "minutes"}], "night", "duty"}`, times in minutes from midnight.
        #[schema(value_type = Vec<Object>)]
        templates: Vec<ShiftTemplate>,
    }
    /// A month's demand.
    SetDemand {
        /// Length of a slot.
        #[schema(example = 30)]
        slot_minutes: u16,
        /// Where the figures came from.
        source: String,
        /// By day and skill: `{"date", "skill", "start", "minimum": [..], "target": [..]}`.
        #[schema(value_type = Vec<Object>)]
        days: Vec<DayDemand>,
    }
    /// A policy document, for adoption or for checking alone.
    PolicyText {
        /// The TOML document.
        document: String,
    }
    /// Rules to replay past months under.
    WhatIf {
        /// The TOML document.
        document: String,
        /// First month; the rules hold from here on.
        #[schema(value_type = String, example = "2026-09")]
        from: Month,
        /// Last month.
        #[schema(value_type = String, example = "2026-11")]
        to: Month,
    }
    /// A year's holiday arrangement.
    AdoptCalendar {
        /// Not announced yet.
        #[serde(default)]
        provisional: bool,
        /// Where it came from.
        source: String,
        /// `{"date", "kind": "statutory" | "adjusted_rest" | "make_up_workday", "name"}`.
        #[schema(value_type = Vec<Object>)]
        days: Vec<CalendarDay>,
    }

    /// How to solve a month's roster.
    SolveRoster {
        /// Seed of the search; the same seed and work give the same roster.
        #[serde(default)]
        seed: u64,
        /// Work units; absent: the service's default.
        #[serde(default)]
        work_limit: Option<u64>,
        /// Wall-clock limit; absent: 60.
        #[serde(default)]
        limit_seconds: Option<u32>,
    }
    /// How to plan several months, each from the one before it.
    PlanAhead {
        /// How many, from the one named on; 1 to 12.
        months: u8,
        /// How each is solved.
        solve: SolveRoster,
    }
    /// Which part of a published roster to plan anew, changing as little as can be.
    ReplanRoster {
        /// `{"scope": "day", "date"}`, `{"scope": "person", "staff", "first", "last", "others": "those_days" |
        /// "from_then"}` or `{"scope": "rest", "from"}`.
        #[schema(value_type = Object)]
        scope: ReplanScope,
        /// Seed of the search; the same seed and work give the same proposal.
        #[serde(default)]
        seed: u64,
        /// Work units; absent: the service's default.
        #[serde(default)]
        work_limit: Option<u64>,
        /// Wall-clock limit; absent: 5.
        #[serde(default)]
        limit_seconds: Option<u32>,
    }
    /// One cell of a roster as it is to be.
    CellEdit {
        /// Whose.
        #[schema(value_type = String)]
        staff: StaffId,
        /// Which day.
        #[schema(value_type = String, format = Date)]
        date: WorkDate,
        /// The shift template's code; absent or null is a day off.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        shift: Option<ShiftCode>,
        /// Start of each meal, minutes from midnight; absent: the earliest starts of the template's windows.
        #[serde(default)]
        #[schema(value_type = Option<Vec<i32>>)]
        meal_starts: Option<Vec<DayMinute>>,
    }
    /// Cells of an unpublished roster.
    EditCells {
        /// Which, and what they become.
        cells: Vec<CellEdit>,
    }
    /// Cells that a solve keeps as they stand, or no longer.
    FixCells {
        /// `{"staff", "date"}`: which; each stands in the roster.
        #[schema(value_type = Vec<Object>)]
        cells: Vec<CellKey>,
        /// Whether they are fixed, or free again.
        fixed: bool,
    }
    /// What one wishes of a month's roster: all of it.
    StateWishes {
        /// `{"date", "wished", "strength"}`: `wished` is `"off"`, `"work"`, `{"shift": code}` or `{"not_shift": code}`;
        /// `strength` is `low`, `normal` or `high`; one a day.
        #[schema(value_type = Vec<Object>)]
        wishes: Vec<RosterWish>,
    }
    /// Publish a roster.
    PublishRoster {
        /// Whether the lead has seen and accepts the shortfalls (T1).
        #[serde(default)]
        acknowledge_shortfalls: bool,
        /// Whether the lead has seen and accepts that it costs more than the month's budget (M10).
        #[serde(default)]
        acknowledge_over_budget: bool,
    }
    /// Cells of a published roster.
    AmendRoster {
        /// Which, and what they become.
        cells: Vec<CellEdit>,
        /// Why.
        reason: String,
    }

    /// Somebody's shift of a day, re-timed (M2): the part still ahead.
    RetimeShift {
        /// Whose.
        #[schema(value_type = String)]
        staff: StaffId,
        /// The day the shift starts on.
        #[schema(value_type = String, format = Date)]
        date: WorkDate,
        /// All its segments, `{"start", "end"}` in minutes from midnight; absent: as they are.
        #[serde(default)]
        #[schema(value_type = Option<Vec<Object>>)]
        segments: Option<Vec<Segment>>,
        /// All its meals, `{"start", "minutes"}`; absent: as they are.
        #[serde(default)]
        #[schema(value_type = Option<Vec<Object>>)]
        meals: Option<Vec<PlannedMeal>>,
        /// Why.
        reason: String,
    }
    /// All of a desk's lanes: positions that one person holds at a time (M3).
    DefineLanes {
        /// In display order: `{"id", "name", "skill"}`.
        #[schema(value_type = Vec<Object>)]
        lanes: Vec<Lane>,
    }
    /// Who works with whom at a desk, who does not, and who rotates how: all of it.
    SetTeam {
        /// `{"trainee", "mentors", "alone_minutes_max"}`: while the trainee is on post, one of the mentors is.
        #[serde(default)]
        #[schema(value_type = Vec<Object>)]
        mentors: Vec<Mentoring>,
        /// `{"first", "second", "hard"}`: two people not to be on post together; `hard`, as a rule.
        #[serde(default)]
        #[schema(value_type = Vec<Object>)]
        apart: Vec<Apart>,
        /// `{"staff", "from", "cycle"}`: a shift code, a kind of shift or null (off) for each day of the cycle.
        #[serde(default)]
        #[schema(value_type = Vec<Object>)]
        rotations: Vec<Rotation>,
    }
    /// A day's lanes, all of them (M4).
    PlanLanes {
        /// The order in which they open.
        #[schema(value_type = Vec<String>)]
        order: Vec<LaneId>,
        /// Who is where: `{"lane", "staff", "start", "end"}`, times in minutes from midnight.
        #[schema(value_type = Vec<Object>)]
        stints: Vec<LaneStint>,
    }
    /// How many lanes are open through a day (M3); what has passed stays as it was.
    OpenLanes {
        /// In time order: `{"start", "end", "open"}`, times in minutes from midnight.
        #[schema(value_type = Vec<Object>)]
        openings: Vec<LaneOpening>,
        /// Why.
        reason: String,
    }
    /// Raise an intraday alert (D8).
    RaiseAlert {
        /// What is wrong.
        text: String,
        /// What is to be done about it.
        #[serde(default)]
        remedy: String,
    }
    /// Close an intraday alert (D8).
    CloseAlert {
        /// What came of it.
        #[serde(default)]
        note: String,
    }
    /// What a month's roster may cost (M10).
    SetBudget {
        /// At the most, in fen.
        #[schema(value_type = i64, example = 5_000_000)]
        amount_fen: Fen,
    }
    /// What kind of worker somebody is from a day on (M6).
    SetCategory {
        /// From this day.
        #[schema(value_type = String, format = Date)]
        from: WorkDate,
        /// `regular`, `assistant`, `foreman`, `promoter` or `trainee`.
        #[schema(value_type = String)]
        category: Category,
    }

    /// Ask a colleague to take a shift (T9).
    RequestSwap {
        /// The day given away.
        #[schema(value_type = String, format = Date)]
        give: WorkDate,
        /// The colleague.
        #[schema(value_type = String)]
        with: StaffId,
        /// The colleague's day taken in exchange, if any.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = Date)]
        take: Option<WorkDate>,
        /// In your words.
        #[serde(default)]
        reason: String,
    }
    /// Why something is refused, waived or disputed.
    Reason {
        /// In your words.
        reason: String,
    }

    /// A punch of your own, now.
    Punch {
        /// `in`, `out`, `meal_start` or `meal_end`.
        #[schema(value_type = String)]
        kind: PunchKind,
    }
    /// A punch kept by a device with its own clock.
    DevicePunch {
        /// Whose.
        #[schema(value_type = String)]
        staff: StaffId,
        /// `in`, `out`, `meal_start` or `meal_end`.
        #[schema(value_type = String)]
        kind: PunchKind,
        /// By the device's clock.
        at: DateTime<Utc>,
    }
    /// Ask for a missed punch to be made good (补卡, T6).
    RequestCorrection {
        /// The day of the missed punch.
        #[schema(value_type = String, format = Date)]
        work_date: WorkDate,
        /// Which punch: `{"segment": 0, "side": "in" | "out"}`.
        #[schema(value_type = Object)]
        edge: Edge,
        /// When it would have been.
        claimed_at: DateTime<Utc>,
        /// In your words.
        reason: String,
    }
    /// Approve overtime of a day.
    ApproveOvertime {
        /// Whose.
        #[schema(value_type = String)]
        staff: StaffId,
        /// Which day.
        #[schema(value_type = String, format = Date)]
        work_date: WorkDate,
        /// At the most.
        #[schema(value_type = i64)]
        minutes_max: Minutes,
        /// `money` or `time_off`.
        #[schema(value_type = String)]
        compensation: Compensation,
        /// Why.
        reason: String,
    }

    /// Part of a day.
    Window {
        /// From, minutes from midnight.
        #[schema(value_type = i32)]
        start: DayMinute,
        /// Until, minutes from midnight.
        #[schema(value_type = i32)]
        end: DayMinute,
    }
    /// Ask for leave (请假, T12).
    RequestLeave {
        /// `personal`, `sick`, `annual`, `compensatory`, `marriage`, `maternity`, `paternity` or `bereavement`.
        #[schema(value_type = String)]
        kind: LeaveKind,
        /// First day.
        #[schema(value_type = String, format = Date)]
        first: WorkDate,
        /// Last day.
        #[schema(value_type = String, format = Date)]
        last: WorkDate,
        /// Only this part of the one day.
        #[serde(default)]
        window: Option<Window>,
        /// `first` or `second`: half of the one day's shift, instead of a window.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        half: Option<Half>,
        /// In your words.
        reason: String,
        /// The document that bears it out, if there is one.
        #[serde(default)]
        evidence: Option<String>,
    }
    /// Name the document for leave, or note having seen it (T12).
    NoteEvidence {
        /// Which document: 病假条 市一医院 2026-12-03.
        document: String,
    }
    /// Ask for overtime of a day (加班申请).
    RequestOvertime {
        /// Which day.
        #[schema(value_type = String, format = Date)]
        work_date: WorkDate,
        /// At the most.
        #[schema(value_type = i64)]
        minutes: Minutes,
        /// `money` or `time_off`.
        #[schema(value_type = String)]
        compensation: Compensation,
        /// In your words.
        reason: String,
    }
    /// Approve a request for overtime; what is left out stays as it was asked.
    ApproveOvertimeRequest {
        /// At the most; no more than was asked for.
        #[serde(default)]
        #[schema(value_type = Option<i64>)]
        minutes_max: Option<Minutes>,
        /// `money` or `time_off`.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        compensation: Option<Compensation>,
        /// Why.
        #[serde(default)]
        reason: Option<String>,
    }
    /// Give an open shift to a colleague (T1).
    CoverShift {
        /// The leave that left it open.
        #[schema(value_type = String)]
        leave: LeaveId,
        /// The day.
        #[schema(value_type = String, format = Date)]
        date: WorkDate,
        /// By whom.
        #[schema(value_type = String)]
        with: StaffId,
        /// Why, as the roster's revision says; absent: whose leave, and who covers.
        #[serde(default)]
        reason: Option<String>,
    }
    /// A lead files leave for somebody in an emergency (T12).
    FileEmergencyLeave {
        /// For whom.
        #[schema(value_type = String)]
        staff: StaffId,
        /// What is asked for.
        request: RequestLeave,
        /// Why it is filed by the lead.
        emergency: String,
    }
    /// Move a leave balance.
    MoveBalance {
        /// Of which kind.
        #[schema(value_type = String)]
        kind: LeaveKind,
        /// Of which year.
        year: i32,
        /// How much; negative takes away.
        #[schema(value_type = i64)]
        minutes: Minutes,
        /// Why.
        reason: String,
        /// The day it was earned on, if any.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = Date)]
        work_date: Option<WorkDate>,
    }

    /// One change of presence.
    PresenceRow {
        /// Who.
        #[schema(value_type = String)]
        staff: StaffId,
        /// When.
        at: DateTime<Utc>,
        /// Which way.
        online: bool,
    }
    /// The messenger's report (T10).
    ReportPresence {
        /// In any order.
        rows: Vec<PresenceRow>,
    }
    /// One call.
    CallRow {
        /// The phone system's name for it.
        #[schema(value_type = String)]
        call: CallId,
        /// When it began to ring.
        at: DateTime<Utc>,
        /// Rings before it was answered or given up.
        rings: u16,
        /// Who answered.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        answered_by: Option<StaffId>,
        /// Whom it was routed to.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        routed_to: Option<StaffId>,
    }
    /// The phone system's report (T11, T14).
    ReportCalls {
        /// In any order.
        rows: Vec<CallRow>,
    }
    /// The lead accepts a reason for being offline (T10).
    ExcusePresence {
        /// Who was offline.
        #[schema(value_type = String)]
        staff: StaffId,
        /// From.
        from: DateTime<Utc>,
        /// Until.
        until: DateTime<Utc>,
        /// Why.
        reason: String,
    }
    /// A complaint (T11, T15).
    FileComplaint {
        /// `{"about": "discourtesy"}` or `{"about": "unanswered_call", "call": "…"}`.
        #[schema(value_type = Object)]
        about: ComplaintAbout,
        /// About whom, if known.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        staff: Option<StaffId>,
        /// `customer` or `colleague`.
        #[schema(value_type = String)]
        complainant: Complainant,
        /// What was said.
        text: String,
        /// When it happened.
        happened_at: DateTime<Utc>,
    }
    /// What looking into a complaint showed (查明情况).
    VerifyComplaint {
        /// Whose it is.
        #[schema(value_type = String)]
        staff: StaffId,
        /// Whether it is true.
        upheld: bool,
        /// What was found.
        note: String,
    }
    /// A spot check (D3).
    SpotCheck {
        /// Who was looked for.
        #[schema(value_type = String)]
        staff: StaffId,
        /// Whether on post.
        on_post: bool,
        /// What was seen.
        #[serde(default)]
        note: String,
    }

    /// Offer one's own post to whoever comes next; the offer is one's signature (P5).
    OfferHandover {
        /// The post it is given to, such as `监控中心` (P6); absent: to a colleague.
        #[serde(default)]
        to_post: Option<String>,
        /// What the next shift should know (P7).
        #[serde(default)]
        notes: String,
        /// Open items of one's own that go with it.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        items: Vec<ItemId>,
    }
    /// Who signed at the other post (P6).
    SignAtPost {
        /// Name or number of whoever signed there.
        name: String,
    }
    /// Let somebody go without a handover (P5).
    WaiveHandover {
        /// Who.
        #[schema(value_type = String)]
        staff: StaffId,
        /// The day the shift began on.
        #[schema(value_type = String, format = Date)]
        work_date: WorkDate,
        /// Why.
        reason: String,
    }
    /// Something that is to be done (S4, P7).
    RaiseItem {
        /// Whose it is to be; absent: one's own. Only a lead gives it to others.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        staff: Option<StaffId>,
        /// What is to be done.
        text: String,
    }
    /// It is done.
    CloseItem {
        /// What came of it.
        #[serde(default)]
        note: String,
    }
    /// Give an item to a colleague, or take one up that lies with another post.
    HandOverItem {
        /// Whose it is to be.
        #[schema(value_type = String)]
        to: StaffId,
    }
    /// Leave for work outside, now (D9).
    RegisterOuting {
        /// Where to.
        place: String,
        /// What for.
        purpose: String,
        /// When back.
        expected_return_at: DateTime<Utc>,
    }
    /// Ask for somebody of another desk (D2).
    AskLoan {
        /// Whom.
        #[schema(value_type = String)]
        staff: StaffId,
        /// First day.
        #[schema(value_type = String, format = Date)]
        first: WorkDate,
        /// Last day.
        #[schema(value_type = String, format = Date)]
        last: WorkDate,
        /// Only these hours of the one day, by the clock of the person's own desk; absent: whole days, which the desk
        /// that asks rosters.
        #[serde(default)]
        window: Option<Window>,
        /// What the person is to serve.
        #[schema(value_type = Vec<String>)]
        skills: BTreeSet<SkillId>,
        /// What for.
        reason: String,
    }
    /// Call somebody back from a loan (D2).
    EndLoan {
        /// The last day lent; before the first one, nothing comes of the loan.
        #[schema(value_type = String, format = Date)]
        last: WorkDate,
    }
    /// What a check of work outside found (D9).
    CheckOuting {
        /// Whether it is as registered.
        confirmed: bool,
        /// What was found.
        note: String,
    }

    /// Propose a reward (T16).
    ProposeReward {
        /// For whom.
        #[schema(value_type = String)]
        staff: StaffId,
        /// For which day.
        #[schema(value_type = String, format = Date)]
        work_date: WorkDate,
        /// How much, in fen; in points where the desk's rules count in points.
        #[schema(value_type = i64)]
        amount_fen: Fen,
        /// Why.
        reason: String,
    }
    /// The first step of a penalty or reward: finding it true.
    VerifySanction {
        /// The amount as decided at this step, in fen or points; absent: as it stands.
        #[serde(default)]
        #[schema(value_type = Option<i64>)]
        amount_fen: Option<Fen>,
        /// `minor`, `moderate` or `serious`; wanted, with the amount and the reason, where severity decides (D7).
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        severity: Option<Severity>,
        /// What was found, or why.
        #[serde(default)]
        note: String,
    }
    /// Record a breach by hand (D3, D6, D7).
    RecordBreach {
        /// One of those the desk's policy lists.
        #[schema(value_type = String, example = "D6")]
        rule: RuleId,
        /// By whom.
        #[schema(value_type = String)]
        staff: StaffId,
        /// On which day.
        #[schema(value_type = String, format = Date)]
        work_date: WorkDate,
        /// What happened.
        subject: String,
        /// The moment of the spot check that found the person off post; wanted for D3.
        #[serde(default)]
        spot_check_at: Option<DateTime<Utc>>,
        /// The complaint it rests on.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        complaint: Option<ComplaintId>,
    }
    /// HR takes note of a notice (D6).
    AcknowledgeNotice {
        /// What is to be done.
        #[serde(default)]
        note: String,
    }
    /// Call a meeting (S2, M11, D4).
    ScheduleMeeting {
        /// `meeting` or `briefing`.
        #[schema(value_type = String)]
        kind: MeetingKind,
        /// Its name.
        title: String,
        /// Which day.
        #[schema(value_type = String, format = Date)]
        date: WorkDate,
        /// From, in minutes from midnight.
        #[schema(value_type = i32)]
        start: DayMinute,
        /// Its length.
        #[schema(value_type = i64)]
        length_minutes: Minutes,
        /// `{"who": "everybody"}`, `{"who": "shift", "shift": "A"}` or `{"who": "people", "staff": ["1001"]}`.
        #[schema(value_type = Object)]
        expected: Expected,
    }
    /// Who was at a meeting.
    TakeAttendance {
        /// There; whoever takes attendance and is expected is there, too.
        #[schema(value_type = Vec<String>)]
        present: BTreeSet<StaffId>,
    }
    /// A written statement (S2), or a meeting's minutes (S3).
    MeetingText {
        /// The words.
        text: String,
    }
    /// Sign a meeting's minutes (S3).
    SignMinutes {
        /// The revision that was read.
        revision: u32,
    }
    /// A later step of a penalty or reward.
    TakeStep {
        /// The amount as decided at this step, in fen; absent: as it stands.
        #[serde(default)]
        #[schema(value_type = Option<i64>)]
        amount_fen: Option<Fen>,
        /// What was found, or why.
        #[serde(default)]
        note: String,
    }
    /// An appeal's decision.
    DecideAppeal {
        /// Whether the person was right: then it is not carried out.
        upheld: bool,
        /// Why.
        reason: String,
    }
    /// Close a month for payroll.
    ClosePeriod {
        /// HR has seen what is still open: what comes of it becomes an adjustment of a later month.
        #[serde(default)]
        acknowledge_open: bool,
    }
    /// One's own month, read and found right.
    ConfirmSheet {
        /// The sheet's `digest`, as it was read.
        digest: String,
    }
    /// One's own month, read and found wrong.
    DisputeSheet {
        /// The sheet's `digest`, as it was read.
        digest: String,
        /// What is wrong.
        words: String,
    }
    /// Whether a closed month is opened again.
    DecideReopening {
        /// Whether it is.
        agreed: bool,
        /// What is said to it; a refusal says why.
        #[serde(default)]
        note: String,
    }
    /// A year's holiday arrangement as a file.
    ImportCalendar {
        /// `json` (as shipped), `csv` (`date,kind,name`) or `ics`.
        #[schema(value_type = String)]
        format: CalendarFormat,
        /// The file's text.
        text: String,
        /// Which year is wanted; absent: the file's.
        #[serde(default)]
        year: Option<i32>,
        /// Where it came from; absent: what the file says.
        #[serde(default)]
        source: Option<String>,
        /// Not announced yet.
        #[serde(default)]
        provisional: bool,
        /// Adopt it; absent: look only.
        #[serde(default)]
        commit: bool,
    }
    /// A difference in a closed month, counted in an open one.
    Adjust {
        /// Whose.
        #[schema(value_type = String)]
        staff: StaffId,
        /// The closed month.
        #[schema(value_type = String, example = "2026-11")]
        source_month: Month,
        /// Off (negative) or back (positive), in fen: what `adjustments-due` says, and nothing else.
        #[schema(value_type = i64)]
        amount_fen: Fen,
        /// What changed.
        reason: String,
    }
}

impl SetContract {
    /// As the event holds it.
    pub fn contract(&self) -> Contract {
        Contract {
            employment: self.employment,
            week_minutes: self.week_minutes,
            month_wage: self.month_wage_fen,
        }
    }
}

impl Hire {
    /// As the event holds it.
    pub fn contract(&self) -> Contract {
        Contract {
            employment: self.employment,
            week_minutes: self.week_minutes,
            month_wage: self.month_wage_fen,
        }
    }
}
