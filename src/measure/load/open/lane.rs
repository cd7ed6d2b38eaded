//! A lane: one journey after the other, on one connection or stream.

use super::connection::{Connection, Shared2};
use super::dispatch::{self, Arrival, Dispatch, Seat};
use super::origin::Origin;
use super::recorder::Recorder;
use crate::measure::load::exchange::request;
use crate::measure::load::journey::{Script, Shared as Values};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// What the lanes of one worker share.
pub(super) struct Shared {
    /// The journeys.
    pub(super) script: Arc<Script>,
    /// What the setup extracted.
    pub(super) values: Values,
    /// Where they are made.
    pub(super) origin: Origin,
    /// The longest a request may take, from its due time.
    pub(super) timeout: Duration,
    /// Who serves which arrival.
    pub(super) dispatch: RefCell<Dispatch>,
    /// Connections of HTTP/2, which lanes share in turn.
    pub(super) connections: Vec<Rc<Shared2>>,
    /// Lanes opened so far.
    pub(super) lanes: Cell<usize>,
    /// Told when every lane has become idle.
    pub(super) quiet: Notify,
    /// What came of it all.
    pub(super) recorder: RefCell<Recorder>,
}

/// Makes the journey of `first`, then those of all arrivals that the dispatch gives.
pub(super) async fn serve(shared: Rc<Shared>, first: Arrival) {
    let seat = Rc::new(Seat::default());
    let lane = shared.lanes.replace(shared.lanes.get() + 1);
    let connection = &shared.connections[lane % shared.connections.len()];
    let mut client = Connection::new(&shared.origin, connection);
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
async fn journey(shared: &Shared, client: &mut Connection<'_>, arrival: Arrival) {
    let script = &*shared.script;
    let mut visit = script.visit(arrival.number, &shared.values);
    shared.recorder.borrow_mut().begun();
    let mut due = arrival.due;
    for index in visit.steps.clone() {
        let step = &script.steps[index];
        shared.recorder.borrow_mut().sent();
        let exchange = request(script, client, (&mut visit, step), due, shared.timeout).await;
        shared.recorder.borrow_mut().answered(index, &exchange, arrival.measured);
        if exchange.failure.is_some() {
            return;
        }
        due = match step.think {
            None => exchange.done,
            Some(think) => {
                tokio::time::sleep_until((exchange.done + visit.thinks(think)).into()).await;
                // The timer is good for a millisecond only, which the service must not be charged with.
                Instant::now()
            }
        };
    }
}
