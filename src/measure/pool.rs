//! What was measured of a target again and again, as if it had been at once.

use crate::model::{Data, Target, Validity, Warning};

/// Adds what a target gave once more: values are appended, histograms merged, counts added.
pub fn add(pooled: &mut Target, more: Target) {
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
        (Some(all), Some(new)) => Some(validity(all, new)),
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

/// Lateness and CPU of both together where every arrival's lateness is known; else the worse. The worst
/// rate, and what broke the newest.
fn validity(all: Validity, new: Validity) -> Validity {
    let worse = [all.generator_cpu, new.generator_cpu].into_iter().flatten().reduce(f64::max);
    let (lateness, generator_cpu) = match (all.lateness, &new.lateness) {
        (Some(mut lateness), Some(more)) => {
            let cpu = all.generator_cpu.zip(new.generator_cpu);
            let (known, added) = (lateness.count() as f64, more.count() as f64);
            lateness.merge(more);
            // Arrivals came at one rate, so that they weigh as the time does.
            let mean = |(all, new)| (all * known + new * added) / (known + added);
            (Some(lateness), cpu.map(mean).or(worse))
        }
        _ => (None, worse),
    };
    Validity {
        asked_rate: new.asked_rate,
        achieved_rate: all.achieved_rate.min(new.achieved_rate),
        dropped: all.dropped.saturating_add(new.dropped),
        lateness_p99: match &lateness {
            Some(lateness) => lateness.quantile(0.99),
            None => all.lateness_p99.max(new.lateness_p99),
        },
        lateness,
        generator_cpu,
        under_counts: all.under_counts || new.under_counts,
        broken: new.broken,
    }
}

/// Adds a doubt, where it is not told yet; failed requests are counted together.
pub fn warn(warnings: &mut Vec<Warning>, new: Warning) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Engine, Histogram, Measurement, Metric, Sample, Unit};

    fn target(value: f64, failed: u64, requests: u64, lateness_p99: f64) -> Target {
        let measurement = |name: &str, data| Measurement {
            metric: Metric::lower(name, Unit::Seconds),
            data,
            quantum: 0.0,
        };
        let kinds = [("timeout".to_owned(), failed)].into();
        let doubt = Warning::FailedRequests { failed, requests, kinds };
        Target {
            name: "load".to_owned(),
            engine: Engine::Open,
            definition: "d".to_owned(),
            measurements: vec![
                measurement("throughput", Data::Sample(Sample::of_processes([value]).unwrap())),
                measurement("latency", Data::Histogram(Histogram::from_iter([value as u64]))),
                measurement("errors", Data::Counts { events: failed, trials: requests }),
            ],
            validity: Some(Validity {
                asked_rate: 50.0,
                achieved_rate: 50.0 - lateness_p99,
                dropped: 1,
                lateness_p99,
                lateness: None,
                generator_cpu: Some(lateness_p99),
                under_counts: false,
                broken: vec![],
            }),
            elapsed: 2.0,
            cut_short: false,
            course: Default::default(),
            warnings: if failed > 0 { vec![doubt] } else { vec![] },
        }
    }

    #[test]
    fn everything_measured_is_kept_and_the_worst_of_the_rest() {
        let mut pooled = target(5.0, 2, 10, 0.25);
        add(&mut pooled, target(7.0, 0, 20, 0.5));
        add(&mut pooled, target(6.0, 1, 10, 0.125));
        let data: Vec<&Data> = pooled.measurements.iter().map(|m| &m.data).collect();
        assert_eq!(
            data,
            [
                &Data::Sample(Sample::of_processes([5.0, 7.0, 6.0]).unwrap()),
                &Data::Histogram(Histogram::from_iter([5, 6, 7])),
                &Data::Counts { events: 3, trials: 40 },
            ]
        );
        let expected = Validity {
            asked_rate: 50.0,
            achieved_rate: 49.5,
            dropped: 3,
            lateness_p99: 0.5,
            lateness: None,
            generator_cpu: Some(0.5),
            under_counts: false,
            broken: vec![],
        };
        assert_eq!(pooled.validity, Some(expected));
        let kinds = [("timeout".to_owned(), 3)].into();
        assert_eq!(pooled.warnings, [Warning::FailedRequests { failed: 3, requests: 40, kinds }]);
        assert!((pooled.elapsed - 6.0).abs() < 1e-12);
    }

    #[test]
    fn lateness_is_that_of_all_arrivals_and_the_generators_cpu_that_of_all_the_time() {
        let segment = |late: usize, on_time: usize, cpu: f64| {
            let lateness = std::iter::repeat_n(5_000_000, late).chain(vec![0; on_time]);
            let validity = target(5.0, 0, 10, cpu).validity;
            let lateness = Some(lateness.collect());
            let validity = validity.map(|validity| Validity { lateness, ..validity });
            Target { validity, ..target(5.0, 0, 10, 0.0) }
        };
        let mut pooled = segment(2, 98, 0.5);
        add(&mut pooled, segment(0, 300, 0.25));
        let validity = pooled.validity.unwrap();
        assert_eq!(validity.lateness.as_ref().unwrap().count(), 400);
        assert!(validity.lateness_p99 < 1e-6, "{validity:?}");
        assert_eq!(validity.generator_cpu, Some(0.3125));
    }

    #[test]
    fn what_one_time_lacks_is_added_by_another() {
        let whole = target(5.0, 0, 10, 0.25);
        let mut pooled = Target { measurements: vec![], validity: None, ..whole.clone() };
        add(&mut pooled, Target { elapsed: 0.0, ..whole.clone() });
        assert_eq!(pooled, whole);
    }

    #[test]
    fn a_doubt_is_told_once() {
        let mut warnings = vec![];
        for count in [2, 3] {
            warn(&mut warnings, Warning::LeftBehind { count });
            warn(&mut warnings, Warning::ShortProcess { seconds: 0.001 });
        }
        assert_eq!(
            warnings,
            [Warning::LeftBehind { count: 2 }, Warning::ShortProcess { seconds: 0.001 }]
        );
    }
}
