//! One process at a time uses the base's tree of a repository.

use super::BaseError;
use crate::measure::{Context, Event};
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How often a lock that another process holds is tried again.
const POLL: Duration = Duration::from_millis(100);

/// The file that is locked; it was last changed when the place was last used.
pub(super) fn file(place: &Path) -> PathBuf {
    place.join("lock")
}

/// Waits for the lock of a place, which is made where it is not there yet. The lock ends with the file,
/// at the latest with this process.
///
/// # Errors
///
/// When the place cannot be made or locked, or a stop is asked for.
pub(super) async fn lock(place: &Path, context: Context<'_>) -> Result<File, BaseError> {
    let mut waiting: Option<(String, Instant)> = None;
    let file = loop {
        std::fs::create_dir_all(place).map_err(failed("create", place))?;
        if let Some(file) = attempt(place)? {
            break file;
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
    };
    if let Some((name, since)) = waiting {
        (context.observer)(Event::Finished { name, ok: true, elapsed: since.elapsed() });
    }
    // Where that fails, the place only seems to be unused for longer than it is.
    let _ = file.set_modified(SystemTime::now());
    Ok(file)
}

/// The lock of a place, unless another process has it, or has removed the place.
///
/// # Errors
///
/// When the file cannot be opened or locked.
pub(super) fn attempt(place: &Path) -> Result<Option<File>, BaseError> {
    let path = file(place);
    let opened = File::options().create(true).truncate(false).write(true).open(&path);
    let locked = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("open", &path)(error)),
    };
    match locked.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(failed("lock", &path)(error)),
    }
    // Who held it may have removed it, with the place.
    let same = match (locked.metadata(), path.metadata()) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    };
    Ok(same.then_some(locked))
}

fn failed(task: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> BaseError {
    let path = path.to_owned();
    move |source| BaseError::File { task, path, source }
}
