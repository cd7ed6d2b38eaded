//! `services:` and `loads:` resolved.

mod answer;
mod arrivals;
mod body;
mod capacity;
mod distributed;
mod known;
mod script;
mod step;
mod users;

use super::command::{Surroundings, command};
use super::{count, defaults, name, path_in, time_of};
use crate::config::error::{Fault, did_you_mean};
use crate::config::file::{Feed, FeedOrder, Load, Resources, Service};
use crate::config::plan::{FeedPlan, LoadPlan, ResourcesPlan, ServicePlan, Traffic};
use crate::config::url::{HttpUrl, http_url};
use crate::config::yaml::{At, Entries, shown};
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn services(
    entries: Option<&Entries<At<Service>>>,
    base: &Path,
) -> Result<BTreeMap<String, ServicePlan>, Fault> {
    let plan = |(written, service): &(At<String>, At<Service>)| {
        let name = name::checked(written, "service")?;
        let typed = &service.value;
        let ready = taken_apart(&typed.ready)?;
        if ready.origin.starts_with("https:") {
            return Err(typed
                .ready
                .fault("whether a service is ready is asked over http:// only")
                .help("let it answer on a plain port too, on 127.0.0.1"));
        }
        let surroundings = Surroundings {
            cwd: typed.cwd.as_ref(),
            env: typed.env.as_ref(),
            pass_env: typed.pass_env.as_deref(),
            base,
        };
        let plan = ServicePlan {
            name: name.clone(),
            command: command(&typed.command, &surroundings)?,
            url: typed.url.as_ref().map_or(Ok(ready.origin), origin)?,
            ready: typed.ready.value.clone(),
            ready_within: time_of(
                typed.ready_within.as_ref(),
                defaults::READY_WITHIN,
                defaults::MAX_READY_WITHIN,
            )?,
        };
        Ok((name, plan))
    };
    entries.map_or(&[][..], |entries| &entries.0).iter().map(plan).collect()
}

pub(super) fn loads(
    entries: Option<&Entries<At<Load>>>,
    services: &BTreeMap<String, ServicePlan>,
    base: &Path,
) -> Result<Vec<LoadPlan>, Fault> {
    let plan = |(written, load): &(At<String>, At<Load>)| {
        let name = name::checked(written, "load")?;
        let typed = &load.value;
        let service = typed.service.as_ref().map(|name| known(name, services)).transpose()?;
        let url = match (&typed.url, service) {
            (Some(url), _) => origin(url)?,
            (None, Some(service)) => service.url.clone(),
            (None, None) => {
                return Err(written
                    .fault(format!("the load `{name}` has nothing to send to"))
                    .help("give it a `service` to start, or the `url` of one that is running"));
            }
        };
        known::check(typed)?;
        let journeys = match typed.k6.is_some() || typed.locust.is_some() {
            true => script::nothing_else(typed).map(|()| vec![])?,
            false => step::journeys(load, base)?,
        };
        let plan = LoadPlan {
            name,
            url,
            ca: typed.ca.as_ref().map(|ca| path_in(base, ca, &ca.value)).transpose()?,
            service: service.map(|service| service.name.clone()),
            traffic: traffic(load, base)?,
            journeys,
            setup: step::aside(typed.setup.as_ref(), base)?,
            teardown: step::aside(typed.teardown.as_ref(), base)?,
            feeds: feeds(typed.data.as_ref(), base)?,
            cookies: typed.cookies.unwrap_or(true),
            redirects: typed.redirects.as_ref().map_or(Ok(0), |redirects| {
                count(redirects, 0, defaults::MAX_REDIRECTS, "`redirects`")
            })?,
            resources: typed.resources.as_ref().map_or(Ok(Default::default()), resources)?,
            timeout: time_of(
                typed.timeout.as_ref(),
                defaults::REQUEST_TIMEOUT,
                defaults::MAX_REQUEST_TIMEOUT,
            )?,
        };
        if let Some(written) = &typed.distributed {
            distributed::simple_paths(written, &plan)?;
        }
        Ok(plan)
    };
    entries.map_or(&[][..], |entries| &entries.0).iter().map(plan).collect()
}

fn known<'a>(
    name: &At<String>,
    services: &'a BTreeMap<String, ServicePlan>,
) -> Result<&'a ServicePlan, Fault> {
    services.get(&name.value).ok_or_else(|| {
        let list = services.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let help = match services.is_empty() {
            true => "describe it under `services`".to_owned(),
            false => did_you_mean(&name.value, services.keys().map(String::as_str))
                .unwrap_or(format!("there are {list}")),
        };
        name.fault(format!("no service is called `{}`", shown(&name.value))).help(help)
    })
}

fn taken_apart(url: &At<String>) -> Result<HttpUrl<'_>, Fault> {
    http_url(&url.value).map_err(|(message, help)| url.fault(message).maybe_help(help))
}

/// A URL without a path.
fn origin(url: &At<String>) -> Result<String, Fault> {
    let parsed = taken_apart(url)?;
    match parsed.path {
        "" | "/" => Ok(parsed.origin),
        path => Err(url.fault(format!("`{}` has a path", shown(&url.value))).help(format!(
            "write `{}` here, and `{}` in the steps",
            parsed.origin,
            shown(path)
        ))),
    }
}

fn resources(typed: &Resources) -> Result<ResourcesPlan, Fault> {
    let cgroup = match &typed.cgroup {
        None => None,
        Some(written) if written.value.starts_with("/sys/fs/cgroup/") => {
            Some(written.value.clone().into())
        }
        Some(written) => {
            return Err(written
                .fault(format!("`{}` is not the folder of a control group", shown(&written.value)))
                .help("they lie below `/sys/fs/cgroup/`"));
        }
    };
    if let Some(url) = &typed.prometheus {
        taken_apart(url)?;
    }
    let metrics = typed.metrics.as_ref().map_or(&[][..], |metrics| &metrics.value);
    match (&typed.prometheus, &typed.metrics, metrics.is_empty()) {
        (Some(url), _, true) => {
            return Err(url
                .fault("no metric of it is wanted")
                .help("name some, such as `metrics: [process_resident_memory_bytes]`"));
        }
        (None, Some(metrics), _) => {
            return Err(metrics
                .fault("nobody tells these metrics")
                .help("give the URL as `prometheus` too"));
        }
        (..) => {}
    }
    if metrics.len() > defaults::MAX_METRICS {
        return Err(metrics[0].fault(format!("at most {} metrics are read", defaults::MAX_METRICS)));
    }
    Ok(ResourcesPlan {
        cgroup,
        prometheus: typed.prometheus.as_ref().map(|url| url.value.clone()),
        metrics: metrics.iter().map(|metric| metric.value.clone()).collect(),
    })
}

fn feeds(written: Option<&At<Vec<At<Feed>>>>, base: &Path) -> Result<Vec<FeedPlan>, Fault> {
    let Some(written) = written else { return Ok(vec![]) };
    if written.value.len() > defaults::MAX_FEEDS {
        let most = defaults::MAX_FEEDS;
        return Err(written.fault(format!("a load has at most {most} tables")));
    }
    let feed = |feed: &At<Feed>| {
        let typed = &feed.value;
        let path = path_in(base, &typed.file, &typed.file.value)?;
        let known = path.extension().is_some_and(|end| end == "csv" || end == "json");
        match known {
            true => Ok(FeedPlan { path, random: matches!(typed.order, Some(FeedOrder::Random)) }),
            false => Err(typed
                .file
                .fault(format!("`{}` is neither a CSV nor a JSON file", shown(&typed.file.value)))
                .help("name it `….csv` or `….json`")),
        }
    };
    written.value.iter().map(feed).collect()
}

/// The one engine of a load, with what it is asked for.
fn traffic(load: &At<Load>, base: &Path) -> Result<Traffic, Fault> {
    let Load { arrivals, users, distributed, mode, k6, locust, .. } = &load.value;
    let places = [
        arrivals.as_ref().map(|written| written.place),
        users.as_ref().map(|written| written.place),
        distributed.as_ref().map(|written| written.place),
        mode.as_ref().map(|written| written.place),
        k6.as_ref().map(|written| written.place),
        locust.as_ref().map(|written| written.place),
    ];
    if let Some(second) = places.into_iter().flatten().nth(1) {
        return Err(Fault::new(
            "a load has one of `arrivals`, `users`, `distributed`, `mode`, `k6` and `locust`",
        )
        .at(second)
        .help("write two loads"));
    }
    if let Some(written) = arrivals {
        Ok(Traffic::Arrivals(arrivals::arrivals(written)?))
    } else if let Some(written) = users {
        Ok(Traffic::Users(users::users(&written.value)?))
    } else if let Some(written) = distributed {
        Ok(Traffic::Distributed(distributed::distributed(written)?))
    } else if let Some(written) = mode {
        Ok(Traffic::Capacity(capacity::capacity(&written.value.capacity.value)?))
    } else if let Some(written) = k6 {
        Ok(Traffic::K6(script::k6(&written.value, base)?))
    } else if let Some(written) = locust {
        Ok(Traffic::Locust(script::locust(&written.value, base)?))
    } else {
        Err(load.fault("the load does not say when journeys start").help(
            "such as `arrivals: { rate: 500/s, for: 20s }`, or `users: { count: 20, for: 20s }`",
        ))
    }
}
