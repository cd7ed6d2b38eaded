//! `pacegate hook`: a push is measured before it leaves.

use crate::args::{Output, Policy, RunArgs};
use crate::doctor::measuring;
use crate::failure::{Failure, with_causes};
use crate::{run, stdout};
use anstyle::AnsiColor;
use clap::{Args, Subcommand};
use pacegate::config;
use pacegate::exit::Exit;
use pacegate::hook::{self, Options, Push, Subject};
use pacegate::measure::revision;
use pacegate::report::escape;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use time::OffsetDateTime;

/// The most that is read of what git tells, in bytes: some ten thousand branches.
const MOST: u64 = 1 << 20;

#[derive(Debug, Args)]
pub(crate) struct HookArgs {
    #[command(subcommand)]
    verb: HookVerb,
}

#[derive(Debug, Subcommand)]
enum HookVerb {
    /// Put a pre-push hook into this repository; one that is there is kept, and runs first
    Install(Profile),
    /// Take the hook out again, and put back the one that was there before
    Uninstall,
    /// What the hook runs: measure the working tree at the pushed commit beside what the remote has; edits are warned of
    PrePush(PrePushArgs),
}

/// How much of the time before a push is taken.
#[derive(Debug, Args)]
struct Profile {
    /// The configuration
    #[arg(long, short, default_value = "gates.yaml", env = "PACEGATE_CONFIG", value_name = "FILE")]
    config: String,

    /// How long the pairs of base and head may take; building the base comes on top, once
    #[arg(long, default_value = "5min", value_name = "TIME", value_parser = time_as_written)]
    within: String,
}

#[derive(Debug, Args)]
struct PrePushArgs {
    #[command(flatten)]
    profile: Profile,

    /// The remote, as git names it
    #[arg(env = "PRE_COMMIT_REMOTE_NAME")]
    remote: Option<String>,

    /// Where that is
    url: Option<String>,

    /// The commit that is pushed, where the framework pre-commit tells it
    #[arg(long, env = "PRE_COMMIT_TO_REF", hide = true)]
    to: Option<String>,

    /// What the remote has, where the framework pre-commit tells it
    #[arg(long, env = "PRE_COMMIT_FROM_REF", hide = true)]
    from: Option<String>,

    /// The branch at the remote, in full, where the framework pre-commit tells it
    #[arg(long, env = "PRE_COMMIT_REMOTE_BRANCH", hide = true)]
    branch: Option<String>,

    /// Set to anything but 0: let this push go unmeasured
    #[arg(long, env = "PACEGATE_SKIP", hide = true)]
    skip: Option<String>,
}

fn time_as_written(text: &str) -> Result<String, String> {
    measuring(text).map(|_| text.to_owned())
}

pub(crate) fn hook(args: &HookArgs, quiet: bool) -> Result<Exit, Failure> {
    match &args.verb {
        HookVerb::Install(profile) => install(profile),
        HookVerb::Uninstall => uninstall(),
        HookVerb::PrePush(args) => Ok(pre_push(args, quiet)),
    }
}

fn install(profile: &Profile) -> Result<Exit, Failure> {
    let words = ["--config", &profile.config, "--within", &profile.within].map(str::to_owned);
    let options = Options { words: words.into() };
    let installed = hook::install(Path::new("."), &options).map_err(failure)?;
    let mut text = format!("Wrote {}.\n", installed.hook.display());
    if let Some(before) = installed.before {
        text += &format!("It runs {} first.\n", before.display());
    }
    text += "A push without it: PACEGATE_SKIP=1 git push\n";
    stdout::print(&text)?;
    Ok(Exit::Pass)
}

fn uninstall() -> Result<Exit, Failure> {
    let text = match hook::uninstall(Path::new(".")).map_err(failure)? {
        None => "No hook of pacegate is here.\n".to_owned(),
        Some(gone) if gone.before.is_some() => {
            format!("Put back what was at {} before.\n", gone.hook.display())
        }
        Some(gone) => format!("Removed {}.\n", gone.hook.display()),
    };
    stdout::print(&text)?;
    Ok(Exit::Pass)
}

fn failure(error: hook::Error) -> Failure {
    Failure::new(Exit::Usage, with_causes(&error))
}

/// Ends with how to go on, when the push is stopped.
fn pre_push(args: &PrePushArgs, quiet: bool) -> Exit {
    let exit = measured(args, quiet).unwrap_or_else(Failure::print);
    if exit != Exit::Pass {
        say("pacegate stopped this push; to push anyway: `PACEGATE_SKIP=1 git push`\n");
    }
    exit
}

fn measured(args: &PrePushArgs, quiet: bool) -> Result<Exit, Failure> {
    let unmeasured = |why: &str| {
        warn(&format!("{why}; this push is not measured"));
        Ok(Exit::Pass)
    };
    if args.skip.as_ref().is_some_and(|skip| !["", "0"].contains(&skip.as_str())) {
        return unmeasured("PACEGATE_SKIP is set");
    }
    if !Path::new(&args.profile.config).exists() {
        return unmeasured(&format!("there is no {} here", args.profile.config));
    }
    let (here, remote) = (Path::new("."), args.remote.as_deref());
    let base = match hook::subject(here, remote, &pushed(args)?) {
        Subject::Nothing => return Ok(Exit::Pass),
        Subject::Elsewhere => return unmeasured("what is pushed is not checked out"),
        Subject::Against(base) => Some(base),
        Subject::Alone => configured(here, remote, &args.profile.config)?,
    };
    match base {
        Some(base) => measured_beside(base, &args.profile, quiet),
        None => unmeasured(&nothing_beside(remote)),
    }
}

/// What the configuration has to compare with, as far as it was fetched.
fn configured(here: &Path, remote: Option<&str>, config: &str) -> Result<Option<String>, Failure> {
    let (plan, _) = config::load(Path::new(config), OffsetDateTime::now_utc().date())
        .map_err(|error| Failure::from(pacegate::Error::Config(Box::new(error))))?;
    Ok(hook::fallback(here, remote, plan.base.as_deref(), &plan.baseline.branches))
}

fn nothing_beside(remote: Option<&str>) -> String {
    // Where a push names no remote but an address, git gives that.
    let remote = remote.filter(|name| !name.contains([':', '/'])).unwrap_or("origin");
    format!(
        "no branch of the remote to compare with is known here: \
         `git fetch {remote}` gets them, `git remote set-head {remote} -a` finds its default branch"
    )
}

fn measured_beside(base: String, profile: &Profile, quiet: bool) -> Result<Exit, Failure> {
    let edited = revision(Path::new("."), None).map(|found| found.dirty).unwrap_or_else(|why| {
        warn(&format!("whether the pushed commit is measured is unknown: {why}"));
        false
    });
    if edited {
        warn(
            "the working tree has uncommitted edits; it is what is measured, and not the pushed commit",
        );
    }
    let exit = run::run(&beside(base, profile)?, quiet).unwrap_or_else(Failure::print);
    if edited && exit != Exit::Pass {
        warn("uncommitted changes were measured too, which are not pushed");
    }
    Ok(exit)
}

fn warn(text: &str) {
    let bold = AnsiColor::Yellow.on_default().bold();
    say(&format!("{bold}warning:{bold:#} {}\n", escape::terminal(text)));
}

fn say(text: &str) {
    // Nothing is left to be done when stderr is closed.
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// What is pushed: the word of the framework that runs us, or else of git on stdin.
fn pushed(args: &PrePushArgs) -> Result<Vec<Push>, Failure> {
    if let Some(commit) = &args.to {
        let branch = args.branch.clone().unwrap_or_else(|| "HEAD".to_owned());
        let (commit, before) = (commit.clone(), args.from.clone());
        return Ok(vec![Push { branch, commit, before }]);
    }
    let mut lines = String::new();
    std::io::stdin().take(MOST).read_to_string(&mut lines).map_err(|error| {
        Failure::new(Exit::Usage, format!("failed to read what is pushed from stdin: {error}"))
    })?;
    Ok(hook::pushes(&lines))
}

/// A run beside a base that keeps nothing: what a person has at hand is no baseline.
fn beside(base: String, profile: &Profile) -> Result<RunArgs, Failure> {
    let within: Duration =
        measuring(&profile.within).map_err(|why| Failure::new(Exit::Usage, why))?;
    Ok(RunArgs {
        policy: Policy {
            config: PathBuf::from(&profile.config),
            strict: false,
            require_report: false,
            format: Output::Text,
        },
        only: Vec::new(),
        branch: None,
        no_store: true,
        base: Some(base),
        no_base: false,
        record: None,
        within: Some(within),
    })
}
