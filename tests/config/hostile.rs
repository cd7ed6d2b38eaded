//! Whatever is in the file, reading it ends soon, without a panic, and the complaint is harmless.

use crate::accepted;
use crate::support::{parse, rendered, today};
use pacegate::config;
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// Far more than any file needs on any machine; a quadratic reader or an alias bomb takes longer.
const SOON: Duration = Duration::from_secs(10);

#[track_caller]
fn check(text: &str) {
    let start = Instant::now();
    if let Err(error) = parse(text) {
        let told = format!("{error}\n{}", rendered(&error));
        let harmful = told.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
        assert_eq!(harmful, None, "{told:?}");
        assert!(told.len() < 20_000, "{} bytes", told.len());
    }
    assert!(start.elapsed() < SOON, "{text:?}");
}

fn corpus() -> Vec<String> {
    accepted::all().into_iter().map(|(_, text)| text).collect()
}

/// The text with a part of it replaced.
fn mutated(text: &str, at: usize, len: usize, by: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let at = at % (letters.len() + 1);
    let end = (at + len).min(letters.len());
    letters[..at].iter().copied().chain(by.chars()).chain(letters[end..].iter().copied()).collect()
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gates.yaml");
        std::fs::write(&path, &bytes).unwrap();
        if let Err(error) = config::load(&path, today()) {
            rendered(&error);
        }
    }

    #[test]
    fn any_text(text in "\\PC{0,200}|[\\x00-\\x7f\u{85}\u{2028}\u{feff}é]{0,200}|[-:,{}\\[\\]*&!|>'\"%@`#?~ \n\ta1.]{0,80}") {
        check(&text);
    }

    #[test]
    fn mutations_of_a_valid_file(
        which in any::<prop::sample::Index>(),
        edits in proptest::collection::vec(
            (any::<usize>(), 0usize..20, "[-:,{}\\[\\]*&!|>'\"%@`#?~ \n\t\r\u{1b}a1.é]{0,5}|<<: \\*a|\\.nan|---\n|&a "), 1..4),
    ) {
        let corpus = corpus();
        let text = which.get(&corpus).clone();
        check(&edits.iter().fold(text, |text, (at, len, by)| mutated(&text, *at, *len, by)));
    }

    #[test]
    fn any_value_anywhere(
        which in any::<prop::sample::Index>(),
        value in "null|\\[\\]|\\{\\}|-1|1e999|true|!!str x|!x y|\\*a|\"\"|'\\PC{0,10}'|18446744073709551616",
    ) {
        // Each `key: value` of the file in turn gets another value.
        let corpus = corpus();
        let lines: Vec<usize> = accepted::all()[0].1.match_indices(": ").map(|(at, _)| at).collect();
        let text = &corpus[0];
        let at = *which.get(&lines) + 2;
        let end = text[at..].find([',', '}', '\n']).map_or(text.len(), |len| at + len);
        check(&format!("{}{value}{}", &text[..at], &text[end..]));
    }
}

#[test]
fn large_files_of_one_thing() {
    let n = 200_000;
    for text in [
        "[".repeat(n),
        "{".repeat(n),
        "- ".repeat(n),
        "a: ".repeat(n),
        "? ".repeat(n),
        "*a ".repeat(n),
        "&a ".repeat(n),
        "!!".repeat(n),
        "\"\\x41".repeat(n),
        "'".repeat(n),
        "#\n".repeat(n),
        "|\n".repeat(n),
        "\n".repeat(n),
        "\t".repeat(n),
        "---\n".repeat(n),
        "%A\n".repeat(n),
        "a\n".repeat(n),
        "version: 1\n".repeat(n / 4),
        format!("version: {}", "9".repeat(n)),
        format!("version: 1\n{}: x\n", "k".repeat(n)),
        format!(
            "version: 1\nproject: x\ngates: [{{series: \"{}\", regression: {{}}}}]",
            "*".repeat(n)
        ),
        format!(
            "version: 1\nproject: x\ngates: [{{series: \"{}\", regression: {{}}}}]",
            "{a,b}".repeat(90)
        ),
        format!(
            "version: 1\nproject: x\ngates: [{{series: \"*\", limit: {{max: {}ms}}}}]",
            "1".repeat(n)
        ),
        (0..n / 10).map(|n| format!("k{n}: 1\n")).collect(),
        (0..n / 20).map(|n| format!("{}- x\n", " ".repeat(n % 60))).collect(),
    ] {
        check(&text);
    }
}
