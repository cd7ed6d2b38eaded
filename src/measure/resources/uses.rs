//! What a group of processes uses, as named metrics.

use super::track::{Kind, Track};
use crate::model::{Measurement, Unit};
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Instant;

/// The unit in which the kernel counts what is moved to and from storage.
const SECTOR: f64 = 512.0;
/// The unit in which it tells shares of memory.
const KIB: f64 = 1024.0;

/// What is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    Cpu,
    CpuUser,
    CpuSystem,
    Memory,
    MemoryPss,
    Read,
    Written,
    Threads,
    Descriptors,
    Switches,
}

impl Use {
    /// Its name within a group's metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Use::Cpu => "cpu",
            Use::CpuUser => "cpu-user",
            Use::CpuSystem => "cpu-system",
            Use::Memory => "memory",
            Use::MemoryPss => "memory-pss",
            Use::Read => "read",
            Use::Written => "written",
            Use::Threads => "threads",
            Use::Descriptors => "descriptors",
            Use::Switches => "switches",
        }
    }

    fn track(self, steps: Steps) -> Track {
        match self {
            Use::Cpu | Use::CpuUser | Use::CpuSystem => {
                Track::new(Kind::Counter, Unit::Cores, steps.cpu)
            }
            Use::Memory => Track::new(Kind::Gauge, Unit::Bytes, steps.memory),
            Use::MemoryPss => Track::new(Kind::Gauge, Unit::Bytes, KIB),
            Use::Read | Use::Written => Track::new(Kind::Counter, Unit::BytesPerSecond, SECTOR),
            Use::Threads | Use::Descriptors => Track::new(Kind::Gauge, Unit::Count, 1.0),
            Use::Switches => Track::new(Kind::Counter, Unit::PerSecond, 1.0),
        }
    }
}

/// The smallest differences that the source can show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    /// Of CPU time, in seconds.
    pub(super) cpu: f64,
    /// Of memory, in bytes.
    pub(super) memory: f64,
}

/// All readings of one group.
#[derive(Debug)]
pub(super) struct Uses {
    group: &'static str,
    steps: Steps,
    tracks: BTreeMap<Use, Track>,
}

impl Uses {
    /// No readings yet.
    pub(super) fn new(group: &'static str, steps: Steps) -> Self {
        Uses { group, steps, tracks: BTreeMap::new() }
    }

    /// The group's name.
    pub(super) fn group(&self) -> &'static str {
        self.group
    }

    /// Adds a reading: seconds, bytes or counts so far, or how much there is.
    pub(super) fn push(&mut self, what: Use, at: Instant, value: f64) {
        let steps = self.steps;
        self.tracks.entry(what).or_insert_with(|| what.track(steps)).push(at, value);
    }

    /// All readings of one metric in the window.
    #[cfg(test)]
    pub(super) fn readings(&self, what: Use, window: &Range<Instant>) -> Vec<f64> {
        self.tracks.get(&what).map(|track| track.readings(window)).unwrap_or_default()
    }

    /// What was read in the window.
    pub(super) fn measurements(&self, window: &Range<Instant>) -> Vec<Measurement> {
        let named = |name: &str| format!("{}/{name}", self.group);
        let mut found: Vec<Measurement> = Vec::new();
        for (what, track) in &self.tracks {
            found.extend(track.measurement(&named(what.name()), window));
            if *what == Use::Memory {
                found.extend(track.peak(&named("peak-memory"), window));
            }
        }
        found
    }
}
