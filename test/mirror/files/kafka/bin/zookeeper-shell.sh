#!/bin/bash
# A shell to look into ZooKeeper: commands from the terminal, a pipe or the arguments.
if [ $# -lt 1 ]; then
  echo "USAGE: $0 zookeeper_host:port[/path] [args...]"
  exit 1
fi
exec "$(dirname "$0")/kafka-run-class.sh" org.apache.zookeeper.ZooKeeperMain -server "$@"
