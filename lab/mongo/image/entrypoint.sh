#!/bin/bash
# Does what the entrypoint of MongoDB's official image does when it does not have to initialize a database. If the
# first argument is an option, it runs mongod. mongod runs as the user mongodb, who owns its data, and listens on all
# addresses unless an option says otherwise.
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
