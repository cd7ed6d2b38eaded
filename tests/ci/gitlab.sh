#!/usr/bin/env bash
# Runs both GitLab templates with gitlab-ci-local, which does in a shell what a runner does: a job that passes, one
# that cannot decide, one that fails, and one without a checksum for what it would install.
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

# A repository with one gate; what it includes comes from stdin.
repository() {
    mkdir -p "$work/$1/templates"
    cp -r "$top"/templates/* "$work/$1/templates"
    cd "$work/$1"
    printf '%s\n' "version: 1" "project: p" \
        "benchmarks: { b: { command: { run: [sh, -c, 'exit 0'], warmup: 0, samples: 3 } } }" \
        "gates: [ { series: b/wall, $2 } ]" >gates.yaml
    cat >.gitlab-ci.yml
    printf '%s\n' .pacegate .gitlab-ci-local >.gitignore
    git init -q -b main
    git add .
    git -c user.name=a -c user.email=a@b commit -q -m x
    git remote add origin https://gitlab.invalid/o/p.git
}

# Whether the job `performance` is a PASS, a WARN or a FAIL. The exit code does not say it: it is 0 for every job
# that may end with some codes.
job() {
    # gitlab-ci-local says itself that it is not GitLab.
    gitlab-ci-local --force-shell-executor --variable GITLAB_CI=true "$@" performance >"$work/log" 2>&1 || true
    sed -nE 's/^ (PASS|WARN|FAIL) +performance.*/\1/p' "$work/log"
}

# Holds a job to its outcome, and to its reports.
check() {
    local form=$1 gate=$2 expected=$3
    repository "$form-$expected" "$gate" < <("$form")
    found=$(PATH=$bin:$PATH job)
    test "$found" = "$expected" || fail "$form: \`$gate\` is a ${found:-nothing}, and is to be a $expected"
    reports
}

reports() {
    for file in report.json junit.xml summary.md codequality.json metrics.txt load-performance.json; do
        find . -path "*/.pacegate/report/$file" -size +0 | grep -q . || fail "no $file was kept"
    done
}

include() { printf '%s\n' "include: { local: templates/pacegate.gitlab-ci.yml }" "performance: { extends: .pacegate }"; }
component() { printf '%s\n' "include:" "  - local: templates/pacegate/template.yml" "    inputs: { strict: true }"; }

for form in include component; do
    check "$form" "limit: { max: 1h }" PASS
    # Nothing to compare with: exit code 4.
    check "$form" "regression: { max: 5% }" WARN
    check "$form" "limit: { max: 1us }" FAIL
done

if command -v pacegate >/dev/null; then fail "a pacegate is on PATH already"; fi
repository unknown "limit: { max: 1h }" < <(include)
test "$(job --variable PACEGATE_SHA256=)" = FAIL || fail "something was installed without a checksum"
grep -q "no checksum is known" "$work/log" || fail "the job failed for another reason"
