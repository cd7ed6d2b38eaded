#!/usr/bin/env bash
# Puts pacegate on PATH. Binaries are taken only when their SHA-256 stands in checksums.txt beside action.yml,
# which is part of the commit that a workflow pins.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/surroundings.sh"

readonly source_of_releases=https://github.com/pacegate/pacegate/releases/download
readonly form_of_version='[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?'

# The target triple of this machine, as release archives are named.
target() {
    local system machine
    system=$(uname -s)
    machine=$(uname -m)
    case $machine in
        amd64) machine=x86_64 ;;
        arm64) machine=aarch64 ;;
    esac
    case $system/$machine in
        Linux/x86_64 | Linux/aarch64) echo "$machine-unknown-linux-musl" ;;
        Darwin/x86_64 | Darwin/aarch64) echo "$machine-apple-darwin" ;;
        *) stop "no binary is released for $system on $machine; use install-mode: cargo" ;;
    esac
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# The checksum of an archive, from lines of `sha256  name`.
known() {
    local sum name
    while read -r sum name; do
        if [[ $name == "$1" ]]; then
            echo "$sum"
            return
        fi
    done <"$checksums"
}

# The version of the release that was listed last; nothing where none is. A release is listed after it is built, so
# that no commit can list its own binaries by its own version.
listed_last() {
    local sum name last=""
    while read -r sum name; do
        if [[ $name =~ ^pacegate-($form_of_version)-(x86_64|aarch64)-[a-z-]+\.tar\.gz$ ]]; then
            last=${BASH_REMATCH[1]}
        fi
    done <"$checksums"
    echo "$last"
}

install_binary() {
    local archive expected found
    archive="pacegate-$version-$(target).tar.gz"
    expected=$(known "$archive")
    [[ $expected =~ ^[0-9a-f]{64}$ ]] || stop \
        "no checksum is known for $archive, so it is not installed; take a version that checksums.txt of this action lists, or use install-mode: cargo"
    curl --proto "$protocol" --tlsv1.2 -fsSL --retry 5 --retry-connrefused --max-filesize 200000000 --max-time 300 \
        -o "$work/$archive" "$releases/v$version/$archive"
    found=$(sha256 "$work/$archive")
    [[ $found == "$expected" ]] || stop "the checksum of $archive is $found, and not $expected; it is not installed"
    mkdir "$work/unpacked"
    tar -xzf "$work/$archive" -C "$work/unpacked" --strip-components 1
    mkdir -p "$bin"
    install -m 755 "$work/unpacked/pacegate" "$bin/pacegate"
}

install_by_cargo() {
    # The folder of the action has no say in what is built: cargo reads configuration from where it runs.
    cd "$work"
    case $1 in
        binstall) cargo binstall --no-confirm --locked --install-path "$bin" "pacegate@$version" ;;
        cargo) cargo install --locked --version "$version" --root "$bin/.." pacegate ;;
    esac
}

mode=${INPUT_INSTALL_MODE:-binary}
case $mode in
    binary | binstall | cargo) ;;
    none)
        command -v pacegate >/dev/null || stop "install-mode is none, and no pacegate is on PATH"
        pacegate --version
        exit
        ;;
    *) stop "install-mode is to be binary, binstall, cargo or none" ;;
esac

checksums=$here/../../checksums.txt
version=${INPUT_VERSION:-$(listed_last)}
version=${version#v}
[[ -n $version ]] || stop \
    "this commit of the action lists no release in checksums.txt; pin one that does, such as that of a tag action-v1.2.3"
[[ $version =~ ^$form_of_version$ ]] || stop "version is to be as in 1.2.3, and is not what was given"

# The tests serve archives of their own from this machine; nothing else may be reached without TLS.
releases=$source_of_releases protocol="=https"
if [[ ${PACEGATE_TEST_RELEASES:-} =~ ^http://127\.0\.0\.1:[0-9]+$ ]]; then
    releases=$PACEGATE_TEST_RELEASES protocol="=http"
fi
temporary=${RUNNER_TEMP:-/tmp}
work=$(TMPDIR=$temporary mktemp -d)
trap 'rm -rf "$work"' EXIT
bin=$temporary/pacegate-$version/bin

if [[ $mode == binary ]]; then install_binary; else install_by_cargo "$mode"; fi
PATH=$bin:$PATH
echo "$bin" >>"$GITHUB_PATH"
pacegate --version
