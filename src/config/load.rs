//! Reading a configuration: from a file, or from text that is at hand already.

use super::error::{ConfigError, Fault, place_of};
use super::plan::Plan;
use super::{accepted, file, resolve, yaml};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The text of a configuration, for messages and for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The text, without a byte order mark.
    pub text: String,
    /// SHA-256 of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// The same of the file of accepted steps beside it, where there is one.
    pub accepted_sha256: Option<String>,
}

/// Reads and checks the configuration at `path` and the accepted steps beside it. Waivers that end
/// before `today` are errors.
///
/// # Errors
///
/// When a file cannot be read, is larger than 1 MiB or not UTF-8, or as [`parse`].
pub fn load(path: &Path, today: time::Date) -> Result<(Plan, Source), ConfigError> {
    let without_text = |fault| ConfigError::without_text(path, fault);
    let bytes = read(path).map_err(|(kind, fault)| {
        without_text(match kind {
            io::ErrorKind::NotFound => fault
                .help("run `pacegate init` to write a first one, or name another with `--config`"),
            _ => fault,
        })
    })?;
    let base = directory(path).map_err(without_text)?;
    let sha256 = fingerprint(&bytes);
    let text = utf8(bytes).map_err(without_text)?;
    let plan = parse(&text, path, &base, today)?;
    let (accepted, accepted_sha256) = accepted::load(path)?;
    Ok((Plan { accepted, ..plan }, Source { text, sha256, accepted_sha256 }))
}

/// Checks a configuration that was read already, such as that of another commit. `path` is for
/// messages only; relative paths are joined to `base`. Accepted steps are not among what it holds.
///
/// # Errors
///
/// With place and help, when the text is not YAML, holds unknown or duplicate keys, or says something
/// that cannot be meant.
pub fn parse(text: &str, path: &Path, base: &Path, today: time::Date) -> Result<Plan, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check(text, base, today).map_err(|fault| ConfigError::new(path, text, fault))
}

fn check(text: &str, base: &Path, today: time::Date) -> Result<Plan, Fault> {
    let is_content = |line: &str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && line != "---" && line != "..."
    };
    if !text.lines().any(is_content) {
        return Err(
            Fault::new("the file is empty").help("run `pacegate init` to write a first one")
        );
    }
    let file: file::File = yaml::read(text)?;
    resolve::resolve(&file, base, today)
}

/// The SHA-256 of a file's bytes, in hexadecimal: what tells one text of a policy from another.
pub fn fingerprint(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The bytes of a file of configuration, or what is wrong with them.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, (io::ErrorKind, Fault)> {
    let failed = |error: &io::Error| {
        let what = format!("failed to read the configuration: {}", reason(error));
        (error.kind(), Fault::new(what))
    };
    let mut bytes = Vec::new();
    // One byte more than may be read tells a file of the largest size from a larger one, and an
    // endless device from both.
    File::open(path)
        .and_then(|file| file.take(yaml::MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| failed(&error))?;
    if bytes.len() > yaml::MAX_BYTES {
        return Err((io::ErrorKind::FileTooLarge, yaml::too_large()));
    }
    Ok(bytes)
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}

fn directory(path: &Path) -> Result<PathBuf, Fault> {
    let absolute = std::path::absolute(path)
        .map_err(|error| Fault::new(format!("failed to find the working directory: {error}")))?;
    Ok(absolute.parent().map_or_else(|| absolute.clone(), Path::to_owned))
}

pub(super) fn utf8(bytes: Vec<u8>) -> Result<String, Fault> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]);
        Fault::new("the file is not UTF-8 from here on")
            .at(place_of(&before, valid, 0))
            .help("save it as UTF-8")
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(text) => text.to_owned(),
        None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Rule, StoreLocation};
    use time::Month;

    fn today() -> time::Date {
        time::Date::from_calendar_date(2026, Month::November, 23).unwrap()
    }

    #[test]
    fn a_file_becomes_a_plan_with_its_hash() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gates.yaml");
        let text =
            "\u{feff}version: 1\nproject: shop\ngates: [ { series: '*', regression: {} } ]\n";
        std::fs::write(&path, text).unwrap();
        let (plan, source) = load(&path, today()).unwrap();
        assert_eq!(plan.project, "shop");
        assert_eq!(plan.store, StoreLocation::Sqlite(dir.path().join(".pacegate/history.db")));
        assert_eq!(plan.gates[0].rule, Rule::Regression { max: 0.03, floor: None, strict: false });
        assert_eq!(source.text, &text[3..]);
        // sha256sum gates.yaml
        assert_eq!(
            source.sha256,
            "38626994cce1eab4f9672b5189944c039087ecbdc7da26671a63a65f11117736"
        );
    }
}
