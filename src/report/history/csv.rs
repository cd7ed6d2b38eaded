//! Series as a table of comma-separated values, as `history points --from` reads it.

use crate::model::StoredSeries;
use crate::report::Error;
use crate::report::escape::is_deceptive;
use csv::{QuoteStyle, WriterBuilder};
use time::format_description::well_known::Rfc3339;

/// A row a value, series by series; all of it in quotes, and without what a terminal acts on.
///
/// # Errors
///
/// When a moment has no written form.
pub fn csv(series: &[StoredSeries]) -> Result<String, Error> {
    let mut table = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(vec![]);
    table.write_record(["series", "unit", "commit", "time", "value"])?;
    for StoredSeries { series, times } in series {
        let values = series.values.iter().zip(&series.commits).zip(times);
        for ((value, commit), time) in values {
            let time = time.format(&Rfc3339).map_err(unwritable)?;
            let [name, unit, commit] = [&*series.name, series.unit.symbol(), commit].map(plain);
            table.write_record([name, unit, commit, time, value.to_string()])?;
        }
    }
    let bytes = table.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    String::from_utf8(bytes).map_err(unwritable)
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !is_deceptive(*c)).collect()
}

fn unwritable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    csv::Error::from(std::io::Error::other(error)).into()
}
