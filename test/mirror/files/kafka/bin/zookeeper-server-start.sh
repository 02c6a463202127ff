#!/bin/bash
# Starts a ZooKeeper from Kafka's own jars, in the foreground unless -daemon is given.
if [ $# -lt 1 ]; then
  echo "USAGE: $0 [-daemon] zookeeper.properties"
  exit 1
fi
here=$(dirname "$0")

export KAFKA_LOG4J_OPTS="${KAFKA_LOG4J_OPTS:--Dlog4j.configuration=file:$here/../config/log4j.properties}"
export KAFKA_HEAP_OPTS="${KAFKA_HEAP_OPTS:--Xmx512M -Xms512M}"

mode='-name zookeeper -loggc'
if [ "$1" = -daemon ]; then
  mode="-daemon $mode"
  shift
fi
exec "$here/kafka-run-class.sh" $mode org.apache.zookeeper.server.quorum.QuorumPeerMain "$@"
