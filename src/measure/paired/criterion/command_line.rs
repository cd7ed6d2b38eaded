//! A `cargo bench` command line, taken apart: what cargo builds, and what its benches are given.

use std::path::Path;

/// Options of `cargo bench` that take a word after them, or may.
const VALUED: [&str; 21] = [
    "-p",
    "--package",
    "--exclude",
    "--bin",
    "--example",
    "--test",
    "--bench",
    "-F",
    "--features",
    "-j",
    "--jobs",
    "--profile",
    "--target",
    "--target-dir",
    "--manifest-path",
    "--lockfile-path",
    "--message-format",
    "--color",
    "--config",
    "-Z",
    "-C",
];
/// Given to cargo in other words than the person's.
const OURS: [&str; 2] = ["--no-run", "--message-format"];

/// A command line of `cargo bench`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CommandLine {
    /// Cargo and its arguments.
    cargo: Vec<String>,
    /// What each executable is given: cargo's filter, and what follows `--`.
    pub(super) benches: Vec<String>,
}

impl CommandLine {
    /// `None` when it is not cargo itself that runs the benches.
    pub(super) fn of(argv: &[String]) -> Option<Self> {
        let (program, arguments) = argv.split_first()?;
        if Path::new(program).file_name()? != "cargo" {
            return None;
        }
        let end = arguments.iter().position(|argument| argument == "--");
        let (before, after) = arguments.split_at(end.unwrap_or(arguments.len()));
        let (mut cargo, mut words) = (vec![program.clone()], vec![]);
        let mut before = before.iter().peekable();
        while let Some(argument) = before.next() {
            let (option, has_value) = match argument.split_once('=') {
                Some((option, _)) => (option, true),
                None => (argument.as_str(), false),
            };
            if !argument.starts_with(['-', '+']) {
                words.push(argument);
                if words.len() > 1 {
                    continue;
                }
            }
            let takes_next = VALUED.contains(&option) && !has_value;
            let value = before.next_if(|next| takes_next && !next.starts_with('-'));
            if !OURS.contains(&option) {
                cargo.extend([Some(argument), value].into_iter().flatten().cloned());
            }
        }
        let (verb, filter) = words.split_first()?;
        let benches = filter.iter().copied().chain(after.iter().skip(1)).cloned().collect();
        (*verb == "bench").then_some(CommandLine { cargo, benches })
    }

    /// The same, building the benches without running them, and telling what was built as JSON.
    pub(super) fn building(&self) -> Vec<String> {
        let told = ["--no-run", "--message-format=json-render-diagnostics"];
        self.cargo.iter().cloned().chain(told.map(str::to_owned)).collect()
    }

    /// The same in a person's words.
    pub(super) fn shown(&self) -> String {
        format!("{} --no-run", self.cargo.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn cargo_and_its_benches_are_given_their_own() {
        let check = |line: &str, cargo: &str, benches: &str| {
            let expected = CommandLine { cargo: words(cargo), benches: words(benches) };
            assert_eq!(CommandLine::of(&words(line)), Some(expected), "{line}");
        };
        check("cargo bench", "cargo bench", "");
        check("cargo bench --bench stats", "cargo bench --bench stats", "");
        check("cargo bench --bench stats parse", "cargo bench --bench stats", "parse");
        check("cargo bench parse --bench", "cargo bench --bench", "parse");
        check("cargo bench --bench stats -- a --exact", "cargo bench --bench stats", "a --exact");
        check("cargo bench a -- --quick -- b", "cargo bench", "a --quick -- b");
        check("/x/cargo +nightly -q bench -p a -j2", "/x/cargo +nightly -q bench -p a -j2", "");
        check("cargo --config a=b bench", "cargo --config a=b bench", "");
        check("cargo bench --features=a b", "cargo bench --features=a", "b");
        check("cargo bench --no-run --message-format short b", "cargo bench", "b");
        check("cargo bench --message-format=json --benches", "cargo bench --benches", "");
    }

    #[test]
    fn other_commands_are_not_taken_apart() {
        for line in [
            "make bench",
            "cargo",
            "cargo test --benches",
            "cargo -p bench",
            "./cargo.sh bench",
            "",
        ] {
            assert_eq!(CommandLine::of(&words(line)), None, "{line}");
        }
    }

    #[test]
    fn benches_are_built_without_being_run() {
        let line = CommandLine::of(&words("cargo bench --bench stats a -- --noplot")).unwrap();
        assert_eq!(
            line.building().join(" "),
            "cargo bench --bench stats --no-run --message-format=json-render-diagnostics"
        );
        assert_eq!(line.shown(), "cargo bench --bench stats --no-run");
    }
}
