//! A connection of HTTP/1.1, driven by whoever awaits an answer on it.

use super::connection::{connect, read};
use super::origin::Origin;
use crate::measure::load::failure::RequestFailure;
use crate::measure::load::journey::{Answer, Message};
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use tokio::io::{AsyncRead, AsyncWrite};

/// One connection; its bytes move only while something is awaited on it.
pub(super) struct Http1 {
    sender: http1::SendRequest<Full<Bytes>>,
    driver: Option<Driver>,
}

/// What moves the bytes, until the connection ends. In a task of its own it would cost every request two
/// more turns of the runtime.
type Driver = Pin<Box<dyn Future<Output = ()>>>;

/// Why there is no answer.
pub(super) struct Unanswered {
    /// What went wrong.
    pub(super) failure: RequestFailure,
    /// The request, when nothing of it had left.
    pub(super) unsent: Option<Message>,
}

impl Http1 {
    /// Opens a connection.
    pub(super) async fn open(origin: &Origin) -> Result<Self, RequestFailure> {
        let stream = connect(origin).await?;
        match &origin.tls {
            None => shake_hands(stream).await,
            Some(tls) => {
                let stream = tls.connect(stream).await;
                shake_hands(stream.map_err(|error| RequestFailure::of_connecting(&error))?).await
            }
        }
    }

    /// Whether it takes another request, once it is done with the one before.
    pub(super) async fn is_ready(&mut self) -> bool {
        self.sender.is_ready() || drive(&mut self.driver, self.sender.ready()).await.is_ok()
    }

    /// Sends a request and reads its answer to the end.
    pub(super) async fn exchange(
        &mut self,
        message: Message,
        wants_body: bool,
    ) -> Result<Answer, Unanswered> {
        let response = self.sender.try_send_request(message);
        let answer = async {
            let response = response.await.map_err(|mut error| Unanswered {
                unsent: error.take_message(),
                failure: RequestFailure::of_exchange(error.error()),
            })?;
            let answer = read(response, wants_body).await;
            answer.map_err(|failure| Unanswered { failure, unsent: None })
        };
        drive(&mut self.driver, answer).await
    }
}

async fn shake_hands(
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
) -> Result<Http1, RequestFailure> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| RequestFailure::of_exchange(&error))?;
    // What breaks a connection is told to the request on it; between requests it is only closed.
    let driver = Box::pin(async move {
        let _ = connection.await;
    });
    Ok(Http1 { sender, driver: Some(driver) })
}

/// Awaits what a connection brings about, and drives the connection meanwhile.
async fn drive<T>(driver: &mut Option<Driver>, outcome: impl Future<Output = T>) -> T {
    let mut outcome = pin!(outcome);
    poll_fn(|context| {
        if let Poll::Ready(outcome) = outcome.as_mut().poll(context) {
            return Poll::Ready(outcome);
        }
        if let Some(running) = driver
            && running.as_mut().poll(context).is_ready()
        {
            // Whoever waits on it is told by its end.
            *driver = None;
        }
        outcome.as_mut().poll(context)
    })
    .await
}
