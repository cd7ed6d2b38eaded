//! The words for what makes a load's numbers say nothing of the service.

use crate::model::{Unit, ValidityFact};
use crate::report::number::{counted, duration, percent, quantity};
use crate::report::phrase::{self, Phrase};

/// All that broke a load's validity.
pub fn facts(broken: &[ValidityFact]) -> Phrase {
    // More than one of each kind says nothing new, and a bundle from elsewhere may hold any number.
    phrase::join(broken.iter().take(5).map(|broken| Phrase::plain(fact(broken))), ", and ")
}

fn fact(fact: &ValidityFact) -> String {
    let rate = |value: f64| quantity(&Unit::Count, value.round());
    match fact {
        ValidityFact::RateNotReached { asked, achieved } => {
            format!("{} of {} arrivals a second were reached", rate(*achieved), rate(*asked))
        }
        ValidityFact::Dropped { count } => {
            format!(
                "{} never sent",
                counted(usize::try_from(*count).unwrap_or(usize::MAX), "request")
            )
        }
        ValidityFact::GeneratorLate { lateness_p99, allowed } => format!(
            "the generator was {} late at p99, where {} is allowed",
            quantity(&Unit::Seconds, *lateness_p99),
            quantity(&Unit::Seconds, *allowed)
        ),
        ValidityFact::GeneratorBusy { share } => {
            format!("the generator used {} of its CPU", percent(*share))
        }
        ValidityFact::WorkersLost { lost, of, after } => format!(
            "{lost} of {} lost, the first after {}",
            counted(usize::try_from(*of).unwrap_or(usize::MAX), "worker"),
            duration(*after)
        ),
        ValidityFact::PairsLeftOut { base, head, of } => format!(
            "of {of} pairs too many were not valid to trust the others ({base} in the base, {head} in \
             the head)"
        ),
        ValidityFact::SegmentMissing { segment } => format!("segment {segment} is missing"),
        ValidityFact::SegmentsApart { seconds, allowed } => format!(
            "the segments began {} apart, where {} is allowed",
            duration(*seconds),
            duration(*allowed)
        ),
        ValidityFact::SegmentBroken { segment, why } => {
            format!("in segment {segment} {}", self::fact(why))
        }
        ValidityFact::CutShort { measured, planned } => {
            format!("it ran {} of {}", duration(*measured), duration(*planned))
        }
    }
}

/// A fact, whichever segment it is of.
fn own(fact: &ValidityFact) -> &ValidityFact {
    match fact {
        ValidityFact::SegmentBroken { why, .. } => own(why),
        fact => fact,
    }
}

/// What to do about a load that was not valid: a starved generator explains the other facts.
pub fn facts_advice(facts: &[ValidityFact]) -> &'static str {
    let has = |is: fn(&ValidityFact) -> bool| facts.iter().map(own).any(is);
    if has(|f| matches!(f, ValidityFact::SegmentMissing { .. })) {
        "merge every segment; one that is lost cannot be sent later, so send all of them again"
    } else if has(|f| matches!(f, ValidityFact::SegmentsApart { .. })) {
        "set the clocks of the machines by NTP, and send all segments again"
    } else if has(|f| matches!(f, ValidityFact::CutShort { .. })) {
        "run it again, to the end"
    } else if has(|f| matches!(f, ValidityFact::WorkersLost { .. })) {
        "look at the worker's log and memory, and run it again"
    } else if has(|f| {
        matches!(f, ValidityFact::GeneratorBusy { .. } | ValidityFact::GeneratorLate { .. })
    }) {
        "give the generator more CPU or a machine of its own, or lower the rate"
    } else {
        "lower the rate, or allow more connections"
    }
}
