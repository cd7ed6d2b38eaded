//! `pacegate init`: a commented configuration for the repository that it finds.

use crate::args::InitArgs;
use crate::failure::Failure;
use crate::stdout;
use pacegate::config;
use pacegate::exit::Exit;
use std::fs::create_dir_all;
use std::io::{ErrorKind, Write};
use std::path::Path;

pub(crate) fn init(args: &InitArgs) -> Result<Exit, Failure> {
    let directory = match args.config.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let text = config::init(&config::look(directory));
    if args.print {
        stdout::print(&text)?;
        return Ok(Exit::Pass);
    }
    let written = create_dir_all(directory).and_then(|()| write(&args.config, &text, args.force));
    written.map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::AlreadyExists => "it exists already; use --force to replace it".to_owned(),
            _ => error.to_string(),
        };
        Failure::new(Exit::Usage, format!("failed to write `{}`: {hint}", args.config.display()))
    })?;
    stdout::print(&format!(
        "Wrote {path}.\nRead it, adapt it, then run: pacegate run --config {path}\n",
        path = args.config.display()
    ))?;
    Ok(Exit::Pass)
}

fn write(path: &Path, text: &str, force: bool) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(path)?.write_all(text.as_bytes())
}
