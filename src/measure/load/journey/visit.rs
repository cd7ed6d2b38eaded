//! One journey under way.

use super::{Script, Shared, Step, Variables};
use crate::config::ThinkPlan;
use crate::measure::load::failure::RequestFailure;
use cookie_store::CookieStore;
use hyper::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use std::ops::Range;
use std::time::Duration;
use url::Url;

use super::step::Message;

/// A visitor on a journey.
#[derive(Debug)]
pub(in crate::measure::load) struct Visit {
    /// What it knows.
    pub(in crate::measure::load) variables: Variables,
    /// The places of its steps among those of the script.
    pub(in crate::measure::load) steps: Range<usize>,
    draws: Pcg64Mcg,
    /// Its cookies with the origin they belong to; `None` until it gets one.
    jar: Option<Box<(Url, CookieStore)>>,
}

impl Script {
    /// The visit of that number: its journey and its rows depend on nothing else.
    pub(in crate::measure::load) fn visit(&self, number: u64, shared: &Shared) -> Visit {
        let mut draws = Pcg64Mcg::seed_from_u64(number);
        let steps = match &self.journeys[..] {
            [only] => only.steps.clone(),
            journeys => {
                let all = journeys.last().map_or(1, |last| last.up_to);
                let drawn = draws.random_range(0..all);
                let found = journeys.iter().find(|journey| drawn < journey.up_to);
                found.map_or(0..0, |journey| journey.steps.clone())
            }
        };
        let mut variables = Variables::new(shared);
        for feed in &self.feeds {
            feed.fill(number, &mut draws, &mut variables);
        }
        Visit { variables, steps, draws, jar: None }
    }
}

impl Visit {
    /// A visitor who only makes what the script says of before or after the load.
    pub(in crate::measure::load) fn aside(shared: &Shared) -> Visit {
        let variables = Variables::new(shared);
        Visit { variables, steps: 0..0, draws: Pcg64Mcg::seed_from_u64(0), jar: None }
    }

    /// How long it thinks.
    pub(in crate::measure::load) fn thinks(&mut self, think: ThinkPlan) -> Duration {
        let ThinkPlan { from, to } = think;
        from + (to - from).mul_f64(self.draws.random::<f64>())
    }

    /// The request of a step, with its cookies.
    ///
    /// # Errors
    ///
    /// As [`Step::message`].
    pub(in crate::measure::load) fn message(&self, step: &Step) -> Result<Message, RequestFailure> {
        let mut message = step.message(&self.variables)?;
        self.add_cookies(&mut message);
        Ok(message)
    }

    /// Adds the cookies that it has for the request.
    pub(in crate::measure::load) fn add_cookies(&self, message: &mut Message) {
        let Some((origin, store)) = self.jar.as_deref() else { return };
        let Ok(url) = origin.join(message.uri().path()) else { return };
        let cookies: Vec<String> =
            store.get_request_values(&url).map(|(name, value)| format!("{name}={value}")).collect();
        if cookies.is_empty() {
            return;
        }
        if let Ok(value) = HeaderValue::try_from(cookies.join("; ")) {
            message.headers_mut().append(COOKIE, value);
        }
    }

    /// Whether the cookies of answers matter.
    pub(in crate::measure::load) fn keeps_cookies(&self, script: &Script) -> bool {
        script.cookies
    }

    /// Keeps the cookies that an answer to a request gave, where the script says so.
    pub(in crate::measure::load) fn keep_cookies(
        &mut self,
        script: &Script,
        path: &str,
        headers: &HeaderMap,
    ) {
        if !script.cookies || !headers.contains_key(SET_COOKIE) {
            return;
        }
        if self.jar.is_none() {
            let Ok(origin) = Url::parse(&script.origin) else { return };
            self.jar = Some(Box::new((origin, CookieStore::default())));
        }
        let Some((origin, store)) = self.jar.as_deref_mut() else { return };
        let Ok(url) = origin.join(path) else { return };
        for value in headers.get_all(SET_COOKIE) {
            if let Ok(text) = value.to_str() {
                // A cookie that no browser would keep is not kept.
                let _ = store.parse(text, &url);
            }
        }
    }
}
