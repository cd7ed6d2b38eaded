//! Reports as files: whole or not at all, and known to be writable before anything is measured.

use super::directory;
use crate::Error;
use crate::config::{Plan, ReportFormat, ReportPlan, accepted_path};
use crate::model::Bundle;
use crate::report::{self, Format, Options, Style, TERMINAL_COLUMNS};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// How a report in a file is drawn: without colours, in the usual width.
const IN_FILE: Options = Options { columns: TERMINAL_COLUMNS, style: Style::Plain };

/// Finds out whether every report can be written, leaving nothing behind but directories.
///
/// # Errors
///
/// With the first path that cannot be written, or where the configuration or the history lies.
pub(super) fn prepare(plan: &Plan, config: &Path, recording: Option<&Path>) -> Result<(), Error> {
    let ends = plan.store.file().map(|store| (store, ["", "-wal", "-shm", "-journal"]));
    let beside = ends.into_iter().flat_map(|(store, ends)| {
        ends.map(|end| {
            let mut name = store.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        })
    });
    let beside: Vec<PathBuf> = beside.collect();
    let accepted = accepted_path(config);
    let taken = |path: &Path| {
        let policy = [config, &accepted];
        let mut others = beside.iter().map(PathBuf::as_path).chain(policy).filter_map(real);
        real(path).is_some_and(|path| others.any(|other| other == path))
    };
    let check = |path: &Path| -> io::Result<()> {
        try_out(path)?;
        if taken(path) {
            return Err(io::Error::other("the configuration or the history lies there"));
        }
        Ok(())
    };
    plan.reports.iter().try_for_each(|report| {
        check(&report.path)
            .map_err(|source| Error::ReportPath { path: report.path.clone(), source })
    })?;
    recording.map_or(Ok(()), |path| {
        check(path).map_err(|source| Error::RecordPath { path: path.to_owned(), source })
    })
}

/// Finds out whether a file can be written, leaving nothing behind but directories.
pub(super) fn try_out(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    draft(path).map(drop)
}

/// Whether both names are of one file that is there.
pub(super) fn same_file(one: &Path, two: &Path) -> bool {
    let identity =
        |path: &Path| std::fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
    identity(one).is_some_and(|one| identity(two) == Some(one))
}

/// Writes every report; one that fails does not keep the others from being written.
pub(super) fn write_all(bundle: &Bundle, reports: &[ReportPlan]) -> Vec<Error> {
    let write = |report: &ReportPlan| write_report(bundle, format(report.format), &report.path);
    reports.iter().filter_map(|report| write(report).err()).collect()
}

/// Writes a report to a file, whole or not at all; missing directories are made.
///
/// # Errors
///
/// When it cannot be drawn or written.
pub fn write_report(bundle: &Bundle, format: Format, path: &Path) -> Result<(), Error> {
    let text = report::render(bundle, format, &IN_FILE)?;
    write(path, &text).map_err(|source| Error::ReportWrite { path: path.to_owned(), source })
}

/// Puts a text in the place of a file in one step, so that a reader sees the old one or the new. Missing
/// directories are made.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    // What is no regular file, such as a pipe or `/dev/stdout`, cannot be replaced.
    if path.exists() && !path.is_file() {
        return open_special(path)?.write_all(text.as_bytes());
    }
    let mut draft = draft(path)?;
    draft.write_all(text.as_bytes())?;
    draft.as_file().sync_all()?;
    draft.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Opens what is no regular file. A pipe that nobody reads is an error, not a wait without end.
#[cfg(unix)]
fn open_special(path: &Path) -> io::Result<File> {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = OFlag::O_NONBLOCK.bits();
    let file = File::options().write(true).custom_flags(flags).open(path)?;
    // Once it is open, its reader may take its time.
    fcntl(&file, FcntlArg::F_SETFL(OFlag::empty()))?;
    Ok(file)
}

#[cfg(not(unix))]
fn open_special(path: &Path) -> io::Result<File> {
    File::options().write(true).open(path)
}

/// A path as the system finds it, whether or not its last part is there; `None` where its directory is
/// not.
fn real(path: &Path) -> Option<PathBuf> {
    let directory = directory(path).canonicalize().ok()?;
    Some(directory.join(path.file_name()?))
}

/// A file beside `path`, to be put in its place; readable as any new file is. Its directories are made
/// where they are missing.
fn draft(path: &Path) -> io::Result<NamedTempFile> {
    std::fs::create_dir_all(directory(path))?;
    let mut builder = Builder::new();
    builder.prefix(".pacegate-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory(path))
}

fn format(format: ReportFormat) -> Format {
    match format {
        ReportFormat::Json => Format::Json,
        ReportFormat::Junit => Format::Junit,
        ReportFormat::JunitStrict => Format::JunitStrict,
        ReportFormat::Markdown => Format::Markdown,
        ReportFormat::Text => Format::Text,
        ReportFormat::Codequality => Format::Codequality,
        ReportFormat::Openmetrics => Format::Openmetrics,
        ReportFormat::LoadPerformance => Format::LoadPerformance,
    }
}
