//! What `ci` and `publish` share: what is told to whom, and how it went.

mod ci;
mod publish;
mod rehearsal;

pub(crate) use ci::{CiArgs, ci};
pub(crate) use publish::{PublishArgs, publish};
use rehearsal::rehearse;

use crate::failure::{Failure, with_causes};
use crate::outcome;
use clap::{Args, ValueEnum};
use pacegate::Error;
use pacegate::exit::Exit;
use pacegate::pipeline::telling::{self, Ended, Runner, Telling, Written};
use pacegate::publish::event::Provider;
use pacegate::publish::{CommentId, Delivered, Fate, Token, When, Wishes};
use pacegate::report::{self, Leg, escape};
use std::io::Write;
use std::path::PathBuf;

/// The variables that a token is taken from, ours first.
const TOKENS: [(&str, &[Provider]); 2] = [
    ("PACEGATE_TOKEN", &[Provider::GitHub, Provider::GitLab, Provider::Forgejo]),
    ("GITHUB_TOKEN", &[Provider::GitHub, Provider::Forgejo]),
];

#[derive(Debug, Args)]
pub(crate) struct TellingArgs {
    /// Which CI this is [default: by its variables]
    #[arg(long, value_enum, value_name = "CI")]
    provider: Option<Ci>,

    /// An event file to act on, in place of the job's own
    #[arg(long, value_name = "FILE")]
    event: Option<PathBuf>,

    /// When to comment on the pull or merge request
    #[arg(long, value_enum, default_value_t = Comment::Auto, value_name = "WHEN")]
    comment: Comment,

    /// What tells this pipeline's comment from those of others
    #[arg(long, default_value = "default", value_name = "ID")]
    comment_id: CommentId,

    /// Whose earlier comment is replaced [default: whoever a person's token belongs to, else `github-actions[bot]`]
    #[arg(long, value_name = "LOGIN")]
    comment_author: Option<String>,

    /// Create a check of the commit too (GitHub)
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "pacegate", value_parser = name)]
    check: Option<String>,

    /// Set a status of the commit too
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "pacegate", value_parser = name)]
    status: Option<String>,

    /// Print what would be done and sent; measure and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Add the summary to this file [default: that of the job]
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ci {
    Github,
    Gitlab,
    /// Forgejo or Gitea
    Forgejo,
    /// Any other: told by exit code and files alone
    Generic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Comment {
    /// Where the job's token may write
    Auto,
    /// Even where it may not, since another token is given
    Always,
    /// As auto, and of a pass only to put an earlier comment right
    OnChange,
    Never,
}

impl TellingArgs {
    /// What is told, and of which event.
    pub(crate) fn telling(&self, trusted: &[String], claimed: bool) -> Result<Telling, Failure> {
        let provider = self.provider.map(|ci| match ci {
            Ci::Github => Provider::GitHub,
            Ci::Gitlab => Provider::GitLab,
            Ci::Forgejo => Provider::Forgejo,
            Ci::Generic => Provider::Generic,
        });
        let event = telling::event(self.event.as_deref(), provider, trusted)?;
        let token = TOKENS
            .iter()
            .filter(|(_, providers)| providers.contains(&event.provider))
            .filter_map(|(name, _)| std::env::var(name).ok())
            .find(|token| !token.trim().is_empty());
        let wishes = Wishes {
            comment: match self.comment {
                Comment::Auto => When::Auto,
                Comment::Always => When::Always,
                Comment::OnChange => When::OnChange,
                Comment::Never => When::Never,
            },
            id: self.comment_id.clone(),
            author: self.comment_author.clone(),
            check: self.check.clone(),
            status: self.status.clone(),
            claimed: claimed || event.is_privileged(),
        };
        Ok(Telling { event, wishes, token: token.map(|token| Token::new(token.trim())) })
    }

    fn runner(&self) -> Runner {
        let of_job = Runner::of_job();
        Runner { summary: self.summary.clone().or(of_job.summary), ..of_job }
    }

    /// Tells the runner and the forge, and gives the exit code: where it passes, and `required`, it is that
    /// of what could not be told. Later steps are handed that code, and the paths of reports.
    pub(crate) fn tell(
        &self,
        legs: &[Leg<'_>],
        telling: &Telling,
        paths: &[(&'static str, String)],
        (exit, required): (Exit, bool),
    ) -> Result<Exit, Failure> {
        let mut untold = Vec::new();
        let runner = self.runner();
        let page = pacegate::publish::page(legs, &telling.event, &telling.wishes);
        match runner.summarise(&page) {
            Ok(Written::FirstLine) => {
                say("note: the summary of this step is full; it holds the verdict alone");
            }
            Ok(Written::Full) => {
                say("note: the summary of this step is full; nothing was added to it");
            }
            Ok(Written::Nowhere | Written::Whole) => {}
            Err(error) => untold.push(error),
        }
        if telling.event.has_runner() && !telling.wishes.claimed {
            command(&pacegate::publish::commands(&pacegate::publish::annotations(legs)));
        }
        match outcome::runtime()?.block_on(telling::tell(legs, telling)) {
            Ended::Told(told) => {
                told.delivered.iter().for_each(|delivered| say(done(*delivered)));
                untold.extend(told.errors.into_iter().map(Error::Publish));
            }
            Ended::Silent(silence) if silence.is_failure() && required => {
                untold.push(Error::Untold(silence));
            }
            Ended::Silent(silence) => say(&format!("note: {silence}")),
        }
        let mut code = delivered(exit, required, &untold);
        // Of a stranger's claim no later step should make more than it is.
        if !telling.wishes.claimed {
            let outputs = [outputs(legs, code), paths.to_vec()].concat();
            untold.extend(runner.hand_on(&outputs).err());
            code = delivered(exit, required, &untold);
        }
        complain(&untold);
        Ok(code)
    }
}

/// What was found and told, as values for later steps.
fn outputs(legs: &[Leg<'_>], exit: Exit) -> Vec<(&'static str, String)> {
    let verdict = telling::verdict(legs);
    let counts = report::counts(legs);
    vec![
        ("verdict", verdict.name().to_owned()),
        ("exit-code", exit.code().to_string()),
        ("regressions", counts.regressions.to_string()),
        ("improvements", counts.improvements.to_string()),
    ]
}

/// A name of a check or of a status, as forges take them.
fn name(text: &str) -> Result<String, String> {
    let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    match fits && !text.trim().is_empty() {
        true => Ok(text.to_owned()),
        false => Err("a name is 1 to 100 characters on one line".to_owned()),
    }
}

/// The exit code, when what was to be told may decide a build that passes.
fn delivered(exit: Exit, required: bool, untold: &[Error]) -> Exit {
    match exit {
        Exit::Pass if required && !untold.is_empty() => Exit::ReportFailed,
        exit => exit,
    }
}

/// What could not be told goes to stderr.
fn complain(untold: &[Error]) {
    for trouble in untold {
        Failure::new(trouble.exit(), with_causes(trouble)).print();
    }
}

fn done(delivered: Delivered) -> &'static str {
    match delivered {
        Delivered::Comment(Fate::Created) => "commented on the pull request",
        Delivered::Comment(Fate::Updated) => "replaced the comment on the pull request",
        Delivered::Comment(Fate::Unchanged) => "the comment on the pull request says this already",
        Delivered::Comment(Fate::Stale) => {
            "the pull request has moved on to another commit, so nothing was said of this one"
        }
        Delivered::Comment(Fate::Unneeded) => "it passes, and no earlier comment says otherwise",
        Delivered::Check => "created the check",
        Delivered::Status => "set the status",
    }
}

fn say(text: &str) {
    // Nothing is left to be done when stderr is closed.
    let _ = writeln!(anstream::stderr().lock(), "{}", escape::terminal(text));
}

/// Runners take a command from stderr as from stdout, which holds data.
fn command(lines: &str) {
    let _ = std::io::stderr().lock().write_all(lines.as_bytes());
}
