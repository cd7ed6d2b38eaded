//! The performance gate for CI.

pub mod config;
pub mod measure;
pub mod model;
