#!/bin/sh
# Whether this machine can boot the lab: exit 0, or 1 and the reason on one line.
refuse() {
  echo "$1"
  exit 1
}
[ "$(uname -s)" = Linux ] || refuse "the lab needs Linux, this is $(uname -s)"
[ "$(id -u)" = 0 ] || refuse 'the lab needs root (it boots hosts with their own disks and network)'
unshare --mount --net sh -c : 2>/dev/null || refuse 'this machine lets root make no namespaces'
command -v apt-get >/dev/null || command -v debootstrap >/dev/null || refuse 'the lab needs debootstrap, or apt-get to install it'
