//! A run is compared with the current level of its series, and the report says which runs that is.

use super::past::{past, run};

#[test]
fn a_run_is_compared_with_the_level_since_the_last_change() {
    let level = |n: u32| if n < 13 { 1.0 } else { 0.7 };
    let dir = past((1..25).map(|n| run(n, level(n))));
    let note = format!("compared with 11 baseline runs since the level changed at {:08x}", 0);
    dir.run("check").check(0, &["PASS", &note, "by -30 %; 12 on the other side were passed over"]);
    let regime = &dir.json("bundle.json")["comparisons"][0]["regime"];
    assert_eq!(regime["border"]["why"], "changed");
    assert_eq!(regime["border"]["commit"], format!("{:040x}", 13));
    assert!((regime["border"]["effect"]["estimate"].as_f64().expect("a size") + 0.3).abs() < 0.01);
    // Back at the old level is worse.
    let dir = past((1..25).map(|n| run(n, level(n))).chain([run(25, 1.0)]));
    dir.run("check").check(1, &["FAIL", "since the level changed"]);
}

#[test]
fn a_slow_level_that_is_not_confirmed_is_set_aside() {
    let level = |n: u32| if n < 13 { 1.0 } else { 1.2 };
    let dir = past((1..18).map(|n| run(n, level(n))));
    let note = "the newest 4 baseline runs were set aside, since too few runs confirm a new level";
    dir.run("check").check(1, &["FAIL", note]);
    for format in ["markdown", "text"] {
        dir.run(&format!("report bundle.json --format {format}")).check(0, &["set aside"]);
    }
}
