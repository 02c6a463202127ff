#!/bin/sh
echo "said $* in $(pwd)"
echo problem >&2
exit "${CODE:-0}"
