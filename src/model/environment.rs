//! The machine class that a run was measured on, and what made it noisy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The machine class: comparisons never cross it silently.
///
/// No field varies from boot to boot (clock speed, free memory), since such a field would split
/// one machine's history.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// CPU model as the system names it.
    pub cpu: String,
    /// Cores that this process may use.
    pub cores: u32,
    /// Instruction set, such as `x86_64`.
    pub arch: String,
    /// Operating system, such as `linux`.
    pub os: String,
    /// Distribution or hosted runner image, such as `debian 12` or `ubuntu24 20261101.1`.
    pub image: String,
    /// Compiler that built what is measured, where known, such as `rustc 1.95.0`.
    pub toolchain: String,
}

impl Environment {
    /// The fields in which two machine classes differ, as `name: this -> other`.
    pub fn differences(&self, other: &Environment) -> Vec<String> {
        let (cores, other_cores) = (self.cores.to_string(), other.cores.to_string());
        [
            ("cpu", &self.cpu, &other.cpu),
            ("cores", &cores, &other_cores),
            ("arch", &self.arch, &other.arch),
            ("os", &self.os, &other.os),
            ("image", &self.image, &other.image),
            ("toolchain", &self.toolchain, &other.toolchain),
        ]
        .into_iter()
        .filter(|(_, a, b)| a != b)
        .map(|(name, a, b)| format!("{name}: {a} -> {b}"))
        .collect()
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} cores, {} {}, {}", self.cpu, self.cores, self.os, self.arch, self.image)?;
        if self.toolchain.is_empty() { Ok(()) } else { write!(f, ", {}", self.toolchain) }
    }
}

/// What could be seen of the machine's noise while a run was measured; `None` where the system
/// does not tell.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// CPU frequency governor, such as `powersave`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub governor: Option<String>,
    /// Whether the clock may rise above its nominal frequency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turbo: Option<bool>,
    /// One-minute load average before measuring, divided by the number of cores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_per_core: Option<f64>,
    /// Share of CPU time that the hypervisor gave to others while measuring, in [0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steal: Option<f64>,
    /// Share of time in which some task waited for a CPU (PSI `some`) while measuring, in [0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_pressure: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_the_fields() {
        let a = Environment {
            cpu: "A".into(),
            cores: 2,
            arch: "x86_64".into(),
            os: "linux".into(),
            image: "debian 12".into(),
            toolchain: String::new(),
        };
        let b = Environment { cpu: "B".into(), cores: 4, ..a.clone() };
        assert_eq!(a.differences(&b), ["cpu: A -> B", "cores: 2 -> 4"]);
        assert!(a.differences(&a).is_empty());
    }
}
