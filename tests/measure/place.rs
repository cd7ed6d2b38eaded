//! Where is measured: the machine class.

use crate::support::{Folder, launcher, run};
use pacegate::measure::environment;
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn the_toolchain_is_told_only_where_there_is_a_cargo_project() {
    let folder = Folder::new();
    let without = run(environment(folder.path()));
    assert_eq!(without.toolchain, "");
    assert!(without.cores >= 1 && !without.cpu.is_empty() && !without.image.is_empty());
    folder.write("Cargo.toml", "");
    let with = run(environment(folder.path()));
    assert!(with.toolchain.starts_with("rustc "), "{with:?}");
}

#[test]
fn a_toolchain_that_the_measured_tree_chose_gets_no_secret() {
    let folder = Folder::new();
    folder.write("Cargo.toml", "");
    folder.write("bin/rustc", "#!/bin/sh\nenv > seen\necho rustc 1.0.0\n");
    let rustc = folder.path().join("bin/rustc");
    std::fs::set_permissions(rustc, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder.write(
        "gates.yaml",
        "version: 1\nproject: p\nbenchmarks:\n  b: { command: { run: ['true'], warmup: 0, samples: 1 } }\n\
         gates: [ { series: '*', regression: {} } ]\n",
    );
    let path = std::env::var("PATH").unwrap();
    let output = std::process::Command::new(launcher())
        .arg("run")
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", folder.path().join("bin").display()))
        .env("GITHUB_TOKEN", "secret")
        .env("CARGO_REGISTRY_TOKEN", "secret")
        .output()
        .unwrap();
    let seen = folder.read("seen");
    assert!(seen.contains("PATH="), "the planted rustc was asked: {output:?}");
    assert!(!seen.contains("secret"), "{seen}");
}
