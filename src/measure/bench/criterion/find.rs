//! Which results criterion has written, and which of them are new.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The deepest folder looked into; criterion nests a few.
const MAX_DEPTH: usize = 16;
/// The most files and folders looked at.
const MAX_ENTRIES: usize = 500_000;
/// The most benches.
const MAX_BENCHES: usize = 10_000;

/// Why results cannot be found.
#[derive(Debug, thiserror::Error)]
pub(in crate::measure) enum FindError {
    #[error("failed to read directory `{}`", path.display())]
    Directory { path: PathBuf, source: std::io::Error },
    #[error(
        "`{}` holds more than {MAX_ENTRIES} files or {MAX_BENCHES} benches; point `output` at \
         criterion's own directory", path.display()
    )]
    TooMuch { path: PathBuf },
}

/// The `new` folders of benches, relative to criterion's directory, with what identifies the files.
pub(in crate::measure) type Results = BTreeMap<PathBuf, Stamps>;

/// What tells one writing of a bench's two files from the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::measure) struct Stamps {
    benchmark: Option<Stamp>,
    sample: Option<Stamp>,
}

type Stamp = (Option<SystemTime>, u64);

/// How far a bench was written between two looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// Neither file.
    No,
    /// One of the files.
    Half,
    /// Both files.
    Whole,
}

impl Stamps {
    /// How far the bench was written since `before`.
    pub(super) fn written_since(&self, before: Option<&Stamps>) -> Written {
        let before = before.copied().unwrap_or_default();
        let is_new = |now: Option<Stamp>, then| now.is_some() && now != then;
        match (is_new(self.benchmark, before.benchmark), is_new(self.sample, before.sample)) {
            (true, true) => Written::Whole,
            (false, false) => Written::No,
            (true, false) | (false, true) => Written::Half,
        }
    }
}

/// Every bench's results below criterion's directory; none where it does not exist. Links inside it
/// are not followed.
///
/// # Errors
///
/// When a directory cannot be read, or holds far more than criterion would write.
pub(super) fn results(directory: &Path) -> Result<Results, FindError> {
    let mut found = Results::new();
    if !directory.exists() {
        return Ok(found);
    }
    let too_much = || FindError::TooMuch { path: directory.to_owned() };
    let mut folders = vec![(PathBuf::new(), 0)];
    let mut seen = 0;
    while let Some((folder, depth)) = folders.pop() {
        let path = directory.join(&folder);
        let failed = |source| FindError::Directory { path: path.clone(), source };
        let mut stamps = Stamps::default();
        for entry in fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            seen += 1;
            if seen > MAX_ENTRIES {
                return Err(too_much());
            }
            if kind.is_dir() && depth < MAX_DEPTH {
                folders.push((folder.join(entry.file_name()), depth + 1));
            } else if kind.is_file() {
                match entry.file_name().to_str() {
                    Some("benchmark.json") => stamps.benchmark = stamp(entry.metadata()),
                    Some("sample.json") => stamps.sample = stamp(entry.metadata()),
                    _ => {}
                }
            }
        }
        if folder.ends_with("new") && stamps != Stamps::default() {
            found.insert(folder, stamps);
        }
        if found.len() > MAX_BENCHES {
            return Err(too_much());
        }
    }
    Ok(found)
}

/// `None` when the file is gone again.
fn stamp(metadata: std::io::Result<Metadata>) -> Option<Stamp> {
    metadata.ok().map(|metadata| (metadata.modified().ok(), metadata.len()))
}
