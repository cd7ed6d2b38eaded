//! One request of a visitor, with what it leads to.

use super::connection::Client;
use super::origin::Origin;
use super::recorder::Exchange;
use crate::measure::load::failure::RequestFailure;
use crate::measure::load::journey::{Answer, Script, Step, Visit, redirected};
use std::time::{Duration, Instant};

/// Makes a step that was due at some moment: sends its request, follows redirects as far as the script
/// says, judges the answer and keeps what it gives.
///
/// The timeout is that of all of it together, from the due time on.
pub(super) async fn request(
    (script, origin): (&Script, &Origin),
    client: &mut Client,
    (visit, step): (&mut Visit, &Step),
    due: Instant,
    timeout: Duration,
) -> Exchange {
    let deadline = due + timeout;
    let mut sent = None;
    // One that waited for a lane until its time was up is not sent any more.
    let answer = if Instant::now() < deadline {
        let answer = follow((script, origin), client, (visit, step), &mut sent);
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
    (script, origin): (&Script, &Origin),
    client: &mut Client,
    (visit, step): (&mut Visit, &Step),
    sent: &mut Option<Instant>,
) -> Result<Answer, RequestFailure> {
    let mut message = visit.message(step)?;
    if script.redirects == 0 {
        // Cloning what is needed only to follow would cost every request.
        let path = visit.keeps_cookies(script).then(|| message.uri().path().to_owned());
        let answer = client.exchange(origin, message, step.reads_body(), sent).await?;
        if let Some(path) = path {
            visit.keep_cookies(script, &path, &answer.headers);
        }
        return Ok(answer);
    }
    let mut first = None;
    for _ in 0..=script.redirects {
        let request = message.clone();
        let answer = client.exchange(origin, request, step.reads_body(), sent).await;
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
