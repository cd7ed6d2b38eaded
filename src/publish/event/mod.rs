//! What a CI job was started for, and how far its code is trusted.
//!
//! [`read`] works it out from the job's variables and its event file. All of both is taken as written by
//! a stranger: what is no commit, branch, repository or address by its form is as good as absent, and
//! what is absent is never trusted.

mod actions;
mod form;
mod generic;
mod gitlab;
mod payload;
mod read;
mod refusal;
mod trust;
mod words;

pub use read::{EventError, MOST, Variables, read};
pub use refusal::{Refusal, may_measure};

use serde::Serialize;

/// Who runs the job, and how it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// GitHub Actions, and servers that speak its API.
    GitHub,
    /// GitLab CI.
    GitLab,
    /// Forgejo or Gitea Actions.
    Forgejo,
    /// Any other: files and the exit code tell it all.
    Generic,
}

/// What made the job start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A pull or merge request was opened or changed.
    PullRequest,
    /// A queue is about to merge pull requests.
    MergeGroup,
    /// Commits arrived on a branch.
    Push,
    /// A tag arrived.
    Tag,
    /// The time had come.
    Schedule,
    /// Somebody asked for it.
    Manual,
    /// Another workflow has ended (the trusted half of the recipe for forks).
    WorkflowRun,
    /// A pull request, but with the secrets of its target: code of strangers must not run there.
    PullRequestTarget,
    /// Anything else.
    Other,
}

/// What a CI job was started for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Who runs the job.
    pub provider: Provider,
    /// What made it start.
    pub kind: Kind,
    /// The commit to report on, as a full hash: of a pull request its head.
    pub head: Option<String>,
    /// What the head is to be compared with.
    pub base: Option<Base>,
    /// The branch of this project that the event is of; none for pull requests and tags.
    pub branch: Option<String>,
    /// The branch that pull requests usually go to.
    pub default_branch: Option<String>,
    /// The pull or merge request.
    pub change: Option<Change>,
    /// Where a proposal comes from, as the forge itself says; never as a file of its job does.
    pub source: Option<Source>,
    /// Whether the run may serve as a baseline.
    pub trust: Trust,
    /// The repository that is told, as the forge's API names it: `owner/name`, or a project's number.
    pub repository: Option<String>,
    /// The address of the forge's API.
    pub api: Option<String>,
    /// The page of the repository.
    pub web: Option<String>,
    /// The execution of the job.
    pub job: Job,
}

impl Event {
    /// What the head is to be measured side by side with, as `--base` takes it.
    ///
    /// The branch, since an event's commit may be older than what the head was merged with, and as the
    /// remote has it, since that of a runner's own may be older still; of a merge queue the commit, since
    /// others that wait before the head are in that and not yet on the branch.
    pub fn reference(&self) -> Option<String> {
        let base = self.base.as_ref()?;
        let branch = base.branch.as_ref().map(|branch| format!("origin/{branch}"));
        let commit = base.commit.clone();
        match self.kind {
            Kind::MergeGroup => commit.or(branch),
            _ => branch.or(commit),
        }
    }
}

/// What a head is to be compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Base {
    /// The branch, such as `main`; of a merge queue, too.
    pub branch: Option<String>,
    /// The commit, where the event knows it: on GitHub the branch's tip, elsewhere the merge base.
    pub commit: Option<String>,
}

impl Base {
    /// A base of which something is known.
    fn known(branch: Option<String>, commit: Option<String>) -> Option<Base> {
        (branch.is_some() || commit.is_some()).then_some(Base { branch, commit })
    }

    /// What a branch of the project that is not trusted is compared with: that which it will be merged into.
    fn of_branch(trust: Trust, own: Option<&str>, default_branch: Option<&str>) -> Option<Base> {
        match trust {
            Trust::Untrusted(Distrust::OtherBranch | Distrust::Bot) if own != default_branch => {
                Base::known(default_branch.map(str::to_owned), None)
            }
            Trust::Trusted | Trust::Untrusted(_) => None,
        }
    }
}

/// A pull or merge request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its number.
    pub number: u64,
    /// Whether its code comes from another repository.
    pub fork: bool,
}

/// Where a proposal comes from. Of a workflow that has ended, the pull request is the open one from this
/// branch whose head is the event's, if there is exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The repository's owner.
    pub owner: String,
    /// The branch in that repository.
    pub branch: String,
    /// The repository, `owner/name`.
    pub repository: String,
}

/// The execution of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Its page.
    pub url: Option<String>,
    /// What tells it from others.
    pub id: Option<String>,
    /// How often it was tried, from 1.
    pub attempt: Option<u64>,
}

/// Whether a run may serve as a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// The default branch of the project itself.
    Trusted,
    /// It must not.
    Untrusted(Distrust),
}

/// Why a run must not serve as a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distrust {
    /// It is a proposal that was not merged.
    Proposal,
    /// It is a proposal from another repository, whose job may not write to this one.
    Fork,
    /// It is a proposal of a bot whose job may not write, such as Dependabot.
    Bot,
    /// It is of another branch than the default one.
    OtherBranch,
    /// It is of a tag or of a commit without a branch.
    Detached,
    /// The event does not say.
    Unknown,
}

impl Event {
    /// An event of which nothing more is known.
    pub fn unknown(provider: Provider, kind: Kind) -> Event {
        Event {
            provider,
            kind,
            head: None,
            base: None,
            branch: None,
            default_branch: None,
            change: None,
            source: None,
            trust: Trust::Untrusted(Distrust::Unknown),
            repository: None,
            api: None,
            web: None,
            job: Job::default(),
        }
    }

    /// Whether the job's own token may write comments, checks and statuses: that of a proposal from a
    /// fork or by a bot may only read.
    pub fn may_write(&self) -> bool {
        !matches!(self.trust, Trust::Untrusted(Distrust::Fork | Distrust::Bot))
    }

    /// Whether the job holds secrets while what it is about may be a stranger's: what such a job is handed is
    /// a claim.
    pub fn is_privileged(&self) -> bool {
        may_measure(self).is_err()
    }

    /// Whether a runner of GitHub's kind listens to workflow commands.
    pub fn has_runner(&self) -> bool {
        matches!(self.provider, Provider::GitHub | Provider::Forgejo)
    }

    /// The address of the page that compares two commits, without their range `base...head`.
    pub fn changes(&self) -> Option<String> {
        let web = self.web.as_deref()?.trim_end_matches('/');
        match self.provider {
            Provider::GitHub | Provider::Forgejo => Some(format!("{web}/compare/")),
            Provider::GitLab => Some(format!("{web}/-/compare/")),
            Provider::Generic => None,
        }
    }
}
