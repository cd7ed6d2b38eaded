//! Walsh averages: the averages of every two values, and of every value with itself.

use super::order::first_float;

/// All Walsh averages of sorted values, of which none is stored.
#[derive(Debug, Clone)]
pub(super) struct Walsh {
    /// Sorted, finite, at least one.
    values: Vec<f64>,
}

impl Walsh {
    pub(super) fn of(values: &[f64]) -> Option<Walsh> {
        Some(Walsh { values: super::sorted(values)? })
    }

    /// The values, sorted.
    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// How many averages there are.
    pub(super) fn count(&self) -> u64 {
        let n = self.values.len() as u64;
        n * (n + 1) / 2
    }

    /// The median of the averages.
    pub(super) fn median(&self) -> f64 {
        let count = self.count();
        self.of_rank(count.div_ceil(2)).midpoint(self.of_rank(count / 2 + 1))
    }

    /// The average of the given rank, from 1: counted in linear time, a round of the search.
    pub(super) fn of_rank(&self, rank: u64) -> f64 {
        let (low, high) = (self.values[0], self.values[self.values.len() - 1]);
        first_float(low, high, |limit| self.at_most(limit) >= rank)
    }

    /// How many averages are at most `limit`.
    fn at_most(&self, limit: f64) -> u64 {
        // Rounding keeps order, so fewer partners remain for a larger value.
        let mut partners = self.values.len();
        let (mut ordered, mut alone) = (0, 0);
        for value in &self.values {
            while partners > 0 && value.midpoint(self.values[partners - 1]) > limit {
                partners -= 1;
            }
            ordered += partners as u64;
            alone += u64::from(*value <= limit);
        }
        // Every two values were counted twice, a value with itself once.
        (ordered + alone) / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_sorting(values: &[f64]) -> Vec<f64> {
        let mut all: Vec<f64> = (0..values.len())
            .flat_map(|i| values[i..].iter().map(move |b| values[i].midpoint(*b)))
            .collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    }

    #[test]
    fn a_million_values_are_no_matter() {
        let values: Vec<f64> = (0..1_000_001).map(|i| f64::from(i) - 500_000.0).collect();
        assert_eq!(Walsh::of(&values).map(|walsh| walsh.median()), Some(0.0));
    }

    proptest! {
        #[test]
        fn ranks_are_those_of_sorting(
            values in prop::collection::vec(
                prop_oneof![-9.0..9.0f64, Just(0.0), Just(1.5), -1.7e308..1.7e308f64, -1e-310..1e-310f64],
                1..20,
            )
        ) {
            let walsh = Walsh::of(&values).unwrap();
            let all = by_sorting(&values);
            prop_assert_eq!(walsh.count(), all.len() as u64);
            for (index, expected) in all.iter().enumerate() {
                prop_assert_eq!(Some(walsh.of_rank(index as u64 + 1)), Some(*expected));
            }
        }
    }
}
