//! Footnotes: every doubt once, with a number that the rows refer to.

use super::phrase::Phrase;
use super::view::Row;
use super::words;
use crate::model::{Border, Bundle, GateKind, Reason, Regime, SeriesId, Unit, Warning};
use std::collections::{HashMap, HashSet};

/// The most footnotes shown; one more says how many were left out.
const MOST: usize = 20;

/// Where a doubt was raised.
#[derive(Clone, Copy)]
enum Place<'b> {
    Build,
    Target(&'b str),
    Row(usize),
}

/// Collects the doubts of a bundle, worst rows first, and gives every row its numbers.
///
/// Doubts about a sample are told once a kind, and regimes once a border, since hundreds of series
/// share them: the note shows the first one's figures and says how many are like it.
pub(crate) fn collect<'b>(bundle: &'b Bundle, rows: &mut [Row<'b>]) -> Vec<Phrase> {
    let mut by_series: HashMap<_, Vec<usize>> = HashMap::new();
    let mut by_target: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        by_series.entry(compared(row)).or_default().push(index);
        by_target.entry(&row.judgement.series.target).or_default().push(index);
    }
    let mut notes = Notes::default();
    // Before all that is said by a policy which may be looser than it was; said once, it is not again.
    for warning in &bundle.run.warnings {
        if matches!(warning, Warning::PolicyChanged { .. }) {
            notes.warn(warning, Place::Build, "");
        }
    }
    for (index, row) in rows.iter().enumerate() {
        // A comparison is told of at its first row; the others get its number below.
        let first = by_series[&compared(row)].first() == Some(&index);
        let Some(comparison) = row.comparison.filter(|_| first) else { continue };
        if let Some(regime) = &comparison.regime {
            notes.add(key(regime), Place::Row(index), &row.series, || words::regime(regime));
        }
        for warning in &comparison.warnings {
            notes.warn(warning, Place::Row(index), &row.series);
        }
    }
    for target in &bundle.run.targets {
        let of_target = by_target.get(target.name.as_str()).map_or(&[][..], Vec::as_slice);
        for warning in &target.warnings {
            if !is_of_memory(warning) {
                notes.warn(warning, Place::Target(&target.name), &target.name);
            } else if let Some(row) = of_target.iter().find(|row| shows_memory(&rows[**row])) {
                notes.warn(warning, Place::Row(*row), &target.name);
            }
        }
    }
    for warning in bundle.warnings.iter().chain(&bundle.run.warnings) {
        notes.warn(warning, Place::Build, "");
    }
    let mut phrases = Vec::new();
    for (number, note) in notes.list.into_iter().enumerate() {
        for place in &note.places {
            let marked: &[usize] = match place {
                Place::Build => &[],
                Place::Target(target) => by_target.get(target).map_or(&[], Vec::as_slice),
                Place::Row(index) => &by_series[&compared(&rows[*index])],
            };
            for index in marked {
                let numbers = &mut rows[*index].notes;
                if number < MOST && !numbers.contains(&(number + 1)) {
                    numbers.push(number + 1);
                }
            }
        }
        phrases.push(note.phrase());
    }
    phrases.extend(facts(bundle));
    if phrases.len() > MOST {
        let more = phrases.len() - MOST;
        phrases.truncate(MOST);
        phrases.push(Phrase::plain(format!("{more} more, in the JSON report")));
    }
    phrases
}

/// What is not a warning of the model, and yet casts doubt: interruption, and loads that were not
/// valid though no gate asked.
fn facts(bundle: &Bundle) -> Vec<Phrase> {
    let told: HashSet<&str> = bundle
        .judgements
        .iter()
        .filter(|j| matches!(j.reason, Reason::InvalidLoad { .. }))
        .map(|j| j.series.target.as_str())
        .collect();
    let mut phrases = Vec::new();
    if bundle.run.cut_short {
        phrases.push(Phrase::plain(
            "measuring was interrupted: what was measured is kept, and the rest is missing; run it again",
        ));
    }
    for target in &bundle.run.targets {
        let broken = target.validity.as_ref().map_or(&[][..], |v| &v.broken);
        if !broken.is_empty() && !told.contains(target.name.as_str()) {
            phrases.push(
                Phrase::name(&target.name)
                    .then(": the load test was not valid: ")
                    .then_phrase(words::facts(broken))
                    .then("; ")
                    .then(words::facts_advice(broken)),
            );
        }
    }
    phrases
}

/// What a row's comparison is of: a series, and whether it is compared with the last release.
fn compared<'b>(row: &Row<'b>) -> (&'b SeriesId, bool) {
    (&row.judgement.series, row.judgement.kind == GateKind::Creep)
}

/// What series share that one change or step divides.
fn key(regime: &Regime) -> String {
    match &regime.border {
        None => "unconfirmed".to_owned(),
        Some(Border::Accepted { commit }) => format!("accepted {commit}"),
        Some(Border::Changed { commit, .. }) => format!("changed {commit:?}"),
    }
}

#[derive(Default)]
struct Notes<'b> {
    list: Vec<Note<'b>>,
    known: HashMap<String, usize>,
}

struct Note<'b> {
    said: Phrase,
    /// Name of the first series or target; empty for the build.
    first: String,
    places: Vec<Place<'b>>,
}

impl<'b> Notes<'b> {
    fn warn(&mut self, warning: &Warning, place: Place<'b>, name: &str) {
        let key = if is_of_a_sample(warning) {
            warning.code().to_owned()
        } else {
            words::warning(warning)
        };
        self.add(key, place, name, || Phrase::default().then_quote(&words::warning(warning)));
    }

    fn add(&mut self, key: String, place: Place<'b>, name: &str, said: impl FnOnce() -> Phrase) {
        let list = &mut self.list;
        let index = *self.known.entry(key).or_insert_with(|| {
            list.push(Note { said: said(), first: name.to_owned(), places: Vec::new() });
            list.len() - 1
        });
        list[index].places.push(place);
    }
}

impl Note<'_> {
    fn phrase(self) -> Phrase {
        if self.first.is_empty() {
            return self.said;
        }
        let more = match self.places.len() {
            0 | 1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        Phrase::name(&self.first).then(format!("{more}: ")).then_phrase(self.said)
    }
}

/// Whether a doubt is about peak memory alone, and so none where no gate looks at memory.
fn is_of_memory(warning: &Warning) -> bool {
    matches!(warning, Warning::MemoryFloor { .. })
}

fn shows_memory(row: &Row<'_>) -> bool {
    row.judgement.unit == Some(Unit::Bytes)
}

/// Whether a doubt is about one sample's figures, which differ from series to series.
fn is_of_a_sample(warning: &Warning) -> bool {
    match warning {
        Warning::Autocorrelated { .. }
        | Warning::Drift { .. }
        | Warning::Bimodal
        | Warning::SlowFirst { .. }
        | Warning::NotExact { .. }
        | Warning::NothingTimed
        | Warning::MemoryFloor { .. }
        | Warning::ShortProcess { .. }
        | Warning::OneSession => true,
        Warning::BusyMachine { .. }
        | Warning::StolenTime { .. }
        | Warning::Governor { .. }
        | Warning::CpuPressure { .. }
        | Warning::DirtyTree
        | Warning::UntrustedBranch { .. }
        | Warning::EmptyHistory { .. }
        | Warning::PolicyChanged { .. }
        | Warning::PartialRun
        | Warning::UnknownRevision { .. }
        | Warning::BaseFailed { .. }
        | Warning::SameCode
        | Warning::SameProgram { .. }
        | Warning::UnusedWaiver { .. }
        | Warning::WaiverExceeded { .. }
        | Warning::LeftBehind { .. }
        | Warning::FailedRequests { .. }
        | Warning::TeardownFailed { .. }
        | Warning::SearchEnded { .. }
        | Warning::PairsLeftOut { .. }
        | Warning::WaitedForConnection { .. }
        | Warning::ResourcesUnread { .. }
        | Warning::MetricsUnread { .. } => false,
    }
}
