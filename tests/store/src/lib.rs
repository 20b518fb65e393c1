//! A small store for tests: it speaks as much of EventStoreDB's protocol as the log needs, over plain HTTP/2, keeps its
//! events in memory, and goes wrong when it is told to. Several nodes share one memory, and one of them leads.
//!
//! It takes appends as the store does: of one stream, wholly or not at all, on an expected revision; an append whose ids
//! stand already where it would have put them is answered as the first time. Between the events of the log stand others,
//! as in any store.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod grpc;
mod memory;
mod messages;
mod node;

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::sync::watch;

use memory::Memory;
use node::Node;

/// What goes wrong, once, at the next append to a log's stream unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is cut before anything is written.
    CutBefore,
    /// It is written, then the connection is cut.
    CutAfter,
    /// The connection is cut at once; what was sent arrives this much later.
    CutAndLate(Duration),
    /// It is written, and the answer comes this much later.
    SlowAnswer(Duration),
    /// It arrives twice.
    Twice,
    /// The node says that it is unavailable.
    Unavailable,
    /// It is refused as malformed, as one that is too large is.
    Malformed,
    /// The connection is cut before anything is written, at the next claim of a command.
    CutBeforeClaim,
    /// It is written, then the connection is cut, at the next claim of a command.
    CutAfterClaim,
    /// The next read of a stream or of everything breaks off in its middle.
    CutRead,
    /// The next read of everything gives every event twice.
    DoubledRead,
}

/// What all nodes share.
pub(crate) struct Shared {
    memory: Mutex<Memory>,
    /// Counts appends.
    pub(crate) appended: watch::Sender<u64>,
    faults: Mutex<VecDeque<Fault>>,
    /// Which node leads.
    pub(crate) leader: Mutex<usize>,
    pub(crate) addresses: Mutex<Vec<(SocketAddr, bool)>>,
    /// Counts the endings of subscriptions in good order.
    pub(crate) subscriptions_ended: watch::Sender<u64>,
    /// How many subscriptions were ever made.
    pub(crate) subscriptions: watch::Sender<u64>,
}

impl Shared {
    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    /// The next fault, if it is of this kind.
    pub(crate) fn fault(&self, is_wanted: impl Fn(Fault) -> bool) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let place = faults.iter().position(|fault| is_wanted(*fault))?;
        faults.remove(place)
    }
}

/// A running store. It ends with its last handle.
pub struct TestStore {
    shared: Arc<Shared>,
    nodes: Vec<Node>,
}

impl TestStore {
    /// A store of one node, on a runtime of its own.
    pub fn start() -> Self {
        Self::cluster(1)
    }

    /// A store of several nodes, of which the first leads.
    pub fn cluster(nodes: usize) -> Self {
        let shared = Arc::new(Shared {
            memory: Mutex::new(Memory::new()),
            appended: watch::Sender::new(0),
            faults: Mutex::default(),
            leader: Mutex::new(0),
            addresses: Mutex::default(),
            subscriptions_ended: watch::Sender::new(0),
            subscriptions: watch::Sender::new(0),
        });
        let nodes = (0..nodes)
            .map(|number| {
                let node = Node::start(Arc::clone(&shared), number);
                shared
                    .addresses
                    .lock()
                    .unwrap()
                    .push((node.address(), true));
                node
            })
            .collect();
        Self { shared, nodes }
    }

    /// The connection string of the whole store.
    pub fn connection(&self) -> String {
        let hosts: Vec<_> = self
            .nodes
            .iter()
            .map(|node| node.address().to_string())
            .collect();
        format!(
            "esdb://{}?tls=false&discoveryInterval=20&gossipTimeout=1000",
            hosts.join(",")
        )
    }

    /// The connection string of one node alone.
    pub fn connection_to(&self, node: usize) -> String {
        format!(
            "esdb://{}?tls=false&discoveryInterval=20",
            self.nodes[node].address()
        )
    }

    /// Lets something go wrong once.
    pub fn fail(&self, fault: Fault) {
        self.shared.faults.lock().unwrap().push_back(fault);
    }

    /// The faults that have not happened yet.
    pub fn faults_left(&self) -> usize {
        self.shared.faults.lock().unwrap().len()
    }

    /// Ends every subscription in good order.
    pub fn end_subscriptions(&self) {
        self.shared
            .subscriptions_ended
            .send_modify(|count| *count += 1);
    }

    /// Waits until so many subscriptions were ever made.
    pub async fn subscribed(&self, count: u64) {
        let mut made = self.shared.subscriptions.subscribe();
        made.wait_for(|made| *made >= count).await.unwrap();
    }

    /// A node goes down: its connections are cut and it listens no more.
    pub fn down(&self, node: usize) {
        self.shared.addresses.lock().unwrap()[node].1 = false;
        self.nodes[node].down();
    }

    /// A node that was down comes back, at the same address.
    pub fn up(&self, node: usize) {
        self.nodes[node].up();
        self.shared.addresses.lock().unwrap()[node].1 = true;
    }

    /// Another node leads from now on.
    pub fn lead(&self, node: usize) {
        *self.shared.leader.lock().unwrap() = node;
    }

    /// Cuts the connections of a node; it goes on listening.
    pub fn cut(&self, node: usize) {
        self.nodes[node].cut();
    }

    /// How many events the streams hold whose names begin so.
    pub fn count(&self, prefix: &str) -> usize {
        self.shared.memory().count(prefix)
    }

    /// Changes a stored event behind the log's back: the first byte of its data.
    pub fn tamper(&self, stream: &str, revision: u64) {
        self.shared.memory().tamper(stream, revision);
    }
}
