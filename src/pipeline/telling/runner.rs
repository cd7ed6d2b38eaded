//! The files in which a CI's runner looks for what a step has to say.

use crate::Error;
use crate::publish;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The most bytes of a step's summary: the runner drops one of more than 1 MiB whole.
const SUMMARY: u64 = 900 << 10;

/// Where the runner looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runner {
    /// For Markdown that is shown with the job.
    pub summary: Option<PathBuf>,
    /// For values that later steps use.
    pub output: Option<PathBuf>,
}

/// Whether there was room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Nobody looks for it.
    Nowhere,
    /// It was written.
    Whole,
    /// Earlier steps filled the summary, so that only the first line had room.
    FirstLine,
    /// There was no room even for that.
    Full,
}

impl Runner {
    /// The files that the job's variables name.
    pub fn of_job() -> Runner {
        let file =
            |name: &str| std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
        Runner { summary: file("GITHUB_STEP_SUMMARY"), output: file("GITHUB_OUTPUT") }
    }

    /// Adds a page to the summary, after what others wrote there.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn summarise(&self, page: &str) -> Result<Written, Error> {
        let Some(path) = &self.summary else { return Ok(Written::Nowhere) };
        let taken = std::fs::metadata(path).map_or(0, |found| found.len());
        let fits = |text: &str| taken.saturating_add(text.len() as u64) < SUMMARY;
        let first = page.split_inclusive('\n').next().unwrap_or_default();
        let (text, written) = match fits(page) {
            true => (page, Written::Whole),
            false if fits(first) => (first, Written::FirstLine),
            false => return Ok(Written::Full),
        };
        append(path, text)?;
        Ok(written)
    }

    /// Hands values to later steps.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn hand_on(&self, values: &[(&str, String)]) -> Result<(), Error> {
        let Some(path) = &self.output else { return Ok(()) };
        let delimiter = format!("pacegate-{}", Uuid::now_v7());
        append(path, &publish::outputs(values, &delimiter))
    }
}

/// Adds text to a file that others write to as well, on a line of its own.
fn append(path: &Path, text: &str) -> Result<(), Error> {
    let write = || -> io::Result<()> {
        if path.exists() && !path.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        let mut file = File::options().read(true).append(true).create(true).open(path)?;
        let mut last = [b'\n'];
        if file.seek(SeekFrom::End(-1)).is_ok() {
            file.read_exact(&mut last)?;
        }
        let start = if last == *b"\n" { "" } else { "\n" };
        file.write_all(format!("{start}{text}").as_bytes())
    };
    write().map_err(|source| Error::ReportWrite { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(taken: usize, expected: Written, kept: &str) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("summary");
        let earlier = "x".repeat(taken.saturating_sub(1)) + if taken > 0 { "\n" } else { "" };
        std::fs::write(&path, earlier).unwrap();
        let runner = Runner { summary: Some(path.clone()), output: None };
        assert_eq!(runner.summarise("title\n\nrows\n").unwrap(), expected);
        assert_eq!(&std::fs::read_to_string(&path).unwrap()[taken..], kept);
    }

    #[test]
    fn a_summary_is_added_to_and_never_grows_beyond_what_is_shown() {
        let most = SUMMARY as usize;
        check(0, Written::Whole, "title\n\nrows\n");
        check(most - 13, Written::Whole, "title\n\nrows\n");
        check(most - 12, Written::FirstLine, "title\n");
        check(most - 7, Written::FirstLine, "title\n");
        check(most - 6, Written::Full, "");
        check(most + 9, Written::Full, "");
    }

    #[test]
    fn values_are_handed_on_after_those_of_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("output");
        std::fs::write(&path, "own=1").unwrap();
        let runner = Runner { summary: None, output: Some(path.clone()) };
        runner.hand_on(&[("verdict", "pass".into())]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let delimiter = lines[1].strip_prefix("verdict<<").unwrap();
        assert_eq!(lines, ["own=1", lines[1], "pass", delimiter]);
        assert_eq!(Runner::default().summarise("x").unwrap(), Written::Nowhere);
        assert!(runner.hand_on(&[("verdict", "pass".into())]).is_ok());
        let nowhere = Runner { output: Some(dir.path().join("no/such")), summary: None };
        assert!(nowhere.hand_on(&[]).is_err());
    }
}
