//! The words of the flags that make trouble: `checkout=5ms`, `search=2%`, `products=500ms/5s`.

use std::str::FromStr;
use std::time::Duration;

/// A longer wait than this is a typing error: no client waits for it.
const LONGEST: Duration = Duration::from_secs(600);

/// What the shop serves; the flags name these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `GET /health`
    Health,
    /// `GET /products`
    Products,
    /// `GET /products/{id}`
    Item,
    /// `GET /search`
    Search,
    /// `POST /cart`
    Cart,
    /// `POST /checkout`
    Checkout,
}

impl Endpoint {
    /// Every endpoint with the name that the flags use; the position is `endpoint as usize`.
    pub(crate) const ALL: [(Self, &str); 6] = [
        (Self::Health, "health"),
        (Self::Products, "products"),
        (Self::Item, "item"),
        (Self::Search, "search"),
        (Self::Cart, "cart"),
        (Self::Checkout, "checkout"),
    ];
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().find(|(_, name)| *name == text).map(|(endpoint, _)| *endpoint).ok_or_else(
            || {
                let names = Self::ALL.map(|(_, name)| name).join(", ");
                format!("there is no endpoint `{text}`; the shop has {names}")
            },
        )
    }
}

/// One flag's rules, separated by commas; empty text holds none, so that an empty environment
/// variable means the same as an unset one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rules<T>(pub(crate) Vec<(Endpoint, T)>);

impl<T: FromStr<Err = String>> FromStr for Rules<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rule = |rule: &str| {
            let (endpoint, what) = rule
                .split_once('=')
                .ok_or_else(|| format!("`{rule}` has no `=`; write it as `checkout=...`"))?;
            Ok((endpoint.trim().parse()?, what.trim().parse()?))
        };
        text.split(',')
            .filter(|part| !part.trim().is_empty())
            .map(rule)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// A length of time, as in `5ms`: from 1 ns to ten minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Delay(pub(crate) Duration);

impl FromStr for Delay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let seconds_per_unit = match &text[digits.len()..] {
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            _ => return Err(format!("`{text}` is no time; write it as `500us`, `5ms` or `1.5s`")),
        };
        digits
            .parse::<f64>()
            .ok()
            .and_then(|number| Duration::try_from_secs_f64(number * seconds_per_unit).ok())
            .filter(|time| !time.is_zero() && *time <= LONGEST)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a time above zero and up to 600s"))
    }
}

/// A share of requests in [0, 1], as in `2%`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.strip_suffix('%')
            .and_then(|number| number.parse::<f64>().ok())
            .filter(|percent| (0.0..=100.0).contains(percent))
            .map(|percent| Self(percent / 100.0))
            .ok_or_else(|| format!("`{text}` is no share; write it as `2%`, from 0% to 100%"))
    }
}

/// A silence at the end of every period, as in `500ms/5s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stall {
    /// How long nothing is answered; shorter than `period`.
    pub(crate) silence: Duration,
    /// How often that happens.
    pub(crate) period: Duration,
}

impl FromStr for Stall {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (silence, period) = text.split_once('/').ok_or_else(|| {
            format!("`{text}` is no stall; write it as `500ms/5s`: silent for 500ms of every 5s")
        })?;
        let (Delay(silence), Delay(period)) = (silence.parse()?, period.parse()?);
        if silence >= period {
            return Err(format!("`{text}` would never answer; the first time must be the shorter"));
        }
        Ok(Self { silence, period })
    }
}
