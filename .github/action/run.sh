#!/usr/bin/env bash
# Runs pacegate with what action.yml was given. Every word stays one argument, and none is read as script.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/surroundings.sh"

given=("$INPUT_MODE")
case $INPUT_MODE in
    ci) given+=("--config=$INPUT_CONFIG") ;;
    publish) ;;
    *) stop "mode is to be ci or publish" ;;
esac
case $INPUT_STRICT in
    true) given+=(--strict) ;;
    false | "") ;;
    *) stop "strict is to be true or false" ;;
esac
given+=("--comment=$INPUT_COMMENT")
[[ -z $INPUT_COMMENT_ID ]] || given+=("--comment-id=$INPUT_COMMENT_ID")
while IFS= read -r line || [[ -n $line ]]; do
    line=${line%$'\r'}
    [[ -z $line ]] || given+=("$line")
done <<<"$INPUT_ARGS"

cd -- "$INPUT_WORKING_DIRECTORY"
exec pacegate "${given[@]}"
