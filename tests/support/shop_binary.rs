//! Where the built demo service is.

use std::path::PathBuf;

/// The built example, which cargo puts beside the tests: `target/debug/deps/test-…` and
/// `target/debug/examples/shop`.
pub(crate) fn path() -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("a target folder");
    let binary = folder.join("examples").join("shop");
    assert!(
        binary.is_file(),
        "{} is missing: a run of all tests builds it, a run of chosen ones needs \
         `cargo build --example shop` first",
        binary.display()
    );
    binary
}
