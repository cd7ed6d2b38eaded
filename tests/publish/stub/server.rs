//! The forge as a server on this machine.

use super::state::{Answer, Change, State, refusal};
use super::{Fault, REPOSITORY};
use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::pending;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Interval, interval};
use url::Url;

type Body = BoxBody<Bytes, Infallible>;

/// How long after each other the bytes of a slow answer come.
const DRIP: Duration = Duration::from_millis(100);

/// Says of a request, given its number from 1 and its method, how it goes wrong.
type Faults = Box<dyn Fn(usize, &str) -> Option<Fault> + Send + Sync>;

/// A running forge; it ends with the test.
pub(crate) struct Stub {
    inner: Arc<Inner>,
    /// Where its API is.
    pub(crate) url: String,
    server: JoinHandle<()>,
}

struct Inner {
    state: Mutex<State>,
    /// Which requests go wrong, and how.
    faults: Faults,
    /// Every request, as method and path with query.
    requests: Mutex<Vec<String>>,
    /// Where the forge believes itself to be, for links to pages.
    public: Mutex<String>,
}

impl Stub {
    /// A forge that knows one pull request, number 7, with that head.
    pub(crate) async fn start(head: &str) -> Stub {
        Stub::failing(head, |_, _| None).await
    }

    /// Such a forge, of which the requests fail that `faults` names.
    pub(crate) async fn failing(
        head: &str,
        faults: impl Fn(usize, &str) -> Option<Fault> + Send + Sync + 'static,
    ) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let change = Change {
            number: 7,
            owner: "octo".to_owned(),
            branch: "faster".to_owned(),
            head: head.to_owned(),
            base: REPOSITORY.to_owned(),
        };
        let state = State::new(vec![change]);
        let inner = Arc::new(Inner {
            state: Mutex::new(state),
            faults: Box::new(faults),
            requests: Mutex::default(),
            public: Mutex::new(url.clone()),
        });
        let server = tokio::spawn(accept(listener, Arc::clone(&inner)));
        Stub { inner, url, server }
    }

    /// What it remembers.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().expect("the state")
    }

    /// The requests since the last time that somebody asked.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.inner.requests.lock().expect("the requests"))
    }

    /// Has its API at another address, such as that of a proxy in front, or below a path.
    pub(crate) fn announce(&self, url: &str) {
        url.clone_into(&mut self.inner.public.lock().expect("the address"));
    }
}

impl Inner {
    /// The path below which the API is.
    fn base(&self) -> String {
        let public = self.public.lock().expect("the address").parse::<Url>();
        public.expect("an address").path().trim_end_matches('/').to_owned()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, inner: Arc<Inner>) {
    loop {
        let (stream, _) = listener.accept().await.expect("accept");
        tokio::spawn(talk(stream, Arc::clone(&inner)));
    }
}

/// Answers until the client leaves, or until the connection is to be reset.
async fn talk(stream: TcpStream, inner: Arc<Inner>) {
    // An end that the client did not ask for is then a reset.
    stream.set_zero_linger().expect("set linger");
    let reset = Notify::new();
    let service = service_fn(|request| answer(&inner, &reset, request));
    let mut builder = hyper::server::conn::http1::Builder::new();
    let connection = builder.keep_alive(true).serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        _ = connection => {}
        () = reset.notified() => {}
    }
}

async fn answer(
    inner: &Inner,
    reset: &Notify,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let base = inner.base();
    let index = {
        let mut requests = inner.requests.lock().expect("the requests");
        requests.push(format!("{} {}", head.method, head.uri).replacen(&base, "", 1));
        requests.len()
    };
    let fault = (inner.faults)(index, head.method.as_str());
    if fault.is_none_or(Fault::takes_effect) {
        let authorized = head.headers.get_all("authorization").iter().collect::<Vec<_>>();
        let json = match body.is_empty() {
            true => Ok(Value::Null),
            false => serde_json::from_slice(&body),
        };
        let path = head.uri.path().strip_prefix(&base).unwrap_or_default();
        let query = query(head.uri.query().unwrap_or_default());
        let mut state = inner.state.lock().expect("the state");
        let answer = if authorized != [&format!("Bearer {}", state.account.0)] {
            refusal(401)
        } else if head.headers.get("accept").is_none_or(|it| it != "application/vnd.github+json") {
            refusal(415)
        } else {
            match json {
                Ok(json) => state.answer(head.method.as_str(), path, &query, &json),
                Err(_) => refusal(400),
            }
        };
        drop(state);
        if fault.is_none() {
            return Ok(whole(inner, path, query, &answer));
        }
    }
    match fault.expect("a fault") {
        Fault::Silent | Fault::LateSilent => pending().await,
        Fault::Reset | Fault::LateReset => {
            reset.notify_one();
            pending().await
        }
        fault => Ok(wrong(fault, head.method == "POST", &head.uri.to_string())),
    }
}

/// An answer as it should be.
fn whole(
    inner: &Inner,
    path: &str,
    query: BTreeMap<String, String>,
    answer: &Answer,
) -> Response<Body> {
    let mut response = Response::builder()
        .status(answer.status)
        .header("content-type", "application/json; charset=utf-8");
    if answer.more {
        let page = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        let per_page = query.get("per_page").map_or("30", String::as_str);
        let public = inner.public.lock().expect("the address");
        let at = |page: usize| format!("<{public}{path}?per_page={per_page}&page={page}>");
        let link = format!("{}; rel=\"next\", {}; rel=\"first\"", at(page + 1), at(1));
        response = response.header("link", link);
    }
    response.body(Full::from(answer.content.to_string()).boxed()).expect("an answer")
}

/// An answer as it should not be.
fn wrong(fault: Fault, created: bool, uri: &str) -> Response<Body> {
    let success = if created { 201 } else { 200 };
    let (status, after) = match fault {
        Fault::Answer(status, after) => (status, after),
        Fault::Late(status) => (status, None),
        Fault::Limited(after) => (403, after),
        Fault::Forbidden | Fault::UsedUp => (403, None),
        Fault::Redirect => (307, None),
        _ => (success, None),
    };
    let mut response = Response::builder().status(status);
    if let Some(after) = after {
        response = response.header("retry-after", after);
    }
    if fault == Fault::UsedUp {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("a time after 1970").as_secs();
        response = response.header("x-ratelimit-remaining", 0).header("x-ratelimit-reset", now + 1);
    }
    if fault == Fault::Redirect {
        response = response.header("location", format!("http://localhost:9{uri}"));
    }
    let body = match fault {
        Fault::Garbage => Full::from("<html>\u{1b}[31m{").boxed(),
        Fault::Endless => Endless { piece: &[b' '; 1 << 16], pause: None }.boxed(),
        Fault::Slow => Endless { piece: b" ", pause: Some(interval(DRIP)) }.boxed(),
        _ => Full::from(fault.message().to_string()).boxed(),
    };
    response.body(body).expect("an answer")
}

/// The same again and again, until the client leaves.
struct Endless {
    piece: &'static [u8],
    /// How long apart; `None` is as fast as they are taken.
    pause: Option<Interval>,
}

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.poll_tick(context));
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(self.piece)))))
    }
}

/// The values of a query.
fn query(query: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
