//! The variables of a visitor.

use crate::config::{Part, Template};
use crate::measure::load::failure::RequestFailure;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values that all visitors know: what the setup extracted.
pub(in crate::measure::load) type Shared = Arc<BTreeMap<String, Value>>;

/// The values that one visitor knows.
#[derive(Debug, Clone, Default)]
pub(in crate::measure::load) struct Variables {
    shared: Shared,
    own: BTreeMap<String, Value>,
}

impl Variables {
    /// What all visitors know.
    pub(in crate::measure::load) fn new(shared: &Shared) -> Self {
        Variables { shared: Arc::clone(shared), own: BTreeMap::new() }
    }

    /// Gives a variable a value, in place of an earlier one.
    pub(in crate::measure::load) fn set(&mut self, name: &str, value: Value) {
        self.own.insert(name.to_owned(), value);
    }

    /// Makes its own values those that all visitors of a load know.
    pub(in crate::measure::load) fn into_shared(self) -> Shared {
        Arc::new(self.own)
    }

    pub(super) fn value(&self, name: &str) -> Result<&Value, RequestFailure> {
        self.own.get(name).or_else(|| self.shared.get(name)).ok_or(RequestFailure::NoValue)
    }

    /// A text with the values of its variables, each passed through `escape`.
    ///
    /// # Errors
    ///
    /// When a variable has no value: the step that should have given it was never made.
    pub(super) fn render(
        &self,
        template: &Template,
        escape: impl Fn(&str, &mut String),
    ) -> Result<String, RequestFailure> {
        let mut text = String::new();
        for part in &template.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Variable(name) => match self.value(name)? {
                    Value::String(value) => escape(value, &mut text),
                    value => escape(&value.to_string(), &mut text),
                },
            }
        }
        Ok(text)
    }
}

/// Leaves a value as it is.
pub(super) fn verbatim(value: &str, text: &mut String) {
    text.push_str(value);
}

/// Escapes what a path and a query must not hold; what is escaped already, and what divides parts, stays.
pub(super) fn in_path(value: &str, text: &mut String) {
    for b in value.bytes() {
        match b {
            b'#' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => hex(b, text),
            _ if b.is_ascii_graphic() => text.push(char::from(b)),
            _ => hex(b, text),
        }
    }
}

/// Escapes as `application/x-www-form-urlencoded` wants it (URL standard).
pub(super) fn in_form(value: &str, text: &mut String) {
    for b in value.bytes() {
        match b {
            b' ' => text.push('+'),
            b'*' | b'-' | b'.' | b'_' => text.push(char::from(b)),
            _ if b.is_ascii_alphanumeric() => text.push(char::from(b)),
            _ => hex(b, text),
        }
    }
}

fn hex(b: u8, text: &mut String) {
    use std::fmt::Write as _;
    // Writing to a text cannot fail.
    let _ = write!(text, "%{b:02X}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_for_their_place() {
        let check = |escape: fn(&str, &mut String), value: &str, expected: &str| {
            let mut variables = Variables::default();
            variables.set("v", Value::from(value));
            let template = Template::parse("<${v}>").unwrap();
            assert_eq!(variables.render(&template, escape).unwrap(), format!("<{expected}>"));
        };
        check(verbatim, "a b/é", "a b/é");
        check(in_path, "a b/é?x=1&y=%20#z", "a%20b/%C3%A9?x=1&y=%20%23z");
        check(in_form, "a b&c=d/é*~", "a+b%26c%3Dd%2F%C3%A9*%7E");
    }

    #[test]
    fn own_values_come_before_shared_ones_and_missing_ones_are_told() {
        let mut setup = Variables::default();
        setup.set("a", Value::from(1));
        setup.set("b", Value::from("two"));
        let mut variables = Variables::new(&setup.into_shared());
        variables.set("a", Value::from(1.5));
        let render = |text: &str| variables.render(&Template::parse(text).unwrap(), verbatim);
        assert_eq!(render("${a} ${b}"), Ok("1.5 two".to_owned()));
        assert_eq!(render("${c}"), Err(RequestFailure::NoValue));
    }
}
