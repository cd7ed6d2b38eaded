//! The report as Markdown for a comment or a step summary: the verdict in one line, a table of what
//! matters under it, and the rest folded. One text for GitHub, GitLab and Forgejo.

mod inline;
mod legs;
mod rows;
mod section;

use super::escape;
use super::phrase::{Phrase, Span};
use super::view::{FailureView, Row, View};
use crate::model::{BaselineReason, Verdict};
use inline::Place;
use section::Section;

pub(crate) use legs::draw as draw_legs;
pub use legs::tally as tally_of_legs;

/// The most rows that are not folded: more than a reader compares.
const MOST_UNFOLDED: usize = 12;
/// The most targets named in a command.
const MOST_TARGETS: usize = 5;

/// Draws a view in at most `most` bytes. `changes` is the address to which a range of commits is
/// appended, as in `https://github.com/o/r/compare/`.
pub(crate) fn draw(view: &View<'_>, changes: Option<&str>, most: usize) -> String {
    let (mattering, passing): (Vec<&Row<'_>>, Vec<&Row<'_>>) =
        view.rows.iter().partition(|row| row.matters());
    let (unfolded, others) = mattering.split_at(mattering.len().min(MOST_UNFOLDED));
    let others: Vec<&Row<'_>> = others.iter().chain(&passing).copied().collect();
    let sections = [
        fixed(title(view)),
        table(unfolded),
        failures(&view.failures),
        list("**What to do**\n\n", "-", &view.advice, "hint"),
        fixed(subtitle(view, changes)),
        folded(&rows::tally(&others), table(&others)),
        notes(&view.notes),
        method(view, changes.is_some()),
    ];
    // The last rows that a reader looks for are the first to go.
    section::fit(&sections, &[1, 2, 3, 6, 5], most)
}

fn fixed(text: String) -> Section {
    Section { head: text, ..Section::default() }
}

/// The verdict and its sentence.
fn title(view: &View<'_>) -> String {
    format!("{}: {}.", headword(view.verdict()), Place::Line.phrase(&view.sentence))
}

fn headword(verdict: Verdict) -> String {
    let icon = match verdict {
        Verdict::Fail | Verdict::Missing | Verdict::Error => "❌",
        Verdict::Inconclusive | Verdict::NoBaseline | Verdict::Warn => "⚠️",
        Verdict::Pass | Verdict::Improved => "✅",
    };
    format!("{icon} **{}**", verdict.name().to_uppercase())
}

fn table(rows: &[&Row<'_>]) -> Section {
    if rows.is_empty() { Section::default() } else { rows::table(rows) }
}

fn failures(failures: &[FailureView]) -> Section {
    let item = |failure: &FailureView| {
        let target = Place::Line.code(&failure.target);
        let stage = failure.stage;
        format!(
            "**Not measured:** {target}, while {stage}\n\n{}\n",
            escape::markdown_fence(&failure.lines)
        )
    };
    Section { items: failures.iter().map(item).collect(), noun: "target", ..Section::default() }
}

fn list(head: &str, mark: &str, phrases: &[Phrase], noun: &'static str) -> Section {
    if phrases.is_empty() {
        return Section::default();
    }
    Section {
        head: head.to_owned(),
        items: phrases.iter().map(|p| format!("{mark} {}\n", Place::Line.phrase(p))).collect(),
        foot: String::new(),
        noun,
    }
}

/// What was measured and what it was compared with, in small print.
fn subtitle(view: &View<'_>, address: Option<&str>) -> String {
    format!(
        "<sub>pacegate · {} · {} · baseline: {}{}</sub>",
        Place::Line.code(&view.project),
        Place::Line.phrase(&view.run),
        Place::Line.phrase(&view.baseline),
        changes(view, address)
    )
}

/// The commits between the base and the head, as a link to them where the forge's page is known.
fn changes(view: &View<'_>, address: Option<&str>) -> String {
    let commit = |text: &str| is_commit(text).then(|| text.to_owned());
    let base = match &view.bundle.baseline {
        BaselineReason::Built { commit: base, .. } => commit(base),
        _ => None,
    };
    let head = view.bundle.run.revision.commit.as_deref().and_then(commit);
    let (Some(base), Some(head)) = (base, head) else { return String::new() };
    let [from, to] = [&base, &head].map(|commit| &commit[..commit.len().min(10)]);
    match address.filter(|address| is_address(address)) {
        Some(address) => {
            format!(" · what changed: [`{from}...{to}`]({address}{base}...{head})")
        }
        None => format!(" · what changed: `{from}...{to}`"),
    }
}

/// Whether a text can stand as the target of a link in Markdown without ending it.
pub fn is_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/:.-_~%?=&".contains(c);
    text.starts_with("http") && text.contains("://") && text.chars().all(plain)
}

/// A section under a line that unfolds it; nothing stays nothing.
fn folded(summary: &str, section: Section) -> Section {
    if section.items.is_empty() && section.head.is_empty() {
        return section;
    }
    Section {
        head: format!("<details><summary>{summary}</summary>\n\n{}", section.head),
        foot: "</details>".to_owned(),
        ..section
    }
}

fn notes(notes: &[Phrase]) -> Section {
    let summary =
        if notes.len() == 1 { "1 note".to_owned() } else { format!("{} notes", notes.len()) };
    folded(&summary, list("", "1.", notes, "note"))
}

/// What was expected, on which machine, by which rules, and how to do it again.
fn method(view: &View<'_>, on_forge: bool) -> Section {
    let policy = &view.bundle.policy;
    let strict = if policy.strict { "; strict: what is not decided fails the build" } else { "" };
    let facts = [
        ("census", Phrase::plain(view.census.clone())),
        ("machine", view.machine.clone()),
        (
            "gates",
            Phrase::name(&policy.path)
                .then(", SHA-256 ")
                .then_name(&policy.sha256.chars().take(12).collect::<String>())
                .then(strict),
        ),
        ("tool", Phrase::plain("pacegate ").then_name(&view.bundle.tool)),
    ];
    let facts = facts.map(|(name, phrase)| format!("- {name}: {}\n", Place::Line.phrase(&phrase)));
    let text = format!(
        "{}\nTo measure and to judge it again:\n\n{}",
        facts.concat(),
        escape::markdown_fence(&commands(view, on_forge))
    );
    folded("How it was measured, and how to repeat it", fixed(text))
}

/// Commands that repeat what matters. What a forge had measured, such as the merge that it made of a pull
/// request, is in nobody's clone.
fn commands(view: &View<'_>, on_forge: bool) -> Vec<String> {
    let bundle = view.bundle;
    let mut targets: Vec<&str> = Vec::new();
    for row in view.rows.iter().filter(|row| row.matters()) {
        let target = row.judgement.series.target.as_str();
        if !targets.contains(&target) && targets.len() < MOST_TARGETS {
            targets.push(target);
        }
    }
    let only: Vec<String> =
        targets.iter().filter_map(|t| shell(t)).map(|t| format!(" --only {t}")).collect();
    let config = match shell(&bundle.policy.path) {
        Some(path) if path != "gates.yaml" => format!(" --config {path}"),
        _ => String::new(),
    };
    let commit = bundle.run.revision.commit.as_deref().filter(|commit| is_commit(commit));
    let fetch = commit.filter(|_| on_forge).map(|commit| format!("git fetch origin {commit}"));
    let switch = commit.map(|commit| format!("git switch --detach {commit}"));
    let run = |base: &str| format!("pacegate run{config}{base}{}", only.concat());
    let again = match &bundle.baseline {
        BaselineReason::Built { commit, .. } if is_commit(commit) => {
            vec![run(&format!(" --base {commit}"))]
        }
        _ => vec![run(""), format!("pacegate check{config} {}", bundle.run.id)],
    };
    fetch.into_iter().chain(switch).chain(again).collect()
}

/// Whether a text can only be a commit's hash.
fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// A name as one word of a POSIX shell; `None` for a name that is not shown as it is.
fn shell(name: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    match Phrase::name(name).spans() {
        [Span::Name(shown)] if shown != name => None,
        _ if name.starts_with('-') => None,
        _ if name.chars().all(plain) => Some(name.to_owned()),
        _ => Some(format!("'{}'", name.replace('\'', r"'\''"))),
    }
}
