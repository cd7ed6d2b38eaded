//! The text of a first `gates.yaml`.
//!
//! A `#` with one space after it begins prose; any other `#` at the beginning of a line stands before
//! an example, which holds once the `#` is removed. There is no `$schema` line, since the schema has no
//! address that is sure to answer; `pacegate schema` writes it.

use super::{Bench, Repository};
use crate::config::resolve::defaults;
use crate::config::yaml::acts_on_terminals;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The most benchmarks that are written out.
const MAX_TARGETS: usize = 50;
/// Where cargo puts programs.
const BUILT: &str = "./target/release/";
/// The most names that a comment lists.
const MAX_LISTED: usize = 10;

/// A benchmark of the file.
struct Target {
    name: String,
    /// What follows its name.
    kind: String,
    /// The series that its gate is for.
    series: String,
    comment: &'static str,
}

/// The text of a `gates.yaml` for what was found: it is valid, `pacegate run` can run it once what it
/// names is built, and whatever was found under whatever name, it says nothing else.
pub fn init(found: &Repository) -> String {
    let mut names = Names::default();
    let targets = targets(found, &mut names);
    let mut out = heading(found, &targets);
    let _ = write!(
        out,
        "\nversion: {}\nproject: {}\n\n# History is kept here; `git:{}` keeps it on a branch of the repository,\n# shared by all machines.\nstore: sqlite:{}\n\nbenchmarks:\n",
        defaults::VERSION,
        quoted(&project(&found.name)),
        defaults::STORE_BRANCH,
        defaults::STORE_FILE,
    );
    let mut comment = "";
    for Target { name, kind, comment: own, .. } in &targets {
        if *own != comment {
            comment = own;
            let _ = writeln!(out, "  # {comment}");
        }
        let _ = writeln!(out, "  {}:\n    {kind}", plain(name));
    }
    out += &more_benchmarks(found, &targets, &mut names);
    let load = names.take("browse".to_owned());
    out += &load_example(found, &load);
    out += "\ngates:\n  # Fails when it surely got slower than the baseline, by more than 5 %.\n";
    for Target { series, .. } in &targets {
        let _ = writeln!(out, "  - {{ series: {}, regression: {{ max: 5% }} }}", quoted(series));
    }
    let _ = write!(
        out,
        "  # Limits for the load: on a latency, and on the share of failed requests.\n  \
         #- {{ series: \"{load}/latency/p95\", limit: {{ max: 250ms }} }}\n  \
         #- {{ series: \"{load}/errors\", limit: {{ max: 1% }} }}\n"
    );
    out += END;
    out
}

const END: &str = r##"
# Reports that every run writes.
reports:
  - markdown: .pacegate/report.md
  #- junit: .pacegate/junit.xml
  #- json: .pacegate/bundle.json

# What `pacegate run --base main` builds in both trees before it measures them in pairs, and how
# long measuring may take. With `base` every run on another branch does so.
#build: [ [cargo, build, --release] ]
#base: main
#paired: { time: 10min }

# Which runs serve as the baseline.
#baseline:
#  branches: [main, master]
#  runs: 30

# A known regression that shall not fail the build for a while.
#waivers:
#  - { series: "*/wall", reason: "new index, see #12", ceiling: 12%, until: 2099-12-31 }
"##;

fn heading(found: &Repository, targets: &[Target]) -> String {
    let build = if runs_build(targets) { "`cargo build --release` and " } else { "" };
    let mut out = format!(
        "# What pacegate measures here, and the rules by which it judges.\n\
         #\n\
         # 1. Add `.pacegate/` to .gitignore.\n\
         # 2. Run {build}`pacegate run`. The first run has nothing to be compared with.\n\
         # 3. Before a merge: `pacegate run --base main` measures both sides in pairs.\n\
         # 4. Commit this file, and let CI run it: runs on `main` or `master` become the baseline.\n\
         #\n\
         # Examples stand behind a `#`; remove it to use one. Every key: `pacegate schema`.\n"
    );
    if !found.load_tests.is_empty() {
        let _ = write!(
            out,
            "#\n# Load tests of other tools are here: {}.\n\
             # Their journeys can be written as `loads`, as in the example below.\n",
            listed(&found.load_tests)
        );
    }
    out
}

/// Whether a program must be built before it is measured.
fn runs_build(targets: &[Target]) -> bool {
    targets.iter().any(|target| target.kind.contains(BUILT))
}

/// What is measured as the file stands; never empty.
fn targets(found: &Repository, names: &mut Names) -> Vec<Target> {
    let mut targets: Vec<Target> = found
        .benches
        .iter()
        .filter(|bench| is_name(&bench.name) && bench.package.as_deref().is_none_or(is_name))
        .take(MAX_TARGETS)
        .map(|bench| criterion(bench, names))
        .collect();
    let is_bench = |script: &&&str| ["bench", "benchmark", "perf"].contains(*script);
    targets.extend(found.scripts.iter().filter(is_bench).map(|name| script(found, name, names)));
    if targets.is_empty() {
        targets.extend(measurable_scripts(found).next().map(|name| script(found, name, names)));
    }
    if targets.is_empty() {
        let programs = found.programs.iter();
        let program = programs.clone().find(|p| p.answers_help && is_name(&p.name));
        targets.extend(program.map(|program| Target {
            name: names.take(program.name.clone()),
            kind: format!("command: {{ run: [{}, --help] }}", built(&program.name)),
            series: format!("{}/wall", program.name),
            comment: "The program, started again and again as a whole process.",
        }));
    }
    if targets.is_empty() {
        targets.push(Target {
            name: names.take("example".to_owned()),
            kind: "command: { run: [sleep, \"0.05\"] }".to_owned(),
            series: "example/wall".to_owned(),
            comment: "A stand-in: write a program of yours and its arguments here. Until then, let it sleep\n  \
                      # longer after a few runs, and see the gate fail.",
        });
    }
    targets
}

fn criterion(bench: &Bench, names: &mut Names) -> Target {
    let name = plain(&bench.name);
    let (target, package) = match &bench.package {
        None => (bench.name.clone(), String::new()),
        Some(package) => (format!("{package}-{}", bench.name), format!("-p, {}, ", plain(package))),
    };
    let target = names.take(target);
    Target {
        series: format!("{target}/*"),
        name: target,
        kind: format!("criterion: {{ command: [cargo, bench, {package}--bench, {name}] }}"),
        comment: "Criterion benches: every benchmark in them is a target below this name.",
    }
}

fn script(found: &Repository, script: &str, names: &mut Names) -> Target {
    let target = names.take(script.to_owned());
    Target {
        series: format!("{target}/wall"),
        name: target,
        kind: run_script(found, script),
        comment: "A script of package.json, timed as a whole.",
    }
}

fn run_script(found: &Repository, script: &str) -> String {
    let runner = found.script_runner;
    format!("command: {{ run: [{runner}, run, {script}], warmup: 1, samples: 10, timeout: 10min }}")
}

/// Scripts that say something about speed, if less than a benchmark does.
fn measurable_scripts(found: &Repository) -> impl Iterator<Item = &'static str> {
    found.scripts.iter().copied().filter(|name| ["build", "test"].contains(name))
}

/// Examples below the benchmarks that are measured.
fn more_benchmarks(found: &Repository, targets: &[Target], names: &mut Names) -> String {
    let mut out = String::new();
    if !found.unready_benches.is_empty() {
        let _ = writeln!(
            out,
            "  # Criterion needs `[[bench]]` with `harness = false` in Cargo.toml for: {}.",
            listed(&found.unready_benches)
        );
    }
    let mut example = |comment: &str, name: &str, kind: &str| {
        let name = names.take(name.to_owned());
        let _ = write!(out, "  # {comment}\n  #{}:\n  #  {kind}\n", plain(&name));
    };
    for name in measurable_scripts(found) {
        if !targets.iter().any(|target| target.name == name) {
            example("A script of package.json, timed as a whole.", name, &run_script(found, name));
        }
    }
    if found.benches.is_empty() {
        let kind = "criterion: { command: [cargo, bench, --bench, parse] }";
        example("Criterion benches of Rust.", "parse", kind);
    }
    if !runs_build(targets) {
        let program = found.programs.iter().find(|program| is_name(&program.name));
        let program = program.map_or("./my-program".to_owned(), |program| built(&program.name));
        let kind = format!("command: {{ run: [{program}, --help], warmup: 3, samples: 30 }}");
        example("A program, started again and again as a whole process.", "start", &kind);
    }
    out
}

fn load_example(found: &Repository, load: &str) -> String {
    let server = found.programs.iter().find(|program| is_name(&program.name));
    let command = match server {
        _ if found.scripts.contains(&"start") => format!("{}, run, start", found.script_runner),
        Some(program) => built(&program.name),
        None => "./my-server".to_owned(),
    };
    format!(
        "\n# A load: the service is started, and journeys begin on a schedule, as users come.\n\
         # Write the port that your service listens on.\n\
         #services:\n\
         #  web:\n\
         #    command: [{command}]\n\
         #    ready: \"http://127.0.0.1:8080/\"\n\
         #loads:\n\
         #  {load}:\n\
         #    service: web\n\
         #    arrivals: {{ rate: 50/s, for: 20s }}\n\
         #    steps:\n\
         #      - get: /\n"
    )
}

fn built(program: &str) -> String {
    format!("{BUILT}{program}")
}

/// Names of targets that are given away, each once.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn take(&mut self, name: String) -> String {
        let numbered = (2..).map(|n| format!("{name}-{n}"));
        let free =
            std::iter::once(name.clone()).chain(numbered).find(|name| !self.0.contains(name));
        let free = free.unwrap_or(name);
        self.0.insert(free.clone());
        free
    }
}

/// Whether a name can stand as a target, and in a list of arguments, as it is.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.len() <= 50
        && name.chars().all(allowed)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// A name as YAML reads it as a text.
fn plain(name: &str) -> String {
    if name.eq_ignore_ascii_case("null") { quoted(name) } else { name.to_owned() }
}

/// A text in double quotes. JSON's escapes are YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn project(name: &str) -> String {
    let name: String = name.chars().filter(|c| is_printable(*c)).take(120).collect();
    match name.trim() {
        "" => "project".to_owned(),
        name => name.to_owned(),
    }
}

/// Names for a comment.
fn listed(names: &[String]) -> String {
    let shown = |name: &String| -> String {
        format!("`{}`", name.chars().filter(|c| is_printable(*c)).take(80).collect::<String>())
    };
    let rest = names.len().saturating_sub(MAX_LISTED);
    let list: Vec<String> = names.iter().take(MAX_LISTED).map(shown).collect();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    list.join(", ") + &more
}

/// Whether YAML takes a character unescaped, and no terminal acts on it.
fn is_printable(c: char) -> bool {
    !acts_on_terminals(c) && !matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}
