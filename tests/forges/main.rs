//! GitLab and Forgejo are told of builds, by way of a server that remembers what it was told and fails on
//! demand.

#[cfg(test)]
mod faults;
#[cfg(test)]
mod life;
#[cfg(test)]
mod state;
#[cfg(test)]
mod stub;
