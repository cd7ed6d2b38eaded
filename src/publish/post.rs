//! What a forge is to be told, in no forge's words.

use super::CommentId;

/// All that one build tells a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The commit that it is about, as a full hash: the head of the pull request, never a merge commit
    /// that the forge made of it.
    pub head: String,
    /// A page with more, such as that of the CI job.
    pub link: Option<String>,
    /// The comment on a pull or merge request.
    pub comment: Option<Comment>,
    /// The check of the commit, where the forge has checks.
    pub check: Option<Check>,
    /// The status of the commit.
    pub status: Option<Status>,
}

/// A comment that is written once for each pull request, and replaced from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The number of the pull or merge request.
    pub change: u64,
    /// What tells it from other comments.
    pub id: CommentId,
    /// Its text: the marker of `id` as the first line, then Markdown; at most 65,000 bytes.
    pub body: String,
    /// Whether it is written only where an earlier one is there, to be replaced: there is nothing to
    /// say otherwise.
    pub only_replace: bool,
    /// Who may have written an earlier one, such as `github-actions[bot]`; `None` is whoever the token
    /// belongs to; on GitHub that can be asked for a person's token alone, and is else
    /// `github-actions[bot]`.
    pub author: Option<String>,
}

/// A check of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name, by which a forge is told to require it.
    pub name: String,
    /// What it came to.
    pub conclusion: Conclusion,
    /// The verdict's sentence as plain text.
    pub title: String,
    /// Markdown of at most 60,000 bytes.
    pub summary: String,
    /// Remarks at places of the source, worst first.
    pub annotations: Vec<Annotation>,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// The build passes, and surely so.
    Success,
    /// The build fails.
    Failure,
    /// The build passes, since what was not decided is let pass.
    Neutral,
}

/// A remark at a place of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// How bad.
    pub level: Level,
    /// The file, from the root of the repository.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// One line of plain text.
    pub title: String,
    /// Plain text.
    pub message: String,
}

/// How bad a remark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// To be known.
    Notice,
    /// To be looked at.
    Warning,
    /// Fails the build.
    Failure,
}

/// The status of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its name, by which a forge is told to require it.
    pub context: String,
    /// What the build came to.
    pub conclusion: Conclusion,
    /// The verdict's sentence as plain text, of at most 140 characters.
    pub description: String,
}
