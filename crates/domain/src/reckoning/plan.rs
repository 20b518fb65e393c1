//! What the roster in force wants of the day, as instants, after leave is taken out.

use super::*;
use crate::shift::{Segment, Shift};
use chrono::{DateTime, Duration, Utc};

/// From one instant until another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
}

impl Span {
    pub(super) fn minutes(self) -> Minutes {
        whole_minutes(self.from, self.until)
    }
    pub(super) fn holds(self, at: DateTime<Utc>) -> bool {
        self.from <= at && at <= self.until
    }
    fn cut(self, from: DateTime<Utc>, until: DateTime<Utc>) -> Option<Self> {
        let cut = Self {
            from: self.from.max(from),
            until: self.until.min(until),
        };
        (cut.from < cut.until).then_some(cut)
    }
    pub(super) fn without(self, other: Self) -> impl Iterator<Item = Self> {
        let rest = match self.cut(other.from, other.until) {
            None => [Some(self), None],
            Some(gone) => [
                self.cut(self.from, gone.from),
                self.cut(gone.until, self.until),
            ],
        };
        rest.into_iter().flatten()
    }
}

/// Whole minutes of `spans` that lie between two instants.
pub(super) fn overlap_minutes(
    spans: &[Span],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Minutes {
    spans
        .iter()
        .filter_map(|span| span.cut(from, until))
        .map(Span::minutes)
        .sum()
}

/// The instant some minutes later, or itself at the end of time.
pub(super) fn moved(at: DateTime<Utc>, minutes: Minutes) -> DateTime<Utc> {
    Duration::try_minutes(minutes.0)
        .and_then(|by| at.checked_add_signed(by))
        .unwrap_or(at)
}

fn midpoint(from: DateTime<Utc>, until: DateTime<Utc>) -> DateTime<Utc> {
    from.checked_add_signed((until - from) / 2).unwrap_or(from)
}

/// One segment as the roster has it.
pub(super) struct PlannedSegment {
    pub(super) segment: Segment,
    pub(super) span: Span,
    /// What leave leaves of it, in order.
    pub(super) wanted: Vec<Span>,
    /// The end of the segment before: earlier time is not this one's.
    pub(super) free_from: DateTime<Utc>,
    /// The start of the segment after.
    pub(super) free_until: DateTime<Utc>,
}

/// A punch that is wanted, or that leave in the middle of a segment makes possible.
#[derive(Clone, Copy, Debug)]
pub(super) struct WantedEdge {
    pub(super) segment: usize,
    pub(super) stretch: usize,
    pub(super) side: Side,
    pub(super) at: DateTime<Utc>,
    pub(super) window: Span,
    /// Leaving for and coming back from leave inside a segment may be punched, but need not.
    pub(super) required: bool,
}

/// The day as it was to be.
pub(super) struct DayPlan {
    pub(super) shift: Option<Shift>,
    pub(super) segments: Vec<PlannedSegment>,
    pub(super) leave_minutes: BTreeMap<LeaveKind, Minutes>,
    pub(super) edges: Vec<WantedEdge>,
    /// Punches from here belong to the day's shift.
    range: Option<Span>,
    /// Punches before this belong to the shift before.
    previous_until: Option<DateTime<Utc>>,
    /// Punches from here on belong to the shift after.
    next_from: Option<DateTime<Utc>>,
    zone: Zone,
    date: crate::work_date::WorkDate,
}

impl DayPlan {
    pub(super) fn of(facts: &DayFacts, policy: &Policy) -> Self {
        // On call nobody is on post, so nobody is missed: whoever is called in worked on a day off.
        let on_post = |shift: &Shift| !policy.roster.rules.standby.contains_key(&shift.code);
        let shift = facts.assignment.as_ref().and_then(|a| a.shift.clone());
        let shift = shift.filter(on_post);
        let spans: Vec<(Segment, Span)> = shift
            .iter()
            .flat_map(|shift| shift.segments.iter())
            .map(|&segment| {
                let from = facts.zone.instant(facts.date, segment.start);
                let until = facts.zone.instant(facts.date, segment.end).max(from);
                (segment, Span { from, until })
            })
            .collect();
        let (before, after) = (
            policy.punch.window_before_minutes,
            policy.punch.window_after_minutes,
        );
        let start = spans.iter().map(|(_, span)| span.from).min();
        let end = spans.iter().map(|(_, span)| span.until).max();

        // Windows of neighbouring shifts split at the midpoint; the midpoint itself is the later shift's.
        let following = start.or(facts.next_shift_start);
        let previous_until = facts.previous_shift_end.map(|previous| {
            let own = moved(previous, after);
            following.map_or(own, |next| own.min(midpoint(previous, next)))
        });
        let preceding = end.or(facts.previous_shift_end);
        let next_from = facts.next_shift_start.map(|next| {
            let own = moved(next, -before);
            preceding.map_or(own, |previous| own.max(midpoint(previous, next)))
        });
        let range = start.zip(end).map(|(start, end)| {
            let earliest = moved(start, -before);
            let latest = moved(end, after);
            Span {
                from: facts
                    .previous_shift_end
                    .map_or(earliest, |p| earliest.max(midpoint(p, start))),
                until: facts
                    .next_shift_start
                    .map_or(latest, |n| latest.min(midpoint(end, n))),
            }
        });

        let mut plan = Self {
            shift,
            segments: Vec::new(),
            leave_minutes: BTreeMap::new(),
            edges: Vec::new(),
            range,
            previous_until,
            next_from,
            zone: facts.zone,
            date: facts.date,
        };
        let mut free_from = DateTime::<Utc>::MIN_UTC;
        for (index, &(segment, span)) in spans.iter().enumerate() {
            let free_until = spans
                .get(index + 1)
                .map_or(DateTime::<Utc>::MAX_UTC, |(_, next)| next.from);
            plan.segments.push(PlannedSegment {
                segment,
                span,
                wanted: if span.from < span.until {
                    vec![span]
                } else {
                    Vec::new()
                },
                free_from,
                free_until,
            });
            free_from = span.until;
        }
        for leave in &facts.leaves {
            if leave.status == RequestStatus::Approved && plan.in_time(leave) {
                plan.take_out(leave);
            }
        }
        plan.set_edges(before, after);
        plan
    }

    /// When the leave begins and ends on this day, if it touches it.
    fn leave_span(&self, leave: &LeaveFact) -> Option<Span> {
        if !leave.span.covers(self.date) {
            return None;
        }
        let from = self.segments.first()?.span.from;
        let until = self.segments.last()?.span.until;
        let whole = Span { from, until };
        match leave.span.window {
            None => Some(whole),
            Some((start, end)) => whole.cut(
                self.zone.instant(self.date, start),
                self.zone.instant(self.date, end),
            ),
        }
    }

    /// T12: filed before what it excuses begins, or by a lead in an emergency.
    pub(super) fn in_time(&self, leave: &LeaveFact) -> bool {
        self.leave_span(leave)
            .is_some_and(|span| leave.emergency || leave.filed_at < span.from)
    }

    fn take_out(&mut self, leave: &LeaveFact) {
        let Some(span) = self.leave_span(leave) else {
            return;
        };
        for planned in &mut self.segments {
            let minutes = |spans: &[Span]| spans.iter().map(|s| s.minutes()).sum::<Minutes>();
            let before = minutes(&planned.wanted);
            planned.wanted = planned
                .wanted
                .iter()
                .flat_map(|wanted| wanted.without(span))
                .collect();
            let taken = before - minutes(&planned.wanted);
            if !taken.is_zero() {
                *self.leave_minutes.entry(leave.kind).or_default() += taken;
            }
        }
    }

    fn set_edges(&mut self, before: Minutes, after: Minutes) {
        for (index, planned) in self.segments.iter().enumerate() {
            for (stretch, wanted) in planned.wanted.iter().enumerate() {
                let is_first = stretch == 0;
                let is_last = stretch + 1 == planned.wanted.len();
                let earlier = stretch.checked_sub(1).and_then(|s| planned.wanted.get(s));
                let later = planned.wanted.get(stretch + 1);
                self.edges.push(WantedEdge {
                    segment: index,
                    stretch,
                    side: Side::In,
                    at: wanted.from,
                    window: Span {
                        from: earlier
                            .map_or_else(|| moved(planned.span.from, -before), |e| e.until),
                        until: wanted.until,
                    },
                    required: is_first,
                });
                self.edges.push(WantedEdge {
                    segment: index,
                    stretch,
                    side: Side::Out,
                    at: wanted.until,
                    window: Span {
                        from: wanted.from,
                        until: later.map_or_else(|| moved(planned.span.until, after), |l| l.from),
                    },
                    required: is_last,
                });
            }
        }
    }

    /// Whether a punch at `at` belongs to this work date: to its shift, or else to no shift and this calendar date.
    pub(super) fn owns(&self, at: DateTime<Utc>) -> bool {
        if let Some(range) = self.range
            && range.from <= at
            && at < range.until
        {
            return true;
        }
        self.zone.date(at) == self.date
            && self.previous_until.is_none_or(|until| at >= until)
            && self.next_from.is_none_or(|from| at < from)
    }
}
