#!/usr/bin/env bash
# Writes what a release is made of into target/dist/, in the CycloneDX form.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
mkdir -p target/dist
cargo cyclonedx --format json --spec-version 1.5 --override-filename "pacegate-$version.cdx"
mv "pacegate-$version.cdx.json" target/dist/
