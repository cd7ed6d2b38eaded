//! Run files and bundles that somebody names: read with care, since anybody may have written them.

use crate::Error;
use crate::exit::Exit;
use crate::gate;
use crate::model::{
    BUNDLE_FORMAT, BUNDLE_VERSION, Baseline, BaselineReason, Bundle, RUN_FORMAT, RUN_VERSION, Run,
    SEGMENT_FORMAT,
};
use crate::report::escape;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest document that is read; one of 500 series with all their samples has some 5 MB.
const MAX_BYTES: u64 = 256 << 20;

/// What a document says it is; the rest is read once that is known.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

/// A document that this version reads.
enum Document {
    Run(Box<Run>),
    Bundle(Box<Bundle>),
}

/// Reads a bundle; `-` is stdin.
///
/// # Errors
///
/// When it cannot be read, is too large, no bundle of a known version, or contradicts itself.
pub fn read_bundle(path: &Path) -> Result<Bundle, Error> {
    match read(path)? {
        Document::Bundle(bundle) => {
            let verdict = gate::verdict(&bundle.judgements, &bundle.run);
            let exit = Exit::of(verdict, bundle.policy.strict).code();
            if (bundle.verdict, bundle.exit_code) == (verdict, exit) {
                return Ok(*bundle);
            }
            let why = match bundle.verdict == verdict {
                true => {
                    format!("it says exit code {}, and `{verdict}` is {exit}", bundle.exit_code)
                }
                false => {
                    format!("it says `{}`, and its judgements make `{verdict}`", bundle.verdict)
                }
            };
            Err(refused(path, why))
        }
        Document::Run(_) => Err(refused(
            path,
            format!(
                "it is a `{RUN_FORMAT}`, which holds no verdicts; judge it with `pacegate check --head`"
            ),
        )),
    }
}

/// Reads a run, from a run file or from a bundle; `-` is stdin.
///
/// # Errors
///
/// When it cannot be read, is too large, neither of a known version, or contradicts itself.
pub fn read_run(path: &Path) -> Result<Run, Error> {
    match read(path)? {
        Document::Run(run) => Ok(*run),
        Document::Bundle(bundle) => Ok(bundle.run),
    }
}

/// Reads a run of the given project.
///
/// # Errors
///
/// As [`read_run`], and when the run is of another project.
pub(super) fn read_run_of(path: &Path, project: &str) -> Result<Run, Error> {
    let run = read_run(path)?;
    if run.project == project {
        return Ok(run);
    }
    let other = escape::name(&run.project);
    let why =
        format!("it is a run of project `{other}`, and those of `{project}` are compared here");
    Err(refused(path, why))
}

/// Reads the runs that `head` is compared with, each of them once. Those of another machine class are
/// passed over: who names the files does not know better than the machines.
///
/// # Errors
///
/// As [`read_run_of`], and when the head itself is among them.
pub(super) fn baseline(files: &[PathBuf], head: &Run) -> Result<Baseline, Error> {
    let read = |path: &PathBuf| match read_run_of(path, &head.project) {
        Ok(run) if run.id == head.id => {
            Err(refused(path, "it is the run that is to be judged".to_owned()))
        }
        read => read,
    };
    let mut runs = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    runs.sort_by_key(|run| (run.started, run.id));
    runs.dedup_by_key(|run| run.id);
    let given = runs.len();
    let others = runs.extract_if(.., |run| run.environment != head.environment);
    let newest_other = others.last();
    let reason = match (runs.is_empty(), newest_other) {
        (true, Some(other)) => BaselineReason::OtherEnvironment {
            stored: given,
            differences: head.environment.differences(&other.environment),
        },
        _ => BaselineReason::Files { runs: runs.len() },
    };
    Ok(Baseline { runs, reason, steps: vec![] })
}

fn read(path: &Path) -> Result<Document, Error> {
    let text = text(path).map_err(|error| refused(path, error.to_string()))?;
    let not_json = |error: &serde_json::Error| refused(path, format!("not a document: {error}"));
    let header: Header = serde_json::from_str(&text).map_err(|error| not_json(&error))?;
    let newest = match header.format.as_str() {
        RUN_FORMAT => RUN_VERSION,
        BUNDLE_FORMAT => BUNDLE_VERSION,
        SEGMENT_FORMAT => {
            let why = "it is a segment of a load; `pacegate merge` makes a run of all of them";
            return Err(refused(path, why.to_owned()));
        }
        other => {
            let other = escape::name(other);
            let why = format!(
                "its format is `{other}`, and `{RUN_FORMAT}` or `{BUNDLE_FORMAT}` is needed"
            );
            return Err(refused(path, why));
        }
    };
    if header.version == 0 || header.version > newest {
        let why = format!(
            "its version is {}, and this pacegate reads versions up to {newest}; use a newer pacegate",
            header.version
        );
        return Err(refused(path, why));
    }
    let document = if header.format == RUN_FORMAT {
        Document::Run(parse(path, &text)?)
    } else {
        Document::Bundle(parse(path, &text)?)
    };
    let run = match &document {
        Document::Run(run) => run,
        Document::Bundle(bundle) => &bundle.run,
    };
    run.check().map_err(|reason| refused(path, reason))?;
    Ok(document)
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| refused(path, error.to_string()))
}

/// The text of a file that somebody names; `-` is stdin.
pub(super) fn text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    // One byte more than may be read tells a document of the largest size from a larger one.
    if path == Path::new("-") {
        io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MAX_BYTES {
        let most = MAX_BYTES >> 20;
        return Err(io::Error::other(format!(
            "it is larger than {most} MiB, the most that is read"
        )));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}

pub(super) fn refused(path: &Path, reason: String) -> Error {
    Error::Document { path: path.to_owned(), reason }
}
