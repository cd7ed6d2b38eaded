//! Tables of values, of which every journey takes a row.

use super::body::regular;
use super::variables::Variables;
use crate::config::{FeedPlan, defaults};
use crate::measure::load::LoadError;
use rand::RngExt as _;
use rand_pcg::Pcg64Mcg;
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::{self, Read as _};
use std::path::Path;

/// A table in memory; it has a row at least.
#[derive(Debug, Serialize)]
pub(in crate::measure::load) struct Feed {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    random: bool,
}

impl Feed {
    /// Reads a table.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is malformed, or has no row: where, and why.
    pub(super) fn read(plan: &FeedPlan) -> Result<Feed, LoadError> {
        let text = text(&plan.path)
            .map_err(|source| LoadError::File { path: plan.path.clone(), source })?;
        let is_json = plan.path.extension().is_some_and(|end| end == "json");
        let (columns, rows) = if is_json { of_json(&text) } else { of_csv(&text) }
            .and_then(named)
            .map_err(|why| LoadError::Data { path: plan.path.clone(), why })?;
        Ok(Feed { columns, rows, random: plan.random })
    }

    /// The names of its variables.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(String::as_str)
    }

    /// Gives the values of the row for the journey of that number.
    pub(super) fn fill(&self, number: u64, draws: &mut Pcg64Mcg, variables: &mut Variables) {
        let count = self.rows.len();
        let index = match self.random {
            true => draws.random_range(0..count),
            false => (number % count as u64) as usize,
        };
        for (name, value) in self.columns.iter().zip(&self.rows[index]) {
            variables.set(name, value.clone());
        }
    }
}

type Table = (Vec<String>, Vec<Vec<Value>>);

/// Refuses a table that gives no value, or whose columns are no variables.
fn named((columns, rows): Table) -> Result<Table, String> {
    if rows.is_empty() {
        return Err("it has no row, so there is nothing to take from it".to_owned());
    }
    if rows.len() > defaults::MAX_FEED_ROWS {
        return Err(format!("it has more than {} rows", defaults::MAX_FEED_ROWS));
    }
    for (index, column) in columns.iter().enumerate() {
        let begins = column.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !begins || !column.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(format!(
                "its column {} is called `{}`, and the name of a variable is letters, digits and `_`",
                index + 1,
                column.escape_debug()
            ));
        }
        if columns[..index].contains(column) {
            return Err(format!("two of its columns are called `{column}`"));
        }
    }
    Ok((columns, rows))
}

fn of_csv(text: &str) -> Result<Table, String> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let columns = reader.headers().map_err(|error| error.to_string())?;
    let columns = columns.iter().map(str::to_owned).collect();
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        row.map(|row| row.iter().map(Value::from).collect()).map_err(|error| error.to_string())
    };
    let rows = reader.records().take(defaults::MAX_FEED_ROWS + 1).map(row);
    Ok((columns, rows.collect::<Result<_, _>>()?))
}

fn of_json(text: &str) -> Result<Table, String> {
    let rows: Vec<Map<String, Value>> = serde_json::from_str(text)
        .map_err(|error| format!("it is not a list of objects: {error}"))?;
    let columns: Vec<String> = rows.first().into_iter().flat_map(Map::keys).cloned().collect();
    let row = |(index, mut row): (usize, Map<String, Value>)| {
        let values: Option<Vec<Value>> = columns.iter().map(|name| row.remove(name)).collect();
        values
            .filter(|_| row.is_empty())
            .ok_or_else(|| format!("object {} has other names than the first one", index + 1))
    };
    let rows = rows.into_iter().enumerate().map(row).collect::<Result<_, _>>()?;
    Ok((columns, rows))
}

fn text(path: &Path) -> io::Result<String> {
    let most = defaults::MAX_FILE_BYTES;
    let mut text = String::new();
    regular(path)?.take(most + 1).read_to_string(&mut text)?;
    match text.len() as u64 > most {
        true => Err(io::Error::other(format!("it is larger than {} MiB", most >> 20))),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tables_are_read_by_their_header_or_their_names() {
        let (columns, rows) =
            of_csv("\u{feff}user, age\na,1\n\"b, c\",2\n").and_then(named).unwrap();
        assert_eq!(columns, ["user", "age"]);
        assert_eq!(rows, [[json!("a"), json!("1")], [json!("b, c"), json!("2")]]);
        let text = r#"[{"user":"a","age":1},{"age":2,"user":null}]"#;
        let (columns, rows) = of_json(text).and_then(named).unwrap();
        let age = columns.iter().position(|column| column == "age").unwrap();
        assert_eq!([&rows[0][age], &rows[1][age]], [&json!(1), &json!(2)]);
    }

    #[test]
    fn tables_that_cannot_be_used_say_why() {
        let csv = |text: &str| of_csv(text).and_then(named).unwrap_err();
        let json = |text: &str| of_json(text).and_then(named).unwrap_err();
        for (why, part) in [
            (csv(""), "no row"),
            (csv("user\n"), "no row"),
            (csv("user,user\na,b\n"), "two of its columns"),
            (csv("user,a b\na,b\n"), "its column 2"),
            (csv("user,\na,b\n"), "its column 2"),
            (csv("user,age\na\n"), "found record with 1 fields"),
            (json("[]"), "no row"),
            (json("{}"), "not a list of objects"),
            (json("[1]"), "not a list of objects"),
            (json(r#"[{"a":1},{"b":1}]"#), "object 2"),
            (json(r#"[{"a":1},{"a":1,"b":1}]"#), "object 2"),
            (json(r#"[{"a":1},"#), "EOF"),
        ] {
            assert!(why.contains(part), "{why}");
        }
    }
}
