//! Error rates over many tests at once.

/// The level that Benjamini and Hochberg's step-up procedure rejects at: the expected share of false
/// rejections is at most `q` for independent or positively dependent tests.
///
/// A test is rejected exactly when its p-value is at most the level, which never holds for NaN. With `R`
/// of `m` rejected it is `max(R, 1) q / m`, so that bounds taken at it also hold the false coverage rate
/// of the selected ones (Benjamini and Yekutieli, 2005).
/// Source: Benjamini and Hochberg, "Controlling the False Discovery Rate", 1995.
pub fn benjamini_hochberg(p: &[f64], q: f64) -> f64 {
    let mut sorted: Vec<f64> = p.iter().copied().filter(|p| !p.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let m = p.len().max(1) as f64;
    let rejections = sorted
        .iter()
        .enumerate()
        .rev()
        .find(|(i, p)| **p <= (i + 1) as f64 * q / m)
        .map_or(0, |(i, _)| i + 1);
    rejections.max(1) as f64 * q / m
}

/// Benjamini and Hochberg's step-up without p-values: of `size` tests, the largest count of which at least
/// as many are rejected when so many may be; 1 if there is none.
///
/// `rejects(test, count)` says whether a test is rejected at the level at which `count` may be, and must go
/// on doing so at every larger count. It is asked of each test a few times for every halving of `size`, and
/// of few counts that cannot be the one. Source: as [`benjamini_hochberg`].
pub fn step_up(size: usize, mut rejects: impl FnMut(usize, usize) -> bool) -> usize {
    let all = Range { above: 0, upto: size, surely: 0, open: (0..size).collect() };
    largest(all, &mut rejects).unwrap_or(1)
}

/// Counts among which the largest is looked for.
struct Range {
    above: usize,
    upto: usize,
    /// How many tests are rejected whatever the count among these.
    surely: usize,
    /// The tests that may be rejected at some of them.
    open: Vec<usize>,
}

fn largest(range: Range, rejects: &mut impl FnMut(usize, usize) -> bool) -> Option<usize> {
    let Range { above, upto, surely, mut open } = range;
    // Above what may be rejected at all, no count can do.
    let mut top = upto.min(surely + open.len());
    if top <= above {
        return None;
    }
    open.retain(|test| rejects(*test, top));
    if surely + open.len() >= top {
        return Some(top);
    }
    top = surely + open.len();
    if top <= above {
        return None;
    }
    let middle = above + (top - above).div_ceil(2);
    let (low, high): (Vec<usize>, Vec<usize>) =
        open.into_iter().partition(|test| rejects(*test, middle));
    let at_middle = surely + low.len();
    let upper = Range { above: middle, upto: top, surely: at_middle, open: high };
    largest(upper, rejects).or_else(|| {
        let lower = Range { above, upto: middle - 1, surely, open: low };
        (at_middle >= middle).then_some(middle).or_else(|| largest(lower, rejects))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rejected(p: &[f64], level: f64) -> usize {
        p.iter().filter(|p| **p <= level).count()
    }

    #[test]
    fn the_authors_example() {
        // Benjamini and Hochberg 1995, section 3.2: 15 p-values, q = .05, four rejected.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0,
        ];
        let level = benjamini_hochberg(&p, 0.05);
        assert_eq!(rejected(&p, level), 4);
        assert!((level - 4.0 * 0.05 / 15.0).abs() < 1e-15);
    }

    #[test]
    fn none_and_nan() {
        assert!((benjamini_hochberg(&[], 0.01) - 0.01).abs() < 1e-15);
        let p = [f64::NAN, 0.0];
        let level = benjamini_hochberg(&p, 0.01);
        assert!((level - 0.005).abs() < 1e-15 && rejected(&p, level) == 1);
    }

    /// Thresholds of tests: the smallest count at which each is rejected.
    fn counted(thresholds: &[usize]) -> (usize, usize) {
        let mut asked = 0;
        let found = step_up(thresholds.len(), |test, count| {
            asked += 1;
            thresholds[test] <= count
        });
        (found, asked)
    }

    #[test]
    fn a_staircase_that_falls_short_at_every_step_takes_no_square_of_questions() {
        let size = 4096;
        let all_short: Vec<usize> = (2..size + 2).collect();
        let (found, asked) = counted(&all_short);
        assert_eq!(found, 1);
        assert!(asked < size * 2 * 13, "{asked}");
        assert_eq!(counted(&vec![1; size]), (size, size));
        assert_eq!(counted(&vec![size + 1; size]), (1, size));
        assert_eq!(counted(&[]), (1, 0));
    }

    proptest! {
        #[test]
        fn step_up_is_its_definition(thresholds in prop::collection::vec(1..70_usize, 0..60)) {
            let rejected = |count: usize| thresholds.iter().filter(|at| **at <= count).count();
            let expected = (1..=thresholds.len()).rev().find(|count| rejected(*count) >= *count);
            let (found, asked) = counted(&thresholds);
            prop_assert_eq!(found, expected.unwrap_or(1));
            prop_assert!(asked <= thresholds.len() * 14, "{}", asked);
        }

        #[test]
        fn step_up_agrees_with_p_values(p in prop::collection::vec(0.0..1.0f64, 1..60), q in 0.001..0.3f64) {
            let share = |count: usize| count as f64 * q / p.len() as f64;
            let found = step_up(p.len(), |test, count| p[test] <= share(count));
            prop_assert_eq!(share(found).to_bits(), benjamini_hochberg(&p, q).to_bits());
        }

        #[test]
        fn the_level_agrees_with_its_rejections(mut p in prop::collection::vec(0.0..1.0f64, 0..60), q in 0.001..0.3f64) {
            let level = benjamini_hochberg(&p, q);
            let expected = rejected(&p, level).max(1) as f64 * q / p.len().max(1) as f64;
            prop_assert!((level - expected).abs() <= 1e-15);
            p.reverse();
            prop_assert_eq!(benjamini_hochberg(&p, q).to_bits(), level.to_bits());
        }
    }
}
