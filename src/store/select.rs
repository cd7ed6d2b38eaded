//! Which stored runs are the baseline.

use crate::model::{BaselineReason, Environment, Heading};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a baseline is wanted for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The run to compare; it never is its own baseline.
    pub head: Uuid,
    /// Its machine class; only runs whose every field is equal are comparable.
    pub environment: &'a Environment,
    /// When it began: later runs do not serve. `None` lets all runs serve.
    pub started: Option<OffsetDateTime>,
    /// The branches whose runs may serve.
    pub branches: &'a [String],
    /// The most runs taken, at least 1.
    pub most: usize,
}

/// The chosen runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Their ids, oldest first; may be empty.
    pub ids: Vec<Uuid>,
    /// Why these, or why none.
    pub reason: BaselineReason,
}

/// Chooses the newest runs that may serve as a baseline, among the headings of one project in any
/// order.
///
/// A run serves when [`Heading::serves`] says so of the branches, it began before the head, and was
/// measured in the same environment.
pub fn select(headings: &[Heading], wanted: &Wanted<'_>) -> Selection {
    let mut earlier: Vec<&Heading> = headings.iter().filter(|h| is_earlier(h, wanted)).collect();
    earlier.sort_unstable_by_key(|heading| std::cmp::Reverse((heading.started, heading.id)));
    let trusted: Vec<&Heading> =
        earlier.iter().copied().filter(|heading| heading.serves(wanted.branches)).collect();
    let (mut ids, mut other_environments) = (Vec::new(), 0);
    for heading in &trusted {
        if ids.len() == wanted.most.max(1) {
            break;
        } else if heading.environment == *wanted.environment {
            ids.push(heading.id);
        } else {
            other_environments += 1;
        }
    }
    ids.reverse();
    let reason = match trusted.first() {
        _ if !ids.is_empty() => BaselineReason::Stored { runs: ids.len(), other_environments },
        Some(newest) => BaselineReason::OtherEnvironment {
            stored: trusted.len(),
            differences: wanted.environment.differences(&newest.environment),
        },
        None if earlier.is_empty() => BaselineReason::EmptyStore,
        None => BaselineReason::NoneTrusted { stored: earlier.len() },
    };
    Selection { ids, reason }
}

/// Whether a run is another one than the head, and not newer; of two that began at the same
/// moment the greater id is the newer.
fn is_earlier(heading: &Heading, wanted: &Wanted<'_>) -> bool {
    heading.id != wanted.head
        && wanted
            .started
            .is_none_or(|started| (heading.started, heading.id) < (started, wanted.head))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Revision, Verdict};
    use proptest::prelude::*;

    const HEAD: u128 = 1000;

    fn machine(cpu: &str) -> Environment {
        Environment {
            cpu: cpu.to_owned(),
            cores: 2,
            arch: "x86_64".into(),
            os: "linux".into(),
            image: "debian 12".into(),
            toolchain: "rustc 1.95.0".into(),
        }
    }

    /// A run that may serve: id and second of beginning `n`, on main, on machine A.
    fn heading(n: u32) -> Heading {
        Heading {
            id: Uuid::from_u128(n.into()),
            started: OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(n.into()),
            revision: Revision { branch: Some("main".into()), ..Revision::default() },
            environment: machine("A"),
            trusted: true,
            cut_short: false,
            verdict: Verdict::Pass,
            targets: 1,
        }
    }

    fn chosen(headings: &[Heading], started: Option<u32>, most: usize) -> Selection {
        let branches = ["main".to_owned(), "release".to_owned()];
        let wanted = Wanted {
            head: Uuid::from_u128(HEAD),
            environment: &machine("A"),
            started: started.map(|n| heading(n).started),
            branches: &branches,
            most,
        };
        select(headings, &wanted)
    }

    fn check(headings: &[Heading], ids: &[u128], reason: BaselineReason) {
        let found = chosen(headings, Some(500), 3);
        let ids = ids.iter().copied().map(Uuid::from_u128).collect();
        assert_eq!(found, Selection { ids, reason });
    }

    #[test]
    fn the_newest_runs_that_may_serve_are_taken_oldest_first() {
        use BaselineReason::{EmptyStore, NoneTrusted, OtherEnvironment, Stored};
        let on = |n, branch: Option<&str>| {
            let revision = Revision { branch: branch.map(Into::into), ..Revision::default() };
            Heading { revision, ..heading(n) }
        };
        let judged = |n, verdict| Heading { verdict, ..heading(n) };
        let on_machine = |n, cpu| Heading { environment: machine(cpu), ..heading(n) };
        let untrusted = Heading { trusted: false, ..on(3, None) };
        let cut_short = Heading { cut_short: true, ..heading(4) };
        let head = Heading { id: Uuid::from_u128(HEAD), ..heading(5) };
        let stored = |runs| Stored { runs, other_environments: 0 };

        check(&[], &[], EmptyStore);
        check(&[head.clone(), heading(501)], &[], EmptyStore);
        check(&[heading(2), heading(1)], &[1, 2], stored(2));
        check(&[1, 2, 3, 4, 5].map(heading), &[3, 4, 5], stored(3));
        check(&[heading(1), head, heading(500), heading(501)], &[1, 500], stored(2));
        check(&[on(1, Some("release")), on(2, None)], &[1, 2], stored(2));
        check(&[on(1, Some("feature")), on(2, Some("mai"))], &[], NoneTrusted { stored: 2 });
        check(&[untrusted.clone(), cut_short], &[], NoneTrusted { stored: 2 });
        check(&[judged(1, Verdict::Fail), untrusted, heading(7)], &[7], stored(1));
        for verdict in [Verdict::Fail, Verdict::Error, Verdict::Missing] {
            check(&[judged(1, verdict)], &[], NoneTrusted { stored: 1 });
        }
        for verdict in [Verdict::Improved, Verdict::Warn, Verdict::NoBaseline] {
            check(&[judged(1, verdict)], &[1], stored(1));
        }
        check(
            &[on_machine(1, "B"), heading(2), on_machine(3, "C")],
            &[2],
            Stored { runs: 1, other_environments: 2 },
        );
        // The run of another machine is older than all that were needed: nothing was passed over.
        check(&[on_machine(1, "B"), heading(2), heading(3), heading(4)], &[2, 3, 4], stored(3));
        check(
            &[on_machine(1, "B"), on_machine(3, "C"), judged(4, Verdict::Fail)],
            &[],
            OtherEnvironment { stored: 2, differences: vec!["cpu: A -> C".into()] },
        );
    }

    #[test]
    fn without_a_beginning_all_other_runs_serve() {
        let found = chosen(&[heading(1), heading(900)], None, 5);
        assert_eq!(found.ids, [1, 900].map(Uuid::from_u128));
    }

    fn any_heading() -> impl Strategy<Value = Heading> {
        let verdicts = prop::sample::select(vec![Verdict::Pass, Verdict::Fail, Verdict::Warn]);
        let branches = prop::sample::select(vec![None, Some("main"), Some("feature")]);
        let machines = prop::sample::select(vec!["A", "B"]);
        let flags = (prop::bool::weighted(0.8), prop::bool::weighted(0.1));
        (0u32..40, verdicts, branches, machines, flags).prop_map(
            |(second, verdict, branch, cpu, (trusted, cut_short))| Heading {
                revision: Revision { branch: branch.map(Into::into), ..Revision::default() },
                environment: machine(cpu),
                trusted,
                cut_short,
                verdict,
                ..heading(second)
            },
        )
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_only_the_newest_fit_runs_serve(
            mut headings in prop::collection::vec(any_heading(), 0..30),
            started in 0u32..40,
            most in 1usize..6,
            seed in prop::num::usize::ANY,
        ) {
            for (n, heading) in headings.iter_mut().enumerate() {
                heading.id = Uuid::from_u128(n as u128);
            }
            let found = chosen(&headings, Some(started), most);
            let mut turned = headings.clone();
            turned.rotate_left(seed % headings.len().max(1));
            prop_assert_eq!(&chosen(&turned, Some(started), most), &found);
            turned.reverse();
            prop_assert_eq!(&chosen(&turned, Some(started), most), &found);

            let mut trusted: Vec<&Heading> = headings
                .iter()
                .filter(|h| h.trusted && !h.cut_short && h.verdict.feeds_baseline())
                .filter(|h| h.started <= heading(started).started)
                .filter(|h| h.revision.branch.as_deref() != Some("feature"))
                .collect();
            trusted.sort_by_key(|h| (h.started, h.id));
            let (fit, other): (Vec<&Heading>, Vec<_>) =
                trusted.iter().partition(|h| h.environment == machine("A"));
            let newest = &fit[fit.len().saturating_sub(most)..];
            prop_assert_eq!(&found.ids, &newest.iter().map(|h| h.id).collect::<Vec<_>>());
            let oldest = newest.first().filter(|_| newest.len() == most).map(|h| (h.started, h.id));
            let passed_over = other.iter().filter(|h| Some((h.started, h.id)) > oldest).count();
            match found.reason {
                BaselineReason::Stored { runs, other_environments } => {
                    prop_assert_eq!((runs, other_environments), (newest.len(), passed_over));
                }
                reason => prop_assert!(newest.is_empty(), "{:?}", reason),
            }
        }
    }
}
