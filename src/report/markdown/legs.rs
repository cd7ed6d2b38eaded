//! Several builds on one page, such as those of a matrix of machines.

use super::inline::Place;
use super::{Section, draw as draw_one, fixed, headword, rows, section};
use crate::model::Verdict;
use crate::report::number::counted;
use crate::report::phrase::Phrase;
use crate::report::view::View;
use crate::report::{Leg, MARKDOWN_BYTES, words};
use std::collections::BTreeMap;

/// The most legs that are listed; no matrix of a forge is larger.
const MOST_LEGS: usize = 256;
/// The least room for a leg's own page; where there is less, pages of the better legs are left out.
const LEAST_PAGE: usize = 4_000;
/// The most bytes of the list of legs.
const LIST_BYTES: usize = 12_000;

/// Draws legs worst first, in at most [`MARKDOWN_BYTES`] bytes.
pub(crate) fn draw(legs: &[Leg<'_>], changes: Option<&str>) -> String {
    let mut legs: Vec<Leg<'_>> = legs.iter().take(MOST_LEGS).copied().collect();
    legs.sort_by_key(|leg| std::cmp::Reverse(leg.verdict()));
    let worst = Verdict::worst(legs.iter().map(Leg::verdict)).unwrap_or(Verdict::Missing);
    let there = legs.iter().filter_map(|leg| Some((leg, leg.bundle?)));
    let views: Vec<(&Leg<'_>, View<'_>)> =
        there.map(|(leg, bundle)| (leg, View::new(bundle))).collect();
    let sentence = |leg: &Leg<'_>| match views.iter().find(|(own, _)| own.name == leg.name) {
        Some((_, view)) => view.sentence.clone(),
        None => Phrase::plain("its report never came"),
    };
    let list = Section {
        head: "| verdict | leg | what was found |\n| :-- | :-- | :-- |\n".to_owned(),
        items: legs
            .iter()
            .map(|leg| {
                format!(
                    "| {} | {} | {} |\n",
                    rows::word(leg.verdict()),
                    Place::Cell.code(&crate::report::escape::name(leg.name)),
                    Place::Cell.phrase(&sentence(leg))
                )
            })
            .collect(),
        foot: String::new(),
        noun: "leg",
    };
    let top = section::fit(
        &[fixed(format!("{}: {}.", headword(worst), tally(&legs))), list],
        &[1],
        LIST_BYTES,
    );
    let pages = (MARKDOWN_BYTES - LIST_BYTES) / views.len().clamp(1, MARKDOWN_BYTES / LEAST_PAGE);
    let mut out = top;
    for (leg, view) in &views {
        let head = format!("\n<details><summary>{}</summary>\n\n", summary(leg));
        let foot = "\n</details>\n";
        let page = draw_one(view, changes, pages.saturating_sub(head.len() + foot.len()));
        if out.len() + head.len() + page.len() + foot.len() <= MARKDOWN_BYTES {
            out.extend([head.as_str(), &page, foot]);
        }
    }
    out
}

/// How many of several builds came to what, worst first, such as `of 3 legs, 1 is missing, 2 pass`.
pub fn tally(legs: &[Leg<'_>]) -> String {
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
