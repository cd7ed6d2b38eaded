//! Reports of bundles of every kind, as texts that a person has read.

#[cfg(test)]
mod bundles;
#[cfg(test)]
mod creep;
mod diagnoses;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod junit;
#[cfg(test)]
mod markdown;
#[cfg(test)]
mod paired;
#[cfg(test)]
mod posts;
#[cfg(test)]
mod snapshots;
