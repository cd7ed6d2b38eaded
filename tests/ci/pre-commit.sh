#!/usr/bin/env bash
# Uses the hooks of .pre-commit-hooks.yaml as a project would, with the framework pre-commit and a real push.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
top=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH="$(realpath "$(dirname "$1")"):$top/target/checks/venv/bin:$PATH"
export PATH HOME=$work PRE_COMMIT_HOME=$work/cache GIT_CONFIG_GLOBAL=$work/config
git config --file "$work/config" user.name a
git config --file "$work/config" user.email a@b

fail() {
    printf '%s\n' "$1" >&2
    cat "$work/log" >&2
    exit 1
}

# Runs a command that is to end well (0) or not (1), and to say something.
check() {
    local expected=$1 told=$2 code=0
    shift 2
    "$@" >"$work/log" 2>&1 || code=1
    test "$code" = "$expected" || fail "\`$*\` ended with $code"
    grep -q "$told" "$work/log" || fail "\`$*\` did not say: $told"
}

gates() {
    printf '%s\n' "version: 1" "project: p" \
        "benchmarks: { b: { command: { run: [sh, -c, 'exit 0'], warmup: 0, samples: 3 } } }" \
        "paired: { pairs: 8 }" "gates: [ { series: b/wall, $1 } ]" >gates.yaml
    git add .
}

git init -q "$work/hooks"
cp .pre-commit-hooks.yaml "$work/hooks"
git -C "$work/hooks" add .
git -C "$work/hooks" commit -q -m x
revision=$(git -C "$work/hooks" rev-parse HEAD)

git init -q --bare "$work/remote"
git init -q -b main "$work/project"
cd "$work/project"
git remote add origin "$work/remote"
printf '%s\n' "repos:" "  - { repo: $work/hooks, rev: $revision, hooks: [ { id: pacegate-check }, { id: pacegate-gate } ] }" \
    >.pre-commit-config.yaml
printf '%s\n' .pacegate >.gitignore
gates "limit: { max: 1h }"
git commit -q -m x
git push -q origin main
pre-commit install --hook-type pre-commit --hook-type pre-push >"$work/log"

gates "limit: { max: 2h }"
check 0 "check gates.yaml.*Passed" git commit -m x
check 0 "measure before a push.*Passed" git push origin main
gates "limit: { max: oddly }"
check 1 "check gates.yaml.*Failed" git commit -m x
gates "limit: { max: 1us }"
check 0 "check gates.yaml.*Passed" git commit -m x
check 1 "measure before a push.*Failed" git push origin main
