//! Markdown as a forge's parser sees it.

use crate::{bundles, hostile};
use pacegate::model::*;
use pacegate::publish;
use pacegate::report::{Format, MARKDOWN_BYTES, Options, Style, render};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options as Extensions, Parser, Tag, TagEnd};

fn draw(bundle: &Bundle) -> String {
    render(bundle, Format::Markdown, &Options { columns: 80, style: Style::Plain }).unwrap()
}

/// What GitHub, GitLab or Forgejo know beyond CommonMark.
fn extensions() -> Extensions {
    Extensions::all()
        - Extensions::ENABLE_SUPERSCRIPT
        - Extensions::ENABLE_SUBSCRIPT
        - Extensions::ENABLE_SMART_PUNCTUATION
        - Extensions::ENABLE_HEADING_ATTRIBUTES
}

/// What a page must be whatever the bundle holds: nothing but our own markup, tables whose rows
/// have the columns of their head, and every row either shown or counted.
fn check(bundle: &Bundle) {
    let text = draw(bundle);
    as_comment(&text);
    assert!(text.len() <= MARKDOWN_BYTES, "{} bytes", text.len());
    assert!(!text.contains("\n\n\n"), "{text}");
    assert!(!text.contains(|c: char| c != '\n' && c.is_control()), "{text}");
    let (mut folds, mut cells, mut columns, mut rows) = (0, 0, 0, 0);
    let mut prose = String::new();
    let mut fenced = false;
    for event in Parser::new_ext(&text, extensions()) {
        match &event {
            Event::Text(_) if fenced => {}
            Event::Text(part) => prose.push_str(part),
            Event::SoftBreak => prose.push(' '),
            _ => prose.push('\n'),
        }
        match event {
            Event::Start(tag) => match tag {
                Tag::Table(alignments) => columns = alignments.len(),
                Tag::TableRow => (cells, rows) = (0, rows + 1),
                Tag::TableCell => cells += 1,
                Tag::Paragraph
                | Tag::Strong
                | Tag::List(_)
                | Tag::Item
                | Tag::TableHead
                | Tag::HtmlBlock => {}
                Tag::CodeBlock(_) => fenced = true,
                other => panic!("{other:?}\n{text}"),
            },
            Event::End(TagEnd::TableRow) => assert_eq!(cells, columns, "{text}"),
            Event::End(TagEnd::CodeBlock) => fenced = false,
            Event::InlineHtml(html) => {
                assert!(
                    ["<br>", "<sub>", "</sub>", "<sup>", "</sup>"].contains(&&*html),
                    "{html}\n{text}"
                );
            }
            Event::Html(html) => match html.trim_end() {
                "</details>" => folds -= 1,
                line => {
                    let summary = line
                        .strip_prefix("<details><summary>")
                        .unwrap_or_else(|| panic!("{line}\n{text}"));
                    let summary = summary.strip_suffix("</summary>").unwrap();
                    assert!(
                        summary
                            .chars()
                            .all(|c| c.is_ascii_alphanumeric() || " ,\u{a0}".contains(c)),
                        "{summary}"
                    );
                    folds += 1;
                }
            },
            Event::Text(_) | Event::Code(_) | Event::End(_) | Event::SoftBreak => {}
            other => panic!("{other:?}\n{text}"),
        }
    }
    assert_eq!(folds, 0, "{text}");
    bars(&text);
    assert_eq!(rows + left_out(&text), bundle.judgements.len(), "{text}");
    references(&prose);
}

/// A comment of it is known by its first line, and holds no other marker.
fn as_comment(text: &str) {
    let body = publish::body(&"default".parse().unwrap(), text);
    let comments = Parser::new_ext(&body, extensions()).filter(
        |event| matches!(event, Event::Html(h) | Event::InlineHtml(h) if h.contains("<!--")),
    );
    assert_eq!(comments.count(), 1, "{body}");
    assert!(body.starts_with("<!-- pacegate:v1:default -->\n"));
}

/// A cell cannot end its table's row: every line has the bars of its head.
fn bars(text: &str) {
    let (mut fenced, mut head) = (false, 0);
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        match line.replace("\\|", "").matches('|').count() {
            _ if fenced || !line.starts_with('|') => head = 0,
            bars if head == 0 => head = bars,
            bars => assert_eq!(bars, head, "{line}"),
        }
    }
}

/// The sum of the rows that the page says it left out.
fn left_out(text: &str) -> usize {
    text.lines()
        .filter_map(|line| line.strip_prefix("… and ")?.split_once("\u{a0}more row"))
        .map(|(count, _)| count.replace(',', "").parse::<usize>().unwrap())
        .sum()
}

/// What forges link by themselves is nowhere in the text outside code.
fn references(prose: &str) {
    for link in ["://", "www."] {
        assert!(!prose.contains(link), "{link} in {prose}");
    }
    let chars: Vec<char> = prose.chars().collect();
    for pair in chars.windows(2) {
        assert!(pair != ['{', '+'] && pair != ['{', '-'], "{prose}");
        let refers = matches!(pair[0], '@' | '#' | '!' | '~' | '%' | '&' | '$' | ':')
            && pair[1].is_alphanumeric();
        assert!(!refers, "{}{} in {prose}", pair[0], pair[1]);
    }
    assert!(!prose.to_lowercase().contains("gh-1"), "{prose}");
}

#[test]
fn pages_hold_only_our_own_markup() {
    for (_, bundle) in bundles::all() {
        check(&bundle);
    }
    check(&hostile::everything());
    check(&bundles::Build::new().done());
    let mut many_facts = bundles::inconclusive();
    let broken = vec![ValidityFact::Dropped { count: 1 }; 50_000];
    many_facts.judgements[0].verdict = Verdict::Inconclusive;
    many_facts.judgements[0].reason = Reason::InvalidLoad { broken };
    check(&many_facts);
}

#[test]
fn hostile_text_stays_text() {
    let poisoned = hostile::Poisoned::new();
    for text in hostile::TEXTS {
        check(&poisoned.with(text));
        check(&poisoned.with(&format!("{text} {text}")));
    }
    for unit in ["x", "|", "`", "&1", "<", "@a", "\u{202e}", "😀"] {
        check(&hostile::huge(unit));
    }
}

#[test]
fn what_does_not_fit_is_counted() {
    let text = draw(&bundles::many());
    assert!(text.len() > MARKDOWN_BYTES - 2000, "room is used: {}", text.len());
    assert!(left_out(&text) > 100);
    assert!(text.contains("to repeat it"), "rows go before facts");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_text_and_any_number_of_rows_fit(
        text in any::<String>(),
        rows in 0_usize..400,
        verdicts in prop::collection::vec(0_usize..8, 1..8),
        notes in 0_usize..40,
    ) {
        use Verdict::*;
        let all = [Improved, Pass, Warn, NoBaseline, Inconclusive, Error, Missing, Fail];
        let mut bundle = bundles::all_pass();
        let template = bundle.judgements[0].clone();
        bundle.judgements = (0..rows)
            .map(|i| {
                let mut judgement = template.clone();
                judgement.verdict = all[verdicts[i % verdicts.len()]];
                judgement.rule = text.clone();
                judgement.series.metric = format!("{i}{text}");
                judgement.reason = Reason::WrongUnit { quantity: text.clone() };
                judgement
            })
            .collect();
        bundle.warnings = (0..notes)
            .map(|i| Warning::UnknownRevision { error: format!("{i}{}", text.repeat(50)) })
            .collect();
        bundle.run.failures = (0..rows / 4)
            .map(|_| Failure { target: text.clone(), stage: Stage::Read, error: text.repeat(20) })
            .collect();
        check(&bundle);
    }
}
