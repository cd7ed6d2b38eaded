//! The performance gate for CI.
