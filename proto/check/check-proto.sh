#!/usr/bin/env bash
# Compares proto/cri/api.proto with the Kubernetes original, descriptor by descriptor, and prints each difference.
# Exit codes: 0 identical, 1 different, 2 the original cannot be had.
set -euo pipefail

module=k8s.io/cri-api@v0.37.2
sum=h1:UMvN3s6yoG3SVbxX9Mw6yVmVmaLwVAjy0hXUpJzXogo= # as a go.sum file has it
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

if ! command -v go >/dev/null; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "check-proto: cannot download $module: go is not installed (Debian package golang-go), and installing it needs root" >&2
    exit 2
  fi
  echo "check-proto: installing the Debian package golang-go, to download $module"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-go ca-certificates >/dev/null
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

field() { sed -n "s/^[[:space:]]*\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p" "$scratch/module.json"; }

# Outside of any Go module, so that only this one is downloaded.
if ! (cd "$scratch" && GOTOOLCHAIN=local GOWORK=off go mod download -json "$module" >module.json); then
  echo "check-proto: cannot download $module: $(field Error)" >&2
  exit 2
fi
if [ "$(field Sum)" != "$sum" ]; then
  echo "check-proto: cannot trust $module: its checksum is $(field Sum), expected $sum" >&2
  exit 2
fi
original=$(field Dir)/pkg/apis/runtime/v1/api.proto
if [ ! -f "$original" ]; then
  echo "check-proto: cannot read the original of $module: no file $original" >&2
  exit 2
fi

mkdir "$scratch/upstream"
cp "$original" "$scratch/upstream/api.proto"
cd "$root"
# protobuf-java asks for sun.misc.Unsafe, about which JDK 25 warns.
export MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow"
./mvnw -q -pl proto -Pcheck-proto "-Dupstream.directory=$scratch/upstream" process-test-classes
