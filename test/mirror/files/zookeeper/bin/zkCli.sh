#!/bin/bash
# A shell to look into ZooKeeper: zkCli.sh [-server HOST:PORT] [command]
ZOOBINDIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$ZOOBINDIR/zkEnv.sh"
exec "$JAVA" "-Dzookeeper.log.dir=$ZOO_LOG_DIR" "-Dzookeeper.root.logger=$ZOO_LOG4J_PROP" -cp "$CLASSPATH" \
  $CLIENT_JVMFLAGS $JVMFLAGS org.apache.zookeeper.ZooKeeperMain "$@"
