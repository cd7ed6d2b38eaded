//! S6: a binary is installed when its checksum is known and right, and else nothing is.

use crate::bash::Action;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

const VERSION: &str = "9.9.9";

fn archive_name() -> String {
    let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-musl" };
    format!("pacegate-{VERSION}-{}-{system}.tar.gz", std::env::consts::ARCH)
}

/// An archive like that of a release.
fn archive() -> Vec<u8> {
    let dir = tempfile::tempdir().expect("make a directory");
    let top = archive_name().replace(".tar.gz", "");
    std::fs::create_dir(dir.path().join(&top)).expect("make a directory");
    let program = format!("#!/bin/sh\necho pacegate {VERSION}\n");
    std::fs::write(dir.path().join(&top).join("pacegate"), program).expect("write a file");
    let tar = Command::new("tar").args(["-czf", "-", &top]).current_dir(dir.path()).output();
    tar.expect("run tar").stdout
}

fn sum(bytes: &[u8]) -> String {
    use sha2::Digest;
    format!("{:x}", sha2::Sha256::digest(bytes))
}

/// A server of one release on loopback, and what it was asked for.
fn serve(archive: Vec<u8>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("listen");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, &archive, &seen);
        }
    });
    (address, asked)
}

fn answer(mut stream: TcpStream, archive: &[u8], seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut request = String::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    reader.read_line(&mut request)?;
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    while reader.read_line(&mut request)? > 2 {}
    let found = path == format!("/v{VERSION}/{}", archive_name());
    seen.lock().expect("the list").push(path);
    let (status, body) = if found { ("200 OK", archive) } else { ("404 Not Found", &[][..]) };
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

/// Installs what a server gives under these checksums; `None` as told says that it is installed.
#[track_caller]
fn check(served: Vec<u8>, checksums: &str, version: &str, requests: usize, told: Option<&str>) {
    let (releases, asked) = serve(served);
    let action = Action::new(checksums);
    let output = action.script(
        "install.sh",
        &[
            ("PACEGATE_TEST_RELEASES", &releases),
            ("INPUT_VERSION", version),
            ("INPUT_INSTALL_MODE", "binary"),
        ],
    );
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    let bin = action.path(&format!("temp/pacegate-{VERSION}/bin"));
    match told {
        None => {
            assert!(output.status.success(), "{out}{err}");
            assert_eq!(out, format!("pacegate {VERSION}\n"), "{err}");
            let path = std::fs::read_to_string(action.path("github_path")).expect("the path");
            assert_eq!(path, format!("{}\n", bin.display()));
        }
        Some(told) => {
            assert!(!output.status.success(), "{out}{err}");
            assert!(out.contains(told) || err.contains(told), "no `{told}` in\n{out}{err}");
            assert!(
                !bin.exists() && !action.path("github_path").exists(),
                "something was installed"
            );
        }
    }
    let left: Vec<_> = std::fs::read_dir(action.path("temp")).expect("read").flatten().collect();
    assert_eq!(left.len(), usize::from(told.is_none()), "left behind: {left:?}");
    assert_eq!(asked.lock().expect("the list").len(), requests, "{asked:?}");
}

#[test]
fn only_what_the_table_knows_is_installed() {
    let (good, name) = (archive(), archive_name());
    let right = format!("# a comment\n{}  other.tar.gz\n{}  {name}\n", "0".repeat(64), sum(&good));
    check(good.clone(), &right, VERSION, 1, None);
    check(good.clone(), &right, "v9.9.9", 1, None);

    // One byte more, one less, one changed.
    let mut changed = good.clone();
    *changed.last_mut().expect("bytes") ^= 1;
    check(changed, &right, VERSION, 1, Some("it is not installed"));
    check([&good[..], b"\n"].concat(), &right, VERSION, 1, Some("it is not installed"));
    check(good[1..].to_vec(), &right, VERSION, 1, Some("it is not installed"));

    // Without a checksum, nothing is even fetched.
    let sum = sum(&good);
    for table in [
        String::new(),
        format!("# {sum}  {name}\n"),
        format!("{sum}  {name}.sig\n"),
        format!("  {name}\n"),
        format!("{}  {name}\n", &sum[1..]),
        format!("{sum}0  {name}\n"),
    ] {
        check(good.clone(), &table, VERSION, 0, Some("no checksum is known for"));
    }
    check(good.clone(), &right, "9.9.8", 0, Some("no checksum is known for"));
    for odd in ["latest", "9.9", "9.9.9;x", "$(id)", "../9.9.9", "9.9.9\n"] {
        check(good.clone(), &right, odd, 0, Some("version is to be as in 1.2.3"));
    }
}

/// No commit lists its own binaries: those of the last release before it are what it can install.
#[test]
fn what_is_installed_unasked_is_listed_last() {
    let (good, name) = (archive(), archive_name());
    let line = |name: &str| format!("{}  {name}\n", sum(&good));
    let (this, other) = (line(&name), line(&name.replace(VERSION, "9.9.10-rc.1")));
    check(good.clone(), &format!("# a comment\n{other}{this}"), "", 1, None);
    check(good.clone(), &format!("{this}{}", line(&format!("{name}.sig"))), "", 1, None);
    check(good.clone(), &format!("{this}{other}"), "", 1, Some("404"));

    let none = "lists no release in checksums.txt; pin one that does";
    check(good.clone(), "", "", 0, Some(none));
    check(good, &format!("# {this}"), "", 0, Some(none));
}

/// The table of this commit is empty, or the archive that is asked for stands in it.
#[test]
fn what_this_commit_installs_unasked_is_in_its_table() {
    let table = include_str!("../../checksums.txt");
    let (releases, asked) = serve(Vec::new());
    let output = Action::new(table).script("install.sh", &[("PACEGATE_TEST_RELEASES", &releases)]);
    assert!(!output.status.success(), "{output:?}");
    let asked = asked.lock().expect("the list");
    let listed = table.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(asked.len(), listed.min(1), "{output:?}");
    for path in asked.iter() {
        let name = path.rsplit('/').next().expect("a name");
        assert!(table.lines().any(|line| line.ends_with(&format!("  {name}"))), "{path}");
    }
}

#[test]
fn a_release_that_is_not_there_is_not_installed() {
    let name = archive_name();
    let other = name.replace(VERSION, "9.9.7");
    let table = format!("{}  {other}\n", "0".repeat(64));
    check(archive(), &table, "9.9.7", 1, Some("404"));
}

#[test]
fn what_the_environment_smuggles_in_is_refused() {
    let refused = |variables: &[(&str, &str)], told: &str| {
        let output = Action::new("").script("install.sh", variables);
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success() && out.contains(told), "{told}: {output:?}");
    };
    for name in ["BASH_FUNC_curl%%", "BASH_FUNC_env%%", "BASH_FUNC_tar%%"] {
        refused(&[(name, "() { touch smuggled; }")], "a shell function comes with the environment");
    }
    refused(&[("INPUT_INSTALL_MODE", "npm")], "install-mode is to be");
    // Of a value that only looks like one, nothing is said.
    refused(&[("TITLE", "x\nBASH_FUNC_y"), ("INPUT_INSTALL_MODE", "npm")], "install-mode is to be");

    let action = Action::new("");
    std::fs::write(action.path("start-up"), "touch smuggled\n").expect("write a file");
    let start_up = action.path("start-up");
    action.script("install.sh", &[("BASH_ENV", start_up.to_str().expect("UTF-8"))]);
    assert!(!action.path("smuggled").exists(), "BASH_ENV was read");
}

#[test]
fn a_pacegate_that_is_there_is_taken_when_asked() {
    let action = Action::new("");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_pacegate")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("PATH"));
    let output = action.script("install.sh", &[("INPUT_INSTALL_MODE", "none"), ("PATH", &path)]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(out, format!("pacegate {}\n", env!("CARGO_PKG_VERSION")), "{output:?}");
}
