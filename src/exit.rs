//! Exit codes: a contract with pipelines, stable for ever.

use crate::model::Verdict;

/// Why the process ended, as pipelines see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Every gate passed, or what did not decide is tolerated.
    Pass = 0,
    /// A gate failed, or something that should have been measured vanished.
    GateFailed = 1,
    /// The command line or the configuration is wrong; nothing was measured.
    Usage = 2,
    /// `--strict`: this run cannot tell.
    Inconclusive = 3,
    /// `--strict`: nothing comparable is stored.
    NoBaseline = 4,
    /// Measuring, or reading and storing what was measured, failed.
    MeasuringFailed = 5,
    /// `--require-report`: a report could not be written or delivered; or a recording that was asked
    /// for could not be written.
    ReportFailed = 6,
    /// Interrupted by Ctrl-C or SIGTERM; what was measured is kept.
    Interrupted = 130,
}

impl Exit {
    /// Every exit code, for documentation and tests.
    pub const ALL: [Exit; 8] = [
        Exit::Pass,
        Exit::GateFailed,
        Exit::Usage,
        Exit::Inconclusive,
        Exit::NoBaseline,
        Exit::MeasuringFailed,
        Exit::ReportFailed,
        Exit::Interrupted,
    ];

    /// The code.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The code that a build's verdict ends with; `strict` refuses what did not decide.
    pub fn of(verdict: Verdict, strict: bool) -> Exit {
        match (verdict, strict) {
            (Verdict::Improved | Verdict::Pass | Verdict::Warn, _) => Exit::Pass,
            (Verdict::Fail | Verdict::Missing, _) => Exit::GateFailed,
            (Verdict::Error, _) => Exit::MeasuringFailed,
            (Verdict::Inconclusive, true) => Exit::Inconclusive,
            (Verdict::NoBaseline, true) => Exit::NoBaseline,
            (Verdict::Inconclusive | Verdict::NoBaseline, false) => Exit::Pass,
        }
    }

    /// What the code means, in a few words, for `--help`.
    pub fn meaning(self) -> &'static str {
        match self {
            Exit::Pass => "every gate passed (or did not decide, without --strict)",
            Exit::GateFailed => "a gate failed, or something expected vanished",
            Exit::Usage => "usage or configuration error; nothing was measured",
            Exit::Inconclusive => "inconclusive (--strict)",
            Exit::NoBaseline => "no baseline to compare with (--strict)",
            Exit::MeasuringFailed => "measuring failed",
            Exit::ReportFailed => {
                "a report (--require-report) or recording (--record) could not be written"
            }
            Exit::Interrupted => "interrupted; what was measured is kept",
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_its_code() {
        for (verdict, lenient, strict) in [
            (Verdict::Improved, 0, 0),
            (Verdict::Pass, 0, 0),
            (Verdict::Warn, 0, 0),
            (Verdict::NoBaseline, 0, 4),
            (Verdict::Inconclusive, 0, 3),
            (Verdict::Error, 5, 5),
            (Verdict::Missing, 1, 1),
            (Verdict::Fail, 1, 1),
        ] {
            assert_eq!(Exit::of(verdict, false).code(), lenient, "{verdict}");
            assert_eq!(Exit::of(verdict, true).code(), strict, "{verdict} --strict");
        }
    }

    #[test]
    fn codes_are_the_documented_ones() {
        assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 3, 4, 5, 6, 130]);
    }
}
