//! Whether a change also changes what it is judged by.

use crate::config::{Source, accepted_path, fingerprint};
use crate::measure::content_at;
use crate::model::Warning;
use std::path::{Path, PathBuf};
use tokio::task::spawn_blocking;

/// Doubts for the files of the policy that are not what they were at the base: a proposal may loosen what
/// it is judged by, and then its verdict is only as good as that edit. What git cannot tell counts as
/// changed.
pub(super) async fn changed(base: &str, config: &Path, source: &Source) -> Vec<Warning> {
    let files = [
        (config.to_owned(), Some(source.sha256.clone())),
        (accepted_path(config), source.accepted_sha256.clone()),
    ];
    let base = base.to_owned();
    let asked = spawn_blocking(move || {
        files.into_iter().filter(|(file, judged_by)| !is_same(&base, file, judged_by)).collect()
    });
    let changed: Vec<(PathBuf, Option<String>)> = asked.await.unwrap_or_default();
    let path = |(file, _): (PathBuf, _)| file.display().to_string();
    changed.into_iter().map(|file| Warning::PolicyChanged { path: path(file) }).collect()
}

fn is_same(base: &str, file: &Path, judged_by: &Option<String>) -> bool {
    content_at(base, file, crate::config::MAX_BYTES)
        .is_ok_and(|content| content.map(|bytes| fingerprint(&bytes)) == *judged_by)
}
