//! A worker: one thread that owns its share of the schedule, its connections and its recorder.

use super::alarm::Alarm;
use super::dispatch::{Arrival, Dispatch, Offer};
use super::lane::{self, Shared};
use super::live::Live;
use super::origin::Origin;
use super::pacer;
use super::recorder::Recorder;
use super::schedule::dealt;
use crate::config::{Arrivals, Protocol, defaults};
use crate::measure::Stop;
use crate::measure::load::journey::{Script, Shared as Values};
use crate::model::Part;
use nix::time::{ClockId, clock_gettime};
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::{Notify, oneshot};

/// Tasks that run between two looks at sockets and timer. The runtime's own 61 would delay the pacer
/// by as many requests; much fewer cost a system call each.
const TASKS_A_LOOK: u32 = 16;

/// All that a worker needs to know.
pub(super) struct Assignment {
    /// When journeys start.
    pub(super) arrivals: Arrivals,
    /// Which of them are this machine's.
    pub(super) part: Part,
    /// Which of how many workers it is: it takes every so manieth of these, and its part of the connections.
    pub(super) share: (usize, usize),
    /// The longest a request may take, from its due time.
    pub(super) timeout: Duration,
    /// The journeys.
    pub(super) script: Arc<Script>,
    /// What the setup extracted.
    pub(super) values: Values,
    /// Where they are made.
    pub(super) origin: Origin,
    /// When the schedule begins; one moment for all workers.
    pub(super) start: Instant,
    /// Asked to end early.
    pub(super) stop: Stop,
    /// Told what goes on.
    pub(super) live: Arc<Live>,
}

/// What a worker leaves.
pub(super) struct Report {
    /// What it saw.
    pub(super) recorder: Recorder,
    /// From the end of the warm-up to the end of the load or the stop; zero when stopped before.
    pub(super) measured: Duration,
    /// From the end of the warm-up to the last journey's start.
    pub(super) issuing: Duration,
    /// How many workers it is of.
    pub(super) workers: usize,
    /// CPU time by wall time of their cores, in [0, 1], while it measured; `None` where that cannot be told.
    pub(super) cpu: Option<f64>,
    /// Whether it was stopped before all was answered.
    pub(super) cut_short: bool,
}

impl Report {
    /// Adds what another worker saw of the same load. Each was granted a core, so that the share used is
    /// the mean.
    pub(super) fn add(&mut self, other: Report) {
        let workers = self.workers + other.workers;
        let part = |report: &Report| report.cpu.map(|cpu| cpu * report.workers as f64);
        self.cpu = part(self).zip(part(&other)).map(|(own, other)| (own + other) / workers as f64);
        self.workers = workers;
        self.recorder.add(other.recorder);
        self.measured = self.measured.min(other.measured);
        self.issuing = self.issuing.max(other.issuing);
        self.cut_short |= other.cut_short;
    }
}

/// Starts a worker. It ends early when nobody waits for its report any more.
///
/// # Errors
///
/// When there is no thread to be had; in the report, when there is no runtime or timer.
pub(super) fn spawn(assignment: Assignment) -> io::Result<oneshot::Receiver<io::Result<Report>>> {
    let (reply, report) = oneshot::channel();
    std::thread::Builder::new().name("load".to_owned()).spawn(move || run(assignment, reply))?;
    Ok(report)
}

fn run(assignment: Assignment, mut reply: oneshot::Sender<io::Result<Report>>) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .event_interval(TASKS_A_LOOK)
        .build_local(LocalOptions::default());
    let report = match runtime {
        Ok(runtime) => runtime.block_on(work(assignment, &mut reply)),
        Err(error) => Err(error),
    };
    let _ = reply.send(report);
}

async fn work(
    assignment: Assignment,
    reply: &mut oneshot::Sender<io::Result<Report>>,
) -> io::Result<Report> {
    let Assignment { arrivals, part, share, timeout, script, values, origin, start, stop, live } =
        assignment;
    let window = start + arrivals.warmup..start + arrivals.warmup + arrivals.duration();
    let recorder = Recorder::new(script.steps.len(), window.clone(), Arc::clone(&live));
    let (connections, lanes) = places(&arrivals, share);
    let shared = Rc::new(Shared {
        script,
        values,
        origin,
        timeout,
        dispatch: RefCell::new(Dispatch::new(lanes)),
        connections: std::iter::repeat_with(Rc::default).take(connections).collect(),
        lanes: Cell::new(0),
        quiet: Notify::new(),
        recorder: RefCell::new(recorder),
    });
    let (before, used) = (Cell::new(None), Cell::new(None));
    let whole = async {
        let alarm = Alarm::new()?;
        let issue = |arrival: Arrival| {
            if arrival.measured && before.get().is_none() {
                before.set(cpu_time());
            }
            start_journey(&shared, arrival);
        };
        pacer::pace(dealt(&arrivals, part, share), start, &alarm, issue).await?;
        alarm.until(window.end).await?;
        used.set(cpu_share(before.get(), arrivals.duration()));
        while !shared.dispatch.borrow().is_quiet() {
            shared.quiet.notified().await;
        }
        io::Result::Ok(())
    };
    let cut_short = tokio::select! {
        biased;
        () = stop.asked() => true,
        () = reply.closed() => true,
        ended = whole => ended.map(|()| false)?,
    };
    let ended = Instant::now().min(window.end);
    let measured = ended.saturating_duration_since(window.start);
    let empty = Recorder::new(0, window.clone(), live);
    let recorder = shared.recorder.replace(empty);
    let issuing = recorder
        .last_issued
        .map_or(Duration::ZERO, |last| last.saturating_duration_since(window.start));
    let cpu = used.get().or_else(|| cpu_share(before.get(), measured));
    Ok(Report { recorder, measured, issuing, workers: 1, cpu, cut_short })
}

/// How many connections are this worker's, and how many lanes use them. There is one of each at least.
fn places(arrivals: &Arrivals, (own, of): (usize, usize)) -> (usize, usize) {
    let rest = usize::from(own < arrivals.connections % of);
    let connections = (arrivals.connections / of + rest).max(1);
    match arrivals.protocol {
        Protocol::Http1 => (1, connections),
        Protocol::Http2 => (connections, connections * defaults::STREAMS),
    }
}

/// Finds a lane for an arrival.
fn start_journey(shared: &Rc<Shared>, arrival: Arrival) {
    let mut recorder = shared.recorder.borrow_mut();
    recorder.issued(&arrival);
    match shared.dispatch.borrow_mut().offer(arrival) {
        Offer::Taken => {}
        Offer::NewLane => {
            tokio::task::spawn_local(lane::serve(Rc::clone(shared), arrival));
        }
        Offer::Dropped => recorder.dropped(&arrival),
    }
}

/// CPU time of this thread so far.
fn cpu_time() -> Option<Duration> {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).ok()
}

/// The share of `wall` that this thread has used since `before`: it was granted one core.
fn cpu_share(before: Option<Duration>, wall: Duration) -> Option<f64> {
    let used = cpu_time()?.saturating_sub(before?).as_secs_f64();
    (!wall.is_zero()).then(|| (used / wall.as_secs_f64()).min(1.0))
}
