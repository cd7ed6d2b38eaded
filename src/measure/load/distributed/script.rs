//! The file that Locust runs: a fixed part, and the plan as data.

use super::failed;
use crate::config::{BodyPlan, ExtractSource, LoadPlan, PathKey, StepPlan, host_of, path_keys};
use crate::measure::load::LoadError;
use crate::measure::load::journey::{Feed, Script, read_file};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// The fixed part. Its order matters: each names what stands before it.
const PARTS: [&str; 3] =
    [include_str!("journey.py"), include_str!("client.py"), include_str!("roles.py")];

/// What every worker is given.
#[derive(Serialize)]
struct Asked<'a> {
    plan: &'a LoadPlan,
    origin: &'a str,
    host: String,
    authority: &'a str,
    agent: &'static str,
    /// The addresses that the host stands for, which were checked.
    addresses: Vec<(String, u16)>,
    tables: &'a [Feed],
    /// Files that are sent, by path, in base64.
    files: BTreeMap<String, String>,
    paths: BTreeMap<&'a str, Vec<PathKey>>,
    /// Certificates that are trusted beside the system's.
    ca: Option<String>,
}

/// The text of the file.
///
/// # Errors
///
/// When a file cannot be read, or a JSON path is more than names and indexes.
pub(super) fn text(
    plan: &LoadPlan,
    script: &Script,
    addresses: &[SocketAddr],
) -> Result<String, LoadError> {
    let ca = plan.ca.as_ref().map(|path| {
        std::fs::read_to_string(path)
            .map_err(|source| LoadError::File { path: path.clone(), source })
    });
    let asked = Asked {
        plan,
        origin: &script.origin,
        host: host_of(&plan.url).unwrap_or_default(),
        authority: plan.url.split_once("://").map_or("", |(_, authority)| authority),
        agent: concat!("pacegate/", env!("CARGO_PKG_VERSION")),
        addresses: addresses.iter().map(|one| (one.ip().to_string(), one.port())).collect(),
        tables: &script.feeds,
        files: files(plan)?,
        paths: paths(plan)?,
        ca: ca.transpose()?,
    };
    let asked = serde_json::to_vec(&asked).map_err(|error| failed(error.to_string()))?;
    let asked = STANDARD.encode(asked);
    let data = format!(
        "import base64\nimport json\n\nHANDED = json.loads(base64.b64decode(\"{asked}\"))\n"
    );
    Ok(std::iter::once(data.as_str()).chain(PARTS).collect::<Vec<_>>().join("\n\n"))
}

fn all(plan: &LoadPlan) -> impl Iterator<Item = &StepPlan> {
    plan.steps().chain(&plan.setup).chain(&plan.teardown)
}

fn files(plan: &LoadPlan) -> Result<BTreeMap<String, String>, LoadError> {
    let paths = all(plan).filter_map(|step| match &step.body {
        Some(BodyPlan::File(path)) => Some(path),
        _ => None,
    });
    paths
        .map(|path| Ok((path.to_string_lossy().into_owned(), STANDARD.encode(read_file(path)?))))
        .collect()
}

fn paths(plan: &LoadPlan) -> Result<BTreeMap<&str, Vec<PathKey>>, LoadError> {
    let mut paths = BTreeMap::new();
    for step in all(plan) {
        let extracted = step.extract.iter().filter_map(|extract| match &extract.source {
            ExtractSource::Json(path) => Some(path),
            ExtractSource::Header(_) | ExtractSource::Regex(_) => None,
        });
        for path in step.expect.json.iter().map(|(path, _)| path).chain(extracted) {
            let keys = path_keys(path).ok_or_else(|| LoadError::Step {
                step: step.name.clone(),
                why: format!("`{path}` is more than names and indexes, which no worker reads"),
            })?;
            paths.insert(path.as_str(), keys);
        }
    }
    Ok(paths)
}
