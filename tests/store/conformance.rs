//! What every store does, whatever keeps it. Each case has a project of its own, so that all can
//! run on one store.

use crate::runs;
use async_trait::async_trait;
use pacegate::model::{
    Data, Heading, Histogram, Measurement, Metric, Run, Sample, Unit, Verdict, Warning,
};
use pacegate::store::{Store, StoreError};
use proptest::test_runner::{Config, TestRunner};
use std::sync::Arc;
use uuid::Uuid;

/// A place for a store of the kind under test.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// Opens the store of this place once more, as another process would.
    async fn open(&self) -> Arc<dyn Store>;
}

/// Makes one test a case; `$new` gives a backend with an empty store.
macro_rules! conformance {
    ($new:expr) => {
        conformance! { $new =>
            any_run_comes_back_in_every_bit
            a_moment_is_kept_in_utc
            headings_are_newest_first_and_of_one_project
            putting_again_replaces_the_whole_run
            runs_come_in_the_order_asked_for
            a_run_that_is_not_stored_is_an_error
            what_could_not_be_read_back_is_not_written
            a_large_run_comes_back
            another_handle_sees_what_was_put
            concurrent_writers_lose_nothing
            readers_see_whole_runs_only
            removed_runs_are_gone_whole_and_others_stay
        }
    };
    ($new:expr => $($case:ident)*) => {
        $(#[tokio::test]
        async fn $case() {
            crate::conformance::$case(&$new).await;
        })*
    };
}
pub(crate) use conformance;

pub(crate) async fn any_run_comes_back_in_every_bit(backend: &dyn Backend) {
    let store = backend.open().await;
    let runtime = tokio::runtime::Handle::current();
    let property = move || {
        TestRunner::new(Config::with_cases(64))
            .run(&runs::any("any"), |run| {
                runtime.block_on(store.put(&run, Verdict::Warn)).unwrap();
                runs::assert_same(&runtime.block_on(store.get(&[run.id])).unwrap()[0], &run);
                let headings = runtime.block_on(store.headings("any")).unwrap();
                let found = headings.iter().find(|heading| heading.id == run.id);
                assert_eq!(found, Some(&Heading::new(&run, Verdict::Warn)));
                Ok(())
            })
            .map_err(|failure| failure.to_string())
    };
    tokio::task::spawn_blocking(property).await.unwrap().unwrap();
}

pub(crate) async fn a_moment_is_kept_in_utc(backend: &dyn Backend) {
    let store = backend.open().await;
    let mut run = runs::seeded(1, "moment");
    run.started = run.started.to_offset(time::UtcOffset::from_hms(5, 30, 0).unwrap());
    store.put(&run, Verdict::Pass).await.unwrap();
    let found = store.get(&[run.id]).await.unwrap()[0].started;
    assert_eq!((found, found.offset()), (run.started, time::UtcOffset::UTC));
}

pub(crate) async fn headings_are_newest_first_and_of_one_project(backend: &dyn Backend) {
    let store = backend.open().await;
    assert!(store.headings("headings").await.unwrap().is_empty());
    let verdicts = [
        Verdict::Improved,
        Verdict::Pass,
        Verdict::Warn,
        Verdict::NoBaseline,
        Verdict::Inconclusive,
        Verdict::Error,
        Verdict::Missing,
        Verdict::Fail,
    ];
    let mut expected = Vec::new();
    for (seed, verdict) in (100..).zip(verdicts) {
        let mut run = runs::seeded(seed, "headings");
        // Neither the order of writing nor of ids is that of time.
        run.started =
            time::OffsetDateTime::UNIX_EPOCH + time::Duration::nanoseconds(seed as i64 % 3);
        store.put(&run, verdict).await.unwrap();
        expected.push(Heading::new(&run, verdict));
    }
    for (seed, project) in [(200, "Headings"), (201, "headings "), (202, "")] {
        store.put(&runs::seeded(seed, project), Verdict::Pass).await.unwrap();
    }
    expected.sort_by_key(|heading| std::cmp::Reverse((heading.started, heading.id)));
    assert_eq!(store.headings("headings").await.unwrap(), expected);
    assert_eq!(store.headings("").await.unwrap().len(), 1);
}

pub(crate) async fn putting_again_replaces_the_whole_run(backend: &dyn Backend) {
    let store = backend.open().await;
    let other = runs::seeded(300, "again");
    store.put(&other, Verdict::Pass).await.unwrap();
    let first = runs::seeded(301, "again");
    let id = first.id;
    let second = Run { id, ..runs::seeded(302, "again") };
    let empty = Run { targets: vec![], failures: vec![], warnings: vec![], ..second.clone() };
    for (run, verdict) in [
        (&first, Verdict::Fail),
        (&second, Verdict::Pass),
        (&empty, Verdict::Warn),
        (&first, Verdict::Pass),
    ] {
        store.put(run, verdict).await.unwrap();
        runs::assert_same(&store.get(&[id]).await.unwrap()[0], run);
        let headings = store.headings("again").await.unwrap();
        assert_eq!(headings.len(), 2);
        assert!(headings.contains(&Heading::new(run, verdict)));
    }
    runs::assert_same(&store.get(&[other.id]).await.unwrap()[0], &other);
    // A run that moves to another project leaves its old one.
    store.put(&Run { project: "moved".into(), ..first }, Verdict::Pass).await.unwrap();
    assert_eq!(store.headings("again").await.unwrap().len(), 1);
}

pub(crate) async fn runs_come_in_the_order_asked_for(backend: &dyn Backend) {
    let store = backend.open().await;
    assert!(store.get(&[]).await.unwrap().is_empty());
    let stored: Vec<Run> = (400..405).map(|seed| runs::seeded(seed, "order")).collect();
    for run in &stored {
        store.put(run, Verdict::Pass).await.unwrap();
    }
    let order = [3, 0, 4, 0, 3];
    let found = store.get(&order.map(|n| stored[n].id)).await.unwrap();
    assert_eq!(found.len(), order.len());
    for (found, n) in found.iter().zip(order) {
        runs::assert_same(found, &stored[n]);
    }
}

pub(crate) async fn a_run_that_is_not_stored_is_an_error(backend: &dyn Backend) {
    let store = backend.open().await;
    let run = runs::seeded(500, "missing");
    store.put(&run, Verdict::Pass).await.unwrap();
    let missing = Uuid::from_u128(u128::MAX - 1);
    let error = store.get(&[run.id, missing]).await.unwrap_err();
    assert!(matches!(error, StoreError::NotStored { id, .. } if id == missing), "{error}");
}

pub(crate) async fn what_could_not_be_read_back_is_not_written(backend: &dyn Backend) {
    let store = backend.open().await;
    let good = runs::seeded(600, "refused");
    store.put(&good, Verdict::Pass).await.unwrap();
    let with = |change: &dyn Fn(&mut Run)| {
        let mut run = good.clone();
        change(&mut run);
        run
    };
    for run in [
        with(&|run| run.elapsed = f64::NAN),
        with(&|run| run.noise.steal = Some(f64::INFINITY)),
        with(&|run| run.warnings = vec![Warning::SlowFirst { ratio: f64::INFINITY }]),
        with(&|run| run.targets[2].elapsed = f64::NEG_INFINITY),
        with(&|run| run.targets[2].measurements[2].quantum = f64::NAN),
        with(&|run| run.targets[2].measurements[1].data = Data::Histogram(Histogram::default())),
        with(&|run| {
            run.targets[0].measurements[0].data = Data::Counts { events: 1 << 63, trials: 0 };
        }),
        with(&|run| run.targets[0].measurements[0].data = sample_of(3 << 20)),
        with(&|run| run.failures = vec![run.failures[0].clone(); 100_000]),
        with(&|run| run.version += 1),
        with(&|run| run.format = "other".into()),
    ] {
        let error = store.put(&run, Verdict::Fail).await.unwrap_err();
        assert!(matches!(error, StoreError::Unstorable { id, .. } if id == run.id), "{error}");
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        assert!(cause.is_some_and(|cause| !cause.is_empty()), "{error:?}");
    }
    runs::assert_same(&store.get(&[good.id]).await.unwrap()[0], &good);
    let headings = store.headings("refused").await.unwrap();
    assert_eq!(headings, [Heading::new(&good, Verdict::Pass)]);
}

fn sample_of(values: usize) -> Data {
    Data::Sample(Sample::new(vec![vec![1.0; values]]).unwrap())
}

pub(crate) async fn a_large_run_comes_back(backend: &dyn Backend) {
    let store = backend.open().await;
    let mut run = runs::seeded(700, "large");
    let target = run.targets[0].clone();
    run.targets = (0..200).map(|n| runs::renamed(&target, n)).collect();
    run.targets[100].measurements.push(Measurement {
        metric: Metric::lower("long", Unit::Seconds),
        data: sample_of(1 << 20),
        quantum: 0.0,
    });
    store.put(&run, Verdict::Pass).await.unwrap();
    runs::assert_same(&store.get(&[run.id]).await.unwrap()[0], &run);
}

pub(crate) async fn another_handle_sees_what_was_put(backend: &dyn Backend) {
    let (writer, reader) = (backend.open().await, backend.open().await);
    assert!(reader.headings("handles").await.unwrap().is_empty());
    let run = runs::seeded(800, "handles");
    writer.put(&run, Verdict::Pass).await.unwrap();
    runs::assert_same(&reader.get(&[run.id]).await.unwrap()[0], &run);
    drop((writer, reader));
    runs::assert_same(&backend.open().await.get(&[run.id]).await.unwrap()[0], &run);
}

pub(crate) async fn concurrent_writers_lose_nothing(backend: &dyn Backend) {
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let store = backend.open().await;
        writers.spawn(async move {
            for n in 0..20 {
                let run = runs::seeded(10_000 + writer * 100 + n, "writers");
                store.put(&run, Verdict::Pass).await.unwrap();
            }
        });
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
    let store = backend.open().await;
    let ids: Vec<Uuid> = store.headings("writers").await.unwrap().iter().map(|h| h.id).collect();
    assert_eq!(ids.len(), 8 * 20);
    for run in store.get(&ids).await.unwrap() {
        let seed = u64::try_from(run.id.as_u128()).unwrap();
        runs::assert_same(&run, &runs::seeded(seed, "writers"));
    }
}

pub(crate) async fn readers_see_whole_runs_only(backend: &dyn Backend) {
    let one = runs::seeded(900, "whole");
    let other = Run { id: one.id, ..runs::seeded(901, "whole") };
    let (writer, reader) = (backend.open().await, backend.open().await);
    writer.put(&one, Verdict::Pass).await.unwrap();
    let versions = [one.clone(), other.clone()];
    let writing = tokio::spawn(async move {
        for n in 0..40 {
            writer.put(&versions[n % 2], Verdict::Pass).await.unwrap();
        }
    });
    while !writing.is_finished() {
        let found = reader.get(&[one.id]).await.unwrap().remove(0);
        assert!(found == one || found == other);
    }
    writing.await.unwrap();
}

pub(crate) async fn removed_runs_are_gone_whole_and_others_stay(backend: &dyn Backend) {
    let (store, other) = (backend.open().await, backend.open().await);
    let stored: Vec<Run> = (1000..1006).map(|seed| runs::seeded(seed, "removed")).collect();
    for run in &stored {
        store.put(run, Verdict::Pass).await.unwrap();
    }
    let elsewhere = runs::seeded(1006, "removed elsewhere");
    store.put(&elsewhere, Verdict::Pass).await.unwrap();
    store.remove(&[]).await.unwrap();
    // One of them is not stored, and one is named twice.
    let gone = [stored[4].id, Uuid::from_u128(u128::MAX - 1), stored[1].id, stored[1].id];
    store.remove(&gone).await.unwrap();
    for run in [&stored[1], &stored[4]] {
        let error = other.get(&[run.id]).await.unwrap_err();
        assert!(matches!(error, StoreError::NotStored { id, .. } if id == run.id), "{error}");
    }
    for store in [&store, &other, &backend.open().await] {
        let left: Vec<Uuid> =
            store.headings("removed").await.unwrap().iter().map(|heading| heading.id).collect();
        assert_eq!(left, [5, 3, 2, 0].map(|n: usize| stored[n].id));
        for n in [0, 2, 3, 5] {
            runs::assert_same(&store.get(&[stored[n].id]).await.unwrap()[0], &stored[n]);
        }
        runs::assert_same(&store.get(&[elsewhere.id]).await.unwrap()[0], &elsewhere);
    }
    // Removing again is no error, and what was removed can be put again.
    store.remove(&gone).await.unwrap();
    store.put(&stored[1], Verdict::Warn).await.unwrap();
    runs::assert_same(&other.get(&[stored[1].id]).await.unwrap()[0], &stored[1]);
    assert_eq!(other.headings("removed").await.unwrap().len(), 5);
}
