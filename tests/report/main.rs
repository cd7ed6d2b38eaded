//! Reports of bundles of every kind, as texts that a person has read.

#[cfg(test)]
mod bundles;
#[cfg(test)]
mod codequality;
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
mod load_performance;
#[cfg(test)]
mod markdown;
#[cfg(test)]
mod openmetrics;
#[cfg(test)]
mod paired;
#[cfg(test)]
mod posts;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod terminal;
