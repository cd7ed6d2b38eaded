//! From a CI job's surroundings to what is measured in it.

use crate::Error;
use crate::measure;
use crate::pipeline::Base;
use crate::publish::event::{self, Event, EventError, Kind, Provider};
use crate::report::Format;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What this job was started for, by its variables and its event file, or by `file` in its place.
///
/// # Errors
///
/// When the file cannot be read, or is no event.
pub fn event(
    file: Option<&Path>,
    provider: Option<Provider>,
    trusted_branches: &[String],
) -> Result<Event, Error> {
    let variables = |name: &str| std::env::var(name).ok();
    if file.is_some() && provider.is_none() && Provider::of(&variables) == Provider::Generic {
        return Err(EventError::NoProvider.into());
    }
    let told = || {
        let path = variables("GITHUB_EVENT_PATH").filter(|path| !path.is_empty());
        let of_forge = provider.unwrap_or_else(|| Provider::of(&variables));
        path.map(PathBuf::from).filter(|_| matches!(of_forge, Provider::GitHub | Provider::Forgejo))
    };
    let path = file.map(Path::to_owned).or_else(told);
    let failed = |path: &Path, error: io::Error| Error::Document {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let text = path.as_deref().map(|path| read(path).map_err(|error| failed(path, error)));
    Ok(event::read(&variables, text.transpose()?.as_deref(), provider, trusted_branches)?)
}

/// A file's text, as far as an event may be long: one more byte shows that it is too long.
fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    // A pipe that nobody writes would be waited for without end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    File::open(path)?.take(event::MOST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What the head in the repository of `directory` is measured side by side with: of a proposal what it would
/// be merged into, else what the configuration names.
pub fn base(event: &Event, directory: &Path) -> Base {
    let onto = event.head.as_ref().filter(|_| event.kind == Kind::PullRequest);
    // A branch may have moved on, or be an old copy, since the forge made the merge that is checked out.
    let onto = onto.and_then(|head| measure::merged_onto(directory, head));
    onto.or_else(|| event.reference()).map_or(Base::Configured, Base::Reference)
}

/// Whether the job's code may be built and run.
///
/// # Errors
///
/// For events whose job holds secrets while its code is a stranger's.
pub fn may_measure(event: &Event) -> Result<(), Error> {
    Ok(event::may_measure(event)?)
}

/// A report that a job leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// The output under which later steps find its path.
    pub output: Option<&'static str>,
    /// The file's name.
    pub file: &'static str,
    /// How it is drawn.
    pub format: Format,
}

/// The reports that a job leaves behind, for later steps and, on GitLab, for its widgets.
pub fn reports(provider: Provider) -> Vec<Left> {
    let left = |output, file, format| Left { output, file, format };
    let mut all = vec![
        left(Some("report-path"), "report.json", Format::Json),
        left(Some("junit-path"), "junit.xml", Format::Junit),
        left(Some("summary-path"), "summary.md", Format::Markdown),
    ];
    if provider == Provider::GitLab {
        all.extend([
            left(None, "codequality.json", Format::Codequality),
            left(None, "metrics.txt", Format::Openmetrics),
            left(None, "load-performance.json", Format::LoadPerformance),
        ]);
    }
    all
}
