//! Writing a run: one transaction, so that it is there whole or not at all.

use super::column::{Count, Json, Real, id_list, unstorable};
use crate::model::{Data, Measurement, RUN_FORMAT, RUN_VERSION, Run, Target, Verdict};
use crate::store::format::{MAX_ROWS, Word, sample_to_bytes, to_micros};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, named_params, params};
use std::error::Error;
use uuid::Uuid;

/// Why a run was not written.
pub(super) enum Fault {
    /// It holds what could not be read back.
    Unstorable(Box<dyn Error + Send + Sync>),
    /// SQLite failed.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::ToSqlConversionFailure(why) => Fault::Unstorable(why),
            error if error.sqlite_error_code() == Some(ErrorCode::TooBig) => {
                Fault::Unstorable(error.into())
            }
            error => Fault::Sqlite(error),
        }
    }
}

/// A measurement's values as they stand in the columns.
enum Encoded {
    Sample(Vec<u8>),
    Histogram(Vec<u8>),
    Counts { events: u64, trials: u64 },
}

/// Writes a run with its verdict, in place of one with the same id.
pub(super) fn put(connection: &mut Connection, run: &Run, verdict: Verdict) -> Result<(), Fault> {
    check(run)?;
    // Encoded before the transaction begins, since others wait while it lasts.
    let encoded = run
        .targets
        .iter()
        .map(|target| target.measurements.iter().map(encode).collect())
        .collect::<Result<Vec<Vec<Encoded>>, _>>()?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.prepare_cached("DELETE FROM run WHERE id = ?1")?.execute([run.id.as_bytes()])?;
    insert_run(&transaction, run, verdict)?;
    let key = transaction.last_insert_rowid();
    for (position, (target, values)) in run.targets.iter().zip(&encoded).enumerate() {
        insert_target(&transaction, key, position, target)?;
        insert_measurements(&transaction, key, position, target, values)?;
    }
    insert_failures(&transaction, key, run)?;
    Ok(transaction.commit()?)
}

/// Removes those of the runs that are stored.
pub(super) fn remove(connection: &mut Connection, ids: &[Uuid]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction
        .prepare_cached("DELETE FROM run WHERE id IN (SELECT unhex(value) FROM json_each(?1))")?
        .execute([id_list(ids)])?;
    transaction.commit()?;
    // Only makes the file smaller, for which there may be no room or no moment.
    let _ = connection.execute_batch("VACUUM");
    Ok(())
}

/// Refuses a run that [`read::runs`](super::read::runs) would refuse.
fn check(run: &Run) -> Result<(), Fault> {
    if run.format != RUN_FORMAT || run.version != RUN_VERSION {
        return Err(unstorable("the format or version of the run is another one").into());
    }
    let measurements = run.targets.iter().map(|target| target.measurements.len()).sum::<usize>();
    if run.targets.len().max(measurements).max(run.failures.len()) > MAX_ROWS {
        return Err(unstorable("there are too many targets, measurements or failures").into());
    }
    Ok(())
}

fn encode(measurement: &Measurement) -> Result<Encoded, Fault> {
    match &measurement.data {
        Data::Sample(sample) => sample_to_bytes(sample)
            .map(Encoded::Sample)
            .ok_or_else(|| unstorable("a sample has too many values").into()),
        Data::Histogram(histogram) if histogram.count() == 0 => {
            Err(unstorable("a histogram is empty").into())
        }
        Data::Histogram(histogram) => histogram
            .to_bytes()
            .map(Encoded::Histogram)
            .map_err(|error| Fault::Unstorable(error.into())),
        &Data::Counts { events, trials } => Ok(Encoded::Counts { events, trials }),
    }
}

fn insert_run(to: &Transaction<'_>, run: &Run, verdict: Verdict) -> rusqlite::Result<usize> {
    let (started, started_ns) = to_micros(run.started);
    let (revision, environment, noise) = (&run.revision, &run.environment, &run.noise);
    to.prepare_cached(
        "INSERT INTO run (id, project, started, started_ns, elapsed, revision, branch, dirty,
            cpu, cores, arch, os, image, toolchain,
            governor, turbo, load_per_core, steal, cpu_pressure,
            cut_short, trusted, warnings, verdict)
         VALUES (:id, :project, :started, :started_ns, :elapsed, :revision, :branch, :dirty,
            :cpu, :cores, :arch, :os, :image, :toolchain,
            :governor, :turbo, :load_per_core, :steal, :cpu_pressure,
            :cut_short, :trusted, :warnings, :verdict)",
    )?
    .execute(named_params! {
        ":id": run.id.as_bytes(),
        ":project": run.project,
        ":started": started,
        ":started_ns": started_ns,
        ":elapsed": Real(run.elapsed),
        ":revision": revision.commit,
        ":branch": revision.branch,
        ":dirty": revision.dirty,
        ":cpu": environment.cpu,
        ":cores": environment.cores,
        ":arch": environment.arch,
        ":os": environment.os,
        ":image": environment.image,
        ":toolchain": environment.toolchain,
        ":governor": noise.governor,
        ":turbo": noise.turbo,
        ":load_per_core": noise.load_per_core.map(Real),
        ":steal": noise.steal.map(Real),
        ":cpu_pressure": noise.cpu_pressure.map(Real),
        ":cut_short": run.cut_short,
        ":trusted": run.trusted,
        ":warnings": Json(&run.warnings),
        ":verdict": Word(verdict),
    })
}

fn insert_target(
    to: &Transaction<'_>,
    run: i64,
    position: usize,
    target: &Target,
) -> rusqlite::Result<usize> {
    to.prepare_cached(
        "INSERT INTO target (run, position, name, engine, definition, validity, elapsed,
            cut_short, warnings, course)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        run,
        row_number(position),
        target.name,
        Word(target.engine),
        target.definition,
        target.validity.as_ref().map(Json),
        Real(target.elapsed),
        target.cut_short,
        Json(&target.warnings),
        (!target.course.is_empty()).then_some(Json(&target.course)),
    ])
}

fn insert_measurements(
    to: &Transaction<'_>,
    run: i64,
    position: usize,
    target: &Target,
    values: &[Encoded],
) -> rusqlite::Result<()> {
    let mut statement = to.prepare_cached(
        "INSERT INTO measurement (run, target, position, metric, unit, better, assumption,
            quantum, sample, histogram, events, trials)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    for (n, (measurement, values)) in target.measurements.iter().zip(values).enumerate() {
        let metric = &measurement.metric;
        let (sample, histogram, events, trials) = match values {
            Encoded::Sample(bytes) => (Some(bytes), None, None, None),
            Encoded::Histogram(bytes) => (None, Some(bytes), None, None),
            &Encoded::Counts { events, trials } => {
                (None, None, Some(Count(events)), Some(Count(trials)))
            }
        };
        statement.execute(params![
            run,
            row_number(position),
            row_number(n),
            metric.name,
            metric.unit.symbol(),
            Word(metric.better),
            Word(metric.assumption),
            Real(measurement.quantum),
            sample,
            histogram,
            events,
            trials,
        ])?;
    }
    Ok(())
}

fn insert_failures(to: &Transaction<'_>, run: i64, from: &Run) -> rusqlite::Result<()> {
    let mut statement = to.prepare_cached(
        "INSERT INTO failure (run, position, target, stage, error) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (n, failure) in from.failures.iter().enumerate() {
        let stage = Word(failure.stage);
        statement.execute(params![run, row_number(n), failure.target, stage, failure.error])?;
    }
    Ok(())
}

/// A position as a column holds it; far below `i64::MAX`, as [`check`] saw to.
fn row_number(position: usize) -> Count {
    Count(position as u64)
}
