//! What an executable of criterion's benches is told, so that one process is short.

/// How long, and how often, a process measures a bench.
///
/// What processes differ by (layout, page colours) hides more than what a longer one would show, so time
/// goes into further pairs. Criterion needs 10 samples and, for what its own analysis prints, 1001
/// resamples, which nobody reads here: with its default, analysing takes longer than measuring.
pub(super) const SETTINGS: [&str; 9] = [
    "--warm-up-time",
    "0.1",
    "--measurement-time",
    "0.3",
    "--sample-size",
    "10",
    "--nresamples",
    "1001",
    "--noplot",
];
/// Options with a value that ours stand for, or that need results of earlier runs.
const REPLACED: [&str; 11] = [
    "--warm-up-time",
    "--measurement-time",
    "--sample-size",
    "--nresamples",
    "--plotting-backend",
    "--save-baseline",
    "-s",
    "--baseline",
    "-b",
    "--baseline-lenient",
    "--load-baseline",
];
/// The same without a value.
const REPLACED_FLAGS: [&str; 5] = ["--noplot", "-n", "--quick", "--discard-baseline", "--bench"];
/// Other options with a value.
const VALUED: [&str; 9] = [
    "--profile-time",
    "--noise-threshold",
    "--confidence-level",
    "--significance-level",
    "--output-format",
    "--format",
    "--color",
    "--colour",
    "-c",
];
/// The longest filter; systems allow an argument of 128 KiB.
const MAX_FILTER_BYTES: usize = 100 << 10;

/// The arguments of a person's command, without those that pairs need otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Arguments {
    /// Apart from the filter.
    kept: Vec<String>,
    /// The filter, and whether it has to match exactly.
    filter: Vec<String>,
}

impl Arguments {
    pub(super) fn of(arguments: &[String]) -> Self {
        let (mut kept, mut filter) = (vec![], vec![]);
        let mut arguments = arguments.iter().cloned();
        while let Some(argument) = arguments.next() {
            let (option, has_value) = match argument.split_once('=') {
                Some((option, _)) => (option, true),
                None => (&*argument, false),
            };
            let mut value = || if has_value { None } else { arguments.next() };
            if REPLACED.contains(&option) {
                value();
            } else if REPLACED_FLAGS.contains(&option) {
            } else if VALUED.contains(&option) {
                let value = value();
                kept.extend([Some(argument), value].into_iter().flatten());
            } else if argument == "--exact" || !argument.starts_with('-') {
                filter.push(argument);
            } else {
                kept.push(argument);
            }
        }
        Arguments { kept, filter }
    }

    /// What measures all benches that the person's filter lets through.
    pub(super) fn all(&self) -> Vec<String> {
        self.with(&self.filter)
    }

    /// What measures the benches of these ids; more of them where naming them takes too long a filter.
    pub(super) fn only(&self, ids: &[&str]) -> Vec<String> {
        let ids: Vec<String> = ids.iter().map(|id| regex::escape(id)).collect();
        let filter = format!("^(?:{})$", ids.join("|"));
        if filter.len() > MAX_FILTER_BYTES { self.all() } else { self.with(&[filter]) }
    }

    fn with(&self, filter: &[String]) -> Vec<String> {
        let settings = SETTINGS.map(str::to_owned);
        // Last, as cargo has it.
        let bench = "--bench".to_owned();
        [&self.kept, &settings[..], filter, &[bench]].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str =
        "--warm-up-time 0.1 --measurement-time 0.3 --sample-size 10 --nresamples 1001 --noplot";

    fn words(line: &str) -> Vec<String> {
        line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn times_are_ours_and_all_else_the_persons() {
        let check = |line: &str, kept: &str, filter: &str| {
            let found = Arguments::of(&words(line));
            let expected = [kept, OURS, filter, "--bench"].join(" ");
            assert_eq!(found.all(), words(&expected), "{line}");
            let expected = [kept, OURS, r"^(?:a\|b|c)$", "--bench"].join(" ");
            assert_eq!(found.only(&["a|b", "c"]), words(&expected), "{line}");
        };
        check("", "", "");
        check("parse", "", "parse");
        check("--exact parse", "", "--exact parse");
        check("--warm-up-time 1 parse --measurement-time=3", "", "parse");
        check("--sample-size 50 --quick -n --bench", "", "");
        check("--save-baseline old -b older --verbose", "--verbose", "");
        check(
            "--color never parse --output-format=bencher",
            "--color never --output-format=bencher",
            "parse",
        );
        check("--confidence-level 0.9 parse", "--confidence-level 0.9", "parse");
        check("--test parse", "--test", "parse");
        check("--warm-up-time", "", "");
    }

    #[test]
    fn so_many_ids_that_no_argument_holds_them_are_not_filtered() {
        let ids = vec!["x".repeat(100); 1 << 10];
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let arguments = Arguments::of(&words("parse"));
        assert_eq!(arguments.only(&ids), arguments.all());
        assert_ne!(arguments.only(&ids[..1000]), arguments.all());
    }
}
