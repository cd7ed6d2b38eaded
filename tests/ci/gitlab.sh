#!/usr/bin/env bash
# Runs both GitLab templates with gitlab-ci-local, which does in a shell what a runner does: a job that passes, one
# that fails a gate, and one without a checksum for what it would install.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
top=$PWD
bin=$(realpath "$(dirname "$1")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$top/target/checks/npm/node_modules/.bin:$PATH" NO_COLOR=1
export GIT_CONFIG_GLOBAL=/dev/null HOME=$work

fail() {
    printf '%s\n' "$1" >&2
    cat "$work/log" >&2
    exit 1
}

# A repository whose only gate is that a command takes at most this long.
repository() {
    mkdir -p "$work/$1/templates"
    cp -r "$top"/templates/* "$work/$1/templates"
    cd "$work/$1"
    printf '%s\n' "version: 1" "project: p" \
        "benchmarks: { b: { command: { run: [sh, -c, 'exit 0'], warmup: 0, samples: 3 } } }" \
        "gates: [ { series: b/wall, limit: { max: $2 } } ]" >gates.yaml
    cat >.gitlab-ci.yml
    printf '%s\n' .pacegate .gitlab-ci-local >.gitignore
    git init -q -b main
    git add .
    git -c user.name=a -c user.email=a@b commit -q -m x
    git remote add origin https://gitlab.invalid/o/p.git
}

# The exit code of the job `performance`; what it says goes to a log.
job() {
    local code=0
    gitlab-ci-local --force-shell-executor "$@" performance >"$work/log" 2>&1 || code=$?
    echo "$code"
}

reports() {
    for file in report.json junit.xml summary.md codequality.json metrics.txt load-performance.json; do
        find . -path "*/.pacegate/report/$file" -size +0 | grep -q . || fail "no $file was kept"
    done
}

include() { printf '%s\n' "include: { local: templates/pacegate.gitlab-ci.yml }" "performance: { extends: .pacegate }"; }
component() { printf '%s\n' "include:" "  - local: templates/pacegate/template.yml" "    inputs: { image: '' }"; }

for form in include component; do
    "$form" | repository "$form-passes" 1h
    test "$(PATH=$bin:$PATH job)" = 0 || fail "$form: a job that passes did not"
    reports
    "$form" | repository "$form-fails" 1us
    test "$(PATH=$bin:$PATH job)" != 0 || fail "$form: a job that fails passed"
    reports
done

if command -v pacegate >/dev/null; then fail "a pacegate is on PATH already"; fi
include | repository unknown 1h
test "$(job --variable PACEGATE_SHA256=)" != 0 || fail "something was installed without a checksum"
