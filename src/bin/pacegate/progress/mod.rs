//! Progress on stderr: what goes on and the time left on a terminal, plain lines in a pipeline's log.

mod log;
mod text;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use log::Log;
use pacegate::measure::Event;
use std::collections::HashMap;
use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Steps of a bar; fine enough that a long target visibly moves.
const STEPS: u64 = 1000;
const ONE_LINE: &str = "{prefix:<20!} {wide_bar:.dim} {msg}";
/// A load has more to tell than fits beside a bar.
const TWO_LINES: &str = "{prefix:<20!} {wide_bar:.dim} {left}\n  {wide_msg}";

/// Draws events; drops everything when quiet.
pub(crate) struct Progress {
    style: Style,
    begun: Instant,
}

enum Style {
    Quiet,
    Lines(Mutex<Log>),
    Bars(Mutex<HashMap<String, Running>>),
}

struct Running {
    bar: ProgressBar,
    planned: Option<Duration>,
    since: Instant,
    /// What stands beside the bar of a load; none until it tells.
    left: Option<Arc<Mutex<String>>>,
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        let in_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
        let style = match (quiet, std::io::stderr().is_terminal() && !in_ci) {
            (true, _) => Style::Quiet,
            (false, true) => Style::Bars(Mutex::default()),
            (false, false) => Style::Lines(Mutex::default()),
        };
        Progress { style, begun: Instant::now() }
    }

    /// Takes one event; a broken stderr is not worth stopping for.
    pub(crate) fn observe(&self, event: Event) {
        match &self.style {
            Style::Quiet => {}
            Style::Lines(log) => {
                let line = held(log).take(&event, self.begun.elapsed());
                line.iter().for_each(|line| say(line));
            }
            Style::Bars(running) => draw(&mut held(running), event),
        }
    }

    /// Tells what has been silent for long; called every second or so.
    pub(crate) fn tick(&self) {
        if let Style::Lines(log) = &self.style {
            held(log).tick(self.begun.elapsed()).iter().for_each(|line| say(line));
        }
    }
}

fn draw(all: &mut HashMap<String, Running>, event: Event) {
    match event {
        Event::Started { name, planned } => {
            let running = Running { bar: bar(&name), planned, since: Instant::now(), left: None };
            all.insert(name, running);
        }
        Event::Planned { name, plan } => {
            if let Some(running) = all.get(&name) {
                running.bar.println(format!("{name}: {plan}"));
            }
        }
        Event::Progress { name, done, note } => {
            if let Some(running) = all.get(&name) {
                let left = text::left(done, running.planned, running.since.elapsed());
                running.advance(done);
                running.bar.set_message(format!("{note}{left}"));
            }
        }
        Event::Load { name, progress } => {
            if let Some(running) = all.get_mut(&name) {
                running.advance(Some(progress.done));
                *held(running.two_lines()) = text::load_phase(&progress);
                running.bar.set_message(text::load(&progress));
            }
        }
        Event::Finished { name, ok, elapsed } => match all.remove(&name) {
            Some(running) => running.bar.finish_and_clear(),
            None => say(&text::finished(&name, ok, elapsed)),
        },
    }
}

impl Running {
    fn advance(&self, done: Option<f64>) {
        self.bar.set_position(done.map_or(0, |done| (done * STEPS as f64) as u64));
    }

    /// Makes the bar one of two lines; gives the text beside it.
    fn two_lines(&mut self) -> &Mutex<String> {
        self.left.get_or_insert_with(|| {
            let left = Arc::<Mutex<String>>::default();
            let shown = Arc::clone(&left);
            let show = move |_: &ProgressState, to: &mut dyn fmt::Write| {
                let _ = to.write_str(&held(&shown));
            };
            if let Ok(style) = ProgressStyle::with_template(TWO_LINES) {
                self.bar.set_style(style.with_key("left", show));
            }
            left
        })
    }
}

/// What a lock holds; whoever panicked with it has told already.
fn held<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bar(name: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(ONE_LINE) {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "pacegate: {line}");
}
