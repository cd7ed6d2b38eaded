//! What makes noise on a machine, and what to do about it.

use crate::model::{Cause, CpuQuota, Diagnosis, Grade, Surroundings, Warning};
use crate::report::layout::wrap;
use crate::report::number::percent;
use crate::report::terminal::Page;
use crate::report::{escape, words};

/// Draws the causes that are there with what to do, then those that are not, and those of which
/// nothing is known.
pub(super) fn draw(page: &mut Page, diagnosis: &Diagnosis, columns: usize) {
    let told = &diagnosis.surroundings;
    let seen = diagnosis.causes.iter().map(|cause| sentence(*cause, told));
    let in_vain = (diagnosis.grade == Some(Grade::Noisy)).then(|| {
        "a build cannot find here what its gate is for; measure a longer piece of work, widen the gate, \
         or use a quieter machine"
            .to_owned()
    });
    let sentences: Vec<String> = seen.chain(in_vain).collect();
    if !sentences.is_empty() {
        page.line(&page.paint.bold("what makes noise, and what to do"));
        for sentence in sentences {
            for (n, line) in wrap(&escape::terminal(&sentence), columns - 4).iter().enumerate() {
                page.line(&format!("  {} {line}", if n == 0 { "-" } else { " " }));
            }
        }
        page.line("");
    }
    let others = Cause::ALL.into_iter().filter(|cause| !diagnosis.causes.contains(cause));
    let (absent, unknown): (Vec<Cause>, Vec<Cause>) = others.partition(|cause| told.tells(*cause));
    for (label, causes) in [("not seen", absent), ("not told", unknown)] {
        let names: Vec<&str> = causes.into_iter().map(name).collect();
        if !names.is_empty() {
            page.fact(label, &names.join(", "), columns);
        }
    }
}

/// What is there, and after a semicolon what to do; names from outside stand in it as they are.
fn sentence(cause: Cause, told: &Surroundings) -> String {
    let noise = &told.noise;
    let share = |share: Option<f64>| share.unwrap_or_default();
    match cause {
        Cause::Load => {
            words::warning(&Warning::BusyMachine { load_per_core: share(noise.load_per_core) })
        }
        Cause::Steal => words::warning(&Warning::StolenTime { share: share(noise.steal) }),
        Cause::Pressure => {
            words::warning(&Warning::CpuPressure { share: share(noise.cpu_pressure) })
        }
        Cause::Governor => words::warning(&Warning::Governor {
            governor: escape::name(noise.governor.as_deref().unwrap_or_default()),
        }),
        Cause::Throttling => format!(
            "the control group was held back in {} of its periods; raise its CPU quota",
            percent(share(told.throttled))
        ),
        Cause::Quota => format!(
            "the control group may use the time of {} only, and waits when that is spent; lift the \
             quota, or pin the job to whole cores",
            match told.quota {
                Some(CpuQuota::Cores(cores)) => format!("{cores:.1} cores"),
                Some(CpuQuota::Unlimited) | None => "some cores".to_owned(),
            }
        ),
        Cause::Turbo => {
            "the clock rises above its nominal frequency as heat and neighbours let it \
                         (turbo); switch that off where you may"
                .to_owned()
        }
        Cause::SharedCores => {
            "two hardware threads share each core, so that other work slows what is \
                               measured; switch SMT off, or leave the second threads idle"
                .to_owned()
        }
        Cause::OneCore => {
            "one core has to do everything; grant a second one, so that the system and \
                           what is measured do not take turns"
                .to_owned()
        }
        Cause::VirtualMachine => format!(
            "this is a virtual machine{}, whose host others may use; compare base and head side by \
             side, not with runs of another day",
            match &told.product {
                Some(product) => format!(" ({})", escape::name(product)),
                None => String::new(),
            }
        ),
    }
}

fn name(cause: Cause) -> &'static str {
    match cause {
        Cause::Load => "load of others",
        Cause::Steal => "stolen time",
        Cause::Pressure => "waiting for a CPU",
        Cause::Throttling => "throttling",
        Cause::Quota => "CPU quota",
        Cause::Governor => "restless governor",
        Cause::Turbo => "turbo",
        Cause::SharedCores => "shared cores (SMT)",
        Cause::OneCore => "a single core",
        Cause::VirtualMachine => "virtual machine",
    }
}
