//! One metric, two sides: false alarms, detection, and what our own rules answer.

use super::Plan;
use super::cell::{mean, percent, share};
use super::grid::Grid;
use crate::rule::{Answer, Judge, Rule};
use crate::trials::{Design, PROFILES, Profile, Trial};
use crate::{ours, parallel, peers};
use pacegate::model::Verdict;
use std::slice;

/// What the head is slower by; where it is not, every fail is a false alarm.
const EFFECTS: [f64; 5] = [0.0, 0.02, 0.05, 0.1, 0.2];

/// For every design and profile, how often each rule fails, then what our own answer.
pub(crate) fn pairs(plan: Plan) -> impl Iterator<Item = Grid> {
    let settings = Design::ALL
        .into_iter()
        .flat_map(|design| PROFILES.iter().map(move |profile| (design, profile)));
    settings.flat_map(move |(design, profile)| {
        let rules: Vec<&Rule> = peers::RULES
            .iter()
            .chain(&ours::RULES)
            .filter(|rule| rule.designs.contains(&design))
            .collect();
        let asked = EFFECTS.map(|effect| ask(plan, &rules, design, profile, effect));
        let title = |what| format!("{}, {}: {what}", design.name(), profile.name);
        [
            fails(title("fails, % of trials"), &rules, &asked),
            answers(title("what pacegate answers, % of trials"), &rules, &asked),
        ]
    })
}

/// The answers to every trial, one a rule.
fn ask(
    plan: Plan,
    rules: &[&Rule],
    design: Design,
    profile: &Profile,
    effect: f64,
) -> Vec<Vec<Answer>> {
    let cell = format!("{}/pairs/{}/{}/{effect}", plan.seed, design.name(), profile.name);
    parallel::map(plan.trials, plan.threads, |n| {
        let trial = Trial::new(&format!("{cell}/{n}"), profile, design, effect);
        rules.iter().flat_map(|rule| rule.answer(slice::from_ref(&trial))).collect()
    })
}

fn fails(title: String, rules: &[&Rule], asked: &[Vec<Vec<Answer>>]) -> Grid {
    let columns = EFFECTS.map(|effect| match effect {
        0.0 => "no change".to_owned(),
        _ => format!("{:.0} % slower", 100.0 * effect),
    });
    let rows = rules.iter().enumerate().map(|(i, rule)| {
        let cells = asked.iter().map(|trials| {
            let tally = Tally::of(trials, i);
            share(tally.fails, tally.trials)
        });
        [rule.name.to_owned()].into_iter().chain(cells).collect()
    });
    Grid { title, head: [vec!["rule".into()], columns.into()].concat(), rows: rows.collect() }
}

fn answers(title: String, rules: &[&Rule], asked: &[Vec<Vec<Answer>>]) -> Grid {
    let head = ["rule", "slower by, %", "fails", "passes", "cannot tell", "values a side"];
    // Other tools know no third answer.
    let ours = rules.iter().enumerate().filter(|(_, rule)| matches!(rule.judge, Judge::Build(_)));
    let rows = ours.flat_map(|(i, rule)| {
        EFFECTS.iter().zip(asked).map(move |(effect, trials)| {
            let Tally { trials, fails, passes, values } = Tally::of(trials, i);
            vec![
                rule.name.to_owned(),
                format!("{:.0}", 100.0 * effect),
                percent(fails, trials),
                share(passes, trials),
                percent(trials - fails - passes, trials),
                mean(values, trials),
            ]
        })
    });
    Grid { title, head: head.map(str::to_owned).into(), rows: rows.collect() }
}

/// The answers of one rule, counted.
#[derive(Default)]
struct Tally {
    trials: usize,
    fails: usize,
    passes: usize,
    values: usize,
}

impl Tally {
    fn of(trials: &[Vec<Answer>], rule: usize) -> Tally {
        let mut tally = Tally { trials: trials.len(), ..Tally::default() };
        for answer in trials.iter().filter_map(|answers| answers.get(rule)) {
            match answer.verdict {
                Verdict::Fail => tally.fails += 1,
                Verdict::Pass | Verdict::Improved => tally.passes += 1,
                _ => {}
            }
            tally.values += answer.values;
        }
        tally
    }
}
