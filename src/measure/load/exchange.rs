//! One request of a visitor, with what it leads to, whatever the engine that sends it.

use super::failure::RequestFailure;
use super::journey::{Answer, Message, Script, Step, Visit, redirected};
use std::pin::pin;
use std::time::{Duration, Instant};

/// One request and what came of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange {
    /// When it was to be sent.
    pub(super) due: Instant,
    /// When it was sent, if it was.
    pub(super) sent: Option<Instant>,
    /// When its answer was complete, or it failed.
    pub(super) done: Instant,
    /// Why it failed.
    pub(super) failure: Option<RequestFailure>,
}

impl Exchange {
    /// From its due time to its end.
    pub(super) fn latency(&self) -> Duration {
        self.done.saturating_duration_since(self.due)
    }
}

/// Sends one request after the other.
pub(super) trait Client {
    /// Sends a request and reads its answer to the end, keeping the body where it is wanted; `sent` is set
    /// when the request goes out.
    fn exchange(
        &mut self,
        message: Message,
        wants_body: bool,
        sent: &mut Option<Instant>,
    ) -> impl Future<Output = Result<Answer, RequestFailure>>;

    /// Gives up what is under way.
    fn hang_up(&mut self);
}

/// Makes a step that was due at some moment: sends its request, follows redirects as far as the script
/// says, judges the answer and keeps what it gives.
///
/// The timeout is that of all of it together, from the due time on.
pub(super) async fn request(
    script: &Script,
    client: &mut impl Client,
    (visit, step): (&mut Visit, &Step),
    due: Instant,
    timeout: Duration,
) -> Exchange {
    let deadline = due + timeout;
    let mut sent = None;
    // One that waited for a lane until its time was up is not sent any more.
    let answer = if Instant::now() < deadline {
        // Pinned first, since the timeout would move all of it.
        let answer = pin!(follow(script, client, (visit, step), &mut sent));
        tokio::time::timeout_at(deadline.into(), answer).await.ok()
    } else {
        None
    };
    let (done, failure) = match answer {
        Some(Ok(answer)) => {
            let done = Instant::now();
            let took = done.saturating_duration_since(due);
            (done, step.judge(&answer, took, &mut visit.variables).err())
        }
        Some(Err(failure)) => (Instant::now(), Some(failure)),
        None => {
            client.hang_up();
            (deadline, Some(RequestFailure::Timeout))
        }
    };
    Exchange { due, sent, done, failure }
}

async fn follow(
    script: &Script,
    client: &mut impl Client,
    (visit, step): (&mut Visit, &Step),
    sent: &mut Option<Instant>,
) -> Result<Answer, RequestFailure> {
    let mut message = visit.message(step)?;
    if script.redirects == 0 {
        // Cloning what is needed only to follow would cost every request.
        let path = visit.keeps_cookies(script).then(|| message.uri().path().to_owned());
        let answer = client.exchange(message, step.reads_body(), sent).await?;
        if let Some(path) = path {
            visit.keep_cookies(script, &path, &answer.headers);
        }
        return Ok(answer);
    }
    let mut first = None;
    for _ in 0..=script.redirects {
        let request = message.clone();
        let answer = client.exchange(request, step.reads_body(), sent).await;
        first = first.or(*sent);
        *sent = first;
        let answer = answer?;
        visit.keep_cookies(script, message.uri().path(), &answer.headers);
        match redirected(&script.origin, &message, &answer)? {
            None => return Ok(answer),
            Some(next) => message = next,
        }
        visit.add_cookies(&mut message);
    }
    Err(RequestFailure::Redirects)
}
