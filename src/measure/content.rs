//! What a file held at a commit.

use crate::git::git;
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Stdio;

/// The most bytes before the content: a hash, a kind and a size, or the path that is not there.
const LONGEST_HEADER: usize = 8192;

/// The bytes of a file in a repository as they were at a commit, links within the repository followed;
/// `None` when no file of at most `most` bytes was there.
///
/// # Errors
///
/// When git cannot tell.
pub fn content_at(commit: &str, file: &Path, most: usize) -> Result<Option<Vec<u8>>, String> {
    let file = std::path::absolute(file).map_err(|error| error.to_string())?;
    let directory = file.parent().ok_or("it is no file")?;
    let asked = git(directory, &["rev-parse", "--show-toplevel"]).output();
    let asked = asked.map_err(|error| error.to_string())?;
    if !asked.status.success() {
        return Err(String::from_utf8_lossy(&asked.stderr).trim().to_owned());
    }
    let top = Path::new(OsStr::from_bytes(asked.stdout.strip_suffix(b"\n").unwrap_or_default()));
    let within = within(&file, top).ok_or("it is reached from outside of the repository")?;
    let object = [commit.as_bytes(), b":", within.as_os_str().as_bytes()].concat();
    if object.contains(&b'\n') {
        return Err("a path with a line break cannot be asked for".to_owned());
    }
    let answer = answer(directory, &object, most).map_err(|error| error.to_string())?;
    parse(&answer, most).ok_or_else(|| "git did not answer".to_owned())
}

/// A file's path within the repository as it is spelled: a folder on the way that is a link now may have
/// been none at the commit.
fn within<'f>(file: &'f Path, top: &Path) -> Option<&'f Path> {
    let is_top = |folder: &&Path| folder.canonicalize().is_ok_and(|real| real == top);
    file.strip_prefix(file.ancestors().skip(1).find(is_top)?).ok()
}

fn answer(directory: &Path, object: &[u8], most: usize) -> std::io::Result<Vec<u8>> {
    let mut child = git(directory, &["cat-file", "--batch", "--follow-symlinks"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut answer = Vec::new();
    if let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) {
        input.write_all(&[object, b"\n"].concat())?;
        drop(input);
        output.take((LONGEST_HEADER + most) as u64).read_to_end(&mut answer)?;
    }
    // It may still be writing what is longer than that.
    let _ = child.kill();
    child.wait()?;
    Ok(answer)
}

/// The content in git's answer, which begins with a line such as `HASH blob 12`; outer `None` when it is
/// none.
fn parse(answer: &[u8], most: usize) -> Option<Option<Vec<u8>>> {
    let end = answer.iter().position(|byte| *byte == b'\n')?;
    let header = String::from_utf8_lossy(&answer[..end]).into_owned();
    let words: Vec<&str> = header.split(' ').collect();
    let [hash, "blob", size] = words[..] else { return Some(None) };
    if !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(None);
    }
    match size.parse::<usize>() {
        Ok(size) if size <= most => Some(Some(answer.get(end + 1..end + 1 + size)?.to_owned())),
        _ => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        let run = |args: &[&str]| {
            let output = git(top, args).output().unwrap();
            assert!(output.status.success(), "git {args:?}: {output:?}");
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        std::fs::create_dir(top.join("ci")).unwrap();
        std::fs::write(top.join("ci/gates.yaml"), "one\r\n\n").unwrap();
        std::os::unix::fs::symlink("ci/gates.yaml", top.join("link")).unwrap();
        std::os::unix::fs::symlink("/etc/hosts", top.join("out")).unwrap();
        run(&["init", "-q", "-b", "main"]);
        run(&["add", "."]);
        run(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "x"]);
        let commit = run(&["rev-parse", "HEAD"]);
        std::fs::write(top.join("ci/gates.yaml"), "two").unwrap();
        std::fs::write(top.join("new"), "").unwrap();

        let at = |file: &str, most| content_at(&commit, &top.join(file), most);
        for file in ["ci/gates.yaml", "link"] {
            assert_eq!(at(file, 6), Ok(Some(b"one\r\n\n".to_vec())), "{file}");
            assert_eq!(at(file, 5), Ok(None), "{file}");
        }
        // A folder became a link to another.
        std::fs::create_dir(top.join("loose")).unwrap();
        std::fs::rename(top.join("ci/gates.yaml"), top.join("loose/gates.yaml")).unwrap();
        std::fs::remove_dir(top.join("ci")).unwrap();
        std::os::unix::fs::symlink("loose", top.join("ci")).unwrap();
        for file in ["ci/gates.yaml", "ci/../ci/gates.yaml"] {
            assert!(at(file, 6).is_ok_and(|content| content.is_some()), "{file}");
        }
        for file in ["new", "ci", "out", "loose/gates.yaml"] {
            assert_eq!(at(file, 100), Ok(None), "{file}");
        }
        assert_eq!(content_at(&"0".repeat(40), &top.join("link"), 100), Ok(None));
        assert!(at("a\nb", 100).is_err());
        let outside = tempfile::tempdir().unwrap();
        assert!(content_at(&commit, &outside.path().join("x"), 100).is_err());
    }
}
