//! Which causes of noise are there.

use crate::model::{Cause, CpuQuota, Surroundings, Warning};

/// The causes of noise among what the system tells, those that do most harm first; `warnings` are the
/// doubts that its noise casts on any run.
pub fn causes(surroundings: &Surroundings, warnings: &[Warning]) -> Vec<Cause> {
    let warned = |is: fn(&Warning) -> bool| warnings.iter().any(is);
    let is_there = |cause: &Cause| match cause {
        Cause::Load => warned(|warning| matches!(warning, Warning::BusyMachine { .. })),
        Cause::Steal => warned(|warning| matches!(warning, Warning::StolenTime { .. })),
        Cause::Pressure => warned(|warning| matches!(warning, Warning::CpuPressure { .. })),
        Cause::Governor => warned(|warning| matches!(warning, Warning::Governor { .. })),
        Cause::Throttling => surroundings.throttled.is_some_and(|share| share > 0.0),
        Cause::Quota => matches!(surroundings.quota, Some(CpuQuota::Cores(_))),
        Cause::Turbo => surroundings.noise.turbo == Some(true),
        Cause::SharedCores => surroundings.shared_cores == Some(true),
        Cause::OneCore => surroundings.cores == 1,
        Cause::VirtualMachine => surroundings.virtual_machine == Some(true),
    };
    Cause::ALL.into_iter().filter(is_there).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Noise;

    #[test]
    fn what_is_unknown_or_well_is_no_cause() {
        assert_eq!(causes(&Surroundings::default(), &[]), []);
        let well = Surroundings {
            noise: Noise { turbo: Some(false), ..Noise::default() },
            cores: 8,
            shared_cores: Some(false),
            quota: Some(CpuQuota::Unlimited),
            throttled: Some(0.0),
            virtual_machine: Some(false),
            product: None,
        };
        assert_eq!(causes(&well, &[Warning::DirtyTree]), []);
    }

    #[test]
    fn every_cause_is_found() {
        let bad = Surroundings {
            noise: Noise { turbo: Some(true), ..Noise::default() },
            cores: 1,
            shared_cores: Some(true),
            quota: Some(CpuQuota::Cores(1.5)),
            throttled: Some(0.1),
            virtual_machine: Some(true),
            product: None,
        };
        let warnings = [
            Warning::BusyMachine { load_per_core: 2.0 },
            Warning::StolenTime { share: 0.1 },
            Warning::CpuPressure { share: 0.5 },
            Warning::Governor { governor: "powersave".into() },
        ];
        assert_eq!(causes(&bad, &warnings), Cause::ALL);
    }
}
