//! Events as sentences.

mod conduct;

use crate::compare::{Unit, amount};
use chrono::{DateTime, Utc};
use domain::event::*;
use domain::ids::{RuleId, StaffId};
use domain::period::Difference;
use domain::refusal::Lang;
use domain::work_date::Zone;

/// What a punch says, such as 上班打卡.
pub fn punch_kind_words(kind: PunchKind, lang: Lang) -> &'static str {
    match (kind, lang) {
        (PunchKind::In, Lang::Zh) => "上班打卡",
        (PunchKind::Out, Lang::Zh) => "下班打卡",
        (PunchKind::MealStart, Lang::Zh) => "用餐开始",
        (PunchKind::MealEnd, Lang::Zh) => "用餐结束",
        (PunchKind::In, Lang::En) => "clock in",
        (PunchKind::Out, Lang::En) => "clock out",
        (PunchKind::MealStart, Lang::En) => "meal start",
        (PunchKind::MealEnd, Lang::En) => "meal end",
    }
}

/// A kind of leave, such as 事假.
pub fn leave_kind_words(kind: LeaveKind, lang: Lang) -> &'static str {
    match (kind, lang) {
        (LeaveKind::Personal, Lang::Zh) => "事假",
        (LeaveKind::Sick, Lang::Zh) => "病假",
        (LeaveKind::Annual, Lang::Zh) => "年假",
        (LeaveKind::Compensatory, Lang::Zh) => "调休",
        (LeaveKind::Marriage, Lang::Zh) => "婚假",
        (LeaveKind::Maternity, Lang::Zh) => "产假",
        (LeaveKind::Paternity, Lang::Zh) => "陪产假",
        (LeaveKind::Bereavement, Lang::Zh) => "丧假",
        (LeaveKind::Personal, Lang::En) => "personal leave",
        (LeaveKind::Sick, Lang::En) => "sick leave",
        (LeaveKind::Annual, Lang::En) => "annual leave",
        (LeaveKind::Compensatory, Lang::En) => "time off in lieu",
        (LeaveKind::Marriage, Lang::En) => "marriage leave",
        (LeaveKind::Maternity, Lang::En) => "maternity leave",
        (LeaveKind::Paternity, Lang::En) => "paternity leave",
        (LeaveKind::Bereavement, Lang::En) => "bereavement leave",
    }
}

/// A category of worker, such as 促销员 (M6).
pub fn category_words(category: Category, lang: Lang) -> &'static str {
    match (category, lang) {
        (Category::Regular, Lang::Zh) => "员工",
        (Category::Assistant, Lang::Zh) => "助理",
        (Category::Foreman, Lang::Zh) => "领班",
        (Category::Promoter, Lang::Zh) => "促销员",
        (Category::Trainee, Lang::Zh) => "实习生",
        (Category::Regular, Lang::En) => "staff",
        (Category::Assistant, Lang::En) => "assistant",
        (Category::Foreman, Lang::En) => "foreman",
        (Category::Promoter, Lang::En) => "promoter",
        (Category::Trainee, Lang::En) => "trainee",
    }
}

/// What a rule's penalty is called on a payslip line; rules that make no penalty go by their id.
pub fn rule_words(rule: RuleId, lang: Lang) -> String {
    let words = match (rule, lang) {
        (RuleId::T8, Lang::Zh) => "缺卡未补",
        (RuleId::T9, Lang::Zh) => "私自换班",
        (RuleId::T10, Lang::Zh) => "旺旺离线",
        (RuleId::T11, Lang::Zh) => "电话未接",
        (RuleId::T12, Lang::Zh) => "旷工",
        (RuleId::T13, Lang::Zh) => "用餐超时",
        (RuleId::T14, Lang::Zh) => "同时用餐",
        (RuleId::T15, Lang::Zh) => "服务态度",
        (RuleId::S2, Lang::Zh) => "缺席例会",
        (RuleId::S5, Lang::Zh) => "迟到早退缺勤",
        (RuleId::D3, Lang::Zh) => "巡查离岗",
        (RuleId::D4 | RuleId::M11, Lang::Zh) => "缺席班前班后会",
        (RuleId::D5 | RuleId::P4, Lang::Zh) => "到岗时间",
        (RuleId::D6, Lang::Zh) => "考核不达标",
        (RuleId::D7, Lang::Zh) => "投诉责任",
        (RuleId::T16, Lang::Zh) => "奖励",
        (RuleId::D9, Lang::Zh) => "离岗未登记",
        (RuleId::P5, Lang::Zh) => "未交接离岗",
        (RuleId::D9, Lang::En) => "off post",
        (RuleId::P5, Lang::En) => "left unrelieved",
        (RuleId::T8, Lang::En) => "missed punch",
        (RuleId::T9, Lang::En) => "unarranged swap",
        (RuleId::T10, Lang::En) => "offline on duty",
        (RuleId::T11, Lang::En) => "call unanswered",
        (RuleId::T12, Lang::En) => "absence",
        (RuleId::T13, Lang::En) => "meal over time",
        (RuleId::T14, Lang::En) => "meals at once",
        (RuleId::T15, Lang::En) => "discourtesy",
        (RuleId::S2, Lang::En) => "missed meeting",
        (RuleId::S5, Lang::En) => "late, early or absent",
        (RuleId::D3, Lang::En) => "off post",
        (RuleId::D4 | RuleId::M11, Lang::En) => "missed briefing",
        (RuleId::D5 | RuleId::P4, Lang::En) => "arrival time",
        (RuleId::D6, Lang::En) => "assessment item failed",
        (RuleId::D7, Lang::En) => "answerable for a complaint",
        (RuleId::T16, Lang::En) => "reward",
        _ => "",
    };
    if words.is_empty() {
        rule.to_string()
    } else {
        format!("{words} {rule}")
    }
}

struct Speaker<'a> {
    lang: Lang,
    name: &'a dyn Fn(&StaffId) -> String,
    zone: Zone,
}

impl Speaker<'_> {
    fn say(&self, zh: String, en: String) -> String {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
    fn name(&self, staff: &StaffId) -> String {
        (self.name)(staff)
    }
    fn time(&self, at: DateTime<Utc>) -> String {
        self.zone.civil(at).format("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// An event as a sentence, with names and the site's clock.
pub fn words(event: &Event, lang: Lang, name: &dyn Fn(&StaffId) -> String, zone: Zone) -> String {
    let s = Speaker { lang, name, zone };
    match event {
        Event::Org(OrgEvent::CalendarAdopted(e)) => s.say(
            format!("采用{}年日历({})", e.year, e.source),
            format!("calendar of {} adopted ({})", e.year, e.source),
        ),
        Event::Desk(event) => desk(&s, event),
        Event::Staff(event) => staff(&s, event),
        Event::Attendance(event) => attendance(&s, event),
        Event::Roster(event) => roster(&s, event),
        Event::Leave(event) => leave(&s, event),
        Event::Evidence(event) => evidence(&s, event),
        Event::Sanction(event) => sanction(&s, event),
        Event::Period(event) => period(&s, event),
        Event::Meeting(event) => conduct::meeting(&s, event),
    }
}

fn desk(s: &Speaker<'_>, event: &DeskEvent) -> String {
    match event {
        DeskEvent::DeskOpened(e) => s.say(
            format!("{}开设,{}至{}", e.name, e.opens, e.closes),
            format!("{} opened, {} to {}", e.name, e.opens, e.closes),
        ),
        DeskEvent::SkillsDefined(e) => {
            let skills = list(e.skills.iter().map(|skill| skill.name.as_str()));
            s.say(format!("技能:{skills}"), format!("skills: {skills}"))
        }
        DeskEvent::ShiftTemplatesAdopted(e) => {
            let codes = list(e.templates.iter().map(|template| template.code.as_str()));
            s.say(
                format!("自{}起的班次:{codes}", e.effective_from),
                format!("shifts from {}: {codes}", e.effective_from),
            )
        }
        DeskEvent::DemandSet(e) => s.say(
            format!("{}的人力需求({})", e.month, e.source),
            format!("demand of {} ({})", e.month, e.source),
        ),
        DeskEvent::PolicyAdopted(e) => {
            let versions = list(e.versions.iter().map(|version| version.as_str()));
            s.say(
                format!("{}采用制度{versions}", s.name(&e.by)),
                format!("{} adopted policy {versions}", s.name(&e.by)),
            )
        }
        DeskEvent::LanesDefined(e) => {
            let lanes = list(e.lanes.iter().map(|lane| lane.name.as_str()));
            s.say(format!("银台:{lanes}"), format!("lanes: {lanes}"))
        }
        DeskEvent::BudgetSet(e) => s.say(
            format!("{}设定{}排班预算{}元", s.name(&e.by), e.month, e.amount),
            format!(
                "{} set the budget of {} to {}",
                s.name(&e.by),
                e.month,
                e.amount
            ),
        ),
        DeskEvent::TeamSet(e) => {
            let (mentors, apart, rotations) = (e.mentors.len(), e.apart.len(), e.rotations.len());
            s.say(
                format!(
                    "{}设定带教{mentors}项、不同班{apart}项、轮班顺序{rotations}项",
                    s.name(&e.by)
                ),
                format!(
                    "{} set who works with whom: {mentors} with mentors, {apart} kept apart, {rotations} rotating",
                    s.name(&e.by)
                ),
            )
        }
    }
}

fn staff(s: &Speaker<'_>, event: &StaffEvent) -> String {
    match event {
        StaffEvent::Hired(e) => s.say(
            format!("{}({})自{}起任{}", e.name, e.staff, e.from, e.position),
            format!(
                "{} ({}) hired as {} from {}",
                e.name, e.staff, e.position, e.from
            ),
        ),
        StaffEvent::SkillsSet(e) => {
            let skills = list(e.skills.iter().map(|skill| skill.as_str()));
            s.say(
                format!("自{}起技能:{skills}", e.from),
                format!("skills from {}: {skills}", e.from),
            )
        }
        StaffEvent::RolesSet(e) => s.say(
            format!("{}设定权限", s.name(&e.by)),
            format!("roles set by {}", s.name(&e.by)),
        ),
        StaffEvent::ContractSet(e) => s.say(
            format!("自{}起新合同", e.from),
            format!("new contract from {}", e.from),
        ),
        StaffEvent::Protected(e) => s.say(
            format!("{}至{}受法律保护", e.from, e.until),
            format!("protected by law from {} to {}", e.from, e.until),
        ),
        StaffEvent::Forgotten(e) => s.say(
            format!("{}使其个人信息不可再读(遗忘)", s.name(&e.by)),
            format!("{} had the person forgotten", s.name(&e.by)),
        ),
        StaffEvent::Left(e) => s.say(
            format!("离职,最后一天{}", e.last),
            format!("left, last day {}", e.last),
        ),
        StaffEvent::LoanRequested(e) => s.say(
            format!(
                "{}请求借调到{}({} 至 {}):{}",
                s.name(&e.by),
                e.to,
                e.span.first,
                e.span.last,
                e.reason
            ),
            format!(
                "{} asked for a loan to {} ({} to {}): {}",
                s.name(&e.by),
                e.to,
                e.span.first,
                e.span.last,
                e.reason
            ),
        ),
        StaffEvent::LoanAgreed(e) => s.say(
            format!("{}同意借调", s.name(&e.by)),
            format!("loan agreed by {}", s.name(&e.by)),
        ),
        StaffEvent::LoanDeclined(e) => s.say(
            format!("{}不同意借调:{}", s.name(&e.by), e.reason),
            format!("loan declined by {}: {}", s.name(&e.by), e.reason),
        ),
        StaffEvent::LoanEnded(e) => s.say(
            format!("{}结束借调,最后一天{}", s.name(&e.by), e.last),
            format!("loan ended by {}, last day {}", s.name(&e.by), e.last),
        ),
        StaffEvent::WishesStated(e) => s.say(
            format!(
                "提出{}排班意愿{}项 {}",
                e.month,
                e.wishes.len(),
                s.time(e.at)
            ),
            format!(
                "stated {} wishes for the roster of {} at {}",
                e.wishes.len(),
                e.month,
                s.time(e.at)
            ),
        ),
        StaffEvent::CategorySet(e) => s.say(
            format!("自{}起类别:{}", e.from, category_words(e.category, s.lang)),
            format!(
                "category from {}: {}",
                e.from,
                category_words(e.category, s.lang)
            ),
        ),
    }
}

fn attendance(s: &Speaker<'_>, event: &AttendanceEvent) -> String {
    match event {
        AttendanceEvent::Punched(e) => {
            let what = punch_kind_words(e.kind, s.lang);
            let from = match &e.source {
                PunchSource::Web => s.say("网页".into(), "web".into()),
                PunchSource::Device { serial } => {
                    s.say(format!("设备{serial}"), format!("device {serial}"))
                }
            };
            let odd = match e.suspicion {
                Some(Suspicion::DeviceClock) => {
                    s.say(",设备时钟可疑".into(), ", device clock suspect".into())
                }
                None => String::new(),
            };
            let (who, at) = (s.name(&e.staff), s.time(e.at));
            s.say(
                format!("{who}{what} {at}({from}{odd})"),
                format!("{who}: {what} {at} ({from}{odd})"),
            )
        }
        AttendanceEvent::CorrectionRequested(e) => {
            let side = match (e.edge.side, s.lang) {
                (Side::In, Lang::Zh) => "上班",
                (Side::Out, Lang::Zh) => "下班",
                (Side::In, Lang::En) => "in",
                (Side::Out, Lang::En) => "out",
            };
            let (who, at) = (s.name(&e.staff), s.time(e.claimed_at));
            s.say(
                format!("{who}申请补卡:{}{side} {at},{}", e.work_date, e.reason),
                format!(
                    "{who} asks for a correction of {} ({side} at {at}): {}",
                    e.work_date, e.reason
                ),
            )
        }
        AttendanceEvent::CorrectionApproved(e) => approved(s, "补卡", "correction", &e.by, e.at),
        AttendanceEvent::CorrectionRefused(e) => {
            refused(s, "补卡", "correction", &e.by, &e.reason, e.at)
        }
        AttendanceEvent::CorrectionWithdrawn(e) => withdrawn(s, "补卡", "correction", e.at),
        AttendanceEvent::CorrectionFiled(e) => s.say(
            format!("{}将补卡申请留底 {}", s.name(&e.by), s.time(e.at)),
            format!(
                "correction put on file by {} at {}",
                s.name(&e.by),
                s.time(e.at)
            ),
        ),
        AttendanceEvent::OvertimeApproved(e) => s.say(
            format!(
                "{}批准{}在{}加班至多{}分钟:{}",
                s.name(&e.by),
                s.name(&e.staff),
                e.work_date,
                e.minutes_max,
                e.reason
            ),
            format!(
                "{} approved up to {} min overtime of {} on {}: {}",
                s.name(&e.by),
                e.minutes_max,
                s.name(&e.staff),
                e.work_date,
                e.reason
            ),
        ),
        AttendanceEvent::OvertimeRequested(e) => s.say(
            format!(
                "{}申请{}加班{}分钟,{}提交:{}",
                s.name(&e.staff),
                e.work_date,
                e.minutes,
                s.time(e.at),
                e.reason
            ),
            format!(
                "{} asks for {} min of overtime on {}, filed {}: {}",
                s.name(&e.staff),
                e.minutes,
                e.work_date,
                s.time(e.at),
                e.reason
            ),
        ),
        AttendanceEvent::OvertimeRefused(e) => {
            refused(s, "加班", "overtime", &e.by, &e.reason, e.at)
        }
        AttendanceEvent::OvertimeWithdrawn(e) => withdrawn(s, "加班", "overtime", e.at),
    }
}

fn approved(s: &Speaker<'_>, zh: &str, en: &str, by: &StaffId, at: DateTime<Utc>) -> String {
    s.say(
        format!("{}批准{zh} {}", s.name(by), s.time(at)),
        format!("{en} approved by {} at {}", s.name(by), s.time(at)),
    )
}

fn refused(
    s: &Speaker<'_>,
    zh: &str,
    en: &str,
    by: &StaffId,
    reason: &str,
    at: DateTime<Utc>,
) -> String {
    s.say(
        format!("{}不批准{zh}:{reason} {}", s.name(by), s.time(at)),
        format!("{en} refused by {} at {}: {reason}", s.name(by), s.time(at)),
    )
}

fn withdrawn(s: &Speaker<'_>, zh: &str, en: &str, at: DateTime<Utc>) -> String {
    s.say(
        format!("撤回{zh} {}", s.time(at)),
        format!("{en} withdrawn at {}", s.time(at)),
    )
}

fn roster(s: &Speaker<'_>, event: &RosterEvent) -> String {
    match event {
        RosterEvent::RosterDrafted(e) => s.say(
            format!("{}开始编制{}班表", s.name(&e.by), e.month),
            format!("{} began the roster of {}", s.name(&e.by), e.month),
        ),
        RosterEvent::SolveRequested(e) if e.replan.is_some() => s.say(
            format!("{}请求重排部分班表", s.name(&e.by)),
            format!(
                "{} asked for a new plan of part of the roster",
                s.name(&e.by)
            ),
        ),
        RosterEvent::SolveRequested(e) => s.say(
            format!("{}请求自动排班", s.name(&e.by)),
            format!("{} asked for a solve", s.name(&e.by)),
        ),
        RosterEvent::SolveClaimed(e) => s.say(
            format!("节点 {} 开始计算 {}", e.node, s.time(e.at)),
            format!("node {} took the solve at {}", e.node, s.time(e.at)),
        ),
        RosterEvent::SolveReleased(e) => s.say(
            format!("节点 {} 放弃计算 {}", e.node, s.time(e.at)),
            format!("node {} gave the solve back at {}", e.node, s.time(e.at)),
        ),
        RosterEvent::SolveCancelRequested(e) => s.say(
            format!("{}要求停止计算 {}", s.name(&e.by), s.time(e.at)),
            format!(
                "{} asked the solve to stop at {}",
                s.name(&e.by),
                s.time(e.at)
            ),
        ),
        RosterEvent::ReplanProposed(e) => s.say(
            format!(
                "重排方案(依据第{}版):改动{}格 {}",
                e.base,
                e.changes.len(),
                s.time(e.at)
            ),
            format!(
                "proposal made of revision {}: {} cells change, at {}",
                e.base,
                e.changes.len(),
                s.time(e.at)
            ),
        ),
        RosterEvent::ReplanDiscarded(e) => s.say(
            format!("{}放弃重排方案 {}", s.name(&e.by), s.time(e.at)),
            format!(
                "{} discarded the proposal at {}",
                s.name(&e.by),
                s.time(e.at)
            ),
        ),
        RosterEvent::RosterGenerated(e) => s.say(
            format!(
                "自动排班完成,代价{},缺口{}处",
                e.report.objective,
                e.report.shortfalls.len()
            ),
            format!(
                "roster generated, cost {}, {} shortfalls",
                e.report.objective,
                e.report.shortfalls.len()
            ),
        ),
        RosterEvent::SolveFailed(e) => s.say(
            format!("自动排班失败:{}", e.reason),
            format!("solve failed: {}", e.reason),
        ),
        RosterEvent::CellsFixed(e) => s.say(
            format!("{}固定{}格", s.name(&e.by), e.cells.len()),
            format!("{} fixed {} cells", s.name(&e.by), e.cells.len()),
        ),
        RosterEvent::CellsFreed(e) => s.say(
            format!("{}解除固定{}格", s.name(&e.by), e.cells.len()),
            format!("{} freed {} cells", s.name(&e.by), e.cells.len()),
        ),
        RosterEvent::CellsEdited(e) => s.say(
            format!("{}手工修改{}格", s.name(&e.by), e.changes.len()),
            format!("{} edited {} cells", s.name(&e.by), e.changes.len()),
        ),
        RosterEvent::RosterPublished(e) => s.say(
            format!(
                "{}发布班表第{}版 {}",
                s.name(&e.by),
                e.revision,
                s.time(e.at)
            ),
            format!(
                "roster revision {} published by {} at {}",
                e.revision,
                s.name(&e.by),
                s.time(e.at)
            ),
        ),
        RosterEvent::RosterAmended(e) => s.say(
            format!(
                "{}调整班表(第{}版):{} {}",
                s.name(&e.by),
                e.revision,
                e.reason,
                s.time(e.at)
            ),
            format!(
                "roster amended to revision {} by {} at {}: {}",
                e.revision,
                s.name(&e.by),
                s.time(e.at),
                e.reason
            ),
        ),
        RosterEvent::DutyTableSubmitted(e) => s.say(
            format!(
                "{}向行政部提交{}起一周值班表 {}",
                s.name(&e.by),
                e.week_start,
                s.time(e.at)
            ),
            format!(
                "duty table of the week of {} submitted by {} at {}",
                e.week_start,
                s.name(&e.by),
                s.time(e.at)
            ),
        ),
        RosterEvent::RosterLocked(e) => s.say(
            format!("班表锁定 {}", s.time(e.at)),
            format!("roster locked at {}", s.time(e.at)),
        ),
        RosterEvent::SwapRequested(e) => {
            let (from, with) = (s.name(&e.from), s.name(&e.with));
            let (zh, en) = match e.take {
                Some(take) => (format!(",换取{take}"), format!(" for {take}")),
                None => Default::default(),
            };
            s.say(
                format!("{from}申请与{with}调班:让出{}{zh},{}", e.give, e.reason),
                format!("{from} asks {with} to take {}{en}: {}", e.give, e.reason),
            )
        }
        RosterEvent::SwapAgreed(e) => s.say(
            format!("同事同意调班 {}", s.time(e.at)),
            format!("colleague agreed to the swap at {}", s.time(e.at)),
        ),
        RosterEvent::SwapDeclined(e) => s.say(
            format!("同事不同意调班 {}", s.time(e.at)),
            format!("colleague declined the swap at {}", s.time(e.at)),
        ),
        RosterEvent::SwapApproved(e) => approved(s, "调班", "swap", &e.by, e.at),
        RosterEvent::SwapRefused(e) => refused(s, "调班", "swap", &e.by, &e.reason, e.at),
        RosterEvent::SwapWithdrawn(e) => withdrawn(s, "调班", "swap", e.at),
        RosterEvent::LanesPlanned(e) => s.say(
            format!(
                "{}安排{}银台({}个,{}人次) {}",
                s.name(&e.by),
                e.date,
                e.order.len(),
                e.stints.len(),
                s.time(e.at)
            ),
            format!(
                "lanes of {} planned by {} at {}: {} lanes, {} stints",
                e.date,
                s.name(&e.by),
                s.time(e.at),
                e.order.len(),
                e.stints.len()
            ),
        ),
        RosterEvent::LanesOpened(e) => {
            let stretches: Vec<String> = e
                .openings
                .iter()
                .map(|opening| format!("{}–{} {}", opening.start, opening.end, opening.open))
                .collect();
            let stretches = list(stretches.iter().map(String::as_str));
            s.say(
                format!(
                    "{}调整{}银台开启数量:{stretches}({}) {}",
                    s.name(&e.by),
                    e.date,
                    e.reason,
                    s.time(e.at)
                ),
                format!(
                    "lanes open on {} set by {} at {}: {stretches} ({})",
                    e.date,
                    s.name(&e.by),
                    s.time(e.at),
                    e.reason
                ),
            )
        }
        RosterEvent::BudgetOverrun(e) => s.say(
            format!(
                "{}确认超预算发布:成本{}元,预算{}元 {}",
                s.name(&e.by),
                e.cost,
                e.budget,
                s.time(e.at)
            ),
            format!(
                "published above its budget by {} at {}: cost {}, budget {}",
                s.name(&e.by),
                s.time(e.at),
                e.cost,
                e.budget
            ),
        ),
    }
}

fn leave(s: &Speaker<'_>, event: &LeaveEvent) -> String {
    match event {
        LeaveEvent::LeaveRequested(e) => {
            let kind = leave_kind_words(e.kind, s.lang);
            let window = e
                .span
                .window
                .map_or(String::new(), |(a, b)| format!(" {a}-{b}"));
            let (who, first, last, at) =
                (s.name(&e.staff), e.span.first, e.span.last, s.time(e.at));
            s.say(
                format!(
                    "{who}申请{kind} {first}至{last}{window},{at}提交:{}",
                    e.reason
                ),
                format!(
                    "{who} asks for {kind} {first} to {last}{window}, filed {at}: {}",
                    e.reason
                ),
            )
        }
        LeaveEvent::LeaveApproved(e) => approved(s, "请假", "leave", &e.by, e.at),
        LeaveEvent::LeaveRefused(e) => refused(s, "请假", "leave", &e.by, &e.reason, e.at),
        LeaveEvent::LeaveWithdrawn(e) => withdrawn(s, "请假", "leave", e.at),
        LeaveEvent::BalanceMoved(e) => {
            let kind = leave_kind_words(e.kind, s.lang);
            let who = s.name(&e.staff);
            s.say(
                format!("{who}{kind}余额变动{}分钟:{}", e.minutes, e.reason),
                format!(
                    "{kind} balance of {who} moved by {} min: {}",
                    e.minutes, e.reason
                ),
            )
        }
        LeaveEvent::EvidenceNoted(e) => {
            let (who, at) = (s.name(&e.by), s.time(e.at));
            let (zh, en) = if e.seen {
                ("核看了请假证明", "has seen the document for the leave")
            } else {
                ("注明了请假证明", "names the document for the leave")
            };
            s.say(
                format!("{who}{zh}:{} {at}", e.document),
                format!("{who} {en}: {} {at}", e.document),
            )
        }
        LeaveEvent::LeaveGranted(e) => {
            let kind = leave_kind_words(e.kind, s.lang);
            let who = s.name(&e.staff);
            s.say(
                format!(
                    "{who}{}年度{kind} {} 天(工龄 {} 年),{} 至 {} 可用",
                    e.year, e.days, e.service_years, e.from, e.expires
                ),
                format!(
                    "{who}: {} days of {kind} for {} ({} years of service), from {} to {}",
                    e.days, e.year, e.service_years, e.from, e.expires
                ),
            )
        }
    }
}

fn evidence(s: &Speaker<'_>, event: &EvidenceEvent) -> String {
    match event {
        EvidenceEvent::PresenceReported(e) => {
            let (who, at) = (s.name(&e.staff), s.time(e.at));
            let (zh, en) = if e.online {
                ("上线", "online")
            } else {
                ("离线", "offline")
            };
            s.say(
                format!("{who}旺旺{zh} {at}"),
                format!("{who} {en} in the messenger {at}"),
            )
        }
        EvidenceEvent::PresenceExcused(e) => s.say(
            format!(
                "{}认可{}离线的原因({} 至 {}):{}",
                s.name(&e.by),
                s.name(&e.staff),
                s.time(e.from),
                s.time(e.until),
                e.reason
            ),
            format!(
                "{} excused {} from {} to {}: {}",
                s.name(&e.by),
                s.name(&e.staff),
                s.time(e.from),
                s.time(e.until),
                e.reason
            ),
        ),
        EvidenceEvent::CallRang(e) => {
            let at = s.time(e.at);
            let to = e.routed_to.as_ref().map(|staff| s.name(staff));
            let (zh, en) = match &e.answered_by {
                Some(staff) => (
                    format!("{}接听", s.name(staff)),
                    format!("answered by {}", s.name(staff)),
                ),
                None => ("无人接听".to_owned(), "unanswered".to_owned()),
            };
            let (to_zh, to_en) = to.map_or_else(Default::default, |to| {
                (format!(",转至{to}"), format!(", routed to {to}"))
            });
            s.say(
                format!("来电{} {at} 响{}声{to_zh},{zh}", e.call, e.rings),
                format!("call {} {at} rang {} times{to_en}, {en}", e.call, e.rings),
            )
        }
        EvidenceEvent::ComplaintFiled(e) => {
            let (zh, en) = match &e.about {
                ComplaintAbout::UnansweredCall { call } => {
                    (format!("电话{call}未接"), format!("call {call} unanswered"))
                }
                ComplaintAbout::Discourtesy => ("服务态度".to_owned(), "discourtesy".to_owned()),
            };
            let (from_zh, from_en) = match e.complainant {
                Complainant::Customer => ("客户", "customer"),
                Complainant::Colleague => ("同事", "colleague"),
            };
            let at = s.time(e.happened_at);
            s.say(
                format!("{from_zh}投诉({zh},{at}):{}", e.text),
                format!("{from_en} complaint ({en}, {at}): {}", e.text),
            )
        }
        EvidenceEvent::ComplaintVerified(e) => {
            let (zh, en) = if e.upheld {
                ("属实", "upheld")
            } else {
                ("不属实", "unfounded")
            };
            s.say(
                format!(
                    "{}查明{}的投诉{zh}:{}",
                    s.name(&e.by),
                    s.name(&e.staff),
                    e.note
                ),
                format!(
                    "{} found the complaint about {} {en}: {}",
                    s.name(&e.by),
                    s.name(&e.staff),
                    e.note
                ),
            )
        }
        EvidenceEvent::HandoverOffered(e) => {
            let (zh, en) = match &e.to_post {
                Some(post) => (format!("(交{post})"), format!(" to {post}")),
                None => (String::new(), String::new()),
            };
            s.say(
                format!("{}交班并签字{zh}:{}", s.name(&e.staff), e.notes),
                format!(
                    "{} offers the post{en} and signs: {}",
                    s.name(&e.staff),
                    e.notes
                ),
            )
        }
        EvidenceEvent::HandoverSigned(e) => match &e.signer {
            HandoverSigner::Relief { staff } => s.say(
                format!("{}接班并签字", s.name(staff)),
                format!("{} takes the post over and signs", s.name(staff)),
            ),
            HandoverSigner::Post { post, name } => s.say(
                format!("{post}接班,{name}签字"),
                format!("{post} takes the post over; {name} signs"),
            ),
        },
        EvidenceEvent::HandoverWaived(e) => s.say(
            format!(
                "{}准许{}未经交接下班:{}",
                s.name(&e.by),
                s.name(&e.staff),
                e.reason
            ),
            format!(
                "{} lets {} go without a handover: {}",
                s.name(&e.by),
                s.name(&e.staff),
                e.reason
            ),
        ),
        EvidenceEvent::ItemRaised(e) => s.say(
            format!("{}交办{}:{}", s.name(&e.by), s.name(&e.staff), e.text),
            format!(
                "{} gives {} an item: {}",
                s.name(&e.by),
                s.name(&e.staff),
                e.text
            ),
        ),
        EvidenceEvent::ItemHandedOver(e) => s.say(
            format!("{}将交办事项移交{}", s.name(&e.by), s.name(&e.to)),
            format!("{} hands an item over to {}", s.name(&e.by), s.name(&e.to)),
        ),
        EvidenceEvent::ItemClosed(e) => s.say(
            format!("{}完成交办事项:{}", s.name(&e.by), e.note),
            format!("{} closes an item: {}", s.name(&e.by), e.note),
        ),
        EvidenceEvent::OutingRegistered(e) => s.say(
            format!(
                "{}外出登记:{}({}),预计{}返回",
                s.name(&e.staff),
                e.place,
                e.purpose,
                s.time(e.expected_return_at)
            ),
            format!(
                "{} registers work outside: {} ({}), back expected {}",
                s.name(&e.staff),
                e.place,
                e.purpose,
                s.time(e.expected_return_at)
            ),
        ),
        EvidenceEvent::OutingReturned(e) => s.say(
            format!("外出返回 {}", s.time(e.at)),
            format!("back from work outside at {}", s.time(e.at)),
        ),
        EvidenceEvent::OutingChecked(e) => {
            let (zh, en) = if e.confirmed {
                ("属实", "as registered")
            } else {
                ("不属实", "not as registered")
            };
            s.say(
                format!("{}查证外出:{zh} {}", s.name(&e.by), e.note),
                format!("{} checks work outside: {en} {}", s.name(&e.by), e.note),
            )
        }
        EvidenceEvent::SpotChecked(e) => {
            let (zh, en) = if e.on_post {
                ("在岗", "on post")
            } else {
                ("不在岗", "off post")
            };
            s.say(
                format!(
                    "{}巡视:{} {}{zh} {}",
                    s.name(&e.by),
                    s.time(e.at),
                    s.name(&e.staff),
                    e.note
                ),
                format!(
                    "spot check by {} at {}: {} {en} {}",
                    s.name(&e.by),
                    s.time(e.at),
                    s.name(&e.staff),
                    e.note
                ),
            )
        }
        EvidenceEvent::AlertRaised(e) => s.say(
            format!(
                "{}发出警示 {}:{} {}",
                s.name(&e.by),
                s.time(e.at),
                e.text,
                e.remedy
            ),
            format!(
                "alert by {} at {}: {} {}",
                s.name(&e.by),
                s.time(e.at),
                e.text,
                e.remedy
            ),
        ),
        EvidenceEvent::AlertClosed(e) => s.say(
            format!("{}解除警示 {} {}", s.name(&e.by), s.time(e.at), e.note),
            format!(
                "alert closed by {} at {} {}",
                s.name(&e.by),
                s.time(e.at),
                e.note
            ),
        ),
        EvidenceEvent::BreachRecorded(e) => conduct::breach(s, e),
        EvidenceEvent::BreachRetracted(e) => s.say(
            format!("{}撤销违规记录:{}", s.name(&e.by), e.reason),
            format!("breach taken back by {}: {}", s.name(&e.by), e.reason),
        ),
    }
}

fn sanction(s: &Speaker<'_>, event: &SanctionEvent) -> String {
    let step = |zh: &str, en: &str, by: &StaffId, amount: domain::quantities::Fen, note: &str| {
        s.say(
            format!("{}{zh} {amount}:{note}", s.name(by)),
            format!("{en} by {} {amount}: {note}", s.name(by)),
        )
    };
    match event {
        SanctionEvent::RewardProposed(e) => s.say(
            format!(
                "{}建议奖励{} {}:{}",
                s.name(&e.by),
                s.name(&e.staff),
                e.amount,
                e.reason
            ),
            format!(
                "{} proposed a reward of {} for {}: {}",
                s.name(&e.by),
                e.amount,
                s.name(&e.staff),
                e.reason
            ),
        ),
        SanctionEvent::NoticeAcknowledged(e) => s.say(
            format!("{}确认通知:{}", s.name(&e.by), e.note),
            format!("notice noted by {}: {}", s.name(&e.by), e.note),
        ),
        SanctionEvent::SanctionVerified(e) => step("核实", "verified", &e.by, e.amount, &e.note),
        SanctionEvent::SanctionBalanced(e) => step("平衡", "balanced", &e.by, e.amount, &e.note),
        SanctionEvent::SanctionApproved(e) => step("批准", "approved", &e.by, e.amount, &e.note),
        SanctionEvent::SanctionWaived(e) => s.say(
            format!("{}免予执行:{}", s.name(&e.by), e.reason),
            format!("waived by {}: {}", s.name(&e.by), e.reason),
        ),
        SanctionEvent::SanctionAppealed(e) => s.say(
            format!("申诉:{}", e.reason),
            format!("appealed: {}", e.reason),
        ),
        SanctionEvent::AppealDecided(e) => {
            let (zh, en) = if e.upheld {
                ("成立", "upheld")
            } else {
                ("不成立", "rejected")
            };
            s.say(
                format!("{}裁定申诉{zh}:{}", s.name(&e.by), e.reason),
                format!("appeal {en} by {}: {}", s.name(&e.by), e.reason),
            )
        }
    }
}

fn period(s: &Speaker<'_>, event: &PeriodEvent) -> String {
    match event {
        PeriodEvent::DayClosed(e) => {
            s.say(format!("{}日结", e.date), format!("day {} closed", e.date))
        }
        PeriodEvent::PeriodClosed(e) => s.say(
            format!("{}关账{} {}", s.name(&e.by), e.month, s.time(e.at)),
            format!(
                "{} closed by {} at {}",
                e.month,
                s.name(&e.by),
                s.time(e.at)
            ),
        ),
        PeriodEvent::Adjusted(e) => s.say(
            format!(
                "{}对{}的{}调整{}:{}",
                s.name(&e.by),
                s.name(&e.staff),
                e.source_month,
                e.amount,
                e.reason
            ),
            format!(
                "{} adjusted {} of {} by {}: {}",
                s.name(&e.by),
                e.source_month,
                s.name(&e.staff),
                e.amount,
                e.reason
            ),
        ),
        PeriodEvent::SheetConfirmed(e) => s.say(
            format!("{}确认月报", s.name(&e.staff)),
            format!("{} confirmed their sheet", s.name(&e.staff)),
        ),
        PeriodEvent::SheetDisputed(e) => s.say(
            format!("{}对月报有异议:{}", s.name(&e.staff), e.words),
            format!("{} disputed their sheet: {}", s.name(&e.staff), e.words),
        ),
        PeriodEvent::ReopeningRequested(e) => s.say(
            format!("{}申请重开{}:{}", s.name(&e.by), e.month, e.reason),
            format!(
                "{} asked to reopen {}: {}",
                s.name(&e.by),
                e.month,
                e.reason
            ),
        ),
        PeriodEvent::PeriodReopened(e) => s.say(
            format!("{}同意重开{} {}", s.name(&e.by), e.month, e.note),
            format!("{} agreed to reopen {} {}", s.name(&e.by), e.month, e.note),
        ),
        PeriodEvent::ReopeningRefused(e) => s.say(
            format!("{}不同意重开{}:{}", s.name(&e.by), e.month, e.note),
            format!(
                "{} refused to reopen {}: {}",
                s.name(&e.by),
                e.month,
                e.note
            ),
        ),
    }
}

/// A difference's figures in words, those that are not zero.
pub fn difference_words(difference: &Difference, lang: Lang) -> String {
    let say = |zh: &str, en: &str| match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    };
    let mut parts = Vec::new();
    let mut part = |name: String, figure: String| parts.push(format!("{name} {figure}"));
    for (rule, fen) in &difference.penalties {
        part(rule_words(*rule, lang), amount(fen.0, Unit::Fen, lang));
    }
    let overtime = difference.overtime;
    let counts = [
        (say("奖励", "rewards"), difference.rewards.0, Unit::Fen),
        (
            say("工作日加班", "overtime, working day"),
            overtime.workday.0,
            Unit::Minutes,
        ),
        (
            say("休息日加班", "overtime, rest day"),
            overtime.rest_day.0,
            Unit::Minutes,
        ),
        (
            say("法定节假日加班", "overtime, statutory holiday"),
            overtime.statutory.0,
            Unit::Minutes,
        ),
        (say("旷工", "absent"), difference.absent_days, Unit::Days),
        (
            say("旷工时长", "absent time"),
            difference.absent_minutes.0,
            Unit::Minutes,
        ),
    ];
    for (name, count, unit) in counts {
        if count != 0 {
            part(name, amount(count, unit, lang));
        }
    }
    for (kind, minutes) in &difference.leave_minutes {
        let name = leave_kind_words(*kind, lang).to_owned();
        part(name, amount(minutes.0, Unit::Minutes, lang));
    }
    parts.join(match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    })
}

/// That years are provisional, for whatever rests on them; none: they are not.
pub fn provisional_words(years: &[i32], lang: Lang) -> Option<String> {
    if years.is_empty() {
        return None;
    }
    let years: Vec<String> = years.iter().map(i32::to_string).collect();
    let years = years.join(", ");
    Some(match lang {
        Lang::Zh => format!("{years} 年节假日安排尚未公布,以下按暂定安排计算"),
        Lang::En => format!("the holiday arrangement of {years} is provisional: not announced yet"),
    })
}

fn list<'t>(items: impl Iterator<Item = &'t str>) -> String {
    items.collect::<Vec<_>>().join("、")
}
