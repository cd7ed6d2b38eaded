//! Where the base's tree lies.

use super::BaseError;
use super::mapping::real;
use sha2::{Digest as _, Sha256};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// The folder of the repository at `top` in the user's cache.
///
/// # Errors
///
/// When no cache is known outside of the repository.
pub(super) fn of_user(
    top: &Path,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<PathBuf, BaseError> {
    let xdg = variable("XDG_CACHE_HOME").map(PathBuf::from);
    let home = variable("HOME").map(|home| Path::new(&home).join(".cache"));
    let mut caches = [xdg, home].into_iter().flatten().filter(|cache| cache.is_absolute());
    let place = caches.find_map(|cache| within(&cache.join("pacegate/base"), top).ok());
    place.ok_or_else(|| BaseError::NoPlace { repository: top.to_owned() })
}

/// The folder of the repository at `top` in a cache: always the same one, and always outside of the
/// repository, since build tools look for their workspace in the folders above.
///
/// # Errors
///
/// When the cache is in the repository.
pub(super) fn within(cache: &Path, top: &Path) -> Result<PathBuf, BaseError> {
    let cache = real(cache);
    if cache.starts_with(top) {
        return Err(BaseError::NoPlace { repository: top.to_owned() });
    }
    let digest = format!("{:x}", Sha256::digest(top.as_os_str().as_bytes()));
    Ok(cache.join(&digest[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_in_the_first_cache_outside_of_the_repository() {
        let check = |xdg: Option<&str>, home: Option<&str>, expected: Option<&str>| {
            let variable = |name: &str| {
                let value = if name == "HOME" { home } else { xdg };
                value.map(OsString::from)
            };
            let found = of_user(Path::new("/nowhere/repo"), variable).ok();
            let cache = found.as_deref().map(|place| place.ancestors().nth(3).unwrap());
            assert_eq!(cache, expected.map(Path::new), "{xdg:?} {home:?}");
        };
        check(Some("/nowhere/cache"), Some("/nowhere"), Some("/nowhere/cache"));
        check(None, Some("/nowhere"), Some("/nowhere/.cache"));
        check(Some("relative"), Some("/nowhere"), Some("/nowhere/.cache"));
        check(Some("/nowhere/repo/.cache"), Some("/nowhere"), Some("/nowhere/.cache"));
        check(Some("/nowhere/repo/.cache"), Some("/nowhere/repo"), None);
        check(None, None, None);
    }

    #[test]
    fn every_repository_has_its_own() {
        let of = |top: &str| within(Path::new("/nowhere"), Path::new(top)).unwrap();
        assert_eq!(of("/a"), of("/a"));
        assert_ne!(of("/a"), of("/b"));
    }
}
