//! Which rate to try next.

/// The ratio of missed to held rate at which the gap is narrow enough.
const NARROW: f64 = 1.05;
/// The most rates that are tried.
const MOST: usize = 40;

/// What became of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tried {
    /// The objective held.
    Held,
    /// It was missed.
    Missed,
    /// The generator could not tell.
    Unknown,
}

/// A search between two rates. Pure: what it asks for next depends on what it was told alone.
#[derive(Debug)]
pub(super) struct Search {
    from: f64,
    to: f64,
    /// Rates that held, the highest last; each as often as it did.
    held: Vec<(f64, u32)>,
    /// The lowest rate that did not hold twice.
    beyond: Option<f64>,
    /// Whether that was for want of knowing.
    untold: bool,
    /// The rate that did not hold once.
    doubted: Option<f64>,
    asked: Option<f64>,
    tries: usize,
}

impl Search {
    /// A search that has not begun; `from` is above 0 and at most `to`.
    pub(super) fn new(from: f64, to: f64) -> Self {
        Search {
            from,
            to,
            held: vec![],
            beyond: None,
            untold: false,
            doubted: None,
            asked: None,
            tries: 0,
        }
    }

    /// The rate to try now; `None` when the search is over.
    pub(super) fn next(&mut self) -> Option<f64> {
        self.tries += 1;
        self.asked = if self.tries > MOST { None } else { self.wanted() };
        self.asked
    }

    fn wanted(&self) -> Option<f64> {
        if self.doubted.is_some() {
            return self.doubted;
        }
        let Some(&(highest, times)) = self.held.last() else {
            return self.beyond.is_none().then_some(self.from);
        };
        match self.beyond {
            // As far as it goes.
            None if highest < self.to => Some((highest * 2.0).min(self.to)),
            Some(beyond) if beyond / highest > NARROW => Some((highest * beyond).sqrt()),
            // One good moment is not capacity.
            None | Some(_) => (times < 2).then_some(highest),
        }
    }

    /// Takes what became of the rate that was asked for last.
    pub(super) fn tried(&mut self, what: Tried) {
        let Some(rate) = self.asked.take() else { return };
        let again = self.doubted.take().is_some();
        match what {
            Tried::Held => match self.held.last_mut().filter(|(held, _)| *held >= rate) {
                Some((_, times)) => *times += 1,
                None => self.held.push((rate, 1)),
            },
            Tried::Missed | Tried::Unknown if !again => self.doubted = Some(rate),
            Tried::Missed | Tried::Unknown => {
                self.beyond = Some(rate);
                self.untold = what == Tried::Unknown;
                // It held before, by chance.
                self.held.retain(|(held, _)| *held < rate);
            }
        }
    }

    /// The highest rate that held, as far as is known.
    pub(super) fn held(&self) -> Option<f64> {
        self.held.last().map(|(rate, _)| *rate)
    }

    /// How far the capacity may lie above a rate that held.
    pub(super) fn gap(&self, held: f64) -> f64 {
        self.beyond.map_or(0.0, |beyond| beyond - held)
    }

    /// Whether the highest rate of all held, so that the capacity may be any above it.
    pub(super) fn reached_the_end(&self) -> bool {
        self.beyond.is_none() && self.held().is_some_and(|held| held >= self.to)
    }

    /// Whether the search ended upwards where the generator could not tell, so that nobody knows the capacity.
    pub(super) fn is_untold(&self) -> bool {
        self.untold
    }

    /// The share done, roughly: how much of the way to a narrow gap is behind.
    pub(super) fn done(&self) -> Option<f64> {
        let (held, beyond) = (self.held()?, self.beyond?);
        let left = (beyond / held).ln() / NARROW.ln();
        Some((1.0 / left.max(1.0)).min(0.95))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Searches a service of a capacity, with what happens at each try; gives what was found and tried.
    fn found(
        from: f64,
        to: f64,
        mut what: impl FnMut(f64, usize) -> Tried,
    ) -> (Option<f64>, Vec<f64>) {
        let (mut search, mut tried) = (Search::new(from, to), vec![]);
        while let Some(rate) = search.next() {
            search.tried(what(rate, tried.len()));
            tried.push(rate);
        }
        (search.held(), tried)
    }

    #[test]
    fn what_ends_a_search_upwards_is_known() {
        let check = |beyond: &[Tried], ended: (bool, bool)| {
            let (mut search, mut above) = (Search::new(10.0, 100.0), beyond.iter().cycle());
            while let Some(rate) = search.next() {
                let held = rate <= 30.0 || beyond.is_empty();
                search.tried(if held { Tried::Held } else { *above.next().unwrap() });
            }
            assert_eq!((search.is_untold(), search.reached_the_end()), ended, "{beyond:?}");
            assert!(search.held().is_some(), "{beyond:?}");
        };
        check(&[], (false, true));
        check(&[Tried::Missed], (false, false));
        check(&[Tried::Unknown], (true, false));
        check(&[Tried::Missed, Tried::Unknown], (true, false));
        check(&[Tried::Unknown, Tried::Missed], (false, false));
    }

    fn of(capacity: f64) -> impl FnMut(f64, usize) -> Tried {
        move |rate, _| if rate <= capacity { Tried::Held } else { Tried::Missed }
    }

    proptest! {
        #[test]
        fn the_capacity_is_found_to_5_per_cent(capacity in 10.0f64..5000.0) {
            let (held, tried) = found(10.0, 5000.0, of(capacity));
            let held = held.unwrap();
            prop_assert!(held <= capacity && capacity <= held * 1.0501, "{held} for {capacity}");
            prop_assert!(tried.len() < 25, "{tried:?}");
            prop_assert!(tried.iter().filter(|rate| (**rate - held).abs() < 1e-9).count() >= 2, "confirmed");
        }

        #[test]
        fn any_answers_end(answers in prop::collection::vec(0..3, 0..100)) {
            let what = |_: f64, n: usize| match answers.get(n) {
                Some(0) => Tried::Held,
                Some(1) => Tried::Missed,
                _ => Tried::Unknown,
            };
            prop_assert!(found(1.0, 1e5, what).1.len() <= MOST);
        }
    }

    #[test]
    fn one_bad_moment_is_no_limit() {
        for bad in [Tried::Missed, Tried::Unknown] {
            let (held, _) =
                found(50.0, 800.0, |rate, n| if n == 1 { bad } else { of(400.0)(rate, n) });
            assert!(held.is_some_and(|held| (380.0..=400.0).contains(&held)), "{held:?}");
        }
    }

    #[test]
    fn one_good_moment_is_no_capacity() {
        let mut lucky = false;
        let (held, _) = found(100.0, 10_000.0, |rate, n| {
            if rate > 300.0 && !lucky {
                lucky = true;
                return Tried::Held;
            }
            of(300.0)(rate, n)
        });
        assert!(held.is_some_and(|held| (285.0..=300.0).contains(&held)), "{held:?}");
    }

    #[test]
    fn the_ends_are_told_apart() {
        assert_eq!(found(10.0, 100.0, of(5.0)).0, None);
        assert_eq!(found(10.0, 100.0, of(1e9)).0, Some(100.0));
        assert_eq!(found(10.0, 10.0, of(1e9)).1, [10.0, 10.0]);
        let (held, tried) =
            found(
                10.0,
                100.0,
                |rate, n| {
                    if rate > 30.0 { Tried::Unknown } else { of(1e9)(rate, n) }
                },
            );
        assert!(held.is_some_and(|held| held > 28.0), "{held:?} {tried:?}");
    }
}
