//! The machine class, read from the system.

use super::ask::ask;
use crate::config::Command;
use crate::model::Environment;
use std::path::Path;

/// The machine class of this machine, for measuring the project in `directory`.
///
/// Whatever the system does not tell is `unknown`. The toolchain is asked for only where there is a
/// `Cargo.toml`, in `directory`, since a toolchain file there decides which one is used.
pub async fn environment(directory: &Path) -> Environment {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let toolchain = match directory.join("Cargo.toml").is_file() {
        true => ask(&rustc_version(directory)).await,
        false => None,
    };
    Environment {
        cpu: cpu(),
        cores: u32::try_from(cores).unwrap_or(u32::MAX),
        arch: std::env::consts::ARCH.to_owned(),
        os: std::env::consts::OS.to_owned(),
        image: image(),
        toolchain: toolchain.map(|line| line.trim().to_owned()).unwrap_or_default(),
    }
}

fn rustc_version(directory: &Path) -> Command {
    Command {
        argv: vec!["rustc".to_owned(), "--version".to_owned()],
        cwd: directory.to_owned(),
        env: Default::default(),
        pass_env: Vec::new(),
    }
}

fn cpu() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    cpu_model(&text).unwrap_or_else(|| UNKNOWN.to_owned())
}

const UNKNOWN: &str = "unknown";

/// The model in the text of `/proc/cpuinfo`: `model name` on x86, else what ARM and others tell.
fn cpu_model(cpuinfo: &str) -> Option<String> {
    let field = |wanted: &str| {
        let mut lines = cpuinfo.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(name, _)| name.trim() == wanted).map(|(_, value)| value.trim().to_owned())
    };
    ["model name", "Model", "cpu model", "cpu"]
        .into_iter()
        .find_map(field)
        .or_else(|| Some(format!("{} part {}", field("CPU implementer")?, field("CPU part")?)))
}

/// The hosted runner's image where it names one, else the distribution.
fn image() -> String {
    let hosted = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let (Some(os), Some(version)) = (hosted("ImageOS"), hosted("ImageVersion")) {
        return format!("{os} {version}");
    }
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    distribution(&release).unwrap_or_else(|| UNKNOWN.to_owned())
}

/// Name and version in the text of `/etc/os-release`, such as `debian 12`.
fn distribution(release: &str) -> Option<String> {
    let field = |wanted: &str| {
        let mut lines = release.lines().filter_map(|line| line.split_once('='));
        lines
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
    };
    let id = field("ID")?;
    Some(match field("VERSION_ID") {
        Some(version) => format!("{id} {version}"),
        None => id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpus_are_named_on_every_architecture() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(cpu_model(text).as_deref(), expected, "{text}");
        };
        check("processor\t: 0\nmodel\t\t: 1\nmodel name\t: AMD EPYC\n", Some("AMD EPYC"));
        check("CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n", Some("0x41 part 0xd0c"));
        check("", None);
    }

    #[test]
    fn distributions_are_named() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(distribution(text).as_deref(), expected, "{text}");
        };
        check("PRETTY_NAME=\"x\"\nVERSION_ID=\"12\"\nID=debian\n", Some("debian 12"));
        check("ID=arch\n", Some("arch"));
        check("nonsense", None);
    }
}
