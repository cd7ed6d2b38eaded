//! What a load is going to do, in a line for a person to read before it starts.

use super::share::{Share, written};
use crate::config::{
    Arrivals, CapacityPlan, DistributedPlan, LoadPlan, Protocol, RateStage, Spacing, Traffic, Users,
};
use std::time::Duration;

/// Rates or users, how long, the warm-up, the connections, and where to.
pub(super) fn outline(plan: &LoadPlan, share: Share) -> String {
    let what = match &plan.traffic {
        Traffic::Arrivals(arrivals) => of_arrivals(arrivals, share),
        Traffic::Users(users) => of_users(users),
        Traffic::Distributed(distributed) => of_distributed(distributed),
        Traffic::Capacity(capacity) => of_capacity(capacity),
        Traffic::K6(k6) => format!("k6 runs {}", k6.script.display()),
        Traffic::Locust(locust) => format!("Locust runs {}", locust.file.display()),
    };
    let when = share.begin.map(|begin| format!(", from {} on", written(begin)));
    format!("{what}, to {}{}", plan.url, when.unwrap_or_default())
}

fn of_arrivals(arrivals: &Arrivals, share: Share) -> String {
    let part = share.part;
    let of = if part.of == 1 { String::new() } else { format!("segment {part} of ") };
    format!(
        "{of}{}{} for {:?}{}, {}",
        rates(&arrivals.stages),
        spacing(arrivals.spacing),
        arrivals.duration(),
        after(arrivals.warmup),
        connections(arrivals)
    )
}

/// `200/s`, or where the rate changes `0/s → 200/s → 50/s`.
fn rates(stages: &[RateStage]) -> String {
    let mut rates: Vec<String> =
        stages.iter().flat_map(|stage| [stage.from, stage.to]).map(a_second).collect();
    rates.dedup();
    match rates.len() {
        0..=MOST_RATES => rates.join(" → "),
        more => {
            rates.truncate(MOST_RATES - 1);
            format!("{} → … ({more} rates)", rates.join(" → "))
        }
    }
}

/// More rates than these are not told one by one.
const MOST_RATES: usize = 6;

fn of_users(users: &Users) -> String {
    let ramps = users.ramp_up + users.ramp_down;
    let ramps = match ramps.is_zero() {
        true => String::new(),
        false => format!(", {ramps:?} of coming and going"),
    };
    let plural = if users.count == 1 { "" } else { "s" };
    format!("{} user{plural} for {:?}{}{ramps}", users.count, users.duration, after(users.warmup))
}

fn of_distributed(distributed: &DistributedPlan) -> String {
    let workers = distributed.workers + distributed.expect_workers;
    let plural = if workers == 1 { "" } else { "s" };
    format!("{workers} worker{plural} of Locust with {}", of_users(&distributed.users))
}

fn of_capacity(capacity: &CapacityPlan) -> String {
    format!(
        "from {} up to {} while {}, {:?} a rate{}, {}",
        a_second(capacity.from),
        a_second(capacity.to),
        capacity.objective,
        capacity.level,
        after(capacity.arrivals.warmup),
        connections(&capacity.arrivals)
    )
}

fn a_second(rate: f64) -> String {
    format!("{}/s", (rate * 100.0).round() / 100.0)
}

fn spacing(spacing: Spacing) -> &'static str {
    match spacing {
        Spacing::Constant => "",
        Spacing::Poisson { .. } => " (Poisson)",
    }
}

fn after(warmup: Duration) -> String {
    if warmup.is_zero() { String::new() } else { format!(" after {warmup:?} of warm-up") }
}

fn connections(arrivals: &Arrivals) -> String {
    let protocol = match arrivals.protocol {
        Protocol::Http1 => "",
        Protocol::Http2 => "HTTP/2 ",
    };
    let plural = if arrivals.connections == 1 { "" } else { "s" };
    format!("up to {} {protocol}connection{plural}", arrivals.connections)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Part;

    #[track_caller]
    fn check(load: &str, part: Part, expected: &str) {
        let text = format!(
            "version: 1\nproject: p\ngates: [ {{ series: '*', limit: {{ max: 1 }} }} ]\nloads: {{ l: {{ url: 'http://127.0.0.1:80', steps: [ {{ get: / }} ], {load} }} }}\n"
        );
        let place = std::path::Path::new("gates.yaml");
        let plan = crate::config::parse(&text, place, place, time::Date::MIN).unwrap();
        assert_eq!(outline(&plan.loads[0], Share { part, begin: None }), expected);
    }

    #[test]
    fn every_kind_of_load_is_told_in_a_line() {
        check(
            "arrivals: { rate: 200/s, for: 20s }",
            Part::WHOLE,
            "200/s for 20s after 2s of warm-up, up to 256 connections, to http://127.0.0.1",
        );
        check(
            "arrivals: { rate: 100/min, for: 90s, warmup: 0s, spacing: poisson, connections: 1, protocol: http2 }",
            Part { number: 2, of: 3 },
            "segment 2/3 of 1.67/s (Poisson) for 90s, up to 1 HTTP/2 connection, to http://127.0.0.1",
        );
        check(
            "arrivals: { stages: [ { to: 200/s, for: 30s }, { rate: 200/s, for: 2min }, { to: 0/s, for: 10s } ] }",
            Part::WHOLE,
            "0/s → 200/s → 0/s for 160s after 2s of warm-up, up to 256 connections, to http://127.0.0.1",
        );
        let stages: Vec<_> = (1..=9).map(|rate| format!("{{ rate: {rate}/s, for: 1s }}")).collect();
        check(
            &format!("arrivals: {{ stages: [ {} ], warmup: 0s }}", stages.join(", ")),
            Part::WHOLE,
            "1/s → 2/s → 3/s → 4/s → 5/s → … (9 rates) for 9s, up to 256 connections, to http://127.0.0.1",
        );
        check(
            "users: { count: 20, for: 60s, ramp_up: 10s }",
            Part::WHOLE,
            "20 users for 60s after 2s of warm-up, 10s of coming and going, to http://127.0.0.1",
        );
        check(
            "distributed: { users: 20, for: 60s, workers: 2, expect_workers: 1 }",
            Part::WHOLE,
            "3 workers of Locust with 20 users for 60s after 2s of warm-up, to http://127.0.0.1",
        );
        check(
            "mode: { capacity: { slo: 'p95 < 250ms', from: 50/s, to: 5000/s, for: 10s } }",
            Part::WHOLE,
            "from 50/s up to 5000/s while p95 < 250ms, 10s a rate after 2s of warm-up, up to 256 connections, to http://127.0.0.1",
        );
    }
}
