//! What a worker saw, as every engine tells it.

use super::recorder::Recorder;
use super::worker::Report;
use crate::config::{Arrivals, LoadPlan};
use crate::measure::load::LoadError;
use crate::measure::load::record::StepRecord;
use crate::measure::load::seen::Seen;
use crate::measure::load::validity::{Facts, validity};
use crate::measure::resources::Gathered;
use crate::model::{Engine, Validity, Warning};

/// Waiting for a connection is worth a word when so large a share of journeys did.
const WORTH_A_WORD: f64 = 0.01;

/// Makes what was seen of a worker's report.
///
/// # Errors
///
/// When nothing was due, nothing was sent, or a stop came before anything was measured.
pub(super) fn seen(
    plan: &LoadPlan,
    arrivals: &Arrivals,
    report: Report,
    gathered: Gathered,
) -> Result<Seen, LoadError> {
    let Report { recorder, measured, issuing, cpu, cut_short, .. } = report;
    if recorder.steps.iter().all(|step| step.service.count() == 0) {
        return Err(nothing_sent(plan, &recorder, cut_short));
    }
    let facts = Facts {
        planned: arrivals.duration(),
        measured,
        issuing,
        offered: recorder.offered,
        dropped: recorder.dropped,
        lateness_p99: recorder.lateness.quantile(0.99),
        latency_p99: smallest_p99(&recorder.steps),
        cpu,
        cut_short,
    };
    let lateness = (recorder.lateness.count() > 0).then(|| recorder.lateness.histogram());
    Ok(Seen {
        engine: Engine::Open,
        names: None,
        completed: recorder.completed,
        measured,
        timeline: Some(recorder.intervals.timeline(measured)),
        validity: Validity { lateness, ..validity(&facts) },
        cut_short,
        resources: gathered.measurements,
        warnings: waited(&recorder).into_iter().chain(gathered.warnings).collect(),
        steps: recorder.steps,
    })
}

fn nothing_sent(plan: &LoadPlan, recorder: &Recorder, cut_short: bool) -> LoadError {
    if cut_short {
        return LoadError::Interrupted;
    }
    if recorder.offered == 0 {
        return LoadError::NothingDue;
    }
    let whole = StepRecord::of_all(&recorder.steps);
    let dropped =
        (recorder.dropped > 0).then(|| format!("{} × not sent from here", recorder.dropped));
    let kinds = whole.failures.iter().map(|(failure, count)| format!("{count} × {failure}"));
    let kinds = kinds.chain(dropped).collect::<Vec<_>>().join(", ");
    LoadError::NothingSent { origin: plan.url.clone(), kinds }
}

/// The p99 of the step where it is smallest, in seconds: lateness that a slow step would not feel must
/// not be excused for a fast one.
fn smallest_p99(steps: &[StepRecord]) -> f64 {
    let measured = steps.iter().filter(|step| step.response.count() > 0);
    measured.map(|step| step.response.quantile(0.99)).fold(f64::INFINITY, f64::min)
}

fn waited(recorder: &Recorder) -> Option<Warning> {
    let share = recorder.waits.count() as f64 / recorder.offered.max(1) as f64;
    (share >= WORTH_A_WORD)
        .then(|| Warning::WaitedForConnection { share, p99: recorder.waits.quantile(0.99) })
}
