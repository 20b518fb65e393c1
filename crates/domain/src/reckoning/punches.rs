//! Which punches are the day's, and which wanted punch each of them is.

use super::plan::WantedEdge;
use super::*;
use crate::day::PunchFact;

/// The day's punches.
pub(super) struct OwnedPunches {
    /// Taken at face value, duplicates collapsed, in order of time.
    pub(super) real: Vec<PunchFact>,
    /// Flagged ones; they fit nothing.
    pub(super) suspect: Vec<EventId>,
    pub(super) suspect_in: bool,
    pub(super) suspect_out: bool,
}

/// Collapses duplicates, then keeps what belongs to this date.
pub(super) fn owned(facts: &DayFacts, plan: &DayPlan, policy: &Policy) -> OwnedPunches {
    let mut sorted: Vec<&PunchFact> = facts.punches.iter().collect();
    sorted.sort_by_key(|punch| (punch.at, punch.received_at, punch.event));
    sorted.dedup_by_key(|punch| punch.event);

    let mut kept: Vec<&PunchFact> = Vec::new();
    for punch in sorted.iter().filter(|punch| punch.suspicion.is_none()) {
        let again = kept.iter().rev().any(|earlier| {
            earlier.kind == punch.kind
                && earlier.device == punch.device
                && punch.at.timestamp() - earlier.at.timestamp() <= policy.punch.debounce_seconds
        });
        if !again {
            kept.push(punch);
        }
    }
    let suspect: Vec<&PunchFact> = sorted
        .into_iter()
        .filter(|punch| punch.suspicion.is_some() && plan.owns(punch.received_at))
        .collect();
    let any = |kind| suspect.iter().any(|punch| punch.kind == kind);
    OwnedPunches {
        real: kept
            .into_iter()
            .filter(|punch| plan.owns(punch.at))
            .cloned()
            .collect(),
        suspect_in: any(PunchKind::In),
        suspect_out: any(PunchKind::Out),
        suspect: suspect.iter().map(|punch| punch.event).collect(),
    }
}

/// Wanted punches with what fills them.
pub(super) struct Matching {
    edges: Vec<(WantedEdge, Option<PunchFact>)>,
}

impl Matching {
    /// What fills a required edge.
    pub(super) fn required(&self, segment: usize, side: Side) -> Option<&PunchFact> {
        self.edges
            .iter()
            .find(|(edge, _)| edge.required && edge.segment == segment && edge.side == side)
            .and_then(|(_, punch)| punch.as_ref())
    }
    /// Leaving for and coming back from leave inside the segment, where punched.
    pub(super) fn inner(&self, segment: usize) -> impl Iterator<Item = (&WantedEdge, &PunchFact)> {
        self.edges
            .iter()
            .filter(move |(edge, _)| !edge.required && edge.segment == segment)
            .filter_map(|(edge, punch)| Some((edge, punch.as_ref()?)))
    }
    pub(super) fn inner_events(&self) -> impl Iterator<Item = EventId> {
        self.edges
            .iter()
            .filter(|(edge, _)| !edge.required)
            .filter_map(|(_, punch)| Some(punch.as_ref()?.event))
    }
    /// Whether anything later in the shift than this required edge is punched.
    pub(super) fn any_after(&self, segment: usize, side: Side) -> bool {
        let place = self
            .edges
            .iter()
            .position(|(edge, _)| edge.required && edge.segment == segment && edge.side == side);
        place.is_some_and(|place| self.edges.iter().skip(place + 1).any(|(_, p)| p.is_some()))
    }
}

fn fits(edge: &WantedEdge, punch: &PunchFact) -> bool {
    let side = match punch.kind {
        PunchKind::In => Side::In,
        PunchKind::Out => Side::Out,
        PunchKind::MealStart | PunchKind::MealEnd => return false,
    };
    edge.side == side && edge.window.holds(punch.at)
}

fn distance(edge: &WantedEdge, punch: &PunchFact) -> chrono::TimeDelta {
    (edge.at - punch.at).abs()
}

/// Gives each edge its punch: nearest first, none twice, never out before in. Where the nearest is late (or early) and
/// a spare one at the same edge is on time, that one counts.
pub(super) fn match_edges(plan: &DayPlan, punches: &[PunchFact]) -> Matching {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (e, edge) in plan.edges.iter().enumerate() {
        for (p, punch) in punches.iter().enumerate() {
            if fits(edge, punch) {
                pairs.push((e, p));
            }
        }
    }
    pairs.sort_by_key(|&(e, p)| {
        let gap = plan.edges.get(e).zip(punches.get(p));
        (gap.map(|(edge, punch)| distance(edge, punch)), e, p)
    });

    let mut filled: Vec<Option<usize>> = vec![None; plan.edges.len()];
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for (e, p) in pairs {
        let free = filled.get(e).is_some_and(Option::is_none) && !taken.contains(&p);
        if free && in_order(plan, punches, &filled, e, p) {
            if let Some(slot) = filled.get_mut(e) {
                *slot = Some(p);
            }
            taken.insert(p);
        }
    }

    for (e, edge) in plan.edges.iter().enumerate() {
        let on_time = |punch: &PunchFact| match edge.side {
            Side::In => punch.at <= edge.at,
            Side::Out => punch.at >= edge.at,
        };
        let Some(current) = filled.get(e).copied().flatten() else {
            continue;
        };
        if punches.get(current).is_some_and(on_time) {
            continue;
        }
        let nearest_here = |punch: &PunchFact| {
            plan.edges
                .iter()
                .filter(|other| fits(other, punch))
                .all(|other| distance(edge, punch) <= distance(other, punch))
        };
        let spare = punches
            .iter()
            .enumerate()
            .filter(|(p, punch)| {
                !taken.contains(p) && fits(edge, punch) && on_time(punch) && nearest_here(punch)
            })
            .min_by_key(|(p, punch)| (distance(edge, punch), *p))
            .map(|(p, _)| p);
        if let Some(p) = spare
            && let Some(slot) = filled.get_mut(e)
        {
            taken.remove(&current);
            taken.insert(p);
            *slot = Some(p);
        }
    }

    Matching {
        edges: plan
            .edges
            .iter()
            .copied()
            .zip(filled)
            .map(|(edge, p)| (edge, p.and_then(|p| punches.get(p)).cloned()))
            .collect(),
    }
}

/// Whether filling edge `e` keeps in before out within its stretch.
fn in_order(
    plan: &DayPlan,
    punches: &[PunchFact],
    filled: &[Option<usize>],
    e: usize,
    p: usize,
) -> bool {
    let (Some(edge), Some(punch)) = (plan.edges.get(e), punches.get(p)) else {
        return false;
    };
    plan.edges.iter().zip(filled).all(|(other, other_p)| {
        let Some(other_punch) = other_p.and_then(|p| punches.get(p)) else {
            return true;
        };
        let same = other.segment == edge.segment && other.stretch == edge.stretch;
        !same
            || match edge.side {
                Side::In => punch.at <= other_punch.at,
                Side::Out => other_punch.at <= punch.at,
            }
    })
}
