//! JSON with variables in it.

use super::variables::{Variables, verbatim};
use crate::config::{Part, Template};
use crate::measure::load::failure::RequestFailure;
use serde_json::{Map, Value};

/// A JSON value whose texts may hold variables.
#[derive(Debug)]
pub(super) enum Json {
    Constant(Value),
    Text(Template),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Takes a value apart.
    ///
    /// # Errors
    ///
    /// When a text cannot be taken apart.
    pub(super) fn parse(value: &Value) -> Result<Json, String> {
        Ok(match value {
            Value::String(text) => {
                let template = Template::parse(text)?;
                match template.constant() {
                    Some(text) => Json::Constant(Value::from(text)),
                    None => Json::Text(template),
                }
            }
            Value::Array(list) => {
                Json::List(list.iter().map(Json::parse).collect::<Result<_, _>>()?)
            }
            Value::Object(map) => {
                let entry =
                    |(name, value): (&String, &Value)| Ok((name.clone(), Json::parse(value)?));
                Json::Object(map.iter().map(entry).collect::<Result<_, String>>()?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Json::Constant(value.clone()),
        })
    }

    /// The value with those of its variables. A text that is one variable and nothing else becomes that
    /// variable's value, of whatever type.
    ///
    /// # Errors
    ///
    /// When a variable has no value.
    pub(super) fn render(&self, variables: &Variables) -> Result<Value, RequestFailure> {
        Ok(match self {
            Json::Constant(value) => value.clone(),
            Json::Text(template) => match &template.parts[..] {
                [Part::Variable(name)] => variables.value(name)?.clone(),
                _ => Value::from(variables.render(template, verbatim)?),
            },
            Json::List(list) => {
                list.iter().map(|value| value.render(variables)).collect::<Result<_, _>>()?
            }
            Json::Object(entries) => {
                let entry =
                    |(name, value): &(String, Json)| Ok((name.clone(), value.render(variables)?));
                Value::Object(entries.iter().map(entry).collect::<Result<Map<_, _>, _>>()?)
            }
        })
    }

    /// Whether nothing in it is variable.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Json::Constant(_) => true,
            Json::Text(_) => false,
            Json::List(list) => list.iter().all(Json::is_constant),
            Json::Object(entries) => entries.iter().all(|(_, value)| value.is_constant()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_lone_variable_keeps_its_type() {
        let mut variables = Variables::default();
        variables.set("id", json!(42));
        variables.set("tags", json!(["a", 1]));
        let check = |value: Value, expected: Value, constant: bool| {
            let parsed = Json::parse(&value).unwrap();
            assert_eq!(parsed.render(&variables), Ok(expected));
            assert_eq!(parsed.is_constant(), constant);
        };
        check(json!({ "id": "${id}" }), json!({ "id": 42 }), false);
        check(json!({ "id": "no ${id}" }), json!({ "id": "no 42" }), false);
        check(json!(["${tags}", null]), json!([["a", 1], null]), false);
        check(json!({ "a": [1, true, "$$x"] }), json!({ "a": [1, true, "$x"] }), true);
        let missing = Json::parse(&json!({ "a": "${none}" })).unwrap();
        assert_eq!(missing.render(&variables), Err(RequestFailure::NoValue));
    }
}
