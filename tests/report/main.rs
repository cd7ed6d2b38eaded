//! Reports of bundles of every kind, as texts that a person has read.

#[cfg(test)]
mod bundles;
#[cfg(test)]
mod creep;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod junit;
#[cfg(test)]
mod markdown;
#[cfg(test)]
mod snapshots;
