//! The rules of other tools, with their defaults, written anew from what their documentation says.
//!
//! | rule | who has it | what it says |
//! |---|---|---|
//! | more than doubled | github-action-benchmark | the mean is over 200 % of the one before |
//! | 10 % on means | most hand-made gates | the mean is over 110 % of the one before |
//! | Welch .05 | many scripts | two-sided t-test with unequal variances |
//! | Mann–Whitney .05 | benchstat | two-sided rank test, exact; no least effect |
//! | t .99 on history | Bencher | above the prediction bound of the stored runs |
//! | Q3 + 3 IQR on history | rustc-perf | changed more than stored runs do from one to the next |

mod history;
mod means;
mod points;
mod significance;

use crate::rule::{Judge, Rule};
use crate::trials::{Design, Trial};

pub(crate) use points::MARKERS;

/// The rules, in the order of the tables.
pub(crate) const RULES: [Rule; 6] = [
    each("more than doubled (github-action-benchmark)", means::doubled),
    each("10 % on means", means::ten_percent),
    each("Welch .05", significance::welch),
    each("Mann–Whitney .05 (benchstat)", significance::mann_whitney),
    each("t .99 on 30 runs (Bencher)", history::prediction_bound),
    each("Q3 + 3 IQR on 30 runs (rustc-perf)", history::outlying_change),
];

const fn each(name: &'static str, slower: fn(&Trial) -> bool) -> Rule {
    Rule { name, designs: &Design::ALL, judge: Judge::Each(slower) }
}
