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

run_project unit
if [ -n "${KPLAY_SKIP_LAB:-}" ]; then
  echo 'lab: skipped: KPLAY_SKIP_LAB is set'
elif ! reason=$(sh test/can-lab.sh); then
  echo "lab: skipped: $reason"
else
  run_project lab
fi

node test/tally.js "$results"/*.json || failed=1
exit "$failed"
