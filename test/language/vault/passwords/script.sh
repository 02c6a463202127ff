#!/bin/sh
echo "main password"
