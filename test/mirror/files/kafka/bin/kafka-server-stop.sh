#!/bin/bash
# Stops every broker that ps shows, whoever started it and from whatever folder; fails when there is none.
kill -TERM $(ps ax | grep -i 'kafka\.Kafka' | grep java | grep -v grep | awk '{ print $1 }')
