#!/usr/bin/env bash
# Lets each shell complete by what `pacegate completions` prints, and mandoc read the manual pages.
set -euo pipefail
pacegate=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Reads what a shell offers after `pacegate sch`.
offers() {
    grep -qw schema || { echo "$1 does not complete \`pacegate sch\`" >&2; exit 1; }
}

for shell in bash zsh fish; do "$pacegate" completions "$shell" >"$shell"; done
bash --norc -c '. ./bash; COMP_WORDS=(pacegate sch) COMP_CWORD=1; _pacegate pacegate sch pacegate; echo "${COMPREPLY[@]}"' | offers bash
# Without a terminal zsh completes nothing; what it would be offered is what it calls _describe with.
zsh -f -c 'compdef() { :; }; . ./zsh; _describe() { print -rl -- ${(P)4}; }; _pacegate_commands' | offers zsh
fish --no-config -c '. ./fish; complete -C "pacegate sch"' | offers fish

"$pacegate" man >pacegate.1
"$pacegate" man --output pages
cmp pacegate.1 pages/pacegate.1
test "$(find pages -name 'pacegate-*.1' | wc -l)" -ge 10
mandoc -T lint -W error pages/*.1
