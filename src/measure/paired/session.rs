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
use std::time::{Duration, Instant};

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
    ends: Instant,
}

impl<'a> Session<'a> {
    /// A session whose time begins now.
    pub(super) fn new(
        plan: &'a PairedPlan,
        pairing: &'a Pairing<'a>,
        context: Context<'a>,
    ) -> Self {
        let draws = Pcg64::seed_from_u64(pairing.seed);
        Session { plan, pairing, context, draws, ends: Instant::now() + plan.time }
    }

    /// Measures every entry: first each until it is decided or flagged, for its share of the time; then
    /// again what is flagged, and last what is still undecided, while there is time. What only the head
    /// has is measured alone, whatever the time.
    pub(super) async fn run(&mut self, entries: &mut [Entry]) {
        self.pass(entries.iter_mut().collect(), UNDECIDED, false).await;
        // What is decided may depend on how many series there are, which is known only now.
        let courses = entries.iter_mut().flat_map(|entry| &mut entry.courses);
        courses.for_each(|course| course.look(self.pairing.decided));
        let at_most = self.plan.pairs;
        let has = |entry: &Entry, state| entry.going(at_most, &[state]).next().is_some();
        let (flagged, others): (Vec<_>, Vec<_>) =
            entries.iter_mut().partition(|entry| has(entry, Progress::Flagged));
        self.pass(flagged, OPEN, true).await;
        let undecided = others.into_iter().filter(|entry| has(entry, Progress::Undecided));
        self.pass(undecided.collect(), OPEN, true).await;
        for entry in entries {
            entry.end(self.context).await;
        }
    }

    /// Follows each of the entries, which share what is left of the time. All are followed once, but
    /// `again` only while there is time.
    async fn pass(&mut self, entries: Vec<&mut Entry>, states: &[Progress], again: bool) {
        let count = entries.len();
        for (done, entry) in entries.into_iter().enumerate() {
            let left = self.ends.saturating_duration_since(Instant::now());
            if self.context.stop.is_asked() || again && left.is_zero() {
                break;
            }
            let others = u32::try_from(count - done).unwrap_or(u32::MAX);
            let name = format!("{}{}", entry.name(), if again { ", again" } else { "" });
            let begun = Instant::now();
            (self.context.observer)(Event::Started { name: name.clone(), planned: None });
            self.follow(entry, states, left / others, &name).await;
            self.measure_alone(entry, &name).await;
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
        let begun = Instant::now();
        entry.begin(self.first(), self.context).await;
        // Building benches is no measuring, and takes nobody's time away.
        self.ends += begun.elapsed();
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
