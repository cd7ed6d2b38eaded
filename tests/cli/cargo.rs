//! `cargo pacegate`: the same command by another name.

use crate::dir::{Dir, Ended};
use std::process::Command;

#[test]
fn cargo_pacegate_is_pacegate() {
    let dir = Dir::new();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-pacegate"));
        command.args(args).current_dir(dir.root());
        Ended::new(command.output().expect("run"))
    };
    let version = format!("pacegate {}\n", env!("CARGO_PKG_VERSION"));
    for args in [&["pacegate", "--version"][..], &["--version"]] {
        let ended = run(args).check(0, &[]);
        assert_eq!(ended.out, version, "{args:?}");
    }
    // Only the name that cargo puts first is taken away, and the exit code passes through.
    run(&["pacegate", "pacegate"]).check(2, &["unrecognized subcommand 'pacegate'"]);
}
