//! Measuring again what would fail against stored runs, before it does.
//!
//! What is measured again is pooled with the first values, and judged anew as one run, held to the spread
//! of a single run: both were drawn on one machine within minutes. A series of which there is more then
//! fails by its pooled value or not at all, so that looking twice adds no false alarm.

use super::history::Released;
use super::judging::{self, Against};
use super::selection::Selected;
use crate::config::Plan;
use crate::measure::{self, Context, Measured, pool};
use crate::model::{Baseline, Bundle, Flagged, GateKind, Reason, Run, SeriesId, Target, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Measures again, within the plan's time, the entries of which a series would fail by its change, and
/// judges the pooled values. Base and head measured side by side have looked twice already.
pub(super) async fn again(
    bundle: Bundle,
    (baseline, released): (&Baseline, Option<&Released>),
    selected: &Selected<'_>,
    plan: &Plan,
    context: Context<'_>,
) -> Bundle {
    let fails = fails(&bundle);
    let first = evidence(&bundle, &fails);
    let entries = affordable(&bundle, &fails, plan);
    if bundle.experiment.is_some() || entries.is_empty() || context.stop.is_asked() {
        return bundle;
    }
    let measured = measure::measure(plan, &|name| entries.contains(name), context).await;
    let mut run = bundle.run;
    run.cut_short |= measured.cut_short;
    measured.warnings.iter().cloned().for_each(|new| pool::warn(&mut run.warnings, new));
    let pooled = take(&mut run, measured);
    let against = Against::Runs { baseline, one_session: false };
    let mut bundle = judging::judge(run, against, released, selected, plan, bundle.policy);
    for comparison in &mut bundle.comparisons {
        if pooled.contains(&comparison.series.target) {
            comparison.flagged = first.get(&comparison.series).copied();
        }
    }
    bundle
}

/// Every series that would fail by its change, with the kind of the gate.
fn fails(bundle: &Bundle) -> BTreeSet<(SeriesId, GateKind)> {
    bundle
        .judgements
        .iter()
        .filter(|judgement| judgement.verdict == Verdict::Fail)
        .filter(|judgement| judgement.reason == Reason::WorseBeyondLimit)
        .map(|judgement| (judgement.series.clone(), judgement.kind))
        .collect()
}

/// The first evidence of those that fail against the newest runs.
fn evidence(
    bundle: &Bundle,
    fails: &BTreeSet<(SeriesId, GateKind)>,
) -> BTreeMap<SeriesId, Flagged> {
    let failing = bundle
        .comparisons
        .iter()
        .filter(|found| fails.contains(&(found.series.clone(), GateKind::Regression)));
    failing
        .map(|found| (found.series.clone(), Flagged { n: found.head.n, effect: found.effect }))
        .collect()
}

/// The entries behind the flagged series, in the plan's order, as far as the time reaches if each takes
/// as long as the first time.
fn affordable<'plan>(
    bundle: &Bundle,
    fails: &BTreeSet<(SeriesId, GateKind)>,
    plan: &'plan Plan,
) -> BTreeSet<&'plan str> {
    let benchmarks = plan.benchmarks.iter().map(|benchmark| benchmark.name.as_str());
    let entries = benchmarks.chain(plan.loads.iter().map(|load| load.name.as_str()));
    let mut left = plan.again.as_secs_f64();
    entries
        .filter(|entry| fails.iter().any(|(series, _)| series.is_from(entry)))
        .filter(|entry| {
            let of_entry = bundle.run.targets.iter().filter(|target| target.is_from(entry));
            let took: f64 = of_entry.map(|target| target.elapsed).sum();
            let fits = left > 0.0 && took <= left;
            left -= if fits { took } else { 0.0 };
            fits
        })
        .collect()
}

/// Pools what was measured again into the run, and names the targets of which there was something to
/// pool: one that failed, was interrupted, or whose load was not valid leaves the first values as they
/// are.
fn take(run: &mut Run, measured: Measured) -> BTreeSet<String> {
    let mut pooled = BTreeSet::new();
    run.elapsed += measured.elapsed.as_secs_f64();
    for more in measured.targets.into_iter().filter(is_sound) {
        let known = run.targets.iter_mut().find(|target| target.name == more.name);
        if let Some(target) = known.filter(|target| target.definition == more.definition) {
            pooled.insert(more.name.clone());
            pool::add(target, more);
        }
    }
    pooled
}

fn is_sound(target: &Target) -> bool {
    let valid = target.validity.as_ref().is_none_or(|validity| validity.broken.is_empty());
    valid && !target.cut_short
}
