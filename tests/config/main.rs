//! `gates.yaml` from outside: what is accepted, what is refused, and in which words.

#[cfg(test)]
mod errors;
