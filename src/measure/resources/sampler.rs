//! The thread that looks while a load runs.

#[cfg(target_os = "linux")]
use super::linux::Group;
#[cfg(not(target_os = "linux"))]
use super::portable::Group;
use super::prometheus::Poll;
use super::{Gathered, Root, Watched};
use crate::model::Warning;
use std::ops::Range;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::time::MissedTickBehavior;

/// The shortest and the longest time between two looks.
const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_millis(250);

const SERVICE: &str = "service";
const GENERATOR: &str = "generator";

/// A running observation of resources; dropping it ends it.
#[derive(Debug)]
pub struct Sampler {
    stop: oneshot::Sender<()>,
    thread: std::io::Result<JoinHandle<std::io::Result<Readings>>>,
}

/// All that is watched, with what was read so far.
#[derive(Debug)]
struct Readings {
    groups: Vec<Group>,
    poll: Option<Poll>,
    warnings: Vec<Warning>,
}

impl Sampler {
    /// Starts to look, every `interval` (within 10 ms to 250 ms) and at once.
    ///
    /// What it may cost is bounded: a look that takes long is made less often.
    pub fn start(watched: Watched, interval: Duration) -> Sampler {
        let (stop, stopped) = oneshot::channel();
        let interval = interval.clamp(SHORTEST, LONGEST);
        let thread = std::thread::Builder::new().name("resources".to_owned());
        let thread = thread.spawn(move || watch(watched, interval, stopped));
        Sampler { stop, thread }
    }

    /// Ends it, and gives what was read from the window's start to its end; `window` is the measured
    /// time, without the warm-up.
    ///
    /// Each series is one sample of one process, in order of time: a value stands for at most a second
    /// where anything was read in that second. What could not be read is a warning, never an error.
    pub fn finish(self, window: Range<Instant>) -> Gathered {
        // A thread that ended already cannot be told, and needs not.
        let _ = self.stop.send(());
        let lost = || std::io::Error::other("its thread ended without a result");
        let readings = self.thread.and_then(|thread| thread.join().unwrap_or_else(|_| Err(lost())));
        match readings {
            Ok(readings) => readings.finish(&window),
            Err(error) => {
                let reason = format!("failed to watch: {error}");
                let warning = Warning::ResourcesUnread { what: "resources".to_owned(), reason };
                Gathered { measurements: Vec::new(), warnings: vec![warning] }
            }
        }
    }
}

/// Looks until told to stop, or nobody is there to be told anything.
fn watch(
    watched: Watched,
    interval: Duration,
    stopped: oneshot::Receiver<()>,
) -> std::io::Result<Readings> {
    let mut readings = Readings::new(watched);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Readings { groups, poll, .. } = &mut readings;
    runtime.block_on(async {
        tokio::select! {
            _ = stopped => {}
            () = look(groups, interval) => {}
            () = ask(poll.as_mut()) => {}
        }
    });
    // A host that is still looked up must not be waited for.
    runtime.shutdown_background();
    Ok(readings)
}

async fn look(groups: &mut [Group], interval: Duration) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        groups.iter_mut().for_each(Group::look);
    }
}

async fn ask(poll: Option<&mut Poll>) {
    match poll {
        Some(poll) => poll.run().await,
        None => std::future::pending().await,
    }
}

impl Readings {
    fn new(watched: Watched) -> Self {
        let mut warnings = Vec::new();
        let service = match (&watched.cgroup, watched.service) {
            (Some(folder), _) => {
                let group = Group::of_cgroup(SERVICE, folder);
                warnings.extend(group.is_none().then(|| no_cgroup(folder)));
                group
            }
            (None, Some(root)) => Some(Group::of_trees(SERVICE, &[root])),
            (None, None) => None,
        };
        let own = Root::Alone(std::process::id());
        let generator: Vec<Root> = std::iter::once(own).chain(watched.generator).collect();
        let generator = Group::of_trees(GENERATOR, &generator);
        Readings {
            groups: service.into_iter().chain([generator]).collect(),
            poll: watched.prometheus.map(Poll::new),
            warnings,
        }
    }

    fn finish(self, window: &Range<Instant>) -> Gathered {
        let mut gathered = Gathered { measurements: Vec::new(), warnings: self.warnings };
        for group in self.groups {
            let (measurements, warning) = group.finish(window);
            gathered.measurements.extend(measurements);
            gathered.warnings.extend(warning);
        }
        if let Some(poll) = self.poll {
            let told = poll.finish(window);
            gathered.measurements.extend(told.measurements);
            gathered.warnings.extend(told.warnings);
        }
        gathered
    }
}

fn no_cgroup(folder: &Path) -> Warning {
    let reason = format!("`{}` is no control group of version 2", folder.display());
    Warning::ResourcesUnread { what: SERVICE.to_owned(), reason }
}
