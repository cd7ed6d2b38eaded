//! Whether a command runs the same program in both builds.

use crate::config::Command;
use crate::measure::launcher;
use crate::model::Warning;
use std::path::Path;

/// A doubt whether a command shows the change at all: its program is one file for both builds, and no
/// argument names a file of the tree that it runs in.
pub(super) fn doubt(target: &str, head: &Command, base: &Command) -> Option<Warning> {
    let program = |command: &Command| launcher::program_of(command)?.canonicalize().ok();
    let same = program(head).is_some_and(|found| Some(found) == program(base));
    let mut arguments = head.argv.iter().skip(1);
    let names_a_file = arguments.any(|argument| is_of_tree(argument, &head.cwd, &base.cwd));
    // Paths that differ lead into the trees.
    let moved = head.argv.iter().skip(1).ne(base.argv.iter().skip(1));
    (same && !names_a_file && !moved)
        .then(|| Warning::SameProgram { target: target.to_owned(), program: head.argv[0].clone() })
}

/// Whether an argument, or a word of a script, is the relative path of something that is another thing in
/// the other tree.
fn is_of_tree(argument: &str, head: &Path, base: &Path) -> bool {
    let apart = |c: char| c.is_whitespace() || matches!(c, '=' | ';' | '"' | '\'');
    argument.split(apart).filter(|word| !word.is_empty()).any(|word| {
        let place = |cwd: &Path| cwd.join(word).canonicalize().ok();
        place(head).is_some_and(|place_of_head| Some(place_of_head) != place(base))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_program_beside_both_trees_is_doubted_unless_it_is_given_something_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for file in ["head/bin/x", "base/bin/x", "outside/x", "head/data", "base/data"] {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        std::os::unix::fs::symlink(root.join("outside/x"), root.join("head/link")).unwrap();
        std::os::unix::fs::symlink(root.join("outside/x"), root.join("base/link")).unwrap();
        let command = |tree: &str, words: &str| Command {
            argv: words
                .split('|')
                .map(|word| word.replace("TREE", root.join(tree).to_str().unwrap()))
                .collect(),
            cwd: root.join(tree),
            env: BTreeMap::new(),
            pass_env: vec![],
        };
        let check = |words: &str, doubted: bool| {
            let found = doubt("t", &command("head", words), &command("base", words));
            let program = words.split('|').next().unwrap().to_owned();
            let expected = Warning::SameProgram { target: "t".to_owned(), program };
            assert_eq!(found, doubted.then_some(expected), "{words}");
        };
        check("./bin/x", false);
        check("./link", true);
        check("../outside/x", true);
        check("../outside/x|--fast|3", true);
        check("../outside/x|../outside/x", true);
        check("../outside/x|data", false);
        check("../outside/x|--from=./data", false);
        check("../outside/x|TREE/data", false);
        check("sh|-c|cd . && ./bin/x --fast", false);
        check("sh|-c|sleep 1", true);
        check("./absent", false);
    }
}
