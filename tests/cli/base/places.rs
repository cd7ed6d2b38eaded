//! Where base and head are built and measured: each in its own place, whatever is configured.

use super::Project;
use crate::dir::Ended;
use std::collections::BTreeSet;

const MANIFEST: &str =
    "[package]\nname = \"tiny\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";

/// A program that notes a word in the file that a variable names.
fn program(word: &str) -> String {
    format!(
        "use std::io::Write as _;
fn main() {{
    let file = std::fs::File::options().create(true).append(true).open(std::env::var(\"NOTES\").unwrap());
    file.unwrap().write_all(b\"{word}\\n\").unwrap();
}}"
    )
}

#[test]
fn a_build_folder_that_cargo_shares_between_projects_is_not_shared_by_the_builds() {
    let project = Project::of(&[]);
    let (shared, home) = (project.cache.path("shared"), project.cache.path("cargo"));
    project.cache.write("cargo/config.toml", format!("[build]\ntarget-dir = {shared:?}\n"));
    let notes = project.cache.path("notes");
    let config = format!(
        "version: 1
project: p
build: [ [cargo, build, --quiet, --offline] ]
benchmarks:
  tiny: {{ command: {{ run: [{:?}], env: {{ NOTES: {notes:?} }}, warmup: 0, samples: 3 }} }}
paired: {{ pairs: 8 }}
gates: [ {{ series: 'tiny/wall', regression: {{ max: 10000% }} }} ]
",
        shared.join("debug/tiny")
    );
    let files = [("Cargo.toml", MANIFEST), (".gitignore", ".pacegate\nCargo.lock\n")];
    project.commit(&files);
    project.commit(&[("src/main.rs", &program("base"))]);
    project.commit(&[("src/main.rs", &program("head")), ("gates.yaml", &config)]);
    let mut command = project.command("run --base HEAD~1");
    // What is set for these tests must not come before the configuration.
    for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"] {
        command.env_remove(name);
    }
    let output = command.env("CARGO_HOME", home).output().expect("run the command");
    // By chance the head may be seen to be the faster one.
    Ended::new(output).check(0, &["tiny/wall"]);
    let notes = project.cache.read("notes");
    for word in ["base", "head"] {
        assert_eq!(notes.lines().filter(|line| *line == word).count(), 8, "{notes}");
    }
}

/// Notes the place that a command runs in, below the top of either tree, and what it finds there.
const NOTE: &str = "echo $1 ${PWD##*/tree/} $(cat name) >> $NOTES";

#[test]
fn a_part_of_a_repository_is_built_and_measured_at_the_same_places_of_both_trees() {
    let project = Project::of(&[(".gitignore", ".pacegate\n")]);
    let notes = project.cache.path("notes");
    let env = format!("env: {{ NOTES: {notes:?} }}");
    let config = format!(
        "version: 1
project: p
build: [ [sh, ../note.sh, build] ]
benchmarks:
  here: {{ command: {{ run: [sh, ../note.sh, here], {env}, warmup: 0, samples: 3 }} }}
  there: {{ command: {{ run: [sh, ../../note.sh, there], cwd: ../lib/deep, {env}, warmup: 0, samples: 3 }} }}
  nowhere: {{ command: {{ run: [pwd], cwd: new, warmup: 0, samples: 3 }} }}
paired: {{ pairs: 8 }}
gates: [ {{ series: '*/wall', regression: {{ max: 10000% }} }} ]
"
    );
    let note = NOTE.replace("$NOTES", &notes.display().to_string());
    project.commit(&[("note.sh", &note), ("app/gates.yaml", &config)]);
    project.commit(&[("app/name", "base"), ("lib/deep/name", "base")]);
    project.commit(&[("app/name", "head"), ("lib/deep/name", "head"), ("app/new/x", "")]);

    let expected: BTreeSet<&str> = [
        "build app base",
        "build app head",
        "here app base",
        "here app head",
        "there lib/deep base",
        "there lib/deep head",
    ]
    .into();
    for (directory, args) in
        [("app", "run --base HEAD~1"), (".", "run --base HEAD~1 --config app/gates.yaml")]
    {
        let mut command = project.command(args);
        command.current_dir(project.dir.path(directory));
        let ended = Ended::new(command.output().expect("run the command"));
        ended.check(0, &["`nowhere` could not be compared", "working directory"]);
        let top = project.dir.root().canonicalize().expect("its path").display().to_string() + "/";
        let notes = project.cache.read("notes").replace(&top, "");
        assert_eq!(notes.lines().collect::<BTreeSet<_>>(), expected, "{notes}");
        assert!(project.dir.path("app/.pacegate/history.db").exists());
        std::fs::remove_file(project.cache.path("notes")).expect("forget");
    }
}
