//! From what builds came to, to what a forge is told of them.

use super::event::Event;
use super::{Annotation, Check, Comment, CommentId, Conclusion, Level, Post, Status, body};
use crate::model::{Bundle, Verdict};
use crate::report::{self, Leg, View, escape};

/// The most characters of a status' description that the forges take.
const DESCRIPTION: usize = 140;
/// The most characters of an annotation's title and message.
const TITLE: usize = 200;
const MESSAGE: usize = 2_000;

/// When a pull request is commented on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Unless the event says that the job's token may not write.
    Auto,
    /// Whatever the event says; another token was given.
    Always,
    /// When there is something to say: a fail, a doubt, or an earlier comment to be put right.
    OnChange,
    /// Never.
    Never,
}

/// What a forge is to be told, and under which names.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// When the pull request is commented on.
    pub comment: When,
    /// What tells the comment from those of other pipelines.
    pub id: CommentId,
    /// Who may have written an earlier comment; `None` is the forge's usual account.
    pub author: Option<String>,
    /// The name of the check of the commit, where one is wanted.
    pub check: Option<String>,
    /// The name of the status of the commit, where one is wanted.
    pub status: Option<String>,
    /// Whether the builds were measured by code that is not trusted, so that what they came to is no
    /// more than a claim.
    pub claimed: bool,
}

impl Wishes {
    /// Whether anything is wished at all.
    pub fn are_any(&self) -> bool {
        self.comment != When::Never || self.check.is_some() || self.status.is_some()
    }
}

/// What the builds tell a forge; `None` where the event names no commit to tell it of.
///
/// Of builds whose code is not trusted only the comment is told: a check or a status would let a
/// stranger say that a commit passes.
pub fn compose(legs: &[Leg<'_>], event: &Event, wishes: &Wishes) -> Option<Post> {
    let head = event.head.clone()?;
    let verdict = Verdict::worst(legs.iter().map(Leg::verdict))?;
    let sentence = format!("{verdict}: {}", sentence(legs));
    let page = page(legs, event, wishes);
    let may_write = event.may_write() || wishes.comment == When::Always;
    let comments = wishes.comment != When::Never && (wishes.claimed || may_write);
    let comment = event.change.as_ref().filter(|_| comments).map(|change| Comment {
        change: change.number,
        id: wishes.id.clone(),
        body: body(&wishes.id, &page),
        only_replace: match verdict {
            Verdict::Pass | Verdict::Improved => wishes.comment == When::OnChange,
            // The job is red by itself; what an earlier one said is put right.
            _ => legs.iter().all(|leg| leg.error.is_some()),
        },
        author: wishes.author.clone(),
    });
    let conclusion = conclusion(legs);
    let vouched = |name: &Option<String>| name.clone().filter(|_| may_write && !wishes.claimed);
    Some(Post {
        head,
        link: event.job.url.clone(),
        comment,
        check: vouched(&wishes.check).map(|name| Check {
            name,
            conclusion,
            title: sentence.clone(),
            summary: page,
            annotations: annotations(legs),
        }),
        status: vouched(&wishes.status).map(|context| Status {
            context,
            conclusion,
            description: escape::shorten(&sentence, DESCRIPTION),
        }),
    })
}

/// What a comment, a check and the summary of a step show.
pub fn page(legs: &[Leg<'_>], event: &Event, wishes: &Wishes) -> String {
    let changes = event.changes();
    let page = match legs {
        [Leg { bundle: Some(bundle), .. }] => report::comment(bundle, changes.as_deref()),
        legs => report::comment_on_legs(legs, changes.as_deref()),
    };
    format!("{page}\n{}", footer(event, wishes))
}

/// What it came to in one sentence of plain text.
pub fn sentence(legs: &[Leg<'_>]) -> String {
    let plain = |text: String| text.replace('\u{a0}', " ");
    match legs {
        [Leg { bundle: Some(bundle), .. }] => plain(View::new(bundle).sentence.text()),
        legs => plain(report::tally_of_legs(legs)),
    }
}

/// Which commit and which job a comment is of.
fn footer(event: &Event, wishes: &Wishes) -> String {
    let commit = event.head.as_deref().unwrap_or_default();
    let short: String = commit.chars().take(10).collect();
    let mut parts = vec![format!("for commit {}", escape::markdown_code(&short))];
    if let Some(url) = event.job.url.as_deref().filter(|url| report::is_address(url)) {
        parts.push(format!("[the job]({url})"));
    }
    if let Some(attempt) = event.job.attempt.filter(|attempt| *attempt > 1) {
        parts.push(format!("attempt {attempt}"));
    }
    if wishes.claimed {
        parts
            .push("measured in the contributor's own run, which pacegate did not watch".to_owned());
    }
    format!("<sub>{}</sub>\n", parts.join(" · "))
}

/// What all of it came to: a build that fails decides, then one that did not decide.
fn conclusion(legs: &[Leg<'_>]) -> Conclusion {
    let of = |leg: &Leg<'_>| match (leg.verdict(), leg.bundle.map_or(1, |bundle| bundle.exit_code))
    {
        (Verdict::Pass | Verdict::Improved | Verdict::Warn, 0) => Conclusion::Success,
        (Verdict::Inconclusive | Verdict::NoBaseline, 0) => Conclusion::Neutral,
        _ => Conclusion::Failure,
    };
    let all: Vec<Conclusion> = legs.iter().map(of).collect();
    [Conclusion::Failure, Conclusion::Neutral]
        .into_iter()
        .find(|bad| all.contains(bad))
        .unwrap_or(Conclusion::Success)
}

/// Remarks on the gates that did not plainly pass, worst first, at the lines on which they stand.
pub fn annotations(legs: &[Leg<'_>]) -> Vec<Annotation> {
    let several = legs.len() > 1;
    let mut all: Vec<Annotation> = legs
        .iter()
        .filter_map(|leg| Some((leg.name, leg.bundle?)))
        .flat_map(|(name, bundle)| of_bundle(bundle, several.then_some(name)))
        .collect();
    all.sort_by_key(|annotation| std::cmp::Reverse(annotation.level));
    all
}

fn of_bundle(bundle: &Bundle, leg: Option<&str>) -> Vec<Annotation> {
    let view = View::new(bundle);
    let of = leg.map_or_else(String::new, |leg| format!("{}: ", escape::name(leg)));
    let at = |line: u32, level: Level, title: String, message: String| Annotation {
        level,
        path: view.file.clone(),
        line,
        title: escape::shorten(&format!("{of}{title}"), TITLE),
        message: escape::shorten(&message.replace('\u{a0}', " "), MESSAGE),
    };
    let failures = view.failures.iter().map(|failure| {
        let title = format!("{} was not measured", failure.target);
        at(1, Level::Failure, title, failure.lines.join("\n"))
    });
    let rows = view.rows.iter().filter(|row| row.matters()).filter_map(|row| {
        let judgement = row.judgement;
        let level = level(judgement.verdict, bundle.exit_code)?;
        let change = row.change.as_ref().map(|change| match &row.interval {
            Some(interval) => format!("{change} ({interval}), "),
            None => format!("{change}, "),
        });
        let advice = row.advice.as_ref().map(|advice| format!("\nTo do: {}", advice.text()));
        let message = format!(
            "{}gate: {}; {}{}",
            change.unwrap_or_default(),
            row.rule,
            row.reason.text(),
            advice.unwrap_or_default()
        );
        let title = format!("{}: {}", row.series, judgement.verdict);
        Some(at(row.line, level, title, message))
    });
    failures.chain(rows).collect()
}

/// How bad a verdict is; a plain pass with a remark, and what is better, need no annotation.
fn level(verdict: Verdict, exit_code: u8) -> Option<Level> {
    match verdict {
        Verdict::Fail | Verdict::Missing | Verdict::Error => Some(Level::Failure),
        Verdict::Inconclusive | Verdict::NoBaseline if exit_code != 0 => Some(Level::Warning),
        Verdict::Warn => Some(Level::Warning),
        Verdict::Inconclusive | Verdict::NoBaseline => Some(Level::Notice),
        Verdict::Pass | Verdict::Improved => None,
    }
}
