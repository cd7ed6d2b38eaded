//! Where is measured: the machine class.

use crate::support::{Folder, run};
use pacegate::measure::environment;

#[test]
fn the_toolchain_is_told_only_where_there_is_a_cargo_project() {
    let folder = Folder::new();
    let without = run(environment(folder.path()));
    assert_eq!(without.toolchain, "");
    assert!(without.cores >= 1 && !without.cpu.is_empty() && !without.image.is_empty());
    folder.write("Cargo.toml", "");
    let with = run(environment(folder.path()));
    assert!(with.toolchain.starts_with("rustc "), "{with:?}");
}
