//! Many metrics, none changed: how many builds have a false alarm?

use super::Plan;
use super::cell::share;
use super::grid::Grid;
use crate::rule::Rule;
use crate::trials::{Design, PROFILES, Profile, Trial};
use crate::{ours, parallel, peers};
use pacegate::model::Verdict;

/// Metrics of a build.
const METRICS: usize = 50;

/// For every design, the share of builds that fail although nothing changed.
pub(crate) fn family(plan: Plan) -> impl Iterator<Item = Grid> {
    Design::ALL.into_iter().map(move |design| {
        let rules: Vec<&Rule> = peers::RULES
            .iter()
            .chain(&ours::RULES)
            .filter(|rule| rule.designs.contains(&design))
            .collect();
        let failed = PROFILES.each_ref().map(|profile| failed(plan, &rules, design, profile));
        let rows = rules.iter().enumerate().map(|(i, rule)| {
            let cells = failed.iter().map(|builds| {
                let fails = builds.iter().filter(|rules| rules.get(i) == Some(&true));
                share(fails.count(), builds.len())
            });
            [rule.name.to_owned()].into_iter().chain(cells).collect()
        });
        let profiles = PROFILES.iter().map(|profile| profile.name.to_owned());
        Grid {
            title: format!(
                "{METRICS} metrics, none changed, {}: builds that fail, %",
                design.name()
            ),
            head: ["rule".to_owned()].into_iter().chain(profiles).collect(),
            rows: rows.collect(),
        }
    })
}

/// Whether each build fails, by each rule.
fn failed(plan: Plan, rules: &[&Rule], design: Design, profile: &Profile) -> Vec<Vec<bool>> {
    let cell = format!("{}/family/{}/{}", plan.seed, design.name(), profile.name);
    parallel::map(plan.trials, plan.threads, |n| {
        let build: Vec<Trial> = (0..METRICS)
            .map(|metric| Trial::new(&format!("{cell}/{n}/{metric}"), profile, design, 0.0))
            .collect();
        let fails =
            |rule: &&Rule| rule.answer(&build).iter().any(|answer| answer.verdict == Verdict::Fail);
        rules.iter().map(fails).collect()
    })
}
