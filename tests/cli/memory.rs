//! A hundred megabytes of nonsense, within a limit on memory.

use crate::dir::{Dir, Ended};
use std::process::Command;

/// Bytes of a hostile file.
const LARGE: usize = 100 << 20;
/// The most address space, in KiB: the file once, and room for the program itself.
const ROOM: usize = 600 << 10;

#[test]
fn what_is_read_takes_bounded_memory() {
    let dir = Dir::with("version: 1\nproject: p\ngates: [ { series: '*', limit: { max: 1s } } ]\n");
    let start = r#"{"format":"pacegate-run","version":1,"id":"#;
    let shapes = [
        ("deep.json", "[".repeat(LARGE)),
        ("deep-objects.json", r#"{"a":"#.repeat(LARGE / 5)),
        ("text.json", format!("{start}\"{}", "a".repeat(LARGE))),
        ("numbers.json", format!("{start}[{}", "0,".repeat(LARGE / 2))),
        ("keys.json", format!("{{{}", "\"a\":0,".repeat(LARGE / 6))),
    ];
    for (name, text) in shapes {
        dir.write(name, text);
        let run = |args: &str| {
            let limited = format!("ulimit -v {ROOM}; exec \"$0\" {args}");
            let mut sh = Command::new("sh");
            sh.args(["-c", &limited, env!("CARGO_BIN_EXE_pacegate")]).current_dir(dir.path("."));
            sh.env("GITHUB_ACTIONS", "true").env("NO_COLOR", "1");
            Ended::new(sh.output().expect("run the command"))
        };
        run(&format!("check --head {name}")).check(2, &["failed to read"]);
        // These stop at a cap far below, whatever the shape.
        run(&format!("check --config {name}")).check(2, &[name]);
        run(&format!("ci --dry-run --event {name}")).check(2, &["failed to read the event file"]);
        std::fs::remove_file(dir.path(name)).expect("remove the file");
    }
}
