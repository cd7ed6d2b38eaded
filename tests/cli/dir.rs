//! A directory of its own for every test, with the command run in it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A directory that ends with the test.
pub(crate) struct Dir(TempDir);

impl Dir {
    /// An empty directory, outside version control.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("make a directory"))
    }

    /// A directory with a configuration.
    pub(crate) fn with(config: &str) -> Self {
        let dir = Self::new();
        dir.write("gates.yaml", config);
        dir
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("make a directory");
        std::fs::write(&path, text).expect("write a file");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.path(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(name)).expect("a JSON document")
    }

    /// The command in this directory; `args` are split at spaces.
    pub(crate) fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pacegate"));
        command.args(args.split_whitespace()).current_dir(self.0.path());
        command.env_remove("PACEGATE_CONFIG").env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// Runs the command to its end.
    pub(crate) fn run(&self, args: &str) -> Ended {
        Ended::new(self.command(args).output().expect("run the command"))
    }

    /// Starts the command with its outputs kept.
    pub(crate) fn start(&self, args: &str) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start the command")
    }

    /// Its own path, which messages hold.
    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }
}

/// How the command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    pub(crate) fn new(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Checks the exit code, and that both streams together hold every text.
    #[track_caller]
    pub(crate) fn check(self, code: i32, texts: &[&str]) -> Self {
        // Sentences are wrapped, and what is asked for is a sentence.
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let all = format!("{} {}", flat(&self.out), flat(&self.err));
        let all = all.replace("│ ", "");
        assert_eq!(self.code, Some(code), "exit code\n{}\n{}", self.out, self.err);
        for text in texts {
            assert!(all.contains(text), "no `{text}` in\n{}\n{}", self.out, self.err);
        }
        assert!(!all.contains("panicked"), "{all}");
        self
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("find a free port");
    listener.local_addr().expect("its address").port()
}
