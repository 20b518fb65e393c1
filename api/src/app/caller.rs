//! Who sends a command, and which command it is.

use domain::ids::StaffId;
use domain::who::{Actor, Role};
use eventlog::CommandId;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A person (or process) together with one command of theirs. Sending the same caller twice is sending the command
/// twice: it takes effect once and is answered alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who, with the roles the log gives them.
    pub actor: Actor,
    /// Which command. Ids of what the command creates are made from it.
    pub command: CommandId,
}

impl Caller {
    /// A command of `actor` that nobody has sent before.
    pub fn new(actor: Actor) -> Self {
        Self {
            actor,
            command: CommandId::fresh(),
        }
    }

    /// A command of `actor` with a given id.
    pub fn with_command(actor: Actor, command: CommandId) -> Self {
        Self { actor, command }
    }

    /// The service itself: day closing, solving, and the first set-up from the command line. It holds every role but
    /// leads no desk, so it decides nothing a lead decides.
    pub fn system() -> Self {
        Self::new(Actor {
            staff: StaffId::new(SYSTEM),
            roles: BTreeSet::from([Role::Hr, Role::GmOffice]),
            leads: BTreeSet::new(),
        })
    }

    /// The same actor sending the next step of this command, to another stream. Stable, so a repeat repeats it all.
    pub fn step(&self, name: &str) -> Self {
        Self {
            actor: self.actor.clone(),
            command: CommandId(Uuid::new_v5(&self.command.0, name.as_bytes())),
        }
    }

    /// The id of the one thing this command creates.
    pub fn new_id(&self) -> Uuid {
        self.command.0
    }
}

/// The service's own name as an actor; nobody can be hired under it.
pub const SYSTEM: &str = "system";

/// The command id of a request: the same person sending the same request under the same key sends one command.
///
/// The key alone is not enough: two people may pick the same one, and a client that reuses a key for something else
/// must not have it swallowed.
pub fn command_id(actor: &StaffId, request: &str, key: &str, body: &[u8]) -> CommandId {
    let mut name = Vec::with_capacity(body.len() + request.len() + key.len() + 64);
    for part in [
        actor.as_str().as_bytes(),
        request.as_bytes(),
        key.as_bytes(),
        body,
    ] {
        name.extend_from_slice(&(part.len() as u64).to_le_bytes());
        name.extend_from_slice(part);
    }
    CommandId(Uuid::new_v5(&Uuid::NAMESPACE_OID, &name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_belongs_to_one_person_and_one_request() {
        let of =
            |actor: &str, request, key, body: &[u8]| command_id(&actor.into(), request, key, body);
        let first = of("1001", "POST /punches", "k", b"{}");
        assert_eq!(first, of("1001", "POST /punches", "k", b"{}"));
        assert_ne!(first, of("1002", "POST /punches", "k", b"{}"));
        assert_ne!(first, of("1001", "POST /punches", "l", b"{}"));
        assert_ne!(first, of("1001", "POST /punches", "k", b"{ }"));
        assert_ne!(first, of("1001", "POST /swaps", "k", b"{}"));
        // Lengths are part of the name, so parts cannot run into each other.
        assert_ne!(of("a", "bc", "", b""), of("ab", "c", "", b""));
    }
}
