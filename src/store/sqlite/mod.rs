//! History in one SQLite file: the default, which needs no service.

mod column;
mod connect;
mod failure;
mod read;
mod schema;
mod write;

use super::{Store, StoreError};
use crate::model::{Heading, Run, Verdict};
use async_trait::async_trait;
use failure::classify;
use rusqlite::Connection;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// How long another process may hold the store before one gives up. SQLite's queue is not fair,
/// so this is far more than the few milliseconds that writing a run takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A history in an SQLite file, which several processes may use at once.
///
/// Work is done on tokio's blocking threads, one piece at a time; the futures need a tokio runtime.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    place: Arc<Place>,
    /// The file that was opened.
    file: Option<FileId>,
    connection: Arc<Mutex<Connection>>,
}

/// What errors tell of a store.
#[derive(Debug)]
struct Place {
    path: PathBuf,
    patience: Duration,
}

impl SqliteStore {
    /// Opens the store in the file at `path`, and makes it and its directories where they are
    /// missing; a new directory `.pacegate` is hidden from git. Blocks while other processes hold
    /// the file, for at most 30 s a lock.
    ///
    /// # Errors
    ///
    /// When the file cannot be read and written, or holds anything but a pacegate history of a
    /// known version, in which case it is left as it is.
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        SqliteStore::open_within(path, PATIENCE)
    }

    fn open_within(path: &Path, patience: Duration) -> Result<SqliteStore, StoreError> {
        let place = Place { path: path.to_owned(), patience };
        let connection = connect::connect(&place, schema::MIGRATIONS)?;
        let file = file_id(path);
        let (place, connection) = (Arc::new(place), Arc::new(Mutex::new(connection)));
        Ok(SqliteStore { place, file, connection })
    }

    /// Does blocking work with the connection on a thread that may block.
    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection, &Place) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let SqliteStore { place, connection, .. } = self.clone();
        let blocking = tokio::task::spawn_blocking(move || {
            // A panic under the lock has rolled its transaction back, so the connection is sound.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection, &place)
        });
        blocking.await.unwrap_or_else(|broken| {
            Err(StoreError::Interrupted { path: self.place.path.clone(), source: broken.into() })
        })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn put(&self, run: &Run, verdict: Verdict) -> Result<(), StoreError> {
        let (run, opened) = (run.clone(), self.file);
        self.call(move |connection, place| {
            write::put(connection, &run, verdict).map_err(|fault| match fault {
                write::Fault::Unstorable(source) => StoreError::Unstorable { id: run.id, source },
                write::Fault::Sqlite(error) => classify(place, error),
            })?;
            still_there(place, opened)
        })
        .await
    }

    async fn headings(&self, project: &str) -> Result<Vec<Heading>, StoreError> {
        let project = project.to_owned();
        self.call(move |connection, place| {
            read::headings(connection, &project).map_err(|error| classify(place, error))
        })
        .await
    }

    async fn get(&self, ids: &[Uuid]) -> Result<Vec<Run>, StoreError> {
        let ids = ids.to_owned();
        self.call(move |connection, place| {
            let stored = read::runs(connection, &ids).map_err(|error| classify(place, error))?;
            in_order(stored, &ids)
                .map_err(|id| StoreError::NotStored { path: place.path.clone(), id })
        })
        .await
    }

    async fn remove(&self, ids: &[Uuid]) -> Result<(), StoreError> {
        let (ids, opened) = (ids.to_owned(), self.file);
        self.call(move |connection, place| {
            write::remove(connection, &ids).map_err(|error| classify(place, error))?;
            still_there(place, opened)
        })
        .await
    }
}

/// SQLite goes on writing to a file that was removed or replaced meanwhile.
fn still_there(place: &Place, opened: Option<FileId>) -> Result<(), StoreError> {
    match file_id(&place.path) == opened {
        true => Ok(()),
        false => Err(StoreError::Gone { path: place.path.clone() }),
    }
}

/// What tells a file from another one at the same path: device and inode.
type FileId = (u64, u64);

#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn file_id(_: &Path) -> Option<FileId> {
    None
}

/// The runs in the order of the ids, or the first id that is missing.
fn in_order(mut stored: HashMap<Uuid, Run>, ids: &[Uuid]) -> Result<Vec<Run>, Uuid> {
    let mut runs = Vec::with_capacity(ids.len());
    for (n, id) in ids.iter().enumerate() {
        // Runs are large, so only one that is asked for again is cloned.
        let run =
            if ids[n + 1..].contains(id) { stored.get(id).cloned() } else { stored.remove(id) };
        runs.push(run.ok_or(*id)?);
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Environment, Noise, RUN_FORMAT, RUN_VERSION, Revision};
    use rusqlite::TransactionBehavior;

    /// Long enough to fail a test by its result, short enough to wait for.
    const SHORT: Duration = Duration::from_millis(50);

    fn run(id: u128, toolchain: &str) -> Run {
        let text = String::new;
        Run {
            format: RUN_FORMAT.into(),
            version: RUN_VERSION,
            id: Uuid::from_u128(id),
            project: "p".into(),
            started: time::OffsetDateTime::UNIX_EPOCH,
            elapsed: 0.0,
            revision: Revision::default(),
            environment: Environment {
                cpu: text(),
                cores: 1,
                arch: text(),
                os: text(),
                image: text(),
                toolchain: toolchain.to_owned(),
            },
            noise: Noise::default(),
            targets: Vec::new(),
            failures: Vec::new(),
            cut_short: false,
            trusted: true,
            warnings: Vec::new(),
        }
    }

    /// A store, and another connection to its file.
    fn pair(patience: Duration) -> (tempfile::TempDir, SqliteStore, Connection) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("history.db");
        let store = SqliteStore::open_within(&path, patience).unwrap();
        let other = Connection::open(&path).unwrap();
        (directory, store, other)
    }

    #[tokio::test]
    async fn a_lock_that_is_held_too_long_is_told() {
        let (_directory, store, mut other) = pair(SHORT);
        let held = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let error = store.put(&run(1, ""), Verdict::Pass).await.unwrap_err();
        assert!(matches!(error, StoreError::Locked { waited: SHORT, .. }), "{error:?}");
        assert!(error.to_string().contains("has held it for 0.05 s"), "{error}");
        held.commit().unwrap();
        store.put(&run(1, ""), Verdict::Pass).await.unwrap();
    }

    #[test]
    fn a_file_that_is_locked_while_it_is_opened_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("history.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let error = SqliteStore::open_within(&path, SHORT).unwrap_err();
        assert!(matches!(error, StoreError::Locked { .. }), "{error:?}");
        other.execute_batch("COMMIT").unwrap();
        SqliteStore::open_within(&path, SHORT).unwrap();
    }

    #[test]
    fn switching_to_the_log_waits_for_readers() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("history.db");
        let mut other = Connection::open(&path).unwrap();
        schema::migrate(&mut other, schema::MIGRATIONS).unwrap();
        other.execute_batch("BEGIN; SELECT count(*) FROM run;").unwrap();
        let error = SqliteStore::open_within(&path, SHORT).unwrap_err();
        assert!(matches!(error, StoreError::Locked { .. }), "{error:?}");
        let opening = std::thread::spawn(move || SqliteStore::open(&path));
        other.execute_batch("COMMIT").unwrap();
        opening.join().unwrap().unwrap();
    }

    #[tokio::test]
    async fn waiting_for_a_lock_leaves_the_runtime_free() {
        let (_directory, store, other) = pair(PATIENCE);
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let run = run(1, "");
        // Only a runtime that is free gets to the second future, which lets go of the lock.
        let (written, ()) = tokio::join!(store.put(&run, Verdict::Pass), async {
            other.execute_batch("COMMIT").unwrap();
        });
        written.unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_loses_nothing() {
        let (_directory, store, _other) = pair(PATIENCE);
        store.put(&run(1, ""), Verdict::Pass).await.unwrap();
        let limit = |pages: u32| {
            let connection = store.connection.lock().unwrap();
            connection.pragma_update(None, "max_page_count", pages).unwrap();
        };
        limit(1);
        let large = run(1, &"x".repeat(100_000));
        let error = store.put(&large, Verdict::Fail).await.unwrap_err();
        assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
        assert_eq!(store.get(&[Uuid::from_u128(1)]).await.unwrap(), [run(1, "")]);
        limit(1 << 20);
        store.put(&large, Verdict::Pass).await.unwrap();
    }
}
