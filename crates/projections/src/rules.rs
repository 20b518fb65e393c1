//! Which rules apply, and how far they reach.

use crate::states::DeskRow;
use chrono::{DateTime, Duration, Utc};
use domain::policy::{Policy, PolicyDocument};
use domain::quantities::Minutes;
use domain::shift::Shift;
use domain::work_date::{WorkDate, Zone};

/// Version of what is derived from facts. Raise it whenever reckoning, penalties or the facts given to them change, so
/// that read models of an older build are built afresh.
pub(crate) const DERIVATION: &str = "8";

/// The rules through time after `document` was adopted: where both speak, the newer holds; before the newer begins,
/// the older does. A document that cannot be read (it was checked when it was adopted) changes nothing.
pub(crate) fn adopt(older: Option<PolicyDocument>, document: &str) -> Option<PolicyDocument> {
    let Ok(newer) = PolicyDocument::parse(document) else {
        tracing::error!("an adopted policy document cannot be read; the rules before it stay");
        return older;
    };
    overlay(older, newer)
}

/// The older rules until the newer begin, then those.
pub(crate) fn overlay(
    older: Option<PolicyDocument>,
    mut newer: PolicyDocument,
) -> Option<PolicyDocument> {
    let Some(begins) = newer.versions.iter().map(|v| v.effective_from).min() else {
        return older;
    };
    let kept = older.into_iter().flat_map(|older| older.versions);
    let mut versions: Vec<Policy> = kept
        .filter(|version| version.effective_from < begins)
        .map(|mut version| {
            let last = begins.plus_days(-1);
            version.effective_until = Some(version.effective_until.map_or(last, |u| u.min(last)));
            version
        })
        .collect();
    versions.append(&mut newer.versions);
    newer.versions = versions;
    Some(newer)
}

/// Days after a work date until nothing more of it is decided by time passing: the correction window (T6), and one.
pub(crate) fn settling_days(desk: &DeskRow) -> i64 {
    let versions = desk.policy.iter().flat_map(|document| &document.versions);
    let window = versions.map(|policy| policy.correction.window_days).max();
    i64::from(window.unwrap_or(0)) + 1
}

/// The instant some minutes later (negative: earlier).
pub(crate) fn moved(at: DateTime<Utc>, minutes: Minutes) -> DateTime<Utc> {
    Duration::try_minutes(minutes.0)
        .and_then(|by| at.checked_add_signed(by))
        .unwrap_or(at)
}

/// Whether a punch at `at` lies in the windows of a shift.
pub(crate) fn is_about(
    shift: &Shift,
    zone: Zone,
    date: WorkDate,
    policy: &Policy,
    at: DateTime<Utc>,
) -> bool {
    span(shift, zone, date).is_some_and(|(start, end)| {
        moved(start, -policy.punch.window_before_minutes) <= at
            && at <= moved(end, policy.punch.window_after_minutes)
    })
}

/// The first start and last end of a shift.
pub(crate) fn span(
    shift: &Shift,
    zone: Zone,
    date: WorkDate,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let first = shift.segments.first()?;
    let last = shift.segments.last()?;
    Some((
        zone.instant(date, first.start),
        zone.instant(date, last.end),
    ))
}

/// Whether an in-punch at `at` lies about where the shift begins.
pub(crate) fn begins_about(
    shift: &Shift,
    zone: Zone,
    date: WorkDate,
    policy: &Policy,
    at: DateTime<Utc>,
) -> bool {
    span(shift, zone, date).is_some_and(|(start, _)| {
        moved(start, -policy.punch.window_before_minutes) <= at
            && at <= moved(start, policy.punch.window_after_minutes)
    })
}
