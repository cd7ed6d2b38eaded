//! The one way to stop measuring early: asked for by a signal, seen by every stage.

use std::sync::Arc;
use tokio::sync::watch;

/// A request to stop, shared by everything that measures; cloning gives another view of it.
#[derive(Debug, Clone)]
pub struct Stop {
    asked: Arc<watch::Sender<bool>>,
}

impl Stop {
    /// A stop that nobody has asked for yet.
    pub fn new() -> Self {
        Stop { asked: Arc::new(watch::Sender::new(false)) }
    }

    /// Asks everything to stop; asking twice is asking once.
    pub fn ask(&self) {
        self.asked.send_replace(true);
    }

    /// Whether a stop was asked for.
    pub fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits until a stop is asked for; returns at once when it was.
    pub async fn asked(&self) {
        // The sender is held by `self`, so waiting cannot fail before it succeeds.
        let _ = self.asked.subscribe().wait_for(|asked| *asked).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Stop::new()
    }
}
