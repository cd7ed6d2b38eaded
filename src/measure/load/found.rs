//! Where Locust is, and whether it is new enough.

use super::LoadError;
use crate::config::Command;
use crate::measure::Context;
use crate::measure::failure::last_lines;
use crate::measure::launcher;
use std::time::Duration;

/// Names the program, where it is not the `locust` in `PATH`.
const VARIABLE: &str = "PACEGATE_LOCUST";
/// The oldest version that is used.
const OLDEST: (u32, u32) = (2, 44);
/// How long it may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program, asked for its version.
///
/// # Errors
///
/// When it is missing, is something else, or is too old.
pub(super) async fn locust(
    engine: &'static str,
    context: Context<'_>,
) -> Result<String, LoadError> {
    let failed = |why: String| LoadError::Engine { engine, why };
    let named = std::env::var(VARIABLE).ok().filter(|named| !named.is_empty());
    let program = match named {
        Some(path) if path.contains('/') => {
            std::path::absolute(&path).map_or(path, |path| path.to_string_lossy().into_owned())
        }
        Some(name) => name,
        None => "locust".to_owned(),
    };
    let command = Command {
        argv: vec![program.clone(), "--version".to_owned()],
        cwd: std::env::temp_dir(),
        env: Default::default(),
        pass_env: vec![],
    };
    let ended = launcher::run(context, &command, PATIENCE, true).await.map_err(|error| {
        failed(format!("{error}; `pip install locust`, or name it in {VARIABLE}"))
    })?;
    if context.stop.is_asked() {
        return Err(LoadError::Interrupted);
    }
    let told = ended.log.lines().find_map(version);
    let Some((major, minor)) = told else {
        let lines = last_lines(&ended.log);
        return Err(failed(format!("`{program}` does not tell a version of Locust{lines}")));
    };
    if (major, minor) < OLDEST {
        let (least, lesser) = OLDEST;
        return Err(failed(format!(
            "`{program}` is Locust {major}.{minor}, and {least}.{lesser} or newer is needed; \
             `pip install --upgrade locust`"
        )));
    }
    Ok(program)
}

/// Major and minor version of a line such as `locust 2.47.0 from …`.
fn version(line: &str) -> Option<(u32, u32)> {
    let mut numbers = line.strip_prefix("locust ")?.split_whitespace().next()?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_other_lines() {
        assert_eq!(version("locust 2.47.0 from /usr/lib (Python 3.11.7)"), Some((2, 47)));
        assert_eq!(version("locust 3.0"), Some((3, 0)));
        for line in ["", "locust", "locust x.y", "locust 2", "Python 3.11.7"] {
            assert_eq!(version(line), None, "{line}");
        }
    }
}
