//! Who runs the job, and CI that nobody has heard of.

use crate::job::{HEAD, try_read};
use pacegate::publish::event::{Base, Distrust, Kind, Provider, Trust};

#[test]
fn the_variables_tell_the_provider() {
    let check = |variables: &str, expected| {
        assert_eq!(try_read(variables, None, None).unwrap().provider, expected, "{variables}");
    };
    check("GITHUB_ACTIONS=true", Provider::GitHub);
    check("GITHUB_ACTIONS=true GITHUB_API_URL=https://git.corp/api/v3", Provider::GitHub);
    check("GITHUB_ACTIONS=true GITHUB_API_URL=https://git.corp/api/v1/", Provider::Forgejo);
    check("GITHUB_ACTIONS=true GITEA_ACTIONS=true", Provider::Forgejo);
    check("FORGEJO_ACTIONS=true", Provider::Forgejo);
    check("GITLAB_CI=true", Provider::GitLab);
    check("CI=true", Provider::Generic);
    check("GITHUB_ACTIONS= GITLAB_CI=false", Provider::Generic);
}

#[test]
fn another_ci_says_what_it_knows_in_variables_of_ours() {
    let read = |variables: &str| try_read(variables, None, Some(Provider::Generic)).unwrap();
    let nothing = read("");
    assert_eq!((nothing.kind, nothing.trust), (Kind::Other, Trust::Untrusted(Distrust::Unknown)));
    assert_eq!((nothing.head, nothing.base, nothing.change), (None, None, None));

    let main = "PACEGATE_EVENT=push PACEGATE_BRANCH=main PACEGATE_DEFAULT_BRANCH=main";
    let push = read(&format!("{main} PACEGATE_HEAD={HEAD} PACEGATE_JOB_URL=https://ci.corp/7"));
    assert_eq!((push.trust, push.head.as_deref()), (Trust::Trusted, Some(HEAD)));
    assert_eq!(push.job.url.as_deref(), Some("https://ci.corp/7"));

    let pull = read("PACEGATE_EVENT=pull_request PACEGATE_BASE=main PACEGATE_BRANCH=main");
    assert_eq!(pull.base, Some(Base { branch: Some("main".to_owned()), commit: None }));
    assert_eq!((pull.branch, pull.trust), (None, Trust::Untrusted(Distrust::Proposal)));
}
