//! How commits stand to each other, as far as git can tell.

use crate::git::git;
use std::collections::{BTreeSet, HashMap};
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use time::OffsetDateTime;

/// The most commits of a line that are looked through for known ones.
const MOST_COMMITS: &str = "--max-count=100000";

/// A commit by its name in the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its full hash.
    pub hash: String,
    /// When it was committed.
    pub time: OffsetDateTime,
}

/// The commit that a branch, a tag or the start of a hash stands for in the repository that holds
/// `directory`; `None` where git knows none.
pub fn commit(directory: &Path, name: &str) -> Option<Commit> {
    let peeled = format!("{name}^{{commit}}");
    let ask = ["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled];
    let answer = |args: &[&str]| {
        let output = git(directory, args).output().ok()?;
        text(output.status.success(), output.stdout).map(|text| text.trim().to_owned())
    };
    let hash = answer(&ask)?;
    let seconds = answer(&["show", "--no-patch", "--format=%ct", &hash])?;
    let time = OffsetDateTime::from_unix_timestamp(seconds.parse().ok()?).ok()?;
    Some(Commit { hash, time })
}

/// These commits in the order of their first parents, oldest first, and where that leaves it open in
/// that of time; `None` where git does not know one of them.
pub fn in_order(directory: &Path, commits: &BTreeSet<String>) -> Option<Vec<String>> {
    let options = ["--first-parent", "--date-order", "--reverse", MOST_COMMITS];
    let line = rev_list(directory, &options, commits.iter().map(String::as_str))?;
    let ordered: Vec<String> =
        line.lines().filter(|hash| commits.contains(*hash)).map(str::to_owned).collect();
    (ordered.len() == commits.len()).then_some(ordered)
}

/// For each of these commits, whether it is `landmark` or comes after it; nothing of those of which git
/// cannot tell.
pub fn at_or_after(
    directory: &Path,
    landmark: &str,
    commits: &BTreeSet<String>,
) -> HashMap<String, bool> {
    sides(directory, landmark, commits, &["--ancestry-path"], true)
}

/// For each of these commits, whether it is `landmark` or comes before it; nothing of those of which
/// git cannot tell.
pub fn at_or_before(
    directory: &Path,
    landmark: &str,
    commits: &BTreeSet<String>,
) -> HashMap<String, bool> {
    sides(directory, landmark, commits, &[], false)
}

/// On which side of a landmark commits stand: `listed` is that of those which git lists as reachable
/// from them and not from the landmark, under the options.
fn sides(
    directory: &Path,
    landmark: &str,
    commits: &BTreeSet<String>,
    options: &[&str],
    listed: bool,
) -> HashMap<String, bool> {
    let asked = || {
        let landmark = commit(directory, landmark)?.hash;
        let all = || commits.iter().map(String::as_str);
        let known = rev_list(directory, &["--no-walk"], all())?;
        let excluded = format!("^{landmark}");
        let beyond = rev_list(directory, options, all().chain([&*excluded]))?;
        let beyond: BTreeSet<&str> = beyond.lines().collect();
        // What a shallow clone lacks may be what lies between.
        let complete = is_complete(directory);
        let sides = known.lines().filter_map(|hash| {
            let side = if hash == landmark { true } else { beyond.contains(hash) == listed };
            (side || complete).then(|| (hash.to_owned(), side))
        });
        Some(sides.collect())
    };
    asked().unwrap_or_default()
}

/// Whether the repository holds its whole history.
fn is_complete(directory: &Path) -> bool {
    let answer = git(directory, &["rev-parse", "--is-shallow-repository"]).output();
    answer.is_ok_and(|answer| answer.stdout.trim_ascii() == b"false")
}

/// What `git rev-list` prints of these revisions; those that are no commits of the repository are
/// passed over. `None` where git fails.
fn rev_list<'a>(
    directory: &Path,
    options: &[&str],
    revisions: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    // Whatever else a store holds under the name of a commit is not for git to read.
    let is_hash = |hash: &str| {
        let hash = hash.strip_prefix('^').unwrap_or(hash);
        hash.len() >= 40 && hash.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let revisions: String =
        revisions.into_iter().filter(|r| is_hash(r)).flat_map(|r| [r, "\n"]).collect();
    let args = [&["rev-list", "--ignore-missing"], options, &["--stdin"]].concat();
    let mut child = git(directory, &args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // git reads all of its input before it prints anything.
    let written = child.stdin.take().map(|mut input| input.write_all(revisions.as_bytes()));
    let output = child.wait_with_output().ok()?;
    text(output.status.success() && written.is_some_and(|written| written.is_ok()), output.stdout)
}

fn text(success: bool, bytes: Vec<u8>) -> Option<String> {
    if success { String::from_utf8(bytes).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn run(dir: &Path, args: &[&str]) {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b"];
        let output = git(dir, &[&identity[..], args].concat()).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {output:?}");
    }

    fn hash(dir: &Path, name: &str) -> String {
        commit(dir, name).unwrap_or_else(|| panic!("no {name}")).hash
    }

    /// `main` of the commits 1 to 4 and a merge of `side`, which branched off 2; all of one second.
    fn repository() -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        run(dir.path(), &["init", "-q", "-b", "main"]);
        let commit = |name: &str| {
            run(dir.path(), &["commit", "-q", "--allow-empty", "-m", name]);
            run(dir.path(), &["tag", name]);
        };
        commit("1");
        commit("2");
        run(dir.path(), &["checkout", "-q", "-b", "side"]);
        commit("side-1");
        run(dir.path(), &["checkout", "-q", "main"]);
        commit("3");
        run(dir.path(), &["merge", "-q", "--no-ff", "-m", "merge", "side"]);
        run(dir.path(), &["tag", "merge"]);
        commit("4");
        dir
    }

    const UNKNOWN: &str = "0123456789012345678901234567890123456789";

    fn set(dir: &Path, names: &[&str]) -> BTreeSet<String> {
        let named = |name: &&str| match *name {
            "unknown" => UNKNOWN.to_owned(),
            "hostile" => "--all".to_owned(),
            name => hash(dir, name),
        };
        names.iter().map(named).collect()
    }

    #[test]
    fn names_stand_for_commits() {
        let dir = repository();
        let four = hash(dir.path(), "main");
        for name in ["4", "HEAD", &four, &four[..7]] {
            assert_eq!(hash(dir.path(), name), four);
        }
        for name in ["nothing", "--all", "-h", "", "main..side", "HEAD^{tree}", UNKNOWN] {
            assert_eq!(commit(dir.path(), name), None, "{name}");
        }
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(commit(elsewhere.path(), "HEAD"), None);
    }

    #[test]
    fn commits_stand_in_the_order_of_first_parents_where_all_are_known() {
        let dir = repository();
        let names = ["1", "2", "3", "merge", "4"];
        let expected = names.map(|name| hash(dir.path(), name));
        assert_eq!(in_order(dir.path(), &set(dir.path(), &names)).unwrap(), expected);
        for other in ["unknown", "hostile"] {
            assert_eq!(in_order(dir.path(), &set(dir.path(), &["1", other])), None);
        }
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(in_order(elsewhere.path(), &set(dir.path(), &names)), None);
    }

    #[test]
    fn commits_stand_before_or_after_one_or_on_neither_side() {
        let dir = repository();
        let names = ["1", "2", "3", "side-1", "merge", "4", "unknown", "hostile"];
        type Sides = fn(&Path, &str, &BTreeSet<String>) -> HashMap<String, bool>;
        let check = |sides: Sides, landmark: &str, expected: &[&str]| {
            let found = sides(dir.path(), landmark, &set(dir.path(), &names));
            let yes: BTreeSet<String> =
                found.iter().filter(|(_, side)| **side).map(|(hash, _)| hash.clone()).collect();
            assert_eq!(yes, set(dir.path(), expected), "{landmark}");
            assert!(found.is_empty() || found.len() == 6, "{found:?}");
        };
        check(at_or_after, "3", &["3", "merge", "4"]);
        check(at_or_after, "side-1", &["side-1", "merge", "4"]);
        check(at_or_after, "4", &["4"]);
        check(at_or_after, UNKNOWN, &[]);
        check(at_or_before, "3", &["1", "2", "3"]);
        check(at_or_before, "merge", &["1", "2", "3", "side-1", "merge"]);
        check(at_or_before, "1", &["1"]);
        check(at_or_before, UNKNOWN, &[]);
    }

    #[test]
    fn a_shallow_clone_says_only_what_it_is_sure_of() {
        let dir = repository();
        let clone = tempfile::tempdir().unwrap();
        let from = format!("file://{}", dir.path().display());
        let into = clone.path().display().to_string();
        run(dir.path(), &["clone", "-q", "--depth", "2", "--single-branch", &from, &into]);
        let all = set(dir.path(), &["1", "3", "merge", "4"]);
        let sure = |name| (hash(dir.path(), name), true);
        let found = at_or_after(clone.path(), &hash(dir.path(), "merge"), &all);
        assert_eq!(found, HashMap::from([sure("merge"), sure("4")]));
        // Whether 3 comes before the merge is cut off.
        let found = at_or_before(clone.path(), &hash(dir.path(), "merge"), &all);
        assert_eq!(found, HashMap::from([sure("merge")]));
        assert_eq!(in_order(clone.path(), &all), None);
    }
}
