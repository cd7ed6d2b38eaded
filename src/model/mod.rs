//! The words of the tool as plain data: what was measured, what was compared, what was decided.
//!
//! Nothing here computes statistics, reads a file or knows a format; every stage of the pipeline
//! takes and gives these types, so that stages need not know each other.

mod baseline;
mod bundle;
mod census;
mod change_point;
mod comparison;
mod course;
mod creep;
mod decision;
mod diagnosis;
mod environment;
mod heading;
mod histogram;
mod id;
mod judgement;
mod metric;
mod pairs;
mod regime;
mod release;
mod run;
mod sample;
mod segment;
mod series;
mod surroundings;
mod unit;
mod validity;
mod verdict;
mod warning;

pub use baseline::{Baseline, BaselineReason, Step};
pub use bundle::{BUNDLE_FORMAT, BUNDLE_VERSION, Bundle, Policy};
pub use census::{Census, NotJudged, NotJudgedReason};
pub use change_point::{ChangePoint, ChangeStatus, Size};
pub use comparison::{Comparison, Effect, Estimate, Flagged, Side, Test};
pub use course::{Course, Interval, LoadLevel, Timeline};
pub use creep::Creep;
pub use decision::Decision;
pub use diagnosis::{
    Budget, DIAGNOSIS_FORMAT, DIAGNOSIS_VERSION, Diagnosis, Examined, FalseAlarms, Find, Grade,
    NoiseLevel, SimpleAlarms, SimpleRule,
};
pub use environment::{Environment, Noise};
pub use heading::Heading;
pub use histogram::{Histogram, HistogramError, HistogramRecorder};
pub use id::{SeriesId, Statistic, is_from};
pub use judgement::{GateKind, Judgement, NoBaselineWhy, Reason, WaiverUse};
pub use metric::{Assumption, Better, Metric};
pub use pairs::{Build, Experiment, LeftOut, Pair, PairedSeries, Progress};
pub use regime::{Border, Regime};
pub use release::Release;
pub use run::{
    Data, Engine, Failure, Measurement, RUN_FORMAT, RUN_VERSION, Revision, Run, SeriesRef, Stage,
    Target,
};
pub use sample::{Sample, SampleError};
pub use segment::{Part, SEGMENT_FORMAT, SEGMENT_VERSION, Segment, SegmentPlan};
pub use series::{Series, SeriesPoints, StoredSeries};
pub use surroundings::{Cause, CpuQuota, Surroundings};
pub use unit::Unit;
pub use validity::{Validity, ValidityFact};
pub use verdict::Verdict;
pub use warning::Warning;
