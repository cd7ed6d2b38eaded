//! Cutting a sequence into stretches of one level each.

/// The starts of the stretches after the first, of the cut that costs least: the sum of squared
/// deviations from the mean of each stretch, plus `penalty` for every start given.
///
/// Exact. Functional pruning (Maidstone, Hocking, Rigaill and Fearnhead, "On optimal multiple
/// changepoint algorithms for large data", 2017) keeps, for every level that the last stretch may
/// have, the start that is best for it; few starts are best for any, so that the time is nearly
/// linear. `None` when a value or the penalty is not finite, or the penalty not above 0.
pub fn optimal_partition(values: &[f64], penalty: f64) -> Option<Vec<usize>> {
    if values.iter().any(|v| !v.is_finite()) || !penalty.is_finite() || penalty <= 0.0 {
        return None;
    }
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut pieces = vec![Piece { lo: lowest, hi: highest, cost: Quadratic::default(), start: 0 }];
    let mut next = Vec::new();
    let mut starts = Vec::with_capacity(values.len());
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            let (least, start) = least(&pieces);
            starts.push(start);
            next.clear();
            for piece in &pieces {
                piece.below(least + penalty, i, &mut next);
            }
            std::mem::swap(&mut pieces, &mut next);
        }
        for piece in &mut pieces {
            piece.cost.add(*value);
        }
    }
    starts.push(least(&pieces).1);
    let mut cuts = Vec::new();
    let mut end = values.len();
    while let Some(start) = end.checked_sub(1).map(|last| starts[last]).filter(|start| *start > 0) {
        cuts.push(start);
        end = start;
    }
    cuts.reverse();
    Some(cuts)
}

/// The cost of all values so far as a function of the level of the last stretch.
#[derive(Debug, Clone, Copy, Default)]
struct Quadratic {
    square: f64,
    linear: f64,
    constant: f64,
}

impl Quadratic {
    fn add(&mut self, value: f64) {
        self.square += 1.0;
        self.linear -= 2.0 * value;
        self.constant += value * value;
    }

    fn at(&self, level: f64) -> f64 {
        (self.square * level + self.linear) * level + self.constant
    }

    fn best_level(&self) -> f64 {
        -self.linear / (2.0 * self.square)
    }

    /// The levels between which the cost is at most `limit`.
    fn within(&self, limit: f64) -> Option<(f64, f64)> {
        let best = self.best_level();
        let spare = limit - self.at(best);
        (spare >= 0.0).then(|| {
            let reach = (spare / self.square).sqrt();
            (best - reach, best + reach)
        })
    }
}

/// The levels for which one start of the last stretch is best.
#[derive(Debug, Clone, Copy)]
struct Piece {
    lo: f64,
    hi: f64,
    cost: Quadratic,
    start: usize,
}

impl Piece {
    /// Appends this piece where it costs at most `limit`, and a stretch that starts at `start` where
    /// that is cheaper.
    fn below(&self, limit: f64, start: usize, pieces: &mut Vec<Piece>) {
        let (lo, hi) = match self.cost.within(limit) {
            Some((lo, hi)) if lo <= self.hi && hi >= self.lo => (lo.max(self.lo), hi.min(self.hi)),
            _ => return restart(self.lo, self.hi, limit, start, pieces),
        };
        if lo > self.lo {
            restart(self.lo, lo, limit, start, pieces);
        }
        pieces.push(Piece { lo, hi, ..*self });
        if hi < self.hi {
            restart(hi, self.hi, limit, start, pieces);
        }
    }
}

/// Appends a new stretch for the levels from `lo` to `hi`, or extends the last piece with it.
fn restart(lo: f64, hi: f64, limit: f64, start: usize, pieces: &mut Vec<Piece>) {
    match pieces.last_mut() {
        Some(last) if last.start == start => last.hi = hi,
        _ => {
            let cost = Quadratic { constant: limit, ..Quadratic::default() };
            pieces.push(Piece { lo, hi, cost, start });
        }
    }
}

/// The least cost, and the start of the last stretch that has it.
fn least(pieces: &[Piece]) -> (f64, usize) {
    let cost = |piece: &Piece| piece.cost.at(piece.cost.best_level().max(piece.lo).min(piece.hi));
    let costs = pieces.iter().map(|piece| (cost(piece), piece.start));
    costs.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((0.0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(values: &[f64], cuts: &[usize], penalty: f64) -> f64 {
        let ends = cuts.iter().copied().chain([values.len()]);
        let mut start = 0;
        let stretches = ends.map(|end| {
            let stretch = &values[start..end];
            start = end;
            let mean = stretch.iter().sum::<f64>() / stretch.len() as f64;
            stretch.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>()
        });
        stretches.sum::<f64>() + penalty * cuts.len() as f64
    }

    /// The least cost of all ways to cut, tried one by one.
    fn brute_force(values: &[f64], penalty: f64) -> f64 {
        let ways = 1_u32 << values.len().saturating_sub(1);
        let cuts = |way: u32| (1..values.len()).filter(|i| way >> (i - 1) & 1 == 1).collect();
        let costs =
            (0..ways).map(|way| cost(values, &Vec::from_iter::<Vec<_>>(cuts(way)), penalty));
        costs.fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn levels_are_cut_where_they_begin() {
        let check = |values: &[f64], penalty, expected: &[usize]| {
            assert_eq!(optimal_partition(values, penalty).unwrap(), expected, "{values:?}");
        };
        check(&[], 1.0, &[]);
        check(&[5.0], 1.0, &[]);
        check(&[5.0; 9], 1.0, &[]);
        check(&[0.0, 0.1, 0.0, 9.0, 9.1, 9.0, 3.0, 3.0], 1.0, &[3, 6]);
        check(&[0.0, 0.1, 0.0, 9.0, 9.1, 9.0, 3.0, 3.0], 60.0, &[3]);
        check(&[0.0, 0.1, 0.0, 9.0, 9.1, 9.0, 3.0, 3.0], 1e3, &[]);
    }

    #[test]
    fn what_is_no_number_has_no_answer() {
        assert_eq!(optimal_partition(&[1.0, f64::NAN], 1.0), None);
        assert_eq!(optimal_partition(&[1.0, f64::INFINITY], 1.0), None);
        for penalty in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(optimal_partition(&[1.0, 2.0], penalty), None, "{penalty}");
        }
    }

    proptest! {
        #[test]
        fn no_cut_costs_less(
            values in prop::collection::vec(prop_oneof![-9.0..9.0f64, (-3..4).prop_map(f64::from)], 1..12),
            penalty in 0.01..50.0f64,
        ) {
            let cuts = optimal_partition(&values, penalty).unwrap();
            prop_assert!(cuts.is_sorted_by(|a, b| a < b));
            let (found, least) = (cost(&values, &cuts, penalty), brute_force(&values, penalty));
            prop_assert!((found - least).abs() <= 1e-9 * (1.0 + least), "{} {}", found, least);
        }

        #[test]
        fn any_numbers_end(values in prop::collection::vec(any::<f64>(), 0..40), penalty: f64) {
            if let Some(cuts) = optimal_partition(&values, penalty) {
                prop_assert!(cuts.iter().all(|cut| (1..values.len()).contains(cut)));
                prop_assert!(cuts.is_sorted_by(|a, b| a < b));
            }
        }
    }
}
