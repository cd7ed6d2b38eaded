//! What a system tells of the causes of noise.

use super::Noise;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What could be seen of the machine around a measurement; `None` where the system does not tell.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Surroundings {
    /// Governor, turbo, load, steal and pressure.
    pub noise: Noise,
    /// Cores that may be used.
    pub cores: u32,
    /// Whether two hardware threads share a core.
    pub shared_cores: Option<bool>,
    /// How much CPU time is granted.
    pub quota: Option<CpuQuota>,
    /// Share of the quota's periods in which the group was held back while measuring, in [0, 1].
    pub throttled: Option<f64>,
    /// Whether this is a virtual machine.
    pub virtual_machine: Option<bool>,
    /// What the firmware calls the machine.
    pub product: Option<String>,
}

impl Surroundings {
    /// Whether the system tells if a cause is there.
    pub fn tells(&self, cause: Cause) -> bool {
        match cause {
            Cause::Load => self.noise.load_per_core.is_some(),
            Cause::Steal => self.noise.steal.is_some(),
            Cause::Pressure => self.noise.cpu_pressure.is_some(),
            Cause::Throttling => self.throttled.is_some(),
            Cause::Quota => self.quota.is_some(),
            Cause::Governor => self.noise.governor.is_some(),
            Cause::Turbo => self.noise.turbo.is_some(),
            Cause::SharedCores => self.shared_cores.is_some(),
            Cause::OneCore => true,
            Cause::VirtualMachine => self.virtual_machine.is_some(),
        }
    }
}

/// How much CPU time the control group grants.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CpuQuota {
    /// As much as there is.
    Unlimited,
    /// That of so many cores, above 0.
    Cores(f64),
}

/// A cause of noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Other work on the machine before measuring.
    Load,
    /// CPU time that went to other virtual machines.
    Steal,
    /// Tasks waiting for a CPU while measuring.
    Pressure,
    /// The control group being held back by its quota.
    Throttling,
    /// A quota of CPU time.
    Quota,
    /// A governor that lets the clock wander.
    Governor,
    /// A clock that rises above its nominal frequency.
    Turbo,
    /// Hardware threads that share a core.
    SharedCores,
    /// One core for all.
    OneCore,
    /// A host that others share.
    VirtualMachine,
}

impl Cause {
    /// All causes, those that do most harm first.
    pub const ALL: [Cause; 10] = [
        Cause::Load,
        Cause::Steal,
        Cause::Pressure,
        Cause::Throttling,
        Cause::Quota,
        Cause::Governor,
        Cause::Turbo,
        Cause::SharedCores,
        Cause::OneCore,
        Cause::VirtualMachine,
    ];
}
