//! Histories that older versions wrote are read for ever. `vN.db` was written by the first pacegate
//! of version N of the format and is never made again; `vN.json` is the run in it.

use crate::runs;
use crate::sqlite::{get, open, wait};
use pacegate::model::{Heading, Run, Verdict};
use pacegate::store::Store;
use std::fs;
use std::path::Path;

#[track_caller]
fn check(version: u32, verdict: Verdict) {
    let fixture = |name: String| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/fixtures").join(name)
    };
    let expected: Run =
        serde_json::from_slice(&fs::read(fixture(format!("v{version}.json"))).unwrap()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("history.db");
    fs::copy(fixture(format!("v{version}.db")), &path).unwrap();
    let store = open(&path);
    runs::assert_same(&get(&store, expected.id).unwrap(), &expected);
    let headings = wait(store.headings(&expected.project)).unwrap();
    assert_eq!(headings, [Heading::new(&expected, verdict)]);
}

#[test]
fn version_1_is_read() {
    check(1, Verdict::Warn);
}

#[test]
fn version_2_is_read() {
    check(2, Verdict::Warn);
}
