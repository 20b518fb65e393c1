//! Punch in, out, to a meal and back (打卡, T5).
//!
//! Nothing here judges the punch against the roster: duplicates and odd ones stay in the log, and reckoning sorts them
//! out. Only what cannot be a punch of this person is refused.

use crate::attendance::AttendanceState;
use crate::decider::Decision;
use crate::event::{AttendanceEvent, PunchKind, PunchSource, Punched, Suspicion};
use crate::ids::StaffId;
use crate::policy::PunchPolicy;
use crate::refusal::Refusal;
use crate::staff::StaffState;
use crate::who::Issued;
use crate::work_date::{Month, WorkDate, Zone, whole_minutes};
use chrono::{DateTime, Utc};

/// Where a punch comes from, and whose clock it goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PunchClock {
    /// The page or the API, while online: the server's clock, whatever the sender says.
    Server,
    /// A device with a clock of its own, which may send late.
    Device {
        /// Its serial number.
        serial: String,
        /// What its clock showed.
        at: DateTime<Utc>,
    },
}

/// Punch.
#[derive(Clone, Debug)]
pub struct Punch {
    /// Who.
    pub staff: StaffId,
    /// What.
    pub kind: PunchKind,
    /// By whose clock.
    pub clock: PunchClock,
}

impl Punch {
    /// When, by the clock it goes by.
    pub fn at(&self, issued: &Issued) -> DateTime<Utc> {
        match &self.clock {
            PunchClock::Server => issued.at,
            PunchClock::Device { at, .. } => *at,
        }
    }

    /// The month of the stream that holds it: by the local date of the punch, or of its arrival when the device's clock
    /// cannot be right.
    pub fn month(
        &self,
        staff: &StaffState,
        policy: &PunchPolicy,
        zone: Zone,
        issued: &Issued,
    ) -> Month {
        let at = match self.suspicion(staff, policy, zone, issued) {
            Some(Suspicion::DeviceClock) => issued.at,
            None => self.at(issued),
        };
        zone.date(at).month()
    }

    /// A device that lost power wakes up years ago (HAZARDS A7): a time that is both too old to be taken and before the
    /// person's first day is no late delivery but a wrong clock.
    fn suspicion(
        &self,
        staff: &StaffState,
        policy: &PunchPolicy,
        zone: Zone,
        issued: &Issued,
    ) -> Option<Suspicion> {
        let at = self.at(issued);
        let before_hire = staff.first_day().is_some_and(|first| zone.date(at) < first);
        (before_hire && too_old(at, policy, issued)).then_some(Suspicion::DeviceClock)
    }
}

fn too_old(at: DateTime<Utc>, policy: &PunchPolicy, issued: &Issued) -> bool {
    whole_minutes(at, issued.at) > policy.age_minutes_max
}

/// A shift of the last day may end on the next (P1), so on that one somebody may still go, but not come.
fn employed(command: &Punch, staff: &StaffState, date: WorkDate) -> Result<(), Refusal> {
    let goes = command.kind != PunchKind::In;
    if goes && staff.employed_on(date.plus_days(-1)) {
        return Ok(());
    }
    staff.employed(&command.staff, date).map(|_| ())
}

/// Records a punch of somebody employed, neither in the future nor too old. The very same punch of a device is taken
/// once. `staff` is the record of `command.staff`.
pub fn decide(
    state: &AttendanceState,
    command: &Punch,
    staff: &StaffState,
    policy: &PunchPolicy,
    zone: Zone,
    issued: &Issued,
) -> Decision<AttendanceEvent> {
    let record = staff.known(&command.staff)?;
    let source = match &command.clock {
        PunchClock::Server if issued.by.staff != command.staff => {
            return Err(Refusal::PunchForOther {
                staff: command.staff.clone(),
            });
        }
        PunchClock::Server => PunchSource::Web,
        PunchClock::Device { serial, .. } => PunchSource::Device {
            serial: serial.clone(),
        },
    };
    let at = command.at(issued);
    let civil = |instant| zone.civil(instant);
    if whole_minutes(issued.at, at) > policy.future_minutes_max {
        return Err(Refusal::PunchInFuture {
            at: civil(at),
            now: civil(issued.at),
            minutes_max: policy.future_minutes_max,
        });
    }
    let suspicion = command.suspicion(staff, policy, zone, issued);
    if suspicion.is_none() {
        employed(command, staff, zone.date(at))?;
        if too_old(at, policy, issued) {
            return Err(Refusal::PunchTooOld {
                at: civil(at),
                now: civil(issued.at),
                minutes_max: policy.age_minutes_max,
            });
        }
    }
    let same = |known: &Punched| known.source == source && known.at == at;
    if state
        .punches
        .iter()
        .any(|known| same(known) && known.kind == command.kind)
    {
        return Ok(vec![]);
    }
    Ok(vec![
        Punched {
            staff: command.staff.clone(),
            desk: record.desk.clone(),
            kind: command.kind,
            at,
            received_at: issued.at,
            source,
            suspicion,
        }
        .into(),
    ])
}
