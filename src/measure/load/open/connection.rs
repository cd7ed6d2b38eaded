//! One HTTP/1.1 connection to the service: opened when needed, kept while it can be.

use super::origin::Origin;
use crate::measure::load::failure::{MAX_BODY_BYTES, RequestFailure};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::time::Instant;
use tokio::task::JoinHandle;

/// A place for one connection; none is open at first.
#[derive(Default)]
pub(super) struct Client {
    open: Option<Connection>,
}

struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
}

impl Drop for Connection {
    /// Closes the socket at once, also with an answer under way, so that the cap holds.
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Client {
    /// Sends a request and reads its answer to the end; gives the status.
    ///
    /// `sent` is set when the request goes out on a connection. A connection that the service closed
    /// while it was idle is replaced, as long as nothing of the request had left; a request that had
    /// left is never sent twice, since that would hide a service that now and then hangs up.
    ///
    /// # Errors
    ///
    /// With what went wrong; the connection is closed then.
    pub(super) async fn exchange(
        &mut self,
        origin: &Origin,
        request: &Request<Full<Bytes>>,
        sent: &mut Option<Instant>,
    ) -> Result<u16, RequestFailure> {
        let response = self.send(origin, request, sent).await?;
        let status = response.status().as_u16();
        if let Err(failure) = read(response).await {
            self.hang_up();
            return Err(failure);
        }
        Ok(status)
    }

    /// Closes the connection, if one is open.
    pub(super) fn hang_up(&mut self) {
        self.open = None;
    }

    async fn send(
        &mut self,
        origin: &Origin,
        request: &Request<Full<Bytes>>,
        sent: &mut Option<Instant>,
    ) -> Result<Response<Incoming>, RequestFailure> {
        let mut message = request.clone();
        if let Some(connection) = &mut self.open
            && connection.sender.ready().await.is_ok()
        {
            *sent = Some(Instant::now());
            match connection.sender.try_send_request(message).await {
                Ok(response) => return Ok(response),
                Err(mut error) => match error.take_message() {
                    Some(unsent) => message = unsent,
                    None => {
                        self.hang_up();
                        return Err(RequestFailure::of_exchange(error.error()));
                    }
                },
            }
        }
        self.hang_up();
        *sent = None;
        let connection = self.open.insert(Connection::open(origin).await?);
        *sent = Some(Instant::now());
        connection.sender.try_send_request(message).await.map_err(|mut error| {
            self.open = None;
            if error.take_message().is_some() {
                *sent = None;
            }
            RequestFailure::of_exchange(error.error())
        })
    }
}

impl Connection {
    async fn open(origin: &Origin) -> Result<Self, RequestFailure> {
        let stream =
            origin.connect().await.map_err(|error| RequestFailure::of_connecting(&error))?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| RequestFailure::of_exchange(&error))?;
        // What breaks a connection is told to the request on it; between requests it is only closed.
        let driver = tokio::task::spawn_local(async move {
            let _ = connection.await;
        });
        Ok(Connection { sender, driver })
    }
}

/// Reads a body to its end and throws it away.
async fn read(response: Response<Incoming>) -> Result<(), RequestFailure> {
    let mut body = response.into_body();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| RequestFailure::of_exchange(&error))?;
        length += frame.data_ref().map_or(0, |data| data.len() as u64);
        if length > MAX_BODY_BYTES {
            return Err(RequestFailure::BodyTooLarge);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;
    use std::sync::mpsc;
    use tokio::runtime::{Builder, LocalOptions};

    /// The close reaches this thread in the very turn in which the next request is sent.
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
            let mut client = Client::default();
            let mut sent = None;
            assert_eq!(client.exchange(&origin, &request, &mut sent).await, Ok(204));
            let ready = |client: &Client| client.open.as_ref().unwrap().sender.is_ready();
            while !ready(&client) {
                tokio::task::yield_now().await;
            }
            close.send(()).unwrap();
            // Blocks this thread, so that nothing looks at the socket before it is closed.
            closes.recv().unwrap();
            // Sockets are looked at now, but the connection gets its turn after this task only.
            tokio::task::yield_now().await;
            assert!(ready(&client));
            assert_eq!(client.exchange(&origin, &request, &mut sent).await, Ok(204));
            assert!(sent.is_some());
        });
        drop(close);
        server.join().unwrap();
    }
}
