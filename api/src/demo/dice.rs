//! Repeatable chance: the same seed and label always roll the same, whatever else the story rolls.

use sha2::{Digest, Sha256};

/// A seeded stream of rolls (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// Dice of their own for a label, such as a person on a day.
    pub(super) fn new(seed: u64, label: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(seed.to_le_bytes())
            .chain_update(label)
            .finalize();
        let mut state = [0; 8];
        state
            .iter_mut()
            .zip(digest.iter())
            .for_each(|(to, from)| *to = *from);
        Self(u64::from_le_bytes(state))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let count = high.abs_diff(low) + 1;
        low + i64::try_from(self.next() % count).unwrap_or_default()
    }

    /// Whether something that happens `permille` times in a thousand happens.
    pub(super) fn happens(&mut self, permille: i64) -> bool {
        self.between(1, 1000) <= permille
    }

    /// One of them, if there is any.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let last = i64::try_from(items.len())
            .ok()?
            .checked_sub(1)
            .filter(|last| *last >= 0)?;
        items.get(usize::try_from(self.between(0, last)).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolls_repeat_by_seed_and_label_and_stay_in_range() {
        let rolls = |seed, label: &str| {
            let mut dice = Dice::new(seed, label);
            (0..50).map(|_| dice.between(-3, 3)).collect::<Vec<_>>()
        };
        assert_eq!(rolls(7, "a"), rolls(7, "a"));
        assert_ne!(rolls(7, "a"), rolls(7, "b"));
        assert_ne!(rolls(7, "a"), rolls(8, "a"));
        assert!(rolls(7, "a").iter().all(|roll| (-3..=3).contains(roll)));
        assert_eq!(Dice::new(1, "x").pick::<u8>(&[]), None);
    }
}
