//! `--dry-run`: what would be done and sent, in words or as JSON.

use crate::args::Output;
use crate::failure::Failure;
use crate::stdout;
use pacegate::Error;
use pacegate::exit::Exit;
use pacegate::pipeline::telling::{self, Rehearsal, Telling};
use pacegate::report::{self, Leg, escape};
use serde::Serialize;

/// Prints what would be done.
pub(super) fn rehearse(
    legs: &[Leg<'_>],
    telling: &Telling,
    format: Output,
) -> Result<Exit, Failure> {
    let rehearsal = telling::rehearse(legs, telling);
    let text = match format {
        Output::Json => json(&rehearsal)?,
        Output::Text => text(&rehearsal)?,
    };
    stdout::print(&text)?;
    Ok(Exit::Pass)
}

fn text(rehearsal: &Rehearsal) -> Result<String, Failure> {
    let mut out = String::new();
    let mut line = |name: &str, text: &str| {
        out.push_str(&format!("{name:<9} {}\n", escape::terminal(&escape::prose(text))));
    };
    let event = &rehearsal.event;
    line("event", &event.to_string());
    line("head", event.head.as_deref().unwrap_or("unknown"));
    match (&rehearsal.refusal, &rehearsal.base) {
        (Some(refusal), _) => line("measure", refusal),
        (None, Some(base)) => {
            line("measure", &format!("side by side with the merge base with `{base}`"));
        }
        (None, None) => line(
            "measure",
            "side by side with what the configuration names, else compared with stored runs",
        ),
    }
    line("baseline", event.trust.words());
    if let Some(silence) = &rehearsal.silence {
        line("post", silence);
    }
    for request in &rehearsal.requests {
        out.push_str(&format!("\n{} {}\n", request.method, escape::terminal(&request.path)));
        if let Some(body) = &request.body {
            let body = json(body)?;
            body.lines().for_each(|line| out.push_str(&format!("{}\n", escape::terminal(line))));
        }
    }
    if !rehearsal.commands.is_empty() {
        out.push_str("\nworkflow commands\n");
        // Indented and shown, not given: a runner that reads this must not take them for its own.
        for command in rehearsal.commands.lines() {
            out.push_str(&format!("  {}\n", escape::terminal(command)));
        }
    }
    if let Some(summary) = &rehearsal.summary {
        out.push_str("\nsummary\n");
        summary.lines().for_each(|line| out.push_str(&format!("  {}\n", escape::terminal(line))));
    }
    Ok(out)
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    Ok(report::json_document(value).map_err(|error| Error::from(report::Error::Json(error)))?)
}
