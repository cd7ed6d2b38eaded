//! The composite action and the workflows: their form, the installer, and runs of the action as a runner does them.

#[cfg(test)]
mod arguments;
#[cfg(test)]
mod bash;
#[cfg(test)]
mod form;
#[cfg(test)]
mod install;
#[cfg(test)]
mod runner;
#[cfg(test)]
#[path = "../support/tree.rs"]
mod tree;
