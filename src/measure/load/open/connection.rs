//! Connections to the service: opened when needed, kept while they can be.

use super::http1::{Http1, Unanswered};
use super::origin::Origin;
use crate::config::Protocol;
use crate::measure::load::exchange::Client;
use crate::measure::load::failure::{MAX_BODY_BYTES, RequestFailure};
use crate::measure::load::journey::{Answer, Message};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::Response;
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper::header::HOST;
use hyper_util::rt::TokioIo;
use std::rc::Rc;
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// A place from which one request at a time is sent; nothing is open at first.
pub(super) struct Connection<'a> {
    origin: &'a Origin,
    place: Place,
}

enum Place {
    /// HTTP/1.1: a connection of its own.
    Http1(Option<Http1>),
    /// HTTP/2: a stream of a connection that is shared.
    Http2(Rc<Shared2>),
}

/// An HTTP/2 connection that several clients share; none is open at first.
#[derive(Default)]
pub(super) struct Shared2 {
    open: Mutex<Option<(http2::SendRequest<Full<Bytes>>, Driver)>>,
}

/// The task that moves a shared connection's bytes.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    /// Closes the socket at once, also with an answer under way, so that the cap holds.
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<'a> Connection<'a> {
    /// A connection to an origin by its protocol; those of HTTP/2 share one.
    pub(super) fn new(origin: &'a Origin, shared: &Rc<Shared2>) -> Self {
        let place = match origin.protocol {
            Protocol::Http1 => Place::Http1(None),
            Protocol::Http2 => Place::Http2(Rc::clone(shared)),
        };
        Connection { origin, place }
    }
}

impl Client for Connection<'_> {
    /// A connection that the service closed
    /// while it was idle is replaced, as long as nothing of the request had left; a request that had
    /// left is never sent twice, since that would hide a service that now and then hangs up.
    async fn exchange(
        &mut self,
        message: Message,
        wants_body: bool,
        sent: &mut Option<Instant>,
    ) -> Result<Answer, RequestFailure> {
        let answer = match &mut self.place {
            Place::Http1(open) => exchange1(open, self.origin, message, wants_body, sent).await,
            Place::Http2(shared) => exchange2(shared, self.origin, message, wants_body, sent).await,
        };
        if answer.is_err() {
            self.hang_up();
        }
        answer
    }

    /// Closes a connection of its own; a stream of a shared one ends with its request.
    fn hang_up(&mut self) {
        if let Place::Http1(open) = &mut self.place {
            *open = None;
        }
    }
}

async fn exchange1(
    open: &mut Option<Http1>,
    origin: &Origin,
    mut message: Message,
    wants_body: bool,
    sent: &mut Option<Instant>,
) -> Result<Answer, RequestFailure> {
    if let Some(connection) = open
        && connection.is_ready().await
    {
        *sent = Some(Instant::now());
        match connection.exchange(message, wants_body).await {
            Ok(answer) => return Ok(answer),
            Err(Unanswered { unsent: Some(unsent), .. }) => message = unsent,
            Err(Unanswered { failure, .. }) => return Err(failure),
        }
    }
    *open = None;
    *sent = None;
    // Boxed, as what happens rarely must not make the future of every request a large one to move.
    let connection = open.insert(Box::pin(Http1::open(origin)).await?);
    *sent = Some(Instant::now());
    connection.exchange(message, wants_body).await.map_err(|Unanswered { failure, unsent }| {
        if unsent.is_some() {
            *sent = None;
        }
        failure
    })
}

async fn exchange2(
    shared: &Shared2,
    origin: &Origin,
    mut message: Message,
    wants_body: bool,
    sent: &mut Option<Instant>,
) -> Result<Answer, RequestFailure> {
    absolute(&mut message, origin)?;
    // Two attempts: the first may meet a connection that the service is about to close.
    for last in [false, true] {
        let mut sender = shared.sender(origin).await?;
        let ready = sender.ready().await;
        if let Err(error) = ready {
            if last {
                return Err(RequestFailure::of_exchange(&error));
            }
            continue;
        }
        *sent = Some(Instant::now());
        match sender.try_send_request(message).await {
            Ok(response) => return read(response, wants_body).await,
            Err(mut error) => match error.take_message() {
                Some(unsent) if !last => message = unsent,
                unsent => {
                    if unsent.is_some() {
                        *sent = None;
                    }
                    return Err(RequestFailure::of_exchange(error.error()));
                }
            },
        }
    }
    Err(RequestFailure::Closed)
}

impl Shared2 {
    /// The connection, opened when there is none; who comes meanwhile waits for it.
    async fn sender(
        &self,
        origin: &Origin,
    ) -> Result<http2::SendRequest<Full<Bytes>>, RequestFailure> {
        let mut open = self.open.lock().await;
        if let Some((sender, _)) = open.as_ref().filter(|(sender, _)| !sender.is_closed()) {
            return Ok(sender.clone());
        }
        *open = None;
        Ok(open.insert(Box::pin(open2(origin)).await?).0.clone())
    }
}

async fn open2(
    origin: &Origin,
) -> Result<(http2::SendRequest<Full<Bytes>>, Driver), RequestFailure> {
    let stream = connect(origin).await?;
    match &origin.tls {
        None => handshake2(stream).await,
        Some(tls) => {
            let stream = tls.connect(stream).await;
            handshake2(stream.map_err(|error| RequestFailure::of_connecting(&error))?).await
        }
    }
}

async fn handshake2(
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
) -> Result<(http2::SendRequest<Full<Bytes>>, Driver), RequestFailure> {
    let (sender, connection) = http2::handshake(Local, TokioIo::new(stream))
        .await
        .map_err(|error| RequestFailure::of_exchange(&error))?;
    let driver = tokio::task::spawn_local(async move {
        let _ = connection.await;
    });
    Ok((sender, Driver(driver)))
}

/// Runs what HTTP/2 needs beside its connection on this thread.
#[derive(Clone)]
struct Local;

impl<F: Future<Output = ()> + 'static> hyper::rt::Executor<F> for Local {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}

/// Connects, and says what it means when that fails.
pub(super) async fn connect(origin: &Origin) -> Result<tokio::net::TcpStream, RequestFailure> {
    origin.connect().await.map_err(|error| RequestFailure::of_connecting(&error))
}

/// HTTP/2 has the host in the target, and no header for it.
fn absolute(message: &mut Message, origin: &Origin) -> Result<(), RequestFailure> {
    let host = message.headers_mut().remove(HOST);
    let path = message.uri().path_and_query().map_or("/", |path| path.as_str());
    let (scheme, own) = origin.url.split_once("://").ok_or(RequestFailure::Unsendable)?;
    let host = host.as_ref().and_then(|host| host.to_str().ok()).unwrap_or(own);
    let uri = hyper::Uri::builder().scheme(scheme).authority(host).path_and_query(path).build();
    *message.uri_mut() = uri.map_err(|_| RequestFailure::Unsendable)?;
    Ok(())
}

/// Reads an answer to its end.
pub(super) async fn read(
    response: Response<Incoming>,
    wants_body: bool,
) -> Result<Answer, RequestFailure> {
    let (head, mut incoming) = response.into_parts();
    let (mut length, mut body) = (0, BytesMut::new());
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| RequestFailure::of_exchange(&error))?;
        let Some(data) = frame.data_ref() else { continue };
        length += data.len() as u64;
        if length > MAX_BODY_BYTES {
            return Err(RequestFailure::BodyTooLarge);
        }
        if wants_body {
            body.extend_from_slice(data);
        }
    }
    Ok(Answer { status: head.status, headers: head.headers, body: body.freeze(), length })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;
    use std::sync::mpsc;
    use tokio::runtime::{Builder, LocalOptions};

    #[test]
    fn a_request_that_never_left_is_sent_on_a_new_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = Origin::of(listener.local_addr().unwrap());
        let (close, closing) = mpsc::channel();
        let (closed, closes) = mpsc::channel();
        let server = std::thread::spawn(move || {
            for _ in 0..2 {
                let mut stream = BufReader::new(listener.accept().unwrap().0);
                let mut line = String::from("a request");
                while !line.trim().is_empty() {
                    line.clear();
                    stream.read_line(&mut line).unwrap();
                }
                stream.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
                if closing.recv().is_ok() {
                    drop(stream);
                    closed.send(()).unwrap();
                }
            }
        });
        let runtime =
            Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
        runtime.unwrap().block_on(async {
            let request = Request::get("/").body(Full::default()).unwrap();
            let mut client = Connection::new(&origin, &Rc::default());
            let mut sent = None;
            let answer = client.exchange(request.clone(), false, &mut sent).await;
            assert_eq!(answer.unwrap().status, 204);
            close.send(()).unwrap();
            // Blocks this thread, so that nothing looks at the socket before the next request.
            closes.recv().unwrap();
            // Sockets are looked at now; the connection gets no turn before its next request.
            tokio::task::yield_now().await;
            let answer = client.exchange(request.clone(), false, &mut sent).await;
            assert_eq!(answer.unwrap().status, 204);
            assert!(sent.is_some());
        });
        drop(close);
        server.join().unwrap();
    }
}
