#!/usr/bin/env bash
# Runs pacegate with what action.yml was given. Every word stays one argument, and none is read as script.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/surroundings.sh"

case $INPUT_MODE/$INPUT_STRICT in
    ci/true) given=(ci "--config=$INPUT_CONFIG" --strict) ;;
    ci/false) given=(ci "--config=$INPUT_CONFIG") ;;
    publish/false) given=(publish) ;;
    publish/true) stop "strict is for mode: ci; what is published was judged already" ;;
    *) stop "mode is to be ci or publish, and strict true or false" ;;
esac
given+=("--comment=$INPUT_COMMENT")
[[ -z $INPUT_COMMENT_ID ]] || given+=("--comment-id=$INPUT_COMMENT_ID")
while IFS= read -r line || [[ -n $line ]]; do
    line=${line%$'\r'}
    [[ -z $line ]] || given+=("$line")
done <<<"$INPUT_ARGS"

cd -- "$INPUT_WORKING_DIRECTORY"
exec pacegate "${given[@]}"
