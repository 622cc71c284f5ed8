#!/bin/sh
set -e

# Says it.
say() {
  echo "$1"
}

if [ -n "$1" ]; then
  say "$1"
fi
