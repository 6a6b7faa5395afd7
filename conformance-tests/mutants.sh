#!/usr/bin/env bash
# Runs the suite against every broken broker, codec and agent, and prints which check caught which, and how long it took. A broken one that survives is a failing test.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -rf artifacts/caught
code=0
dotnet test --project conformance-tests/ActProtocol.Conformance.Tests -- --filter-method '*A_broken_*' || code=$?
{
  printf 'subject\tbroken\texpected\tcaught by\ttime\n'
  cat artifacts/caught/*.tsv
} | column -t -s $'\t'
exit "$code"
