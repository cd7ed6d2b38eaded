#!/usr/bin/env bash
# Builds the archive of one target into target/dist/: pacegate-VERSION-TARGET.tar.gz. The machine must be able to run
# what it builds, which writes its own manual pages and completions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=$1
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
name="pacegate-$version-$target"
built="target/$target/release"
staged="target/release-archives/$name"

cargo build --locked --release --target "$target" --bins
rm -rf "$staged"
mkdir -p "$staged/completions" "$staged/man" target/dist
cp "$built/pacegate" "$built/cargo-pacegate" README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$staged"
for shell in bash elvish fish powershell zsh; do
    "$built/pacegate" completions "$shell" >"$staged/completions/pacegate.$shell"
done
"$built/pacegate" man --output "$staged/man"

# The same contents give the same bytes, whenever and by whomever they are packed.
tar=$(command -v gtar || command -v tar)
"$tar" --directory "$(dirname "$staged")" --sort name --owner 0 --group 0 --numeric-owner \
    --mtime "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" --create "$name" | gzip -n9 >"target/dist/$name.tar.gz"
printf '%s\n' "target/dist/$name.tar.gz"
