//! Where base and head are built and measured: each in its own place, whatever is configured.

use super::Project;

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
    crate::dir::Ended::new(output).check(0, &["PASS"]);
    let notes = project.cache.read("notes");
    for word in ["base", "head"] {
        assert_eq!(notes.lines().filter(|line| *line == word).count(), 8, "{notes}");
    }
}
