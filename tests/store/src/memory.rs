//! The events of the store.

use std::collections::HashMap;

use bytes::Bytes;
use uuid::Uuid;

pub(crate) struct Stored {
    pub(crate) id: Uuid,
    pub(crate) stream: String,
    pub(crate) revision: u64,
    /// Where it begins in the store's file, as it were.
    pub(crate) position: u64,
    pub(crate) metadata: HashMap<String, String>,
    pub(crate) custom_metadata: Bytes,
    pub(crate) data: Bytes,
}

pub(crate) struct Proposed {
    pub(crate) id: Uuid,
    pub(crate) metadata: HashMap<String, String>,
    pub(crate) custom_metadata: Bytes,
    pub(crate) data: Bytes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Any,
    NoStream,
    StreamExists,
    Exact(u64),
}

pub(crate) struct Memory {
    pub(crate) events: Vec<Stored>,
    streams: HashMap<String, Vec<usize>>,
    end: u64,
}

/// After how many appends of others' the store writes about itself.
const OWN_EVERY: usize = 3;

impl Memory {
    pub(crate) fn new() -> Self {
        let mut memory = Self {
            events: Vec::new(),
            streams: HashMap::new(),
            end: 0,
        };
        memory.write_own();
        memory
    }

    fn write_own(&mut self) {
        let metadata = HashMap::from([("type".to_owned(), "$stats".to_owned())]);
        let own = Proposed {
            id: Uuid::new_v4(),
            metadata,
            custom_metadata: Bytes::new(),
            data: Bytes::from_static(b"{}"),
        };
        self.push("$stats", own);
    }

    fn push(&mut self, stream: &str, event: Proposed) -> (u64, u64) {
        let places = self.streams.entry(stream.to_owned()).or_default();
        let (revision, position) = (places.len() as u64, self.end);
        places.push(self.events.len());
        // Positions are places in a file, so they have gaps.
        self.end += 100 + event.data.len() as u64;
        self.events.push(Stored {
            id: event.id,
            stream: stream.to_owned(),
            revision,
            position,
            metadata: event.metadata,
            custom_metadata: event.custom_metadata,
            data: event.data,
        });
        (revision, position)
    }

    /// The last revision and position, or the revision there is.
    pub(crate) fn append(
        &mut self,
        stream: &str,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<(u64, u64), Option<u64>> {
        let current = self.last(stream);
        let base = match expected {
            Expected::Any => current,
            Expected::StreamExists => Some(current.ok_or(None)?),
            Expected::NoStream => None,
            Expected::Exact(revision) => Some(revision),
        };
        if base != current {
            return self.repeat(stream, base, &events).ok_or(current);
        }
        let mut last = None;
        for event in events {
            last = Some(self.push(stream, event));
        }
        if self.events.len().is_multiple_of(OWN_EVERY) {
            self.write_own();
        }
        last.ok_or(current)
    }

    /// The first answer, when these very ids stand where they would be put.
    fn repeat(&self, stream: &str, base: Option<u64>, events: &[Proposed]) -> Option<(u64, u64)> {
        let from = base.map_or(0, |base| base + 1);
        let there: Vec<_> = self
            .stream(stream)
            .skip(usize::try_from(from).ok()?)
            .take(events.len())
            .collect();
        let is_repeat =
            there.len() == events.len() && there.iter().zip(events).all(|(a, b)| a.id == b.id);
        let last = there.last().filter(|_| is_repeat)?;
        Some((last.revision, last.position))
    }

    pub(crate) fn stream(&self, stream: &str) -> impl DoubleEndedIterator<Item = &Stored> {
        let places = self.streams.get(stream);
        places
            .into_iter()
            .flatten()
            .map(|place| &self.events[*place])
    }

    pub(crate) fn last(&self, stream: &str) -> Option<u64> {
        Some(self.stream(stream).next_back()?.revision)
    }

    pub(crate) fn count(&self, prefix: &str) -> usize {
        let own = |event: &&Stored| event.stream.starts_with(prefix);
        self.events.iter().filter(own).count()
    }

    pub(crate) fn tamper(&mut self, stream: &str, revision: u64) {
        let event = self
            .events
            .iter_mut()
            .find(|event| event.stream == stream && event.revision == revision)
            .expect("the event is there");
        let mut data = event.data.to_vec();
        data[0] ^= 1;
        event.data = Bytes::from(data);
    }
}
