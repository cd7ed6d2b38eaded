//! Where things stand on the branch: `<project>/<shard>/<run>/{heading,run}.json`.
//!
//! No name on the branch comes from what was measured: a project stands there by its digest, a run
//! by its id. The shard, the end of the id, keeps directories small, since each write makes anew the
//! one it touches.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Marks the branch as a pacegate history; a branch without it is never written.
pub(super) const MARKER: &str = "pacegate-history.json";
/// What is known of a run without its values.
pub(super) const HEADING: &str = "heading.json";
/// The run as a whole, in the native format.
pub(super) const RUN: &str = "run.json";

/// The directory of a project.
pub(super) fn project_key(project: &str) -> String {
    Sha256::digest(project).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The directory of a run of the project with this key.
pub(super) fn directory(key: &str, id: Uuid) -> String {
    let text = id.as_hyphenated().to_string();
    let shard = text.get(34..).unwrap_or_default();
    format!("{key}/{shard}/{text}")
}

/// The project's key, the run's id and the file's name of a path that is laid out so.
pub(super) fn parse(path: &str) -> Option<(&str, Uuid, &str)> {
    let mut parts = path.split('/');
    let (key, shard, id) = (parts.next()?, parts.next()?, parts.next()?);
    let (file, None) = (parts.next()?, parts.next()) else { return None };
    let is_key = key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let run = Uuid::try_parse(id).ok()?;
    let is_ours = is_key && directory(key, run) == format!("{key}/{shard}/{id}");
    (is_ours && [HEADING, RUN].contains(&file)).then_some((key, run, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_back() {
        let (key, id) = (project_key("../shop\n"), Uuid::from_u128(0xabc));
        let path = format!("{}/{RUN}", directory(&key, id));
        assert_eq!(path, format!("{key}/bc/00000000-0000-0000-0000-000000000abc/run.json"));
        assert_eq!(parse(&path), Some((key.as_str(), id, RUN)));
    }

    #[test]
    fn other_paths_are_not_ours() {
        let (key, id) = (project_key("p"), Uuid::from_u128(0xabc));
        let directory = directory(&key, id);
        for path in [
            String::new(),
            MARKER.into(),
            directory.clone(),
            format!("{directory}/other.json"),
            format!("{directory}/run.json/run.json"),
            format!("/{directory}/run.json"),
            format!("{directory}/run.json").replace("/bc/", "/ab/"),
            format!("{directory}/run.json").replace("abc/", "ABC/"),
            format!("{directory}/run.json").replace('-', ""),
            format!("x{}/run.json", &directory[1..]),
        ] {
            assert_eq!(parse(&path), None, "{path}");
        }
    }
}
