//! A project in a repository, as people have them.

use crate::dir::{Dir, Ended};
use std::process::Command;

/// A repository beside the cache for its bases.
pub(crate) struct Project {
    pub(crate) dir: Dir,
    pub(crate) cache: Dir,
}

impl Project {
    /// A repository with one commit of these files.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let project = Project { dir: Dir::new(), cache: Dir::new() };
        project.git(&["init", "-q", "-b", "main"]);
        project.commit(files);
        project
    }

    pub(crate) fn commit(&self, files: &[(&str, &str)]) {
        for (file, text) in files {
            self.dir.write(file, text);
        }
        self.git(&["add", "."]);
        let author = ["-c", "user.name=a", "-c", "user.email=a@b"];
        self.git(&[&author[..], &["commit", "-q", "--allow-empty", "-m", "x"]].concat());
    }

    /// What git prints, without anything that a person configured.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(args).current_dir(self.dir.root()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = git.output().expect("run git");
        assert!(output.status.success(), "git {args:?}: {output:?}");
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    /// The command at the top of the repository.
    pub(crate) fn command(&self, args: &str) -> Command {
        let mut command = self.dir.command(args);
        command.env("XDG_CACHE_HOME", self.cache.root());
        command
    }

    pub(crate) fn run(&self, args: &str) -> Ended {
        Ended::new(self.command(args).output().expect("run the command"))
    }
}
