//! What several machines are together: where they were measured, how noisy, and at which commit.

use crate::model::{Environment, Noise, Revision};

/// A machine outside version control does not know the commit, and one with changes makes all dirty.
pub(super) fn revision(one: Revision, two: Revision) -> Revision {
    Revision {
        commit: one.commit.or(two.commit),
        branch: one.branch.or(two.branch),
        dirty: one.dirty || two.dirty,
    }
}

/// The worst of the machines.
pub(super) fn noise(one: Noise, two: Noise) -> Noise {
    let worst = |a: Option<f64>, b: Option<f64>| a.into_iter().chain(b).reduce(f64::max);
    Noise {
        governor: one.governor.clone().filter(|_| one.governor == two.governor),
        turbo: one.turbo.filter(|_| one.turbo == two.turbo),
        load_per_core: worst(one.load_per_core, two.load_per_core),
        steal: worst(one.steal, two.steal),
        cpu_pressure: worst(one.cpu_pressure, two.cpu_pressure),
    }
}

/// The machine class of all: theirs where they are alike, else the classes beside each other, so that
/// only the same machines are compared with it.
pub(super) fn environment(mut all: Vec<Environment>) -> Environment {
    all.sort_by_cached_key(ToString::to_string);
    let alike = all.windows(2).all(|pair| pair[0] == pair[1]);
    let joined = |field: &dyn Fn(&Environment) -> String| {
        let mut texts: Vec<String> = all.iter().map(field).collect();
        texts.dedup();
        texts.join(" + ")
    };
    let cores =
        |all: &[Environment]| all.iter().fold(0u32, |sum, one| sum.saturating_add(one.cores));
    Environment {
        cpu: match alike {
            true => joined(&|one| one.cpu.clone()),
            false => joined(&|one| format!("{} ({} cores)", one.cpu, one.cores)),
        },
        cores: if alike { all.first().map_or(0, |one| one.cores) } else { cores(&all) },
        arch: joined(&|one| one.arch.clone()),
        os: joined(&|one| one.os.clone()),
        image: joined(&|one| one.image.clone()),
        toolchain: joined(&|one| one.toolchain.clone()),
    }
}
