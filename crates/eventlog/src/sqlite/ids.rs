//! In which part of the log an id may be.
//!
//! Ids come in no order. In one index of all of them each new event would change a page of its own, more and more
//! pages as the log grows. So they are indexed by segments of the log, and only the newest segment's part of the index
//! changes. In which of the full ones an id may be, filters in memory tell, three megabytes for a million events.

use rusqlite::{Connection, OptionalExtension};

use crate::EventId;

/// Positions in a segment, as the index has them.
const SEGMENT_POSITIONS: u64 = 4096;

/// Bits of one segment's filter. With 24 for each id and [`PROBES`] of them set, one full segment in 25,000 is looked
/// into in vain.
const FILTER_BITS: usize = 24 * SEGMENT_POSITIONS as usize;
const PROBES: usize = 8;

/// The segment of a position.
pub(super) fn segment_of(position: u64) -> u64 {
    position / SEGMENT_POSITIONS
}

/// A Bloom filter of one full segment's ids: bit `n` is bit `n % 8` of byte `n / 8`.
struct IdFilter(Vec<u8>);

impl IdFilter {
    /// Made from the events of a segment.
    fn of_segment(connection: &Connection, segment: u64) -> rusqlite::Result<Self> {
        let mut bits = vec![0; FILTER_BITS / 8];
        each_id(connection, segment, |id| {
            for bit in filter_bits(id) {
                bits[bit / 8] |= 1 << (bit % 8);
            }
        })?;
        Ok(Self(bits))
    }

    fn may_hold(&self, id: EventId) -> bool {
        let is_set = |bit: usize| self.0[bit / 8] & (1 << (bit % 8)) != 0;
        filter_bits(id).into_iter().all(is_set)
    }

    fn stored(connection: &Connection, segment: u64) -> rusqlite::Result<Option<Self>> {
        let bits: Option<Vec<u8>> = connection
            .prepare_cached("SELECT bits FROM id_filters WHERE segment = ?1")?
            .query_row([segment.cast_signed()], |row| row.get(0))
            .optional()?;
        Ok(bits.filter(|bits| bits.len() == FILTER_BITS / 8).map(Self))
    }

    fn store(&self, connection: &Connection, segment: u64) -> rusqlite::Result<()> {
        connection
            .prepare_cached("INSERT OR REPLACE INTO id_filters (segment, bits) VALUES (?1, ?2)")?
            .execute((segment.cast_signed(), &self.0))
            .map(drop)
    }
}

/// One bit for each of the segments of a block.
type Word = [u64; BLOCK_SEGMENTS / 64];

/// Segments whose filters lie in one block: a million events.
const BLOCK_SEGMENTS: usize = 256;

/// The filters of all full segments, from the first on.
#[derive(Default)]
pub(super) struct IdFilters {
    /// Bit `s` of word `n` is bit `n` of the filter of the block's segment `s`. So one word answers for a block.
    blocks: Vec<Vec<Word>>,
    segments: u64,
}

impl IdFilters {
    /// Takes the next segment's filter.
    fn push(&mut self, filter: &IdFilter) {
        let place = self.segments as usize % BLOCK_SEGMENTS;
        if place == 0 {
            self.blocks.push(vec![Word::default(); FILTER_BITS]);
        }
        if let Some(block) = self.blocks.last_mut() {
            for (words, byte) in block.chunks_exact_mut(8).zip(&filter.0) {
                let mut rest = *byte;
                while rest != 0 {
                    words[rest.trailing_zeros() as usize][place / 64] |= 1 << (place % 64);
                    rest &= rest - 1;
                }
            }
        }
        self.segments += 1;
    }

    /// Brings in the segments that are full in a log that ends at `end`. Those whose filter is not stored yet, the
    /// writer's last or, after a migration, all, have theirs stored now.
    pub(super) fn catch_up(&mut self, connection: &Connection, end: u64) -> rusqlite::Result<()> {
        for segment in self.segments..segment_of(end + 1) {
            let filter = match IdFilter::stored(connection, segment)? {
                Some(filter) => filter,
                None => {
                    let filter = IdFilter::of_segment(connection, segment)?;
                    filter.store(connection, segment)?;
                    filter
                }
            };
            self.push(&filter);
        }
        Ok(())
    }

    /// Whether an id is in one of the segments before `end`.
    pub(super) fn is_recorded(
        &self,
        connection: &Connection,
        id: EventId,
        end: u64,
    ) -> rusqlite::Result<bool> {
        self.first_in(id, end, |segment| {
            Ok(holds(connection, segment, id)?.then_some(()))
        })
        .map(|found| found.is_some())
    }

    /// What `look` finds in the first of the segments before `end` that may hold an id. Nearly all of them cannot;
    /// those without a filter yet may.
    pub(super) fn first_in<T, E>(
        &self,
        id: EventId,
        end: u64,
        mut look: impl FnMut(u64) -> Result<Option<T>, E>,
    ) -> Result<Option<T>, E> {
        let bits = filter_bits(id);
        for (block, number) in self.blocks.iter().zip(0..) {
            let mut segments = [u64::MAX; BLOCK_SEGMENTS / 64];
            for bit in bits {
                let word = &block[bit];
                (0..segments.len()).for_each(|part| segments[part] &= word[part]);
                if segments == Word::default() {
                    break;
                }
            }
            for (part, mut rest) in (0..).zip(segments) {
                while rest != 0 {
                    let place = part * 64 + u64::from(rest.trailing_zeros());
                    if let Some(found) = look(number * BLOCK_SEGMENTS as u64 + place)? {
                        return Ok(Some(found));
                    }
                    rest &= rest - 1;
                }
            }
        }
        for segment in self.segments..end {
            if let Some(found) = look(segment)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// Whether every id is in the log once, and each full segment's stored filter knows its own; the first that is not so.
pub(super) fn first_id_not_found_once(
    connection: &Connection,
) -> rusqlite::Result<Option<EventId>> {
    let end: i64 =
        connection.query_row("SELECT coalesce(max(position), 0) FROM events", (), |row| {
            row.get(0)
        })?;
    let newest = segment_of(end.cast_unsigned());
    let mut filters = IdFilters::default();
    for segment in 0..=newest {
        let mut ids = Vec::new();
        each_id(connection, segment, |id| ids.push(id))?;
        for id in &ids {
            if filters.is_recorded(connection, *id, segment)? {
                return Ok(Some(*id));
            }
        }
        // A filter that is missing is made by the next writer.
        let filter = match IdFilter::stored(connection, segment)? {
            Some(filter) => filter,
            None => IdFilter::of_segment(connection, segment)?,
        };
        if let Some(id) = ids.into_iter().find(|id| !filter.may_hold(*id)) {
            return Ok(Some(id));
        }
        filters.push(&filter);
    }
    Ok(None)
}

fn holds(connection: &Connection, segment: u64, id: EventId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM events WHERE position / 4096 = ?1 AND event_id = ?2")?
        .exists((segment.cast_signed(), id.as_bytes()))
}

/// Every id of a segment, in the order of the index.
fn each_id(
    connection: &Connection,
    segment: u64,
    mut take: impl FnMut(EventId),
) -> rusqlite::Result<()> {
    let mut select =
        connection.prepare_cached("SELECT event_id FROM events WHERE position / 4096 = ?1")?;
    let mut rows = select.query([segment.cast_signed()])?;
    while let Some(row) = rows.next()? {
        // What is no id was put there by other hands; it equals none of ours.
        if let Ok(id) = EventId::from_slice(row.get_ref(0)?.as_blob()?) {
            take(id);
        }
    }
    Ok(())
}

/// The bits that stand for an id in a filter.
fn filter_bits(id: EventId) -> [usize; PROBES] {
    let (high, low) = id.as_u64_pair();
    // Ids are hashes already, but nobody promises it. The last steps of SplitMix64.
    let mut mixed = high ^ low.rotate_left(32);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    let (start, step) = (mixed >> 32, (mixed & 0xffff_ffff) | 1);
    std::array::from_fn(|probe| {
        let number = start.wrapping_add(step.wrapping_mul(probe as u64)) & 0xffff_ffff;
        ((number * FILTER_BITS as u64) >> 32) as usize
    })
}
