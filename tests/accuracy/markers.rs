//! Change points of other tools on series for which they are known.

use crate::peers::MARKERS;
use crate::tables::marks::Marks;
use std::ops::Range;

/// Levels of twenty commits each, with small and regular noise.
fn series(levels: &[f64]) -> Vec<f64> {
    let noise = |i: usize| (i * 7 % 5) as f64 / 10.0;
    levels.iter().flat_map(|level| (0..20).map(move |i| level + noise(i))).collect()
}

#[test]
fn clear_levels_are_told_apart_by_all() {
    for marker in &MARKERS {
        for (levels, expected) in [
            (&[10.0, 10.0, 10.0][..], &[][..]),
            (&[10.0, 12.0, 12.0], &[20]),
            (&[10.0, 8.0, 8.0], &[20]),
            (&[10.0, 12.0, 10.0], &[20, 40]),
            (&[10.0, 10.0, 10.0, 10.0, 12.0, 12.0], &[80]),
        ] {
            assert_eq!((marker.mark)(&series(levels)), expected, "{}: {levels:?}", marker.name);
        }
    }
}

#[test]
fn what_has_no_levels_has_no_points() {
    for marker in &MARKERS {
        for values in [&[][..], &[1.0], &[1.0, 2.0], &[5.0; 70], &[0.0; 70]] {
            assert_eq!((marker.mark)(values), [] as [usize; 0], "{}: {values:?}", marker.name);
        }
    }
}

#[test]
fn small_levels_are_for_those_without_a_least_change() {
    let found: Vec<Vec<usize>> =
        MARKERS.iter().map(|marker| (marker.mark)(&series(&[100.0, 101.0, 101.0]))).collect();
    // 1 % is below the 5 % and the 2 % that two of them ask for.
    assert_eq!(found, [vec![20], vec![], vec![], vec![20]]);
}

#[test]
fn perfherder_waits_for_twelve_values_on_either_side() {
    let found = |at: usize| {
        let mut values = series(&[10.0, 10.0, 10.0]);
        values[at..].iter_mut().for_each(|value| *value += 2.0);
        (MARKERS[2].mark)(&values)
    };
    assert_eq!([found(11), found(12)], [vec![], vec![12]]);
    assert_eq!([found(48), found(49)], [vec![48], vec![]]);
}

#[test]
fn points_are_held_against_the_truth() {
    let change = |end: usize| Some(30..end);
    let [none, step, ramp] = [None, change(31), change(55)];
    for (points, truth, found, false_points) in [
        (&[25, 36][..], &step, 1, 1),
        (&[24], &step, 0, 1),
        (&[35], &step, 1, 0),
        (&[25, 40, 59, 60], &ramp, 1, 1),
        (&[3], &none, 0, 1),
        (&[], &step, 0, 0),
    ] {
        let truth: &[Range<usize>] = truth.as_slice();
        let expected = Marks { changes: truth.len(), found, false_points };
        assert_eq!(Marks::of(points, truth), expected, "{points:?} {truth:?}");
    }
}
