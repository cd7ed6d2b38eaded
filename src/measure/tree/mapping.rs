//! From what the configuration says of the head's tree to the same in the base's.

use super::cargo::{self, Configured};
use super::repository::Repository;
use crate::config::Command;
use crate::measure::launcher;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Variables with lists of folders in which programs and libraries are looked for.
const SEARCHED: [&str; 8] = [
    "PATH",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "LIBRARY_PATH",
    "CPATH",
    "PKG_CONFIG_PATH",
    "PYTHONPATH",
    "NODE_PATH",
];
/// Variables with a folder that cargo builds into, or criterion writes to.
const BUILT_INTO: [&str; 4] = [cargo::TARGET, CONFIGURED_TARGET, cargo::BUILD, "CRITERION_HOME"];
/// What cargo takes for [`cargo::TARGET`] where that is not set.
const CONFIGURED_TARGET: &str = "CARGO_BUILD_TARGET_DIR";

/// The base's tree beside the head's.
#[derive(Debug, Clone)]
pub(in crate::measure) struct Mapping {
    /// The top of the head's tree, without symbolic links.
    top: PathBuf,
    /// The same as the configuration's path spells it.
    spelled: PathBuf,
    /// The top of the base's tree.
    tree: PathBuf,
    /// A folder for what the base builds outside of its tree.
    place: PathBuf,
    /// Where cargo builds to by its own configuration.
    configured: Configured,
}

/// Why something has no counterpart in the base's tree.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "`{}` lies outside of the repository `{}`, so both builds would be the same; give it a `cwd` \
     inside", place.display(), repository.display()
)]
pub(in crate::measure) struct OutsideTree {
    /// What was to be mapped.
    place: PathBuf,
    /// The top of the head's tree.
    repository: PathBuf,
}

impl Mapping {
    pub(super) fn new(
        repository: &Repository,
        tree: PathBuf,
        place: PathBuf,
        configured: Configured,
    ) -> Self {
        let Repository { top, spelled } = repository;
        Mapping { top: top.clone(), spelled: spelled.clone(), tree, place, configured }
    }

    /// The command as it runs in the base's tree: the same program and arguments, in the same place of
    /// the other tree.
    ///
    /// Absolute paths into the head's tree, in arguments and in the command's own variables, lead into
    /// the base's. What is looked for in the head's tree by way of `PATH` and its like is looked for in
    /// the base's first. A build directory that both would share, by a variable or by cargo's
    /// configuration, becomes one of the base's own.
    ///
    /// # Errors
    ///
    /// When the command does not run inside the head's tree.
    pub(in crate::measure) fn command(&self, command: &Command) -> Result<Command, OutsideTree> {
        self.in_surroundings(command, launcher::variables(command))
    }

    /// A place in the head's tree as the same place in the base's.
    ///
    /// # Errors
    ///
    /// When it is not inside the head's tree.
    pub(in crate::measure) fn place(&self, place: &Path) -> Result<PathBuf, OutsideTree> {
        match real(place).strip_prefix(&self.top) {
            Ok(below) => Ok(self.tree.join(below)),
            Err(_) => Err(OutsideTree { place: place.to_owned(), repository: self.top.clone() }),
        }
    }

    /// The command in the base's tree, where `variables` is what it would get in the head's.
    fn in_surroundings(
        &self,
        command: &Command,
        variables: BTreeMap<String, String>,
    ) -> Result<Command, OutsideTree> {
        let variables = &self.with_configured(&command.cwd, variables);
        let moves = self.moves(variables);
        let moved = |text: &String| moved(text, &moves);
        let mut env: BTreeMap<String, String> =
            command.env.iter().map(|(name, value)| (name.clone(), moved(value))).collect();
        for (name, value) in variables {
            if BUILT_INTO.contains(&&**name) {
                let own = moved(value);
                if own != *value {
                    env.insert(name.clone(), own);
                }
            } else if SEARCHED.contains(&&**name) && !command.env.contains_key(name) {
                let folders = value.split(':').map(str::to_owned);
                let ours = folders.map(|f| moved(&f)).filter(|f| !value.split(':').any(|v| v == f));
                let ours: Vec<String> = ours.collect();
                if !ours.is_empty() {
                    env.insert(name.clone(), format!("{}:{value}", ours.join(":")));
                }
            }
        }
        let cwd = self.place(&command.cwd)?;
        Ok(Command { argv: command.argv.iter().map(moved).collect(), cwd, env, ..command.clone() })
    }

    /// The variables with what cargo is configured to in a directory. Variables come before configuration.
    fn with_configured(
        &self,
        directory: &Path,
        mut variables: BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        for (name, folder) in self.configured.get(directory).into_iter().flatten() {
            let overruled = name == cargo::TARGET && variables.contains_key(CONFIGURED_TARGET);
            if !overruled {
                variables.entry(name.clone()).or_insert_with(|| folder.clone());
            }
        }
        variables
    }

    /// What of the head is where in the base: its tree, however it is spelled, and shared build folders.
    fn moves(&self, variables: &BTreeMap<String, String>) -> Vec<(String, String)> {
        let shared = BUILT_INTO.iter().filter_map(|name| variables.get(*name)).map(Path::new);
        let shared = shared.filter(|folder| folder.is_absolute());
        let shared = shared
            .filter(|folder| !folder.starts_with(&self.top) && !folder.starts_with(&self.spelled))
            .map(|folder| (folder.to_owned(), self.place.join(own_name(folder))));
        let trees = [&self.top, &self.spelled].map(|top| (top.clone(), self.tree.clone()));
        let text = |path: PathBuf| path.to_str().map(str::to_owned);
        let all = trees.into_iter().chain(shared);
        all.filter_map(|(from, to)| Some((text(from)?, text(to)?))).collect()
    }
}

/// The name of the base's own folder in place of a shared one.
fn own_name(shared: &Path) -> String {
    let digest = format!("{:x}", Sha256::digest(shared.to_string_lossy().as_bytes()));
    format!("built-{}", &digest[..8])
}

/// The text with every path that begins with the first of a pair beginning with the second.
fn moved(text: &str, moves: &[(String, String)]) -> String {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '~');
    let mut result = String::new();
    let (mut rest, mut before) = (text, None);
    while let Some(next) = rest.chars().next() {
        let begins = !before.is_some_and(|c| goes_on(c) || c == '/');
        let found = moves.iter().filter(|(from, _)| {
            let after = rest.strip_prefix(from.as_str());
            begins && after.is_some_and(|after| !after.starts_with(goes_on))
        });
        let step = match found.max_by_key(|(from, _)| from.len()) {
            Some((from, to)) => {
                result.push_str(to);
                from.len()
            }
            None => {
                result.push(next);
                next.len_utf8()
            }
        };
        before = rest[..step].chars().next_back();
        rest = &rest[step..];
    }
    result
}

/// A path without symbolic links, as far as it is there.
pub(super) fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mapping() -> Mapping {
        Mapping {
            top: "/real/repo".into(),
            spelled: "/spelled/repo".into(),
            tree: "/cache/tree".into(),
            place: "/cache".into(),
            configured: Configured::new(),
        }
    }

    fn command(argv: &[&str], cwd: &str, env: &[(&str, &str)]) -> Command {
        Command {
            argv: argv.iter().map(|part| (*part).to_owned()).collect(),
            cwd: cwd.into(),
            env: variables(env),
            pass_env: vec![],
        }
    }

    fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn paths_into_the_tree_lead_into_the_other() {
        let check = |argument: &str, expected: &str| {
            let command = command(&[argument], "/real/repo", &[]);
            let found = mapping().in_surroundings(&command, BTreeMap::new()).unwrap();
            assert_eq!(found.argv, [expected]);
        };
        check("/real/repo/target/x", "/cache/tree/target/x");
        check("/spelled/repo/target/x", "/cache/tree/target/x");
        check("/real/repo", "/cache/tree");
        check("--manifest-path=/real/repo/Cargo.toml", "--manifest-path=/cache/tree/Cargo.toml");
        check("cd /real/repo && ./x", "cd /cache/tree && ./x");
        check("/real/repo/a:/real/repo/b", "/cache/tree/a:/cache/tree/b");
        for other in
            ["./target/x", "/real/repo2", "/real/repo.git", "/x/real/repo", "x/real/repo", ""]
        {
            check(other, other);
        }
    }

    #[test]
    fn it_runs_in_the_same_place_or_not_at_all() {
        let check = |cwd: &str, expected: Option<&str>| {
            let found = mapping().command(&command(&["x"], cwd, &[])).ok();
            assert_eq!(found.map(|found| found.cwd), expected.map(PathBuf::from), "{cwd}");
        };
        check("/real/repo", Some("/cache/tree"));
        check("/real/repo/a/b", Some("/cache/tree/a/b"));
        check("/real", None);
        check("/real/repo2", None);
    }

    #[test]
    fn variables_keep_the_builds_apart() {
        let check =
            |env: &[(&str, &str)], surroundings: &[(&str, &str)], expected: &[(&str, &str)]| {
                let command = command(&["x"], "/real/repo", env);
                let mut all = variables(surroundings);
                all.extend(command.env.clone());
                let found = mapping().in_surroundings(&command, all).unwrap();
                assert_eq!(found.env, variables(expected), "{env:?} {surroundings:?}");
            };
        check(&[], &[("PATH", "/bin"), ("HOME", "/spelled/repo")], &[]);
        check(&[("DATA", "/real/repo/d")], &[], &[("DATA", "/cache/tree/d")]);
        check(
            &[],
            &[("PATH", "/bin:/real/repo/bin:/usr/bin")],
            &[("PATH", "/cache/tree/bin:/bin:/real/repo/bin:/usr/bin")],
        );
        check(&[("PATH", "/real/repo/bin")], &[], &[("PATH", "/cache/tree/bin")]);
        check(&[], &[("CARGO_TARGET_DIR", "out")], &[]);
        check(
            &[],
            &[("CARGO_TARGET_DIR", "/spelled/repo/out")],
            &[("CARGO_TARGET_DIR", "/cache/tree/out")],
        );
    }

    #[test]
    fn a_shared_build_folder_becomes_its_own_wherever_it_is_named() {
        let command = command(&["/tmp/out/release/x"], "/real/repo", &[]);
        let found = mapping()
            .in_surroundings(&command, variables(&[("CARGO_TARGET_DIR", "/tmp/out")]))
            .unwrap();
        let own = &found.env["CARGO_TARGET_DIR"];
        assert!(own.starts_with("/cache/built-"), "{own}");
        assert_eq!(found.argv, [format!("{own}/release/x")]);
    }

    #[test]
    fn what_cargo_is_configured_to_share_becomes_its_own() {
        let check = |folder: &str, env: &[(&str, &str)], shares: bool| {
            let folders = variables(&[(cargo::TARGET, folder), (cargo::BUILD, "/fast")]);
            let configured = Configured::from([("/real/repo/a".into(), folders)]);
            let mapping = Mapping { configured, ..mapping() };
            let own = |cwd: &str| {
                let command = command(&[&format!("{folder}/release/x")], cwd, env);
                mapping.in_surroundings(&command, variables(env)).unwrap()
            };
            let found = own("/real/repo/a");
            let target =
                found.env.get(cargo::TARGET).filter(|own| own.starts_with("/cache/built-"));
            assert_eq!(target.is_some(), shares, "{folder} {env:?}: {found:?}");
            if let Some(target) = target {
                assert_eq!(found.argv, [format!("{target}/release/x")]);
                assert!(found.env[cargo::BUILD].starts_with("/cache/built-"), "{found:?}");
            }
            assert!(!own("/real/repo/b").env.contains_key(cargo::BUILD), "it is of one place");
        };
        check("/shared", &[], true);
        check("/shared", &[(CONFIGURED_TARGET, "out")], false);
        check("/real/repo/out", &[], false);
    }

    proptest! {
        #[test]
        fn what_names_no_path_of_the_tree_is_left_alone(text in "[^r]*") {
            prop_assert_eq!(moved(&text, &[("/real/repo".into(), "/x".into())]), text);
        }
    }
}
