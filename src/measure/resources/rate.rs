//! From what was read now and then to one value a second.

use std::ops::Range;
use std::time::{Duration, Instant};

/// The longest time that one value stands for.
const PART: Duration = Duration::from_secs(1);
/// The most values a series is given; a load lasts at most hours.
const MOST_PARTS: usize = 1_000_000;

/// A reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// When it was taken.
    pub(super) at: Instant,
    /// What was read; finite.
    pub(super) value: f64,
}

/// What a counter rose by in a second, one value for each part of the window; none for parts in which
/// nothing was read.
///
/// A counter that fell began again at 0, so that it rose by what it then held.
pub(super) fn rates(points: &[Point], window: &Range<Instant>) -> Vec<f64> {
    let points = within(points, window);
    let marks = marks(points, window);
    let rate = |(from, to): (&usize, &usize)| {
        let points = points.get(*from..=*to)?;
        let time = points.last()?.at.checked_duration_since(points.first()?.at)?;
        let risen: f64 = points.windows(2).map(|pair| rise(pair[0].value, pair[1].value)).sum();
        Some(risen / time.as_secs_f64())
    };
    let rates = marks.iter().zip(marks.iter().skip(1)).filter_map(rate);
    rates.filter(|rate| rate.is_finite()).collect()
}

/// What a gauge showed at the borders of the window's parts.
pub(super) fn levels(points: &[Point], window: &Range<Instant>) -> Vec<f64> {
    let points = within(points, window);
    marks(points, window).into_iter().map(|mark| points[mark].value).collect()
}

/// The largest value in the window, of all that was read.
pub(super) fn peak(points: &[Point], window: &Range<Instant>) -> Option<f64> {
    within(points, window).iter().map(|point| point.value).max_by(f64::total_cmp)
}

/// The mean time between the readings that [`rates`] are made of, in seconds.
pub(super) fn spacing(points: &[Point], window: &Range<Instant>) -> Option<f64> {
    let points = within(points, window);
    let marks = marks(points, window);
    let (first, last) = (points.get(*marks.first()?)?, points.get(*marks.last()?)?);
    let time = last.at.checked_duration_since(first.at)?.as_secs_f64();
    let parts = (marks.len() - 1) as f64;
    (time > 0.0).then_some(time / parts)
}

fn rise(before: f64, after: f64) -> f64 {
    if after >= before { after - before } else { after.max(0.0) }
}

/// The points in the window; `points` are in order of time.
fn within<'a>(points: &'a [Point], window: &Range<Instant>) -> &'a [Point] {
    let from = points.partition_point(|point| point.at < window.start);
    let to = points.partition_point(|point| point.at <= window.end);
    points.get(from..to).unwrap_or_default()
}

/// The places of the points nearest to the borders of the window's equal parts, in order and each once.
fn marks(points: &[Point], window: &Range<Instant>) -> Vec<usize> {
    let length = window.end.saturating_duration_since(window.start);
    let parts = length.as_secs_f64() / PART.as_secs_f64();
    // A float too large for an integer becomes the largest.
    let parts = (parts.ceil() as usize).clamp(1, MOST_PARTS);
    let border = |part: usize| window.start + length.mul_f64(part as f64 / parts as f64);
    let mut marks: Vec<usize> =
        (0..=parts).filter_map(|part| nearest(points, border(part))).collect();
    marks.dedup();
    marks
}

fn nearest(points: &[Point], to: Instant) -> Option<usize> {
    let after = points.partition_point(|point| point.at < to);
    let distance = |place: &usize| {
        points.get(*place).map(|point| {
            point.at.saturating_duration_since(to).max(to.saturating_duration_since(point.at))
        })
    };
    let nearby = after.saturating_sub(1)..=after;
    nearby.filter(|place| *place < points.len()).min_by_key(distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points(start: Instant, read: &[(u64, f64)]) -> Vec<Point> {
        let point = |(at, value): &(u64, f64)| Point {
            at: start + Duration::from_millis(*at),
            value: *value,
        };
        read.iter().map(point).collect()
    }

    #[track_caller]
    fn check(read: &[(u64, f64)], window: (u64, u64), rates: &[f64], levels: &[f64]) {
        let start = Instant::now();
        let points = points(start, read);
        let at = |at| start + Duration::from_millis(at);
        let window = at(window.0)..at(window.1);
        assert_eq!(super::rates(&points, &window), rates, "rates of {read:?}");
        assert_eq!(super::levels(&points, &window), levels, "levels of {read:?}");
        assert_eq!(spacing(&points, &window).is_some(), !rates.is_empty());
    }

    #[test]
    fn a_second_gives_a_value() {
        let steady = [(0, 0.0), (500, 1.0), (1000, 2.0), (1500, 3.0), (2000, 8.0)];
        check(&steady, (0, 2000), &[2.0, 6.0], &[0.0, 2.0, 8.0]);
        check(&steady, (0, 900), &[2.0], &[0.0, 2.0 - 1.0]);
    }

    #[test]
    fn only_the_window_counts() {
        let read = [(0, 0.0), (1000, 100.0), (2000, 101.0), (3000, 102.0), (4000, 900.0)];
        check(&read, (1000, 3000), &[1.0, 1.0], &[100.0, 101.0, 102.0]);
        check(&read, (1001, 1999), &[], &[]);
        check(&read, (1500, 2500), &[], &[101.0]);
        check(&read, (9000, 9999), &[], &[]);
        check(&[], (0, 5000), &[], &[]);
        // A window that ends before it begins holds nothing.
        check(&read, (3000, 1000), &[], &[]);
    }

    #[test]
    fn counters_may_begin_again_and_readings_may_be_missing() {
        check(&[(0, 50.0), (500, 60.0), (1000, 5.0)], (0, 1000), &[15.0], &[50.0, 5.0]);
        check(&[(0, u64::MAX as f64), (1000, 3.0)], (0, 1000), &[3.0], &[u64::MAX as f64, 3.0]);
        check(&[(0, 0.0), (4000, 8.0)], (0, 4000), &[2.0], &[0.0, 8.0]);
        check(&[(0, 1.0), (0, 2.0)], (0, 1000), &[], &[1.0, 2.0]);
    }

    proptest! {
        #[test]
        fn rates_add_up_to_what_was_counted(
            steps in prop::collection::vec((1u64..2000, 0u32..1000), 1..200),
        ) {
            let (mut at, mut value) = (0, 0.0);
            let mut read = vec![(0, 0.0)];
            for (gap, more) in steps {
                at += gap;
                value += f64::from(more);
                read.push((at, value));
            }
            let start = Instant::now();
            let points = points(start, &read);
            let window = start..start + Duration::from_millis(at);
            let marks = marks(&points, &window);
            prop_assert!(marks.is_sorted_by(|a, b| a < b), "{marks:?}");
            let times = marks.windows(2).map(|pair| points[pair[1]].at - points[pair[0]].at);
            let rates = rates(&points, &window);
            let counted = rates.iter().zip(times).map(|(rate, time)| rate * time.as_secs_f64());
            let counted: f64 = counted.sum();
            prop_assert!((counted - value).abs() <= value * 1e-9, "{counted} of {value}");
        }

        #[test]
        fn nothing_is_below_zero_or_not_finite(
            read in prop::collection::vec((0u64..5000, any::<u64>()), 0..100),
            window in (0u64..5000, 0u64..5000),
        ) {
            let mut read: Vec<_> = read.iter().map(|(at, value)| (*at, *value as f64)).collect();
            read.sort_by_key(|(at, _)| *at);
            let start = Instant::now();
            let points = points(start, &read);
            let at = |at| start + Duration::from_millis(at);
            let window = at(window.0)..at(window.1);
            prop_assert!(rates(&points, &window).iter().all(|rate| rate.is_finite() && *rate >= 0.0));
            prop_assert!(rates(&points, &window).len() <= 5);
            prop_assert!(levels(&points, &window).len() <= 6);
            let most = levels(&points, &window).into_iter().fold(0.0, f64::max);
            prop_assert!(peak(&points, &window).unwrap_or_default() >= most);
        }
    }
}
