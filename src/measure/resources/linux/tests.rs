//! Real processes that use what is known.

use super::shell::Shell;
use super::*;

const MIB: f64 = 1_048_576.0;

/// A group of one shell that reads everything at every look.
fn group(shell: &Shell) -> Group {
    let mut group = Group::of_trees("service", &[Root::Process(shell.id() as u32)]);
    let always = Budget::new(Duration::ZERO, 0);
    (group.looks, group.details, group.shared_out) = (always, always, always);
    group
}

/// What a script uses of something between two `read go`, the last of which waits for its end, and the
/// lines that it writes meanwhile, up to `.`.
fn used(what: Use, script: &str) -> (f64, Vec<String>) {
    let mut shell = Shell::new(&format!("read go; echo .; read go; {script}; echo .; read go"));
    let mut group = group(&shell);
    shell.go();
    assert_eq!(shell.line(), ".\n");
    let start = Instant::now();
    group.look();
    shell.go();
    let mut lines = Vec::new();
    loop {
        match shell.line() {
            line if line == ".\n" => break,
            line => lines.push(line),
        }
        // While it goes on, too.
        group.look();
    }
    group.look();
    let end = Instant::now();
    let values = group.uses.readings(what, &(start..end));
    (values.last().unwrap() - values.first().unwrap(), lines)
}

/// The sum of the times on the lines of the shell's `times`, such as `0m0.010s 0m0.020s`.
fn seconds(lines: &[String]) -> f64 {
    let words = lines.iter().flat_map(|line| line.split_whitespace());
    let seconds = words.map(|word| {
        let (minutes, seconds) = word.trim_end_matches('s').split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    });
    seconds.sum()
}

#[test]
fn cpu_is_what_the_shell_and_its_ended_children_used() {
    let burn = "n=0; while [ $n -lt 100000 ]; do n=$((n+1)); done";
    // A child that says something, a grandchild that was never seen, the shell itself.
    let script = format!(
        "sh -c '{burn}; echo' ; sh -c '(sh -c \"{}\"); :'; {burn}; times",
        burn.replace('$', "\\$")
    );
    let (cpu, lines) = used(Use::Cpu, &script);
    let told = seconds(&lines);
    assert!(told > 0.05, "{lines:?}");
    // Each of a few processes is counted in whole ticks, in user mode and in the kernel.
    assert!((cpu - told).abs() < 0.1 * told + 0.08, "{cpu} of {told}");
}

#[test]
fn memory_is_seen_where_it_is_held() {
    let hold = "x=$(head -c 40000000 /dev/zero | tr '\\0' a); echo ${#x}";
    for what in [Use::Memory, Use::MemoryPss] {
        let (memory, lines) = used(what, hold);
        assert_eq!(lines, ["40000000\n"]);
        assert!((30.0 * MIB..400.0 * MIB).contains(&memory), "{what:?} {memory}");
    }
}

#[test]
fn counts_are_exact() {
    let check = |what: Use, script: &str, expected: f64| {
        let (found, _) = used(what, script);
        assert_eq!(found.total_cmp(&expected), std::cmp::Ordering::Equal, "{found} of {script}");
    };
    check(Use::Descriptors, "exec 7</dev/null 8</dev/null 9</dev/null", 3.0);
    check(Use::Descriptors, "sleep 0", 0.0);
    check(Use::Threads, "sleep 60 & sleep 60 & :", 2.0);
}

#[test]
fn switches_are_counted_on() {
    let (switches, _) = used(Use::Switches, "for n in 1 2 3 4 5 6 7 8; do sleep 0.01; echo; done");
    assert!((8.0..10_000.0).contains(&switches), "{switches}");
}

#[test]
fn storage_is_what_the_kernel_says() {
    let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
    let file = folder.path().join("file");
    let write = format!("dd if=/dev/zero of='{}' bs=65536 count=40 2>&1", file.display());
    let script = format!("({write}); cat /proc/$$/io");
    let (written, lines) = used(Use::Written, &script);
    let told = lines.iter().find_map(|line| line.strip_prefix("write_bytes: ")).unwrap();
    let told: f64 = told.trim().parse().unwrap();
    assert!((written - told).abs() < 1.0, "{written} of {told}");
}

#[test]
fn a_process_that_is_not_there_is_a_doubt() {
    let now = Instant::now();
    let mut group = Group::of_trees("service", &[Root::Process(u32::MAX)]);
    group.look();
    let (found, warning) = group.finish(&(now..Instant::now()));
    let reason = "there is no such process".to_owned();
    let expected = Warning::ResourcesUnread { what: "service".to_owned(), reason };
    assert_eq!((found.len(), warning), (0, Some(expected)));
    assert!(Group::of_cgroup("service", Path::new("/absent")).is_none());
}
