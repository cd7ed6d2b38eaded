//! What a job of GitHub Actions says to its runner: annotations as commands, and outputs.

use super::{Annotation, Level};
use crate::report::escape;

/// The most annotations of one level that a step may make; the runner drops those beyond.
const MOST: usize = 10;

/// Annotations as workflow commands, a line each. Where there are more of a level than the runner shows,
/// its last one says how many were left out.
pub fn commands(annotations: &[Annotation]) -> String {
    let mut out = String::new();
    for level in [Level::Failure, Level::Warning, Level::Notice] {
        let all: Vec<&Annotation> = annotations.iter().filter(|a| a.level == level).collect();
        let shown = if all.len() > MOST { MOST - 1 } else { all.len() };
        for annotation in &all[..shown] {
            out.push_str(&command(annotation));
        }
        if all.len() > shown {
            let name = name(level);
            out.push_str(&format!("::{name} title=pacegate::and {} more\n", all.len() - shown));
        }
    }
    out
}

fn command(annotation: &Annotation) -> String {
    let Annotation { level, path, line, title, message } = annotation;
    let property = escape::workflow_property;
    format!(
        "::{} file={},line={line},title={}::{}\n",
        name(*level),
        property(path),
        property(title),
        escape::workflow_message(message)
    )
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Failure => "error",
        Level::Warning => "warning",
        Level::Notice => "notice",
    }
}

/// Outputs of a step in the form of the file `GITHUB_OUTPUT`. The delimiter is to be drawn anew each
/// time, so that no value can hold it.
pub fn outputs(values: &[(&str, String)], delimiter: &str) -> String {
    values
        .iter()
        .map(|(name, value)| format!("{name}<<{delimiter}\n{value}\n{delimiter}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn annotation(level: Level, title: &str, message: &str) -> Annotation {
        Annotation {
            level,
            path: "gates.yaml".into(),
            line: 3,
            title: title.into(),
            message: message.into(),
        }
    }

    #[test]
    fn the_worst_are_shown_and_the_rest_counted() {
        let check = |count: usize, lines: usize, last: &str| {
            let all: Vec<Annotation> =
                (0..count).map(|i| annotation(Level::Failure, &i.to_string(), "m")).collect();
            let text = commands(&all);
            assert_eq!(text.lines().count(), lines);
            assert_eq!(text.lines().last().unwrap_or_default(), last);
        };
        check(0, 0, "");
        check(MOST - 1, 9, "::error file=gates.yaml,line=3,title=8::m");
        check(MOST, 10, "::error file=gates.yaml,line=3,title=9::m");
        check(MOST + 1, 10, "::error title=pacegate::and 2 more");
    }

    /// The runner's rules: a command is a line that begins with `::`, its properties end at the next
    /// `::` and are divided by commas, and `%25`, `%0A`, `%3A`, `%2C` are written back.
    fn parse(line: &str) -> (String, Vec<(String, String)>, String) {
        let rest = line.strip_prefix("::").unwrap();
        let (head, message) = rest.split_once("::").unwrap();
        let (name, properties) = head.split_once(' ').unwrap();
        let back = |text: &str| {
            let text = text.replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
            text.replace("%25", "%")
        };
        let properties = properties.split(',').map(|property| {
            let (key, value) = property.split_once('=').unwrap();
            (key.to_owned(), back(value))
        });
        (name.to_owned(), properties.collect(), back(message))
    }

    proptest! {
        #[test]
        fn no_text_makes_a_command_of_its_own(title in any::<String>(), message in any::<String>()) {
            let text = commands(&[annotation(Level::Warning, &title, &message)]);
            prop_assert_eq!(text.lines().count(), 1);
            let (name, properties, _) = parse(text.trim_end_matches('\n'));
            prop_assert_eq!(name, "warning");
            let keys: Vec<&str> = properties.iter().map(|(key, _)| key.as_str()).collect();
            prop_assert_eq!(keys, ["file", "line", "title"]);
        }
    }

    #[test]
    fn text_comes_back_as_it_was() {
        let text = commands(&[annotation(Level::Notice, "a, b: 5 %", "one\ntwo %0A ::error::")]);
        let (name, properties, message) = parse(text.trim_end());
        assert_eq!(name, "notice");
        assert_eq!(properties[2].1, "a, b: 5 %");
        assert_eq!(message, "one\ntwo %0A ::error::");
    }

    #[test]
    fn outputs_stand_between_delimiters() {
        let values = [("verdict", "pass".to_owned()), ("exit-code", "0".to_owned())];
        let expected = "verdict<<x1\npass\nx1\nexit-code<<x1\n0\nx1\n";
        assert_eq!(outputs(&values, "x1"), expected);
    }
}
