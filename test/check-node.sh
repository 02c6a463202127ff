#!/bin/sh
# Says in one line what is wrong with this machine's node, if anything. Needs no packages.
refuse() {
  echo "setup: $1" >&2
  exit 1
}
wanted='Node.js 20.19 or newer is needed'
command -v node >/dev/null || refuse "$wanted, and there is no node in PATH"
node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
  refuse "$wanted, this is $(node --version)"
command -v npm >/dev/null || refuse 'npm is needed, it comes with Node.js'
