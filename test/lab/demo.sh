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
# The inventory knows the mirror at its usual port.
play='npx kplay run -i inventory/test.yml'
[ "$port" = 8000 ] || play="$play -e mirror=http://$address:$port"

step 'the archives: a local mirror (made once, then kept)'
mirror build

step 'the lab: five bare hosts, test1 to test5 (their image is made once, then kept)'
npm run --silent lab up 5
mirror serve --daemon --address "$address" --port "$port"

for playbook in playbooks/site.yml playbooks/smoke.yml; do
  step "$play $playbook"
  $play "$playbook"
done

cat <<END

A Kafka cluster runs on test1 to test5. Where to look next:
  $play playbooks/site.yml
      again: nothing changes (--check: only say what would)
  npm run lab ssh test1
      log in to a host: the programs are in /home/programs, their data in /data
  npm run lab status
      what runs
  npm run lab down
      take it all down, the mirror too
END
