//! Text in columns: widths as a terminal shows them, wrapping, and sparklines.

use super::number::NBSP;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// At most `columns` wide, the middle replaced by `…`.
pub(crate) fn shorten(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(1);
    let (head, tail) = (room - room / 2, room / 2);
    let start = take(text.chars(), head);
    let end: String = take(text.chars().rev(), tail).chars().rev().collect();
    format!("{start}…{end}")
}

fn take(chars: impl Iterator<Item = char>, columns: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= columns
        })
        .collect()
}

/// Filled up with spaces on the right.
pub(crate) fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Filled up with spaces on the left.
pub(crate) fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Lines of at most `columns`, broken at spaces (never at no-break spaces, which become spaces);
/// only a word wider than a line is broken within. Never empty.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(8);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        while used > 0 && used + 1 + width(word) > columns || width(word) > columns {
            if used > 0 {
                lines.push(String::new());
                used = 0;
                continue;
            }
            let part = take(word.chars(), columns);
            let part = if part.is_empty() { word } else { &word[..part.len()] };
            push(&mut lines, part);
            word = &word[part.len()..];
            used = columns;
        }
        if word.is_empty() {
            continue;
        }
        if used > 0 {
            push(&mut lines, " ");
            used += 1;
        }
        push(&mut lines, word);
        used += width(word);
    }
    lines.into_iter().map(|line| line.replace(NBSP, " ")).collect()
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// A spread of less than this share of the middle value is drawn as nearly flat, so that the noise
/// of a steady series does not look like mountains.
const FLAT: f64 = 0.1;

/// One block character a value, or none for less than two finite values.
pub(crate) fn sparkline(values: &[f64], most: usize) -> String {
    let values: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let values = &values[values.len().saturating_sub(most)..];
    if values.len() < 2 {
        return String::new();
    }
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let middle = low / 2.0 + high / 2.0;
    let flat = middle.abs() * FLAT;
    // Noise is drawn around one block, not around the border of two.
    let (spread, centre) = if high - low > flat { (high - low, 3.5) } else { (flat, 3.0) };
    values
        .iter()
        .map(|value| {
            let height = if spread > 0.0 { (value - middle) / spread } else { 0.0 };
            // Rounds to the nearest of eight; the cast saturates, and NaN of overflow becomes 0.
            BLOCKS[((centre + height * 7.0).round() as usize).min(7)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_middle_goes_first() {
        assert_eq!(shorten("checkout/latency/p95", 20), "checkout/latency/p95");
        assert_eq!(shorten("checkout/latency/p95", 11), "check…y/p95");
        assert_eq!(width(&shorten("日本語日本語日本語", 8)), 7);
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrap("aaaa bbbb cccc", 9), ["aaaa bbbb", "cccc"]);
        assert_eq!(wrap(&format!("is 3{NBSP}% slower"), 8), ["is 3 %", "slower"]);
        assert_eq!(wrap("a 0123456789", 8), ["a", "01234567", "89"]);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn sparklines_show_steps_and_not_noise() {
        assert_eq!(sparkline(&[1.0, 1.0, 1.0, 2.0], 8), "▁▁▁█");
        assert_eq!(sparkline(&[100.0, 100.4, 100.2], 8), "▄▄▄");
        assert_eq!(sparkline(&[0.0, 0.0], 8), "▄▄");
        assert_eq!(sparkline(&[5.0, 1.0, 2.0], 2), "▁█");
        assert_eq!(sparkline(&[1.0, f64::NAN], 8), "");
    }

    proptest! {
        #[test]
        fn wrapped_lines_fit(text in "[a-z日 ]{0,80}", columns in 8_usize..40) {
            for line in wrap(&text, columns) {
                prop_assert!(width(&line) <= columns, "{line:?}");
            }
        }

        #[test]
        fn sparklines_take_any_number(values in prop::collection::vec(any::<f64>(), 0..20)) {
            prop_assert!(sparkline(&values, 8).chars().count() <= 8);
        }
    }
}
