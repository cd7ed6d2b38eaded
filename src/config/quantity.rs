//! Numbers with units as people write them: `250ms`, `5%`, `500/s`, `64MiB`; base units come out.

use super::error::did_you_mean;
use super::plan::Quantity;
use super::yaml::shown;
use crate::model::Unit;
use std::time::Duration;

/// What may be written after a number: its spelling, its unit, and base units as a fraction
/// (multiply, divide), so that `3ms` is the double nearest to 0.003.
const UNITS: [Spelling; 23] = [
    Spelling::new("ns", Kind::Time, 1.0, 1e9),
    Spelling::new("us", Kind::Time, 1.0, 1e6),
    Spelling::new("µs", Kind::Time, 1.0, 1e6),
    Spelling::new("μs", Kind::Time, 1.0, 1e6),
    Spelling::new("ms", Kind::Time, 1.0, 1e3),
    Spelling::new("s", Kind::Time, 1.0, 1.0),
    Spelling::new("min", Kind::Time, 60.0, 1.0),
    Spelling::new("h", Kind::Time, 3600.0, 1.0),
    Spelling::new("d", Kind::Time, 86_400.0, 1.0),
    Spelling::new("B", Kind::Size, 1.0, 1.0),
    Spelling::new("kB", Kind::Size, 1e3, 1.0),
    Spelling::new("MB", Kind::Size, 1e6, 1.0),
    Spelling::new("GB", Kind::Size, 1e9, 1.0),
    Spelling::new("TB", Kind::Size, 1e12, 1.0),
    Spelling::new("KiB", Kind::Size, 1024.0, 1.0),
    Spelling::new("MiB", Kind::Size, 1_048_576.0, 1.0),
    Spelling::new("GiB", Kind::Size, 1_073_741_824.0, 1.0),
    Spelling::new("TiB", Kind::Size, 1_099_511_627_776.0, 1.0),
    Spelling::new("%", Kind::Share, 1.0, 100.0),
    Spelling::new("/s", Kind::Rate, 1.0, 1.0),
    Spelling::new("/min", Kind::Rate, 1.0, 60.0),
    Spelling::new("/h", Kind::Rate, 1.0, 3600.0),
    Spelling::new("", Kind::Bare, 1.0, 1.0),
];

struct Spelling {
    text: &'static str,
    kind: Kind,
    multiply: f64,
    divide: f64,
}

impl Spelling {
    const fn new(text: &'static str, kind: Kind, multiply: f64, divide: f64) -> Self {
        Spelling { text, kind, multiply, divide }
    }
}

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Time,
    Size,
    Share,
    Rate,
    Bare,
}

impl Kind {
    fn unit(self) -> Option<Unit> {
        match self {
            Kind::Time => Some(Unit::Seconds),
            Kind::Size => Some(Unit::Bytes),
            Kind::Share => Some(Unit::Ratio),
            Kind::Rate => Some(Unit::PerSecond),
            Kind::Bare => None,
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Kind::Time => "a time such as `250ms`, `20s` or `5min`",
            Kind::Size => "a size such as `64MiB`",
            Kind::Share => "a share such as `5%`",
            Kind::Rate => "a rate such as `500/s`",
            Kind::Bare => "a number",
        }
    }
}

/// Why a text is not the quantity it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QuantityError {
    /// What is wrong.
    pub message: String,
    /// What would be right, where that can be guessed.
    pub help: Option<String>,
}

fn error(message: String, help: impl Into<Option<String>>) -> QuantityError {
    QuantityError { message, help: help.into() }
}

/// Reads a number of at least 0 with any unit, or none.
///
/// # Errors
///
/// When it is no number, negative, not finite, or its unit is unknown.
pub fn quantity(text: &str) -> Result<Quantity, QuantityError> {
    let (value, kind) = read(text)?;
    Ok(Quantity { value, unit: kind.unit(), text: text.trim().to_owned() })
}

/// Reads a time. Only 0 needs no unit: other bare numbers are seconds to one and days to another.
///
/// # Errors
///
/// As [`quantity`], when there is no unit or it is not one of time, and when the time is beyond 584 years.
pub fn duration(text: &str) -> Result<Duration, QuantityError> {
    let seconds = of_kind(text, Kind::Time)?;
    if seconds > 0.0 && read(text)?.1 == Kind::Bare {
        let number = shown(text.trim());
        return Err(error(
            format!("the time `{number}` has no unit"),
            format!("write `{number}ms`, `{number}s`, `{number}min` or `{number}d`"),
        ));
    }
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| u64::try_from(duration.as_nanos()).is_ok())
        .ok_or_else(|| error(format!("`{}` is too long a time", shown(text)), None))
}

/// Reads a rate in events a second; a bare number is a second.
///
/// # Errors
///
/// As [`quantity`], and when the unit is not one of rates.
pub fn rate(text: &str) -> Result<f64, QuantityError> {
    of_kind(text, Kind::Rate)
}

/// Reads a share: `5%` is 0.05, and so is `0.05`.
///
/// # Errors
///
/// As [`quantity`], when the unit is not `%`, and for a bare number of 1 or more, which is nearly
/// always a forgotten `%`.
pub fn share(text: &str) -> Result<f64, QuantityError> {
    let (value, kind) = read(text)?;
    if kind == Kind::Bare && value >= 1.0 {
        return Err(error(
            format!("`{}` would be {} %", shown(text), value * 100.0),
            format!("did you mean `{}%`?", text.trim()),
        ));
    }
    of_kind(text, Kind::Share)
}

fn of_kind(text: &str, wanted: Kind) -> Result<f64, QuantityError> {
    let (value, kind) = read(text)?;
    if kind == wanted || kind == Kind::Bare {
        return Ok(value);
    }
    let message = format!("`{}` is not {}", shown(text), wanted.wanted());
    Err(error(message, None))
}

/// Value in base units and kind of unit.
fn read(text: &str) -> Result<(f64, Kind), QuantityError> {
    let trimmed = text.trim();
    let (number, unit) = split(trimmed)?;
    let spelling = known_unit(trimmed, number, unit)?;
    // Digits with at most one point and an exponent: Rust reads every one of them.
    let value: f64 = number.parse().map_err(|_| not_a_number(trimmed))?;
    let value = value * spelling.multiply / spelling.divide;
    if !value.is_finite() {
        return Err(error(format!("`{}` is too large", shown(trimmed)), None));
    }
    Ok((value, spelling.kind))
}

/// Splits into the longest number at the start, and the rest.
fn split(text: &str) -> Result<(&str, &str), QuantityError> {
    if let Some(rest) = text.strip_prefix(['-', '−'])
        && rest.starts_with(|c: char| c.is_ascii_digit() || c == '.')
    {
        return Err(error(format!("`{}` is negative", shown(text)), None));
    }
    let digits = |from: usize| -> usize {
        from + text[from..].bytes().take_while(u8::is_ascii_digit).count()
    };
    let mut end = digits(0);
    let mut seen = end;
    if text[end..].starts_with('.') {
        let fraction = digits(end + 1);
        seen += fraction - end - 1;
        end = fraction;
    }
    if seen == 0 {
        return Err(not_a_number(text));
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    Ok((&text[..end], text[end..].trim_start()))
}

fn not_a_number(text: &str) -> QuantityError {
    let message = match text.is_empty() {
        true => "a number is missing".to_owned(),
        false => format!("`{}` is not a number", shown(text)),
    };
    error(message, "write digits and a unit, such as `250ms`, `5%`, `500/s` or `64MiB`".to_owned())
}

fn known_unit(text: &str, number: &str, unit: &str) -> Result<&'static Spelling, QuantityError> {
    // `500 / s` reads as well as `500/s`.
    let spelled = match unit.strip_prefix('/') {
        Some(per) => format!("/{}", per.trim_start()),
        None => unit.to_owned(),
    };
    if let Some(spelling) = UNITS.iter().find(|known| known.text == spelled) {
        return Ok(spelling);
    }
    let help = match spelled.as_str() {
        "m" | "M" => format!("did you mean `{number}ms`, `{number}min` or `{number}MiB`?"),
        "K" | "k" | "KB" | "kb" | "Kb" => {
            format!("did you mean `{number}kB` (1000 bytes) or `{number}KiB` (1024 bytes)?")
        }
        _ if spelled.starts_with(',') || spelled.starts_with('_') => {
            "write digits without separators, and `.` before decimals".to_owned()
        }
        _ => did_you_mean(&spelled, UNITS.iter().map(|unit| unit.text).filter(|t| !t.is_empty()))
            .or_else(|| long_name(&spelled))
            .or_else(|| two_units(number, &spelled))
            .unwrap_or_else(|| {
                "known are ns, us, ms, s, min, h, d; B, kB, MB, GB, TB, KiB, MiB, GiB, TiB; %; /s, /min, /h"
                    .to_owned()
            }),
    };
    Err(error(format!("unknown unit `{}` in `{}`", shown(unit), shown(text)), help))
}

/// Two of our units at once, such as `ms/s`.
fn two_units(number: &str, unit: &str) -> Option<String> {
    let (first, second) = unit.split_at(unit.find('/')?);
    let known = |text: &str| UNITS.iter().any(|unit| unit.text == text);
    (known(first) && known(second))
        .then(|| format!("a quantity has one unit: `{number}{first}`, or `{number}{second}`"))
}

/// Units that people spell out.
fn long_name(unit: &str) -> Option<String> {
    let short = match unit.to_lowercase().trim_end_matches('s') {
        "nanosecond" | "nano" => "ns",
        "microsecond" | "micro" => "us",
        "millisecond" | "milli" | "msec" => "ms",
        "second" | "sec" => "s",
        "minute" => "min",
        "hour" | "hr" => "h",
        "day" => "d",
        "byte" => "B",
        "percent" | "pct" => "%",
        "rp" | "qp" | "per second" | "/second" | "/sec" | "req/" | "hz" => "/s",
        "rpm" | "per minute" | "/minute" | "/m" => "/min",
        _ => return None,
    };
    Some(format!("did you mean `{short}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, value: f64, unit: Option<Unit>) {
        let expected = Quantity { value, unit, text: text.trim().to_owned() };
        assert_eq!(quantity(text), Ok(expected));
    }

    #[test]
    fn numbers_with_units_become_base_units() {
        check("250ms", 0.25, Some(Unit::Seconds));
        check("3ms", 0.003, Some(Unit::Seconds));
        check("1.5 us", 1.5e-6, Some(Unit::Seconds));
        check("7µs", 7e-6, Some(Unit::Seconds));
        check("90d", 7_776_000.0, Some(Unit::Seconds));
        check("5%", 0.05, Some(Unit::Ratio));
        check("0.1%", 0.001, Some(Unit::Ratio));
        check("500/s", 500.0, Some(Unit::PerSecond));
        check("30 / min", 0.5, Some(Unit::PerSecond));
        check("64MiB", 67_108_864.0, Some(Unit::Bytes));
        check("1.5GB", 1.5e9, Some(Unit::Bytes));
        check("12", 12.0, None);
        check(" .5 ", 0.5, None);
        check("5.", 5.0, None);
        check("1e3", 1000.0, None);
        check("1E-2s", 0.01, Some(Unit::Seconds));
    }

    #[track_caller]
    fn refuse(text: &str, message: &str, help: Option<&str>) {
        let error = quantity(text).unwrap_err();
        assert_eq!((error.message.as_str(), error.help.as_deref()), (message, help));
    }

    #[test]
    fn nonsense_is_refused_with_a_suggestion() {
        const FORM: Option<&str> =
            Some("write digits and a unit, such as `250ms`, `5%`, `500/s` or `64MiB`");
        const KNOWN: Option<&str> = Some(
            "known are ns, us, ms, s, min, h, d; B, kB, MB, GB, TB, KiB, MiB, GiB, TiB; %; /s, /min, /h",
        );
        refuse("250 parsecs", "unknown unit `parsecs` in `250 parsecs`", KNOWN);
        refuse(
            "500ms/s",
            "unknown unit `ms/s` in `500ms/s`",
            Some("a quantity has one unit: `500ms`, or `500/s`"),
        );
        refuse("500MS", "unknown unit `MS` in `500MS`", Some("did you mean `ms`?"));
        refuse("64mib", "unknown unit `mib` in `64mib`", Some("did you mean `MiB`?"));
        refuse("20 seconds", "unknown unit `seconds` in `20 seconds`", Some("did you mean `s`?"));
        refuse("5m", "unknown unit `m` in `5m`", Some("did you mean `5ms`, `5min` or `5MiB`?"));
        refuse(
            "64KB",
            "unknown unit `KB` in `64KB`",
            Some("did you mean `64kB` (1000 bytes) or `64KiB` (1024 bytes)?"),
        );
        refuse(
            "1,000",
            "unknown unit `,000` in `1,000`",
            Some("write digits without separators, and `.` before decimals"),
        );
        refuse("-3%", "`-3%` is negative", None);
        refuse("nan", "`nan` is not a number", FORM);
        refuse(".inf", "`.inf` is not a number", FORM);
        refuse("", "a number is missing", FORM);
        refuse("1e400", "`1e400` is too large", None);
        refuse("1e308TiB", "`1e308TiB` is too large", None);
    }

    #[test]
    fn the_kind_of_unit_is_checked() {
        assert_eq!(duration("1.5s").unwrap(), Duration::from_millis(1500));
        let bare = duration(" 20 ").unwrap_err();
        assert_eq!(bare.message, "the time `20` has no unit");
        assert_eq!(bare.help.as_deref(), Some("write `20ms`, `20s`, `20min` or `20d`"));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        assert_eq!(
            duration("5MiB").unwrap_err().message,
            "`5MiB` is not a time such as `250ms`, `20s` or `5min`"
        );
        assert_eq!(duration("1e300d").unwrap_err().message, "`1e300d` is too long a time");
        assert!(rate("500ms").is_err());
        assert_eq!(share("200%"), Ok(2.0));
        assert_eq!(share("0.05"), Ok(0.05));
        let forgotten = share("5").unwrap_err();
        assert_eq!(forgotten.message, "`5` would be 500 %");
        assert_eq!(forgotten.help.as_deref(), Some("did you mean `5%`?"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}|[0-9.eE+/ %a-zA-Z-]{0,20}") {
            let _ = (quantity(&text), duration(&text), rate(&text), share(&text));
        }

        #[test]
        fn a_written_number_reads_back(value in 0.0..1e15f64, unit in 0..UNITS.len()) {
            let Spelling { text, multiply, divide, kind } = &UNITS[unit];
            let read = quantity(&format!("{value}{text}")).unwrap();
            prop_assert_eq!(read.value.to_bits(), (value * multiply / divide).to_bits());
            prop_assert_eq!(read.unit, kind.unit());
        }

        #[test]
        fn durations_read_back_to_the_nanosecond(nanos in 0u64..1 << 52) {
            prop_assert_eq!(duration(&format!("{nanos}ns")).unwrap(), Duration::from_nanos(nanos));
        }
    }
}
