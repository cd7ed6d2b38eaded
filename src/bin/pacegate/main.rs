//! The `pacegate` command: arguments in, exit code out; everything else is the library's.

mod args;
mod check;
mod doctor;
mod failure;
mod history;
mod hook;
mod init;
mod load;
mod outcome;
mod progress;
mod report;
mod run;
mod schema;
mod session;
mod shell;
mod signal;
mod stdout;
mod telling;

use args::{Cli, Verb};
use clap::Parser;
use failure::Failure;
use pacegate::exit::Exit;
use pacegate::measure::child_main;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything that takes memory, which would show in what the launcher runs.
    if let Some(exit) = child_main(std::env::args_os().skip(1)) {
        return exit;
    }
    let cli = Cli::parse();
    match act(&cli) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.print().into(),
    }
}

fn act(cli: &Cli) -> Result<Exit, Failure> {
    match &cli.verb {
        Verb::Run(args) => run::run(args, cli.quiet),
        Verb::Check(args) => check::check(args),
        Verb::Report(args) => report::report(args),
        Verb::Ci(args) => telling::ci(args, cli.quiet),
        Verb::Publish(args) => telling::publish(args),
        Verb::History(args) => history::history(args),
        Verb::Load(args) => load::load(args, cli.quiet),
        Verb::Merge(args) => load::merge(args),
        Verb::Doctor(args) => doctor::doctor(args, cli.quiet),
        Verb::Init(args) => init::init(args),
        Verb::Schema(args) => schema::schema(args),
        Verb::Hook(args) => hook::hook(args, cli.quiet),
        Verb::Completions(args) => shell::completions(args),
        Verb::Man(args) => shell::man(args),
    }
}
