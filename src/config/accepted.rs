//! Accepted steps, kept in a file of their own beside the configuration: a command adds to it, and
//! what a person wrote in the configuration stays as it is.

use super::error::{ConfigError, Fault};
use super::file::AcceptedFile;
use super::load::{fingerprint, read, utf8};
use super::plan::AcceptedStep;
use super::{resolve, yaml};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use time::format_description::well_known::Rfc3339;

/// How a new file begins.
const HEAD: &str = "\
# Known steps of performance, added by `pacegate history accept`. From its commit on, a series is
# compared with runs since then only.
version: 1
steps:
";

/// The file with the accepted steps of a configuration: `gates.accepted.yaml` beside `gates.yaml`.
pub fn accepted_path(config: &Path) -> PathBuf {
    config.with_extension("accepted.yaml")
}

/// The accepted steps of a configuration, with the fingerprint of their file; none where there is none.
pub(super) fn load(config: &Path) -> Result<(Vec<AcceptedStep>, Option<String>), ConfigError> {
    let Some(bytes) = bytes(config)? else { return Ok((Vec::new(), None)) };
    let sha256 = fingerprint(&bytes);
    Ok((parse(config, &text(config, bytes)?)?, Some(sha256)))
}

/// The text of the file of accepted steps with one more.
///
/// # Errors
///
/// When the file cannot be read or is not in order, holds the same step already, or is written in a
/// way that has no room for a line more.
pub fn accepted_text(config: &Path, step: &AcceptedStep) -> Result<String, ConfigError> {
    let path = accepted_path(config);
    let mut text = match bytes(config)? {
        Some(bytes) => text(config, bytes)?,
        None => HEAD.to_owned(),
    };
    let mut steps = match text.as_str() {
        HEAD => Vec::new(),
        text => parse(config, text)?,
    };
    if steps.iter().any(|known| known.series == step.series && known.commit == step.commit) {
        let what = format!("`{}` is accepted from that commit on already", step.series.text);
        return Err(ConfigError::without_text(&path, Fault::new(what)));
    }
    let line = line(step, indent(&text));
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text += &line;
    steps.push(step.clone());
    if parse(config, &text).is_ok_and(|read| read == steps) {
        return Ok(text);
    }
    let fault = Fault::new("no line can be added at the end of this file");
    Err(ConfigError::without_text(&path, fault.help(format!("add it to `steps`: {}", line.trim()))))
}

fn bytes(config: &Path) -> Result<Option<Vec<u8>>, ConfigError> {
    let path = accepted_path(config);
    match read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err((ErrorKind::NotFound, _)) => Ok(None),
        Err((_, fault)) => Err(ConfigError::without_text(&path, fault)),
    }
}

fn text(config: &Path, bytes: Vec<u8>) -> Result<String, ConfigError> {
    utf8(bytes).map_err(|fault| ConfigError::without_text(&accepted_path(config), fault))
}

fn parse(config: &Path, text: &str) -> Result<Vec<AcceptedStep>, ConfigError> {
    let file = yaml::read::<AcceptedFile>(text);
    let steps = file.and_then(|file| resolve::accepted::steps(&file));
    steps.map_err(|fault| ConfigError::new(&accepted_path(config), text, fault))
}

/// A step as a line of YAML.
fn line(step: &AcceptedStep, indent: usize) -> String {
    let time = step.time.format(&Rfc3339).unwrap_or_default();
    let [series, commit, time, reason] =
        [&step.series.text, &step.commit, &time, &step.reason].map(|text| quoted(text));
    let indent = " ".repeat(indent);
    format!("{indent}- {{ series: {series}, commit: {commit}, time: {time}, reason: {reason} }}\n")
}

/// The indent of the last entry; two where there is none.
fn indent(text: &str) -> usize {
    let entry = text.lines().rev().find(|line| line.trim_start_matches(' ').starts_with("- "));
    entry.map_or(2, |line| line.len() - line.trim_start_matches(' ').len())
}

/// A text in double quotes, in which YAML and JSON agree; nothing in it acts on a terminal.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if yaml::acts_on_terminals(c) => out += &format!("\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SeriesPattern;
    use proptest::prelude::*;
    use time::OffsetDateTime;

    fn step(series: &str, reason: &str) -> AcceptedStep {
        AcceptedStep {
            series: SeriesPattern::new(series).unwrap(),
            commit: "0123456789".repeat(4),
            time: OffsetDateTime::UNIX_EPOCH,
            reason: reason.to_owned(),
        }
    }

    fn place(text: Option<&str>) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("gates.yaml");
        if let Some(text) = text {
            std::fs::write(accepted_path(&config), text).unwrap();
        }
        (dir, config)
    }

    #[test]
    fn the_file_lies_beside_the_configuration() {
        let check = |config: &str, expected: &str| {
            assert_eq!(accepted_path(Path::new(config)), Path::new(expected));
        };
        check("gates.yaml", "gates.accepted.yaml");
        check("ci/gates.example.yaml", "ci/gates.example.accepted.yaml");
        check("policy", "policy.accepted.yaml");
    }

    #[test]
    fn steps_are_added_below_what_is_there() {
        let (_dir, config) = place(None);
        for (number, series) in (1..).zip(["parse/*", "*", "\"\\\u{1b}é"]) {
            let text = accepted_text(&config, &step(series, "see #12")).unwrap();
            std::fs::write(accepted_path(&config), &text).unwrap();
            let (steps, _) = load(&config).unwrap();
            assert_eq!((steps.len(), steps.last()), (number, Some(&step(series, "see #12"))));
            assert!(text.starts_with(HEAD) && !text.contains('\u{1b}'), "{text}");
        }
        let error = accepted_text(&config, &step("*", "again")).unwrap_err();
        assert!(error.to_string().contains("already"), "{error}");
    }

    #[test]
    fn the_form_of_the_file_is_kept_or_it_is_left_alone() {
        let one = "{ series: a, commit: abcdef01, time: 2026-01-01T00:00:00+01:00, reason: b }";
        let check = |text: &str, expected: bool| {
            let (_dir, config) = place(Some(text));
            let added = accepted_text(&config, &step("*", "see #12"));
            assert_eq!(added.is_ok(), expected, "{text}: {added:?}");
            if let Ok(added) = added {
                assert!(added.starts_with(text));
            }
        };
        check(&format!("version: 1\nsteps:\n- {one} # why\n# end"), true);
        check(&format!("steps:\n      - {one}\n"), false);
        check(&format!("version: 1\nsteps:\n      - {one}\n      - {one}"), true);
        check(&format!("steps: [ {one} ]\nversion: 1\n"), false);
        check("version: 1\nsteps: []\n", false);
    }

    proptest! {
        #[test]
        fn any_reason_comes_back(reason in "\\PC{1,40}|[\\x00-\\x7f\u{85}\u{2028}]{1,20}") {
            prop_assume!(!reason.trim().is_empty());
            let (_dir, config) = place(None);
            let step = step("*", reason.trim());
            let text = accepted_text(&config, &step).unwrap();
            prop_assert_eq!(parse(&config, &text).unwrap(), [step]);
        }
    }
}
