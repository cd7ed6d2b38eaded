//! The performance gate for CI.

pub mod analyze;
pub mod config;
pub mod exit;
pub mod gate;
pub mod measure;
pub mod model;
pub mod report;
pub mod stats;
pub mod store;
