//! Watching resources from outside: a real tree behind a real launcher, and hostile metrics endpoints.

#[cfg(test)]
mod endpoint;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod prometheus;
