//! Reading runs: one query a table for all of them, in one transaction, so of one moment.

use super::column::{Count, Json, Real, id_list, json_list};
use crate::model::{
    Data, Environment, Failure, Heading, Histogram, Measurement, Metric, Noise, RUN_FORMAT,
    RUN_VERSION, Revision, Run, Target, Unit,
};
use crate::store::format::{MAX_ROWS, Word, from_micros, sample_from_bytes};
use rusqlite::types::{FromSqlError, Type, ValueRef};
use rusqlite::{Connection, Row};
use std::collections::HashMap;
use std::error::Error;
use uuid::Uuid;

/// Runs under their row keys, while they are put together.
type Runs = HashMap<i64, Run>;

/// The headings of a project, newest first.
pub(super) fn headings(connection: &Connection, project: &str) -> rusqlite::Result<Vec<Heading>> {
    connection
        .prepare_cached(
            "SELECT *, (SELECT count(*) FROM target WHERE target.run = run.key) AS targets
             FROM run WHERE project = ?1 ORDER BY started DESC, started_ns DESC, id DESC",
        )?
        .query_map([project], heading)?
        .collect()
}

/// Those of the runs that are stored.
pub(super) fn runs(
    connection: &mut Connection,
    ids: &[Uuid],
) -> rusqlite::Result<HashMap<Uuid, Run>> {
    let transaction = connection.transaction()?;
    let mut runs = transaction
        // A run's targets are read below, and not counted here.
        .prepare_cached(
            "SELECT *, 0 AS targets FROM run
             WHERE id IN (SELECT unhex(value) FROM json_each(?1))",
        )?
        .query_map([id_list(ids)], |row| Ok((row.get("key")?, run(row)?)))?
        .collect::<rusqlite::Result<Runs>>()?;
    let keys = json_list(runs.keys().map(i64::to_string));
    read_failures(&transaction, &keys, &mut runs)?;
    read_targets(&transaction, &keys, &mut runs)?;
    read_measurements(&transaction, &keys, &mut runs)?;
    Ok(runs.into_values().map(|run| (run.id, run)).collect())
}

fn heading(row: &Row<'_>) -> rusqlite::Result<Heading> {
    let started = from_micros(row.get("started")?, row.get("started_ns")?)
        .map_err(|error| malformed(Type::Integer, error))?;
    Ok(Heading {
        id: Uuid::from_bytes(row.get("id")?),
        started,
        revision: Revision {
            commit: row.get("revision")?,
            branch: row.get("branch")?,
            dirty: row.get("dirty")?,
        },
        environment: Environment {
            cpu: row.get("cpu")?,
            cores: row.get("cores")?,
            arch: row.get("arch")?,
            os: row.get("os")?,
            image: row.get("image")?,
            toolchain: row.get("toolchain")?,
        },
        trusted: row.get("trusted")?,
        cut_short: row.get("cut_short")?,
        verdict: row.get::<_, Word<_>>("verdict")?.0,
        targets: row.get::<_, Count>("targets")?.0,
    })
}

/// A run without targets and failures.
fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    let heading = heading(row)?;
    let number = |name| row.get::<_, Option<Real>>(name).map(|real| real.map(|real| real.0));
    Ok(Run {
        format: RUN_FORMAT.to_owned(),
        version: RUN_VERSION,
        id: heading.id,
        project: row.get("project")?,
        started: heading.started,
        elapsed: row.get::<_, Real>("elapsed")?.0,
        revision: heading.revision,
        environment: heading.environment,
        noise: Noise {
            governor: row.get("governor")?,
            turbo: row.get("turbo")?,
            load_per_core: number("load_per_core")?,
            steal: number("steal")?,
            cpu_pressure: number("cpu_pressure")?,
        },
        targets: Vec::new(),
        failures: Vec::new(),
        cut_short: heading.cut_short,
        trusted: heading.trusted,
        warnings: row.get::<_, Json<_>>("warnings")?.0,
    })
}

fn read_failures(from: &Connection, keys: &str, runs: &mut Runs) -> rusqlite::Result<()> {
    let mut statement = from.prepare_cached(
        "SELECT run, position, target, stage, error FROM failure
         WHERE run IN (SELECT value FROM json_each(?1)) ORDER BY run, position",
    )?;
    let mut rows = statement.query([keys])?;
    while let Some(row) = rows.next()? {
        let failures = &mut find(runs, row)?.failures;
        let failure =
            Failure { target: row.get(2)?, stage: row.get::<_, Word<_>>(3)?.0, error: row.get(4)? };
        push(failures, row.get(1)?, failure)?;
    }
    Ok(())
}

fn read_targets(from: &Connection, keys: &str, runs: &mut Runs) -> rusqlite::Result<()> {
    let mut statement = from.prepare_cached(
        "SELECT run, position, name, engine, definition, validity, elapsed, cut_short, warnings,
            course
         FROM target WHERE run IN (SELECT value FROM json_each(?1)) ORDER BY run, position",
    )?;
    let mut rows = statement.query([keys])?;
    while let Some(row) = rows.next()? {
        let targets = &mut find(runs, row)?.targets;
        let target = Target {
            name: row.get(2)?,
            engine: row.get::<_, Word<_>>(3)?.0,
            definition: row.get(4)?,
            measurements: Vec::new(),
            validity: row.get::<_, Option<Json<_>>>(5)?.map(|json| json.0),
            elapsed: row.get::<_, Real>(6)?.0,
            cut_short: row.get(7)?,
            course: row.get::<_, Option<Json<_>>>(9)?.map(|json| json.0).unwrap_or_default(),
            warnings: row.get::<_, Json<_>>(8)?.0,
        };
        push(targets, row.get(1)?, target)?;
    }
    Ok(())
}

fn read_measurements(from: &Connection, keys: &str, runs: &mut Runs) -> rusqlite::Result<()> {
    let mut statement = from.prepare_cached(
        "SELECT run, target, position, metric, unit, better, assumption, quantum,
            sample, histogram, events, trials
         FROM measurement WHERE run IN (SELECT value FROM json_each(?1))
         ORDER BY run, target, position",
    )?;
    let mut rows = statement.query([keys])?;
    let mut room = MAX_ROWS * runs.len();
    while let Some(row) = rows.next()? {
        room = room
            .checked_sub(1)
            .ok_or_else(|| malformed(Type::Integer, "there are too many measurements"))?;
        let target = usize::try_from(row.get::<_, i64>(1)?).ok();
        let measurements = target
            .and_then(|target| find(runs, row).ok()?.targets.get_mut(target))
            .map(|target| &mut target.measurements)
            .ok_or_else(|| malformed(Type::Integer, "a measurement has no target"))?;
        push(measurements, row.get(2)?, measurement(row)?)?;
    }
    Ok(())
}

fn measurement(row: &Row<'_>) -> rusqlite::Result<Measurement> {
    Ok(Measurement {
        metric: Metric {
            name: row.get(3)?,
            unit: Unit::from(row.get::<_, String>(4)?),
            better: row.get::<_, Word<_>>(5)?.0,
            assumption: row.get::<_, Word<_>>(6)?.0,
        },
        quantum: row.get::<_, Real>(7)?.0,
        data: data(row)?,
    })
}

/// The values of a measurement, whichever kind they are of.
fn data(row: &Row<'_>) -> rusqlite::Result<Data> {
    let blob = |column| row.get_ref(column);
    match (blob(8)?, blob(9)?) {
        (ValueRef::Blob(bytes), ValueRef::Null) => {
            sample_from_bytes(bytes).map(Data::Sample).map_err(|error| malformed(Type::Blob, error))
        }
        (ValueRef::Null, ValueRef::Blob(bytes)) => Histogram::from_bytes(bytes)
            .map(Data::Histogram)
            .map_err(|error| malformed(Type::Blob, error)),
        _ => Ok(Data::Counts {
            events: row.get::<_, Count>(10)?.0,
            trials: row.get::<_, Count>(11)?.0,
        }),
    }
}

/// The run that a row's first column names.
fn find<'a>(runs: &'a mut Runs, row: &Row<'_>) -> rusqlite::Result<&'a mut Run> {
    runs.get_mut(&row.get(0)?).ok_or_else(|| malformed(Type::Integer, "a row has no run"))
}

/// Adds an item that must stand at this position, and not be one too many.
fn push<T>(items: &mut Vec<T>, position: i64, item: T) -> rusqlite::Result<()> {
    if usize::try_from(position) != Ok(items.len()) || items.len() >= MAX_ROWS {
        return Err(malformed(Type::Integer, FromSqlError::OutOfRange(position)));
    }
    items.push(item);
    Ok(())
}

/// The error of a row that holds what pacegate never writes.
fn malformed(kind: Type, why: impl Into<Box<dyn Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, kind, why.into())
}
