//! Who serves an arrival: an idle lane, a new one, or, beyond the cap, the next that gets free.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;
use tokio::sync::Notify;

/// The most arrivals that wait for a lane; more would be a matter of this machine's memory.
const MAX_WAITING: usize = 1 << 20;

/// One start of a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrival {
    /// Its place in the schedule of all workers and machines.
    pub(super) number: u64,
    /// When it is to start.
    pub(super) due: Instant,
    /// When the pacer got round to it.
    pub(super) issued: Instant,
    /// Whether it is due after the warm-up.
    pub(super) measured: bool,
}

/// Where an idle lane waits for its next arrival.
#[derive(Debug, Default)]
pub(super) struct Seat {
    arrival: Cell<Option<Arrival>>,
    called: Notify,
}

/// What becomes of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// An idle lane has it, or it waits for one in the order of due times.
    Taken,
    /// A new lane is to be opened for it.
    NewLane,
    /// Too many wait already.
    Dropped,
}

/// The lanes of one worker and the arrivals that wait for them.
#[derive(Debug)]
pub(super) struct Dispatch {
    waiting: VecDeque<Arrival>,
    /// Last in, first out: few connections do the work while few suffice, so these are warm.
    idle: Vec<Rc<Seat>>,
    lanes: usize,
    cap: usize,
}

impl Dispatch {
    /// No lanes yet, at most `cap` later.
    pub(super) fn new(cap: usize) -> Self {
        Dispatch { waiting: VecDeque::new(), idle: Vec::new(), lanes: 0, cap }
    }

    /// Finds a lane for an arrival.
    pub(super) fn offer(&mut self, arrival: Arrival) -> Offer {
        if let Some(seat) = self.idle.pop() {
            seat.arrival.set(Some(arrival));
            seat.called.notify_one();
            Offer::Taken
        } else if self.lanes < self.cap {
            self.lanes += 1;
            Offer::NewLane
        } else if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(arrival);
            Offer::Taken
        } else {
            Offer::Dropped
        }
    }

    /// Whether every lane is idle, and so nothing in flight.
    pub(super) fn is_quiet(&self) -> bool {
        self.idle.len() == self.lanes
    }

    /// The arrival that has waited longest; without one, the seat is idle from now on.
    fn take(&mut self, seat: &Rc<Seat>) -> Option<Arrival> {
        let waiting = self.waiting.pop_front();
        if waiting.is_none() {
            self.idle.push(Rc::clone(seat));
        }
        waiting
    }
}

/// A lane's next arrival, and whether it had to wait for this lane; `quiet` is told when no lane has any.
pub(super) async fn next(
    dispatch: &RefCell<Dispatch>,
    seat: &Rc<Seat>,
    quiet: &Notify,
) -> (Arrival, bool) {
    let waiting = dispatch.borrow_mut().take(seat);
    if let Some(arrival) = waiting {
        return (arrival, true);
    }
    if dispatch.borrow().is_quiet() {
        quiet.notify_one();
    }
    loop {
        seat.called.notified().await;
        if let Some(arrival) = seat.arrival.take() {
            return (arrival, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn arrivals(count: u32) -> Vec<Arrival> {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(u64::from(millis));
        (0..count)
            .map(|n| Arrival { number: u64::from(n), due: at(n), issued: at(n), measured: true })
            .collect()
    }

    #[test]
    fn lanes_are_opened_up_to_the_cap_and_then_arrivals_queue_in_order() {
        let mut dispatch = Dispatch::new(2);
        let arrivals = arrivals(5);
        let offers: Vec<Offer> = arrivals.iter().map(|arrival| dispatch.offer(*arrival)).collect();
        assert_eq!(offers[..2], [Offer::NewLane; 2]);
        assert_eq!(offers[2..], [Offer::Taken; 3]);
        let seat = Rc::default();
        assert_eq!([0; 4].map(|_| dispatch.take(&seat))[..3], [2, 3, 4].map(|n| Some(arrivals[n])));
        assert!(!dispatch.is_quiet(), "the other lane still works");
        assert_eq!(dispatch.take(&Rc::default()), None);
        assert!(dispatch.is_quiet());
    }

    #[test]
    fn the_lane_that_got_idle_last_is_called_first() {
        let mut dispatch = Dispatch::new(2);
        let arrivals = arrivals(3);
        arrivals[..2].iter().for_each(|arrival| {
            dispatch.offer(*arrival);
        });
        let (cold, warm) = (Rc::default(), Rc::default());
        assert_eq!((dispatch.take(&cold), dispatch.take(&warm)), (None, None));
        assert_eq!(dispatch.offer(arrivals[2]), Offer::Taken);
        assert_eq!((cold.arrival.get(), warm.arrival.get()), (None, Some(arrivals[2])));
    }

    #[test]
    fn the_queue_has_an_end() {
        let mut dispatch = Dispatch::new(1);
        let arrival = arrivals(1)[0];
        dispatch.offer(arrival);
        assert!((0..MAX_WAITING).all(|_| dispatch.offer(arrival) == Offer::Taken));
        assert_eq!(dispatch.offer(arrival), Offer::Dropped);
    }
}
