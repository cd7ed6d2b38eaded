//! The eight verdicts and their lattice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What was decided, of one gate on one series or of a whole build. Ordered: a later one is worse,
/// and the worst one wins, so the order in which verdicts are combined cannot matter.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Better, surely; wins over nothing, so a build is improved only when every gate is.
    Improved,
    /// Surely not worse than the limit allows.
    Pass,
    /// Worse than the limit, and excused by a waiver.
    Warn,
    /// Nothing comparable was stored; said loudly, never silently a pass.
    NoBaseline,
    /// This run cannot tell.
    Inconclusive,
    /// Measuring or reading it failed.
    Error,
    /// It should have been measured, and vanished; fails the build unless waived.
    Missing,
    /// Worse than the limit allows, surely.
    Fail,
}

impl Verdict {
    /// The worse of two verdicts.
    #[must_use]
    pub fn join(self, other: Verdict) -> Verdict {
        self.max(other)
    }

    /// The worst of many; `None` of none, since a build without any gate has no verdict.
    pub fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Option<Verdict> {
        verdicts.into_iter().reduce(Verdict::join)
    }

    /// Whether a baseline may be fed by a run with this verdict: it did not fail, and was measured.
    pub fn feeds_baseline(self) -> bool {
        match self {
            Verdict::Improved
            | Verdict::Pass
            | Verdict::Warn
            | Verdict::NoBaseline
            | Verdict::Inconclusive => true,
            Verdict::Error | Verdict::Missing | Verdict::Fail => false,
        }
    }

    /// The word, as in reports and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Improved => "improved",
            Verdict::Pass => "pass",
            Verdict::Warn => "warn",
            Verdict::NoBaseline => "no-baseline",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Error => "error",
            Verdict::Missing => "missing",
            Verdict::Fail => "fail",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{self, *};

    const ALL: [Verdict; 8] =
        [Improved, Pass, Warn, NoBaseline, Inconclusive, Error, Missing, Fail];

    #[test]
    fn join_is_a_lattice() {
        for a in ALL {
            assert_eq!(a.join(a), a);
            for b in ALL {
                assert_eq!(a.join(b), b.join(a));
                for c in ALL {
                    assert_eq!(a.join(b).join(c), a.join(b.join(c)));
                }
            }
        }
    }

    #[test]
    fn a_failure_is_never_masked() {
        assert_eq!(Verdict::worst([Pass, Fail, Error, Missing]), Some(Fail));
        assert_eq!(Verdict::worst([Improved, Pass]), Some(Pass));
        assert_eq!(Verdict::worst([]), None);
    }

    #[test]
    fn names_are_the_json_words() {
        for verdict in ALL {
            let json = serde_json::to_string(&verdict).unwrap();
            assert_eq!(json, format!("\"{verdict}\""));
        }
    }
}
