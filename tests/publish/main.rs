//! Forges that are told: what they hear, and what becomes of it when they, or the way there, fail.

#[cfg(test)]
mod account;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod environment;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fork;
#[cfg(test)]
mod job;
#[cfg(test)]
mod life;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod posts;
#[cfg(test)]
mod secure;
#[cfg(test)]
mod stub;
