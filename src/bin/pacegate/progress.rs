//! Progress on stderr: a line with the time left on a terminal, plain lines in a pipeline's log.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pacegate::measure::Event;
use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Steps of a bar; fine enough that a long target visibly moves.
const STEPS: u64 = 1000;

/// Draws events; drops everything when quiet.
pub(crate) struct Progress {
    style: Style,
    running: Mutex<HashMap<String, Running>>,
}

enum Style {
    Quiet,
    Lines,
    Bars,
}

struct Running {
    bar: Option<ProgressBar>,
    planned: Option<Duration>,
    since: Instant,
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        let in_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
        let style = match (quiet, std::io::stderr().is_terminal() && !in_ci) {
            (true, _) => Style::Quiet,
            (false, true) => Style::Bars,
            (false, false) => Style::Lines,
        };
        Progress { style, running: Mutex::new(HashMap::new()) }
    }

    /// Takes one event; a broken stderr is not worth stopping for.
    pub(crate) fn observe(&self, event: Event) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        match (&self.style, event) {
            (Style::Quiet, _) => {}
            (style, Event::Started { name, planned }) => {
                let bar = matches!(style, Style::Bars).then(|| bar(&name));
                if bar.is_none() {
                    let time =
                        planned.map_or(String::new(), |p| format!(" (about {})", seconds(p)));
                    say(&format!("pacegate: {name}{time}"));
                }
                running.insert(name, Running { bar, planned, since: Instant::now() });
            }
            (_, Event::Progress { name, done, note }) => {
                if let Some(Running { bar: Some(bar), planned, since }) = running.get(&name) {
                    let left = left(done, *planned, since.elapsed());
                    bar.set_position(done.map_or(0, |done| (done * STEPS as f64) as u64));
                    bar.set_message(format!("{note}{left}"));
                }
            }
            (_, Event::Finished { name, ok, elapsed }) => {
                let word = if ok { "done" } else { "failed" };
                match running.remove(&name) {
                    Some(Running { bar: Some(bar), .. }) => bar.finish_and_clear(),
                    _ => say(&format!("pacegate: {name} {word} in {}", seconds(elapsed))),
                }
            }
        }
    }
}

fn bar(name: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{prefix:<20!} {wide_bar:.dim} {msg}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// `, 12 s left`, from the share done or the planned time.
fn left(done: Option<f64>, planned: Option<Duration>, elapsed: Duration) -> String {
    let left = match (done, planned) {
        (_, Some(planned)) => Some(planned.saturating_sub(elapsed)),
        (Some(done), None) if done > 0.0 => {
            Duration::try_from_secs_f64(elapsed.as_secs_f64() * (1.0 - done) / done).ok()
        }
        _ => None,
    };
    left.map_or(String::new(), |left| format!(", {} left", seconds(left)))
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 10.0 { format!("{seconds:.1} s") } else { format!("{seconds:.0} s") }
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
