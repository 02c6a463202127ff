#!/bin/bash
# Starts and stops a ZooKeeper server. Part of kplay's test mirror; beside the variables of zkEnv.sh it heeds:
#   SERVER_JVMFLAGS JMXDISABLE JMXLOCALONLY JMXPORT ZOOPIDFILE ZOO_NOEXEC
# Usage: zkServer.sh COMMAND [CONFIG], where CONFIG is a name in the folder of settings, or a path.

ZOOBINDIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$ZOOBINDIR/zkEnv.sh"

main=org.apache.zookeeper.server.quorum.QuorumPeerMain
jmx=()
if [ -z "$JMXDISABLE" ]; then
  echo "JMX enabled by default" >&2
  jmx=(-Dcom.sun.management.jmxremote "-Dcom.sun.management.jmxremote.local.only=${JMXLOCALONLY:-false}")
  [ -z "$JMXPORT" ] || jmx+=("-Dcom.sun.management.jmxremote.port=$JMXPORT")
else
  echo "JMX disabled by user request" >&2
fi

if [ -n "$2" ]; then
  case $2 in
    */*) ZOOCFG=$2 ;;
    *) ZOOCFG=$ZOOCFGDIR/$2 ;;
  esac
fi
echo "Using config: $ZOOCFG" >&2

# The value of a setting, empty when there is none.
setting() {
  sed -n "s/^[[:space:]]*$1=//p" "$ZOOCFG"
}

if [ -z "$ZOOPIDFILE" ]; then
  data=$(setting dataDir)
  [ -z "$data" ] || mkdir -p "$data"
  ZOOPIDFILE=$data/zookeeper_server.pid
else
  mkdir -p "$(dirname "$ZOOPIDFILE")"
fi
[ -w "$ZOO_LOG_DIR" ] || mkdir -p "$ZOO_LOG_DIR"
output=$ZOO_LOG_DIR/zookeeper.out

# The flags are lists of words: they stand unquoted.
java=("$JAVA" "-Dzookeeper.log.dir=$ZOO_LOG_DIR" "-Dzookeeper.root.logger=$ZOO_LOG4J_PROP" -cp "$CLASSPATH")
server=("${java[@]}" $SERVER_JVMFLAGS $JVMFLAGS "${jmx[@]}" $main "$ZOOCFG")

case $1 in
  start)
    echo -n "Starting zookeeper ... "
    if [ -f "$ZOOPIDFILE" ] && kill -0 "$(cat "$ZOOPIDFILE")" 2>/dev/null; then
      # Any live process of that number will do.
      echo "already running as process $(cat "$ZOOPIDFILE")."
      exit 0
    fi
    nohup "${server[@]}" >"$output" 2>&1 </dev/null &
    if ! echo -n $! >"$ZOOPIDFILE"; then
      echo "FAILED TO WRITE PID"
      exit 1
    fi
    sleep 1
    # Said whether it lives or not.
    echo STARTED
    ;;
  start-foreground)
    [ -n "$ZOO_NOEXEC" ] || exec "${server[@]}"
    "${server[@]}"
    ;;
  print-cmd)
    echo "${server[@]} > $output 2>&1 < /dev/null"
    ;;
  stop)
    echo -n "Stopping zookeeper ... "
    if [ ! -f "$ZOOPIDFILE" ]; then
      echo "no zookeeper to stop (could not find file $ZOOPIDFILE)"
    else
      kill -9 "$(cat "$ZOOPIDFILE")"
      rm "$ZOOPIDFILE"
      echo STOPPED
    fi
    exit 0
    ;;
  restart)
    shift
    "$0" stop "$@"
    sleep 3
    "$0" start "$@"
    ;;
  status)
    address=$(setting clientPortAddress)
    mode=$("${java[@]}" $SERVER_JVMFLAGS $JVMFLAGS org.apache.zookeeper.client.FourLetterWordMain \
      "${address:-localhost}" "$(setting clientPort)" srvr 2>/dev/null | grep Mode)
    if [ -z "$mode" ]; then
      echo "Error contacting service. It is probably not running."
      exit 1
    fi
    echo "$mode"
    ;;
  *)
    echo "Usage: $0 {start|start-foreground|stop|restart|status|print-cmd}" >&2
    exit 1
    ;;
esac
