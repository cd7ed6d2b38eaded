//! Base and head in pairs: what a replay decides, how families share their error, and how often it errs.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod experiment;
#[cfg(test)]
mod family;
#[cfg(test)]
mod needed;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod rates;
