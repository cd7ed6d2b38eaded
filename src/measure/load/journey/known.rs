//! Whether every variable of a journey gets a value somewhere, now that tables are read.

use crate::config::{LoadPlan, StepPlan, Template};
use crate::measure::load::LoadError;
use std::collections::BTreeSet;

/// Refuses a variable that neither a column nor a step before its own gives a value to.
///
/// # Errors
///
/// With the step and the variable.
pub(super) fn check<'a>(
    plan: &'a LoadPlan,
    columns: impl Iterator<Item = &'a str>,
) -> Result<(), LoadError> {
    // The steps aside are those of nobody, who has no row.
    let mut shared = BTreeSet::new();
    in_turn(&plan.setup, &mut shared)?;
    let known: BTreeSet<&str> = shared.iter().copied().chain(columns).collect();
    for journey in &plan.journeys {
        in_turn(&journey.steps, &mut known.clone())?;
    }
    in_turn(&plan.teardown, &mut shared)
}

fn in_turn<'a>(steps: &'a [StepPlan], known: &mut BTreeSet<&'a str>) -> Result<(), LoadError> {
    for step in steps {
        for text in step.texts() {
            let Ok(template) = Template::parse(text) else { continue };
            if let Some(name) = template.variables().find(|name| !known.contains(name)) {
                let why = format!(
                    "nothing gives the variable `{name}` a value; let an earlier step `extract` it, or name a \
                     column of `data` so (setup and teardown have no row)"
                );
                return Err(LoadError::Step { step: step.name.clone(), why });
            }
        }
        known.extend(step.extract.iter().map(|extract| extract.variable.as_str()));
    }
    Ok(())
}
