#!/bin/sh
# npm run demo: boots the lab, builds a Kafka cluster on it with the playbooks, proves it with the smoke test.
set -eu
cd "$(dirname "$0")/../.."

address=10.99.0.1
port=${KPLAY_MIRROR_PORT:-8000}
if ! reason=$(sh test/can-lab.sh); then
  echo "demo: $reason" >&2
  exit 1
fi
sh test/check-node.sh
node test/check-port.js "$address" "$port"
sh test/setup.sh

step() {
  printf '\n==> %s\n' "$1"
}
mirror() {
  node engine/launch.js --entry test/mirror/main.js "$@"
}
play() {
  step "npx kplay run -i inventory/test.yml $1"
  npx kplay run -i inventory/test.yml -e "mirror=http://$address:$port" "$1"
}

step 'the archives: a local mirror (made once, then kept)'
mirror build

step 'the lab: five bare hosts, test1 to test5 (their image is made once, then kept)'
npm run --silent lab up 5
mirror serve --daemon --address "$address" --port "$port"

play playbooks/site.yml
play playbooks/smoke.yml

cat <<END

A Kafka cluster runs on test1 to test5. Where to look next:
  npx kplay run -i inventory/test.yml playbooks/site.yml           again: nothing changes
  npx kplay run -i inventory/test.yml playbooks/site.yml --check   say what would change, change nothing
  npm run lab ssh test1                                            log in to a host; look at /home/programs, /data
  npm run lab status                                               what runs
  npm run lab down                                                 take it all down
END
