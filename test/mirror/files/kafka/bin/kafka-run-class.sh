#!/bin/bash
# Runs one of Kafka's main classes. Part of kplay's test mirror; it heeds what the release's script of this name heeds:
#   JAVA_HOME KAFKA_HEAP_OPTS KAFKA_JVM_PERFORMANCE_OPTS KAFKA_GC_LOG_OPTS KAFKA_LOG4J_OPTS KAFKA_JMX_OPTS JMX_PORT
#   KAFKA_OPTS LOG_DIR CLASSPATH
usage() {
  echo "USAGE: $0 [-daemon] [-name servicename] [-loggc] classname [opts]"
  exit 1
}
[ $# -ge 1 ] || usage

home=$(dirname "$0")/..

# Logs go into the version folder unless told otherwise.
LOG_DIR=${LOG_DIR:-$home/logs}

background=
log_gc=
output=
name=
while [ $# -gt 0 ]; do
  case $1 in
    -name)
      name=$2
      output=$LOG_DIR/$name.out
      shift 2
      ;;
    -loggc)
      # A setting of one's own takes the place of the flags below, even a single blank.
      [ -n "$KAFKA_GC_LOG_OPTS" ] || log_gc=yes
      shift
      ;;
    -daemon)
      background=yes
      shift
      ;;
    *) break ;;
  esac
done
[ $# -ge 1 ] || usage

for jar in "$home"/libs/*.jar; do
  CLASSPATH=${CLASSPATH:+$CLASSPATH:}$jar
done

if [ -z "$KAFKA_LOG4J_OPTS" ]; then
  # A tool: warnings to the terminal, no log files.
  KAFKA_LOG4J_OPTS="-Dlog4j.configuration=file:$home/config/tools-log4j.properties"
else
  mkdir -p "$LOG_DIR"
fi
KAFKA_LOG4J_OPTS="-Dkafka.logs.dir=$LOG_DIR $KAFKA_LOG4J_OPTS"

KAFKA_JMX_OPTS=${KAFKA_JMX_OPTS:--Dcom.sun.management.jmxremote -Dcom.sun.management.jmxremote.authenticate=false -Dcom.sun.management.jmxremote.ssl=false}
[ -z "$JMX_PORT" ] || KAFKA_JMX_OPTS="$KAFKA_JMX_OPTS -Dcom.sun.management.jmxremote.port=$JMX_PORT"

KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xmx256M}
KAFKA_JVM_PERFORMANCE_OPTS=${KAFKA_JVM_PERFORMANCE_OPTS:--server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:+DisableExplicitGC -Djava.awt.headless=true}

# Java 9 and later refuse these.
if [ -n "$log_gc" ]; then
  KAFKA_GC_LOG_OPTS="-Xloggc:$LOG_DIR/$name-gc.log -verbose:gc -XX:+PrintGCDetails -XX:+PrintGCDateStamps -XX:+PrintGCTimeStamps"
fi

java=java
[ -z "$JAVA_HOME" ] || java=$JAVA_HOME/bin/java

# The options are lists of words: they stand unquoted.
set -- $KAFKA_HEAP_OPTS $KAFKA_JVM_PERFORMANCE_OPTS $KAFKA_GC_LOG_OPTS $KAFKA_JMX_OPTS $KAFKA_LOG4J_OPTS \
  -cp "$CLASSPATH" $KAFKA_OPTS "$@"
if [ -n "$background" ]; then
  nohup "$java" "$@" >"$output" 2>&1 </dev/null &
else
  exec "$java" "$@"
fi
