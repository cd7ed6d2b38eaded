//! Whether every variable gets a value somewhere.

use crate::config::error::{Fault, did_you_mean};
use crate::config::file::{Load, Step};
use crate::config::plan::json_texts;
use crate::config::template::Template;
use crate::config::yaml::{At, shown};
use std::collections::BTreeSet;

/// Refuses a variable that nothing before its step gives a value to. Where there are tables, any variable
/// may be a column of theirs, which is known once they are read.
pub(super) fn check(load: &Load) -> Result<(), Fault> {
    if load.data.is_some() {
        return Ok(());
    }
    let mut shared = BTreeSet::new();
    in_turn(load.setup.as_ref(), &mut shared)?;
    in_turn(load.steps.as_ref(), &mut shared.clone())?;
    let journeys = load.journeys.as_ref().map_or(&[][..], |journeys| &journeys.value.0);
    for (_, journey) in journeys {
        in_turn(Some(&journey.value.steps), &mut shared.clone())?;
    }
    in_turn(load.teardown.as_ref(), &mut shared)
}

fn in_turn<'a>(
    steps: Option<&'a At<Vec<At<Step>>>>,
    known: &mut BTreeSet<&'a str>,
) -> Result<(), Fault> {
    for step in steps.map_or(&[][..], |steps| &steps.value) {
        for (place, text) in texts(&step.value) {
            let template = Template::parse(&text);
            let Ok(template) = template else { continue };
            if let Some(name) = template.variables().find(|name| !known.contains(name)) {
                let help = did_you_mean(name, known.iter().copied()).unwrap_or_else(|| {
                    "let an earlier step `extract` it, or take it from `data`".to_owned()
                });
                let message = format!("nothing gives the variable `{}` a value", shown(name));
                return Err(Fault::new(message).at(place).help(help));
            }
        }
        let extracted = step.value.extract.as_ref().map_or(&[][..], |extract| &extract.0);
        known.extend(extracted.iter().map(|(name, _)| name.value.as_str()));
    }
    Ok(())
}

/// The texts of a request in which variables may stand, with their places.
fn texts(step: &Step) -> Vec<(crate::config::error::Place, String)> {
    let methods =
        [&step.get, &step.head, &step.post, &step.put, &step.patch, &step.delete, &step.options];
    let plain = methods.into_iter().flatten().chain(&step.body);
    let headers = step.headers.iter().flat_map(|headers| &headers.0).map(|(_, value)| value);
    let mut texts: Vec<_> =
        plain.chain(headers).map(|text| (text.place, text.value.clone())).collect();
    if let Some(form) = &step.form {
        texts.extend(form.value.0.iter().map(|(_, value)| (form.place, value.clone())));
    }
    if let Some(json) = &step.json {
        let mut found = Vec::new();
        json_texts(&json.value, &mut found);
        texts.extend(found.into_iter().map(|text| (json.place, text.to_owned())));
    }
    texts
}
