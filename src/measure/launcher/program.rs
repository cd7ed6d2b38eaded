//! Which file a command's program is.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Used where the command has no `PATH`.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";
/// The most files looked at for a similar name.
const MOST_LOOKED_AT: usize = 20_000;

/// The executable that `program` names for a command that runs in `cwd` with `env`; absolute when
/// `cwd` is.
///
/// # Errors
///
/// When there is none, with what to do about it.
pub(super) fn find(
    program: &str,
    cwd: &Path,
    env: &BTreeMap<String, String>,
) -> Result<PathBuf, String> {
    if program.contains('/') {
        let path = cwd.join(program);
        return match std::fs::metadata(&path) {
            Ok(found) if found.is_dir() => Err("it is a directory".to_owned()),
            Ok(found) if found.permissions().mode() & 0o111 == 0 => {
                Err("it is not executable; run `chmod +x` on it, or name its interpreter"
                    .to_owned())
            }
            Ok(_) => Ok(path),
            Err(_) => Err(format!("there is no such file in `{}`; build it first", cwd.display())),
        };
    }
    let path = env.get("PATH").map_or(USUAL_PATH, String::as_str);
    let folders: Vec<PathBuf> = std::env::split_paths(path).map(|part| cwd.join(part)).collect();
    let mut places = folders.iter().map(|folder| folder.join(program));
    places.find(|place| is_executable(place)).ok_or_else(|| advice(program, cwd, &folders))
}

fn is_executable(path: &Path) -> bool {
    std::fs::metadata(path)
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn advice(program: &str, cwd: &Path, folders: &[PathBuf]) -> String {
    if program.contains(char::is_whitespace) {
        return "no shell splits it; write program and arguments as a list".to_owned();
    }
    if is_executable(&cwd.join(program)) {
        return format!(
            "it is not in PATH; write `./{program}` for the one in `{}`",
            cwd.display()
        );
    }
    match similar(program, folders) {
        Some(name) => format!("it is not in PATH; did you mean `{name}`?"),
        None => "it is not in PATH; install it, or write its path".to_owned(),
    }
}

/// The executable in `folders` whose name is the fewest edits away, at most one in three characters.
fn similar(program: &str, folders: &[PathBuf]) -> Option<String> {
    let allowed = program.chars().count() / 3;
    let files = folders.iter().flat_map(std::fs::read_dir).flatten().flatten();
    files
        .take(MOST_LOOKED_AT)
        .filter_map(|file| Some((file.file_name().into_string().ok()?, file.path())))
        .map(|(name, path)| (strsim::osa_distance(program, &name), name, path))
        .filter(|(distance, _, path)| *distance <= allowed && is_executable(path))
        .min()
        .map(|(_, name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_or_missed_with_advice() {
        let folder = tempfile::tempdir().unwrap();
        let (cwd, bin) = (folder.path(), folder.path().join("bin"));
        std::fs::create_dir(&bin).unwrap();
        for (file, mode) in [("bin/hyperloop", 0o755), ("bin/data", 0o644), ("here", 0o755)] {
            std::fs::write(cwd.join(file), "").unwrap();
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(cwd.join(file), permissions).unwrap();
        }
        let env = BTreeMap::from([("PATH".to_owned(), "bin".to_owned())]);
        let check = |program: &str, expected: Result<&str, &str>| {
            let found = find(program, cwd, &env);
            let expected = expected.map(|path| cwd.join(path));
            assert!(
                match (&found, &expected) {
                    (Ok(found), Ok(expected)) => found == expected,
                    (Err(found), Err(expected)) => found.contains(expected),
                    _ => false,
                },
                "{program}: {found:?}, not {expected:?}"
            );
        };
        check("hyperloop", Ok("bin/hyperloop"));
        check("./here", Ok("./here"));
        check("hyperlopo", Err("did you mean `hyperloop`?"));
        check("here", Err("write `./here`"));
        check("data", Err("install it"));
        check("bin/data", Err("not executable"));
        check("./bin", Err("a directory"));
        check("./absent", Err("build it first"));
        check("hyperloop --fast", Err("as a list"));
    }
}
