//! What generated benchmarks look like, measured in the way in which the real ones were.

use super::Plan;
use super::grid::Grid;
use crate::parallel;
use crate::trials::{PROFILES, Profile, processes};
use pacegate::stats;

/// As the real ones: ten processes of constant code, and the settled half of each.
const PROCESSES: usize = 10;
const VALUES: usize = 1500;
const QUANTILES: [f64; 6] = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
/// Spikes are so many robust standard deviations above the median.
const SPIKES_FROM: f64 = 5.0;

/// What is measured of a benchmark, with the quantiles over the 586 real ones.
const MEASURES: [(&str, [f64; 6]); 4] = [
    ("spread within a process, %", [0.18, 0.42, 0.98, 1.9, 3.7, 5.8]),
    ("spread between processes, %", [0.27, 0.66, 1.5, 3.6, 7.1, 10.0]),
    ("lag-1 autocorrelation, %", [6.0, 25.0, 42.0, 63.0, 82.0, 88.0]),
    ("share of spikes, %", [0.7, 3.0, 7.7, 12.0, 16.0, 19.0]),
];

/// Quantiles over benchmarks, generated beside real.
pub(crate) fn noise(plan: Plan) -> impl Iterator<Item = Grid> {
    PROFILES.iter().map(move |profile| {
        let measured = measured(plan, profile);
        let rows = MEASURES.iter().enumerate().map(|(i, (name, real))| {
            let values: Vec<f64> = measured.iter().map(|measures| measures[i]).collect();
            let cells = QUANTILES.iter().zip(real).map(|(p, real)| {
                let generated = stats::quantile(&values, *p).map(|value| format!("{value:.2}"));
                format!("{} / {real}", generated.unwrap_or_default())
            });
            [(*name).to_owned()].into_iter().chain(cells).collect()
        });
        let quantiles = QUANTILES.iter().map(|p| format!("{:.0} %", 100.0 * p));
        Grid {
            title: format!("noise, {}: quantiles over benchmarks, generated / real", profile.name),
            head: ["measure".to_owned()].into_iter().chain(quantiles).collect(),
            rows: rows.collect(),
        }
    })
}

/// The measures of every benchmark, each in percent.
fn measured(plan: Plan, profile: &Profile) -> Vec<[f64; 4]> {
    let cell = format!("{}/noise/{}", plan.seed, profile.name);
    parallel::map(plan.trials, plan.threads, |n| {
        measures(&processes(&format!("{cell}/{n}"), profile, PROCESSES, VALUES))
    })
}

fn measures(processes: &[Vec<f64>]) -> [f64; 4] {
    let over = |measure: fn(&[f64]) -> Option<f64>| {
        let values: Vec<f64> = processes.iter().filter_map(|values| measure(values)).collect();
        stats::median(&values)
    };
    let medians: Vec<f64> = processes.iter().filter_map(|values| stats::median(values)).collect();
    let between = stats::standard_deviation(&medians).zip(stats::median(&medians));
    [
        over(|values| Some(stats::robust_sd(values)? / stats::median(values)?)),
        between.map(|(sd, median)| sd / median),
        // Without the spikes, which are independent and would drown everything else.
        over(|values| {
            let highest = spike(values)?;
            let calm = values.iter().copied().filter(|value| *value <= highest);
            let calm: Vec<f64> = calm.collect();
            stats::autocorrelation(&calm)
        }),
        over(|values| {
            let highest = spike(values)?;
            let spikes = values.iter().filter(|value| **value > highest).count();
            Some(spikes as f64 / values.len() as f64)
        }),
    ]
    .map(|measure| 100.0 * measure.unwrap_or(f64::NAN))
}

/// Values above this are spikes.
fn spike(values: &[f64]) -> Option<f64> {
    Some(stats::median(values)? + SPIKES_FROM * stats::robust_sd(values)?)
}
