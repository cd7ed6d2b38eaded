#!/usr/bin/env bash
# Lints what CI systems read: the action, workflows, templates, hooks, scripts, and every snippet of the docs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly checks=target/checks
readonly venv=$checks/venv/bin
readonly snippets=$checks/snippets
export PATH="$PWD/$checks/npm/node_modules/.bin:$PATH"

schema() { "$venv/check-jsonschema" --builtin-schema "$@"; }
# `!reference` and inputs are GitLab's own YAML.
gitlab() { schema vendor.gitlab-ci --data-transform gitlab-ci "$@"; }

# What fits no schema is passed over by zizmor with a warning, and what it calls clean may then be nothing.
zizmor() {
    local log=$checks/zizmor.log
    NO_COLOR=1 "$venv/zizmor" --offline --persona auditor "$@" 2>"$log" || { cat "$log" >&2; return 1; }
    if grep -E 'WARN|ERROR' "$log" >&2; then return 1; fi
}

workflows=(.github/workflows/*.yml docs/recipes/github/*.yml)
schema vendor.github-actions action.yml
schema vendor.github-workflows "${workflows[@]}"
schema vendor.dependabot .github/dependabot.yml
zizmor action.yml .github/dependabot.yml "${workflows[@]}"
for file in action.yml "${workflows[@]}"; do
    # Version 0.6.0, the newest, does not know the permission `attestations`.
    [[ $file == *release.yml ]] || action-validator "$file"
done

gitlab templates/pacegate.gitlab-ci.yml
# The first document of a component is its inputs, which the schema does not know.
sed '1,/^---$/d' templates/pacegate/template.yml >"$checks/component.yml"
gitlab "$checks/component.yml"

"$venv/pre-commit" validate-manifest .pre-commit-hooks.yaml
shellcheck --severity warning .ci/run tests/*.sh tests/ci/*.sh .github/action/*.sh .github/release/*.sh benches/*.sh

rm -rf "$snippets"
python3 tests/ci/snippets.py "$snippets" docs/github.md docs/gitlab.md docs/other-ci.md >"$checks/snippets.list"
while read -r kind file; do
    case $kind in
        jenkins) ;; # Looked at when it was taken out.
        shell) shellcheck --shell sh "$file" ;;
        pre-commit) "$venv/pre-commit" validate-config "$file" ;;
        vendor.gitlab-ci) gitlab "$file" ;;
        vendor.github-workflows) schema "$kind" "$file" && zizmor "$file" ;;
        # The schema of Azure has expressions of an older JavaScript.
        *) schema "$kind" --regex-variant nonunicode "$file" ;;
    esac
done <"$checks/snippets.list"
