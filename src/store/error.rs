//! What can go wrong with a store.

/// Why a store could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {}
