//! Waivers: an excuse with a reason, a ceiling and an end.

use crate::config::WaiverPlan;
use crate::model::{Judgement, Verdict, WaiverUse, Warning};

/// The first waiver that excuses a verdict on a series, by its index.
///
/// A vanished series needs no ceiling. A fail is excused up to the ceiling: `worse` is the change for
/// the worse, or for a limit how far it was exceeded, as a fraction; unknown is never excused.
pub(super) fn excuse(
    waivers: &[WaiverPlan],
    series: &str,
    verdict: Verdict,
    worse: Option<f64>,
) -> Option<(usize, WaiverUse)> {
    let excuses = |waiver: &WaiverPlan| match verdict {
        Verdict::Missing => true,
        Verdict::Fail => waiver.ceiling.zip(worse).is_some_and(|(ceiling, worse)| worse <= ceiling),
        _ => false,
    };
    let index = waivers.iter().position(|w| w.series.matches(series) && excuses(w))?;
    let waiver = &waivers[index];
    let used = WaiverUse {
        reason: waiver.reason.clone(),
        instead_of: verdict,
        until: waiver.until.to_string(),
    };
    Some((index, used))
}

/// What is told of waivers that excused nothing: one that would have, but for its ceiling, is not there
/// in vain.
pub(super) fn unused(
    waivers: &[WaiverPlan],
    used: &[bool],
    judgements: &[Judgement],
) -> Vec<Warning> {
    let told = |waiver: &WaiverPlan| {
        let series = waiver.series.text.clone();
        let fails = |judgement: &&Judgement| {
            judgement.verdict == Verdict::Fail
                && waiver.series.matches(&judgement.series.to_string())
        };
        match (waiver.ceiling, judgements.iter().find(fails)) {
            (Some(ceiling), Some(_)) => Warning::WaiverExceeded { series, ceiling },
            (_, _) => Warning::UnusedWaiver { series },
        }
    };
    waivers.iter().zip(used).filter(|(_, used)| !**used).map(|(waiver, _)| told(waiver)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SeriesPattern;

    #[test]
    fn a_ceiling_holds_and_a_missing_series_needs_none() {
        let until = time::Date::from_calendar_date(2030, time::Month::January, 31).unwrap();
        let waiver = |ceiling| WaiverPlan {
            series: SeriesPattern::new("parse/*").unwrap(),
            reason: "see #12".into(),
            ceiling,
            until,
        };
        let check = |ceiling, series, verdict, worse, expected: bool| {
            let found = excuse(&[waiver(ceiling)], series, verdict, worse);
            assert_eq!(found.is_some(), expected, "{ceiling:?} {series} {verdict} {worse:?}");
        };
        check(Some(0.12), "parse/time", Verdict::Fail, Some(0.10), true);
        check(Some(0.12), "parse/time", Verdict::Fail, Some(0.13), false);
        check(Some(0.12), "parse/time", Verdict::Fail, None, false);
        check(Some(0.12), "other/time", Verdict::Fail, Some(0.10), false);
        check(None, "parse/time", Verdict::Fail, Some(0.01), false);
        check(None, "parse/time", Verdict::Missing, None, true);
        check(Some(0.12), "parse/time", Verdict::Inconclusive, None, false);
        let (_, used) = excuse(&[waiver(None)], "parse/x", Verdict::Missing, None).unwrap();
        assert_eq!(used.until, "2030-01-31");
    }
}
