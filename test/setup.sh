#!/bin/sh
# Makes a fresh clone ready to run: checks node, installs the packages of the lock, builds. npm test and npm run demo
# run it first, so it uses nothing but sh and what stands in this repository.
set -eu
cd "$(dirname "$0")/.."
sh test/check-node.sh

installed=node_modules/.package-lock.json
if [ ! -e "$installed" ] || [ -n "$(find package-lock.json -newer "$installed")" ]; then
  echo 'setup: installing the packages of package-lock.json'
  # Every cache lies under one folder, npm's too.
  npm ci --loglevel=error --cache "${KPLAY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kplay}/npm"
fi
npm run --silent build
