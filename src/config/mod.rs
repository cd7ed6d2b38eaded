//! The configuration, `gates.yaml`: read, checked, and resolved into a plan.

mod plan;

pub use plan::{
    Arrivals, BaselinePlan, BenchmarkKind, BenchmarkPlan, Command, CommandPlan, CriterionPlan,
    GatePlan, LoadPlan, Plan, Quantity, ReportFormat, ReportPlan, Rule, SeriesPattern, ServicePlan,
    Spacing, StepPlan, StoreLocation, WaiverPlan,
};
