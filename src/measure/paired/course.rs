//! What became of one target in the course of its pairs.

use super::both::Both;
use super::left_out::is_a_choice;
use super::series;
use crate::config::defaults;
use crate::measure::{load, pool};
use crate::model::{Build, LeftOut, PairedSeries, Progress, Target, ValidityFact, Warning};

/// The fewest pairs left out after which more of them than measured ones end a target.
const MOST_LEFT_OUT: u32 = defaults::MIN_PAIRS;

/// A target on its way through its pairs; the head's alone, where the base has no counterpart.
pub(super) struct Course {
    /// Its name.
    pub(super) name: String,
    /// All values of the pairs, before the first of which there are none.
    pub(super) pooled: Both<Option<Target>>,
    /// Its series so far.
    pub(super) series: Vec<Tracked>,
    /// Pairs measured, or times that the head was, alone.
    pub(super) pairs: u32,
    /// Pairs left out, since at least one segment was not valid.
    left_out: u32,
    /// How many of them each build's segment was the reason for, alone or not.
    reasons: Both<u32>,
    /// Whether there is nothing to compare it with.
    alone: bool,
    /// Whether nothing more can come of it.
    over: bool,
}

/// A series with how far it has come.
pub(super) struct Tracked {
    pub(super) paired: PairedSeries,
    pub(super) progress: Progress,
}

impl Course {
    pub(super) fn new(name: &str) -> Self {
        Course {
            name: name.to_owned(),
            pooled: Both::default(),
            series: vec![],
            pairs: 0,
            left_out: 0,
            reasons: Both::default(),
            alone: false,
            over: false,
        }
    }

    /// Whether it has fewer than `at_most` pairs and a series in one of the given states; what has no
    /// series yet goes on.
    pub(super) fn goes_on(&self, at_most: u32, states: &[Progress]) -> bool {
        let open = |series: &Tracked| states.contains(&series.progress);
        let known = self.series.is_empty() || self.series.iter().any(open);
        known && self.pairs < at_most && !self.over && !self.alone
    }

    /// Whether its head is to be measured alone once more: as often as the first look asks for pairs.
    pub(super) fn goes_on_alone(&self) -> bool {
        self.alone && self.pairs < defaults::MIN_PAIRS && !self.over
    }

    /// Takes what both builds gave, the first of them measured first, and looks at the series where it
    /// is time to.
    pub(super) fn take(
        &mut self,
        measured: Both<Target>,
        first: Build,
        at_most: u32,
        decided: &dyn Fn(&PairedSeries) -> Progress,
    ) {
        let of = Both { base: broken(&measured.base), head: broken(&measured.head) };
        self.reasons.base += u32::from(!of.base.is_empty());
        self.reasons.head += u32::from(!of.head.is_empty());
        let broken = [of.base, of.head].concat();
        let Both { base, head } = measured;
        if !broken.is_empty() {
            return self.leave_out(Both { base: Some(base), head: Some(head) }, &broken);
        }
        for new in series::pairs(&base, &head, first) {
            self.append(new);
        }
        self.pairs += 1;
        add(&mut self.pooled.base, base);
        add(&mut self.pooled.head, head);
        for series in &mut self.series {
            if is_look(series.paired.pairs.len(), at_most) {
                series.progress = decided(&series.paired);
            }
        }
    }

    /// Takes what the head gave of a target that has no counterpart in the base, or lost it: its pairs
    /// are forgotten, and what the head gave in them is kept.
    pub(super) fn take_alone(&mut self, head: Target) {
        self.alone = true;
        self.series.clear();
        self.pooled.base = None;
        let broken = broken(&head);
        if !broken.is_empty() {
            return self.leave_out(Both { base: None, head: Some(head) }, &broken);
        }
        self.pairs += 1;
        add(&mut self.pooled.head, head);
    }

    /// Looks again at every series that was looked at.
    pub(super) fn look(&mut self, decided: &dyn Fn(&PairedSeries) -> Progress) {
        let first = defaults::MIN_PAIRS as usize;
        for series in self.series.iter_mut().filter(|series| series.paired.pairs.len() >= first) {
            series.progress = decided(&series.paired);
        }
    }

    /// Goes on without a base that gave nothing. What has pairs is judged by these; else the head is
    /// measured alone.
    pub(super) fn lose_base(&mut self, head: Target) {
        match self.series.iter().any(|series| !series.paired.pairs.is_empty()) {
            true => self.over = true,
            false => self.take_alone(head),
        }
    }

    /// Forgets what was measured: a head that fails has nothing to be judged.
    pub(super) fn give_up(&mut self) {
        *self = Course { over: true, ..Course::new(&self.name) };
    }

    /// Whether something is open: a series is not decided, or the head alone not measured often enough.
    pub(super) fn is_open(&self) -> bool {
        let open = |state| matches!(state, Progress::Undecided | Progress::Flagged);
        self.series.iter().any(|series| open(series.progress)) || self.goes_on_alone()
    }

    /// Ends it: what only all segments of a load together tell is judged.
    pub(super) fn end(&mut self) {
        let left_out = self.left_out().filter(|_| !self.alone);
        self.series.iter_mut().for_each(|series| series.paired.left_out = left_out);
        let builds = [&self.pooled.head, &self.pooled.base].into_iter().flatten();
        // One that ended early says why already.
        if builds.clone().any(|target| !broken(target).is_empty()) {
            return;
        }
        let late = builds.map(load::over_segments).find(|facts| !facts.is_empty());
        let mut facts = late.unwrap_or_default();
        if let Some(left_out) = left_out {
            let LeftOut { base, head, of, .. } = left_out;
            if is_a_choice(&left_out) {
                facts.push(ValidityFact::PairsLeftOut { base, head, of });
            } else if let Some(target) = &mut self.pooled.head {
                target.warnings.push(Warning::PairsLeftOut { base, head, of });
            }
        }
        if !facts.is_empty() {
            self.invalidate(&facts);
        }
    }

    /// What was left out, if anything was.
    fn left_out(&self) -> Option<LeftOut> {
        let (base, head) = (self.reasons.base.into(), self.reasons.head.into());
        let (pairs, of) = (self.left_out.into(), (self.left_out + self.pairs).into());
        (self.left_out > 0).then_some(LeftOut { base, head, pairs, of })
    }

    fn append(&mut self, new: PairedSeries) {
        let mut known = self.series.iter_mut().map(|series| &mut series.paired);
        match known.find(|known| known.series == new.series) {
            Some(known) => known.pairs.extend(new.pairs),
            None => self.series.push(Tracked { paired: new, progress: Progress::Undecided }),
        }
    }

    /// Leaves out what was measured. When most has to be, the target is over, and not valid.
    fn leave_out(&mut self, measured: Both<Option<Target>>, broken: &[ValidityFact]) {
        self.left_out += 1;
        if self.left_out < MOST_LEFT_OUT || self.left_out <= self.pairs {
            return;
        }
        self.over = true;
        let Both { base, head } = &mut self.pooled;
        for (pooled, measured) in [(base, measured.base), (head, measured.head)] {
            *pooled = pooled.take().or(measured);
        }
        self.invalidate(broken);
    }

    /// A pair of which one side says nothing says nothing.
    fn invalidate(&mut self, broken: &[ValidityFact]) {
        let Both { base, head } = &mut self.pooled;
        for target in [base, head].into_iter().flatten() {
            if let Some(validity) = &mut target.validity {
                validity.broken = broken.to_vec();
            }
        }
    }
}

fn broken(target: &Target) -> Vec<ValidityFact> {
    target.validity.as_ref().map(|validity| validity.broken.clone()).unwrap_or_default()
}

fn add(pooled: &mut Option<Target>, more: Target) {
    match pooled {
        Some(pooled) => pool::add(pooled, more),
        None => *pooled = Some(more),
    }
}

/// Whether a series of so many pairs is looked at.
pub(super) fn is_look(pairs: usize, at_most: u32) -> bool {
    u32::try_from(pairs).is_ok_and(|pairs| defaults::LOOKS.contains(&pairs) || pairs == at_most)
}

/// The number of pairs of the look after so many.
pub(super) fn next_look(pairs: u32, at_most: u32) -> u32 {
    let looks = defaults::LOOKS.into_iter().chain([at_most]);
    looks.filter(|look| *look > pairs).find(|look| *look <= at_most).unwrap_or(at_most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Data, Engine, Histogram, Measurement, Metric, Unit, Validity};

    fn target(latency: u64, broken: &[ValidityFact]) -> Target {
        Target {
            name: "load".to_owned(),
            engine: Engine::Open,
            definition: String::new(),
            measurements: vec![Measurement {
                metric: Metric::lower("latency", Unit::Seconds),
                data: Data::Histogram(Histogram::from_iter([latency])),
                quantum: 0.0,
            }],
            validity: Some(Validity {
                asked_rate: 1.0,
                achieved_rate: 1.0,
                dropped: 0,
                lateness_p99: 0.0,
                lateness: None,
                generator_cpu: None,
                under_counts: false,
                broken: broken.to_vec(),
            }),
            elapsed: 1.0,
            cut_short: false,
            course: Default::default(),
            warnings: vec![],
        }
    }

    /// Takes pairs, a letter each: `v`alid, or not in the `b`ase or `h`ead. Gives how many counted, and
    /// whether the target ended as invalid.
    #[track_caller]
    fn check(pairs: &str, expected: (u32, bool)) {
        let fact = ValidityFact::Dropped { count: 1 };
        let mut course = Course::new("load");
        for letter in pairs.chars() {
            let broken = |when| if letter == when { vec![fact.clone()] } else { vec![] };
            let measured = Both { base: target(1, &broken('b')), head: target(2, &broken('h')) };
            course.take(measured, Build::Base, 100, &|_| Progress::Undecided);
        }
        let open = course.goes_on(100, &[Progress::Undecided]);
        assert_eq!((course.pairs, !open), expected, "{pairs}");
        for target in [&course.pooled.base, &course.pooled.head] {
            let Some(target) = target else { return assert_eq!(course.pairs, 0) };
            let invalid = !target.validity.as_ref().unwrap().broken.is_empty();
            assert_eq!(invalid, !open, "{pairs}");
            let Data::Histogram(latency) = &target.measurements[0].data else { panic!() };
            assert_eq!(latency.count(), u64::from(course.pairs.max(1)));
        }
        assert!(course.series.iter().all(|s| s.paired.pairs.len() == course.pairs as usize));
    }

    #[test]
    fn pairs_that_are_not_valid_are_left_out_until_they_are_too_many() {
        check("vvv", (3, false));
        check("vbvhv", (3, false));
        check("bbbbbbb", (0, false));
        check("bbbbbbbb", (0, true));
        check("vhvhvhvhvhvhvhvh", (8, false));
        check("vhvhvhvhvhvhvhvhh", (8, true));
    }

    /// Takes pairs, a letter each as above, to the end; gives what is told of those left out.
    #[track_caller]
    fn check_left_out(pairs: &str, valid: bool, told: Option<(u64, u64, u64)>) {
        let fact = ValidityFact::Dropped { count: 1 };
        let mut course = Course::new("load");
        for letter in pairs.chars() {
            let broken = |when| if letter == when { vec![fact.clone()] } else { vec![] };
            let measured = Both { base: target(1, &broken('b')), head: target(2, &broken('h')) };
            course.take(measured, Build::Base, 100, &|_| Progress::Undecided);
        }
        course.end();
        let head = course.pooled.head.unwrap();
        let facts = head.validity.unwrap().broken;
        assert_eq!(facts.is_empty(), valid, "{pairs}: {facts:?}");
        let counts = match (&head.warnings[..], &facts[..]) {
            ([Warning::PairsLeftOut { base, head, of }], [])
            | ([], [ValidityFact::PairsLeftOut { base, head, of }]) => Some((*base, *head, *of)),
            _ => None,
        };
        assert_eq!(counts, told, "{pairs}");
    }

    #[test]
    fn pairs_left_out_are_told_and_many_or_lopsided_ones_decide_nothing() {
        check_left_out("vvvv", true, None);
        check_left_out("vvvvvvbvvvh", true, Some((1, 1, 11)));
        check_left_out("vvvb", false, Some((1, 0, 4)));
        // Eight of eight are improbable at 1 %, seven are not.
        let valid = "v".repeat(92);
        check_left_out(&format!("{valid}hhhhhhh"), true, Some((0, 7, 99)));
        check_left_out(&format!("{valid}hhhhhhhh"), false, Some((0, 8, 100)));
        check_left_out(&format!("{valid}hhhhhhbb"), true, Some((2, 6, 100)));
    }

    #[test]
    fn a_base_that_is_lost_in_the_end_hides_nothing_that_was_left_out() {
        let fact = vec![ValidityFact::Dropped { count: 1 }];
        let mut course = Course::new("load");
        for facts in [&[][..], &fact, &[], &[]] {
            let measured = Both { base: target(1, &[]), head: target(2, facts) };
            course.take(measured, Build::Base, 100, &|_| Progress::Undecided);
        }
        course.lose_base(target(2, &[]));
        course.end();
        let left_out = LeftOut { base: 0, head: 1, pairs: 1, of: 4 };
        assert!(course.series.iter().all(|series| series.paired.left_out == Some(left_out)));
        let validity = course.pooled.head.unwrap().validity.unwrap();
        assert_eq!(validity.broken, [ValidityFact::PairsLeftOut { base: 0, head: 1, of: 4 }]);
    }

    /// Takes pairs of segments with a hundred arrivals each, of which so many were late in base and head;
    /// gives whether the target ends as valid.
    #[track_caller]
    fn check_late(late: &[(usize, usize)], valid: bool) {
        let segment = |late: usize| {
            let arrivals = std::iter::repeat_n(5_000_000, late).chain(vec![0; 100 - late]);
            let lateness: Histogram = arrivals.collect();
            let mut target = target(1_000_000, &[]);
            let validity = target.validity.as_mut().unwrap();
            (validity.lateness_p99, validity.lateness) = (lateness.quantile(0.99), Some(lateness));
            target
        };
        let mut course = Course::new("load");
        for (base, head) in late {
            let measured = Both { base: segment(*base), head: segment(*head) };
            course.take(measured, Build::Base, 100, &|_| Progress::Undecided);
        }
        course.end();
        assert_eq!(course.pairs as usize, late.len());
        for target in [&course.pooled.base, &course.pooled.head].into_iter().flatten() {
            let broken = &target.validity.as_ref().unwrap().broken;
            assert_eq!(broken.is_empty(), valid, "{late:?}: {broken:?}");
        }
    }

    #[test]
    fn lateness_is_judged_over_all_segments_of_each_build() {
        check_late(&[(0, 0)], true);
        check_late(&[(2, 0), (0, 2)], true);
        check_late(&[(0, 2), (0, 2), (0, 0)], false);
        check_late(&[(2, 0), (2, 0), (0, 0)], false);
        check_late(&[(0, 40), (0, 0)], false);
    }

    #[test]
    fn looks_are_planned_up_to_the_last_pair() {
        let check = |at_most: u32, expected: &[u32]| {
            let next = |pairs: &u32| (*pairs < at_most).then(|| next_look(*pairs, at_most));
            let looks: Vec<u32> =
                std::iter::successors(Some(next_look(0, at_most)), next).collect();
            assert_eq!(looks, expected, "{at_most}");
            let is_look = |pairs: &u32| is_look(*pairs as usize, at_most);
            assert_eq!((1..=at_most).filter(is_look).collect::<Vec<_>>(), expected, "{at_most}");
        };
        check(8, &[8]);
        check(10, &[8, 10]);
        check(16, &[8, 12, 16]);
        check(100, &[8, 12, 16, 20, 25, 30, 40, 50, 60, 80, 100]);
    }
}
