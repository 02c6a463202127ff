#!/bin/bash
# Starts a broker, in the foreground unless -daemon is given.
if [ $# -lt 1 ]; then
  echo "USAGE: $0 [-daemon] server.properties [--override property=value]*"
  exit 1
fi
here=$(dirname "$0")

export KAFKA_LOG4J_OPTS="${KAFKA_LOG4J_OPTS:--Dlog4j.configuration=file:$here/../config/log4j.properties}"
export KAFKA_HEAP_OPTS="${KAFKA_HEAP_OPTS:--Xmx1G -Xms1G}"

# GC logging is always asked for.
mode='-name kafkaServer -loggc'
if [ "$1" = -daemon ]; then
  mode="-daemon $mode"
  shift
fi
exec "$here/kafka-run-class.sh" $mode kafka.Kafka "$@"
