//! Progress as lines of a log: beginnings and ends, and every half minute that something goes on.

use super::text;
use pacegate::measure::Event;
use std::time::Duration;

/// How long nothing is told of what goes on.
const SILENCE: Duration = Duration::from_secs(30);

/// What goes on, in the order in which it began. Times are since any one moment.
#[derive(Debug, Default)]
pub(super) struct Log {
    running: Vec<Running>,
}

#[derive(Debug)]
struct Running {
    name: String,
    since: Duration,
    planned: Option<Duration>,
    told: Duration,
    /// The newest of what it said.
    said: Option<Event>,
}

impl Log {
    /// Takes an event; gives the line that it is worth.
    pub(super) fn take(&mut self, event: &Event, now: Duration) -> Option<String> {
        match event {
            Event::Started { name, planned } => {
                self.running.retain(|running| running.name != *name);
                self.running.push(Running {
                    name: name.clone(),
                    since: now,
                    planned: *planned,
                    told: now,
                    said: None,
                });
                let time = planned.map(|time| format!(" (about {})", text::seconds(time)));
                Some(format!("{name}{}", time.unwrap_or_default()))
            }
            Event::Planned { name, plan } => Some(format!("{name}: {plan}")),
            Event::Progress { name, .. } | Event::Load { name, .. } => {
                let running = self.running.iter_mut().find(|running| running.name == *name);
                if let Some(running) = running {
                    running.said = Some(event.clone());
                }
                None
            }
            Event::Finished { name, ok, elapsed } => {
                self.running.retain(|running| running.name != *name);
                Some(text::finished(name, *ok, *elapsed))
            }
        }
    }

    /// The lines of what has been silent for long.
    pub(super) fn tick(&mut self, now: Duration) -> Vec<String> {
        let silent = |running: &&mut Running| now.saturating_sub(running.told) >= SILENCE;
        let tell = |running: &mut Running| {
            running.told = now;
            running.line(now)
        };
        self.running.iter_mut().filter(silent).map(tell).collect()
    }
}

impl Running {
    fn line(&self, now: Duration) -> String {
        let elapsed = now.saturating_sub(self.since);
        let what = match &self.said {
            Some(Event::Progress { done, note, .. }) => {
                format!("{note}{}", text::left(*done, self.planned, elapsed))
            }
            Some(Event::Load { progress, .. }) => {
                format!("{}: {}", text::load_phase(progress), text::load(progress))
            }
            _ => format!("goes on, {} so far", text::seconds(elapsed)),
        };
        format!("{}: {what}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pacegate::measure::{LoadPhase, LoadProgress};

    fn started(planned: Option<u64>) -> Event {
        Event::Started { name: "a".to_owned(), planned: planned.map(Duration::from_secs) }
    }

    fn note(text: &str, done: Option<f64>) -> Event {
        Event::Progress { name: "a".to_owned(), done, note: text.to_owned() }
    }

    /// Events by the second; gives the lines by the second, with a tick in each.
    #[track_caller]
    fn check(events: &[(u64, Event)], expected: &[(u64, &str)]) {
        let (mut log, mut lines) = (Log::default(), vec![]);
        for second in 0..100 {
            let now = Duration::from_secs(second);
            for (_, event) in events.iter().filter(|(at, _)| *at == second) {
                lines.extend(log.take(event, now).map(|line| (second, line)));
            }
            lines.extend(log.tick(now).into_iter().map(|line| (second, line)));
        }
        let lines: Vec<(u64, &str)> = lines.iter().map(|(at, line)| (*at, line.as_str())).collect();
        assert_eq!(lines, expected);
    }

    fn finished() -> Event {
        Event::Finished { name: "a".to_owned(), ok: true, elapsed: Duration::from_secs(70) }
    }

    #[test]
    fn short_work_is_told_when_it_begins_and_ends() {
        let plan = Event::Planned { name: "a".to_owned(), plan: "200/s for 20s".to_owned() };
        check(
            &[(0, started(Some(22))), (0, plan), (3, note("1 of 2", Some(0.5))), (29, finished())],
            &[(0, "a (about 22 s)"), (0, "a: 200/s for 20s"), (29, "a done in 70 s")],
        );
    }

    #[test]
    fn long_work_shows_life_every_half_minute() {
        check(
            &[(5, started(None)), (40, note("1 of 2", Some(0.5))), (75, finished())],
            &[
                (5, "a"),
                (35, "a: goes on, 30 s so far"),
                (65, "a: 1 of 2, 60 s left"),
                (75, "a done in 70 s"),
            ],
        );
        let progress = LoadProgress {
            of: None,
            phase: LoadPhase::Measuring,
            done: 0.5,
            left: Duration::from_secs(31),
            asked: 200.0,
            achieved: 200.0,
            in_flight: 3,
            waiting: 0,
            latency: Some([0.001, 0.002, 0.003]),
            errors: 2,
        };
        check(
            &[
                (0, started(Some(60))),
                (0, note("begins in 9 s", None)),
                (20, Event::Load { name: "a".to_owned(), progress }),
                (59, finished()),
            ],
            &[
                (0, "a (about 60 s)"),
                (
                    30,
                    "a: measuring, 2 errors, 31 s left: 200 of 200/s, p50 1.0 ms, p95 2.0 ms, p99 3.0 ms, 3 in flight",
                ),
                (59, "a done in 70 s"),
            ],
        );
    }

    #[test]
    fn what_never_began_is_not_told_of() {
        check(&[(0, note("1 of 2", None))], &[]);
    }
}
