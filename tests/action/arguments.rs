//! What the action's inputs become: one argument each, whatever is in them.

use crate::bash::Action;
use std::os::unix::fs::PermissionsExt;

/// Runs the action with these inputs, and gives the arguments that a program in the place of pacegate got.
fn given(inputs: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let action = Action::new("");
    let program = action.path("bin/pacegate");
    std::fs::create_dir_all(action.path("bin")).expect("make a directory");
    std::fs::create_dir_all(action.path("sub dir")).expect("make a directory");
    std::fs::write(&program, "#!/bin/sh\nprintf '%s\\0' \"$PWD\" \"$@\"\n").expect("write a file");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))
        .expect("set the mode");
    let path = format!("{}:{}", action.path("bin").display(), std::env::var("PATH").expect("PATH"));
    let mut variables = vec![
        ("PATH", path.as_str()),
        ("INPUT_MODE", "ci"),
        ("INPUT_CONFIG", "gates.yaml"),
        ("INPUT_ARGS", ""),
        ("INPUT_WORKING_DIRECTORY", "."),
        ("INPUT_STRICT", "false"),
        ("INPUT_COMMENT", "auto"),
        ("INPUT_COMMENT_ID", ""),
    ];
    variables.extend(inputs);
    let output = action.script("run.sh", &variables);
    assert!(
        !action.path("X").exists() && !action.path("sub dir/X").exists(),
        "X was made: {inputs:?}"
    );
    let out = String::from_utf8(output.stdout).expect("UTF-8");
    if !output.status.success() {
        return Err(out);
    }
    let mut words = out.split_terminator('\0').map(str::to_owned);
    let place = words.next().expect("a place");
    let at = if inputs.iter().any(|(name, _)| *name == "INPUT_WORKING_DIRECTORY") {
        "sub dir"
    } else {
        ""
    };
    assert!(place.ends_with(at), "{place}");
    Ok(words.collect())
}

#[track_caller]
fn check(inputs: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(given(inputs).expect("it runs"), expected, "{inputs:?}");
}

#[track_caller]
fn refused(inputs: &[(&str, &str)], told: &str) {
    let out = given(inputs).expect_err("refused");
    assert!(out.starts_with("::error") && out.contains(told), "{out}");
}

#[test]
fn inputs_become_arguments() {
    let usual = ["ci", "--config=gates.yaml", "--comment=auto"];
    check(&[], &usual);
    check(&[("INPUT_WORKING_DIRECTORY", "sub dir")], &usual);
    check(
        &[("INPUT_STRICT", "true")],
        &["ci", "--config=gates.yaml", "--strict", "--comment=auto"],
    );
    let id = ["ci", "--config=gates.yaml", "--comment=never", "--comment-id=x"];
    check(&[("INPUT_COMMENT", "never"), ("INPUT_COMMENT_ID", "x")], &id);
    let publish = ["publish", "--comment=auto", "a b.json", "--untrusted"];
    check(&[("INPUT_MODE", "publish"), ("INPUT_ARGS", "a b.json\n\n--untrusted\r\n")], &publish);
    refused(&[("INPUT_MODE", "run")], "mode is to be");
    refused(&[("INPUT_STRICT", "yes")], "strict true or false");
    refused(&[("INPUT_STRICT", "true"), ("INPUT_MODE", "publish")], "strict is for mode: ci");
}

/// S4: what a stranger may write, such as the name of a branch, stays text.
#[test]
fn what_looks_like_script_is_text() {
    for hostile in [
        "$(touch X)",
        "`touch X`",
        "; touch X",
        "'; touch X; '",
        "\"; touch X; \"",
        "* ~ $HOME {a,b}",
        "x\\",
    ] {
        let (config, id) = (format!("--config={hostile}"), format!("--comment-id={hostile}"));
        let comment = format!("--comment={hostile}");
        check(
            &[
                ("INPUT_CONFIG", hostile),
                ("INPUT_COMMENT", hostile),
                ("INPUT_COMMENT_ID", hostile),
                ("INPUT_ARGS", &format!("{hostile}\n{hostile}")),
            ],
            &["ci", &config, &comment, &id, hostile, hostile],
        );
        refused(&[("INPUT_MODE", hostile)], "mode is to be");
        refused(&[("INPUT_STRICT", hostile)], "strict true or false");
        given(&[("INPUT_WORKING_DIRECTORY", hostile)]).expect_err("no such folder");
    }
}
