//! The order of things: which entry is measured when, and for how long.

use super::Pairing;
use super::course::{is_look, next_look};
use super::entry::Entry;
use crate::config::{PairedPlan, defaults};
use crate::measure::{Context, Event};
use crate::model::Build;
use crate::model::Progress;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use std::time::Duration;
use tokio::time::Instant;

/// The share of the time that the first pass gets. The rest is kept for what is flagged, so that it is
/// measured again before it fails; else what stays undecided would use all of it up.
const FIRST_PASS: f64 = 0.75;
/// In the first pass a target goes on while a series may still be decided.
const UNDECIDED: &[Progress] = &[Progress::Undecided];
/// Then what would fail is measured again.
const OPEN: &[Progress] = &[Progress::Flagged, Progress::Undecided];

/// Entries on their way through their pairs.
pub(super) struct Session<'a> {
    plan: &'a PairedPlan,
    pairing: &'a Pairing<'a>,
    context: Context<'a>,
    draws: Pcg64,
    /// Time that was used for measuring.
    used: Duration,
}

impl<'a> Session<'a> {
    /// A session of which nothing has been measured yet.
    pub(super) fn new(
        plan: &'a PairedPlan,
        pairing: &'a Pairing<'a>,
        context: Context<'a>,
    ) -> Self {
        let draws = Pcg64::seed_from_u64(pairing.seed);
        Session { plan, pairing, context, draws, used: Duration::ZERO }
    }

    /// Measures every entry: first each until it is decided or flagged, for its share of the time; then
    /// again what is flagged, and last what is still undecided, while there is time. What only the head
    /// has is measured alone, whatever the time.
    pub(super) async fn run(&mut self, entries: &mut [Entry]) {
        let (first, whole) = (self.plan.time.mul_f64(FIRST_PASS), self.plan.time);
        self.pass(entries.iter_mut().collect(), UNDECIDED, first, false).await;
        // What is decided may depend on how many series there are, which is known only now.
        let courses = entries.iter_mut().flat_map(|entry| &mut entry.courses);
        courses.for_each(|course| course.look(self.pairing.decided));
        let at_most = self.plan.pairs;
        let has = |entry: &Entry, state| entry.going(at_most, &[state]).next().is_some();
        let (flagged, others): (Vec<_>, Vec<_>) =
            entries.iter_mut().partition(|entry| has(entry, Progress::Flagged));
        self.pass(flagged, OPEN, whole, true).await;
        let undecided = others.into_iter().filter(|entry| has(entry, Progress::Undecided));
        self.pass(undecided.collect(), OPEN, whole, true).await;
        for entry in entries {
            entry.end(self.context).await;
        }
    }

    /// Follows each of the entries, which share what is left of `time`. All are followed once, but `again`
    /// only while there is time.
    async fn pass(
        &mut self,
        entries: Vec<&mut Entry>,
        states: &[Progress],
        time: Duration,
        again: bool,
    ) {
        let count = entries.len();
        for (done, entry) in entries.into_iter().enumerate() {
            let left = time.saturating_sub(self.used);
            if self.context.stop.is_asked() || again && left.is_zero() {
                break;
            }
            let others = u32::try_from(count - done).unwrap_or(u32::MAX);
            let name = format!("{}{}", entry.name(), if again { ", again" } else { "" });
            let begun = Instant::now();
            (self.context.observer)(Event::Started { name: name.clone(), planned: None });
            entry.begin(self.first(), self.context).await;
            let ready = Instant::now();
            self.follow(entry, states, left / others, &name).await;
            self.measure_alone(entry, &name).await;
            self.used += ready.elapsed();
            (self.context.observer)(Event::Finished {
                name,
                ok: entry.is_well(),
                elapsed: begun.elapsed(),
            });
        }
    }

    /// Measures pairs of an entry until none of its targets goes on, or its share of the time is spent.
    ///
    /// Time ends it only at a look, since what comes after the last look is never looked at, and not
    /// before the first. So it ends when the way to the next look is too long, at the pace so far.
    async fn follow(
        &mut self,
        entry: &mut Entry,
        states: &[Progress],
        share: Duration,
        name: &str,
    ) {
        let (begun, at_most) = (Instant::now(), self.plan.pairs);
        while !self.context.stop.is_asked()
            && let Some((wanted, pairs)) = entry.next(at_most, states)
        {
            let way = entry.pace().saturating_mul(next_look(pairs, at_most) - pairs);
            if is_look(pairs as usize, at_most) && begun.elapsed() + way > share {
                break;
            }
            let first = self.first();
            entry.round(&wanted, first, at_most, self.pairing.decided, self.context).await;
            let number = pairs + 1;
            self.tell(name, number, at_most, format!("pair {number} of at most {at_most}"));
        }
    }

    /// Measures of an entry what only the head has, as often as the first look asks for pairs.
    async fn measure_alone(&self, entry: &mut Entry, name: &str) {
        while !self.context.stop.is_asked()
            && let Some((wanted, times)) = entry.next_alone()
        {
            entry.round_alone(&wanted, self.context).await;
            let (number, all) = (times + 1, defaults::MIN_PAIRS);
            self.tell(name, number, all, format!("head alone, {number} of {all}"));
        }
    }

    fn tell(&self, name: &str, number: u32, all: u32, note: String) {
        let done = Some(f64::from(number) / f64::from(all));
        (self.context.observer)(Event::Progress { name: name.to_owned(), done, note });
    }

    /// Which build is measured first in the next pair.
    fn first(&mut self) -> Build {
        if self.draws.random() { Build::Base } else { Build::Head }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Stop;
    use crate::measure::bench::Outcome;
    use crate::measure::paired::rig::{Rig, Wanted};
    use crate::model::{
        Data, Engine, Failure, Measurement, Metric, PairedSeries, Sample, Target, Unit,
    };
    use async_trait::async_trait;
    use std::path::Path;

    /// An entry that takes a time to get a build ready, and another for each measuring.
    struct Slow {
        name: &'static str,
        begin: Duration,
        measure: Duration,
    }

    #[async_trait(?Send)]
    impl Rig for Slow {
        fn name(&self) -> &str {
            self.name
        }

        async fn begin(&mut self, _: Build, _: Context<'_>) -> Result<(), Failure> {
            tokio::time::sleep(self.begin).await;
            Ok(())
        }

        async fn measure(&mut self, _: Build, _: &Wanted, _: Context<'_>) -> Outcome {
            tokio::time::sleep(self.measure).await;
            let target = Target {
                name: self.name.to_owned(),
                engine: Engine::Command,
                definition: String::new(),
                measurements: vec![Measurement {
                    metric: Metric::lower("wall", Unit::Seconds),
                    data: Data::Sample(Sample::of_processes([1.0]).unwrap()),
                    quantum: 0.0,
                }],
                validity: None,
                elapsed: 0.0,
                cut_short: false,
                course: Default::default(),
                warnings: vec![],
            };
            Outcome { targets: vec![target], ..Outcome::default() }
        }

        async fn end(&mut self, _: Build, _: Context<'_>) -> Outcome {
            Outcome::default()
        }
    }

    /// The pairs that entries get within so many seconds. Each is a name, of which the first letter says
    /// how its series stays (`f`lagged, `u`ndecided, `s`ettled), the seconds to get both builds ready,
    /// and those that a pair takes.
    #[track_caller]
    fn check(seconds: u64, entries: &[(&'static str, u64, u64)], expected: &[u32]) {
        let plan = PairedPlan {
            pairs: 100,
            time: Duration::from_secs(seconds),
            segment: Duration::from_secs(1),
        };
        let decided = |series: &PairedSeries| match series.series.target.get(..1) {
            Some("f") => Progress::Flagged,
            Some("u") => Progress::Undecided,
            _ => Progress::Settled,
        };
        let pairing = Pairing {
            reference: "",
            directory: Path::new(""),
            cache: None,
            seed: 1,
            decided: &decided,
        };
        let stop = Stop::new();
        let context = Context { launcher: Path::new(""), stop: &stop, observer: &|_| {} };
        let half = |seconds| Duration::from_secs(seconds) / 2;
        let entry = |(name, begin, measure): &(&'static str, u64, u64)| {
            Entry::new(Box::new(Slow { name, begin: half(*begin), measure: half(*measure) }))
        };
        let mut entries: Vec<Entry> = entries.iter().map(entry).collect();
        // Time stands still but for what sleeps.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let mut session = Session::new(&plan, &pairing, context);
        runtime.unwrap().block_on(session.run(&mut entries));
        let pairs: Vec<u32> = entries.iter().map(|entry| entry.courses[0].pairs).collect();
        assert_eq!(pairs, expected, "{seconds} s");
    }

    #[test]
    fn what_is_undecided_leaves_time_for_what_is_flagged() {
        check(100, &[("f", 0, 1), ("u", 0, 1)], &[40, 60]);
        check(100, &[("u", 0, 1), ("f", 0, 1)], &[40, 60]);
        check(1000, &[("f", 0, 1), ("u", 0, 1)], &[100, 100]);
    }

    #[test]
    fn entries_share_the_time_and_hand_on_what_they_leave() {
        check(100, &[("s", 0, 1), ("u", 0, 1)], &[8, 80]);
        check(100, &[("u", 0, 1), ("s", 0, 1)], &[80, 8]);
        check(100, &[("u1", 0, 1), ("u2", 0, 1)], &[40, 60]);
    }

    #[test]
    fn a_first_look_is_taken_whatever_the_time_and_building_uses_none_of_it() {
        check(1, &[("f", 0, 1), ("u", 0, 1)], &[8, 8]);
        check(100, &[("f", 1000, 1), ("u", 1000, 1)], &[40, 60]);
    }
}
