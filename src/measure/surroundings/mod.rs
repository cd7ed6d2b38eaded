//! The causes of noise that a system tells of, beside those that are recorded with every run.

mod cgroup;
mod machine;

use super::noise::NoiseProbe;
use crate::model::Surroundings;
use cgroup::Granted;

/// The machine's counters when measuring began.
pub(super) struct SurroundingsProbe {
    noise: NoiseProbe,
    granted: Option<Granted>,
}

impl SurroundingsProbe {
    /// Takes the first look.
    pub(super) fn begin() -> Self {
        SurroundingsProbe { noise: NoiseProbe::begin(), granted: cgroup::granted() }
    }

    /// Goes on from now, when the load that others make was seen before our own building.
    pub(super) fn after_building(self) -> Self {
        SurroundingsProbe { noise: self.noise.after_building(), granted: cgroup::granted() }
    }

    /// Takes the last look.
    pub(super) fn end(self) -> Surroundings {
        let now = cgroup::granted();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Surroundings {
            noise: self.noise.end(),
            cores: u32::try_from(cores).unwrap_or(u32::MAX),
            shared_cores: machine::shared_cores(),
            quota: now.as_ref().map(|now| now.quota),
            throttled: self.granted.zip(now).and_then(|(before, now)| now.throttled_since(&before)),
            virtual_machine: machine::is_virtual(),
            product: machine::product(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_tells_something() {
        let told = SurroundingsProbe::begin().end();
        assert!(told.cores > 0, "{told:?}");
        assert!(told.throttled.is_none_or(|share| (0.0..=1.0).contains(&share)), "{told:?}");
    }
}
