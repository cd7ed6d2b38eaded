//! How long the next pair will take.

use std::time::Duration;

/// The pairs that tell: few, since fewer targets make later pairs shorter, and an odd number, so that
/// one slow moment among them does not count.
const LAST: usize = 5;

/// The median of the last few of what pairs took; zero before the first one.
pub(super) fn pace(took: &[Duration]) -> Duration {
    let mut last = took[took.len().saturating_sub(LAST)..].to_vec();
    last.sort_unstable();
    match last.len() {
        0 => Duration::ZERO,
        count => last[(count - 1) / 2].saturating_add(last[count / 2]) / 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_few_pairs_tell_and_a_slow_moment_does_not() {
        let check = |took: &[u64], expected: f64| {
            let took: Vec<Duration> = took.iter().map(|s| Duration::from_secs(*s)).collect();
            assert_eq!(pace(&took), Duration::from_secs_f64(expected), "{took:?}");
        };
        check(&[], 0.0);
        check(&[3], 3.0);
        check(&[3, 8], 5.5);
        check(&[9, 1, 2], 2.0);
        check(&[60, 60, 60, 60, 60, 2, 2, 60, 2, 2], 2.0);
        check(&[1, 1, 1, 1, 1, 9, 9, 9], 9.0);
    }
}
