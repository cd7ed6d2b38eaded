//! From a request to its answer: routes, parameters, bodies, and errors as JSON.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use crate::Shop;
use crate::catalogue::Product;
use crate::rules::Endpoint;

/// Bytes of a request body that are read at most.
const BODY: usize = 16 * 1024;
/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes and words of a search that are looked at, at most.
const QUERY: usize = 200;
const WORDS: usize = 8;
/// Pieces of one product that fit into a cart.
const PIECES: u64 = 100;

type Answer = Response<Full<Bytes>>;

/// An answer that is not what the client hoped for.
#[derive(Debug)]
struct Problem {
    status: StatusCode,
    text: String,
}

impl Problem {
    fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }

    fn bad(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the database failed: {error}"))
    }
}

#[derive(Serialize)]
struct Page {
    page: u32,
    pages: u32,
    total: u32,
    items: Vec<Product>,
}

#[derive(Serialize)]
struct Hits {
    q: String,
    items: Vec<Product>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CartForm {
    #[serde(deserialize_with = "number_or_digits")]
    id: u64,
    #[serde(default = "one", deserialize_with = "number_or_digits")]
    quantity: u64,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct CheckoutForm {
    #[serde(default, deserialize_with = "some_number_or_digits")]
    cart: Option<u64>,
}

/// Answers one request, whatever it holds.
pub(crate) async fn answer(shop: &Shop, request: Request<Incoming>) -> Answer {
    let path = request.uri().path();
    let Some((endpoint, item)) = route(path) else {
        return refuse(&Problem::new(StatusCode::NOT_FOUND, format!("nothing is at {path}")));
    };
    if let Err(allowed) = check_method(endpoint, request.method()) {
        let text = format!("{path} takes {allowed}");
        let mut answer = refuse(&Problem::new(StatusCode::METHOD_NOT_ALLOWED, text));
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
        return answer;
    }
    if shop.trouble.befall(endpoint).await {
        let text = "this request was drawn to fail (--fail)";
        return refuse(&Problem::new(StatusCode::INTERNAL_SERVER_ERROR, text));
    }
    let answer = match endpoint {
        Endpoint::Health => health(shop),
        Endpoint::Products => products(shop, request.uri().query()),
        Endpoint::Item => details(shop, item.unwrap_or_default()),
        Endpoint::Search => search(shop, request.uri().query()),
        Endpoint::Cart => cart(shop, request.into_body()).await,
        Endpoint::Checkout => checkout(shop, request.into_body()).await,
    };
    answer.unwrap_or_else(|problem| refuse(&problem))
}

/// The endpoint of a path, with the id where the path holds one.
fn route(path: &str) -> Option<(Endpoint, Option<&str>)> {
    let endpoint = match path {
        "/health" => Endpoint::Health,
        "/products" => Endpoint::Products,
        "/search" => Endpoint::Search,
        "/cart" => Endpoint::Cart,
        "/checkout" => Endpoint::Checkout,
        _ => {
            let id = path.strip_prefix("/products/")?;
            return (!id.contains('/')).then_some((Endpoint::Item, Some(id)));
        }
    };
    Some((endpoint, None))
}

/// Fails with the methods that the endpoint takes. HEAD is GET to us: hyper leaves the body out.
fn check_method(endpoint: Endpoint, method: &Method) -> Result<(), &'static str> {
    let writes = matches!(endpoint, Endpoint::Cart | Endpoint::Checkout);
    match *method {
        Method::POST if writes => Ok(()),
        Method::GET | Method::HEAD if !writes => Ok(()),
        _ if writes => Err("POST"),
        _ => Err("GET, HEAD"),
    }
}

fn health(shop: &Shop) -> Result<Answer, Problem> {
    shop.catalogue.answers()?;
    reply(StatusCode::OK, &json!({ "status": "ok", "products": shop.catalogue.products }))
}

fn products(shop: &Shop, query: Option<&str>) -> Result<Answer, Problem> {
    let page = match parameter(query, "page")? {
        None => 1,
        Some(text) => text.parse().ok().filter(|page| *page > 0).ok_or_else(|| {
            Problem::bad(format!("page must be a whole number from 1, not `{text}`"))
        })?,
    };
    let items = shop.catalogue.page(page)?;
    let (pages, total) = (shop.catalogue.pages(), shop.catalogue.products);
    reply(StatusCode::OK, &Page { page, pages, total, items })
}

fn details(shop: &Shop, id: &str) -> Result<Answer, Problem> {
    let id: u64 = id
        .parse()
        .map_err(|_| Problem::bad(format!("a product's id is a whole number, not `{id}`")))?;
    let item = u32::try_from(id).ok().map(|id| shop.catalogue.item(id)).transpose()?.flatten();
    reply(StatusCode::OK, &item.ok_or_else(|| no_product(id))?)
}

fn search(shop: &Shop, query: Option<&str>) -> Result<Answer, Problem> {
    let q = parameter(query, "q")?.ok_or_else(|| Problem::bad("pass what to search for as ?q="))?;
    if q.len() > QUERY {
        return Err(Problem::bad(format!("q must be at most {QUERY} bytes long")));
    }
    // Words as the index cuts them: anything that is no letter or digit separates.
    let mut words =
        q.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    if words.peek().is_none() {
        return Err(Problem::bad("q must hold at least one letter or digit"));
    }
    let items = shop.catalogue.search(words.take(WORDS))?;
    reply(StatusCode::OK, &Hits { q, items })
}

async fn cart(shop: &Shop, body: Incoming) -> Result<Answer, Problem> {
    let form: CartForm = parse(&read(body).await?)?;
    let quantity =
        u32::try_from(form.quantity).ok().filter(|n| (1..=PIECES).contains(&u64::from(*n)));
    let quantity = quantity.ok_or_else(|| {
        Problem::bad(format!("quantity must be from 1 to {PIECES}, not {}", form.quantity))
    })?;
    let product = u32::try_from(form.id).map_err(|_| no_product(form.id))?;
    let cart = shop.catalogue.fill_cart(product, quantity)?;
    reply(StatusCode::CREATED, &cart.ok_or_else(|| no_product(form.id))?)
}

async fn checkout(shop: &Shop, body: Incoming) -> Result<Answer, Problem> {
    let body = read(body).await?;
    let form = if body.is_empty() { CheckoutForm::default() } else { parse(&body)? };
    let order = match form.cart {
        None => shop.catalogue.check_out_demo()?,
        Some(cart) => {
            let known = i64::try_from(cart).ok().map(|cart| shop.catalogue.check_out(cart));
            known.transpose()?.flatten().ok_or_else(|| {
                let text = format!("there is no cart {cart}, or it was checked out already");
                Problem::new(StatusCode::NOT_FOUND, text)
            })?
        }
    };
    reply(StatusCode::CREATED, &order)
}

fn no_product(id: u64) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no product {id}"))
}

/// The decoded value of the first parameter of that name.
fn parameter(query: Option<&str>, name: &str) -> Result<Option<String>, Problem> {
    let mut pairs =
        query.unwrap_or_default().split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let Some((_, value)) = pairs.find(|(key, _)| *key == name) else { return Ok(None) };
    let spaced = value.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    let decoded = decoded.map_err(|_| Problem::bad(format!("{name} is not valid UTF-8")))?;
    Ok(Some(decoded.into_owned()))
}

/// Reads a body of at most [`BODY`] bytes.
async fn read(body: Incoming) -> Result<Bytes, Problem> {
    let too_large = || {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("a body may have at most {BODY} bytes"))
    };
    // What is announced as too large need not be read.
    if body.size_hint().lower() > BODY as u64 {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(error)) => Err(Problem::bad(format!("the body could not be read: {error}"))),
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time")),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::bad(format!("the body is not the JSON that is asked for: {error}"))
    })
}

/// Takes `"7"` as well as `7`: scripts that paste an id into a text send it in quotes.
fn number_or_digits<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(from)?;
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    number.ok_or_else(|| serde::de::Error::custom(format!("expected a whole number, not {value}")))
}

fn some_number_or_digits<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    number_or_digits(from).map(Some)
}

fn one() -> u64 {
    1
}

fn refuse(problem: &Problem) -> Answer {
    let body = json!({ "status": problem.status.as_u16(), "error": problem.text });
    respond(problem.status, body.to_string().into())
}

fn reply(status: StatusCode, body: &impl Serialize) -> Result<Answer, Problem> {
    let body = serde_json::to_vec(body).map_err(|error| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("no JSON for the answer: {error}"))
    })?;
    Ok(respond(status, body.into()))
}

fn respond(status: StatusCode, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
