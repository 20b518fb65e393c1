//! Ask for a missed punch to be made good (补卡申请, T6, T7).

use crate::attendance::AttendanceState;
use crate::day::{DayRecord, EdgeState, SegmentRecord};
use crate::decider::{Decision, worded};
use crate::event::{AttendanceEvent, CorrectionRequested, Edge, Side};
use crate::ids::CorrectionId;
use crate::policy::Policy;
use crate::refusal::{Refusal, UsedCorrection};
use crate::who::Issued;
use crate::work_date::{WorkDate, Zone};
use chrono::{DateTime, Duration, Utc};

/// Ask for one's own missed punch to be made good.
#[derive(Clone, Debug)]
pub struct RequestCorrection {
    /// Its id.
    pub correction: CorrectionId,
    /// The day of the missed punch.
    pub work_date: WorkDate,
    /// Which punch.
    pub edge: Edge,
    /// When it would have been.
    pub claimed_at: DateTime<Utc>,
    /// In the person's words.
    pub reason: String,
}

/// In time, within the month's number, for a punch that the roster wants and that is missing. `day` is the author's
/// day record as reckoned now, `policy` the one in force on the work date.
pub fn decide(
    state: &AttendanceState,
    command: &RequestCorrection,
    day: &DayRecord,
    policy: &Policy,
    zone: Zone,
    issued: &Issued,
) -> Decision<AttendanceEvent> {
    let (work_date, edge) = (command.work_date, command.edge);
    if state.corrections.contains_key(&command.correction) {
        let id = command.correction.to_string();
        return Err(Refusal::IdTaken { id });
    }
    worded("reason", &command.reason)?;
    within_window(work_date, policy, zone, issued)?;
    let segment = wanted(day, command, zone, issued)?;
    no_other_request(state, work_date, edge)?;
    sound_claim(command, segment, policy, zone, issued)?;
    within_month_cap(state, work_date, policy)?;
    Ok(vec![
        CorrectionRequested {
            correction: command.correction,
            staff: issued.by.staff.clone(),
            desk: day.desk.clone(),
            work_date,
            edge,
            claimed_at: command.claimed_at,
            reason: command.reason.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

/// T6: until the end of the n-th calendar day after the work date.
fn within_window(
    work_date: WorkDate,
    policy: &Policy,
    zone: Zone,
    issued: &Issued,
) -> Result<(), Refusal> {
    let window_days = policy.correction.window_days;
    let until = work_date.plus_days(i64::from(window_days));
    if zone.date(issued.at) > until {
        return Err(Refusal::CorrectionWindowOver {
            work_date,
            window_days,
            until,
        });
    }
    Ok(())
}

/// The segment whose punch the roster wants, no leave covers, is due and is missing.
fn wanted<'a>(
    day: &'a DayRecord,
    command: &RequestCorrection,
    zone: Zone,
    issued: &Issued,
) -> Result<&'a SegmentRecord, Refusal> {
    let (work_date, edge) = (command.work_date, command.edge);
    let own_day = day.staff == issued.by.staff && day.date == work_date;
    let segment = day
        .segments
        .get(usize::from(edge.segment))
        .filter(|_| own_day)
        .ok_or(Refusal::CorrectionNoSuchEdge { work_date, edge })?;
    if segment.leave_minutes >= segment.planned_minutes {
        return Err(Refusal::CorrectionOnLeave { work_date, edge });
    }
    if let Some(at) = state_of(segment, edge.side).at() {
        let at = zone.civil(at);
        return Err(Refusal::CorrectionNotNeeded {
            work_date,
            edge,
            at,
        });
    }
    let due = zone.instant(
        work_date,
        match edge.side {
            Side::In => segment.planned.start,
            Side::Out => segment.planned.end,
        },
    );
    if issued.at < due {
        let due = zone.civil(due);
        return Err(Refusal::CorrectionNotDue {
            work_date,
            edge,
            due,
        });
    }
    Ok(segment)
}

fn state_of(segment: &SegmentRecord, side: Side) -> &EdgeState {
    match side {
        Side::In => &segment.arrival,
        Side::Out => &segment.departure,
    }
}

fn no_other_request(
    state: &AttendanceState,
    work_date: WorkDate,
    edge: Edge,
) -> Result<(), Refusal> {
    let other = state.corrections.values().find(|known| {
        known.counts() && known.requested.work_date == work_date && known.requested.edge == edge
    });
    match other {
        None => Ok(()),
        Some(other) => Err(Refusal::CorrectionDuplicate {
            work_date,
            edge,
            status: other.status,
        }),
    }
}

/// The time claimed lies in the past, near its segment, and an in before the out.
fn sound_claim(
    command: &RequestCorrection,
    segment: &SegmentRecord,
    policy: &Policy,
    zone: Zone,
    issued: &Issued,
) -> Result<(), Refusal> {
    let instant = |minute| zone.instant(command.work_date, minute);
    let opens =
        instant(segment.planned.start) - Duration::minutes(policy.punch.window_before_minutes.0);
    let closes =
        instant(segment.planned.end) + Duration::minutes(policy.punch.window_after_minutes.0);
    let (mut earliest, mut latest) = (opens, closes.min(issued.at));
    match command.edge.side {
        Side::In => latest = segment.departure.at().map_or(latest, |out| latest.min(out)),
        Side::Out => {
            earliest = segment
                .arrival
                .at()
                .map_or(earliest, |came| earliest.max(came))
        }
    }
    if command.claimed_at < earliest || latest < command.claimed_at {
        return Err(Refusal::CorrectionClaimAbsurd {
            claimed_at: zone.civil(command.claimed_at),
            earliest: zone.civil(earliest),
            latest: zone.civil(latest),
        });
    }
    Ok(())
}

/// T7: by the month of the work date; pending and approved requests count.
fn within_month_cap(
    state: &AttendanceState,
    work_date: WorkDate,
    policy: &Policy,
) -> Result<(), Refusal> {
    let (month, month_max) = (work_date.month(), policy.correction.month_max);
    let mut used: Vec<UsedCorrection> = state
        .corrections
        .values()
        .filter(|known| known.counts() && month.contains(known.requested.work_date))
        .map(|known| UsedCorrection {
            work_date: known.requested.work_date,
            edge: known.requested.edge,
            status: known.status,
        })
        .collect();
    if used.len() >= usize::from(month_max) {
        used.sort_by_key(|used| (used.work_date, used.edge));
        return Err(Refusal::CorrectionMonthCap {
            month,
            month_max,
            used,
        });
    }
    Ok(())
}
