//! A lane: one connection's worth of journeys, one after the other.

use super::connection::Client;
use super::dispatch::{self, Arrival, Dispatch, Seat};
use super::origin::Origin;
use super::recorder::{Exchange, Recorder};
use crate::measure::load::failure::RequestFailure;
use crate::measure::load::request::Step;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// What the lanes of one worker share.
pub(super) struct Shared {
    /// The journey.
    pub(super) steps: Vec<Step>,
    /// Where it is made.
    pub(super) origin: Origin,
    /// The longest a request may take, from its due time.
    pub(super) timeout: Duration,
    /// Who serves which arrival.
    pub(super) dispatch: RefCell<Dispatch>,
    /// Told when every lane has become idle.
    pub(super) quiet: Notify,
    /// What came of it all.
    pub(super) recorder: RefCell<Recorder>,
}

/// Makes the journey of `first`, then those of all arrivals that the dispatch gives.
pub(super) async fn serve(shared: Rc<Shared>, first: Arrival) {
    let seat = Rc::new(Seat::default());
    let mut client = Client::default();
    let mut arrival = first;
    loop {
        journey(&shared, &mut client, arrival).await;
        // A refused connection fails without waiting; a queue of such must not keep the pacer out.
        tokio::task::consume_budget().await;
        let (next, waited) = dispatch::next(&shared.dispatch, &seat, &shared.quiet).await;
        if waited && next.measured {
            shared.recorder.borrow_mut().waited(next.issued.elapsed());
        }
        arrival = next;
    }
}

/// Makes the steps in order, until one fails.
async fn journey(shared: &Shared, client: &mut Client, arrival: Arrival) {
    let mut due = arrival.due;
    for (index, step) in shared.steps.iter().enumerate() {
        let exchange = request(shared, client, step, due).await;
        shared.recorder.borrow_mut().answered(index, &exchange, arrival.measured);
        if exchange.failure.is_some() {
            return;
        }
        due = exchange.done;
    }
}

async fn request(shared: &Shared, client: &mut Client, step: &Step, due: Instant) -> Exchange {
    let deadline = due + shared.timeout;
    let mut sent = None;
    // One that waited for a lane until its time was up is not sent any more.
    let answer = if Instant::now() < deadline {
        let answer = client.exchange(&shared.origin, &step.request, &mut sent);
        tokio::time::timeout_at(deadline.into(), answer).await.ok()
    } else {
        None
    };
    match answer {
        Some(Ok(status)) => {
            let failure = (!step.expects(status)).then_some(RequestFailure::Status(status));
            Exchange { due, sent, done: Instant::now(), failure }
        }
        Some(Err(failure)) => Exchange { due, sent, done: Instant::now(), failure: Some(failure) },
        None => {
            client.hang_up();
            Exchange { due, sent, done: deadline, failure: Some(RequestFailure::Timeout) }
        }
    }
}
