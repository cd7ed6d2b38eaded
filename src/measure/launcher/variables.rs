//! Which environment variables a command gets.

use crate::config::Command;
use std::collections::BTreeMap;

/// What commands need to find programs, homes, toolchains and proxies, by exact name or, with a `*`,
/// by the start of the name. No variable that carries a credential of a CI system or a registry is
/// among them: `CARGO_*` as a whole would pass `CARGO_REGISTRY_TOKEN`.
const PASSED: &[&str] = &[
    // The user and the shell.
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TERM",
    "TMPDIR",
    "TZ",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "XDG_*",
    // Whether a CI runs this; only that it does.
    "CI",
    // The network.
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    // Linking and loading.
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "LIBRARY_PATH",
    "CPATH",
    "PKG_CONFIG_PATH",
    "CC",
    "CXX",
    "AR",
    "CFLAGS",
    "CXXFLAGS",
    "LDFLAGS",
    "LIBCLANG_PATH",
    // Rust.
    "CARGO",
    "CARGO_HOME",
    "CARGO_BUILD_*",
    "CARGO_TARGET_*",
    "CARGO_PROFILE_*",
    "CARGO_NET_*",
    "CARGO_HTTP_*",
    "CARGO_INCREMENTAL",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "CRITERION_HOME",
    // Other languages.
    "JAVA_HOME",
    "GOPATH",
    "GOROOT",
    "GOCACHE",
    "GOMODCACHE",
    "GOFLAGS",
    "GOPROXY",
    "NODE_PATH",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "PYTHONHOME",
    "DOTNET_ROOT",
    "GEM_HOME",
    "GEM_PATH",
];

/// The environment of a command: of `ours` what the list and `pass_env` name, then its own variables.
///
/// Names and values that are not UTF-8 are left out.
pub(super) fn of(
    command: &Command,
    ours: impl IntoIterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
) -> BTreeMap<String, String> {
    let named = |name: &str| {
        let also = command.pass_env.iter().map(String::as_str);
        PASSED.iter().copied().chain(also).any(|pattern| matches(pattern, name))
    };
    ours.into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| named(name))
        .chain(command.env.clone())
        .collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ours: &[(&str, &str)], pass_env: &[&str], env: &[(&str, &str)], expected: &str) {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let command = Command {
            argv: vec!["x".into()],
            cwd: "/".into(),
            env: env.iter().map(own).collect(),
            pass_env: pass_env.iter().map(|name| (*name).to_owned()).collect(),
        };
        let found = of(&command, ours.iter().map(|(n, v)| ((*n).into(), (*v).into())));
        let found: Vec<_> = found.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(found.join(" "), expected);
    }

    #[test]
    fn what_is_not_named_is_kept_back() {
        let ours = [
            ("PATH", "/bin"),
            ("LC_ALL", "C"),
            ("GITHUB_TOKEN", "t"),
            ("ACTIONS_RUNTIME_TOKEN", "t"),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t"),
            ("CI_JOB_TOKEN", "t"),
            ("CI_REGISTRY_PASSWORD", "t"),
            ("CARGO_REGISTRY_TOKEN", "t"),
            ("CARGO_REGISTRIES_OURS_TOKEN", "t"),
            ("NPM_TOKEN", "t"),
            ("AWS_SECRET_ACCESS_KEY", "t"),
            ("LD_PRELOAD", "x.so"),
            ("SHOP_SLOW", "1"),
        ];
        check(&ours, &[], &[], "LC_ALL=C PATH=/bin");
        check(&ours, &["GITHUB_TOKEN"], &[], "GITHUB_TOKEN=t LC_ALL=C PATH=/bin");
        check(&ours, &["SHOP_*"], &[], "LC_ALL=C PATH=/bin SHOP_SLOW=1");
        check(&ours, &[], &[("PATH", "/usr/bin"), ("A", "b")], "A=b LC_ALL=C PATH=/usr/bin");
    }
}
