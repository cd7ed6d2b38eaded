//! Commands: program and arguments, where they run, and what they see of the environment.

use super::path_in;
use crate::config::error::Fault;
use crate::config::plan::Command;
use crate::config::yaml::{At, Entries, shown};
use std::collections::BTreeMap;
use std::path::Path;

/// The keys that surround a command wherever one is configured.
pub(super) struct Surroundings<'a> {
    pub(super) cwd: Option<&'a At<String>>,
    pub(super) env: Option<&'a Entries<At<String>>>,
    pub(super) pass_env: Option<&'a [At<String>]>,
    /// The directory that relative paths are joined to.
    pub(super) base: &'a Path,
}

/// Program and arguments, with the place they run in.
pub(super) fn command(
    argv: &At<Vec<At<String>>>,
    surroundings: &Surroundings<'_>,
) -> Result<Command, Fault> {
    if argv.value.first().is_none_or(|program| program.value.trim().is_empty()) {
        return Err(argv
            .fault("a command needs a program to run")
            .help("write program and arguments as a list, such as `[cargo, bench]`"));
    }
    if let Some(argument) = argv.value.iter().find(|argument| argument.value.contains('\0')) {
        return Err(argument.fault("an argument cannot hold a zero byte"));
    }
    let base = surroundings.base;
    Ok(Command {
        argv: argv.value.iter().map(|argument| argument.value.clone()).collect(),
        cwd: surroundings.cwd.map_or(Ok(base.to_owned()), |cwd| path_in(base, cwd, &cwd.value))?,
        env: surroundings.env.map_or(Ok(BTreeMap::new()), set)?,
        pass_env: passed(surroundings.pass_env.unwrap_or_default())?,
    })
}

fn set(env: &Entries<At<String>>) -> Result<BTreeMap<String, String>, Fault> {
    let entry = |(name, value): &(At<String>, At<String>)| {
        if !is_variable(&name.value) {
            return Err(not_a_variable(name));
        }
        if value.value.contains('\0') {
            return Err(value.fault("an environment variable cannot hold a zero byte"));
        }
        Ok((name.value.clone(), value.value.clone()))
    };
    env.0.iter().map(entry).collect()
}

fn passed(names: &[At<String>]) -> Result<Vec<String>, Fault> {
    let name = |name: &At<String>| {
        let fixed = name.value.strip_suffix('*').unwrap_or(&name.value);
        if name.value == "*" {
            return Err(name
                .fault("`*` would pass every variable on, the tokens of the CI among them")
                .help("write how the names begin, such as `MYAPP_*`"));
        }
        if fixed.contains('*') {
            return Err(name
                .fault(format!("`{}` has a `*` that is not at its end", shown(&name.value)))
                .help("a `*` stands for any ending, as in `MYAPP_*`"));
        }
        match is_variable(fixed) {
            true => Ok(name.value.clone()),
            false => Err(not_a_variable(name)),
        }
    };
    names.iter().map(name).collect()
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '=' || c.is_control())
}

fn not_a_variable(name: &At<String>) -> Fault {
    let fault = name
        .fault(format!("`{}` cannot be the name of an environment variable", shown(&name.value)));
    match name.value.split_once('=') {
        Some((key, _)) if is_variable(key) => {
            fault.help(format!("set it under `env`, as `{}: …`", shown(key)))
        }
        _ => fault,
    }
}
