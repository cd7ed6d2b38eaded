//! Builds that are told together, by the files that they left.

use crate::Error;
use crate::exit::Exit;
use crate::model::{Bundle, Verdict};
use crate::pipeline::read_bundle;
use crate::report::Leg;
use std::path::Path;

/// A build under its name.
#[derive(Debug)]
pub struct Build {
    /// Such as that of its runner; empty where there is but one.
    pub name: String,
    /// What it came to; `None` where it never reported.
    pub bundle: Option<Bundle>,
}

impl Build {
    /// A build by itself.
    ///
    /// # Errors
    ///
    /// As [`read_bundle`].
    pub fn alone(path: &Path) -> Result<Build, Error> {
        Ok(Build { name: String::new(), bundle: Some(read_bundle(path)?) })
    }

    /// One of several builds. Where its file is not there, it never came to an end.
    ///
    /// # Errors
    ///
    /// As [`read_bundle`], for a file that is there.
    pub fn of_several(name: &str, path: &Path) -> Result<Build, Error> {
        let bundle = match path.try_exists() {
            Ok(false) => None,
            _ => Some(read_bundle(path)?),
        };
        Ok(Build { name: name.to_owned(), bundle })
    }

    /// As reports see it.
    pub fn leg(&self) -> Leg<'_> {
        Leg { name: &self.name, bundle: self.bundle.as_ref(), error: None }
    }
}

/// The worst of what builds came to; one without a report is missing.
pub fn verdict(legs: &[Leg<'_>]) -> Verdict {
    Verdict::worst(legs.iter().map(Leg::verdict)).unwrap_or(Verdict::Missing)
}

/// The exit code of builds that are told together: strict, where one of them is.
pub fn exit(legs: &[Leg<'_>]) -> Exit {
    let strict = legs.iter().filter_map(|leg| leg.bundle).any(|bundle| bundle.policy.strict);
    Exit::of(verdict(legs), strict)
}
