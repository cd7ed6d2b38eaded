//! Why a load could not be measured.

use std::io;
use std::path::PathBuf;

/// Why a load could not be measured at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The plan holds a value that the configuration would not let through.
    #[error("failed to start load: {0}")]
    Plan(&'static str),
    /// A step is no HTTP request.
    #[error("failed to build the request of step `{step}`: {why}")]
    Step {
        /// The step's name.
        step: String,
        /// What is wrong with it.
        why: String,
    },
    /// A file that the load needs cannot be read.
    #[error("failed to read file `{}`", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A table cannot be used.
    #[error("failed to use data `{}`: {why}", path.display())]
    Data {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The certificate authority's file, or the system's, cannot be used.
    #[error("failed to set up TLS: {0}")]
    Tls(String),
    /// A step before the load failed.
    #[error("failed to set the load up: step `{step}`: {failure}")]
    Setup {
        /// The step's name.
        step: String,
        /// How it failed.
        failure: String,
    },
    /// The host's name was not found.
    #[error("failed to look up host `{host}`: {source}; check the load's `url`")]
    Lookup {
        /// The host.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// Loads may not be sent to that host.
    #[error("refused to send load to `{host}`: {reason}")]
    Forbidden {
        /// The host.
        host: String,
        /// Why, and what to do about it.
        reason: String,
    },
    /// An engine of another make would not run.
    #[error("failed to run the load engine `{engine}`: {why}")]
    Engine {
        /// Which.
        engine: &'static str,
        /// Why not.
        why: String,
    },
    /// The worker thread could not be started, or its timer failed.
    #[error("failed to run load worker: {0}")]
    Worker(#[source] io::Error),
    /// Not one request reached the service.
    #[error(
        "failed to send a single request to `{origin}` ({kinds}); is the service listening there?"
    )]
    NothingSent {
        /// Where to.
        origin: String,
        /// What happened instead, with counts.
        kinds: String,
    },
    /// Every request failed.
    #[error(
        "every one of {requests} requests failed ({kinds}); look at the service's log, or correct what \
         the steps `expect`"
    )]
    AllFailed {
        /// How many were sent.
        requests: u64,
        /// How, with counts.
        kinds: String,
    },
    /// A search for capacity missed its objective from the first.
    #[error(
        "failed to find a capacity: `{objective}` does not hold at {rate}/s already; lower `from`, or look \
         at what is slow"
    )]
    NoCapacity {
        /// The lowest rate.
        rate: f64,
        /// The objective, as written.
        objective: String,
    },
    /// A search for capacity learnt nothing at its lowest rate.
    #[error(
        "failed to find a capacity: the generator itself was late or busy at {rate}/s already; use a quieter \
         machine, more `threads`, or a lower `from`"
    )]
    CapacityUntold {
        /// The lowest rate.
        rate: f64,
    },
    /// The moment at which all machines were to begin has passed.
    #[error(
        "failed to begin at {}, which had passed when all was ready; agree on a later time",
        super::share::written(*begin)
    )]
    TooLate {
        /// When it was.
        begin: time::OffsetDateTime,
    },
    /// The schedule holds no arrival in the measured time.
    #[error(
        "failed to measure load: no journey was due in the measured time; raise `rate` or `for`"
    )]
    NothingDue,
    /// A stop was asked for before anything was measured.
    #[error("interrupted before anything was measured")]
    Interrupted,
}
