#!/usr/bin/env bash
# Makes the suite for others, and tries what was made: a dotnet tool, and one file for Linux that needs no .NET.
# Usage: conformance-tests/package.sh [FOLDER]     (default: artifacts/act-conformance)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath -m "${1:-$here/../artifacts/act-conformance}")
project=$here/ActProtocol.Conformance/ActProtocol.Conformance.csproj
rm -rf "$out"
mkdir -p "$out"

dotnet pack "$project" -c Release -o "$out" --nologo -v quiet
dotnet publish "$project" -c Release -r linux-x64 --self-contained -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:DebugType=none -o "$out/linux-x64" --nologo -v quiet
# Comments of the protocol's types are for those who program, not for those who test.
rm -f "$out"/linux-x64/*.pdb "$out"/linux-x64/*.xml

# As a stranger would: installed from a folder; and run where there is no .NET.
dotnet tool install act-conformance --add-source "$out" --tool-path "$out/tool" --no-cache
"$out/tool/act-conformance" --version
env -i PATH=/usr/bin:/bin HOME="$out" DOTNET_ROOT=/nonexistent "$out/linux-x64/act-conformance" --version
echo "made: $out"
