//! Numbers for people: one scale a row, so that its numbers compare by eye.

use super::escape;
use crate::model::{Effect, Unit};

/// A no-break space, which stands between a number and its unit until a renderer draws it.
pub(crate) const NBSP: char = '\u{a0}';

const TIME: [(f64, &str); 4] = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];
const BYTES: [(f64, &str); 5] = [
    (1_099_511_627_776.0, "TiB"),
    (1_073_741_824.0, "GiB"),
    (1_048_576.0, "MiB"),
    (1024.0, "KiB"),
    (1.0, "B"),
];
const BYTE_RATE: [(f64, &str); 5] = [
    (1_099_511_627_776.0, "TiB/s"),
    (1_073_741_824.0, "GiB/s"),
    (1_048_576.0, "MiB/s"),
    (1024.0, "KiB/s"),
    (1.0, "B/s"),
];
const RATE: [(f64, &str); 4] = [(1e9, "G/s"), (1e6, "M/s"), (1e3, "k/s"), (1.0, "/s")];
const COUNT: [(f64, &str); 3] = [(1e12, "T"), (1e9, "G"), (1e6, "M")];
/// Counts below this are shown to the last digit.
const PLAIN_COUNT: f64 = 1e6;
/// Beyond this a number is written with an exponent.
const WIDEST: f64 = 1e12;
/// Decimals are added until the smallest number shows a digit, and never more than this.
const MOST_DECIMALS: usize = 4;

/// How the numbers of one row are written: divided by one factor, with one number of decimals.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    factor: f64,
    decimals: usize,
    /// The unit after scaling, such as `ms`; may be empty.
    pub unit: String,
}

impl Scale {
    /// The scale that shows the largest of `values` (in `unit`) with three digits, and the
    /// smallest other than 0 with one.
    pub fn fitting(unit: &Unit, values: &[f64]) -> Scale {
        let finite = values.iter().map(|v| v.abs()).filter(|v| v.is_finite());
        let largest = finite.clone().fold(0.0, f64::max);
        let smallest = finite.clone().filter(|v| *v > 0.0).fold(largest, f64::min);
        let whole = finite.clone().all(|v| v.fract() == 0.0);
        let (factor, symbol) = match unit {
            Unit::Seconds if largest == 0.0 => (1.0, "s"),
            Unit::Seconds => step(&TIME, largest),
            Unit::Bytes => step(&BYTES, largest),
            Unit::Ratio => (0.01, "%"),
            Unit::PerSecond => step(&RATE, largest),
            Unit::BytesPerSecond => step(&BYTE_RATE, largest),
            Unit::Cores => (1.0, "cores"),
            Unit::Count if largest < PLAIN_COUNT => (1.0, ""),
            Unit::Count => step(&COUNT, largest),
            Unit::Other(symbol) => (1.0, symbol.as_str()),
        };
        let unscaled = (factor - 1.0).abs() < f64::EPSILON;
        let decimals = if whole && (unscaled || largest == 0.0) {
            0
        } else {
            decimals(largest / factor, smallest / factor)
        };
        Scale { factor, decimals, unit: escape::symbol(symbol) }
    }

    /// The number alone.
    pub fn number(&self, value: f64) -> String {
        fixed(value / self.factor, self.decimals)
    }

    /// The number and its unit.
    pub fn quantity(&self, value: f64) -> String {
        join(&self.number(value), &self.unit)
    }
}

/// The number with three digits that count, to which histograms are exact and people read.
pub(crate) fn significant(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// A number and its unit with a no-break space between them, and none before `/s`.
pub(crate) fn join(number: &str, unit: &str) -> String {
    match unit {
        "" => number.to_owned(),
        _ if unit.starts_with('/') => format!("{number}{unit}"),
        _ => format!("{number}{NBSP}{unit}"),
    }
}

/// The largest step that shows a number as at least 1 when rounded to three digits.
fn step<'a>(steps: &[(f64, &'a str)], largest: f64) -> (f64, &'a str) {
    let fits = steps.iter().find(|(factor, _)| largest / factor >= 0.9995);
    *fits.or(steps.last()).unwrap_or(&(1.0, ""))
}

/// Decimals that give `largest` three digits and `smallest` one.
fn decimals(largest: f64, smallest: f64) -> usize {
    let of_largest: usize = match largest {
        x if x >= 99.95 => 0,
        x if x >= 9.995 => 1,
        _ => 2,
    };
    let of_smallest = (0..MOST_DECIMALS).find(|d| smallest * 10_f64.powi(*d as i32) >= 0.95);
    of_largest.max(of_smallest.unwrap_or(MOST_DECIMALS)).min(MOST_DECIMALS)
}

/// A number with a fixed count of decimals, groups of three digits, and no minus before zero.
fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    if value.abs() >= WIDEST {
        return format!("{value:.2e}");
    }
    let text = format!("{:.decimals$}", value.abs());
    let sign = if value < 0.0 && text.contains(|c| ('1'..='9').contains(&c)) { "-" } else { "" };
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    format!("{sign}{}{fraction}", grouped(whole))
}

/// Digits in groups of three, from five digits on.
fn grouped(digits: &str) -> String {
    if digits.len() < 5 {
        return digits.to_owned();
    }
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// From this ratio of head to base on, a change is said as a factor: nobody can picture 5325 %.
const FACTOR: f64 = 10.0;

/// How the relative changes of one row, its estimate and its bounds, are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// As percentages with one number of decimals.
    Percent {
        /// Digits after the point.
        decimals: usize,
    },
    /// As multiples of the base.
    Factor,
}

impl Change {
    /// The form that fits an effect and its interval.
    pub fn fitting(effect: &Effect) -> Change {
        if 1.0 + effect.estimate >= FACTOR {
            return Change::Factor;
        }
        let bounds = [Some(effect.estimate), effect.lo, effect.hi];
        Change::percent(bounds.into_iter().flatten())
    }

    /// Percentages that fit some changes, given as fractions (0.05 is 5 %).
    fn percent(changes: impl IntoIterator<Item = f64>) -> Change {
        let largest =
            changes.into_iter().map(f64::abs).filter(|v| v.is_finite()).fold(0.0, f64::max);
        let decimals = match largest {
            x if x >= 0.0995 || x == 0.0 => 0,
            x if x >= 0.000_95 => 1,
            x => decimals(0.0, x * 100.0).max(2),
        };
        Change::Percent { decimals }
    }

    /// A bound of an interval beside its change: `+31` of per cent, or `×19`.
    pub fn bound(self, change: f64) -> String {
        match self {
            Change::Percent { decimals } => {
                let text = fixed(change * 100.0, decimals);
                let rises = change > 0.0 && text.contains(|c| ('1'..='9').contains(&c));
                if rises { format!("+{text}") } else { text }
            }
            Change::Factor => format!("×{}", multiple(change)),
        }
    }

    /// A change by itself: `+38 %`, or `×54`.
    pub fn signed(self, change: f64) -> String {
        match self {
            Change::Percent { .. } => format!("{}{NBSP}%", self.bound(change)),
            Change::Factor => self.bound(change),
        }
    }

    /// A change whose direction is said in words: `38 %`, or `54 times`.
    pub fn size(self, change: f64) -> String {
        match self {
            Change::Percent { decimals } => {
                format!("{}{NBSP}%", fixed(change.abs() * 100.0, decimals))
            }
            Change::Factor => format!("{}{NBSP}times", multiple(change)),
        }
    }
}

/// A change as a multiple of the base, each with digits of its own since factors differ widely.
pub(crate) fn multiple(change: f64) -> String {
    let ratio = 1.0 + change;
    fixed(ratio, if ratio.abs() < 9.95 { 1 } else { 0 })
}

/// A fraction as a percentage by itself, such as `3.1 %`.
pub fn percent(fraction: f64) -> String {
    Change::percent([fraction]).size(fraction)
}

/// A quantity by itself, such as `12.4 ms`.
pub fn quantity(unit: &Unit, value: f64) -> String {
    Scale::fitting(unit, &[value]).quantity(value)
}

/// A span of time as people say it, such as `42 s` or `3 min 20 s`.
pub fn duration(seconds: f64) -> String {
    if (10.0..120.0).contains(&seconds) {
        return format!("{seconds:.0}{NBSP}s");
    }
    if !(120.0..1e7).contains(&seconds) {
        return quantity(&Unit::Seconds, seconds.max(0.0));
    }
    let whole = seconds.round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, minutes, rest) => format!("{minutes}{NBSP}min {rest}{NBSP}s"),
        (hours, minutes, _) => format!("{hours}{NBSP}h {minutes}{NBSP}min"),
    }
}

/// A count and its noun, such as `1 run` or `3 runs`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{}{NBSP}{noun}{}", grouped(&count.to_string()), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(unit: Unit, values: &[f64], expect: &[&str]) {
        let scale = Scale::fitting(&unit, values);
        let got: Vec<_> = values.iter().map(|v| scale.quantity(*v).replace(NBSP, " ")).collect();
        assert_eq!(got, expect);
    }

    #[test]
    fn a_row_shares_one_scale() {
        check(Unit::Seconds, &[0.0124, 0.0171], &["12.4 ms", "17.1 ms"]);
        check(Unit::Seconds, &[0.0009, 0.0014], &["0.90 ms", "1.40 ms"]);
        check(Unit::Seconds, &[0.0004, 0.312], &["0.4 ms", "312.0 ms"]);
        check(Unit::Seconds, &[999.96e-6], &["1.00 ms"]);
        check(Unit::Seconds, &[81e-9, 0.0], &["81.0 ns", "0.0 ns"]);
        check(Unit::Seconds, &[0.0], &["0 s"]);
        check(Unit::Bytes, &[1536.0, 1_048_576.0], &["0.001 MiB", "1.000 MiB"]);
        check(Unit::Bytes, &[512.0], &["512 B"]);
        check(Unit::BytesPerSecond, &[1536.0, 512.0], &["1.50 KiB/s", "0.50 KiB/s"]);
        check(Unit::Cores, &[0.04, 1.5], &["0.04 cores", "1.50 cores"]);
        check(Unit::Ratio, &[0.0, 0.031], &["0.00 %", "3.10 %"]);
        check(Unit::PerSecond, &[498.0, 500.0], &["498/s", "500/s"]);
        check(Unit::PerSecond, &[12_500.0], &["12.5 k/s"]);
        check(Unit::Count, &[123_456.0, 123_457.0], &["123,456", "123,457"]);
        check(Unit::Count, &[45_000_000.0], &["45.0 M"]);
        check(Unit::Other("widgets".into()), &[1234.5], &["1234 widgets"]);
    }

    #[test]
    fn impossible_numbers_are_shown_as_they_are() {
        check(Unit::Seconds, &[f64::NAN, f64::INFINITY], &["NaN s", "inf s"]);
        check(Unit::Seconds, &[1e300], &["1.00e300 s"]);
        check(Unit::Bytes, &[-2048.0], &["-2.00 KiB"]);
    }

    #[test]
    fn percentages_fit_their_interval() {
        let effect = Effect { estimate: 0.381, lo: Some(0.312), hi: Some(0.459) };
        let percent = Change::fitting(&effect);
        assert_eq!(percent.signed(0.381).replace(NBSP, " "), "+38 %");
        assert_eq!(percent.size(-0.312).replace(NBSP, " "), "31 %");
        assert_eq!(Change::percent([0.004, 0.014]).bound(-0.004), "-0.4");
        assert_eq!(Change::percent([0.3]).bound(-0.001), "0");
        assert_eq!(Change::percent([0.000_002]).bound(0.000_002), "+0.0002");
        assert_eq!(Change::percent([0.0]).bound(0.0), "0");
    }

    #[test]
    fn large_changes_are_factors() {
        let of = |estimate| Change::fitting(&Effect { estimate, lo: None, hi: Some(1e3) });
        assert_eq!(of(8.99).signed(8.99).replace(NBSP, " "), "+899 %");
        assert_eq!(of(53.25).signed(53.25), "×54");
        assert_eq!(of(53.25).size(53.25).replace(NBSP, " "), "54 times");
        assert_eq!(of(53.25).bound(0.84), "×1.8");
        assert_eq!(of(1e6).bound(-1.0), "×0.0");
        assert_eq!(of(f64::INFINITY).bound(f64::INFINITY), "×inf");
    }

    #[test]
    fn times_as_people_say_them() {
        assert_eq!(duration(42.31).replace(NBSP, " "), "42 s");
        assert_eq!(duration(200.0).replace(NBSP, " "), "3 min 20 s");
        assert_eq!(duration(7325.0).replace(NBSP, " "), "2 h 2 min");
        assert_eq!(duration(-1.0).replace(NBSP, " "), "0 s");
    }

    proptest! {
        #[test]
        fn every_number_is_short(value in any::<f64>(), other in any::<f64>()) {
            for unit in [Unit::Seconds, Unit::Bytes, Unit::Ratio, Unit::PerSecond, Unit::Count] {
                let scale = Scale::fitting(&unit, &[value, other]);
                prop_assert!(scale.quantity(value).chars().count() <= 26, "{}", scale.quantity(value));
            }
            let effect = Effect { estimate: other, lo: Some(value), hi: None };
            prop_assert!(Change::fitting(&effect).signed(value).chars().count() <= 26);
        }
    }
}
