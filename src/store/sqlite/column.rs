//! How values stand in columns; what pacegate never writes is refused when it is read.

use crate::store::format::Word;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

impl<T: Serialize> ToSql for Word<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl<T: DeserializeOwned> FromSql for Word<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Word::parse(value.as_str()?).map_err(FromSqlError::other)
    }
}

/// A finite float. SQLite would take NaN for NULL.
pub(super) struct Real(pub(super) f64);

impl ToSql for Real {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        if self.0.is_finite() {
            Ok(self.0.into())
        } else {
            Err(unstorable("a number is not finite"))
        }
    }
}

impl FromSql for Real {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Real(value) if value.is_finite() => Ok(Real(value)),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

/// A count, at most `i64::MAX`.
pub(super) struct Count(pub(super) u64);

impl ToSql for Count {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        i64::try_from(self.0).map(Into::into).map_err(|_| unstorable("a count exceeds 2^63 - 1"))
    }
}

impl FromSql for Count {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let value = value.as_i64()?;
        u64::try_from(value).map(Count).map_err(|_| FromSqlError::OutOfRange(value))
    }
}

/// A small tree of values as JSON text: warnings, validity.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize + DeserializeOwned + PartialEq> ToSql for Json<&T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = serde_json::to_string(self.0)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        // JSON turns NaN and infinity into null without a word.
        match serde_json::from_str::<T>(&text) {
            Ok(read) if read == *self.0 => Ok(text.into()),
            _ => Err(unstorable("a number in a warning or validity fact is not finite")),
        }
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Json).map_err(FromSqlError::other)
    }
}

/// A JSON list, which `json_each` makes rows of: the one way to bind many values to one statement.
pub(super) fn json_list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// Ids as such a list, each to be read with `unhex`.
pub(super) fn id_list(ids: &[Uuid]) -> String {
    json_list(ids.iter().map(|id| format!("\"{}\"", id.simple())))
}

/// The error of a value that cannot be stored.
pub(super) fn unstorable(why: &str) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(why.into())
}
