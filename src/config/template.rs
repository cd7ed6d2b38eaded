//! Texts with variables in them: `/products/${id}`.

use super::yaml::shown;

/// A text with variables: `${name}` stands for a value, `$$` for a dollar sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What it is made of, in order.
    pub parts: Vec<Part>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// As it is.
    Text(String),
    /// The value of the variable of that name.
    Variable(String),
}

impl Template {
    /// Takes a text apart.
    ///
    /// # Errors
    ///
    /// When a `${` is not closed, or what it holds is not a name.
    pub fn parse(text: &str) -> Result<Template, String> {
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find('$') {
            plain.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            rest = if let Some(after) = after.strip_prefix('$') {
                plain.push('$');
                after
            } else if let Some(after) = after.strip_prefix('{') {
                let (name, after) = after
                    .split_once('}')
                    .ok_or_else(|| format!("`${{` is not closed in `{}`", shown(text)))?;
                if !is_variable(name) {
                    return Err(format!(
                        "`{}` is not the name of a variable: letters, digits and `_`",
                        shown(name)
                    ));
                }
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(Part::Variable(name.to_owned()));
                after
            } else {
                plain.push('$');
                after
            };
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Template { parts })
    }

    /// The variables in it, in order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Variable(name) => Some(name.as_str()),
        })
    }

    /// The text, where nothing in it is variable.
    pub fn constant(&self) -> Option<&str> {
        match &self.parts[..] {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }
}

/// Whether a text can be the name of a variable.
pub(super) fn is_variable(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let written = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Variable(name) => format!("<{name}>"),
        };
        let parts: Vec<String> = Template::parse(text).unwrap().parts.iter().map(written).collect();
        assert_eq!(parts, expected, "{text}");
    }

    #[test]
    fn variables_are_told_from_text() {
        check("", &[]);
        check("/a", &["/a"]);
        check("/products/${id}", &["/products/", "<id>"]);
        check("${a}${b_2}c", &["<a>", "<b_2>", "c"]);
        check("5 $ or $$5 or $${x} $", &["5 $ or $5 or ${x} $"]);
    }

    #[test]
    fn what_is_no_variable_is_refused() {
        for text in ["${", "${a", "${}", "${a b}", "${1a}", "${ä}", "x${a${b}}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_lost(text in "[^$]*") {
            let template = Template::parse(&text).unwrap();
            prop_assert_eq!(template.constant(), Some(text.as_str()));
        }

        #[test]
        fn any_text_ends(text in "[$\\{\\}a-z]*") {
            let _ = Template::parse(&text);
        }
    }
}
