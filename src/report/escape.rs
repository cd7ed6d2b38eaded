//! Foreign text made harmless: two functions that clean what enters the view, and one escaping
//! function for every kind of output.
//!
//! Names, branches, messages and errors come from files, other tools and contributors. Cleaning
//! (control, bidirectional and invisible characters, length) happens once, when the view is built;
//! each renderer then escapes for its own sink, and trusts nothing that it did not escape itself.

/// The most characters shown of a name.
pub const NAME_CHARS: usize = 120;
/// The most characters shown of a path.
pub const PATH_CHARS: usize = 1_000;
/// The most characters shown of a sentence.
pub const PROSE_CHARS: usize = 400;

/// A name on one line: control, bidirectional and invisible characters become visible, and a
/// name longer than [`NAME_CHARS`] loses its middle.
pub fn name(text: &str) -> String {
    visible(text, NAME_CHARS)
}

/// A path on one line, as a name; of at most [`PATH_CHARS`], so that a file is still found by it.
pub fn path(text: &str) -> String {
    visible(text, PATH_CHARS)
}

fn visible(text: &str, most: usize) -> String {
    let mut clean = String::new();
    for c in shorten(text, most).chars() {
        match c {
            '\0'..='\x1f' => clean.extend(char::from_u32(0x2400 + u32::from(c))),
            '\x7f' => clean.push('␡'),
            _ if is_deceptive(c) => clean.push_str(&format!("‹U+{:04X}›", u32::from(c))),
            _ => clean.push(c),
        }
    }
    if clean.trim().is_empty() { "(no name)".to_owned() } else { clean }
}

/// A unit's symbol: as a name, of at most 12 characters, and possibly empty.
pub fn symbol(text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { shorten(&name(text), 12) }
}

/// A sentence on one line: colours and control characters are dropped, white space is folded, and
/// one longer than [`PROSE_CHARS`] loses its middle.
pub fn prose(text: &str) -> String {
    let start: String = text.chars().take(8 * PROSE_CHARS).collect();
    let plain: String = without_ansi(&start).chars().map(plain_char).collect();
    shorten(&plain.split_whitespace().collect::<Vec<_>>().join(" "), PROSE_CHARS)
}

/// A longer text, such as an error with its causes and the end of a log: colours, control characters and
/// empty lines are dropped. Of too many lines the first few, which say what failed, and the last ones, which
/// say why, are kept, and those between them counted.
pub fn block(text: &str, lines: usize, chars: usize) -> Vec<String> {
    let start: String = text.chars().take(64 * 1024).collect();
    let plain = without_ansi(&start).replace("\r\n", "\n").replace('\r', "\n");
    let all = plain.lines().map(|line| line.trim_end().chars().map(plain_char).collect());
    let all: Vec<String> = all.filter(|line: &String| !line.trim().is_empty()).collect();
    let shown = |part: &[String]| part.iter().map(|l| shorten(l, chars)).collect::<Vec<_>>();
    if all.len() <= lines {
        return shown(&all);
    }
    let first = lines.div_ceil(4);
    let (left_out, last) = all[first..].split_at(all.len() - lines);
    let plural = if left_out.len() == 1 { "" } else { "s" };
    let between = format!("… {} line{plural} left out", left_out.len());
    [shown(&all[..first]), vec![between], shown(last)].concat()
}

fn plain_char(c: char) -> char {
    if c.is_control() {
        ' '
    } else if is_deceptive(c) {
        '\u{fffd}'
    } else {
        c
    }
}

/// At most `max` characters, the middle replaced by `…`: series differ at both ends.
pub fn shorten(text: &str, max: usize) -> String {
    // Looks at the ends only: a text may be megabytes long.
    if text.chars().nth(max).is_none() {
        return text.to_owned();
    }
    let tail = max.saturating_sub(1) / 2;
    let head: String = text.chars().take(max.saturating_sub(1) - tail).collect();
    let start = text.char_indices().rev().take(tail).last().map_or(text.len(), |(at, _)| at);
    format!("{head}…{}", &text[start..])
}

/// Whether a character is invisible, reorders its neighbours, or is not text at all.
pub fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}' | '\u{ffff}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Text without terminal escape sequences. A sequence that never ends loses only its first
/// character, so that a lone escape cannot hide all that follows.
fn without_ansi(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = match rest.chars().next() {
            Some('[') => rest[1..].find(|c| matches!(c, '@'..='~')).map(|i| i + 2),
            Some(']' | 'P' | 'X' | '^' | '_') => match (rest.find('\x07'), rest.find("\x1b\\")) {
                (Some(bell), Some(st)) if st < bell => Some(st + 2),
                (Some(bell), _) => Some(bell + 1),
                (None, st) => st.map(|st| st + 2),
            },
            Some(c @ (' '..='~')) => Some(c.len_utf8()),
            _ => None,
        };
        rest = &rest[end.unwrap_or(0)..];
    }
    out.push_str(rest);
    out
}

/// For the terminal: no control character, and nothing that a CI log takes for a command
/// (`##vso[…]`, `##[…]`, and `::…` where a word begins).
pub fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars().filter(|c| !c.is_control() && !is_deceptive(*c)) {
        let doubled = before == c && (c == '#' || (c == ':' && starts_word(&out)));
        if doubled {
            out.push(' ');
        }
        out.push(c);
        before = c;
    }
    out
}

/// Whether the last character of a text begins a word.
fn starts_word(text: &str) -> bool {
    text.chars().rev().nth(1).is_none_or(char::is_whitespace)
}

/// For the message of a GitHub workflow command: whatever it holds, it ends neither the command nor its
/// line.
pub fn workflow_message(text: &str) -> String {
    let kept = without_ansi(text);
    let kept = kept.chars().filter(|c| *c == '\n' || !(c.is_control() || is_deceptive(*c)));
    kept.collect::<String>().replace('%', "%25").replace('\n', "%0A")
}

/// For a property of a GitHub workflow command, such as `file` or `title`: as a message, and it does not
/// end the property.
pub fn workflow_property(text: &str) -> String {
    workflow_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// For Markdown: text within a code span, where nothing is a mention, a link or markup.
pub fn markdown_code(text: &str) -> String {
    let text: String = text.chars().map(plain_char).collect();
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    if text.is_empty() { String::new() } else { format!("{fence}{pad}{text}{pad}{fence}") }
}

/// For Markdown: text within a code span within a table cell.
///
/// A cell ends at a bar even within code, so bars are escaped; a backslash before a bar would
/// escape that escape, and is replaced by its look-alike.
pub fn markdown_code_cell(text: &str) -> String {
    let mut out = String::new();
    for part in text.split_inclusive('|') {
        match part.strip_suffix('|') {
            Some(part) => {
                let kept = part.trim_end_matches('\\');
                out.push_str(kept);
                out.extend(std::iter::repeat_n('⧵', part.len() - kept.len()));
                out.push('|');
            }
            None => out.push_str(part),
        }
    }
    markdown_code(&out).replace('|', "\\|")
}

/// For Markdown: running text, also within a table cell. Markup is escaped, and a zero-width space
/// breaks what the forges would draw by themselves (`@name`, `#1`, `!1`, addresses, `{+new+}`).
pub fn markdown_text(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().map(plain_char).peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let refers = next.is_alphanumeric() || matches!(next, '/' | '"' | '_');
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            // Dollars enclose formulas.
            '$' => out.push_str("&#36;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' => out.extend(['\\', c]),
            _ => out.push(c),
        }
        let links = matches!(c, '@' | '#' | '!' | '~' | '%' | '$' | '&' | ':') && refers;
        let address = c == 'w' && next == '.';
        let difference = matches!(c, '{' | '[') && matches!(next, '+' | '-');
        let issue = c == '-' && before.eq_ignore_ascii_case(&'h') && next.is_ascii_digit();
        if links || address || difference || issue {
            out.push_str("&#8203;");
        }
        before = c;
    }
    out
}

/// For Markdown: a fenced block, whose fence is longer than any run of backticks within.
pub fn markdown_fence(lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line, '`')).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    let body: String = lines
        .iter()
        .flat_map(|line| line.chars().map(plain_char).chain(std::iter::once('\n')))
        .collect();
    format!("{fence}text\n{body}{fence}\n")
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(|run| run.chars().count()).max().unwrap_or(0)
}

/// For XML text and attributes, whose markup the writer escapes: only characters that XML 1.0
/// allows, no control character but line feed and tab, no terminal escape sequence.
pub fn xml(text: &str) -> String {
    without_ansi(text)
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || is_deceptive(*c)))
        .collect()
}

/// For CDATA sections: as [`xml`], and `]]>` is split over two sections.
pub fn cdata(text: &str) -> String {
    xml(text).replace("]]>", "]]]]><![CDATA[>")
}

/// For the value of an OpenMetrics label, between its quotes. GitLab ends a line at a number sign, so that
/// becomes its look-alike.
pub fn openmetrics_label(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '"' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '#' => out.push('＃'),
            _ if c.is_control() || is_deceptive(c) => {}
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_show_what_hides() {
        assert_eq!(name("a\nb\0\x1b[31mc"), "a␊b␀␛[31mc");
        assert_eq!(name("a\u{202e}b\u{200b}"), "a‹U+202E›b‹U+200B›");
        assert_eq!(name(" \u{a0}"), "(no name)");
        assert_eq!(name("größe/日本"), "größe/日本");
        let long = name(&"x".repeat(1 << 20));
        assert_eq!(long.chars().count(), NAME_CHARS);
        assert!(long.contains('…'));
    }

    #[test]
    fn prose_is_one_plain_line() {
        assert_eq!(prose("a\n\tb \x1b[1mc\x1b[0m"), "a b c");
        assert_eq!(prose("\x1b]8;;http://x\x07link\x1b]8;;\x1b\\ after"), "link after");
        assert_eq!(prose("lone \x1b] stays readable"), "lone ] stays readable");
    }

    #[test]
    fn blocks_keep_what_failed_and_why() {
        assert_eq!(block("a\n\nb\nc\nd", 4, 10), ["a", "b", "c", "d"]);
        assert_eq!(block("a\n\nb\nc\nd\n", 2, 10), ["a", "… 2 lines left out", "d"]);
        assert_eq!(block("a\nb", 1, 10), ["a", "… 1 line left out"]);
        let log: String = (1..=25).map(|line| format!("line {line}\n")).collect();
        let shown = block(&log, 8, 10);
        assert_eq!((shown[1].as_str(), shown[2].as_str()), ("line 2", "… 17 lines left out"));
        assert_eq!((shown[3].as_str(), shown[8].as_str()), ("line 20", "line 25"));
        assert_eq!(block("abcdefgh", 2, 5), ["ab…gh"]);
        assert!(block("", 2, 5).is_empty());
    }

    #[test]
    fn terminal_output_holds_no_command_of_a_log() {
        assert_eq!(terminal("::error::x a::b"), ": :error::x a::b");
        assert_eq!(terminal("##vso[x] ##[y] ###"), "# #vso[x] # #[y] # # #");
        assert_eq!(terminal("a\x1b[31m\u{9b}b"), "a[31mb");
    }

    #[test]
    fn a_workflow_command_is_one_command() {
        assert_eq!(workflow_message("5 %\n::error::x\r"), "5 %25%0A::error::x");
        assert_eq!(workflow_message("%0A a, b: c\x1b[1m"), "%250A a, b: c");
        assert_eq!(workflow_property("a,line=2::b\n%"), "a%2Cline=2%3A%3Ab%0A%25");
    }

    #[test]
    fn markdown_code_outlasts_backticks_and_bars() {
        assert_eq!(markdown_code("a/b"), "`a/b`");
        assert_eq!(markdown_code("a`b"), "``a`b``");
        assert_eq!(markdown_code("``"), "``` `` ```");
        assert_eq!(markdown_code_cell("a|b"), "`a\\|b`");
        assert_eq!(markdown_code_cell("a\\|b\\"), "`a⧵\\|b\\`");
    }

    #[test]
    fn markdown_text_refers_to_nobody() {
        assert_eq!(markdown_text("see #1"), "see \\#&#8203;1");
        assert_eq!(markdown_text("@org/team"), "@&#8203;org/team");
        assert_eq!(markdown_text("http://x"), "http:&#8203;//x");
        assert_eq!(markdown_text("{+a+}"), "{&#8203;+a+}");
        assert_eq!(markdown_text("38 %, a|b"), "38 %, a&#124;b");
        assert_eq!(markdown_text("$\\x$"), "&#36;\\\\x&#36;");
    }

    #[test]
    fn fences_outlast_fences() {
        assert_eq!(markdown_fence(&["```".to_owned()]), "````text\n```\n````\n");
    }

    #[test]
    fn openmetrics_labels_end_at_their_quote() {
        assert_eq!(openmetrics_label("a\\\"b\n#c\0"), "a\\\\\\\"b\\n＃c");
    }

    proptest! {
        #[test]
        fn xml_holds_only_what_xml_allows(text in any::<String>()) {
            for c in cdata(&text).chars() {
                let allowed = matches!(c, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
                prop_assert!(allowed, "{}", c.escape_unicode());
            }
        }

        #[test]
        fn cleaning_is_bounded_and_final(text in any::<String>()) {
            let once = name(&text);
            prop_assert!(once.chars().count() <= 8 * NAME_CHARS);
            let controls = |text: &str| text.chars().any(|c| c.is_control() || is_deceptive(c));
            prop_assert!(!controls(&once));
            prop_assert!(!controls(&prose(&text)));
            prop_assert!(!controls(&terminal(&text)));
        }
    }
}
