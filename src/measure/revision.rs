//! Where in version control the measured project stands.

use super::ask::ask;
use crate::model::Revision;
use std::path::Path;

/// Variables with the commit and the branch of a CI's event. The branch is that of the project
/// itself, never the name that a fork gave its own, since it decides about trust.
const CI_EVENTS: [(&str, &str); 2] =
    [("GITHUB_SHA", "GITHUB_REF_NAME"), ("CI_COMMIT_SHA", "CI_COMMIT_BRANCH")];

/// The commit, branch and cleanness of the git repository around `directory`; all empty where there
/// is none, or no git.
pub async fn revision(directory: &Path) -> Revision {
    let git = async |arguments: &[&str]| {
        let answer = ask(&[&["git"], arguments].concat(), directory, None).await;
        answer.map(|text| text.trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--verify", "HEAD"]).await else {
        return Revision::default();
    };
    let branch = match git(&["symbolic-ref", "--short", "-q", "HEAD"]).await {
        Some(branch) => Some(branch),
        None => branch_in_ci(&commit, |name| std::env::var(name).ok()),
    };
    // When git cannot tell, the tree counts as changed: it then feeds no baseline.
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]).await;
    Revision { commit: Some(commit), branch, dirty: changed.is_none_or(|list| !list.is_empty()) }
}

/// The branch of the CI's event, when the event's commit is the one checked out: a job that checks
/// out something else, such as the head of a fork, does not stand on that branch. A tag is none.
fn branch_in_ci(commit: &str, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    if variable("GITHUB_REF_TYPE").is_some_and(|kind| kind != "branch") {
        return None;
    }
    let of_event =
        |(sha, branch)| variable(branch).filter(|_| variable(sha).as_deref() == Some(commit));
    CI_EVENTS.into_iter().filter_map(of_event).find(|branch| !branch.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &str, expected: Option<&str>) {
        let find = |name: &str| {
            let mut pairs = variables.split(' ').filter_map(|pair| pair.split_once('='));
            pairs.find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
        };
        assert_eq!(branch_in_ci("c0ffee", find).as_deref(), expected, "{variables}");
    }

    #[test]
    fn a_detached_head_has_the_branch_that_ci_names() {
        check("GITHUB_REF_TYPE=branch GITHUB_SHA=c0ffee GITHUB_REF_NAME=main", Some("main"));
        // A pull request from a fork's `main` is not `main`.
        check("GITHUB_SHA=c0ffee GITHUB_REF_NAME=12/merge GITHUB_HEAD_REF=main", Some("12/merge"));
        // Nor is a fork's head that a trusted workflow checked out.
        check("GITHUB_REF_TYPE=branch GITHUB_SHA=badcab GITHUB_REF_NAME=main", None);
        check("GITHUB_REF_TYPE=tag GITHUB_SHA=c0ffee GITHUB_REF_NAME=main", None);
        check("CI_COMMIT_SHA=c0ffee CI_COMMIT_BRANCH=main", Some("main"));
        check("CI_COMMIT_SHA=c0ffee CI_COMMIT_BRANCH=", None);
    }
}
