//! What makes the machine noisy while a run is measured.

use super::kernel::text;
use crate::model::{Noise, Warning};
use std::time::Instant;

/// Load average a core above which the machine counts as busy: half a core taken by others.
const BUSY: f64 = 0.5;
/// Share of stolen CPU time above which medians move visibly.
const STOLEN: f64 = 0.01;
/// Share of time with some task waiting for a CPU above which measured work is queueing. High,
/// since building and load generation also wait.
const PRESSED: f64 = 0.25;
/// The one governor that holds the clock.
const STEADY_GOVERNOR: &str = "performance";
/// The longest name of a governor; the kernel's own are at most 15.
const MAX_GOVERNOR_CHARS: usize = 32;

/// The machine's counters when measuring began.
pub(super) struct NoiseProbe {
    begun: Instant,
    load_per_core: Option<f64>,
    counters: Counters,
}

/// Counters that only rise; `None` where the system has none.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    /// Stolen and all CPU time, in any one unit.
    steal: Option<(u64, u64)>,
    /// Microseconds in which some task waited for a CPU.
    pressure: Option<u64>,
}

impl NoiseProbe {
    /// Takes the first look.
    pub(super) fn begin() -> Self {
        let load_per_core = load_per_core();
        NoiseProbe { begun: Instant::now(), load_per_core, counters: counters() }
    }

    /// Goes on from now, when the load that others make was seen before our own building.
    pub(super) fn after_building(self) -> Self {
        NoiseProbe { begun: Instant::now(), counters: counters(), ..self }
    }

    /// Takes the last look.
    pub(super) fn end(self) -> Noise {
        let elapsed = self.begun.elapsed().as_micros() as f64;
        let now = counters();
        Noise {
            governor: governor(),
            turbo: turbo(),
            load_per_core: self.load_per_core,
            steal: share(self.counters.steal, now.steal),
            cpu_pressure: self
                .counters
                .pressure
                .zip(now.pressure)
                .filter(|_| elapsed > 0.0)
                .map(|(before, after)| after.saturating_sub(before) as f64 / elapsed)
                .map(|share| share.min(1.0)),
        }
    }
}

/// The share of the first counter in the second between two looks.
fn share(before: Option<(u64, u64)>, after: Option<(u64, u64)>) -> Option<f64> {
    let ((part_before, all_before), (part, all)) = before.zip(after)?;
    let all = all.checked_sub(all_before).filter(|all| *all > 0)?;
    Some((part.saturating_sub(part_before) as f64 / all as f64).min(1.0))
}

/// Doubts that the noise casts on a run.
///
/// | warning | when |
/// |---|---|
/// | `busy-machine` | more than 0.5 running tasks a core before measuring |
/// | `stolen-time` | more than 1 % of the CPU time went to other guests |
/// | `governor` | the governor is known and not `performance` |
/// | `cpu-pressure` | some task waited for a CPU more than 25 % of the time |
pub fn warnings(noise: &Noise) -> Vec<Warning> {
    let above = |value: Option<f64>, limit: f64| value.filter(|value| *value > limit);
    let governor = noise.governor.clone().filter(|governor| governor != STEADY_GOVERNOR);
    [
        above(noise.load_per_core, BUSY)
            .map(|load_per_core| Warning::BusyMachine { load_per_core }),
        above(noise.steal, STOLEN).map(|share| Warning::StolenTime { share }),
        governor.map(|governor| Warning::Governor { governor }),
        above(noise.cpu_pressure, PRESSED).map(|share| Warning::CpuPressure { share }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn governor() -> Option<String> {
    text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
        .map(|name| name.chars().take(MAX_GOVERNOR_CHARS).collect())
}

fn turbo() -> Option<bool> {
    let intel = text("/sys/devices/system/cpu/intel_pstate/no_turbo").map(|off| off == "0");
    intel.or_else(|| text("/sys/devices/system/cpu/cpufreq/boost").map(|on| on == "1"))
}

#[cfg(target_os = "linux")]
fn load_per_core() -> Option<f64> {
    use procfs::{Current as _, CurrentSI as _};
    // Both numbers are of the whole machine, whatever part of it this process may use.
    let load = procfs::LoadAverage::current().ok()?.one;
    let cores = procfs::KernelStats::current().ok()?.cpu_time.len();
    (cores > 0).then(|| f64::from(load) / cores as f64)
}

#[cfg(target_os = "linux")]
fn counters() -> Counters {
    use procfs::{Current as _, CurrentSI as _};
    let steal = procfs::KernelStats::current().ok().map(|stats| stats.total).and_then(|cpu| {
        let busy = cpu.user + cpu.nice + cpu.system + cpu.irq? + cpu.softirq?;
        Some((cpu.steal?, busy + cpu.idle + cpu.iowait? + cpu.steal?))
    });
    let pressure = procfs::CpuPressure::current().ok().map(|pressure| pressure.some.total);
    Counters { steal, pressure }
}

#[cfg(not(target_os = "linux"))]
fn load_per_core() -> Option<f64> {
    None
}

#[cfg(not(target_os = "linux"))]
fn counters() -> Counters {
    Counters::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_begin_above_their_thresholds() {
        let quiet = Noise {
            governor: Some("performance".into()),
            turbo: Some(true),
            load_per_core: Some(0.5),
            steal: Some(0.01),
            cpu_pressure: Some(0.25),
        };
        assert_eq!(warnings(&quiet), []);
        assert_eq!(warnings(&Noise::default()), []);
        let loud = Noise {
            governor: Some("powersave".into()),
            turbo: None,
            load_per_core: Some(0.6),
            steal: Some(0.02),
            cpu_pressure: Some(0.3),
        };
        let codes: Vec<_> = warnings(&loud).iter().map(Warning::code).collect();
        assert_eq!(codes, ["busy-machine", "stolen-time", "governor", "cpu-pressure"]);
    }

    #[test]
    fn shares_survive_counters_that_stand_still_or_fall() {
        assert_eq!(share(Some((5, 100)), Some((10, 200))), Some(0.05));
        assert_eq!(share(Some((5, 100)), Some((5, 100))), None);
        assert_eq!(share(Some((5, 100)), Some((4, 90))), None);
        assert_eq!(share(Some((5, 100)), Some((4, 200))), Some(0.0));
        assert_eq!(share(None, Some((4, 200))), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_tells_shares() {
        let noise = NoiseProbe::begin().end();
        assert!(noise.load_per_core.is_some_and(|load| load >= 0.0), "{noise:?}");
        for share in [noise.steal, noise.cpu_pressure].into_iter().flatten() {
            assert!((0.0..=1.0).contains(&share), "{noise:?}");
        }
    }
}
