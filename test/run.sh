#!/bin/sh
# The whole test suite (npm test): set-up, the unit tests, then the lab tests where the lab can run.
set -eu
cd "$(dirname "$0")/.."
sh test/setup.sh

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

failed=0
run_project() {
  node_modules/.bin/vitest run --project "$1" --reporter=default --reporter=json \
    --outputFile.json="$results/$1.json" || failed=1
}

if [ -n "${KPLAY_SKIP_LAB:-}" ]; then
  skipped='KPLAY_SKIP_LAB is set'
elif ! skipped=$(sh test/can-lab.sh); then
  : # It has said why.
else
  skipped=
  # First, as some unit tests use these tools too.
  node engine/launch.js --entry test/lab/main.js install
fi

run_project unit
if [ -n "$skipped" ]; then
  echo "lab: skipped: $skipped"
else
  run_project lab
fi

node test/tally.js "$results"/*.json || failed=1
exit "$failed"
