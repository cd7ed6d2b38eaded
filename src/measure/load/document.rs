//! Files that pass between pacegate and the processes of an engine.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read as _};
use std::path::Path;

/// The largest file that is read back.
const MAX_BYTES: u64 = 256 << 20;

/// Writes a document, whole or not at all.
pub(super) fn write(path: &Path, document: &impl Serialize) -> io::Result<()> {
    let draft = path.with_extension("draft");
    std::fs::write(&draft, serde_json::to_vec(document)?)?;
    std::fs::rename(draft, path)
}

/// Reads a document.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(serde_json::from_slice(&bytes)?)
}
