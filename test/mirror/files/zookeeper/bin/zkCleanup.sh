#!/bin/bash
# Removes old snapshots and logs: zkCleanup.sh -n COUNT, or zkCleanup.sh DATALOGDIR [DATADIR] -n COUNT
ZOOBINDIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$ZOOBINDIR/zkEnv.sh"
main=org.apache.zookeeper.server.PurgeTxnLog
setting() {
  sed -n "s/^[[:space:]]*$1=//p" "$ZOOCFG"
}
if [ "$1" = -n ]; then
  data=$(setting dataDir)
  log=$(setting dataLogDir)
  set -- "${log:-$data}" "$data" "$@"
fi
exec "$JAVA" "-Dzookeeper.log.dir=$ZOO_LOG_DIR" "-Dzookeeper.root.logger=$ZOO_LOG4J_PROP" -cp "$CLASSPATH" \
  $JVMFLAGS $main "$@"
