//! What the pairs of one series tell.

use super::super::recording::Recorded;
use super::super::replay::replay;
use crate::analyze::{self, PairedOptions};
use crate::config::{Plan, Rule, defaults};
use crate::model::{Budget, Effect, Examined, FalseAlarms, Find, PairedSeries, Verdict};
use crate::stats;
use std::time::Duration;

/// Experiments by which false alarms are counted: none among so many shows a rate below 0.4 %.
const EXPERIMENTS: usize = 1000;
/// Numbers of pairs of which is told what they would find.
const ROUND: [u32; 4] = [8, 20, 50, 100];

/// What a build may spend on one series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed {
    /// The most pairs.
    pub(super) pairs: u32,
    /// Its part of the time.
    time: Duration,
}

impl Allowed {
    /// What the configuration grants to each of its benchmarks and loads.
    pub(super) fn by(plan: Option<&Plan>) -> Allowed {
        let Some(plan) = plan else {
            return Allowed { pairs: defaults::PAIRS, time: defaults::PAIRED_TIME };
        };
        let entries = u32::try_from(plan.benchmarks.len() + plan.loads.len()).unwrap_or(u32::MAX);
        Allowed { pairs: plan.paired.pairs, time: plan.paired.time / entries.max(1) }
    }

    /// The number of pairs at which measuring ends at this pace: the last look that there is time for,
    /// and the first one in any case.
    fn at_pace(self, pace: Duration) -> u32 {
        let looks = || looks(self.pairs);
        let fits = |pairs: &u32| pace.saturating_mul(*pairs) <= self.time;
        looks().take_while(fits).last().or_else(|| looks().next()).unwrap_or(self.pairs)
    }
}

/// The looks at a series that is allowed so many pairs.
fn looks(at_most: u32) -> impl Iterator<Item = u32> {
    defaults::LOOKS.into_iter().filter(move |look| *look < at_most).chain([at_most])
}

/// Looks at one series, of which a pair took `pace`; `None` without a pair.
pub(super) fn examine(
    recorded: &Recorded,
    pace: Duration,
    seed: u64,
    allowed: Allowed,
) -> Option<Examined> {
    let series = &recorded.series;
    let pairs = &series.pairs[..];
    let enough = pairs.len() >= defaults::MIN_PAIRS as usize;
    let values: Vec<f64> = pairs.iter().flat_map(|pair| [pair.base, pair.head]).collect();
    let limit = limits(&recorded.rules).map(|(max, _)| max).reduce(f64::min)?;
    let spread = analyze::spread(pairs).filter(|_| enough);
    let (budgets, finds) =
        spread.map(|spread| shown(spread, pace, &recorded.rules, allowed)).unwrap_or_default();
    let decision = replay(std::slice::from_ref(recorded), false).decisions.pop()?;
    Some(Examined {
        series: series.series.to_string(),
        unit: series.metric.unit.clone(),
        value: stats::median(&values)?,
        pairs: pairs.len() as u64,
        seconds_per_pair: pace.as_secs_f64(),
        limit,
        verdict: decision.verdict,
        effect: decision.estimate.map(|estimate| Effect {
            estimate,
            lo: decision.lo,
            hi: decision.hi,
        }),
        decided_after: decision.pairs,
        noise: analyze::noise_level(pairs).filter(|_| enough),
        false_alarms: false_alarms(recorded, seed).filter(|_| enough),
        simple_rules: analyze::simple_alarms(pairs),
        grade: analyze::grade(&finds),
        budgets,
        finds,
    })
}

/// The limits of the regression rules, with whether the whole interval has to be beyond them.
fn limits(rules: &[Rule]) -> impl Iterator<Item = (f64, bool)> {
    rules.iter().filter_map(|rule| match rule {
        Rule::Regression { max, strict, .. } => Some((*max, *strict)),
        Rule::Limit { .. } | Rule::Creep { .. } => None,
    })
}

/// How often the measured pairs fail their gate when the order within them is drawn anew.
fn false_alarms(recorded: &Recorded, seed: u64) -> Option<FalseAlarms> {
    let pairs = &recorded.series.pairs;
    let length = pairs.len().min(recorded.at_most as usize);
    let experiment = |pairs| {
        let series = PairedSeries { pairs, ..recorded.series.clone() };
        Recorded { series, ..recorded.clone() }
    };
    let experiments: Vec<Recorded> =
        analyze::redrawn(pairs, length, seed).take(EXPERIMENTS).map(experiment).collect();
    let decisions = replay(&experiments, false).decisions;
    let failed = decisions.iter().filter(|decision| decision.verdict == Verdict::Fail).count();
    analyze::false_alarms(decisions.len() as u64, failed as u64, length as u64)
}

/// The smallest slowdown that so many pairs, of so many that are allowed, find as a family of one.
fn detectable(spread: f64, pairs: u32, limit: (f64, bool), at_most: u32) -> Option<f64> {
    let alpha = defaults::PAIRED_FALSE_DISCOVERY_RATE;
    let options = PairedOptions {
        miss: defaults::PAIRED_MISS,
        power: defaults::POWER,
        looks: &defaults::LOOKS,
        at_most,
    };
    analyze::detectable(spread, pairs, limit, alpha, &options)
}

/// What numbers of pairs find in noise of this spread, and what round sizes of slowdown take.
fn shown(
    spread: f64,
    pace: Duration,
    rules: &[Rule],
    allowed: Allowed,
) -> (Vec<Budget>, Vec<Find>) {
    let detectable = |pairs: u32, at_most: u32| {
        let of = |limit| detectable(spread, pairs, limit, at_most);
        limits(rules).filter_map(of).reduce(f64::min)
    };
    let configured = allowed.at_pace(pace);
    let whole = configured == allowed.pairs;
    let mut counts: Vec<(u32, bool)> = ROUND
        .into_iter()
        .filter(|pairs| *pairs != configured || !whole)
        .map(|pairs| (pairs, false))
        .chain([(configured, true)])
        .collect();
    counts.sort_unstable();
    let budgets = counts.into_iter().map(|(pairs, configured)| Budget {
        pairs,
        seconds: pace.as_secs_f64() * f64::from(pairs),
        detectable: detectable(pairs, if configured { allowed.pairs } else { pairs }),
        configured,
    });
    let at_looks: Vec<(u32, Option<f64>)> = looks(allowed.pairs)
        .take_while(|look| *look <= configured)
        .map(|look| (look, detectable(look, look)))
        .collect();
    let limit = limits(rules).map(|(max, _)| max).fold(f64::INFINITY, f64::min);
    let finds = analyze::sizes(limit).map(|slowdown| {
        let finds = |found: &Option<f64>| found.is_some_and(|found| found <= slowdown);
        let fewest = at_looks.iter().find(|(_, found)| finds(found));
        Find { slowdown, pairs: fewest.map(|(pairs, _)| *pairs) }
    });
    (budgets.collect(), finds.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Build, Grade, Metric, Pair, SeriesId, Unit};
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_pcg::Pcg64;

    /// Pairs of normal noise of the given standard deviation within them, the head slower by `shift`.
    fn recorded(
        count: usize,
        (sd, shift): (f64, f64),
        at_most: u32,
        random: &mut Pcg64,
    ) -> Recorded {
        let normal = |random: &mut Pcg64| {
            let radius = -2.0 * (1.0 - random.random::<f64>()).ln();
            radius.sqrt() * (std::f64::consts::TAU * random.random::<f64>()).cos()
        };
        let mut pair = || Pair {
            base: (sd / 2f64.sqrt() * normal(random)).exp(),
            head: (sd / 2f64.sqrt() * normal(random) + shift.ln_1p()).exp(),
            first: if random.random() { Build::Base } else { Build::Head },
        };
        Recorded {
            series: PairedSeries {
                series: SeriesId { target: "t".into(), metric: "wall".into(), statistic: None },
                metric: Metric::lower("wall", Unit::Seconds),
                quantum: 0.0,
                pairs: (0..count).map(|_| pair()).collect(),
                left_out: None,
            },
            rules: vec![Rule::Regression { max: 0.03, floor: None, strict: false }],
            at_most,
        }
    }

    const DEFAULT: Allowed = Allowed { pairs: 100, time: Duration::from_secs(600) };

    /// The share of experiments that fail, of slowdowns as large as is said to be found.
    #[track_caller]
    fn check(sd: f64, (pairs, at_most): (u32, u32)) {
        const TRIALS: usize = 400;
        let mut random = Pcg64::seed_from_u64(u64::from(pairs));
        let spread = sd * (std::f64::consts::PI / 3.0).sqrt();
        let shift = detectable(spread, pairs, (0.03, false), at_most).unwrap();
        let trials: Vec<Recorded> = (0..TRIALS)
            .map(|_| recorded(pairs as usize, (sd, shift), at_most, &mut random))
            .collect();
        let decisions = replay(&trials, false).decisions;
        let failed = decisions.iter().filter(|decision| decision.verdict == Verdict::Fail).count();
        let power = failed as f64 / TRIALS as f64;
        assert!(
            (0.915..0.985).contains(&power),
            "{sd} {pairs}/{at_most}: {shift} found in {power}"
        );
    }

    #[test]
    fn what_is_said_to_be_found_is_found_in_95_of_100_cases() {
        for pairs in [8, 20, 50, 100] {
            check(0.04, (pairs, pairs));
        }
        check(0.01, (8, 8));
        check(0.2, (50, 50));
        // Time ends it, and not all error is spent.
        check(0.04, (40, 100));
    }

    #[test]
    fn a_quiet_and_a_noisy_machine() {
        let mut random = Pcg64::seed_from_u64(9);
        let pace = Duration::from_millis(100);
        let mut examined = |sd| {
            let recorded = recorded(100, (sd, 0.0), 40, &mut random);
            examine(&recorded, pace, 1, Allowed { pairs: 40, ..DEFAULT }).unwrap()
        };
        let quiet = examined(0.01);
        assert_eq!(quiet.grade, Some(Grade::Quiet));
        assert_eq!(quiet.verdict, Verdict::Pass);
        let counts: Vec<u32> = quiet.budgets.iter().map(|budget| budget.pairs).collect();
        assert_eq!(counts, [8, 20, 40, 50, 100]);
        assert!(quiet.budgets[2].configured && !quiet.budgets[4].configured);
        let noisy = examined(0.5);
        assert_eq!(noisy.grade, Some(Grade::Noisy));
        for examined in [quiet, noisy] {
            let alarms = examined.false_alarms.unwrap();
            assert_eq!((alarms.experiments, alarms.pairs), (1000, 40));
            // The level is held whatever the noise.
            assert!(alarms.alarms <= 70, "{alarms:?}");
        }
    }

    #[test]
    fn the_budget_ends_at_a_look_that_there_is_time_for() {
        let check = |pairs: u32, seconds: u64, pace: f64, expected: u32| {
            let allowed = Allowed { pairs, time: Duration::from_secs(seconds) };
            assert_eq!(allowed.at_pace(Duration::from_secs_f64(pace)), expected);
        };
        check(100, 600, 0.1, 100);
        check(100, 600, 10.0, 60);
        check(100, 600, 11.0, 50);
        check(70, 600, 0.1, 70);
        check(100, 10, 60.0, 8);
        check(8, 10, 60.0, 8);
    }

    #[test]
    fn few_pairs_are_told_as_they_are() {
        let mut random = Pcg64::seed_from_u64(2);
        let few = examine(&recorded(7, (0.01, 0.0), 100, &mut random), Duration::ZERO, 1, DEFAULT);
        let few = few.unwrap();
        assert_eq!((few.pairs, few.grade, few.noise), (7, None, None));
        assert_eq!(few.verdict, Verdict::Inconclusive);
        let none = examine(&recorded(0, (0.01, 0.0), 100, &mut random), Duration::ZERO, 1, DEFAULT);
        assert_eq!(none, None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4))]
        #[test]
        fn whatever_was_measured_is_told(
            values in prop::collection::vec(
                prop_oneof![4 => 0.9..1.1f64, 1 => Just(0.0), 1 => Just(1.0), 1 => 1e-300..1e300f64], 2..60,
            ),
            pace in 0u64..u64::MAX,
        ) {
            let mut recorded = recorded(0, (0.0, 0.0), 20, &mut Pcg64::seed_from_u64(1));
            let both = values.chunks_exact(2);
            recorded.series.pairs =
                both.map(|two| Pair { base: two[0], head: two[1], first: Build::Base }).collect();
            let examined = examine(&recorded, Duration::from_nanos(pace), 1, DEFAULT).unwrap();
            let text = serde_json::to_string(&examined).unwrap();
            prop_assert_eq!(serde_json::from_str::<Examined>(&text).unwrap(), examined);
        }
    }
}
