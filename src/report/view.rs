//! What every report shows, worked out once: renderers only draw it.

use super::number::{Change, Scale, counted, duration};
use super::phrase::{self, Phrase};
use super::{escape, notes, sentence, words};
use crate::model::{
    BaselineReason, Bundle, Comparison, Effect, Estimate, GateKind, Judgement, NotJudgedReason,
    Pair, Reason, SeriesId, Test, Unit, Verdict, Warning,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use time::OffsetDateTime;

/// The most lines and characters a line shown of one failure.
pub(crate) const FAILURE_LINES: (usize, usize) = (12, 160);
/// How many values of either side show how two sides that were measured in pairs differ.
const SHOWN_PAIRS: usize = 4;
/// The most pieces of advice given.
const MOST_ADVICE: usize = 6;

/// All that a report shows of a bundle, cleaned of control characters and capped in length.
#[derive(Debug, Clone)]
pub struct View<'b> {
    /// What it is drawn from.
    pub bundle: &'b Bundle,
    /// The project's name.
    pub project: String,
    /// The configuration's path from the root of its repository; where that is not known, its last part.
    pub file: String,
    /// Is it slower, and how sure is that; without the verdict's word and a full stop.
    pub sentence: Phrase,
    /// One a judgement: worst verdict first and plain passes last, then in the order of the gates.
    pub rows: Vec<Row<'b>>,
    /// Doubts, numbered from 1 in this order.
    pub notes: Vec<Phrase>,
    /// What to do next.
    pub advice: Vec<Phrase>,
    /// Targets that could not be measured.
    pub failures: Vec<FailureView>,
    /// What was expected, measured and judged.
    pub census: String,
    /// Which baseline, or why none.
    pub baseline: Phrase,
    /// What was measured, when and for how long.
    pub run: Phrase,
    /// The machine class.
    pub machine: Phrase,
}

/// A judgement as a row of a table.
#[derive(Debug, Clone)]
pub struct Row<'b> {
    /// What it is drawn from.
    pub judgement: &'b Judgement,
    /// The comparison of its series.
    pub comparison: Option<&'b Comparison>,
    /// The series' name.
    pub series: String,
    /// The gate's rule.
    pub rule: String,
    /// The line on which the gate stands; 1 where that is unknown.
    pub line: u32,
    /// The baseline's value without its unit.
    pub base: Option<String>,
    /// This run's value without its unit.
    pub head: Option<String>,
    /// The unit of both.
    pub unit: String,
    /// The change, such as `+38 %` or `×54`; of regression gates only.
    pub change: Option<String>,
    /// The interval of the change (without unit), or of the value where only that is judged.
    pub interval: Option<String>,
    /// Why, in a sentence.
    pub reason: Phrase,
    /// What to do about it.
    pub advice: Option<Phrase>,
    /// Numbers of the notes that concern it, from 1.
    pub notes: Vec<usize>,
    /// Values of the baseline runs, oldest first, then this run's; of pairs the last few values of the
    /// base, then of the head.
    pub trend: Vec<f64>,
    /// How many of these, at the end, are this run's.
    pub fresh: usize,
}

impl Row<'_> {
    /// Whether a reader must see it: everything but a plain pass.
    pub fn matters(&self) -> bool {
        self.judgement.verdict != Verdict::Pass || self.is_pass_with_remark()
    }

    /// Whether it passes in a way that deserves a word: surely worse, yet allowed.
    pub fn is_pass_with_remark(&self) -> bool {
        self.judgement.verdict == Verdict::Pass
            && matches!(self.judgement.reason, Reason::WorseBelowLimit | Reason::BelowFloor)
    }

    /// The baseline's value with its unit.
    pub fn base_quantity(&self) -> Option<String> {
        Some(super::number::join(self.base.as_ref()?, &self.unit))
    }

    /// This run's value with its unit.
    pub fn head_quantity(&self) -> Option<String> {
        Some(super::number::join(self.head.as_ref()?, &self.unit))
    }
}

/// A target that could not be measured.
#[derive(Debug, Clone)]
pub struct FailureView {
    /// The target's name.
    pub target: String,
    /// What was being done.
    pub stage: &'static str,
    /// The error's first lines.
    pub lines: Vec<String>,
}

impl<'b> View<'b> {
    /// The view of a bundle.
    pub fn new(bundle: &'b Bundle) -> View<'b> {
        let by_series = |comparisons: &'b [Comparison]| -> HashMap<&SeriesId, &'b Comparison> {
            comparisons.iter().map(|comparison| (&comparison.series, comparison)).collect()
        };
        let recent = by_series(&bundle.comparisons);
        let released = by_series(bundle.release.as_ref().map_or(&[], |r| &r.comparisons));
        let of = |judgement: &Judgement| match judgement.kind {
            GateKind::Creep => released.get(&judgement.series).copied(),
            GateKind::Limit | GateKind::Regression => recent.get(&judgement.series).copied(),
        };
        let mut rows: Vec<Row<'b>> = bundle
            .judgements
            .iter()
            .map(|judgement| row(bundle, judgement, of(judgement)))
            .collect();
        show_pairs(bundle, &mut rows);
        rows.sort_by(worst_first);
        let notes = notes::collect(bundle, &mut rows);
        let failures = bundle
            .run
            .failures
            .iter()
            .map(|failure| FailureView {
                target: escape::name(&failure.target),
                stage: words::stage(failure.stage),
                lines: escape::block(&failure.error, FAILURE_LINES.0, FAILURE_LINES.1),
            })
            .collect();
        View {
            bundle,
            project: escape::name(&bundle.run.project),
            file: escape::path(file(bundle)),
            sentence: sentence::verdict(bundle, &rows),
            notes,
            advice: policy_advice(bundle).chain(advice(&rows)).collect(),
            failures,
            census: census(bundle),
            baseline: baseline(bundle),
            run: run(bundle),
            machine: Phrase::name(&bundle.run.environment.to_string()),
            rows,
        }
    }

    /// The build's verdict.
    pub fn verdict(&self) -> Verdict {
        self.bundle.verdict
    }
}

/// Worst verdict first, but what needs no word, the plain passes, last; then gates in their order;
/// within a gate, the largest change for the worse.
fn worst_first(a: &Row<'_>, b: &Row<'_>) -> std::cmp::Ordering {
    let worsening = |row: &Row<'_>| match (row.judgement.verdict, row.comparison) {
        (Verdict::Fail | Verdict::Warn, Some(comparison)) => {
            comparison.effect.map_or(f64::INFINITY, |effect| effect.worse(comparison.better).0)
        }
        _ => 0.0,
    };
    let passes = |row: &Row<'_>| row.judgement.verdict == Verdict::Pass;
    (passes(a).cmp(&passes(b)))
        .then(b.judgement.verdict.cmp(&a.judgement.verdict))
        .then(b.is_pass_with_remark().cmp(&a.is_pass_with_remark()))
        .then(a.judgement.gate.cmp(&b.judgement.gate))
        .then(worsening(b).total_cmp(&worsening(a)))
}

fn row<'b>(
    bundle: &'b Bundle,
    judgement: &'b Judgement,
    comparison: Option<&'b Comparison>,
) -> Row<'b> {
    let unit = comparison.map(|c| &c.unit).or(judgement.unit.as_ref());
    let unit = unit.unwrap_or(&Unit::Count);
    let compares = judgement.kind != GateKind::Limit;
    let base = comparison.filter(|_| compares).map(|c| c.base.value);
    let head = match (comparison, judgement.observed) {
        (Some(comparison), _) if compares => Some(comparison.head.value),
        (_, Some(observed)) => Some(observed.value),
        (comparison, None) => comparison.map(|c| c.head.value),
    };
    let observed = judgement.observed.filter(|_| !compares);
    let shown: Vec<f64> = [base, head, observed.and_then(|o| o.lo), observed.and_then(|o| o.hi)]
        .into_iter()
        .flatten()
        .collect();
    let scale = Scale::fitting(unit, &shown);
    let effect = comparison.filter(|_| compares).and_then(|c| c.effect);
    Row {
        judgement,
        comparison,
        series: escape::name(&judgement.series.to_string()),
        rule: escape::name(&judgement.rule),
        line: line(bundle, judgement),
        base: base.map(|value| scale.number(value)),
        head: head.map(|value| scale.number(value)),
        unit: scale.unit.clone(),
        change: effect.map(|e| Change::fitting(&e).signed(e.estimate)),
        interval: match effect {
            Some(effect) => Some(change_interval(&effect)),
            None => observed.and_then(|observed| value_interval(&observed, &scale)),
        },
        reason: with_waiver(words::reason(judgement, comparison), judgement),
        advice: words::advice(judgement, bundle),
        notes: Vec::new(),
        trend: comparison.map(trend).unwrap_or_default(),
        fresh: 1,
    }
}

/// A path that leaves the repository leads readers of a report nowhere.
fn file(bundle: &Bundle) -> &str {
    let path = bundle.policy.in_repository.as_deref().unwrap_or(&bundle.policy.path);
    let path = path.strip_prefix("./").unwrap_or(path);
    let leaves = path.starts_with('/') || path.split('/').any(|part| part == "..");
    if leaves { path.rsplit('/').next().unwrap_or(path) } else { path }
}

fn line(bundle: &Bundle, judgement: &Judgement) -> u32 {
    let place = judgement.gate.checked_sub(1);
    let line = place.and_then(|place| bundle.policy.gate_lines.get(place));
    line.and_then(|line| u32::try_from(*line).ok()).unwrap_or(1).max(1)
}

fn with_waiver(reason: Phrase, judgement: &Judgement) -> Phrase {
    match &judgement.waiver {
        Some(waiver) => reason
            .then("; excused until ")
            .then_quote(&waiver.until)
            .then(": ")
            .then_quote(&waiver.reason),
        None => reason,
    }
}

fn trend(comparison: &Comparison) -> Vec<f64> {
    comparison.base.values.iter().copied().chain([comparison.head.value]).collect()
}

/// Lets rows whose sides were measured in pairs show these as their trend.
fn show_pairs(bundle: &Bundle, rows: &mut [Row<'_>]) {
    let series = bundle.experiment.iter().flat_map(|experiment| &experiment.series);
    let pairs: HashMap<&SeriesId, &[Pair]> =
        series.map(|series| (&series.series, series.pairs.as_slice())).collect();
    for row in rows {
        let (Some(pairs), Some(comparison)) =
            (pairs.get(&row.judgement.series), row.comparison.filter(|c| c.test == Test::Paired))
        else {
            continue;
        };
        // Those that counted: others of the target may have needed more.
        let counted = pairs.len().min(comparison.head.n as usize);
        let last = &pairs[counted.saturating_sub(SHOWN_PAIRS)..counted];
        let (base, head) = (last.iter().map(|pair| pair.base), last.iter().map(|pair| pair.head));
        row.trend = base.chain(head).collect();
        row.fresh = last.len();
    }
}

fn change_interval(effect: &Effect) -> String {
    let form = Change::fitting(effect);
    match (effect.lo, effect.hi) {
        (Some(lo), Some(hi)) if lo.to_bits() == hi.to_bits() => "exact".to_owned(),
        (Some(lo), Some(hi)) => format!("{} to {}", form.bound(lo), form.bound(hi)),
        (Some(lo), None) => format!("at least {}", form.bound(lo)),
        (None, Some(hi)) => format!("at most {}", form.bound(hi)),
        (None, None) => "no bounds".to_owned(),
    }
}

pub(crate) fn value_interval(observed: &Estimate, scale: &Scale) -> Option<String> {
    match (observed.lo, observed.hi) {
        (Some(lo), Some(hi)) if lo.to_bits() == hi.to_bits() => None,
        (Some(lo), Some(hi)) => Some(format!("{} to {}", scale.number(lo), scale.number(hi))),
        (Some(lo), None) => Some(format!("at least {}", scale.number(lo))),
        (None, Some(hi)) => Some(format!("at most {}", scale.number(hi))),
        (None, None) => None,
    }
}

/// What to look at first, since all else depends on it.
fn policy_advice(bundle: &Bundle) -> impl Iterator<Item = Phrase> {
    let changed = bundle.run.warnings.iter().filter_map(|warning| match warning {
        Warning::PolicyChanged { path } => Some(path),
        _ => None,
    });
    changed.map(|path| Phrase::plain("review the policy: this change touches ").then_name(path))
}

/// Equal advice is given once, with the first series it is for.
fn advice(rows: &[Row<'_>]) -> Vec<Phrase> {
    let mut order: Vec<&Phrase> = Vec::new();
    let mut series: HashMap<&Phrase, Vec<&str>> = HashMap::new();
    let mut told: HashSet<(&Phrase, &str)> = HashSet::new();
    for row in rows {
        let Some(advice) = &row.advice else { continue };
        if !told.insert((advice, &row.series)) {
            continue;
        }
        let known = series.entry(advice).or_default();
        if known.is_empty() {
            order.push(advice);
        }
        known.push(&row.series);
    }
    let mut lines: Vec<Phrase> = order
        .iter()
        .take(MOST_ADVICE)
        .map(|advice| {
            let series = &series[advice];
            let more = match series.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            Phrase::name(series[0]).then(more).then(": ").then_phrase((*advice).clone())
        })
        .collect();
    if order.len() > MOST_ADVICE {
        let more = counted(order.len() - MOST_ADVICE, "more hint");
        lines.push(Phrase::plain(format!("{more}; see the reasons of the rows")));
    }
    lines
}

fn baseline(bundle: &Bundle) -> Phrase {
    let recent = words::baseline(bundle);
    let Some(release) = &bundle.release else { return recent };
    let versus = recent.then("; vs release ").then_name(&release.name).then(": ");
    match &release.baseline {
        BaselineReason::Stored { runs, .. } => {
            versus.then(format!("{} up to it", counted(*runs, "stored run")))
        }
        none => versus.then_phrase(words::one_baseline(none, bundle)),
    }
}

fn census(bundle: &Bundle) -> String {
    let census = &bundle.census;
    let mut counts: BTreeMap<NotJudgedReason, usize> = BTreeMap::new();
    for not_judged in &census.not_judged {
        *counts.entry(not_judged.why).or_default() += 1;
    }
    let start = format!(
        "expected {}, measured {}, judged {}",
        census.expected, census.measured, census.judged
    );
    if counts.is_empty() {
        return start;
    }
    let why: Vec<_> =
        counts.iter().map(|(why, count)| format!("{count} {}", words::not_judged(*why))).collect();
    format!("{start}; not judged: {} ({})", census.not_judged.len(), why.join(", "))
}

fn run(bundle: &Bundle) -> Phrase {
    let run = &bundle.run;
    let commit = run.revision.commit.as_deref().map(|commit| {
        let short: String = commit.chars().take(8).collect();
        Phrase::plain("commit ").then_name(&short).then(if run.revision.dirty {
            " with uncommitted changes"
        } else {
            ""
        })
    });
    let branch =
        run.revision.branch.as_deref().map(|branch| Phrase::plain("on ").then_name(branch));
    let when = format!("{} {}", minute(run.started), zone(run.started.offset()));
    let took = format!("measured in {}", duration(run.elapsed));
    let place = phrase::join(commit.into_iter().chain(branch), " ");
    let time = Phrase::plain(format!("{when}, {took}"));
    // So much of an id tells runs apart that are not of the same millisecond.
    let id: String = run.id.to_string().chars().take(13).collect();
    phrase::join(
        [Phrase::name(&id), place, time].into_iter().filter(|part| !part.spans().is_empty()),
        ", ",
    )
}

/// A moment to the minute, without its zone.
pub(crate) fn minute(moment: OffsetDateTime) -> String {
    let (hour, minute, _) = moment.time().as_hms();
    format!("{} {hour:02}:{minute:02}", moment.date())
}

fn zone(offset: time::UtcOffset) -> String {
    if offset.is_utc() {
        return "UTC".to_owned();
    }
    let (hours, minutes, _) = offset.as_hms();
    format!("{hours:+03}:{:02}", minutes.abs())
}
