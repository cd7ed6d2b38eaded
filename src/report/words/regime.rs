//! The words for the runs that a series was compared with.

use super::super::number::{counted, percent};
use super::super::phrase::{self, Phrase};
use crate::model::{Border, Effect, Regime};

/// Which runs of the baseline a series was compared with, and why not with the others.
pub fn regime(regime: &Regime) -> Phrase {
    let runs = counted(regime.runs, "baseline run");
    let passed_over = match regime.passed_over {
        1 => "1 on the other side was passed over".to_owned(),
        count => format!("{count} on the other side were passed over"),
    };
    let border = regime.border.as_ref().map(|border| match border {
        Border::Accepted { commit } => {
            Phrase::plain(format!("compared with {runs} on its side of the step accepted at "))
                .then_name(short(commit))
                .then(format!("; {passed_over}"))
        }
        Border::Changed { commit, effect } => {
            let at = match commit {
                Some(commit) => Phrase::plain(" at ").then_name(short(commit)),
                None => Phrase::default(),
            };
            let by = effect.map_or_else(String::new, |effect| format!(" by {}", size(&effect)));
            Phrase::plain(format!("compared with {runs} since the level changed"))
                .then_phrase(at)
                .then(format!("{by}; {passed_over}"))
        }
    });
    let unconfirmed = (regime.unconfirmed > 0).then(|| {
        Phrase::plain(format!(
            "the newest {} set aside, since too few runs confirm a new level",
            match regime.unconfirmed {
                1 => "baseline run was".to_owned(),
                count => format!("{count} baseline runs were"),
            }
        ))
    });
    phrase::join(border.into_iter().chain(unconfirmed), "; ")
}

fn size(effect: &Effect) -> String {
    let sign = if effect.estimate < 0.0 { "-" } else { "+" };
    format!("{sign}{}", percent(effect.estimate.abs()))
}

/// The start of a commit's hash, as people write it.
fn short(commit: &str) -> &str {
    commit.char_indices().nth(8).map_or(commit, |(end, _)| &commit[..end])
}
