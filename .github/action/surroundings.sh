# shellcheck shell=bash
# Sourced first by each script of the action: what an earlier step may have put into the environment to change
# what bash does is refused, or taken away.

stop() {
    echo "::error title=pacegate::$1"
    exit 2
}

while IFS= read -r -d '' variable; do
    [[ $variable != BASH_FUNC_* ]] ||
        stop "a shell function comes with the environment (${variable%%=*}), and could stand in for any program"
done < <(env -0)
unset BASH_ENV ENV CDPATH
