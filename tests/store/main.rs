//! Stores as a caller sees them: one conformance suite for every backend, and what only a file can
//! do wrong.

#[cfg(test)]
mod child;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod git;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod open;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod sqlite;
