//! Pairs of criterion's benches: real crates, built by cargo in both trees.

use crate::repository::{PARENT, Repository};
use crate::support::measured;
use pacegate::config::{BenchmarkKind, Command, CriterionPlan, Plan};
use pacegate::measure::Event;
use pacegate::measure::paired::{PairedMeasured, Progress};
use pacegate::model::{Data, Failure, PairedSeries, Stage, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

const MANIFEST: &str = r#"
[package]
name = "tiny"
version = "0.0.0"
edition = "2021"

[[bench]]
name = "work"
harness = false

[profile.bench]
opt-level = 0

[workspace]
"#;
/// A crate with benches that need nothing of criterion.
const EMPTY: &str = "fn main() {}";

/// A repository with two commits of a crate, whose benches are these; `None` is a crate without.
fn of_benches(base: Option<&str>, head: &str) -> Repository {
    let repository = Repository::new();
    let library = ("src/lib.rs", "");
    match base {
        Some(base) => {
            repository.commit(&[library, ("Cargo.toml", MANIFEST), ("benches/work.rs", base)])
        }
        None => {
            let bench = MANIFEST.find("[[bench]]").unwrap()..MANIFEST.find("[profile").unwrap();
            let mut without = MANIFEST.to_owned();
            without.replace_range(bench, "");
            repository.commit(&[library, ("Cargo.toml", &without)])
        }
    };
    repository.commit(&[("Cargo.toml", MANIFEST), ("benches/work.rs", head)]);
    repository
}

/// A command in the repository, whose environment names one build folder for both builds.
fn command(repository: &Repository, line: &str) -> Command {
    let argv: Vec<&str> = line.split(' ').collect();
    let mut command = Command { cwd: repository.path(), ..repository.folder.command(&argv) };
    for (name, place) in [("CARGO_TARGET_DIR", "out"), ("NOTES", "notes")] {
        let place = repository.folder.path().join(place).to_str().unwrap().to_owned();
        command.env.insert(name.to_owned(), place);
    }
    command
}

fn plan(repository: &Repository, line: &str) -> Plan {
    let criterion = CriterionPlan {
        command: command(repository, line),
        output: None,
        timeout: Duration::from_secs(1800),
    };
    repository.plan(vec![("e", BenchmarkKind::Criterion(criterion))])
}

fn names(targets: &[Target]) -> Vec<&str> {
    targets.iter().map(|target| &*target.name).collect()
}

#[track_caller]
fn pairs<'a>(measured: &'a PairedMeasured, id: &str) -> &'a PairedSeries {
    measured.series.iter().find(|series| series.series.to_string() == id).unwrap()
}

/// Criterion benches by name and turns of a loop, each of which notes the processes that run it.
fn benches(benches: &[(&str, u32)]) -> String {
    let benches = benches.iter().map(|(name, turns)| {
        format!(
            "group.bench_function({name:?}, |b| {{ note({name:?}); b.iter(|| turn({turns})) }});\n"
        )
    });
    format!(
        r#"
use criterion::{{Criterion, criterion_group, criterion_main}};
use std::io::Write as _;

fn turn(turns: u64) -> u64 {{
    (0..turns).fold(0, |sum, n| std::hint::black_box(sum ^ n))
}}

fn note(name: &str) {{
    assert!(std::path::Path::new("Cargo.toml").exists(), "a bench runs in its package's folder");
    let file = std::env::var("NOTES").unwrap();
    let mut file = std::fs::File::options().create(true).append(true).open(file).unwrap();
    file.write_all(format!("{{name}} {{}}\n", std::process::id()).as_bytes()).unwrap();
}}

fn work(c: &mut Criterion) {{
    let mut group = c.benchmark_group("g");
    {}
}}
criterion_group!(benches, work);
criterion_main!(benches);
"#,
        benches.collect::<String>()
    )
}

/// The compiler's flags for the criterion that was built for our own benches: building it anew in both
/// trees takes minutes.
fn built_criterion() -> String {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().unwrap();
    let libraries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_criterion = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("libcriterion-") && name.ends_with(".rlib")
    };
    // Others are of earlier versions.
    let newest = libraries
        .filter(is_criterion)
        .max_by_key(|path| path.metadata().unwrap().modified().unwrap())
        .unwrap();
    let (library, folder) = (newest.to_str().unwrap(), folder.to_str().unwrap());
    ["--extern", &format!("criterion={library}"), "-L", &format!("dependency={folder}")]
        .join("\x1f")
}

/// The processes that ran each bench.
fn processes(notes: &str) -> BTreeMap<&str, usize> {
    let lines: BTreeSet<&str> = notes.lines().collect();
    let mut processes = BTreeMap::new();
    for (name, _) in lines.into_iter().filter_map(|line| line.split_once(' ')) {
        *processes.entry(name).or_default() += 1;
    }
    processes
}

#[test]
fn benches_of_criterion_are_measured_in_pairs_of_processes() {
    let base = benches(&[("a+b", 300), ("a", 300), ("old", 300)]);
    let head = benches(&[("a+b", 900), ("a", 300), ("new", 300)]);
    let repository = of_benches(Some(&base), &head);
    // Times on the command line are the person's for a run without a base.
    let line = "cargo bench --offline --bench work g/ -- --warm-up-time 0.1 --measurement-time 0.2 \
                --sample-size 12";
    let mut plan = plan(&repository, line);
    let BenchmarkKind::Criterion(criterion) = &mut plan.benchmarks[0].kind else { panic!() };
    criterion.command.env.insert("CARGO_ENCODED_RUSTFLAGS".to_owned(), built_criterion());
    plan.paired.pairs = 12;
    let decided = |series: &PairedSeries| match &*series.series.target {
        "e/g/a_b" => Progress::Undecided,
        _ => Progress::Settled,
    };
    let paired = repository.told(&plan, PARENT, &decided, |_, _| {}).result.unwrap();
    assert_eq!(paired.head.failures, []);

    // What is decided is not measured any more, though its id is the start of another one's.
    let slowed = &pairs(&paired, "e/g/a_b/time").pairs;
    assert_eq!((slowed.len(), pairs(&paired, "e/g/a/time").pairs.len()), (12, 8));
    let notes = repository.folder.read("notes");
    let expected = BTreeMap::from([("a+b", 24), ("a", 16), ("old", 1), ("new", 8)]);
    assert_eq!(processes(&notes), expected);

    // Three times the work, of which noise may hide some.
    let mut ratios: Vec<f64> = slowed.iter().map(|pair| (pair.head / pair.base).ln()).collect();
    ratios.sort_by(f64::total_cmp);
    assert!(ratios[6] > 0.4, "{ratios:?}");

    // Every sample of a process is kept, ten as pairs have them, and the pair is their median.
    let target = paired.head.targets.iter().find(|target| target.name == "e/g/a_b").unwrap();
    let Data::Sample(sample) = &target.measurement("time").unwrap().data else {
        panic!("{target:?}")
    };
    assert_eq!(sample.processes().iter().map(Vec::len).collect::<Vec<_>>(), [10; 12]);
    for (values, pair) in sample.processes().iter().zip(slowed) {
        let faster = values.iter().filter(|value| **value < pair.head).count();
        let slower = values.iter().filter(|value| **value > pair.head).count();
        assert!(faster <= 5 && slower <= 5, "{values:?} {pair:?}");
    }

    // What only one of them has is told apart, and compared with nothing; the head's is measured alone.
    let [new] = &paired.incomparable[..] else { panic!("{:?}", paired.incomparable) };
    assert_eq!(new.target, "e/g/new");
    assert!(new.error.starts_with("base: it is not there"), "{new:?}");
    assert_eq!(names(&paired.head.targets), ["e/g/a", "e/g/a_b", "e/g/new"]);
    assert_eq!(names(&paired.base), ["e/g/a", "e/g/a_b", "e/g/old"]);
    assert!(!repository.folder.path().join("out/criterion").exists(), "results are its own");

    // A run without a base calls them the same, but is never compared with this one.
    let alone = measured(&plan);
    assert_eq!(names(&alone.targets), ["e/g/a", "e/g/a_b", "e/g/new"]);
    assert!(paired.base.iter().all(|base| base.definition == target.definition));
    assert!(alone.targets.iter().all(|alone| alone.definition != target.definition));

    // A filter that lets nothing through.
    let BenchmarkKind::Criterion(criterion) = &mut plan.benchmarks[0].kind else { panic!() };
    criterion.command.argv[5] = "nothing".to_owned();
    let error = only(&repository.measure(&plan).unwrap().head.failures, Stage::Read);
    assert!(error.contains("check that it runs criterion benches and that its filter"), "{error}");
}

/// The one failure of the entry.
#[track_caller]
fn only(failures: &[Failure], stage: Stage) -> String {
    let [failure] = failures else { panic!("one failure: {failures:?}") };
    assert_eq!((&*failure.target, failure.stage), ("e", stage));
    failure.error.clone()
}

/// What is told when the command is run in a repository of a base and a head: of the base, of the head,
/// whose benches give nothing when they are measured alone.
#[track_caller]
fn fails(repository: &Repository, line: &str, stage: Stage, base: &[&str], head: &[&str]) {
    let measured = repository.measure(&plan(repository, line)).unwrap();
    let nothing: &[&str] = &["head: the benches wrote no results"];
    let head = if head.is_empty() { (Stage::Read, nothing) } else { (stage, head) };
    for (failures, (stage, parts)) in
        [(&measured.incomparable, (stage, base)), (&measured.head.failures, head)]
    {
        if parts.is_empty() {
            assert_eq!(*failures, []);
        } else {
            let error = only(failures, stage);
            assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        }
    }
    assert!(measured.head.targets.is_empty() && measured.series.is_empty());
}

#[test]
fn it_is_told_which_build_of_the_benches_fails() {
    let fails = |base: Option<&str>, head: &str, of_base: &[&str], of_head: &[&str]| {
        let line = "cargo bench --offline --bench work";
        fails(&of_benches(base, head), line, Stage::Build, of_base, of_head);
    };
    let broken = "fn main() { nowhere() }";
    let told = |build: &'static str| {
        [build, "`cargo bench --offline --bench work --no-run` exited with code 101", "`nowhere`"]
    };
    fails(Some(EMPTY), broken, &[], &told("head: "));
    fails(Some(broken), EMPTY, &told("base: "), &[]);
    fails(Some(broken), broken, &[], &told("head: "));
    fails(None, EMPTY, &["base: ", "no bench target named `work`"], &[]);
}

#[test]
fn it_is_told_which_build_of_the_benches_does_not_run() {
    let fails = |base: &str, head: &str, of_base: &[&str], of_head: &[&str]| {
        let line = "cargo bench --offline --bench work";
        fails(&of_benches(Some(base), head), line, Stage::Measure, of_base, of_head);
    };
    // As criterion would.
    let writes = r###"
fn main() {
    let folder = std::env::var("CRITERION_HOME").unwrap() + "/a/new";
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.clone() + "/benchmark.json", r##"{"full_id":"a"}"##).unwrap();
    std::fs::write(folder + "/sample.json", r##"{"iters":[1],"times":[1]}"##).unwrap();
}"###;
    let breaks = "fn main() { panic!(\"out of luck\") }";
    let told =
        |build: &'static str| [build, "the benches `work` exited with code 101", "out of luck"];
    fails(writes, breaks, &[], &told("head: "));

    // The head is measured all the same.
    let line = "cargo bench --offline --bench work";
    let repository = of_benches(Some(breaks), writes);
    let measured = repository.measure(&plan(&repository, line)).unwrap();
    let error = only(&measured.incomparable, Stage::Measure);
    assert!(told("base: ").iter().all(|part| error.contains(part)), "{error}");
    assert_eq!((names(&measured.head.targets), measured.head.failures), (vec!["e/a"], vec![]));
}

#[test]
fn programs_that_do_not_know_criterions_flags_are_named() {
    let refuses = r#"
fn main() {
    if let Some(flag) = std::env::args().skip(1).find(|argument| argument.starts_with("--warm")) {
        eprintln!("error: Unrecognized option: '{}'", &flag[2..]);
        std::process::exit(1);
    }
}"#;
    let repository = of_benches(Some(refuses), refuses);
    let line = "cargo bench --offline --bench work";
    fails(&repository, line, Stage::Measure, &[], &["head: ", "set `harness = false`"]);
}

#[test]
fn one_build_in_place_of_the_other_is_noticed() {
    let repository = of_benches(Some(EMPTY), EMPTY);
    let mut plan = plan(&repository, "cargo bench --offline --target-dir");
    let BenchmarkKind::Criterion(criterion) = &mut plan.benchmarks[0].kind else { panic!() };
    criterion.command.env.clear();
    criterion.command.argv.push(repository.folder.path().join("out").to_str().unwrap().to_owned());
    let measured = repository.measure(&plan).unwrap();
    let failures = [measured.incomparable, measured.head.failures].concat();
    let error = only(&failures, Stage::Build);
    assert!(error.contains("set CARGO_TARGET_DIR"), "{error}");
}

#[test]
fn a_command_that_is_not_cargos_cannot_be_taken_apart() {
    let repository = Repository::of("x", "1", "2");
    let advice = "`false bench` is no `cargo bench` command";
    fails(&repository, "false bench", Stage::Measure, &[advice], &["exited with code 1"]);
}

#[test]
fn an_interrupt_ends_the_build_of_the_benches() {
    let builds = r#"fn main() { std::thread::sleep(std::time::Duration::from_secs(1000)) }"#;
    let repository = of_benches(Some(EMPTY), EMPTY);
    repository.commit(&[("build.rs", builds)]);
    let plan = plan(&repository, "cargo bench --offline --bench work");
    let told = repository.told(&plan, "HEAD", &|_| Progress::Ungated, |event, stop| {
        if matches!(event, Event::Started { name, .. } if name.starts_with("build ")) {
            stop.ask();
        }
    });
    let measured = told.result.unwrap();
    assert!(measured.head.cut_short && measured.head.targets.is_empty());
    assert_eq!((measured.head.failures, measured.incomparable), (vec![], vec![]));
}
