//! What `Cargo.toml` tells, and those of a workspace's members.

use super::look::{names, text};
use super::{Bench, Program, Repository};
use std::path::{Component, Path, PathBuf};
use toml::{Table, Value};

/// The most members of a workspace that are looked at.
const MAX_MEMBERS: usize = 100;
/// Crates that give a program its `--help`.
const PARSERS: [&str; 5] = ["argh", "bpaf", "clap", "gumdrop", "structopt"];

pub(super) fn look(dir: &Path, found: &mut Repository) {
    let Some(manifest) = manifest(dir) else { return };
    if let Some(name) = package_name(&manifest) {
        found.name = name.to_owned();
        package(dir, &manifest, None, found);
    }
    for member in members(dir, &manifest) {
        let Some(manifest) = self::manifest(&member) else { continue };
        let Some(name) = package_name(&manifest) else { continue };
        package(&member, &manifest, Some(name), found);
    }
}

fn manifest(dir: &Path) -> Option<Table> {
    text(&dir.join("Cargo.toml"))?.parse().ok()
}

fn package_name(manifest: &Table) -> Option<&str> {
    manifest.get("package")?.get("name")?.as_str()
}

/// Directories of a workspace's members; of globs, those that end in `/*`, as nearly all do.
fn members(dir: &Path, manifest: &Table) -> Vec<PathBuf> {
    let listed = manifest.get("workspace").and_then(|workspace| workspace.get("members"));
    let listed = listed.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let inside = |member: &&str| {
        Path::new(member).components().all(|part| matches!(part, Component::Normal(_)))
    };
    let below = |member: &str| match member.strip_suffix("/*") {
        Some(parent) => {
            let parent = dir.join(parent);
            names(&parent).into_iter().map(|name| parent.join(name)).collect()
        }
        None => vec![dir.join(member)],
    };
    listed.filter(inside).flat_map(below).take(MAX_MEMBERS).collect()
}

fn package(dir: &Path, manifest: &Table, member: Option<&str>, found: &mut Repository) {
    let depends_on = |kinds: &[&str], name: &str| {
        kinds.iter().any(|kind| manifest.get(*kind).is_some_and(|list| list.get(name).is_some()))
    };
    if depends_on(&["dev-dependencies", "dependencies"], "criterion") {
        let (ready, unready) = benches(dir, manifest);
        let package = member.map(str::to_owned);
        found
            .benches
            .extend(ready.into_iter().map(|name| Bench { package: package.clone(), name }));
        found.unready_benches.extend(unready);
    }
    let answers_help = PARSERS.iter().any(|parser| depends_on(&["dependencies"], parser));
    let programs = programs(dir, manifest);
    found.programs.extend(programs.into_iter().map(|name| Program { name, answers_help }));
}

/// Benches that run without libtest's harness, as criterion's must, and all others.
fn benches(dir: &Path, manifest: &Table) -> (Vec<String>, Vec<String>) {
    let without_harness = |bench: &&Value| {
        bench.get("harness").and_then(Value::as_bool).is_some_and(|harness| !harness)
    };
    let ready: Vec<String> =
        targets(manifest, "bench").filter(without_harness).filter_map(name).collect();
    let unready = sources(&dir.join("benches")).filter(|name| !ready.contains(name)).collect();
    (ready, unready)
}

fn programs(dir: &Path, manifest: &Table) -> Vec<String> {
    let mut programs: Vec<String> = targets(manifest, "bin").filter_map(name).collect();
    let main = dir.join("src/main.rs").is_file().then(|| package_name(manifest)).flatten();
    // A `[[bin]]` of its own often is `src/main.rs` under another name.
    if programs.is_empty() {
        programs.extend(main.map(str::to_owned));
    }
    let more: Vec<String> =
        sources(&dir.join("src/bin")).filter(|name| !programs.contains(name)).collect();
    programs.extend(more);
    programs
}

fn targets<'a>(manifest: &'a Table, kind: &str) -> impl Iterator<Item = &'a Value> {
    manifest.get(kind).and_then(Value::as_array).into_iter().flatten()
}

fn name(target: &Value) -> Option<String> {
    Some(target.get("name")?.as_str()?.to_owned())
}

/// Names of the targets that cargo finds in a directory: `NAME.rs` and `NAME/main.rs`.
fn sources(dir: &Path) -> impl Iterator<Item = String> {
    let dir = dir.to_owned();
    names(&dir).into_iter().filter_map(move |name| match name.strip_suffix(".rs") {
        Some(stem) => Some(stem.to_owned()),
        None => dir.join(&name).join("main.rs").is_file().then_some(name),
    })
}
