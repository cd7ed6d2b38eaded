//! The configuration, `gates.yaml`: read, checked, and resolved into a plan.
//!
//! Text goes through `yaml` (the only module that touches the YAML crate) into `file` (as typed) and
//! `resolve` (checked, defaults filled in) and comes out as a [`Plan`], or as a [`ConfigError`] with
//! place and advice.

mod accepted;
mod error;
mod file;
mod init;
mod json_path;
mod load;
mod plan;
mod quantity;
mod resolve;
mod schema;
mod template;
mod url;
mod yaml;

pub use accepted::{accepted_path, accepted_text};
pub use error::ConfigError;
pub use init::{Bench, Program, Repository, init, look};
pub use json_path::{PathKey, path_keys};
pub use load::{Source, fingerprint, load, parse};
pub use plan::{
    AcceptedStep, Arrivals, BaselinePlan, BenchmarkKind, BenchmarkPlan, BodyPlan, CapacityPlan,
    Command, CommandPlan, CriterionPlan, DistributedPlan, ExpectPlan, ExtractPlan, ExtractSource,
    FeedPlan, GatePlan, JourneyPlan, K6Plan, LoadPlan, LocustPlan, Objective, PairedPlan, Plan,
    Protocol, Quantity, RateStage, ReportFormat, ReportPlan, ResourcesPlan, Rule, SeriesPattern,
    ServicePlan, Spacing, StepPlan, StoreLocation, ThinkPlan, Traffic, Users, WaiverPlan,
};
pub use quantity::{QuantityError, duration, quantity, rate, share};
pub use resolve::{defaults, store::store_location};
pub use schema::{accepted_schema, schema};
pub use template::{Part, Template};
pub use url::{host_of, is_loopback};
pub use yaml::MAX_BYTES;
