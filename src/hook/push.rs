//! What is pushed, and what it is compared with.

use crate::git::git;
use std::path::Path;

/// A branch that is pushed, with what it held at the remote before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The branch at the remote, in full: `refs/heads/main`.
    pub branch: String,
    /// The commit that is pushed.
    pub commit: String,
    /// The commit that the remote has there; `None` when the branch is new.
    pub before: Option<String>,
}

/// The branches among the lines that git gives a pre-push hook, `local-ref commit remote-ref before`.
///
/// Deleted branches, tags and notes, and lines of another shape, are left out.
pub fn pushes(lines: &str) -> Vec<Push> {
    lines.lines().filter_map(push).collect()
}

fn push(line: &str) -> Option<Push> {
    let words: Vec<&str> = line.split(' ').collect();
    let &[_, commit, branch, before] = words.as_slice() else { return None };
    let there = |commit: &&str| !commit.bytes().all(|byte| byte == b'0');
    let pushes = branch.starts_with("refs/heads/") && is_commit(commit) && is_commit(before);
    (pushes && there(&commit)).then(|| Push {
        branch: branch.to_owned(),
        commit: commit.to_owned(),
        before: Some(before).filter(there).map(str::to_owned),
    })
}

/// Whether a word can be the id of a commit: of 40 digits, or of 64 with SHA-256.
fn is_commit(word: &str) -> bool {
    [40, 64].contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What of a push can be measured here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// No branch is pushed.
    Nothing,
    /// The commit that is checked out is not among those pushed.
    Elsewhere,
    /// The commit that is checked out is pushed, and nothing is known to compare it with.
    Alone,
    /// The commit that is checked out is pushed, and this names what the remote has: `origin/main`, or a commit
    /// that is no branch of the remote here.
    Against(String),
}

/// What of these pushes can be measured in the working tree that holds `directory`.
///
/// A branch is compared with what the remote has of it, and a new one with the default branch of the remote,
/// as far as both were fetched; see [`fallback`] where they were not.
pub fn subject(directory: &Path, remote: Option<&str>, pushes: &[Push]) -> Subject {
    if pushes.is_empty() {
        return Subject::Nothing;
    }
    let head = commit(directory, "HEAD");
    let Some(push) = pushes.iter().find(|push| Some(&push.commit) == head.as_ref()) else {
        return Subject::Elsewhere;
    };
    let before = push.before.as_ref().and_then(|before| commit(directory, before)).map(|before| {
        let tracking = push.branch.strip_prefix("refs/heads/").and_then(|branch| {
            let tracking = tracking(remote?, branch);
            (commit(directory, &tracking).as_ref() == Some(&before)).then_some(tracking)
        });
        tracking.and_then(|tracking| name(directory, &tracking)).unwrap_or(before)
    });
    let default = || name(directory, &tracking(remote?, "HEAD"));
    before.or_else(default).map_or(Subject::Alone, Subject::Against)
}

/// What to compare with where a push has [nothing](Subject::Alone) of its own: the configured base, or else the
/// first of these branches that is there, each as the remote has it.
///
/// A base that is no branch of the remote is taken as it is: `origin/main`, or a tag.
pub fn fallback(
    directory: &Path,
    remote: Option<&str>,
    base: Option<&str>,
    branches: &[String],
) -> Option<String> {
    let at_remote = |branch: &str| name(directory, &tracking(remote?, branch));
    let as_it_is = |base: &str| commit(directory, base).map(|_| base.to_owned());
    base.and_then(|base| at_remote(base).or_else(|| as_it_is(base)))
        .or_else(|| branches.iter().find_map(|branch| at_remote(branch)))
}

/// Where git keeps what was fetched of a branch.
fn tracking(remote: &str, branch: &str) -> String {
    format!("refs/remotes/{remote}/{branch}")
}

/// What people call a reference that is there, such as `origin/main`: the branch itself where it points at one.
fn name(directory: &Path, reference: &str) -> Option<String> {
    asked(directory, &["--abbrev-ref", "--end-of-options", reference])
        .filter(|name| !name.is_empty())
}

/// The commit that a revision names, when it is there.
fn commit(directory: &Path, revision: &str) -> Option<String> {
    let revision = format!("{revision}^{{commit}}");
    asked(directory, &["--end-of-options", &revision])
}

fn asked(directory: &Path, what: &[&str]) -> Option<String> {
    let args = [&["rev-parse", "--quiet", "--verify"], what].concat();
    let output = git(directory, &args).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1111111111111111111111111111111111111111";
    const B: &str = "2222222222222222222222222222222222222222";
    const NONE: &str = "0000000000000000000000000000000000000000";

    #[track_caller]
    fn check(lines: &str, expected: &[(&str, &str, Option<&str>)]) {
        let found = pushes(lines);
        let found: Vec<_> =
            found.iter().map(|p| (&*p.branch, &*p.commit, p.before.as_deref())).collect();
        assert_eq!(found, expected, "{lines:?}");
    }

    #[test]
    fn branches_are_found_and_the_rest_is_left_out() {
        check("", &[]);
        check("\n\n", &[]);
        let changed = format!("refs/heads/m {A} refs/heads/main {B}\n");
        check(&changed, &[("refs/heads/main", A, Some(B))]);
        check(&format!("HEAD {A} refs/heads/new {NONE}"), &[("refs/heads/new", A, None)]);
        check(&format!("(delete) {NONE} refs/heads/old {B}\n"), &[]);
        check(&format!("refs/tags/v1 {A} refs/tags/v1 {NONE}\n"), &[]);
        let both = format!("(delete) {NONE} refs/heads/old {B}\n{changed}");
        check(&both, &[("refs/heads/main", A, Some(B))]);
        for odd in ["refs/heads/m", "a b c d", "a b refs/heads/c d", "a --x refs/heads/c 0"] {
            check(odd, &[]);
        }
        check(&format!("a {A} refs/heads/b {B} more"), &[]);
        let long = "a".repeat(64);
        check(&format!("a {long} refs/heads/b {B}"), &[("refs/heads/b", &*long, Some(B))]);
    }
}
