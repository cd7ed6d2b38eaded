//! Where in version control the measured tree stands, as git tells.

use crate::model::Revision;
use std::path::Path;

/// Variables with the commit and the branch of a CI's event. The branch is that of the project itself,
/// never the name that a fork gave its own, since it decides about trust.
const CI_EVENTS: [(&str, &str); 2] =
    [("GITHUB_SHA", "GITHUB_REF_NAME"), ("CI_COMMIT_SHA", "CI_COMMIT_BRANCH")];

/// The revision of the tree that holds `directory`; empty outside a repository.
///
/// `branch` replaces what git and CI say of the branch.
///
/// # Errors
///
/// With git's own words when there is a repository that git will not read, such as one of another
/// owner.
pub fn revision(directory: &Path, branch: Option<&str>) -> Result<Revision, String> {
    let named = branch.map(str::to_owned);
    match git(directory, &["rev-parse", "--is-inside-work-tree"]) {
        Ok(_) => {}
        Err(error) if error.contains("not a git repository") || error.is_empty() => {
            return Ok(Revision { branch: named, ..Revision::default() });
        }
        Err(error) => return Err(error),
    }
    // A repository without any commit has neither.
    let commit = git(directory, &["rev-parse", "--verify", "--quiet", "HEAD"]).ok();
    let local = git(directory, &["symbolic-ref", "--short", "-q", "HEAD"]).ok();
    let branch = named.or_else(|| {
        trusted_branch(commit.as_deref(), local, |name| {
            std::env::var(name).ok().filter(|value| !value.is_empty())
        })
    });
    let changes = git(directory, &["status", "--porcelain", "--untracked-files=no"])?;
    Ok(Revision { commit, branch, dirty: !changes.is_empty() })
}

/// The path of a file from the root of the repository that holds it; `None` outside of repositories.
pub fn in_repository(file: &Path) -> Option<String> {
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let prefix = git(directory, &["rev-parse", "--show-prefix"]).ok()?;
    Some(format!("{prefix}{}", file.file_name()?.to_str()?))
}

/// What HEAD was merged onto for a job, where it is the merge of `head` into something: the other parent.
/// It is as it was when the job's merge was made, which a branch may not be any more.
pub fn merged_onto(directory: &Path, head: &str) -> Option<String> {
    // Parents are told by the commit itself, even where a shallow clone does not hold them.
    let commit = git(directory, &["cat-file", "commit", "HEAD"]).ok()?;
    let headers = commit.lines().take_while(|line| !line.is_empty());
    let parents: Vec<&str> = headers.filter_map(|line| line.strip_prefix("parent ")).collect();
    match parents[..] {
        [onto, merged] if merged == head => Some(onto.to_owned()),
        _ => None,
    }
}

/// The branch on which a commit stands: in a CI job that of its event, elsewhere the local one.
///
/// A job may check out anything, such as the head of a fork under the fork's own branch name. So the
/// event's branch counts, and only while the event's commit is the one checked out; a tag is no branch.
fn trusted_branch(
    commit: Option<&str>,
    local: Option<String>,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let event = CI_EVENTS.iter().find_map(|(sha, branch)| Some((variable(sha)?, *branch)));
    let Some((sha, branch)) = event else { return local };
    let is_tag = variable("GITHUB_REF_TYPE").is_some_and(|kind| kind != "branch");
    if is_tag || commit != Some(sha.as_str()) { None } else { variable(branch) }
}

/// What git prints, without the space around it.
fn git(directory: &Path, args: &[&str]) -> Result<String, String> {
    let Ok(output) = crate::git::git(directory, args).output() else { return Err(String::new()) };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn repository() -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        run(&dir, &["init", "-q", "-b", "main"]);
        std::fs::write(dir.path().join("file"), "one").unwrap();
        run(&dir, &["add", "file"]);
        run(&dir, &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "one"]);
        dir
    }

    /// A job's event is of another commit than those of these repositories.
    fn outside_ci(branch: &str) -> Option<&str> {
        let in_ci =
            CI_EVENTS.iter().any(|(sha, _)| std::env::var(sha).is_ok_and(|v| !v.is_empty()));
        (!in_ci).then_some(branch)
    }

    fn run(dir: &TempDir, args: &[&str]) {
        git(dir.path(), args).unwrap_or_else(|error| panic!("git {args:?}: {error}"));
    }

    #[test]
    fn a_clean_branch_is_told_from_a_changed_one() {
        let dir = repository();
        let clean = revision(dir.path(), None).unwrap();
        assert_eq!(clean.branch.as_deref(), outside_ci("main"));
        assert_eq!(clean.commit.as_ref().map(String::len), Some(40));
        assert!(!clean.dirty);
        std::fs::write(dir.path().join("new"), "untracked").unwrap();
        assert!(!revision(dir.path(), None).unwrap().dirty, "untracked files change nothing");
        std::fs::write(dir.path().join("file"), "two").unwrap();
        assert!(revision(dir.path(), None).unwrap().dirty);
    }

    #[test]
    fn a_detached_head_has_no_branch_unless_it_is_named() {
        let dir = repository();
        run(&dir, &["checkout", "-q", "--detach"]);
        assert_eq!(revision(dir.path(), None).unwrap().branch, None);
        assert_eq!(revision(dir.path(), Some("pr/7")).unwrap().branch.as_deref(), Some("pr/7"));
    }

    #[test]
    fn outside_a_repository_and_before_the_first_commit_nothing_is_known() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(revision(dir.path(), None), Ok(Revision::default()));
        run(&dir, &["init", "-q", "-b", "trunk"]);
        let empty = revision(dir.path(), None).unwrap();
        assert_eq!((empty.commit, empty.branch.as_deref()), (None, outside_ci("trunk")));
    }

    #[test]
    fn a_repository_that_git_refuses_is_an_error() {
        let dir = repository();
        std::fs::write(dir.path().join(".git/config"), "[broken").unwrap();
        let error = revision(dir.path(), None).unwrap_err();
        assert!(error.contains("config"), "{error}");
    }

    #[track_caller]
    fn check(variables: &str, local: Option<&str>, expected: Option<&str>) {
        let find = |name: &str| {
            let mut pairs = variables.split(' ').filter_map(|pair| pair.split_once('='));
            let value = pairs.find(|(own, _)| *own == name).map(|(_, value)| value.to_owned());
            value.filter(|value| !value.is_empty())
        };
        let found = trusted_branch(Some("c0ffee"), local.map(str::to_owned), find);
        assert_eq!(found.as_deref(), expected, "{variables}");
    }

    #[test]
    fn in_ci_the_event_says_which_branch_it_is() {
        check("", Some("topic"), Some("topic"));
        check("", None, None);
        check("GITHUB_REF_TYPE=branch GITHUB_SHA=c0ffee GITHUB_REF_NAME=main", None, Some("main"));
        // A pull request from a fork's `main` is not `main`, however it was checked out.
        check(
            "GITHUB_SHA=c0ffee GITHUB_REF_NAME=12/merge GITHUB_HEAD_REF=main",
            None,
            Some("12/merge"),
        );
        check("GITHUB_SHA=badcab GITHUB_REF_NAME=12/merge", Some("main"), None);
        // Nor is a fork's head that a trusted workflow checked out.
        check("GITHUB_REF_TYPE=branch GITHUB_SHA=badcab GITHUB_REF_NAME=main", Some("main"), None);
        check("GITHUB_REF_TYPE=tag GITHUB_SHA=c0ffee GITHUB_REF_NAME=main", None, None);
        check("CI_COMMIT_SHA=c0ffee CI_COMMIT_BRANCH=main", None, Some("main"));
        check("CI_COMMIT_SHA=c0ffee CI_COMMIT_BRANCH=", Some("main"), None);
    }
}
