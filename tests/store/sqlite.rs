//! The SQLite store.

use crate::conformance::{Backend, conformance};
use crate::runs;
use async_trait::async_trait;
use pacegate::model::{Run, Verdict};
use pacegate::store::{SqliteStore, Store, StoreError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use uuid::Uuid;

/// A directory with room for a history.
pub(crate) struct Place(pub(crate) TempDir);

impl Place {
    pub(crate) fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join(".pacegate/history.db")
    }
}

/// Opens a history that must be in order.
pub(crate) fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path).unwrap()
}

/// Waits for a store.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(crate) fn put(store: &SqliteStore, run: &Run) -> Result<(), StoreError> {
    wait(store.put(run, Verdict::Pass))
}

pub(crate) fn get(store: &SqliteStore, id: Uuid) -> Result<Run, StoreError> {
    wait(store.get(&[id])).map(|mut runs| runs.remove(0))
}

#[async_trait]
impl Backend for Place {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(open(&self.path()))
    }
}

conformance!(Place::new());

#[test]
fn removing_runs_makes_the_file_smaller() {
    let place = Place::new();
    let ids: Vec<Uuid> = (0..100)
        .map(|seed| {
            let run = runs::seeded(seed, "p");
            put(&open(&place.path()), &run).unwrap();
            run.id
        })
        .collect();
    let size = || std::fs::metadata(place.path()).unwrap().len();
    let before = size();
    wait(open(&place.path()).remove(&ids[10..])).unwrap();
    assert!(size() < before / 4, "{} of {before} bytes are left", size());
    runs::assert_same(&get(&open(&place.path()), ids[3]).unwrap(), &runs::seeded(3, "p"));
}
