//! What was measured of a target again and again, as if it had been at once.

use crate::model::{Data, Target, Validity, Warning};

/// Adds what a target gave once more: values are appended, histograms merged, counts added.
pub(super) fn add(pooled: &mut Target, more: Target) {
    for measurement in more.measurements {
        let name = &measurement.metric.name;
        let known = pooled.measurements.iter_mut().find(|known| known.metric.name == *name);
        match known.map(|known| (&mut known.data, &measurement.data)) {
            Some((Data::Sample(all), Data::Sample(new))) => all.append(new.clone()),
            Some((Data::Histogram(all), Data::Histogram(new))) => all.merge(new),
            Some((
                Data::Counts { events, trials },
                Data::Counts { events: more_events, trials: more_trials },
            )) => {
                *events = events.saturating_add(*more_events);
                *trials = trials.saturating_add(*more_trials);
            }
            // One metric has one form.
            Some(_) => {}
            None => pooled.measurements.push(measurement),
        }
    }
    pooled.validity = match (pooled.validity.take(), more.validity) {
        (Some(all), Some(new)) => Some(validity(&all, new)),
        (all, new) => all.or(new),
    };
    pooled.elapsed += more.elapsed;
    more.warnings.into_iter().for_each(|warning| warn(&mut pooled.warnings, warning));
    let asked = pooled.measurement("errors").map(|errors| errors.data.clone());
    for warning in &mut pooled.warnings {
        // Among all requests, also those of segments in which none failed.
        if let (Warning::FailedRequests { requests, .. }, Some(Data::Counts { trials, .. })) =
            (warning, &asked)
        {
            *requests = *trials;
        }
    }
}

/// Rates of the newest, and the worst of everything else.
fn validity(all: &Validity, new: Validity) -> Validity {
    let busiest = [all.generator_cpu, new.generator_cpu].into_iter().flatten().reduce(f64::max);
    Validity {
        asked_rate: new.asked_rate,
        achieved_rate: all.achieved_rate.min(new.achieved_rate),
        dropped: all.dropped.saturating_add(new.dropped),
        lateness_p99: all.lateness_p99.max(new.lateness_p99),
        generator_cpu: busiest,
        broken: new.broken,
    }
}

/// Adds a doubt, where it is not told yet; failed requests are counted together.
pub(super) fn warn(warnings: &mut Vec<Warning>, new: Warning) {
    let Some(known) = warnings.iter_mut().find(|known| known.code() == new.code()) else {
        return warnings.push(new);
    };
    if let (
        Warning::FailedRequests { failed, kinds, .. },
        Warning::FailedRequests { failed: more_failed, kinds: more_kinds, .. },
    ) = (known, new)
    {
        *failed = failed.saturating_add(more_failed);
        for (kind, count) in more_kinds {
            let all = kinds.entry(kind).or_default();
            *all = all.saturating_add(count);
        }
    }
}
