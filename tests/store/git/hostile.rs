//! Branches that hold what pacegate never writes: told by name, never believed, never a panic.

use super::{BRANCH, Place, git, ids, open, put, wait};
use crate::runs;
use pacegate::store::{GitStore, Store, StoreError};
use std::fs;
use std::path::{Path, PathBuf};

/// A change of what is in a run's directory.
type Change = Box<dyn Fn(&Path)>;

/// A history of two runs, a checkout in which it is changed by hand, and a clone that reads it.
struct Tampered {
    place: Place,
    editor: PathBuf,
    clone: PathBuf,
    /// The directory of the first run.
    directory: PathBuf,
    /// The commit before any change.
    sound: String,
}

impl Tampered {
    fn new() -> Tampered {
        let place = Place::new();
        wait(async {
            let store = open(&place.clone("writer", &[])).await;
            for seed in [1, 2] {
                put(&store, &runs::seeded(seed, "p")).await.unwrap();
            }
        });
        let editor = place.clone("editor", &["--branch", BRANCH]);
        let run = git(&editor, &["ls-files", "*000001/run.json"]);
        let directory = editor.join(run).parent().unwrap().to_owned();
        let (clone, sound) = (place.clone("clone", &[]), git(&editor, &["rev-parse", "HEAD"]));
        Tampered { place, editor, clone, directory, sound }
    }

    /// Changes the sound history, pushes that, and reads it.
    fn read(&self, change: impl FnOnce(&Tampered)) -> Result<(), StoreError> {
        git(&self.editor, &["reset", "-q", "--hard", &self.sound]);
        change(self);
        git(&self.editor, &["add", "-A"]);
        git(&self.editor, &["commit", "-q", "--allow-empty", "-m", "tamper"]);
        git(&self.editor, &["push", "-q", "--force"]);
        wait(async {
            let store = GitStore::open(&self.clone, BRANCH, None).await?;
            store.headings("p").await?;
            store.get(&[runs::seeded(1, "p").id]).await.map(drop)
        })
    }
}

#[test]
fn files_that_are_not_ours_are_refused_by_name() {
    let replace = |name: &'static str, from: &'static str, to: &'static str| {
        move |directory: &Path| {
            let path = directory.join(name);
            let text = fs::read_to_string(&path).unwrap();
            let changed = text.replacen(from, to, 1);
            assert_ne!(text, changed);
            fs::write(path, changed).unwrap();
        }
    };
    let write = |name: &'static str, text: String| {
        move |directory: &Path| fs::write(directory.join(name), &text).unwrap()
    };
    let cases: Vec<(&str, Change)> = vec![
        ("heading.json", Box::new(write("heading.json", String::new()))),
        ("heading.json", Box::new(write("heading.json", "[".repeat(100_000)))),
        ("heading.json", Box::new(write("heading.json", " ".repeat(300 << 10)))),
        ("heading.json", Box::new(write("heading.json", "\0\u{1b}[2J".into()))),
        ("heading.json", Box::new(replace("heading.json", "\"pass\"", "\"great\""))),
        ("heading.json", Box::new(replace("heading.json", "\"p\"", "\"q\""))),
        ("heading.json", Box::new(replace("heading.json", "000001\"", "000002\""))),
        ("heading.json", Box::new(replace("heading.json", "{", "{\"more\":1,"))),
        ("heading.json", Box::new(replace("heading.json", "1970-", "+9970-"))),
        ("run.json", Box::new(write("run.json", "null".into()))),
        ("run.json", Box::new(write("run.json", "[".repeat(1 << 20)))),
        ("run.json", Box::new(replace("run.json", "\"version\":1", "\"version\":2"))),
        ("run.json", Box::new(replace("run.json", "pacegate-run", "other-run"))),
        ("run.json", Box::new(replace("run.json", "000001\"", "000002\""))),
        ("run.json", Box::new(replace("run.json", "\"elapsed\":0", "\"elapsed\":1e999,\"e\":0"))),
        ("run.json", Box::new(|directory| fs::remove_file(directory.join("run.json")).unwrap())),
        (
            "heading.json",
            Box::new(|directory| {
                fs::remove_file(directory.join("heading.json")).unwrap();
            }),
        ),
        #[cfg(unix)]
        (
            "heading.json",
            Box::new(|directory| {
                let path = directory.join("heading.json");
                fs::remove_file(&path).unwrap();
                std::os::unix::fs::symlink("/etc/passwd", path).unwrap();
            }),
        ),
    ];
    let history = Tampered::new();
    for (n, (file, change)) in cases.iter().enumerate() {
        let error = history.read(|history| change(&history.directory)).unwrap_err();
        let StoreError::DamagedFile { file: found, .. } = &error else {
            panic!("case {n}: {error:?}");
        };
        assert!(found.ends_with(&format!("000001/{file}")), "case {n}: {error}");
    }
}

#[test]
fn a_branch_of_another_format_is_refused() {
    for (text, newer) in [
        ("{\"format\":\"pacegate-history\",\"version\":2}", true),
        ("{\"format\":\"other\",\"version\":1}", false),
        ("", false),
    ] {
        let history = Tampered::new();
        let error = history.read(|history| {
            fs::write(history.editor.join("pacegate-history.json"), text).unwrap();
        });
        let error = error.unwrap_err();
        assert_eq!(
            matches!(error, StoreError::Newer { found: 2, known: 1, .. }),
            newer,
            "{error:?}"
        );
        assert_eq!(matches!(error, StoreError::NotAHistory { .. }), !newer, "{error:?}");
        let place = &history.place;
        let before = git(&place.remote(), &["rev-parse", BRANCH]);
        let store = wait(open(&place.clone("another", &[])));
        assert!(wait(put(&store, &runs::seeded(9, "p"))).is_err(), "{text}");
        assert_eq!(git(&place.remote(), &["rev-parse", BRANCH]), before);
    }
}

#[test]
fn files_of_others_are_passed_over_and_kept() {
    let history = Tampered::new();
    let read = history.read(|Tampered { editor, directory, .. }| {
        fs::write(editor.join("README.md"), "hello\n").unwrap();
        fs::write(directory.join("notes.txt"), "a note\n").unwrap();
        fs::create_dir_all(editor.join("0123456789abcdef/zz")).unwrap();
        fs::write(editor.join("0123456789abcdef/zz/run.json"), "{}").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt as _;
            let name = std::ffi::OsStr::from_bytes(b"no \xff text\n\t");
            fs::write(editor.join(name), "x").unwrap();
        }
    });
    read.unwrap();
    let place = &history.place;
    let store = wait(open(&place.clone("another", &[])));
    wait(put(&store, &runs::seeded(3, "p"))).unwrap();
    assert_eq!(wait(ids(&store, "p")).len(), 3);
    let files = git(&place.remote(), &["ls-tree", "-r", "--name-only", BRANCH]);
    assert_eq!(files.lines().count(), 1 + 3 * 2 + 4, "{files}");
}
