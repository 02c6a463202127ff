#!/bin/bash
# Stops whatever ps shows with "zookeeper" in its command line, and that is also a broker: its jars are named there.
kill -INT $(ps ax | grep -i zookeeper | grep java | grep -v grep | awk '{ print $1 }')
