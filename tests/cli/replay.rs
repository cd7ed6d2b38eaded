//! `check --replay`: recorded pairs in, decisions out, without any configuration or history.

use crate::dir::{Dir, Ended};
use std::io::Write as _;
use std::process::Stdio;

/// A series of 30 pairs around 1 s, whose head is slower by `effect` under noise of 0.5 %.
fn series(name: &str, effect: f64) -> String {
    // In an order in which no two neighbours are alike, so that any few of them are a fair sample.
    let noise = |pair: u32| f64::from(pair * 7 % 11) - 5.0;
    let line = |pair: u32| {
        let (base, head) =
            (1.0 + noise(pair) * 1e-3, (1.0 + effect) * (1.0 + noise(pair + 4) * 1e-3));
        format!("{{\"pair\":{pair},\"base\":{base},\"head\":{head},\"first\":\"base\"}}\n")
    };
    let header = format!(
        "{{\"format\":\"pacegate-pairs\",\"version\":1,\"series\":\"{name}\",\"unit\":\"s\",\"better\":\"lower\",\"max\":0.03}}\n"
    );
    header + &(1..=30).map(line).collect::<String>()
}

fn pairs(text: &str) -> Dir {
    let dir = Dir::new();
    dir.write("pairs.jsonl", text);
    dir
}

const REPLAY: &str = "check --replay pairs.jsonl";

#[track_caller]
fn objects(ended: &Ended) -> Vec<serde_json::Value> {
    ended.out.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

#[test]
fn decisions_are_listed_for_people() {
    let unknown = series("noisy/wall", 0.0).lines().take(5).collect::<Vec<_>>().join("\n") + "\n";
    let free = series("free/wall", 0.2).replace(",\"max\":0.03", "");
    let none = series("none/wall", 0.0).lines().next().unwrap_or_default().to_owned();
    let dir = pairs(
        &[series("parse/time", 0.1), series("start/wall", 0.0), unknown, free, none].concat(),
    );
    insta::assert_snapshot!(dir.run(REPLAY).check(1, &[]).out);
}

#[test]
fn the_exit_code_is_that_of_the_build() {
    let (slower, same) = (series("a/wall", 0.1), series("b/wall", 0.0));
    pairs(&same).run(REPLAY).check(0, &["pass"]);
    pairs(&[same.clone(), slower].concat()).run(REPLAY).check(1, &["fail", "pass"]);
    let few = pairs(&same.lines().take(6).collect::<Vec<_>>().join("\n"));
    few.run(REPLAY).check(0, &["inconclusive"]);
    few.run(&format!("{REPLAY} --strict")).check(3, &["inconclusive"]);
    let header = same.lines().next().unwrap_or_default();
    pairs(header).run(REPLAY).check(1, &["missing"]);
    // Nothing was judged, so that nothing passed; beside what was judged it does not matter.
    let free = series("free/wall", 0.2).replace(",\"max\":0.03", "");
    pairs(&free).run(REPLAY).check(5, &["no gate"]);
    pairs(&[free, same].concat()).run(&format!("{REPLAY} --strict")).check(0, &["no gate", "pass"]);
}

#[test]
fn json_is_one_object_a_line_with_exactly_the_documented_fields() {
    let dir = pairs(&[series("a/wall", 0.1), series("b/wall", 0.0)].concat());
    let ended = dir.run(&format!("{REPLAY} --format json")).check(1, &[]);
    let found = objects(&ended);
    for (object, (name, verdict)) in found.iter().zip([("a/wall", "fail"), ("b/wall", "pass")]) {
        let keys: Vec<&str> =
            object.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut fields = ["series", "verdict", "estimate", "lo", "hi", "pairs", "detectable"];
        fields.sort_unstable();
        assert_eq!(keys, fields, "{object}");
        assert_eq!(
            (object["series"].as_str(), object["verdict"].as_str()),
            (Some(name), Some(verdict))
        );
    }
    let [slower, _] = found.as_slice() else { panic!("{found:?}") };
    let number = |field: &str| slower[field].as_f64().expect("a number");
    assert!((number("estimate") - 0.1).abs() < 0.01 && number("lo") > 0.0, "{slower}");
    assert!(number("hi") > number("estimate"), "{slower}");
    assert_eq!(slower["pairs"].as_u64(), Some(20), "{slower}");
    assert!((0.0..0.05).contains(&number("detectable")), "{slower}");
}

#[test]
fn a_family_is_held_to_stricter_levels_than_a_series_alone() {
    let names: Vec<String> = (0..40).map(|i| series(&format!("s{i}/wall"), 0.0)).collect();
    let dir = pairs(&(names.concat() + &series("slower/wall", 0.04)));
    let last = |args: &str| objects(&dir.run(args).check(1, &[])).pop().expect("a line");
    let alone = last(&format!("{REPLAY} --format json"));
    let family = last(&format!("{REPLAY} --format json --family"));
    assert_eq!((&alone["verdict"], &family["verdict"]), (&"fail".into(), &"fail".into()));
    assert!(family["pairs"].as_u64() > alone["pairs"].as_u64(), "{alone} {family}");
    dir.run("check --family").check(2, &["--replay"]);
    dir.run("check latest --replay pairs.jsonl").check(2, &["cannot be used with"]);
    dir.run(&format!("{REPLAY} --head pairs.jsonl")).check(2, &["cannot be used with"]);
}

#[test]
fn times_that_are_all_0_do_not_pass() {
    let header = series("start/wall", 0.0).lines().next().unwrap_or_default().to_owned();
    let pairs_of_0 = |unit: &str| {
        let line = |pair| format!("\n{{\"pair\":{pair},\"base\":0,\"head\":0}}");
        header.replace("\"s\"", unit) + &(1..=30).map(line).collect::<String>()
    };
    pairs(&pairs_of_0("\"s\"")).run(&format!("{REPLAY} --strict")).check(3, &["inconclusive"]);
    pairs(&pairs_of_0("\"B\"")).run(REPLAY).check(0, &["pass"]);
}

#[test]
fn pairs_left_out_are_told_and_a_choice_of_them_decides_nothing() {
    let good = series("browse/latency/p95", 0.0);
    let left_out =
        |counts: &str| good.replacen("\"max\"", &format!("\"left_out\":{{{counts}}},\"max\""), 1);
    let check = |counts: &str, code: i32, verdict: &str| {
        let dir = pairs(&left_out(counts));
        let said = ["browse/latency/p95: of", "quieten the machine", verdict];
        dir.run(&format!("{REPLAY} --strict")).check(code, &said);
        let ended = dir.run(&format!("{REPLAY} --format json")).check(0, &[verdict]);
        let warnings = &objects(&ended)[0]["warnings"];
        assert_eq!(warnings[0]["code"], "pairs-left-out", "{warnings}");
    };
    check(r#""base":1,"head":2,"pairs":2,"of":32"#, 0, "pass");
    check(r#""base":0,"head":8,"pairs":8,"of":100"#, 3, "inconclusive");
    check(r#""base":4,"head":5,"pairs":8,"of":38"#, 3, "inconclusive");
    for counts in [
        r#""base":9,"head":0,"pairs":8,"of":100"#,
        r#""base":1,"head":1,"pairs":3,"of":100"#,
        r#""base":1,"head":1,"pairs":2,"of":1"#,
        r#""base":0,"head":0,"pairs":0,"of":18446744073709551615"#,
    ] {
        pairs(&left_out(counts)).run(REPLAY).check(2, &["line 1: `left_out` contradicts itself"]);
    }
}

#[test]
fn a_recording_may_come_from_a_pipe() {
    let dir = Dir::new();
    let mut command = dir.command("check --replay -");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start the command");
    let text = series("a/wall", 0.1);
    child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("write to it");
    Ended::new(child.wait_with_output().expect("wait for it")).check(1, &["fail", "a/wall"]);
    dir.run("check --replay -").check(2, &["failed to read `-`", "line 1: no header"]);
}

#[test]
fn nothing_but_the_recording_is_read_or_written() {
    let dir = pairs(&series("a/wall", 0.0));
    dir.write("gates.yaml", "not a configuration: [");
    dir.run(REPLAY).check(0, &["pass"]);
    let mut names: Vec<_> = std::fs::read_dir(dir.root())
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["gates.yaml", "pairs.jsonl"]);
}

#[test]
fn recordings_that_are_none_are_refused_with_the_line() {
    let check = |text: &[u8], why: &str| {
        let dir = Dir::new();
        dir.write("pairs.jsonl", text);
        dir.run(REPLAY).check(2, &["failed to read `pairs.jsonl`", why]);
    };
    let good = series("a/wall", 0.0);
    check(b"", "line 1: no header");
    check(b"\x7fELF\x02\x01\x01\x00\xff\xfe", "not UTF-8");
    check(&good.as_bytes()[..good.len() - 20], "line 31: EOF while parsing");
    check(good.replace("\"pair\":5", "\"pair\":3").as_bytes(), "line 6: pair 3 comes after pair 4");
    check(format!("{good}{good}").as_bytes(), "line 32: series `a/wall` is there already");
    check(good.replace("\"version\":1", "\"version\":9").as_bytes(), "use a newer pacegate");
    Dir::new().run(REPLAY).check(2, &["pairs.jsonl", "No such"]);
    Dir::new().run("check --replay .").check(2, &["directory"]);
}

#[test]
fn a_recording_beyond_all_measure_is_not_read_to_its_end() {
    let dir = Dir::new();
    let file = std::fs::File::create(dir.path("pairs.jsonl")).expect("a file");
    // A hole, which takes no room.
    file.set_len(1 << 40).expect("make it large");
    dir.run(REPLAY).check(2, &["larger than 256 MiB"]);
}

#[test]
fn what_a_name_holds_commands_no_terminal_and_no_log() {
    let hostile = r"\n::stop-commands::x\u001b[31m##vso[task]\u202e";
    let dir = pairs(&series(hostile, 0.0));
    for format in ["text", "json"] {
        let out = dir.run(&format!("{REPLAY} --format {format}")).check(0, &["pass"]).out;
        assert!(!out.contains(['\u{1b}', '\u{202e}']) && !out.contains("##vso"), "{out:?}");
        assert_eq!(out.lines().count(), 1, "{out:?}");
        assert!(!out.trim_start().starts_with("::"), "{out:?}");
    }
}

/// The worked example of `docs/verdicts.md`, look by look.
#[test]
fn the_documented_example_is_what_a_replay_says() {
    let read = |file: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"))
    };
    let (recording, docs) = (read("docs/pairs.example.jsonl"), read("docs/verdicts.md"));
    let out = pairs(&recording).run(REPLAY).check(1, &[]).out;
    assert!(docs.contains(&out), "{out}");
    let (_, slower) = recording.split_once("\n{\"format\"").expect("a second series");
    let lines: Vec<&str> = slower.lines().collect();
    for (looked_at, said) in [
        (8, "6 % lower, at most +76 %"),
        (16, "10 % higher, between -29 % and +48 %"),
        (40, "11 % higher, between -1 % and +25 %"),
        (80, "7 % higher, between 1 % and 14 %"),
        (100, "8 % higher, between 4 % and 14 %"),
    ] {
        let upto = format!("{{\"format\"{}", lines[..=looked_at].join("\n"));
        let code = i32::from(looked_at >= 80);
        pairs(&upto).run(REPLAY).check(code, &[&format!("{looked_at} pairs {said}")]);
    }
}
