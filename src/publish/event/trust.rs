//! How far an event is trusted.

use super::{Distrust, Kind, Trust};

/// What is known of an event's origin.
#[derive(Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) kind: Kind,
    /// The branch of the project itself.
    pub(super) branch: Option<&'a str>,
    pub(super) default_branch: Option<&'a str>,
    /// Whether the code comes from another repository, or may.
    pub(super) fork: bool,
    /// Whether it was started by a bot whose job may not write.
    pub(super) bot: bool,
}

/// Trusted is only what arrived on one of the branches that are named, or on the default branch where none
/// is.
pub(super) fn trust(origin: Origin<'_>, trusted_branches: &[String]) -> Trust {
    let Origin { kind, branch, default_branch, fork, bot } = origin;
    let is_trusted = |branch: &str| match trusted_branches {
        [] => default_branch == Some(branch),
        named => named.iter().any(|named| named == branch),
    };
    Trust::Untrusted(match kind {
        Kind::Push | Kind::Schedule | Kind::Manual => match branch {
            Some(branch) if is_trusted(branch) => return Trust::Trusted,
            Some(_) if bot => Distrust::Bot,
            Some(_) if default_branch.is_none() => Distrust::Unknown,
            Some(_) => Distrust::OtherBranch,
            None => Distrust::Detached,
        },
        Kind::PullRequest | Kind::PullRequestTarget | Kind::WorkflowRun if fork => Distrust::Fork,
        Kind::PullRequest | Kind::PullRequestTarget if bot => Distrust::Bot,
        Kind::PullRequest | Kind::PullRequestTarget | Kind::MergeGroup => Distrust::Proposal,
        Kind::Tag => Distrust::Detached,
        Kind::WorkflowRun | Kind::Other => Distrust::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Kind; 9] = [
        Kind::PullRequest,
        Kind::MergeGroup,
        Kind::Push,
        Kind::Tag,
        Kind::Schedule,
        Kind::Manual,
        Kind::WorkflowRun,
        Kind::PullRequestTarget,
        Kind::Other,
    ];

    fn of(kind: Kind, branch: Option<&str>, fork: bool, bot: bool) -> Trust {
        let origin = Origin { kind, branch, default_branch: Some("main"), fork, bot };
        trust(origin, &["main".to_owned(), "release/2".to_owned()])
    }

    #[test]
    fn only_a_trusted_branch_of_the_project_is_trusted() {
        for kind in ALL {
            let own = matches!(kind, Kind::Push | Kind::Schedule | Kind::Manual);
            for (branch, trusted) in [
                (Some("main"), true),
                (Some("release/2"), true),
                (Some("topic"), false),
                (None, false),
            ] {
                let found = of(kind, branch, false, false);
                assert_eq!(found == Trust::Trusted, own && trusted, "{kind:?} {branch:?}");
            }
        }
    }

    #[test]
    fn the_reason_is_the_one_that_binds() {
        let check = |kind, branch, fork, bot, expected| {
            assert_eq!(of(kind, branch, fork, bot), Trust::Untrusted(expected), "{kind:?}");
        };
        check(Kind::PullRequest, None, false, false, Distrust::Proposal);
        check(Kind::PullRequest, None, true, true, Distrust::Fork);
        check(Kind::PullRequest, None, false, true, Distrust::Bot);
        check(Kind::MergeGroup, None, false, false, Distrust::Proposal);
        check(Kind::Push, Some("topic"), false, false, Distrust::OtherBranch);
        check(Kind::Push, Some("dependabot/x"), false, true, Distrust::Bot);
        check(Kind::Push, None, false, false, Distrust::Detached);
        check(Kind::Tag, Some("main"), false, false, Distrust::Detached);
        check(Kind::WorkflowRun, Some("main"), true, false, Distrust::Fork);
        check(Kind::WorkflowRun, Some("main"), false, false, Distrust::Unknown);
        check(Kind::Other, Some("main"), false, false, Distrust::Unknown);
    }

    #[test]
    fn without_a_default_branch_only_those_named_are_trusted() {
        let of = |branch| {
            let kind = Kind::Push;
            let origin = Origin { kind, branch, default_branch: None, fork: false, bot: false };
            trust(origin, &["release".to_owned()])
        };
        assert_eq!(of(Some("release")), Trust::Trusted);
        assert_eq!(of(Some("main")), Trust::Untrusted(Distrust::Unknown));
    }
}
