#!/bin/bash
# Does what the entrypoint of MongoDB's official image does where it is not asked to fill a new
# database: options alone mean mongod; mongod runs as the user mongodb, who owns its data, and
# listens on every address unless told otherwise.
set -euo pipefail

[[ ${1:-} != -* ]] || set -- mongod "$@"

if [[ $1 == mongod && $(id -u) == 0 ]]; then
  find /data/configdb /data/db ! -user mongodb -exec chown mongodb '{}' +
  exec gosu mongodb "$BASH_SOURCE" "$@"
fi

if [[ $1 == mongod ]]; then
  bound=
  for argument in "$@"; do
    case $argument in
      --bind_ip | --bind_ip=* | --bind_ip_all | --bind_ip_all=* | -f | --config | --config=*) bound=yes ;;
    esac
  done
  [[ $bound ]] || set -- "$@" --bind_ip_all
fi

exec "$@"
