//! Whether cores are shared, and with whom.

use crate::measure::kernel::{number, text};

/// The longest name of a product.
const MAX_PRODUCT_CHARS: usize = 80;

/// Whether two hardware threads share a core.
pub(super) fn shared_cores() -> Option<bool> {
    match number("/sys/devices/system/cpu/smt/active") {
        Some(active) => Some(active != 0),
        None => text("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list").map(|list| {
            // One thread is `0`, several are `0,4` or `0-1`.
            list.contains([',', '-'])
        }),
    }
}

/// Whether this is a virtual machine: whether its CPU says so, where CPUs do, or the hypervisor.
pub(super) fn is_virtual() -> Option<bool> {
    if text("/sys/hypervisor/type").is_some() {
        return Some(true);
    }
    text("/proc/cpuinfo").and_then(|cpuinfo| has_hypervisor(&cpuinfo))
}

/// Whether the flags in the text of `/proc/cpuinfo` name a hypervisor; `None` without flags.
fn has_hypervisor(cpuinfo: &str) -> Option<bool> {
    let mut fields = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let (_, flags) = fields.find(|(name, _)| name.trim() == "flags")?;
    Some(flags.split_whitespace().any(|flag| flag == "hypervisor"))
}

/// Maker and product as the firmware has them, such as `Amazon EC2 m5.large`.
pub(super) fn product() -> Option<String> {
    let parts =
        ["sys_vendor", "product_name"].map(|file| text(format!("/sys/class/dmi/id/{file}")));
    let words: Vec<String> = parts.into_iter().flatten().collect();
    let name: String = words.join(" ").chars().filter(|c| !c.is_control()).collect();
    let name: String = name.chars().take(MAX_PRODUCT_CHARS).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hypervisor_is_one_of_the_flags() {
        let check = |cpuinfo: &str, expected: Option<bool>| {
            assert_eq!(has_hypervisor(cpuinfo), expected, "{cpuinfo}");
        };
        check("model name\t: X\nflags\t\t: fpu hypervisor lahf_lm\n", Some(true));
        check("flags\t\t: fpu lahf_lm hypervisors\n", Some(false));
        check("CPU part\t: 0xd0c\nFeatures\t: fp asimd\n", None);
        check("", None);
    }
}
