//! Series of commits: marks where nothing changed, and changes that are found.

use super::Plan;
use super::cell::{mean, share};
use super::grid::Grid;
use super::marks::Marks;
use crate::rule::Marker;
use crate::trials::{Change, PROFILES, Profile, Series};
use crate::{ours, parallel, peers};

/// Series whose level does not change.
const CONSTANT: [(&str, Change); 3] = [
    ("constant", Change::None),
    ("one spike of 30 %", Change::Spike),
    ("spread × 3", Change::Variance),
];

const CHANGING: [(&str, Change); 7] = [
    ("step 2 %", Change::Step(0.02)),
    ("step 5 %", Change::Step(0.05)),
    ("step 10 %", Change::Step(0.1)),
    ("step 20 %", Change::Step(0.2)),
    ("two steps 10 %", Change::TwoSteps(0.1)),
    ("ramp 10 %", Change::Ramp(0.1)),
    ("dip 10 %", Change::Dip(0.1)),
];

/// For every profile, the series marked where nothing changed, then the changes found.
pub(crate) fn points(plan: Plan) -> impl Iterator<Item = Grid> {
    PROFILES.iter().flat_map(move |profile| {
        [
            grid(plan, profile, "series marked, %", &CONSTANT, |marks| {
                share(marks.iter().filter(|marks| marks.false_points > 0).count(), marks.len())
            }),
            grid(plan, profile, "changes found, % / false points a series", &CHANGING, |marks| {
                let sum = |count: fn(&Marks) -> usize| marks.iter().map(count).sum::<usize>();
                let found = share(sum(|marks| marks.found), sum(|marks| marks.changes));
                format!("{found} / {}", mean(sum(|marks| marks.false_points), marks.len()))
            }),
        ]
    })
}

fn markers() -> impl Iterator<Item = &'static Marker> {
    peers::MARKERS.iter().chain(&ours::MARKERS)
}

fn grid(
    plan: Plan,
    profile: &Profile,
    what: &str,
    kinds: &[(&str, Change)],
    cell: impl Fn(&[Marks]) -> String,
) -> Grid {
    let columns: Vec<Vec<Vec<Marks>>> =
        kinds.iter().map(|(kind, change)| marked(plan, profile, kind, *change)).collect();
    let rows = markers().enumerate().map(|(i, marker)| {
        let cells = columns.iter().map(|series| {
            let marks: Vec<Marks> =
                series.iter().filter_map(|marks| marks.get(i).copied()).collect();
            cell(&marks)
        });
        [marker.name.to_owned()].into_iter().chain(cells).collect()
    });
    let names = kinds.iter().map(|(kind, _)| (*kind).to_owned());
    Grid {
        title: format!("series, {}: {what}", profile.name),
        head: ["marker".to_owned()].into_iter().chain(names).collect(),
        rows: rows.collect(),
    }
}

/// What each marker finds in every series.
fn marked(plan: Plan, profile: &Profile, kind: &str, change: Change) -> Vec<Vec<Marks>> {
    let cell = format!("{}/points/{}/{kind}", plan.seed, profile.name);
    parallel::map(plan.trials, plan.threads, |n| {
        let Series { values, truth } = Series::new(&format!("{cell}/{n}"), profile, change);
        let marks = |marker: &Marker| Marks::of(&(marker.mark)(&values), &truth);
        markers().map(marks).collect()
    })
}
