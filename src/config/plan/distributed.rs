//! Users on workers of Locust.

use super::Users;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// A closed-model load from several processes, here and elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistributedPlan {
    /// The users, on all workers together.
    #[serde(flatten)]
    pub users: Users,
    /// Workers that are started here.
    pub workers: u32,
    /// Workers that join from elsewhere; with `workers` above 0 together.
    pub expect_workers: u32,
    /// Where they join; a port of 0 is any free one.
    pub listen: SocketAddr,
    /// How long they are waited for.
    pub join_within: Duration,
}

impl DistributedPlan {
    /// All workers, wherever they are.
    pub fn team(&self) -> u32 {
        self.workers + self.expect_workers
    }
}
