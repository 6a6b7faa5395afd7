#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test. Ends with a line "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

need=()
command -v cc >/dev/null || need+=(gcc libc6-dev)
command -v strace >/dev/null || need+=(strace)
command -v node >/dev/null || need+=(nodejs)
command -v npm >/dev/null || need+=(npm)
command -v zsh >/dev/null || need+=(zsh)
command -v fish >/dev/null || need+=(fish)
if [ "${#need[@]}" -gt 0 ]; then
  sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo"
  $sudo apt-get update -qq
  $sudo apt-get install -y -qq --no-install-recommends "${need[@]}"
fi

# The agent and the codec in another language that the tests run.
for example in spec/examples/node-seller spec/examples/node-codec; do
  cmp --silent "$example/package-lock.json" "$example/node_modules/.act-installed" \
    || (cd "$example" && npm ci --silent && cp package-lock.json node_modules/.act-installed)
done

dotnet build ActProtocol.sln --nologo --verbosity quiet
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
code=0
# One project after the other: some tests hold times against each other, and many start processes of their own.
dotnet test --solution ActProtocol.sln --no-build --no-ansi --progress off --max-parallel-test-modules 1 2>&1 | tee "$log" || code="${PIPESTATUS[0]}"
awk '/^ *(failed|succeeded): [0-9]+$/ { n[$1] += $2 } END { printf "%d passed, %d failed\n", n["succeeded:"], n["failed:"] }' "$log"
exit "$code"
