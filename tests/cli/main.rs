//! The command as a pipeline sees it: arguments and files in, exit code, stdout and stderr out.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod base;
#[cfg(test)]
mod cargo;
#[cfg(test)]
mod dir;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod documented;
#[cfg(test)]
mod files;
#[cfg(test)]
mod history;
#[cfg(test)]
mod hook;
#[cfg(test)]
mod interrupt;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod points;
#[cfg(test)]
mod project;
#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod replay;
#[cfg(test)]
#[path = "../support/shop_binary.rs"]
mod shop_binary;
#[cfg(test)]
mod side_by_side;
