//! What the kernel tells of one process, in `/proc`.

use procfs::FromRead as _;
use procfs::process::Stat;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The most that is read of a file; all of these are far shorter.
const MAX_BYTES: u64 = 64 << 10;

/// Why a process could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It ended.
    Gone,
    /// It is not ours to read.
    Denied,
    /// The system failed.
    Failed,
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        // A process that ends between opening its file and reading it.
        let ended = nix::errno::Errno::ESRCH as i32;
        match error.kind() {
            io::ErrorKind::NotFound => Unread::Gone,
            io::ErrorKind::PermissionDenied => Unread::Denied,
            _ if error.raw_os_error() == Some(ended) => Unread::Gone,
            _ => Unread::Failed,
        }
    }
}

/// The ids of all processes.
pub(super) fn all() -> Result<Vec<i32>, Unread> {
    let entries = std::fs::read_dir("/proc")?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// Parent, CPU time, memory and threads.
pub(super) fn stat(id: i32) -> Result<Stat, Unread> {
    Stat::from_read(contents(of(id, "stat"))?.as_slice()).map_err(|_| Unread::Failed)
}

/// Bytes read from and written to storage, by the process and its waited-for children.
pub(super) fn storage(id: i32) -> Result<(u64, u64), Unread> {
    let text = contents(of(id, "io"))?;
    let field = |name| number(&text, name).ok_or(Unread::Failed);
    Ok((field("read_bytes:")?, field("write_bytes:")?))
}

/// Bytes of its memory, where what it shares with others counts in part.
pub(super) fn shared_out(id: i32) -> Result<u64, Unread> {
    let text = contents(of(id, "smaps_rollup"))?;
    number(&text, "Pss:").map(|kib| kib.saturating_mul(1024)).ok_or(Unread::Failed)
}

/// How many descriptors it has open.
pub(super) fn descriptors(id: i32) -> Result<u64, Unread> {
    let folder = of(id, "fd");
    // Since Linux 6.2 the folder's size is their number; before, it is 0.
    match std::fs::metadata(&folder)?.len() {
        0 => Ok(std::fs::read_dir(folder)?.count() as u64),
        count => Ok(count),
    }
}

/// How often each of its threads gave up or lost its CPU, by the thread's id.
pub(super) fn switches(id: i32) -> Result<Vec<(i32, u64)>, Unread> {
    let mut threads = Vec::new();
    for thread in std::fs::read_dir(of(id, "task"))?.flatten() {
        let Some(id) = thread.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        match contents(thread.path().join("status")) {
            Ok(text) => {
                let field = |name| number(&text, name).ok_or(Unread::Failed);
                let voluntary = field("voluntary_ctxt_switches:")?;
                threads.push((id, voluntary.saturating_add(field("nonvoluntary_ctxt_switches:")?)));
            }
            Err(Unread::Gone) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(threads)
}

fn of(id: i32, file: &str) -> PathBuf {
    Path::new("/proc").join(id.to_string()).join(file)
}

fn contents(path: PathBuf) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::with_capacity(1024);
    File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The number after a name at the start of a line.
fn number(text: &[u8], name: &str) -> Option<u64> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let rest = lines.find_map(|line| line.strip_prefix(name.as_bytes()))?;
    std::str::from_utf8(rest).ok()?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_tells_all() {
        let own = std::process::id() as i32;
        assert!(all().unwrap().contains(&own));
        let stat = stat(own).unwrap();
        assert!(stat.pid == own && stat.rss > 0 && stat.num_threads > 0, "{stat:?}");
        assert!(storage(own).is_ok());
        assert!(shared_out(own).unwrap() > 0);
        let before = descriptors(own).unwrap();
        let open: Vec<File> = (0..5).map(|_| File::open("/dev/null").unwrap()).collect();
        assert!(descriptors(own).unwrap() >= before.min(3) + 2, "{before}");
        drop(open);
        let threads = switches(own).unwrap();
        assert!(threads.iter().any(|(id, _)| *id == own), "{threads:?}");
    }

    #[test]
    fn a_process_that_is_not_there_is_gone() {
        // Above the highest id that Linux gives.
        let absent = (1 << 22) + 1;
        assert_eq!(stat(absent).unwrap_err(), Unread::Gone);
        assert_eq!(storage(absent), Err(Unread::Gone));
        assert_eq!(shared_out(absent), Err(Unread::Gone));
        assert_eq!(descriptors(absent), Err(Unread::Gone));
        assert_eq!(switches(absent), Err(Unread::Gone));
    }

    #[test]
    fn numbers_are_found_by_the_start_of_their_line() {
        let text = b"Pss_Dirty: 3 kB\nPss:     12 kB\nodd\nPss: 9\n";
        assert_eq!(number(text, "Pss:"), Some(12));
        assert_eq!(number(text, "Rss:"), None);
        assert_eq!(number(b"Pss: \xff", "Pss:"), None);
        assert_eq!(number(b"Pss: -1", "Pss:"), None);
    }
}
