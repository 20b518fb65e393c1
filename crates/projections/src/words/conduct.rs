//! Meetings and breaches as sentences.

use super::Speaker;
use domain::event::{BreachRecorded, MeetingEvent};
use domain::ids::StaffId;
use std::collections::BTreeSet;

pub(super) fn meeting(s: &Speaker<'_>, event: &MeetingEvent) -> String {
    let names = |staff: &BTreeSet<StaffId>| {
        let names: Vec<String> = staff.iter().map(|staff| s.name(staff)).collect();
        names.join("、")
    };
    match event {
        MeetingEvent::MeetingScheduled(e) => s.say(
            format!(
                "{}召集{}:{} {} 起{}分钟",
                s.name(&e.by),
                e.title,
                e.date,
                e.start,
                e.minutes
            ),
            format!(
                "{} called by {}: {} at {} for {} min",
                e.title,
                s.name(&e.by),
                e.date,
                e.start,
                e.minutes
            ),
        ),
        MeetingEvent::MeetingCancelled(e) => s.say(
            format!("{}取消会议:{}", s.name(&e.by), e.reason),
            format!("meeting cancelled by {}: {}", s.name(&e.by), e.reason),
        ),
        MeetingEvent::StatementFiled(e) => s.say(
            format!(
                "{}会前书面说明 {}:{}",
                s.name(&e.staff),
                s.time(e.at),
                e.text
            ),
            format!(
                "statement by {} beforehand, {}: {}",
                s.name(&e.staff),
                s.time(e.at),
                e.text
            ),
        ),
        MeetingEvent::AttendanceTaken(e) => s.say(
            format!(
                "{}会议考勤:到{}人,缺{}人 {}",
                s.name(&e.by),
                e.present.len(),
                e.absent.len(),
                names(&e.absent)
            ),
            format!(
                "attendance taken by {}: {} there, {} missing {}",
                s.name(&e.by),
                e.present.len(),
                e.absent.len(),
                names(&e.absent)
            ),
        ),
        MeetingEvent::MinutesPublished(e) => s.say(
            format!("{}发布会议纪要第{}版:{}", s.name(&e.by), e.revision, e.text),
            format!(
                "minutes published by {}, revision {}: {}",
                s.name(&e.by),
                e.revision,
                e.text
            ),
        ),
        MeetingEvent::MinutesSigned(e) => s.say(
            format!("{}签字(纪要第{}版)", s.name(&e.staff), e.revision),
            format!("signed by {} (revision {})", s.name(&e.staff), e.revision),
        ),
    }
}

pub(super) fn breach(s: &Speaker<'_>, e: &BreachRecorded) -> String {
    s.say(
        format!(
            "{}登记{} {}违规({}):{}",
            s.name(&e.by),
            s.name(&e.staff),
            e.work_date,
            e.rule,
            e.subject
        ),
        format!(
            "breach of {} by {} on {} recorded by {}: {}",
            e.rule,
            s.name(&e.staff),
            e.work_date,
            s.name(&e.by),
            e.subject
        ),
    )
}
