//! What to do about a refusal.

use serde::Deserialize;

/// The most characters that are told of what the forge says.
const MAX_SAID: usize = 200;

#[derive(Deserialize)]
struct Said {
    message: String,
}

/// What the forge says itself, and what helps.
pub(super) fn advice(status: u16, body: &str, permission: &str) -> String {
    let helps = match status {
        300..=399 => "the repository seems to have moved: give its new name".to_owned(),
        401 => "the token is none, or has expired".to_owned(),
        403 => format!(
            "give the job `permissions: {permission}`; the token of a pull request from a fork \
             never has it"
        ),
        404 => format!(
            "there is no such thing, or the token may not see it, for lack of \
             `permissions: {permission}`"
        ),
        _ => String::new(),
    };
    let said = serde_json::from_str(body).map(|said: Said| {
        let said: String =
            said.message.chars().filter(|c| !c.is_control()).take(MAX_SAID).collect();
        format!("it says \"{said}\"")
    });
    let parts = [said.unwrap_or_default(), helps];
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_with_what_helps() {
        let check = |status: u16, body: &str, expected: &str| {
            let text = advice(status, body, "checks: write");
            assert_eq!(text, expected, "{status} {body}");
        };
        check(
            403,
            r#"{"message":"Resource not accessible by integration"}"#,
            "it says \"Resource not accessible by integration\"; give the job \
             `permissions: checks: write`; the token of a pull request from a fork never has it",
        );
        check(
            422,
            r#"{"message":"No commit\u001b[31m found\n"}"#,
            "it says \"No commit[31m found\"",
        );
        check(422, "<html>", "");
        check(401, "", "the token is none, or has expired");
        let long = format!(r#"{{"message":"{}"}}"#, "ä".repeat(9999));
        check(410, &long, &format!("it says \"{}\"", "ä".repeat(200)));
    }
}
