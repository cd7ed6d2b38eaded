//! The CPU time that the control group grants, in either version of control groups.

use crate::measure::kernel::{number, text};
use crate::model::CpuQuota;
use std::path::{Component, Path, PathBuf};

/// Where control groups are mounted.
const MOUNT: &str = "/sys/fs/cgroup";
/// The most hierarchies, and the most levels of one, that are looked at.
const MOST: usize = 32;

/// What is granted, and how often it was not enough so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Granted {
    /// The tightest quota on the way to the top.
    pub(super) quota: CpuQuota,
    /// Periods of that quota, and those of them in which the group was held back.
    periods: Option<(u64, u64)>,
}

/// What this process is granted; `None` where no group has a say about CPU time.
pub(super) fn granted() -> Option<Granted> {
    granted_to(&text("/proc/self/cgroup")?, Path::new(MOUNT))
}

/// What the groups in the text of `/proc/self/cgroup` are granted.
fn granted_to(groups: &str, mount: &Path) -> Option<Granted> {
    let group = groups.lines().take(MOST).find_map(|line| Group::of(line, mount))?;
    let granted = group.path.ancestors().take(MOST).filter_map(|part| group.granted_at(part));
    let tightest = granted.min_by(|a, b| cores(a.quota).total_cmp(&cores(b.quota)));
    // The topmost group of all has no file, since nothing limits it.
    Some(tightest.unwrap_or(Granted { quota: CpuQuota::Unlimited, periods: None }))
}

impl Granted {
    /// The share of periods since an earlier look in which the group was held back; 0 without a quota,
    /// `None` where no period is known to have ended.
    pub(super) fn throttled_since(&self, before: &Granted) -> Option<f64> {
        if self.quota == CpuQuota::Unlimited {
            return Some(0.0);
        }
        let ((all_before, held_before), (all, held)) = before.periods.zip(self.periods)?;
        let all = all.checked_sub(all_before).filter(|all| *all > 0)?;
        Some((held.saturating_sub(held_before) as f64 / all as f64).min(1.0))
    }
}

/// A process's group in the hierarchy that has the CPU controller.
struct Group {
    version: Version,
    /// The hierarchy's top folder.
    top: PathBuf,
    /// The group below it; from within a container it may be one that cannot be seen.
    path: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl Group {
    /// The group of a line such as `0::/user.slice` or `4:cpu,cpuacct:/docker/1a2b`, where its
    /// hierarchy has the CPU controller.
    fn of(line: &str, mount: &Path) -> Option<Group> {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        let inside = |part: &Component<'_>| matches!(part, Component::Normal(_));
        let path = Path::new(path).components().filter(inside).collect();
        if controllers.split(',').any(|name| name == "cpu") {
            let top = mount.join("cpu");
            return top.is_dir().then_some(Group { version: Version::One, top, path });
        }
        let offered = file(mount, "cgroup.controllers").filter(|_| controllers.is_empty())?;
        offered.split_whitespace().any(|name| name == "cpu").then(|| Group {
            version: Version::Two,
            top: mount.to_owned(),
            path,
        })
    }

    /// What one level of the hierarchy grants, where it says so.
    fn granted_at(&self, part: &Path) -> Option<Granted> {
        let folder = self.top.join(part);
        let (quota, period) = match self.version {
            Version::One => (
                number(folder.join("cpu.cfs_quota_us"))?,
                number(folder.join("cpu.cfs_period_us"))?,
            ),
            Version::Two => of_max(&file(&folder, "cpu.max")?)?,
        };
        let periods = file(&folder, "cpu.stat").and_then(|stat| periods(&stat));
        Some(Granted { quota: quota_of(quota, period), periods })
    }
}

fn file(folder: &Path, name: &str) -> Option<String> {
    text(folder.join(name))
}

/// Quota and period in the text of `cpu.max`, such as `150000 100000` or `max 100000`.
fn of_max(text: &str) -> Option<(i64, i64)> {
    let (quota, period) = text.split_once(' ')?;
    let quota = if quota == "max" { -1 } else { quota.parse().ok()? };
    Some((quota, period.parse().ok()?))
}

/// A quota in microseconds a period; one below 0 is none.
fn quota_of(quota: i64, period: i64) -> CpuQuota {
    match quota > 0 && period > 0 {
        true => CpuQuota::Cores(quota as f64 / period as f64),
        false => CpuQuota::Unlimited,
    }
}

fn cores(quota: CpuQuota) -> f64 {
    match quota {
        CpuQuota::Unlimited => f64::INFINITY,
        CpuQuota::Cores(cores) => cores,
    }
}

/// Periods, and those in which the group was held back, in the text of `cpu.stat`.
fn periods(stat: &str) -> Option<(u64, u64)> {
    let field = |wanted: &str| {
        let mut lines = stat.lines().filter_map(|line| line.split_once(' '));
        lines.find(|(name, _)| *name == wanted)?.1.parse().ok()
    };
    Some((field("nr_periods")?, field("nr_throttled")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(groups: &str, files: &[(&str, &str)], expected: Option<Granted>) {
        let mount = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = mount.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        assert_eq!(granted_to(groups, mount.path()), expected, "{groups} {files:?}");
    }

    fn cores(quota: f64, periods: Option<(u64, u64)>) -> Option<Granted> {
        Some(Granted { quota: CpuQuota::Cores(quota), periods })
    }

    const UNLIMITED: Option<Granted> = Some(Granted { quota: CpuQuota::Unlimited, periods: None });

    #[test]
    fn the_tightest_quota_on_the_way_up_counts() {
        let offered = ("cgroup.controllers", "cpuset cpu io\n");
        let stat = "usage_usec 5\nnr_periods 40\nnr_throttled 3\n";
        check("0::/\n", &[offered], UNLIMITED);
        check("0::/\n", &[("cgroup.controllers", "io\n")], None);
        check("0::/a/b\n", &[offered, ("a/b/cpu.max", "max 100000\n")], UNLIMITED);
        let both = [
            offered,
            ("a/cpu.max", "150000 100000\n"),
            ("a/cpu.stat", stat),
            ("a/b/cpu.max", "400000 100000\n"),
        ];
        check("0::/a/b\n", &both, cores(1.5, Some((40, 3))));
        // Within a container the group's path may lead nowhere.
        let own = [offered, ("cpu.max", "50000 100000\n")];
        check("0::/../../docker/1a2b\n", &own, cores(0.5, None));
    }

    #[test]
    fn the_first_version_is_read_too() {
        let files = [
            ("cpu/docker/x/cpu.cfs_quota_us", "200000\n"),
            ("cpu/docker/x/cpu.cfs_period_us", "100000\n"),
            ("cpu/docker/x/cpu.stat", "nr_periods 7\nnr_throttled 0\nthrottled_time 0\n"),
            ("cpu/cpu.cfs_quota_us", "-1\n"),
            ("cpu/cpu.cfs_period_us", "100000\n"),
        ];
        let groups = "9:name=systemd:/\n4:cpu,cpuacct:/docker/x\n0::/\n";
        check(groups, &files, cores(2.0, Some((7, 0))));
        check("4:cpu,cpuacct:/\n", &files, UNLIMITED);
    }

    #[test]
    fn nonsense_is_nothing() {
        check("", &[], None);
        check("0\n::\n1:cpu\n", &[], None);
        let offered = ("cgroup.controllers", "cpu");
        for text in ["", "x y", "1", "max", "9999999999999999999 1"] {
            check("0::/\n", &[offered, ("cpu.max", text)], UNLIMITED);
        }
        check("0::/\n", &[offered, ("cpu.max", "100 0")], UNLIMITED);
        check("0::/\n", &[offered, ("cpu.max", "0 100")], UNLIMITED);
    }

    #[test]
    fn being_held_back_is_counted_between_two_looks() {
        let check = |before: Option<Granted>, now: Option<Granted>, expected: Option<f64>| {
            assert_eq!(now.unwrap().throttled_since(&before.unwrap()), expected);
        };
        let held = |all, held| cores(1.0, Some((all, held)));
        check(held(100, 5), held(300, 55), Some(0.25));
        check(held(100, 5), held(100, 5), None);
        check(held(100, 5), held(90, 4), None);
        check(held(100, 5), cores(1.0, None), None);
        check(UNLIMITED, UNLIMITED, Some(0.0));
    }
}
