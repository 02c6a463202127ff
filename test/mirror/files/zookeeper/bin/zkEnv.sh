#!/bin/bash
# The environment of ZooKeeper's commands; sourced by them. Part of kplay's test mirror; it heeds what the release's
# script of this name heeds:
#   ZOOCFGDIR ZOOCFG ZOO_LOG_DIR ZOO_LOG4J_PROP JAVA_HOME JVMFLAGS CLASSPATH, and conf/zookeeper-env.sh, conf/java.env

ZOOBINDIR=${ZOOBINDIR:-/usr/bin}
ZOOKEEPER_PREFIX=$ZOOBINDIR/..

if [ -z "$ZOOCFGDIR" ]; then
  if [ -e "$ZOOKEEPER_PREFIX/conf" ]; then
    ZOOCFGDIR=$ZOOBINDIR/../conf
  else
    ZOOCFGDIR=$ZOOBINDIR/../etc/zookeeper
  fi
fi
[ ! -f "$ZOOCFGDIR/zookeeper-env.sh" ] || . "$ZOOCFGDIR/zookeeper-env.sh"

ZOOCFG=$ZOOCFGDIR/${ZOOCFG:-zoo.cfg}
[ ! -f "$ZOOCFGDIR/java.env" ] || . "$ZOOCFGDIR/java.env"

# The current folder, wherever that is.
ZOO_LOG_DIR=${ZOO_LOG_DIR:-.}
ZOO_LOG4J_PROP=${ZOO_LOG4J_PROP:-INFO,CONSOLE}

JAVA=java
[ -z "$JAVA_HOME" ] || JAVA=$JAVA_HOME/bin/java

for jar in "$ZOOBINDIR"/../zookeeper-*.jar "$ZOOBINDIR"/../lib/*.jar; do
  CLASSPATH=$jar${CLASSPATH:+:$CLASSPATH}
done
CLASSPATH=$ZOOCFGDIR:$CLASSPATH
