//! Names of series that are fit for series ids.

use super::text::Series;
use std::collections::BTreeSet;

/// The longest name; a number may follow it.
const MAX_NAME: usize = 200;

/// A name for each series, all different, given in the order of `series`.
///
/// A series is called by its metric, and each label by `.label-value`; runs of characters other than
/// letters, digits, `_`, `.` and `-` become one `-`. Of several that come out alike the later are
/// numbered.
pub(super) fn names<'a>(series: impl IntoIterator<Item = &'a Series>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let distinct = |series: &Series| {
        let name = name(series);
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name));
        let free = free.unwrap_or(name);
        taken.insert(free.clone());
        free
    };
    series.into_iter().map(distinct).collect()
}

fn name(series: &Series) -> String {
    let labels = series.labels.iter().map(|(name, value)| format!(".{name}-{value}"));
    let mut safe = String::new();
    for c in std::iter::once(series.name.clone()).chain(labels).flat_map(|part| part.into_bytes()) {
        if safe.len() == MAX_NAME {
            break;
        } else if c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.') {
            safe.push(char::from(c));
        } else if !safe.ends_with('-') {
            safe.push('-');
        }
    }
    safe.truncate(safe.trim_end_matches(['-', '.']).len());
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn series(labels: &[(&str, &str)]) -> Series {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Series { name: "hits_total".to_owned(), labels: labels.iter().map(owned).collect() }
    }

    #[test]
    fn labels_are_folded_into_the_name() {
        let check = |labels: &[&[(&str, &str)]], expected: &[&str]| {
            let series: Vec<Series> = labels.iter().map(|labels| series(labels)).collect();
            assert_eq!(names(&series), expected);
        };
        check(&[&[]], &["hits_total"]);
        check(&[&[("code", "200"), ("method", "GET")]], &["hits_total.code-200.method-GET"]);
        check(&[&[("path", "/cart/{id}?")]], &["hits_total.path-cart-id"]);
        check(&[&[("a", "/")], &[("a", "?")]], &["hits_total.a", "hits_total.a-2"]);
        check(&[&[("a", "käse\n*")]], &["hits_total.a-k-se"]);
    }

    proptest! {
        #[test]
        fn names_are_distinct_and_safe(values in prop::collection::vec("\\PC{0,300}", 0..20)) {
            let series: Vec<Series> = values.iter().map(|value| series(&[("a", value)])).collect();
            let names = names(&series);
            prop_assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), series.len());
            for name in names {
                let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
                prop_assert!(name.len() <= MAX_NAME + 3 && name.chars().all(safe), "{name}");
            }
        }
    }
}
