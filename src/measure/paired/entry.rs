//! One entry of the configuration with all its targets, measured pair by pair.

use super::both::Both;
use super::course::Course;
use super::pace::pace;
use super::rig::{Rig, Wanted, failure_in};
use crate::measure::Context;
use crate::measure::bench::Outcome;
use crate::measure::pool;
use crate::model::{Build, Failure, PairedSeries, Progress, Stage, Target, Warning};
use std::time::Duration;
use tokio::time::Instant;

/// An entry with what its pairs have given so far.
pub(super) struct Entry {
    rig: Box<dyn Rig>,
    begun: Vec<Build>,
    /// Its targets, in the order in which they appeared.
    pub(super) courses: Vec<Course>,
    /// What failed in the head, or in both builds.
    pub(super) failures: Vec<Failure>,
    /// What failed in the base alone, or is not there.
    pub(super) incomparable: Vec<Failure>,
    /// Targets that only the base has.
    pub(super) gone: Vec<Target>,
    /// Doubts that concern no one target.
    pub(super) warnings: Vec<Warning>,
    /// Whether the base is not ready, so that the head is measured alone.
    base_unready: bool,
    /// Whether nothing of it can be measured.
    over: bool,
    /// What each round took.
    took: Vec<Duration>,
}

/// What one build gave of a target.
enum Answer {
    Measured(Box<Target>),
    Failed(Failure),
    Absent,
}

/// Why a target has no values.
#[derive(Debug, thiserror::Error)]
enum Lack {
    #[error("it is not there, so that it cannot be compared yet")]
    OfBase,
    #[error("nothing was measured; see whether its command measures anything")]
    OfBoth,
}

impl Entry {
    pub(super) fn new(rig: Box<dyn Rig>) -> Self {
        Entry {
            rig,
            begun: vec![],
            courses: vec![],
            failures: vec![],
            incomparable: vec![],
            gone: vec![],
            warnings: vec![],
            base_unready: false,
            over: false,
            took: vec![],
        }
    }

    pub(super) fn name(&self) -> &str {
        self.rig.name()
    }

    /// Whether everything of it that was measured can be compared.
    pub(super) fn is_well(&self) -> bool {
        self.failures.is_empty() && self.incomparable.is_empty()
    }

    /// The targets that have fewer than `at_most` pairs and a series in one of the given states.
    pub(super) fn going(&self, at_most: u32, states: &[Progress]) -> impl Iterator<Item = &Course> {
        self.courses.iter().filter(move |course| course.goes_on(at_most, states))
    }

    /// What to measure next, with the number of pairs that it has; `None` when nothing is.
    pub(super) fn next(&self, at_most: u32, states: &[Progress]) -> Option<(Wanted, u32)> {
        if self.over || self.base_unready {
            return None;
        } else if self.took.is_empty() {
            return Some((Wanted::All, 0));
        }
        let pairs = self.going(at_most, states).map(|course| course.pairs).max()?;
        let names = self.going(at_most, states).map(|course| course.name.clone());
        Some((Wanted::Only(names.collect()), pairs))
    }

    /// What of the head to measure next alone, with the number of times that it was; `None` when nothing
    /// is.
    pub(super) fn next_alone(&self) -> Option<(Wanted, u32)> {
        if self.base_unready && self.courses.is_empty() && !self.over {
            return Some((Wanted::All, 0));
        }
        let alone = || self.courses.iter().filter(|course| course.goes_on_alone());
        let times = alone().map(|course| course.pairs).min()?;
        Some((Wanted::Only(alone().map(|course| course.name.clone()).collect()), times))
    }

    /// How long the next pair will take.
    pub(super) fn pace(&self) -> Duration {
        pace(&self.took)
    }

    /// Gets both builds ready, once. Both are tried, so that it is known which of them fails.
    pub(super) async fn begin(&mut self, first: Build, context: Context<'_>) {
        if !self.begun.is_empty() {
            return;
        }
        let mut unready = Both::default();
        for build in [first, first.other()] {
            if !context.stop.is_asked() {
                self.begun.push(build);
                *unready.of_mut(build) = self.rig.begin(build, context).await.err();
            }
        }
        (self.base_unready, self.over) = (unready.base.is_some(), unready.head.is_some());
        match (unready.base, unready.head) {
            (_, Some(failure)) => self.add_failure(failure),
            (Some(failure), None) => self.add_incomparable(failure),
            (None, None) => {}
        }
    }

    /// Measures both builds once.
    pub(super) async fn round(
        &mut self,
        wanted: &Wanted,
        first: Build,
        at_most: u32,
        decided: &dyn Fn(&PairedSeries) -> Progress,
        context: Context<'_>,
    ) {
        let begun = Instant::now();
        let mut both = Both::<Outcome>::default();
        for build in [first, first.other()] {
            *both.of_mut(build) = self.rig.measure(build, wanted, context).await;
        }
        self.took.push(begun.elapsed());
        for name in self.names(wanted, [&both.head, &both.base], context) {
            let base = self.answer(&name, &mut both.base);
            let head = self.answer(&name, &mut both.head);
            match (base, head) {
                (Answer::Measured(base), Answer::Measured(head)) => {
                    self.course(&name).take(
                        Both { base: *base, head: *head },
                        first,
                        at_most,
                        decided,
                    );
                }
                (Answer::Absent, _) | (_, Answer::Absent) if context.stop.is_asked() => {}
                (base, head) => self.cannot_compare(&name, base, head),
            }
        }
        self.doubt([both.base.warnings, both.head.warnings].concat());
    }

    /// Measures the head alone once.
    pub(super) async fn round_alone(&mut self, wanted: &Wanted, context: Context<'_>) {
        let mut outcome = self.rig.measure(Build::Head, wanted, context).await;
        for name in self.names(wanted, [&outcome], context) {
            match self.answer(&name, &mut outcome) {
                Answer::Measured(head) => self.course(&name).take_alone(*head),
                Answer::Absent if context.stop.is_asked() => {}
                // The base cannot be measured: that is told already.
                head => self.cannot_compare(&name, Answer::Absent, head),
            }
        }
        self.doubt(outcome.warnings);
    }

    /// Cleans up, and gives what went wrong in that.
    pub(super) async fn end(&mut self, context: Context<'_>) {
        for build in std::mem::take(&mut self.begun) {
            let outcome = self.rig.end(build, context).await;
            outcome.failures.into_iter().for_each(|failure| self.add_failure(failure));
            self.doubt(outcome.warnings);
        }
    }

    /// What a build gave of a target; a failure of the whole entry is one of every target.
    fn answer(&self, name: &str, outcome: &mut Outcome) -> Answer {
        if let Some(at) = outcome.targets.iter().position(|target| target.name == name) {
            return Answer::Measured(Box::new(outcome.targets.swap_remove(at)));
        }
        let mut failures = outcome.failures.iter();
        match failures.find(|failure| failure.target == name || failure.target == self.name()) {
            Some(failure) => Answer::Failed(failure.clone()),
            None => Answer::Absent,
        }
    }

    fn course(&mut self, name: &str) -> &mut Course {
        let at = self.courses.iter().position(|course| course.name == name);
        let at = at.unwrap_or_else(|| {
            self.courses.push(Course::new(name));
            self.courses.len() - 1
        });
        &mut self.courses[at]
    }

    /// Says why a target is not measured in both builds, and goes on with the head alone where it can.
    fn cannot_compare(&mut self, name: &str, base: Answer, head: Answer) {
        match (base, head) {
            (_, Answer::Failed(failure)) => {
                self.course(name).give_up();
                self.add_failure(failure);
            }
            (Answer::Failed(failure), Answer::Measured(head)) => {
                self.course(name).lose_base(*head);
                self.add_incomparable(failure);
            }
            (Answer::Absent, Answer::Measured(head)) => {
                self.course(name).lose_base(*head);
                self.add_incomparable(failure_in(Build::Base, name, Stage::Measure, &Lack::OfBase));
            }
            (Answer::Failed(failure), Answer::Absent) => {
                self.course(name).give_up();
                // A base that fails as a whole says nothing of what the head may lack.
                match failure.target == self.name() {
                    true => self.add_incomparable(failure),
                    false => self.add_failure(failure),
                }
            }
            (Answer::Measured(base), _) => {
                self.course(name).give_up();
                self.gone.push(*base);
            }
            (Answer::Absent, Answer::Absent) => {
                self.course(name).give_up();
                self.add_failure(failure_in(Build::Head, name, Stage::Measure, &Lack::OfBoth));
            }
        }
    }

    /// What to expect: what is wanted, or all that was given, of the first of them first. When nothing
    /// was, there is nothing to be measured.
    fn names<const N: usize>(
        &mut self,
        wanted: &Wanted,
        outcomes: [&Outcome; N],
        context: Context<'_>,
    ) -> Vec<String> {
        let names = match wanted {
            Wanted::Only(names) => names.iter().cloned().collect(),
            Wanted::All => given(&outcomes),
        };
        if names.is_empty() && !context.stop.is_asked() {
            self.over = true;
            self.add_failure(failure_in(Build::Head, self.name(), Stage::Measure, &Lack::OfBoth));
        }
        names
    }

    fn doubt(&mut self, warnings: Vec<Warning>) {
        warnings.into_iter().for_each(|new| pool::warn(&mut self.warnings, new));
    }

    fn add_failure(&mut self, failure: Failure) {
        if !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }

    fn add_incomparable(&mut self, failure: Failure) {
        if !self.incomparable.contains(&failure) {
            self.incomparable.push(failure);
        }
    }
}

/// The targets that were measured or failed, each once.
fn given(outcomes: &[&Outcome]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for outcome in outcomes {
        let targets = outcome.targets.iter().map(|target| &target.name);
        for name in targets.chain(outcome.failures.iter().map(|failure| &failure.target)) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Stop;
    use crate::model::{Data, Engine, Measurement, Metric, Sample, Unit};
    use async_trait::async_trait;
    use std::path::Path;

    /// An entry that gives what it was told, `name=value` or `name!error` a target; `unready` is never
    /// ready to.
    struct Scripted(Both<&'static str>);

    #[async_trait(?Send)]
    impl Rig for Scripted {
        fn name(&self) -> &str {
            "entry"
        }

        async fn begin(&mut self, build: Build, _: Context<'_>) -> Result<(), Failure> {
            match *self.0.of(build) {
                "unready" => Err(failure("entry", "unready")),
                _ => Ok(()),
            }
        }

        async fn measure(&mut self, build: Build, _: &Wanted, _: Context<'_>) -> Outcome {
            let mut outcome = Outcome::default();
            for word in self.0.of(build).split_whitespace() {
                match (word.split_once('='), word.split_once('!')) {
                    (Some((name, value)), _) => outcome.targets.push(target(name, value)),
                    (_, Some((name, error))) => outcome.failures.push(failure(name, error)),
                    _ => panic!("{word}"),
                }
            }
            outcome
        }

        async fn end(&mut self, _: Build, _: Context<'_>) -> Outcome {
            Outcome::default()
        }
    }

    fn failure(target: &str, error: &str) -> Failure {
        Failure { target: target.to_owned(), stage: Stage::Measure, error: error.to_owned() }
    }

    fn target(name: &str, value: &str) -> Target {
        let values = value.split(',').map(|value| value.parse().unwrap()).collect();
        Target {
            name: name.to_owned(),
            engine: Engine::Criterion,
            definition: String::new(),
            measurements: vec![Measurement {
                metric: Metric::lower("time", Unit::Seconds),
                data: Data::Sample(Sample::new(vec![values]).unwrap()),
                quantum: 0.0,
            }],
            validity: None,
            elapsed: 0.0,
            cut_short: false,
            course: Default::default(),
            warnings: vec![],
        }
    }

    /// What two rounds of an entry come to: pairs, the head's values alone, failures, what is
    /// incomparable, and what is gone.
    #[track_caller]
    fn check(base: &'static str, head: &'static str, expected: [&str; 5]) {
        let stop = Stop::new();
        let context = Context { launcher: Path::new(""), stop: &stop, observer: &|_| {} };
        let mut entry = Entry::new(Box::new(Scripted(Both { base, head })));
        let rounds = async {
            entry.begin(Build::Base, context).await;
            let mut paired = 0;
            while let Some((wanted, ..)) = entry.next(8, &[Progress::Undecided])
                && paired < 2
            {
                let decided = |_: &PairedSeries| Progress::Settled;
                entry.round(&wanted, Build::Base, 8, &decided, context).await;
                paired += 1;
            }
            while let Some((wanted, _)) = entry.next_alone() {
                entry.round_alone(&wanted, context).await;
            }
        };
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(rounds);
        let pairs = entry.courses.iter().flat_map(|course| &course.series).map(|series| {
            let pairs =
                series.paired.pairs.iter().map(|pair| format!("{}:{}", pair.base, pair.head));
            format!("{}={}", series.paired.series.target, pairs.collect::<Vec<_>>().join(","))
        });
        let pooled = entry.courses.iter().map(|course| &course.pooled);
        let alone = pooled.filter(|pooled| pooled.base.is_none()).filter_map(|pooled| {
            let head = pooled.head.as_ref()?;
            let Data::Sample(sample) = &head.measurements[0].data else { panic!("{head:?}") };
            let values = sample.values().map(|value| value.to_string()).collect::<Vec<_>>();
            Some(format!("{}={}", head.name, values.join(",")))
        });
        let failures = |failures: &[Failure]| {
            let told = failures.iter().map(|f| format!("{}!{}", f.target, f.error));
            told.collect::<Vec<_>>().join(" ")
        };
        let gone: Vec<&str> = entry.gone.iter().map(|target| &*target.name).collect();
        let found = [
            pairs.collect::<Vec<_>>().join(" "),
            alone.collect::<Vec<_>>().join(" "),
            failures(&entry.failures),
            failures(&entry.incomparable),
            gone.join(" "),
        ];
        assert_eq!(found, expected, "{base} | {head}");
    }

    #[test]
    fn a_target_is_compared_when_both_builds_have_it_and_told_apart_else() {
        check("a=1 b=2", "a=3 b=4", ["a=1:3,1:3 b=2:4,2:4", "", "", "", ""]);
        check("b=2 a=1", "a=3 b=4", ["a=1:3,1:3 b=2:4,2:4", "", "", "", ""]);
        check("a=1,9,2", "a=5,4,6", ["a=2:5,2:5", "", "", "", ""]);
        check("a=1 b=2", "a=3 b!x", ["a=1:3,1:3", "", "b!x", "", ""]);
        check("a=1 b!x", "a=3 b!y", ["a=1:3,1:3", "", "b!y", "", ""]);
        check("a=1 b=2", "a=3", ["a=1:3,1:3", "", "", "", "b"]);
        check("a=1 b!x", "a=3", ["a=1:3,1:3", "", "b!x", "", ""]);
        check("a=3 b=4", "entry!x", ["", "", "entry!x", "", ""]);
        check("a=3", "unready", ["", "", "entry!unready", "", ""]);
        check("unready", "unready", ["", "", "entry!unready", "", ""]);
    }

    #[test]
    fn what_only_the_head_has_is_measured_alone() {
        let b = "b=4,4,4,4,4,4,4,4";
        let both = "a=3,3,3,3,3,3,3,3 b=4,4,4,4,4,4,4,4";
        check("a=1 b!x", "a=3 b=4", ["a=1:3,1:3", b, "", "b!x", ""]);
        let new = "b!base: it is not there, so that it cannot be compared yet";
        check("a=1", "a=3 b=4", ["a=1:3,1:3", b, "", new, ""]);
        check("entry!x", "a=3 b=4", ["", both, "", "entry!x", ""]);
        check("unready", "a=3 b=4", ["", both, "", "entry!unready", ""]);
        check("unready", "a!y b=4", ["", b, "a!y", "entry!unready", ""]);
    }

    #[test]
    fn an_entry_that_gives_nothing_fails() {
        let nothing = "entry!head: nothing was measured; see whether its command measures anything";
        check("", "", ["", "", nothing, "", ""]);
        check("unready", "", ["", "", nothing, "entry!unready", ""]);
    }
}
