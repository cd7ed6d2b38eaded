//! Parts of a page that give up items, from their end, so that the page fits.

use crate::report::number::counted;

/// A part of the page. An item is drawn whole or not at all, and what is not drawn is counted.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) head: String,
    pub(super) items: Vec<String>,
    pub(super) foot: String,
    /// What an item is called.
    pub(super) noun: &'static str,
}

impl Section {
    /// The text with the first `kept` items.
    fn draw(&self, kept: usize) -> String {
        let body = format!("{}{}", self.head, self.items[..kept].concat());
        let more = self.left_out(self.items.len() - kept);
        match kept {
            0 if !self.items.is_empty() => more,
            _ => blocks([body.trim_end(), &more, &self.foot]),
        }
    }

    fn left_out(&self, count: usize) -> String {
        match count {
            0 => String::new(),
            _ => {
                format!(
                    "… and {}, in the JSON report.",
                    counted(count, &format!("more {}", self.noun))
                )
            }
        }
    }

    /// Bytes besides the items, with the empty lines between the parts and after them.
    fn frame(&self) -> usize {
        self.head.len() + self.left_out(self.items.len()).len() + self.foot.len() + 3 * BREAK.len()
    }
}

const BREAK: &str = "\n\n";

/// Parts that are not empty, apart by an empty line.
fn blocks<'t>(parts: impl IntoIterator<Item = &'t str>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(BREAK)
}

/// The sections one after the other in at most `most` bytes, if their frames fit; those named first
/// in `order` get their room first.
pub(super) fn fit(sections: &[Section], order: &[usize], most: usize) -> String {
    let frames: usize = sections.iter().map(Section::frame).sum();
    let mut room = most.saturating_sub(frames);
    let mut kept = vec![0; sections.len()];
    for index in order {
        for item in &sections[*index].items {
            if item.len() > room {
                break;
            }
            room -= item.len();
            kept[*index] += 1;
        }
    }
    let drawn: Vec<String> =
        sections.iter().zip(kept).map(|(section, kept)| section.draw(kept)).collect();
    blocks(drawn.iter().map(String::as_str)) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn section(items: &[&str]) -> Section {
        Section {
            head: "H\n".into(),
            items: items.iter().map(ToString::to_string).collect(),
            foot: "F".into(),
            noun: "row",
        }
    }

    #[test]
    fn later_items_go_first_and_are_counted() {
        let sections = [section(&["a\n", "b\n"]), section(&["c\n"])];
        assert_eq!(fit(&sections, &[0, 1], 1000), "H\na\nb\n\nF\n\nH\nc\n\nF\n");
        let frames: usize = sections.iter().map(Section::frame).sum();
        assert_eq!(
            fit(&sections, &[1, 0], frames + 4).replace('\u{a0}', " "),
            "H\na\n\n… and 1 more row, in the JSON report.\n\nF\n\nH\nc\n\nF\n"
        );
        assert_eq!(
            fit(&sections, &[0, 1], frames + 4).replace('\u{a0}', " "),
            "H\na\nb\n\nF\n\n… and 1 more row, in the JSON report.\n"
        );
    }

    proptest! {
        #[test]
        fn a_page_fits_when_its_frames_do(
            items in prop::collection::vec(prop::collection::vec(".{0,20}", 0..20), 1..4),
            spare in 0_usize..200,
        ) {
            let sections: Vec<Section> = items
                .iter()
                .map(|items| section(&items.iter().map(String::as_str).collect::<Vec<_>>()))
                .collect();
            let order: Vec<usize> = (0..sections.len()).rev().collect();
            let most = sections.iter().map(Section::frame).sum::<usize>() + spare;
            prop_assert!(fit(&sections, &order, most).len() <= most);
        }
    }
}
