//! What the kernel tells in files.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// The most that is read of a file: what is looked for stands near the start.
const MAX_BYTES: u64 = 64 << 10;

/// The text of a file of the kernel's, without white space around it; `None` where there is no such
/// file, or nothing in it. What is not UTF-8 is replaced.
pub(super) fn text(path: impl AsRef<Path>) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// A number that is alone in its file.
pub(super) fn number(path: impl AsRef<Path>) -> Option<i64> {
    text(path)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_capped() {
        let folder = tempfile::tempdir().unwrap();
        let check = |content: &[u8], expected: Option<&str>| {
            let path = folder.path().join("file");
            std::fs::write(&path, content).unwrap();
            assert_eq!(text(&path).as_deref(), expected);
        };
        check(b"performance\n", Some("performance"));
        check(b" \n", None);
        check(b"a\xffb", Some("a\u{fffd}b"));
        check(&vec![b'x'; 1 << 20], Some(&"x".repeat(64 << 10)));
        assert_eq!(text(folder.path().join("absent")), None);
    }
}
