//! The series of a stored history, and the commits at which they changed.

use super::archive::Archive;
use super::directory;
use super::lineage::{self, Landmark, Standing};
use crate::analyze::{self, PointOptions, change_points, creep};
use crate::config::SeriesPattern;
use crate::model::{
    Engine, Environment, Heading, Metric, Run, Series, SeriesId, SeriesPoints, StoredSeries,
};
use crate::{Error, gate};
use std::collections::HashMap;
use tokio::task::spawn_blocking;

/// The runs of one machine class on the branches that feed the baseline, as series.
#[derive(Debug)]
pub struct Past {
    /// The series that were asked for, in the order in which the newest run has them.
    pub series: Vec<StoredSeries>,
    /// The machine class: that of the newest run.
    pub environment: Environment,
    /// How many runs there are.
    pub runs: usize,
    /// How many runs of other machine classes were left out.
    pub left_out: usize,
    /// Of each series, the places of its values at which an accepted step begins a regime.
    borders: Vec<Vec<usize>>,
}

impl Past {
    /// The change points of every series, and its slow drift since; accepted steps are none.
    pub fn points(&self, options: &PointOptions) -> Vec<SeriesPoints> {
        let found = std::iter::zip(&self.series, &self.borders).map(|(stored, borders)| {
            let options = PointOptions { borders: borders.clone(), ..options.clone() };
            let points = change_points(&stored.series.values, &options);
            let creep = creep(&stored.series.values, &options);
            SeriesPoints { series: stored.series.clone(), points, creep }
        });
        found.collect()
    }
}

impl Archive {
    /// The stored series that a glob matches, or all of them: one value for every run that was complete
    /// and trusted, whatever its verdict, in the order of the commits. What is measured otherwise than
    /// by the newest run that has it is left out.
    ///
    /// # Errors
    ///
    /// When the history cannot be read, the glob is malformed or matches nothing, or no run stands on a
    /// branch that feeds the baseline.
    pub async fn past(&self, glob: Option<&str>) -> Result<Past, Error> {
        let pattern = glob.map(pattern).transpose()?;
        let wanted = |id: &str| pattern.as_ref().is_none_or(|pattern| pattern.matches(id));
        let branches = &self.plan.baseline.branches;
        let trusted: Vec<&Heading> =
            self.history.headings().iter().filter(|heading| heading.is_on(branches)).collect();
        let environment = trusted.first().map(|newest| newest.environment.clone());
        let environment = environment.ok_or_else(|| {
            Error::NoSuchRun(format!(
                "no complete run of a clean tree on `{}` is stored; `pacegate history list` shows \
                 what is",
                branches.join("` or `")
            ))
        })?;
        let own: Vec<&Heading> =
            trusted.iter().copied().filter(|h| h.environment == environment).collect();
        let (ordered, steps) = self.ordered(&own).await?;

        let mut gathered = Gathered::default();
        let mut nearest = None;
        for (place, heading) in ordered.iter().enumerate().rev() {
            let run = self.history.get(heading.id).await?;
            if let (Some(pattern), None) = (&pattern, &nearest) {
                nearest = gate::nearest(&run, &pattern.text);
            }
            gathered.add(place, &run, wanted);
        }
        if let (Some(pattern), true) = (&pattern, gathered.series.is_empty()) {
            return Err(Error::NoSuchSeries { pattern: pattern.text.clone(), nearest });
        }
        let accepted = &self.plan.accepted;
        let border = |id: &str, from: usize, to: usize| {
            let divides = |(step, sides): (usize, &Vec<bool>)| {
                sides[from] != sides[to] && accepted[step].series.matches(id)
            };
            steps.iter().enumerate().any(divides)
        };
        let (series, borders) = gathered.done(border);
        let (runs, left_out) = (own.len(), trusted.len() - own.len());
        Ok(Past { series, environment, runs, left_out, borders })
    }

    /// Runs in the order of their commits, and of each accepted step whether each of them stands at it
    /// or after it.
    async fn ordered<'a>(
        &self,
        runs: &[&'a Heading],
    ) -> Result<(Vec<&'a Heading>, Vec<Vec<bool>>), Error> {
        let standings: Vec<Standing> = runs.iter().map(|heading| Standing::of(heading)).collect();
        let known: Vec<Standing> = self.history.headings().iter().map(Standing::of).collect();
        let landmarks: Vec<Landmark> = self.plan.accepted.iter().map(Landmark::of).collect();
        let directory = directory(&self.config).to_owned();
        let asked = spawn_blocking(move || {
            let order = lineage::order(&directory, &standings);
            let ordered: Vec<Standing> = order.iter().map(|at| standings[*at].clone()).collect();
            let steps = landmarks.iter().map(|step| step.at_or_after(&directory, &ordered, &known));
            (order, steps.collect())
        });
        let (order, steps) = asked.await.map_err(|_| Error::Interrupted)?;
        Ok((order.into_iter().map(|at| runs[at]).collect(), steps))
    }
}

/// A glob on series.
///
/// # Errors
///
/// When it is malformed.
pub(super) fn pattern(text: &str) -> Result<SeriesPattern, Error> {
    let malformed = |reason| Error::BadGlob { text: text.to_owned(), reason };
    SeriesPattern::new(text).map_err(malformed)
}

/// What makes the values of two runs those of one series.
#[derive(Clone, PartialEq)]
struct Kind {
    engine: Engine,
    definition: String,
    metric: Metric,
}

/// Series while they are gathered, newest value first.
#[derive(Default)]
struct Gathered {
    series: Vec<(Kind, StoredSeries, Vec<usize>)>,
    known: HashMap<SeriesId, usize>,
}

impl Gathered {
    /// Adds the values of the run in a place, which is before those of all that were added.
    fn add(&mut self, place: usize, run: &Run, wanted: impl Fn(&str) -> bool) {
        for (series, value) in analyze::values(run) {
            let target = series.target;
            let sound = target.validity.as_ref().is_none_or(|validity| validity.broken.is_empty());
            let name = series.id.to_string();
            if !sound || target.cut_short || !wanted(&name) {
                continue;
            }
            let (definition, metric) = (target.definition.clone(), &series.measurement.metric);
            let kind = Kind { engine: target.engine, definition, metric: metric.clone() };
            let index = *self.known.entry(series.id).or_insert_with(|| {
                let unit = metric.unit.clone();
                let series = Series { name, unit, values: vec![], commits: vec![] };
                let stored = StoredSeries { series, times: vec![] };
                self.series.push((kind.clone(), stored, vec![]));
                self.series.len() - 1
            });
            let (known, stored, places) = &mut self.series[index];
            if *known == kind {
                stored.series.values.push(value);
                stored.series.commits.push(run.revision.commit.clone().unwrap_or_default());
                stored.times.push(run.started);
                places.push(place);
            }
        }
    }

    /// The series in order, and in which of their places a regime begins, by whether there is a border
    /// between the runs of two places.
    fn done(
        self,
        border: impl Fn(&str, usize, usize) -> bool,
    ) -> (Vec<StoredSeries>, Vec<Vec<usize>>) {
        let ordered = self.series.into_iter().map(|(_, mut stored, mut places)| {
            stored.series.values.reverse();
            stored.series.commits.reverse();
            stored.times.reverse();
            places.reverse();
            let pairs = places.windows(2).enumerate();
            let borders = pairs
                .filter(|(_, pair)| border(&stored.series.name, pair[0], pair[1]))
                .map(|(index, _)| index + 1)
                .collect();
            (stored, borders)
        });
        ordered.unzip()
    }
}
