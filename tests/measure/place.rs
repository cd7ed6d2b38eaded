//! Where is measured: the machine class and the revision.

use crate::support::{Folder, run};
use pacegate::measure::{environment, revision};
use pacegate::model::Revision;
use std::process::Command;

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
fn a_revision_is_commit_branch_and_cleanness() {
    let folder = Folder::new();
    let git = |arguments: &str| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]);
        command.args(arguments.split(' ')).current_dir(folder.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {arguments}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let check = |expected: Revision| assert_eq!(run(revision(folder.path())), expected);

    check(Revision::default());
    git("init -q -b trunk");
    check(Revision::default());
    folder.write("file", "one");
    git("add file");
    git("commit -q -m first");
    folder.write("untracked", "");
    let clean = Revision {
        commit: Some(git("rev-parse HEAD")),
        branch: Some("trunk".into()),
        dirty: false,
    };
    check(clean.clone());
    folder.write("file", "two");
    check(Revision { dirty: true, ..clean.clone() });
    git("checkout -q --force --detach");
    check(Revision { branch: None, ..clean });
}
