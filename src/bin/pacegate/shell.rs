//! `pacegate completions` and `pacegate man`: what shells and `man` are to know, from the command line itself.

use crate::args::Cli;
use crate::failure::Failure;
use crate::stdout;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use pacegate::exit::Exit;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Of which shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write a page for each command into this folder instead; it is made when missing
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pacegate", &mut text);
    stdout::print(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Pass)
}

pub(crate) fn man(args: &ManArgs) -> Result<Exit, Failure> {
    let failed = |what: String, error: std::io::Error| {
        Failure::new(Exit::ReportFailed, format!("failed to {what}: {error}"))
    };
    let Some(folder) = &args.output else {
        let mut text = Vec::new();
        let drawn = Man::new(Cli::command().disable_help_subcommand(true)).render(&mut text);
        drawn.map_err(|error| failed("draw the page".to_owned(), error))?;
        stdout::print(&String::from_utf8_lossy(&text))?;
        return Ok(Exit::Pass);
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .map_err(|error| failed(format!("write pages to `{}`", folder.display()), error))?;
    Ok(Exit::Pass)
}
