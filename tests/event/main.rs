//! What a CI job was started for: every provider's events, and what strangers make of them.

#[cfg(test)]
mod actions;
#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod gitlab;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod job;
#[cfg(test)]
mod provider;
