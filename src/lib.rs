//! The performance gate for CI: does this change make the system slower, and how sure is that?
//!
//! A run goes through the stages in this order, each a module that does not know the later ones:
//!
//! 1. [`config`] reads `gates.yaml` and resolves it into a [`config::Plan`] without gaps.
//! 2. [`measure`] runs what the plan names, and gives raw values: [`model::Target`]s in a [`model::Run`].
//! 3. [`store`] keeps runs, and selects those that serve as the [`model::Baseline`].
//! 4. [`analyze`] turns raw values into intervals: [`model::Comparison`]s with stated error rates,
//!    by the methods of [`stats`].
//! 5. [`gate`] judges every gate by the side of its limit on which an interval lies.
//! 6. [`report`] draws the resulting [`model::Bundle`] for people and for other programs.
//!
//! [`pipeline`] is the only module that sees all of them; the `pacegate` command is a thin shell
//! around it. Everything that passes between stages is plain data in [`model`].

pub mod analyze;
pub mod config;
mod error;
pub mod exit;
pub mod gate;
mod git;
pub mod hook;
pub mod measure;
pub mod model;
pub mod pipeline;
pub mod publish;
pub mod report;
pub mod stats;
pub mod store;

pub use error::Error;
