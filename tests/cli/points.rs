//! `history points --from`: a table in, change points out.

use crate::dir::{Dir, Ended};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

const HEADER: &str = "series,unit,commit,time,value\n";

/// Rows of a series whose values alternate around each level in turn.
fn rows(series: &str, levels: &[(f64, usize)]) -> String {
    let mut text = String::new();
    let values = levels.iter().flat_map(|(level, count)| vec![*level; *count]);
    for (i, level) in values.enumerate() {
        let value = level + [-0.2, 0.4, -0.6, 0.2, 0.6, -0.4][i % 6];
        writeln!(text, "{series},ms,c{i},{},{value}", 1_700_000_000 + i).unwrap();
    }
    text
}

fn points(text: &str, args: &str) -> Ended {
    let dir = Dir::new();
    dir.write("past.csv", text);
    dir.run(&format!("history points --from past.csv {args}"))
}

#[test]
fn points_need_neither_configuration_nor_store() {
    let table = [
        HEADER,
        &rows("parse/time", &[(100.0, 30), (110.0, 30)]),
        &rows("render/time", &[(100.0, 30)]),
    ]
    .concat();
    let ended = points(&table, "");
    ended.check(0, &["parse/time 30 c30 +10 %", "confirmed", "1 change point in 1 of 2 series"]);

    let ended = points(&table, "--format json");
    let lines: Vec<&str> = ended.out.lines().collect();
    assert_eq!(lines.len(), 1, "{}", ended.out);
    let point: serde_json::Value = serde_json::from_str(lines[0]).unwrap();
    let keys: Vec<&String> = point.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 7, "{keys:?}");
    assert_eq!(point["series"], "parse/time");
    assert_eq!((point["index"].as_u64(), point["commit"].as_str()), (Some(30), Some("c30")));
    assert_eq!(point["status"], "confirmed");
    let bound = |key: &str| point[key].as_f64().unwrap();
    assert!(
        bound("lo") < 0.1 && (bound("effect") - 0.1).abs() < 0.002 && bound("hi") > 0.1,
        "{point}"
    );
}

#[test]
fn a_table_may_come_from_stdin() {
    let mut child = Dir::new()
        .command("history points --from - --format json")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let table = [HEADER, &rows("parse/time", &[(100.0, 30), (110.0, 3)])].concat();
    child.stdin.take().unwrap().write_all(table.as_bytes()).unwrap();
    let ended = Ended::new(child.wait_with_output().unwrap());
    ended.check(0, &["\"index\":30", "\"suspected\""]);
}

#[test]
fn no_change_point_is_an_answer() {
    let table = [HEADER, &rows("parse/time", &[(100.0, 30), (101.0, 30)])].concat();
    points(&table, "").check(0, &["No change point in 1 series of 60 values"]);
    assert_eq!(points(&table, "--format json").check(0, &[]).out, "");
    points(&table, "--least 0.5%").check(0, &["+1.0 %", "1 change point"]);
    points(&format!("{HEADER}a,s,c,1,5\n"), "")
        .check(0, &["No change point in 1 series of 1 value."]);
}

#[test]
fn a_drift_without_steps_is_told_as_creep() {
    let levels: Vec<(f64, usize)> = (0..100).map(|i| (100.0 + f64::from(i) * 0.05, 1)).collect();
    let drifting: String = levels
        .iter()
        .enumerate()
        .map(|(i, (level, _))| {
            format!("parse/time,ms,c{i},{i},{}\n", level + [-2.0, 2.5, -2.5, 2.0][i % 4])
        })
        .collect();
    let table = [HEADER, &drifting].concat();
    points(&table, "").check(0, &["parse/time creeps: +", "since index 0"]);
    assert_eq!(points(&table, "--format json").check(0, &[]).out, "", "it is no change point");
}

#[test]
fn where_there_is_no_ratio_the_difference_is_told() {
    let check = |before: f64, after: f64, difference: f64, text: &str| {
        let rows = |values: [f64; 20]| -> String {
            let row = |(i, value)| format!("a,ms,c{i},{i},{value}\n");
            values.into_iter().enumerate().map(row).collect()
        };
        let table = [HEADER, &rows(std::array::from_fn(|i| if i < 10 { before } else { after }))];
        points(&table.concat(), "").check(0, &[text]);
        let line = points(&table.concat(), "--format json").check(0, &[]).out;
        let point: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(["effect", "lo", "hi"].iter().all(|key| point[*key].is_null()), "{line}");
        for key in ["value", "lo", "hi"] {
            let found = point["difference"][key].as_f64().unwrap();
            assert!((found - difference).abs() < 1e-9, "{line}");
        }
    };
    check(-1.0, 1.0, 2.0, "a 10 c10 +2 ms +2 to +2 confirmed");
    check(0.0, 1.0, 1.0, "+1 ms");
    check(40.0, 0.0, -40.0, "-40 ms -40 to -40");
}

#[test]
fn what_cannot_be_used_is_told_with_its_line() {
    let check = |text: &str, texts: &[&str]| {
        let ended = points(text, "--format json").check(2, texts);
        assert_eq!(ended.out, "", "an answer beside an error");
        assert!(ended.err.contains("failed to read `past.csv`"), "{}", ended.err);
    };
    let good = rows("a", &[(100.0, 9), (200.0, 9)]);
    let bad = |row: &str| [HEADER, &good, row, "\n", &good].concat();
    check("", &["no column `series`"]);
    check(HEADER, &["no row"]);
    check(&good, &["line 1", "no column"]);
    check(&bad("a,ms,c,1"), &["line 20", "4 fields"]);
    check(&bad("a,ms,c,1,fast"), &["line 20", "`fast` is not a finite number"]);
    check(&bad("a,ms,c,1,NaN"), &["line 20", "`NaN` is not a finite number"]);
    check(&bad("a,ms,c,1,-inf"), &["line 20", "`-inf` is not a finite number"]);
    check(&bad("a,ms,c,1,"), &["line 20", "the value is empty"]);
    check(&bad("a,ms,c,soon,1"), &["line 20", "`soon`"]);
    check(&bad("a,ms,c,,1"), &["line 20", "the time is empty"]);
    check(&bad("a,s,c,1,1"), &["line 20", "`s`", "`ms`"]);
    check(&bad("\x1b[31m,ms,c,1,\x1b[32m"), &["line 20"]);

    let dir = Dir::new();
    dir.run("history points --from gone.csv").check(2, &["failed to read `gone.csv`"]);
    dir.write("binary.csv", [0xff, 0xfe, 0x00]);
    dir.run("history points --from binary.csv").check(2, &["binary.csv", "not UTF-8"]);
    dir.run("history points --from binary.csv --least 2").check(2, &["did you mean `2%`?"]);
}

#[test]
fn any_values_and_any_order_are_taken() {
    let mut forward: Vec<String> =
        rows("a", &[(100.0, 20), (130.0, 20)]).lines().map(|row| format!("{row}\n")).collect();
    let points_of =
        |rows: &[String]| points(&format!("{HEADER}{}", rows.concat()), "--format json").out;
    let expected = points_of(&forward);
    assert!(expected.contains("\"index\":20"), "{expected}");
    forward.reverse();
    assert_eq!(points_of(&forward), expected);

    let repeated = |value: &str, count: usize| vec![value.to_owned(); count];
    for values in [
        repeated("5", 30),
        repeated("0", 30),
        [repeated("1e-300", 15), repeated("1e300", 15)].concat(),
        [repeated("-1e300", 15), repeated("1e300", 15)].concat(),
        [repeated("0", 15), repeated("-7", 15)].concat(),
        repeated("5", 1),
    ] {
        let rows = values
            .iter()
            .enumerate()
            .map(|(i, value)| format!("a,s,c{},{},{value}\n", i / 2, i / 2));
        let ended =
            points(&format!("{HEADER}{}", rows.collect::<String>()), "--format json").check(0, &[]);
        for line in ended.out.lines() {
            let point: serde_json::Value = serde_json::from_str(line).unwrap();
            let finite = |of: &serde_json::Value, keys: [&str; 3]| keys.map(|key| of[key].is_f64());
            let ratio = finite(&point, ["effect", "lo", "hi"]);
            let difference = finite(&point["difference"], ["value", "lo", "hi"]);
            assert_eq!(ratio, difference.map(|is_there| !is_there), "{line}");
            assert!(ratio[0] == ratio[2] && point["index"] == 15, "{line}");
        }
    }
}
