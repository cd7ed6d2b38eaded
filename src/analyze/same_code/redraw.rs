//! Experiments as they might have been: the measured values, the order within pairs drawn anew.

use crate::model::Pair;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;

/// Endless experiments of `length` pairs (all of them, if there are fewer), each a stretch of
/// successive pairs in which chance says again which of the two values is the base's.
///
/// That is the draw that was made when they were measured, so that without a change every one of these
/// experiments was as likely as the measured one, whatever the noise, its outliers and its drift. They
/// tell the error rate on this machine in this session. They cannot tell what other sessions are
/// like, nor what two builds differ by besides their code, such as its place in memory.
///
/// Source: Fisher, "The Design of Experiments", 1935, section 21.
pub fn redrawn(pairs: &[Pair], length: usize, seed: u64) -> impl Iterator<Item = Vec<Pair>> {
    let mut draws = Pcg64::seed_from_u64(seed);
    let length = length.min(pairs.len());
    std::iter::repeat_with(move || {
        let start = draws.random_range(0..=pairs.len() - length);
        let stretch = &pairs[start..start + length];
        stretch.iter().map(|pair| if draws.random() { swapped(*pair) } else { *pair }).collect()
    })
}

fn swapped(pair: Pair) -> Pair {
    Pair { base: pair.head, head: pair.base, first: pair.first.other() }
}

#[cfg(test)]
mod tests {
    use super::super::{in_sequence, trial};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_orders_and_all_stretches_come_up() {
        let pairs = trial::pairs(12, 0.1, 3);
        let experiments: Vec<_> = redrawn(&pairs, 10, 1).take(200).collect();
        let is_swapped = |pair: &&Pair| pairs.iter().all(|measured| measured != *pair);
        let swapped = experiments.iter().flatten().filter(is_swapped).count();
        assert!((900..1100).contains(&swapped), "{swapped} of 2000");
        for start in &pairs[..=2] {
            let first = [*start, super::swapped(*start)];
            assert!(experiments.iter().any(|experiment| first.contains(&experiment[0])));
        }
    }

    proptest! {
        #[test]
        fn values_stay_where_they_were_measured(pairs in trial::any(), length in 0usize..80, seed: u64) {
            let all = in_sequence(&pairs);
            for experiment in redrawn(&pairs, length, seed).take(3) {
                prop_assert_eq!(experiment.len(), length.min(pairs.len()));
                let values = in_sequence(&experiment);
                let is_there = values.is_empty() || all.windows(values.len()).any(|part| part == values);
                prop_assert!(is_there);
            }
            let again = |seed| redrawn(&pairs, length, seed).take(2).collect::<Vec<_>>();
            prop_assert_eq!(again(seed), again(seed));
        }
    }
}
