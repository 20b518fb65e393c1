//! A disk in memory that can fail, fill up and lose power.
//!
//! What is written is visible at once, as from a kernel's cache, and durable only after a sync of its file that
//! succeeded. At a crash each write since then, and each one whose sync failed, may be on the disk, or not, or in
//! pieces of 512 bytes, some of them garbage; bytes beside it are never touched (the "powersafe overwrite" that
//! SQLite presumes). A name made or removed since may be there or not.

use std::{collections::BTreeMap, sync::Arc};

/// Numerical Recipes' generator, so that a run is one number.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1));
        dice.roll(2);
        dice
    }

    /// 0 to `sides` - 1.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides.max(1)
    }

    pub(crate) fn is(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }
}

/// A call SQLite makes of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Open,
    Delete,
    Access,
    Read,
    Write,
    Truncate,
    Sync,
    Size,
    Lock,
    Map,
}

impl Call {
    fn changes_the_disk(self) -> bool {
        matches!(
            self,
            Self::Write | Self::Truncate | Self::Sync | Self::Delete
        )
    }
}

/// Which calls fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Faults {
    #[default]
    None,
    /// The call of this number, once.
    Once(u64),
    /// Every call from this number on that would change the disk.
    ChangesFrom(u64),
    /// Every sync from this number of call on.
    SyncsFrom(u64),
}

#[derive(Clone)]
enum Change {
    Write { at: usize, bytes: Arc<[u8]> },
    Resize { to: usize },
}

#[derive(Clone)]
struct Pending {
    change: Change,
    /// A sync succeeded after it.
    is_durable: bool,
    /// A sync failed after it: the kernel believes it written, and no later sync brings it to the disk.
    is_lost: bool,
}

#[derive(Clone, Default)]
pub(crate) struct File {
    /// As every reader sees it.
    pub(crate) visible: Vec<u8>,
    /// On the disk, before `pending`.
    durable: Vec<u8>,
    /// Everything since, in order.
    pending: Vec<Pending>,
    /// Whether its name would outlive a crash.
    is_name_durable: bool,
    /// What a crash may bring back under this name.
    before: Option<Vec<u8>>,
}

fn apply(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write { at, bytes } => write(content, *at, bytes),
        Change::Resize { to } => content.resize(*to, 0),
    }
}

fn write(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if content.len() < at + bytes.len() {
        content.resize(at + bytes.len(), 0);
    }
    content[at..at + bytes.len()].copy_from_slice(bytes);
}

/// The size at which disks tear a write.
const SECTOR_BYTES: usize = 512;

impl File {
    fn of(content: Vec<u8>) -> Self {
        Self {
            visible: content.clone(),
            durable: content,
            is_name_durable: true,
            ..Self::default()
        }
    }

    fn change(&mut self, change: Change) {
        apply(&mut self.visible, &change);
        self.pending.push(Pending {
            change,
            is_durable: false,
            is_lost: false,
        });
    }

    fn sync(&mut self) {
        for pending in &mut self.pending {
            pending.is_durable = !pending.is_lost;
        }
        if self.pending.iter().all(|pending| pending.is_durable) {
            self.pending.clear();
            self.durable.clone_from(&self.visible);
        }
    }

    fn fail_sync(&mut self) {
        for pending in &mut self.pending {
            pending.is_lost |= !pending.is_durable;
        }
    }

    /// What a crash at this moment may leave.
    fn after_crash(&self, dice: &mut Dice) -> Vec<u8> {
        let mut content = self.durable.clone();
        for pending in &self.pending {
            if pending.is_durable {
                apply(&mut content, &pending.change);
                continue;
            }
            match (dice.roll(10), &pending.change) {
                (0..4, _) => {}
                (4..7, change) => apply(&mut content, change),
                (_, Change::Resize { .. }) => {}
                (_, Change::Write { at, bytes }) => tear(&mut content, *at, bytes, dice),
            }
        }
        content
    }
}

fn tear(content: &mut Vec<u8>, at: usize, bytes: &[u8], dice: &mut Dice) {
    let mut from = at;
    while from < at + bytes.len() {
        let until = ((from / SECTOR_BYTES + 1) * SECTOR_BYTES).min(at + bytes.len());
        let piece = &bytes[from - at..until - at];
        match dice.roll(10) {
            0..5 => write(content, from, piece),
            5..9 => {}
            _ => {
                let garbage: Vec<u8> = piece.iter().map(|_| dice.roll(256) as u8).collect();
                write(content, from, &garbage);
            }
        }
        from = until;
    }
}

/// A disk's files and what is done to it.
#[derive(Default)]
pub(crate) struct Disk {
    pub(crate) files: BTreeMap<String, File>,
    /// Files removed whose removal a crash may undo.
    pub(crate) removed: BTreeMap<String, Vec<u8>>,
    pub(crate) faults: Faults,
    /// Bytes all files together may have.
    pub(crate) bytes_max: Option<usize>,
    pub(crate) calls: u64,
    pub(crate) failed: u64,
    pub(crate) syncs: u64,
    /// Before which calls a crash is to be kept, each with what the test had been promised by then.
    pub(crate) crash_at: Vec<u64>,
    pub(crate) crashes: Vec<Crash>,
    /// How many promises the test has been given.
    pub(crate) promises: usize,
}

/// A moment at which power may go, from which many different disks may be left.
pub(crate) struct Crash {
    pub(crate) call: u64,
    pub(crate) promises: usize,
    files: BTreeMap<String, File>,
    removed: BTreeMap<String, Vec<u8>>,
}

impl Crash {
    /// The disk after a kill of the process alone: the kernel's memory shows all that was written.
    pub(crate) fn after_kill(&self) -> Disk {
        Disk {
            files: self.files.clone(),
            removed: self.removed.clone(),
            ..Disk::default()
        }
    }

    /// One of the disks that may be left when power goes.
    pub(crate) fn image(&self, dice: &mut Dice) -> BTreeMap<String, Vec<u8>> {
        let mut image = BTreeMap::new();
        for (name, content) in &self.removed {
            if dice.is(50) {
                image.insert(name.clone(), content.clone());
            }
        }
        for (name, file) in &self.files {
            if file.is_name_durable || dice.is(50) {
                image.insert(name.clone(), file.after_crash(dice));
            } else if let Some(before) = &file.before {
                image.insert(name.clone(), before.clone());
            }
        }
        image
    }
}

/// How a call goes.
pub(crate) enum Outcome {
    Good,
    Fails,
    /// A write that comes only so far.
    Partial(usize),
}

impl Disk {
    pub(crate) fn of(image: BTreeMap<String, Vec<u8>>) -> Self {
        let files = image
            .into_iter()
            .map(|(name, content)| (name, File::of(content)));
        Self {
            files: files.collect(),
            ..Self::default()
        }
    }

    /// The disk as it would be left if power went now.
    pub(crate) fn crash(&self) -> Crash {
        Crash {
            call: self.calls,
            promises: self.promises,
            files: self.files.clone(),
            removed: self.removed.clone(),
        }
    }

    /// Counts a call and says how it goes.
    pub(crate) fn call(&mut self, call: Call, bytes: usize) -> Outcome {
        self.calls += 1;
        if self.crash_at.contains(&self.calls) {
            let crash = self.crash();
            self.crashes.push(crash);
        }
        let fails = match self.faults {
            Faults::None => false,
            Faults::Once(number) => self.calls == number,
            Faults::ChangesFrom(number) => self.calls >= number && call.changes_the_disk(),
            Faults::SyncsFrom(number) => self.calls >= number && call == Call::Sync,
        };
        if !fails {
            return Outcome::Good;
        }
        self.failed += 1;
        match call {
            Call::Write => Outcome::Partial(bytes / 2),
            _ => Outcome::Fails,
        }
    }

    pub(crate) fn create(&mut self, name: &str) {
        if !self.files.contains_key(name) {
            let before = self.removed.remove(name);
            let file = File {
                before,
                ..File::default()
            };
            self.files.insert(name.to_owned(), file);
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(file) = self.files.remove(name)
            && file.is_name_durable
        {
            let mut content = file.durable;
            for pending in file.pending.iter().filter(|pending| pending.is_durable) {
                apply(&mut content, &pending.change);
            }
            self.removed.insert(name.to_owned(), content);
        }
    }

    /// Makes names made and removed so far durable, as a sync of the folder does.
    pub(crate) fn sync_names(&mut self) {
        self.removed.clear();
        for file in self.files.values_mut() {
            file.is_name_durable = true;
            file.before = None;
        }
    }

    /// False: there is no room for it.
    pub(crate) fn write(&mut self, name: &str, at: usize, bytes: &[u8]) -> bool {
        let used: usize = self.files.values().map(|file| file.visible.len()).sum();
        let Some(file) = self.files.get_mut(name) else {
            return true;
        };
        let grows = (at + bytes.len()).saturating_sub(file.visible.len());
        if grows > 0 && self.bytes_max.is_some_and(|most| used + grows > most) {
            return false;
        }
        file.change(Change::Write {
            at,
            bytes: bytes.into(),
        });
        true
    }

    pub(crate) fn truncate(&mut self, name: &str, to: usize) {
        if let Some(file) = self.files.get_mut(name) {
            file.change(Change::Resize { to });
        }
    }

    pub(crate) fn sync(&mut self, name: &str) {
        self.syncs += 1;
        let Some(file) = self.files.get_mut(name) else {
            return;
        };
        file.sync();
        // As SQLite's VFS for Unix: with the first sync of a journal goes one of its folder.
        if !file.is_name_durable && name.contains(".db-") {
            self.sync_names();
        }
    }

    pub(crate) fn fail_sync(&mut self, name: &str) {
        if let Some(file) = self.files.get_mut(name) {
            file.fail_sync();
        }
    }
}
