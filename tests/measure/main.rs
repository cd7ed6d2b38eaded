//! Measuring real processes: commands, criterion's results, services.
//!
//! Nothing here depends on how fast the machine is: times are checked from below, or by far.

#[cfg(test)]
mod base;
#[cfg(test)]
mod command;
#[cfg(test)]
mod criterion;
#[cfg(test)]
mod launcher;
#[cfg(test)]
mod paired;
#[cfg(test)]
mod paired_criterion;
#[cfg(test)]
mod paired_load;
#[cfg(test)]
mod place;
#[cfg(test)]
mod repository;
#[cfg(test)]
mod service;
#[cfg(test)]
mod shallow;
#[cfg(test)]
#[path = "../support/shop.rs"]
mod shop;
#[cfg(test)]
mod support;
