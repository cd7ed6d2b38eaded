//! Locks between processes that use one repository; the system lets go of them when one is killed.

use super::place::Place;
use crate::store::StoreError;
use std::fs::{self, File, TryLockError};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// What is done under a lock.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work {
    /// Adding to the branch: some hundredths of a second.
    Commit,
    /// Pushing; who waits for it may find that its work was done meanwhile.
    Push,
}

/// Waits for a lock until the deadline; it is let go of when the file is dropped.
pub(super) async fn lock(
    place: &Place,
    work: Work,
    patience: Duration,
) -> Result<File, StoreError> {
    let directory = place.git_dir.join("pacegate");
    let name = match work {
        Work::Commit => "commit.lock",
        Work::Push => "push.lock",
    };
    let in_system = |error| StoreError::of_io(place.name.clone(), error);
    fs::create_dir_all(&directory).map_err(in_system)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(directory.join(name))
        .map_err(in_system)?;
    let deadline = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                // Not in step with the others that wait.
                sleep(Duration::from_millis(2 + (10.0 * chance()) as u64)).await;
            }
            Err(TryLockError::WouldBlock) => {
                let source = "another process uses it".into();
                return Err(StoreError::Locked {
                    path: place.name.clone(),
                    waited: patience,
                    source,
                });
            }
            Err(TryLockError::Error(error)) => return Err(in_system(error)),
        }
    }
}

/// A number in [0, 1) that differs between processes.
pub(super) fn chance() -> f64 {
    // The end of such an id is random.
    let bits = Uuid::now_v7().as_u128() & u128::from(u32::MAX);
    bits as f64 / 2f64.powi(32)
}
