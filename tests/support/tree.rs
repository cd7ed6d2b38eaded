//! The files of this repository, as a clean clone has them.

use std::fs;
use std::path::{Path, PathBuf};

/// Every file below a folder of the repository (`""` is all of it), as sorted paths with `/` from
/// its top; build output, history and version control are left out.
pub(crate) fn files(below: &str) -> Vec<String> {
    let mut found = Vec::new();
    visit(&root().join(below), &mut found);
    found.sort();
    found
}

/// The text of a file that [`files`] named.
pub(crate) fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn visit(folder: &Path, found: &mut Vec<String>) {
    const LEFT_OUT: [&str; 3] = [".git", ".pacegate", "target"];
    let entries = fs::read_dir(folder).expect("the folder is there");
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if LEFT_OUT.iter().any(|out| name == *out) {
            continue;
        } else if path.is_dir() {
            visit(&path, found);
        } else if let Some(file) = path.strip_prefix(root()).ok().and_then(Path::to_str) {
            found.push(file.replace('\\', "/"));
        }
    }
}
