//! What a control group of version 2 tells of all processes in it.

use crate::measure::kernel::text;
use std::path::{Path, PathBuf};

/// The most groups below the one that is watched, and the most processes in them.
const MOST_GROUPS: usize = 1000;
const MOST_PROCESSES: usize = 5000;

/// A control group, by its folder.
#[derive(Debug, Clone)]
pub(super) struct Cgroup {
    folder: PathBuf,
}

impl Cgroup {
    /// The group of a folder, where that is one.
    pub(super) fn new(folder: &Path) -> Option<Self> {
        let cgroup = Cgroup { folder: folder.to_owned() };
        cgroup.cpu().map(|_| cgroup)
    }

    /// Microseconds of CPU time in user mode and in the kernel.
    pub(super) fn cpu(&self) -> Option<(u64, u64)> {
        let stat = self.file("cpu.stat")?;
        Some((field(&stat, "user_usec")?, field(&stat, "system_usec")?))
    }

    /// Bytes of memory that the kernel could not take back at once: all that is charged but for files
    /// that nobody read for a while.
    pub(super) fn memory(&self) -> Option<u64> {
        let current: u64 = self.file("memory.current")?.parse().ok()?;
        let inactive = self.file("memory.stat").and_then(|stat| field(&stat, "inactive_file"));
        Some(current.saturating_sub(inactive.unwrap_or(0)))
    }

    /// Bytes read from and written to storage.
    pub(super) fn storage(&self) -> Option<(u64, u64)> {
        // A group that never did any has an empty file, which `text` takes for none.
        let stat = std::fs::metadata(self.folder.join("io.stat")).is_ok();
        let stat = stat.then(|| self.file("io.stat").unwrap_or_default())?;
        let sum = |name: &str| {
            let parts = stat.split_whitespace().filter_map(|part| part.split_once('='));
            parts
                .filter(|(key, _)| *key == name)
                .filter_map(|(_, value)| value.parse::<u64>().ok())
                .fold(0, u64::saturating_add)
        };
        Some((sum("rbytes"), sum("wbytes")))
    }

    /// How many threads it has.
    pub(super) fn threads(&self) -> Option<u64> {
        self.file("pids.current")?.parse().ok()
    }

    /// The processes in it and in the groups below it.
    pub(super) fn processes(&self) -> Vec<i32> {
        let (mut folders, mut seen, mut processes) = (vec![self.folder.clone()], 0, Vec::new());
        while let Some(folder) = folders.pop() {
            let ids = text(folder.join("cgroup.procs")).unwrap_or_default();
            processes.extend(ids.lines().filter_map(|line| line.parse::<i32>().ok()));
            let below = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let below = below.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            folders
                .extend(below.map(|entry| entry.path()).take(MOST_GROUPS - seen.min(MOST_GROUPS)));
            seen += 1;
            if seen >= MOST_GROUPS || processes.len() >= MOST_PROCESSES {
                break;
            }
        }
        processes.truncate(MOST_PROCESSES);
        processes
    }

    fn file(&self, name: &str) -> Option<String> {
        text(self.folder.join(name))
    }
}

/// The number after a name in a file of names and numbers.
fn field(text: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.find(|(key, _)| *key == name)?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    const CPU: (&str, &str) = ("cpu.stat", "usage_usec 50\nuser_usec 30\nsystem_usec 20\n");

    #[test]
    fn every_file_is_read() {
        let folder = group(&[
            CPU,
            ("memory.current", "9000\n"),
            ("memory.stat", "anon 5000\ninactive_file 2000\nactive_file 1\n"),
            ("io.stat", "8:0 rbytes=10 wbytes=5 rios=1\n8:16 rbytes=1 wbytes=x dbytes=7\n"),
            ("pids.current", "12\n"),
            ("cgroup.procs", "7\n8\n"),
            ("inner/cgroup.procs", "9\n"),
        ]);
        let cgroup = Cgroup::new(folder.path()).unwrap();
        assert_eq!(cgroup.cpu(), Some((30, 20)));
        assert_eq!(cgroup.memory(), Some(7000));
        assert_eq!(cgroup.storage(), Some((11, 5)));
        assert_eq!(cgroup.threads(), Some(12));
        let mut processes = cgroup.processes();
        processes.sort_unstable();
        assert_eq!(processes, [7, 8, 9]);
    }

    #[test]
    fn what_no_controller_tells_is_unknown() {
        assert!(Cgroup::new(group(&[]).path()).is_none());
        assert!(
            Cgroup::new(group(&[("cpu.stat", "user_usec x\nsystem_usec 1\n")]).path()).is_none()
        );
        let folder =
            group(&[CPU, ("io.stat", ""), ("memory.current", "-1"), ("cgroup.procs", "x")]);
        let cgroup = Cgroup::new(folder.path()).unwrap();
        assert_eq!((cgroup.memory(), cgroup.threads()), (None, None));
        assert_eq!(cgroup.storage(), Some((0, 0)));
        assert_eq!(cgroup.processes(), [0; 0]);
    }
}
