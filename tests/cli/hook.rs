//! The hook before a push, with real git, a real remote, and hooks that others put there.

use crate::dir::Ended;
use crate::project::Project;
use std::path::Path;
use std::process::Command;

/// A benchmark that is held to a limit, which decides at once.
fn config(limit: &str) -> String {
    format!(
        "version: 1
project: p
benchmarks:
  b: {{ command: {{ run: [sh, -c, 'exit 0'], warmup: 0, samples: 3 }} }}
paired: {{ pairs: 8 }}
gates:
  - {{ series: 'b/wall', limit: {{ max: {limit} }} }}
"
    )
}

const FAST: &str = "1h";
const SLOW: &str = "1us";
const SEEN: &str = "b/wall";
const EDITED: &str = "warning: the working tree has uncommitted edits";
/// What a stopped push ends with.
const STOPPED: &str = "pacegate stopped this push; to push anyway: `PACEGATE_SKIP=1 git push`";
const UNPUSHED: &str = "warning: uncommitted changes were measured too, which are not pushed";
const UNMEASURED: &str = "this push is not measured";

/// A project that has pushed `main` to a remote of its own.
fn project() -> Project {
    let project = Project::of(&[(".gitignore", ".pacegate\n"), ("gates.yaml", &config(FAST))]);
    project.git(&["init", "-q", "--bare", "-b", "main", "remote.git"]);
    project.dir.write(".git/info/exclude", "remote.git\n");
    project.git(&["remote", "add", "origin", "./remote.git"]);
    project.git(&["push", "-q", "origin", "main"]);
    project
}

/// Commits a configuration with this limit.
fn limit(project: &Project, limit: &str) {
    project.commit(&[("gates.yaml", &config(limit))]);
}

fn push_with(project: &Project, args: &[&str], variables: &[(&str, &str)]) -> Ended {
    let program = Path::new(env!("CARGO_BIN_EXE_pacegate"));
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let folders = [program.parent().expect("a folder").to_owned()];
    let path = std::env::join_paths(folders.into_iter().chain(std::env::split_paths(&paths)));
    let mut git = Command::new("git");
    git.arg("push").args(args).current_dir(project.dir.root());
    git.env("PATH", path.expect("a path")).env("XDG_CACHE_HOME", project.cache.root());
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env_remove("PACEGATE_CONFIG").env("NO_COLOR", "1");
    git.envs(variables.iter().copied());
    Ended::new(git.output().expect("run git"))
}

fn push(project: &Project, args: &[&str]) -> Ended {
    push_with(project, args, &[])
}

#[test]
fn a_push_that_fails_a_gate_stays_here() {
    let project = project();
    project.run("hook install --within 1min").check(0, &["pre-push", "PACEGATE_SKIP=1 git push"]);

    project.commit(&[("a", "")]);
    push(&project, &["origin", "main"]).check(0, &["PASS"]);
    assert_eq!(
        project.git(&["rev-parse", "main"]),
        project.git(&["ls-remote", "./remote.git", "refs/heads/main"])[..40]
    );

    limit(&project, SLOW);
    let before = project.git(&["ls-remote", "./remote.git"]);
    let stopped = push(&project, &["origin", "main"]);
    let stopped = stopped.check(1, &["FAIL", SEEN, "the merge base with origin/main,", STOPPED]);
    assert!(!stopped.err.contains("uncommitted"), "{stopped:?}");
    assert_eq!(project.git(&["ls-remote", "./remote.git"]), before);

    push_with(&project, &["origin", "main"], &[("PACEGATE_SKIP", "1")]).check(0, &[UNMEASURED]);
    assert_ne!(project.git(&["ls-remote", "./remote.git"]), before);
}

#[test]
fn a_working_tree_that_is_not_the_pushed_commit_is_warned_of() {
    let project = project();
    project.run("hook install --within 1min").check(0, &[]);
    project.commit(&[("a", "")]);
    project.dir.write("gates.yaml", config(SLOW));
    let edited = push(&project, &["origin", "main"]).check(1, &["FAIL", SEEN]);
    assert!(edited.err.contains(EDITED), "{edited:?}");
    let ended = format!("{UNPUSHED}\n{STOPPED}\n");
    assert!(edited.err.contains(&ended), "{edited:?}");

    project.git(&["checkout", "-q", "gates.yaml"]);
    project.dir.write("unknown to git", "");
    let clean = push(&project, &["origin", "main"]).check(0, &["PASS"]);
    assert!(!clean.err.contains("warning:") && !clean.err.contains(STOPPED), "{clean:?}");

    project.commit(&[("b", "")]);
    let other = push(&project, &["origin", "HEAD~1:refs/heads/older"]).check(0, &[]);
    assert!(other.err.contains(UNMEASURED), "{other:?}");
}

#[test]
fn what_cannot_or_need_not_be_measured_is_pushed_and_told() {
    let project = project();
    project.run("hook install").check(0, &[]);
    limit(&project, SLOW);

    // Nothing of the remote was fetched, so a new branch has nothing to stand beside.
    project.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    push(&project, &["origin", "main:new"])
        .check(0, &["`git remote set-head origin -a`", UNMEASURED]);
    push(&project, &["./remote.git", "main:new2"])
        .check(0, &["`git remote set-head origin -a`", UNMEASURED]);
    let silent = push(&project, &["origin", ":new"]).check(0, &[]);
    assert!(!silent.err.contains("warning:"), "{silent:?}");
    project.git(&["tag", "v1"]);
    push(&project, &["origin", "v1"]).check(0, &[]);
    push(&project, &["origin", "HEAD~1:refs/heads/older"])
        .check(0, &["not checked out", UNMEASURED]);

    project.git(&["rm", "-q", "gates.yaml"]);
    project.commit(&[]);
    push(&project, &["origin", "main"]).check(0, &["no gates.yaml here", UNMEASURED]);
}

#[test]
fn a_new_branch_stands_beside_what_is_known_of_the_remote() {
    let project = project();
    project.git(&["push", "-q", "origin", "main:trunk", "main:other"]);
    project.run("hook install").check(0, &[]);
    project.git(&["tag", "v1"]);
    let beside = |more: &str, expected: &str| {
        project.commit(&[("gates.yaml", &format!("{}{more}", config(SLOW)))]);
        let expected = format!("the merge base with {expected},");
        push(&project, &["origin", "main:new"]).check(1, &["FAIL", SEEN, &expected, STOPPED]);
    };

    // No default branch of the remote is known, as in every repository that was not cloned.
    beside("", "origin/main");
    beside("baseline: { branches: [none, trunk, main] }\n", "origin/trunk");
    beside("base: other\n", "origin/other");
    beside("base: origin/trunk\n", "origin/trunk");
    beside("base: v1\n", "v1");
    beside("base: gone\n", "origin/main");

    project.git(&["remote", "set-head", "origin", "other"]);
    beside("base: origin/trunk\n", "origin/other");

    project.commit(&[("gates.yaml", "version: [\n")]);
    project.git(&["remote", "set-head", "origin", "-d"]);
    push(&project, &["origin", "main:new"]).check(1, &["gates.yaml", STOPPED]);
}

#[test]
fn the_hook_that_was_there_runs_first_and_comes_back() {
    let project = project();
    let theirs = "#!/bin/sh\necho \"$@\" >> args\ncat >> refs\nexit $(cat code)\n";
    let hook = project.dir.write(".git/hooks/pre-push", theirs);
    make_executable(&hook);
    project.dir.write("code", "0");
    project.dir.write(".git/info/exclude", "remote.git\ncode\nargs\nrefs\n");

    project.run("hook install").check(0, &["first"]);
    let installed = project.dir.read(".git/hooks/pre-push");
    project.run("hook install").check(0, &["first"]);
    assert_eq!(project.dir.read(".git/hooks/pre-push"), installed, "installing twice is once");

    project.commit(&[("a", "")]);
    push(&project, &["origin", "main"]).check(0, &["PASS"]);
    assert_eq!(project.dir.read("args"), "origin ./remote.git\n");
    let head = project.git(&["rev-parse", "HEAD"]);
    let refs = project.dir.read("refs");
    assert!(refs.starts_with(&format!("refs/heads/main {head} refs/heads/main ")), "{refs}");

    project.dir.write("code", "3");
    project.commit(&[("b", "")]);
    let stopped = push(&project, &["origin", "main"]).check(1, &[]);
    assert!(!stopped.err.contains(SEEN) && !stopped.out.contains(SEEN), "{stopped:?}");

    project.run("hook uninstall").check(0, &["Put back"]);
    assert_eq!(project.dir.read(".git/hooks/pre-push"), theirs);
    project.run("hook uninstall").check(0, &["No hook of pacegate"]);
    assert_eq!(project.dir.read(".git/hooks/pre-push"), theirs);
}

#[test]
fn the_hook_goes_where_git_looks_for_it() {
    let project = project();
    project.git(&["config", "core.hooksPath", "some where"]);
    project.run("hook install --config it's.yaml").check(0, &["some where"]);
    let hook = project.dir.read("some where/pre-push");
    assert!(hook.contains(r"--config' 'it'\''s.yaml'"), "{hook}");
    project.commit(&[]);
    push(&project, &["origin", "main"]).check(0, &["no it's.yaml here"]);
    project.run("hook uninstall").check(0, &["Removed"]);
    assert!(!project.dir.path("some where/pre-push").exists());

    project.dir.write("some where/pre-push", "#!/bin/sh\n");
    project.dir.write("some where/pre-push.before-pacegate", "#!/bin/sh\n");
    project.run("hook install").check(2, &["is there already; remove the one"]);

    let outside = crate::dir::Dir::new();
    outside.run("hook install").check(2, &["failed to find the hooks"]);
}

#[test]
fn what_the_framework_pre_commit_tells_is_followed() {
    let project = project();
    let base = project.git(&["rev-parse", "HEAD"]);
    limit(&project, SLOW);
    let head = project.git(&["rev-parse", "HEAD"]);
    let run = |to: &str| {
        let mut command = project.command("hook pre-push");
        command.env("PRE_COMMIT_TO_REF", to).env("PRE_COMMIT_FROM_REF", &base);
        command.env("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main");
        Ended::new(command.env("PRE_COMMIT_REMOTE_NAME", "origin").output().expect("run"))
    };
    run(&head).check(1, &["FAIL", SEEN, "the merge base with origin/main,"]);
    run(&base).check(0, &["not checked out"]);
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("set the mode");
}
