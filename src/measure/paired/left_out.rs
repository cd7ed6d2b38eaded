//! Whether what is left, once pairs were left out, can still be judged.

use crate::model::LeftOut;
use crate::stats::{Rate, clopper_pearson};

/// The largest part of all pairs that may be left out.
const MOST_OF_ALL: f64 = 0.2;
/// How improbable it is for builds that are alike that one is the reason so much more often.
const LOPSIDED: f64 = 0.01;

/// Whether so many pairs were left out, or so many more for one build, that the others need not be as the
/// left-out ones would have been: a head that now and then starves its generator must not be judged by
/// its better moments.
///
/// Lopsided are pairs with one reason only, by the two-sided exact binomial test of McNemar.
pub fn is_a_choice(left_out: &LeftOut) -> bool {
    let LeftOut { base, head, pairs, of } = *left_out;
    let [by_base, by_head] = [head, base].map(|other| pairs.saturating_sub(other));
    let alone = Rate { events: by_head as f64, trials: by_base.saturating_add(by_head) as f64 };
    let (lo, hi) = clopper_pearson(alone, LOPSIDED / 2.0, LOPSIDED / 2.0);
    pairs as f64 > MOST_OF_ALL * of as f64 || lo > 0.5 || hi < 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_or_lopsided_ones_are_a_choice() {
        let check = |base: u64, head: u64, both: u64, of: u64, expected: bool| {
            let (pairs, base, head) = (base + head + both, base + both, head + both);
            let found = LeftOut { base, head, pairs, of };
            assert_eq!(is_a_choice(&found), expected, "{found:?}");
        };
        check(0, 0, 0, 0, false);
        check(1, 1, 0, 11, false);
        check(1, 0, 0, 4, true);
        check(10, 10, 0, 100, false);
        check(10, 11, 0, 100, true);
        check(0, 0, 20, 100, false);
        check(0, 0, 21, 100, true);
        // Eight of eight are improbable at 1 %, seven are not.
        check(0, 7, 0, 100, false);
        check(0, 8, 0, 100, true);
        check(8, 0, 0, 100, true);
        check(0, 8, 12, 100, true);
        // SciPy 1.17: binomtest(1, 11).pvalue is .0117, binomtest(1, 12).pvalue is .0063.
        check(1, 10, 0, 100, false);
        check(1, 11, 0, 100, true);
        check(u64::MAX / 2, 0, 0, u64::MAX, true);
    }
}
