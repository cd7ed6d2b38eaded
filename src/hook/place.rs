//! Into a repository and out again, with the hook that was there before kept and run first.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

const NAME: &str = "pre-push";
/// The hook that was there before, beside ours.
const BEFORE: &str = "pre-push.before-pacegate";
/// The second line of a hook of ours, by which it is known again.
const MARK: &str = "# pacegate: `pacegate hook uninstall` takes this out again.";
/// The most of a hook that is read to know it again, in bytes.
const READ: u64 = 1 << 12;

/// Why a hook could not be put in or taken out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not in a repository, or git is missing.
    #[error("failed to find the hooks of the repository at `{path}`: {why}")]
    NoRepository {
        /// The directory asked about.
        path: PathBuf,
        /// What git says.
        why: String,
    },
    /// A file cannot be read, written or renamed.
    #[error("failed to {verb} hook `{path}`")]
    File {
        /// What failed.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The hook that is there would have to be kept where one is kept already.
    #[error(
        "failed to keep hook `{hook}`: `{before}` is there already; remove the one that is not needed"
    )]
    TwoBefore {
        /// The hook that is there.
        hook: PathBuf,
        /// The one that was kept earlier.
        before: PathBuf,
    },
}

/// What the hook is to say to `pacegate hook pre-push`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Words that are passed on, before those of git.
    pub words: Vec<String>,
}

/// What became of the hook that was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Where the hook is, or was.
    pub hook: PathBuf,
    /// The hook of somebody else that runs first, or is back in its place.
    pub before: Option<PathBuf>,
}

/// Puts the hook into the repository that holds `directory`; one of ours is replaced, another is kept and
/// runs first. `core.hooksPath` is followed.
///
/// # Errors
///
/// Outside a repository, when a file cannot be written, and when two other hooks would have to be kept.
pub fn install(directory: &Path, options: &Options) -> Result<Installed, Error> {
    let hooks = hooks(directory)?;
    let (hook, before) = (hooks.join(NAME), hooks.join(BEFORE));
    fs::create_dir_all(&hooks).map_err(failed("write", &hooks))?;
    let there = fs::symlink_metadata(&hook).is_ok();
    if there && !is_ours(&hook)? {
        if fs::symlink_metadata(&before).is_ok() {
            return Err(Error::TwoBefore { hook, before });
        }
        fs::rename(&hook, &before).map_err(failed("rename", &hook))?;
    }
    write(&hooks, &hook, &script(&options.words)).map_err(failed("write", &hook))?;
    let before = fs::symlink_metadata(&before).is_ok().then_some(before);
    Ok(Installed { hook, before })
}

/// Takes the hook out of the repository that holds `directory`, and puts the one before it back. `None` when
/// there is no hook of ours.
///
/// # Errors
///
/// Outside a repository, and when a file cannot be removed or renamed.
pub fn uninstall(directory: &Path) -> Result<Option<Installed>, Error> {
    let hooks = hooks(directory)?;
    let (hook, before) = (hooks.join(NAME), hooks.join(BEFORE));
    if fs::symlink_metadata(&hook).is_err() || !is_ours(&hook)? {
        return Ok(None);
    }
    let kept = fs::symlink_metadata(&before).is_ok();
    let done = if kept { fs::rename(&before, &hook) } else { fs::remove_file(&hook) };
    done.map_err(failed("remove", &hook))?;
    Ok(Some(Installed { before: kept.then(|| hook.clone()), hook }))
}

fn failed<'a>(verb: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
    move |source| Error::File { verb, path: path.to_owned(), source }
}

/// The folder in which git looks for hooks; asked as a person would, whose configuration counts here.
fn hooks(directory: &Path) -> Result<PathBuf, Error> {
    let no = |why: String| Error::NoRepository { path: directory.to_owned(), why };
    let output = Command::new("git")
        .args(["rev-parse", "--git-path", "hooks"])
        .current_dir(directory)
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| no(format!("git: {error}")))?;
    if !output.status.success() {
        return Err(no(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let path = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
    Ok(directory.join(os(path).ok_or_else(|| no("its path is not UTF-8".to_owned()))?))
}

#[cfg(unix)]
fn os(bytes: &[u8]) -> Option<&OsStr> {
    Some(std::os::unix::ffi::OsStrExt::from_bytes(bytes))
}

#[cfg(not(unix))]
fn os(bytes: &[u8]) -> Option<&OsStr> {
    std::str::from_utf8(bytes).ok().map(OsStr::new)
}

fn is_ours(hook: &Path) -> Result<bool, Error> {
    let mut text = Vec::new();
    match fs::File::open(hook).and_then(|file| file.take(READ).read_to_end(&mut text)) {
        // A link to nowhere is somebody else's.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(failed("read", hook)(source)),
        Ok(_) => Ok(String::from_utf8_lossy(&text).lines().nth(1) == Some(MARK)),
    }
}

/// Writes a hook whole or not at all, so that a push at the same time runs either.
fn write(folder: &Path, hook: &Path, text: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o755))?;
    }
    file.persist(hook)?;
    Ok(())
}

/// The hook: what it is told by git goes to the one before, and then to us.
fn script(words: &[String]) -> String {
    let words: String = words.iter().map(|word| format!(" {}", quoted(word))).collect();
    format!(
        r#"#!/bin/sh
{MARK}
pushed=$(cat)
given() {{ [ -z "$pushed" ] || printf '%s\n' "$pushed"; }}
before="$0.before-pacegate"
if [ -x "$before" ]; then
    given | "$before" "$@" || exit
fi
command -v pacegate >/dev/null || {{
    echo "pacegate is not on PATH; push without it by: git push --no-verify" >&2
    exit 1
}}
given | pacegate hook pre-push{words} "$@"
"#
    )
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
