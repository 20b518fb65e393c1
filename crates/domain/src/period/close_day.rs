//! Close a day that is over: the windows that end with it are closed from then on.

use crate::decider::Decision;
use crate::event::{DayClosed, PeriodEvent};
use crate::period::PeriodState;
use crate::refusal::Refusal;
use crate::who::Issued;
use crate::work_date::{DayMinute, WorkDate, Zone};
use chrono::{DateTime, Utc};

/// Close a day.
#[derive(Clone, Debug)]
pub struct CloseDay {
    /// Which.
    pub date: WorkDate,
}

/// In order, once the local day and every shift that began on it are over; closed already is no news. `previous` is
/// the month before (its default, if the desk had none), `last_shift_end` the latest end of a shift of the day. Nobody's
/// role is asked: time itself reports.
pub fn decide(
    state: &PeriodState,
    command: &CloseDay,
    previous: &PeriodState,
    last_shift_end: Option<DateTime<Utc>>,
    zone: Zone,
    issued: &Issued,
) -> Decision<PeriodEvent> {
    let date = command.date;
    if state.closed_through.is_some_and(|last| date <= last) {
        return Ok(vec![]);
    }
    let latest = state.closed_through.or(previous.closed_through);
    let next = latest.map_or(date.month().first(), |last| last.plus_days(1));
    if date != next {
        return Err(Refusal::DayOutOfOrder { date, next });
    }
    let midnight = zone.instant(date.plus_days(1), DayMinute(0));
    let ends = last_shift_end.map_or(midnight, |end| midnight.max(end));
    if issued.at < ends {
        let ends = zone.civil(ends);
        return Err(Refusal::DayNotOver { date, ends });
    }
    Ok(vec![
        DayClosed {
            date,
            at: issued.at,
        }
        .into(),
    ])
}
