//! What a text from outside must look like to be taken for a commit, a branch or an address.

use url::Url;

/// The most bytes of a branch's or a repository's name.
const LONGEST_NAME: usize = 255;
/// The most bytes of an address.
const LONGEST_URL: usize = 2048;

/// A commit's full hash, in lower case; the hash of zeros stands for none.
pub(super) fn commit(text: &str) -> Option<String> {
    let hash = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    (hash && text.bytes().any(|b| b != b'0')).then(|| text.to_ascii_lowercase())
}

/// The name of a branch, by the rules of `git check-ref-format --branch`.
pub(super) fn branch(text: &str) -> Option<String> {
    let forbidden = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    let valid = text.len() <= LONGEST_NAME
        && !text.contains(forbidden)
        && text.split('/').all(part)
        && !text.starts_with('-')
        && !text.ends_with('.')
        && !text.contains("..")
        && !text.contains("@{")
        && text != "@"
        && text != "HEAD";
    valid.then(|| text.to_owned())
}

/// The branch of a full reference, such as `refs/heads/main`.
pub(super) fn branch_of(reference: &str) -> Option<String> {
    branch(reference.strip_prefix("refs/heads/")?)
}

/// An owner of repositories.
pub(super) fn owner(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-[]".contains(c);
    let valid = (1..=LONGEST_NAME).contains(&text.len()) && text.chars().all(plain);
    (valid && !matches!(text, "." | "..")).then(|| text.to_owned())
}

/// A repository as `owner/name`.
pub(super) fn repository(text: &str) -> Option<String> {
    let (before, name) = text.split_once('/')?;
    (owner(before).is_some() && owner(name).is_some()).then(|| text.to_owned())
}

/// A number that counts from 1.
pub(super) fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number > 0)
}

/// The address of a page or an API, without a slash at its end; one that holds a user is none.
pub(super) fn address(text: &str) -> Option<String> {
    if text.len() > LONGEST_URL || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.has_host();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (plain && anonymous).then(|| text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: fn(&str) -> Option<String>, valid: &[&str], invalid: &[&str]) {
        for text in valid {
            assert_eq!(form(text).as_deref(), Some(*text));
        }
        for text in invalid {
            assert_eq!(form(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_commit_is_a_full_hash() {
        let (short, long) = ("ab".repeat(20), "0f".repeat(32));
        let zeros = "0".repeat(40);
        check(
            commit,
            &[&short, &long],
            &["", "HEAD", "abc123", &zeros, &"g".repeat(40), &"é".repeat(20)],
        );
        assert_eq!(commit(&"AB".repeat(20)), Some(short));
    }

    #[test]
    fn a_branch_is_what_git_takes_for_one() {
        let long = "b".repeat(LONGEST_NAME + 1);
        check(
            branch,
            &[
                "main",
                "feature/ü",
                "$(touch X)".replace(' ', "").as_str(),
                "a-b_c.d",
                "#1",
                "a`b",
                &long[1..],
            ],
            &[
                "",
                "a b",
                "a\nb",
                "a\u{1b}[31m",
                "a\0",
                "-x",
                "--upload-pack=x",
                "a..b",
                "/a",
                "a/",
                "a//b",
                "a/.b",
                "a.lock",
                "a.",
                "a~1",
                "a^",
                "a:b",
                "a?",
                "a*",
                "a[b",
                "a\\b",
                "a@{1}",
                "@",
                "HEAD",
                &long,
            ],
        );
        assert_eq!(branch_of("refs/heads/a/b").as_deref(), Some("a/b"));
        for other in ["main", "refs/tags/v1", "refs/pull/1/merge", "refs/heads/"] {
            assert_eq!(branch_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_repository_has_an_owner_and_leaves_no_path() {
        check(
            repository,
            &["o/r", "a-b/c.d_e"],
            &["", "o", "o/", "/r", "o/r/x", "../r", "o/..", "o/r?x", "o/r\n", "o r/x"],
        );
    }

    #[test]
    fn an_address_holds_no_secret() {
        check(
            address,
            &["https://api.github.com", "http://127.0.0.1:4010/api/v1"],
            &[
                "",
                "api.github.com",
                "file:///etc",
                "https://u:p@host",
                "https://t@host",
                "https://h/a b",
                "https://h/\n",
            ],
        );
        assert_eq!(address("https://host/").as_deref(), Some("https://host"));
    }

    #[test]
    fn a_number_is_positive_and_plain() {
        for (text, expected) in [
            ("7", Some(7)),
            ("0", None),
            ("-1", None),
            ("+7", None),
            ("7.0", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
