//! One process at a time uses the base's tree of a repository.

use super::BaseError;
use crate::measure::{Context, Event};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// How often a lock that another process holds is tried again.
const POLL: Duration = Duration::from_millis(100);

/// Waits for the lock of a place, which is made where it is not there yet. The lock ends with the file,
/// at the latest with this process.
///
/// # Errors
///
/// When the place cannot be made or locked, or a stop is asked for.
pub(super) async fn lock(place: &Path, context: Context<'_>) -> Result<File, BaseError> {
    let failed = |task, path: &Path| {
        let path = path.to_owned();
        move |source| BaseError::File { task, path, source }
    };
    std::fs::create_dir_all(place).map_err(failed("create", place))?;
    let path = place.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(failed("open", &path))?;
    let mut waiting: Option<(String, Instant)> = None;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(failed("lock", &path)(error)),
        }
        waiting.get_or_insert_with(|| {
            let name = format!("wait for another run, which uses `{}`", place.display());
            (context.observer)(Event::Started { name: name.clone(), planned: None });
            (name, Instant::now())
        });
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = context.stop.asked() => return Err(BaseError::Interrupted),
        }
    }
    if let Some((name, since)) = waiting {
        (context.observer)(Event::Finished { name, ok: true, elapsed: since.elapsed() });
    }
    Ok(file)
}
