#!/usr/bin/env bash
# Checks the protocol's files: lint, format, and that nothing breaks the wire against the last commit of main.
set -euo pipefail
cd "$(dirname "$0")/.."

# One package of an exact version; a lock file would name the registry it came from.
(cd tools/proto && npm install --no-package-lock --silent --no-audit --no-fund >/dev/null 2>&1)
buf="$PWD/tools/proto/node_modules/.bin/buf"

# buf wants the imported google protos as files; they come from the package that the build uses, and are not committed.
dotnet restore src/ActProtocol.Wire --verbosity quiet
packages="$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')"
version="$(sed -n 's/.*Google.Api.CommonProtos" Version="\([^"]*\)".*/\1/p' Directory.Packages.props)"
imports="$packages/google.api.commonprotos/$version/content/protos/google"
with_imports() { rm -rf "$1/google"; mkdir -p "$1/google"; cp -r "$imports/api" "$imports/rpc" "$imports/type" "$1/google/"; }

with_imports protocol
"$buf" lint protocol
"$buf" format --diff --exit-code --exclude-path protocol/google protocol

base="$(mktemp -d)"
trap 'rm -rf "$base"' EXIT
against=""
for ref in refs/remotes/origin/main refs/heads/main HEAD~1; do
  git cat-file -e "$ref:protocol/buf.yaml" 2>/dev/null || continue
  # On main itself the last commit is the one before: nothing differs from itself.
  [ "$(git rev-parse "$ref^{commit}")" != "$(git rev-parse HEAD)" ] || continue
  against="$ref"
  break
done
if [ -n "$against" ]; then
  git archive "$against" protocol | tar -x -C "$base"
  with_imports "$base/protocol"
  "$buf" breaking protocol --against "$base/protocol"
else
  echo "No earlier commit has a protocol to compare with."
fi
