//! One word for what a machine can show.

use crate::model::{Find, Grade};

/// Sizes of slowdown that people think in.
const ROUND: [f64; 9] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];
/// How far above the limit a slowdown has to be so that noise alone decides how soon it is found.
const CLEAR: f64 = 1.5;
/// How many pairs are few: about as many as it takes to let pass what did not change.
const FEW: u32 = 30;

/// The two smallest round sizes of slowdown that are clearly above the limit of a gate.
pub fn sizes(limit: f64) -> impl Iterator<Item = f64> {
    ROUND.into_iter().filter(move |size| *size >= CLEAR * limit).take(2)
}

/// The grade by what it takes to find the smallest size; `None` without one.
pub fn grade(finds: &[Find]) -> Option<Grade> {
    Some(match finds.first()?.pairs {
        Some(pairs) if pairs <= FEW => Grade::Quiet,
        Some(_) => Grade::Usable,
        None => Grade::Noisy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_round_and_clear_of_the_limit() {
        let check = |limit: f64, expected: &[f64]| {
            let found: Vec<f64> = sizes(limit).collect();
            assert_eq!(found, expected, "{limit}");
        };
        check(0.0, &[0.01, 0.02]);
        check(0.03, &[0.05, 0.1]);
        check(0.05, &[0.1, 0.2]);
        check(3.0, &[5.0]);
        check(9.0, &[]);
        check(f64::NAN, &[]);
    }

    #[test]
    fn the_smallest_size_decides() {
        let check = |pairs: Option<u32>, expected: Grade| {
            let finds = [pairs, Some(8)].map(|pairs| Find { slowdown: 0.1, pairs });
            assert_eq!(grade(&finds), Some(expected));
        };
        check(Some(30), Grade::Quiet);
        check(Some(31), Grade::Usable);
        check(None, Grade::Noisy);
        assert_eq!(grade(&[]), None);
    }
}
