//! The words for every code of the model: one sentence each, and what to do about it where there is
//! doubt.

mod fact;
mod regime;
mod warning;

pub use fact::{facts, facts_advice};
pub use regime::regime;
pub use warning::warning;

use super::number::{Change, NBSP, counted, multiple, percent};
use super::phrase::{self, Phrase};
use crate::model::{
    BaselineReason, Better, Bundle, Comparison, Effect, Estimate, Flagged, GateKind, Judgement,
    NoBaselineWhy, NotJudgedReason, Reason, Stage, Test, Unit, Verdict,
};

/// The words for more and for less of a unit.
pub(crate) fn directions(unit: &Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Seconds => ("slower", "faster"),
        Unit::Bytes => ("larger", "smaller"),
        Unit::Ratio
        | Unit::PerSecond
        | Unit::BytesPerSecond
        | Unit::Cores
        | Unit::Count
        | Unit::Other(_) => ("higher", "lower"),
    }
}

/// The word for much of a unit.
fn quality(unit: &Unit) -> &'static str {
    match unit {
        Unit::Seconds => "slow",
        Unit::Bytes => "large",
        Unit::Ratio
        | Unit::PerSecond
        | Unit::BytesPerSecond
        | Unit::Cores
        | Unit::Count
        | Unit::Other(_) => "high",
    }
}

/// A change in words and its interval in words, such as `38 % slower` and `between 31 % and 46 %`, or
/// `54 times as slow` and `between 19 and 186 times`; an exact change has no interval.
pub(crate) fn change(effect: &Effect, unit: &Unit) -> (String, Option<String>) {
    let form = Change::fitting(effect);
    let size = |value: f64| form.size(value);
    let (up, down) = directions(unit);
    let said = match form {
        Change::Factor => format!("{} as {}", size(effect.estimate), quality(unit)),
        Change::Percent { .. } if effect.estimate < 0.0 => {
            format!("{} {down}", size(effect.estimate))
        }
        Change::Percent { .. } => format!("{} {up}", size(effect.estimate)),
    };
    // A bound that no word gives a direction: a factor needs none.
    let bound = |value: f64| match form {
        Change::Factor => size(value),
        Change::Percent { .. } => form.signed(value),
    };
    let interval = match (effect.lo, effect.hi) {
        (Some(lo), Some(hi)) if lo.to_bits() == hi.to_bits() => None,
        (Some(lo), Some(hi)) if form == Change::Factor => {
            Some(format!("between {} and {}", multiple(lo), size(hi)))
        }
        // Where both ends have the estimate's sign, the word says the direction of all three.
        (Some(lo), Some(hi)) if lo >= 0.0 => Some(format!("between {} and {}", size(lo), size(hi))),
        (Some(lo), Some(hi)) if hi <= 0.0 => Some(format!("between {} and {}", size(hi), size(lo))),
        (Some(lo), Some(hi)) => Some(format!("between {} and {}", bound(lo), bound(hi))),
        (Some(lo), None) => Some(format!("at least {}", bound(lo))),
        (None, Some(hi)) => Some(format!("at most {}", bound(hi))),
        (None, None) => Some("with no bound on either side".to_owned()),
    };
    (said, interval)
}

/// Why a gate decided as it did, in a sentence without advice.
pub fn reason(judgement: &Judgement, comparison: Option<&Comparison>) -> Phrase {
    let detectable = || match comparison.and_then(|c| c.detectable) {
        Some(size) => format!(": only a change of {} or more would show", percent(size)),
        None => " to decide".to_owned(),
    };
    match &judgement.reason {
        Reason::WithinLimit if has_interval(judgement) => Phrase::plain("surely within the limit"),
        Reason::WithinLimit => Phrase::plain("within the limit, by its value alone"),
        Reason::BeyondLimit if has_interval(judgement) => Phrase::plain("surely beyond the limit"),
        Reason::BeyondLimit => Phrase::plain("beyond the limit, by its value alone"),
        Reason::StraddlesLimit => Phrase::plain(match judgement.observed {
            Some(Estimate { lo: Some(_), hi: None, .. }) => "too few values to bound it from above",
            Some(Estimate { lo: None, hi: Some(_), .. }) => "too few values to bound it from below",
            _ => "the limit lies within the interval",
        }),
        Reason::ChangeWithinLimit => Phrase::plain("surely no worse than the gate allows"),
        Reason::WorseBelowLimit => {
            Phrase::plain(format!("surely {}, by less than the limit", worse(comparison)))
        }
        Reason::WorseBeyondLimit => {
            let again = comparison.map(measured_again).unwrap_or_default();
            Phrase::plain(format!("surely {}, by more than the limit{again}", worse(comparison)))
        }
        Reason::Better => Phrase::plain(format!("surely {}", better(comparison))),
        Reason::BelowFloor => {
            Phrase::plain("surely too small a difference for the floor, whatever the ratio")
        }
        Reason::TooNoisy { .. } => Phrase::plain(format!("too noisy{}", detectable())),
        Reason::TooFewRuns { have, need } => Phrase::plain(format!(
            "{} of the {need} baseline runs needed to know how much runs vary",
            match have {
                0 => "none".to_owned(),
                _ => have.to_string(),
            }
        )),
        Reason::InvalidLoad { broken } => {
            Phrase::plain("the load test was not valid: ").then_phrase(facts(broken))
        }
        Reason::UnderCounts => Phrase::plain(
            "closed model: users who wait for answers ask less during a stall, so stalls are under-counted",
        ),
        Reason::CutShort => Phrase::plain("measuring was interrupted"),
        Reason::NoBaseline { why } => Phrase::plain(match why {
            // The report says once, for all series, why there is none.
            NoBaselineWhy::NoRuns => "nothing to compare with",
            NoBaselineWhy::NewSeries => "nothing to compare with: no baseline run has it",
            NoBaselineWhy::MeasuredOtherwise => {
                "nothing to compare with: the baseline runs measured it in another way, or not to a valid end"
            }
            NoBaselineWhy::BaseFailed => "nothing to compare with: the base could not be measured",
            NoBaselineWhy::Accepted => {
                "nothing to compare with: no run on this side of an accepted step is stored"
            }
            NoBaselineWhy::NotCompared => "nothing to compare with: it was not compared",
        }),
        Reason::ZeroBaseline => {
            Phrase::plain("the baseline is zero, so there is no ratio to judge")
        }
        Reason::Vanished => Phrase::plain("expected, and not in this run"),
        Reason::MatchesNothing { .. } => Phrase::plain("the gate matches no series"),
        Reason::WrongUnit { quantity } => {
            let unit = judgement.unit.as_ref().map_or("another unit", Unit::symbol);
            Phrase::plain("the gate's ")
                .then_name(quantity)
                .then(" does not fit the series, which is in ")
                .then_name(unit)
        }
        Reason::MeasuringFailed { error } => {
            let first = error.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            Phrase::plain("could not be measured: ").then_quote(first)
        }
    }
}

/// The first evidence of a series that was measured again, and the words for what came then.
fn measured_again(comparison: &Comparison) -> String {
    let Some(Flagged { n, effect: Some(first) }) = comparison.flagged else { return String::new() };
    let (change, interval) = change(&first, &comparison.unit);
    let interval = interval.map_or(String::new(), |interval| format!(", {interval}"));
    let when = match comparison.test {
        Test::Paired => format!(" after {}", counted(n as usize, "pair")),
        _ => String::new(),
    };
    let more = match comparison.test {
        Test::Paired => format!(" with {} more", comparison.head.n.saturating_sub(n)),
        _ => String::new(),
    };
    format!("; so it was{when} ({change}{interval}), and measured again{more}")
}

/// Whether more than a value was seen, so that a limit can be surely kept or missed.
fn has_interval(judgement: &Judgement) -> bool {
    judgement.observed.is_some_and(|observed| observed.lo.is_some() || observed.hi.is_some())
}

/// What to do about a doubtful or bad decision; `None` where nothing needs doing.
pub fn advice(judgement: &Judgement, bundle: &Bundle) -> Option<Phrase> {
    let configured = |start: &str| Phrase::plain(start).then_name(&bundle.policy.path);
    if judgement.waiver.is_some() {
        return None;
    }
    match &judgement.reason {
        Reason::WithinLimit
        | Reason::ChangeWithinLimit
        | Reason::WorseBelowLimit
        | Reason::Better
        | Reason::BelowFloor => None,
        Reason::BeyondLimit => Some(configured(
            "mend it, or excuse it for a while by a waiver with a reason and an end date in ",
        )),
        Reason::WorseBeyondLimit => Some(configured(
            "mend it; if it is meant, accept the step once it is on a baseline branch (`pacegate history accept`), or excuse it for a while by a waiver in ",
        )),
        Reason::StraddlesLimit => Some(Phrase::plain(
            "measure longer to narrow the interval, or move the limit away from the usual value",
        )),
        Reason::TooNoisy { pairs_needed: Some(pairs), .. } => Some(Phrase::plain(format!(
            "about {} would decide it, if the estimate stays; raise `paired: time`, or `pairs`",
            counted(*pairs as usize, "more pair")
        ))),
        Reason::TooNoisy { runs_needed: Some(runs), .. } => Some(Phrase::plain(format!(
            "about {} of the old code would decide it, if the estimate stays",
            counted(*runs as usize, "more baseline run")
        ))),
        Reason::TooNoisy { .. } if bundle.experiment.is_some() => {
            Some(Phrase::plain("measure a longer piece of work, or on a quieter machine"))
        }
        Reason::TooNoisy { runs_needed: None, pairs_needed: None } => {
            Some(Phrase::plain("take more samples, or measure on a quieter machine"))
        }
        Reason::TooFewRuns { have, need } if judgement.kind == GateKind::Creep => {
            let times = counted(need.saturating_sub(*have).max(1), "more time");
            Some(Phrase::plain(format!("{MEASURE_THE_RELEASE}, {times}")))
        }
        Reason::TooFewRuns { have, need } => Some(Phrase::plain(format!(
            "run it {} on a branch that feeds the baseline",
            counted(need.saturating_sub(*have).max(1), "more time")
        ))),
        Reason::InvalidLoad { broken } => Some(Phrase::plain(facts_advice(broken))),
        Reason::UnderCounts => Some(Phrase::plain(
            "gate a load with `arrivals`, or allow it by `gate_latency: true` beside the users or the script",
        )),
        Reason::CutShort => Some(Phrase::plain("run it again, to the end")),
        Reason::NoBaseline {
            why:
                NoBaselineWhy::Accepted | NoBaselineWhy::NewSeries | NoBaselineWhy::MeasuredOtherwise,
        } if judgement.kind == GateKind::Creep => {
            Some(Phrase::plain("nothing needs doing: it is held to the next release again"))
        }
        Reason::NoBaseline { why: NoBaselineWhy::Accepted } => Some(Phrase::plain(
            "run it on a branch that feeds the baseline, at the accepted step or after it",
        )),
        Reason::NoBaseline { .. } => Some(Phrase::plain(baseline_advice(
            baseline_of(judgement, bundle),
            bundle.run.trusted && judgement.kind != GateKind::Creep,
        ))),
        Reason::ZeroBaseline => {
            Some(Phrase::plain("add a `floor` to the gate, so that the absolute change is judged"))
        }
        Reason::Vanished => {
            Some(configured("bring it back, or add a waiver if it was removed on purpose, in "))
        }
        Reason::MatchesNothing { nearest: Some(nearest) } => Some(
            configured("correct its pattern in ")
                .then("; the nearest series is ")
                .then_name(nearest),
        ),
        Reason::MatchesNothing { nearest: None } => {
            Some(configured("correct its pattern, or remove the gate, in "))
        }
        Reason::WrongUnit { .. } => {
            Some(configured("give the gate a quantity in the series' unit in "))
        }
        Reason::MeasuringFailed { .. } => {
            Some(Phrase::plain("mend what failed, and run it again; nothing was judged of it"))
        }
    }
}

fn worse(comparison: Option<&Comparison>) -> &'static str {
    match comparison.map(|c| (directions(&c.unit), c.better)) {
        Some(((up, _), Better::Lower)) => up,
        Some(((_, down), Better::Higher)) => down,
        None => "worse",
    }
}

fn better(comparison: Option<&Comparison>) -> &'static str {
    match comparison.map(|c| (directions(&c.unit), c.better)) {
        Some(((_, down), Better::Lower)) => down,
        Some(((up, _), Better::Higher)) => up,
        None => "better",
    }
}

/// How a release comes to have a baseline.
const MEASURE_THE_RELEASE: &str =
    "check the release out, and run it there with `--branch` and a branch that feeds the baseline";

/// Why the baseline that a judgement rests on was chosen, or why there is none.
pub(crate) fn baseline_of<'b>(judgement: &Judgement, bundle: &'b Bundle) -> &'b BaselineReason {
    match (&bundle.release, judgement.kind) {
        (Some(release), GateKind::Creep) => &release.baseline,
        _ => &bundle.baseline,
    }
}

/// Which baseline was taken, or why none.
pub fn baseline(bundle: &Bundle) -> Phrase {
    one_baseline(&bundle.baseline, bundle)
}

/// The same of one of a bundle's baselines.
pub(crate) fn one_baseline(reason: &BaselineReason, bundle: &Bundle) -> Phrase {
    match (reason, no_baseline(reason)) {
        (_, Some(why)) => Phrase::plain("none: ").then_phrase(why),
        (BaselineReason::Stored { runs, other_environments }, None) if *other_environments > 0 => {
            Phrase::plain(format!(
                "{} of this machine class; {} of other classes left out",
                counted(*runs, "stored run"),
                counted(*other_environments, "run"),
            ))
        }
        (BaselineReason::Files { runs }, None) => {
            Phrase::plain(format!("{} given as files", counted(*runs, "run")))
        }
        (BaselineReason::Built { reference, commit }, None) => {
            let short: String = commit.chars().take(10).collect();
            let start = match reference == commit {
                true => Phrase::plain("commit "),
                false => {
                    Phrase::plain("the merge base with ").then_name(reference).then(", commit ")
                }
            };
            start.then_name(&short).then(format!(", measured side by side{}", pairs(bundle)))
        }
        (BaselineReason::Stored { runs, .. }, None) => {
            Phrase::plain(format!("{} of this machine class", counted(*runs, "stored run")))
        }
        (_, None) => Phrase::plain("none"),
    }
}

/// How many pairs the comparisons rest on, such as ` in 8 to 20 pairs`.
fn pairs(bundle: &Bundle) -> String {
    let counts = bundle.comparisons.iter().map(|comparison| comparison.head.n as usize);
    match (counts.clone().min(), counts.max()) {
        (Some(least), Some(most)) if least < most => {
            format!(" in {least} to {}", counted(most, "pair"))
        }
        (_, Some(most)) => format!(" in {}", counted(most, "pair")),
        _ => String::new(),
    }
}

/// Why there is no baseline at all; `None` where there is one.
pub fn no_baseline(reason: &BaselineReason) -> Option<Phrase> {
    match reason {
        BaselineReason::Stored { .. }
        | BaselineReason::Files { .. }
        | BaselineReason::Built { .. } => None,
        BaselineReason::EmptyStore => Some(Phrase::plain("no run of this project is stored yet")),
        BaselineReason::UnknownRelease => {
            Some(Phrase::plain("git knows no commit of this name here"))
        }
        BaselineReason::NoneUpToRelease { stored } => Some(Phrase::plain(format!(
            "{} stored, none of the release or of a commit before it",
            counted(*stored, "run")
        ))),
        BaselineReason::NoneTrusted { stored } => Some(Phrase::plain(format!(
            "{} stored, from other branches, dirty trees or failed builds only",
            counted(*stored, "run")
        ))),
        BaselineReason::OtherEnvironment { stored, differences } => {
            let shown = differences.iter().take(6).map(|text| Phrase::name(text));
            Some(
                Phrase::plain(format!(
                    "{} stored, all from other machine classes",
                    counted(*stored, "run")
                ))
                .then(if differences.is_empty() { "" } else { " (the newest differs in " })
                .then_phrase(phrase::join(shown, ", "))
                .then(if differences.is_empty() { "" } else { ")" }),
            )
        }
    }
}

/// What to do to have a baseline next time; `serves` says that this run will be one.
pub fn baseline_advice(reason: &BaselineReason, serves: bool) -> &'static str {
    match reason {
        BaselineReason::EmptyStore | BaselineReason::OtherEnvironment { .. } if serves => {
            "this run can be the first of its baseline; run it again"
        }
        BaselineReason::Built { .. } => {
            "nothing to do if this change adds it, else mend the base; see the notes"
        }
        BaselineReason::Stored { .. } | BaselineReason::Files { .. } => {
            "the baseline runs do not have this series; run it on a branch that feeds the baseline"
        }
        BaselineReason::EmptyStore => {
            "run it on the default branch: every run there that does not fail feeds the baseline"
        }
        BaselineReason::UnknownRelease => {
            "name a tag, a branch or a commit under `baseline: release`, and fetch it: a shallow clone \
             lacks most of them"
        }
        BaselineReason::NoneUpToRelease { .. } => MEASURE_THE_RELEASE,
        BaselineReason::NoneTrusted { .. } => {
            "run it on a clean tree of a branch listed under `baseline: branches`"
        }
        BaselineReason::OtherEnvironment { .. } => {
            "measure on the machine class of the stored runs, or let runs of this one build up"
        }
    }
}

/// Why a series was not judged, as the census counts it.
pub fn not_judged(reason: NotJudgedReason) -> &'static str {
    match reason {
        NotJudgedReason::NoGate => "no gate",
        NotJudgedReason::NoBaseline => "no baseline",
        NotJudgedReason::Inconclusive => "inconclusive",
        NotJudgedReason::UnderCounts => "closed model, under-counts stalls",
        NotJudgedReason::Missing => "missing",
        NotJudgedReason::Error => "not measured",
    }
}

/// What was being done when a target failed.
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Build => "building it",
        Stage::Service => "starting its service",
        Stage::Measure => "measuring",
        Stage::Read => "reading its results",
    }
}

/// The verb for a number of judgements with a verdict, such as `2 fail` or `1 is inconclusive`.
pub(crate) fn tally(verdict: Verdict, count: usize) -> String {
    let one = count == 1;
    let words = match verdict {
        Verdict::Improved if one => "improved",
        Verdict::Improved => "improved",
        Verdict::Pass if one => "passes",
        Verdict::Pass => "pass",
        Verdict::Warn if one => "is excused",
        Verdict::Warn => "are excused",
        Verdict::NoBaseline if one => "has no baseline",
        Verdict::NoBaseline => "have no baseline",
        Verdict::Inconclusive if one => "is inconclusive",
        Verdict::Inconclusive => "are inconclusive",
        Verdict::Error if one => "was not measured",
        Verdict::Error => "were not measured",
        Verdict::Missing if one => "is missing",
        Verdict::Missing => "are missing",
        Verdict::Fail if one => "fails",
        Verdict::Fail => "fail",
    };
    format!("{count}{NBSP}{words}")
}
