//! Several builds on one page, such as those of a matrix of machines; or one that came to nothing.

use super::inline::Place;
use super::{Section, draw as draw_one, fixed, headword, rows, section};
use crate::model::Verdict;
use crate::report::number::counted;
use crate::report::phrase::Phrase;
use crate::report::view::{FAILURE_LINES, View};
use crate::report::{Leg, MARKDOWN_BYTES, escape, words};
use std::collections::BTreeMap;

/// The least room for a leg's own page; where there is less, pages of the better legs are left out.
const LEAST_PAGE: usize = 4_000;
/// The most bytes of the list of legs, and of what is said of pages that are left out.
const LIST_BYTES: usize = 12_000;
const LEFT_OUT_BYTES: usize = 100;

/// Draws legs worst first, in at most [`MARKDOWN_BYTES`] bytes.
pub(crate) fn draw(legs: &[Leg<'_>], changes: Option<&str>) -> String {
    if let [Leg { bundle: None, error: Some(error), .. }] = legs {
        return failed(error);
    }
    let mut legs = legs.to_vec();
    legs.sort_by_key(|leg| std::cmp::Reverse(leg.verdict()));
    let worst = Verdict::worst(legs.iter().map(Leg::verdict)).unwrap_or(Verdict::Missing);
    let title = fixed(format!("{}: {}.", headword(worst), tally(&legs)));
    let mut out = section::fit(&[title, list(&legs)], &[1], LIST_BYTES);

    let views: Vec<(&Leg<'_>, View<'_>)> =
        legs.iter().filter_map(|leg| Some((leg, View::new(leg.bundle?)))).collect();
    let room = MARKDOWN_BYTES - LIST_BYTES - LEFT_OUT_BYTES;
    let each = room / views.len().clamp(1, room / LEAST_PAGE);
    let mut left_out = 0;
    for (leg, view) in &views {
        let head = format!("\n<details><summary>{}</summary>\n\n", summary(leg));
        let foot = "\n</details>\n";
        let page = draw_one(view, changes, each.saturating_sub(head.len() + foot.len()));
        if out.len() + head.len() + page.len() + foot.len() + LEFT_OUT_BYTES <= MARKDOWN_BYTES {
            out.extend([head.as_str(), &page, foot]);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        out.push_str(&format!(
            "\n… and {}, in the JSON reports.\n",
            counted(left_out, "more page")
        ));
    }
    out
}

/// The page of a build that came to nothing.
fn failed(error: &str) -> String {
    let lines = escape::block(error, FAILURE_LINES.0, FAILURE_LINES.1);
    let word = headword(Verdict::Error);
    format!("{word}: nothing was measured.\n\n{}", escape::markdown_fence(&lines))
}

fn list(legs: &[Leg<'_>]) -> Section {
    let found = |leg: &Leg<'_>| match (leg.bundle, leg.error) {
        (Some(bundle), _) => View::new(bundle).sentence,
        (None, Some(error)) => Phrase::default().then_quote(error),
        (None, None) => Phrase::plain("its report never came"),
    };
    let row = |leg: &Leg<'_>| {
        let name = Place::Cell.code(&escape::name(leg.name));
        format!(
            "| {} | {name} | {} |\n",
            rows::word(leg.verdict()),
            Place::Cell.phrase(&found(leg))
        )
    };
    Section {
        head: "| verdict | leg | what was found |\n| :-- | :-- | :-- |\n".to_owned(),
        items: legs.iter().map(row).collect(),
        foot: String::new(),
        noun: "leg",
    }
}

/// How many of several builds came to what, worst first, such as `of 3 legs, 1 is missing, 2 pass`.
pub fn tally(legs: &[Leg<'_>]) -> String {
    if let [Leg { bundle: None, error: Some(_), .. }] = legs {
        return "nothing was measured".to_owned();
    }
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for leg in legs {
        *counts.entry(leg.verdict()).or_default() += 1;
    }
    let parts: Vec<_> =
        counts.iter().rev().map(|(verdict, n)| words::tally(*verdict, *n)).collect();
    format!("of {}, {}", counted(legs.len(), "leg"), parts.join(", "))
}

/// Within HTML no name is code: only what needs no escaping is shown.
fn summary(leg: &Leg<'_>) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || " ._-".contains(c) { c } else { '_' };
    let name: String = leg.name.chars().take(60).map(plain).collect();
    format!("{name}, {}", leg.verdict())
}
