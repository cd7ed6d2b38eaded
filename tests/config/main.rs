//! `gates.yaml` from outside: what is accepted, what is refused, and in which words.

#[cfg(test)]
mod accepted;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod init;
#[cfg(test)]
mod quantities;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod support;
