#!/bin/sh
# Requests HOST at CONNECT (address:port) with NSS's tstclnt, and trusts CAFILE.
host=$1 address=${2%:*} port=${2##*:} ca=$3
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
certutil -N -d "sql:$dir" --empty-password || exit 2
certutil -A -d "sql:$dir" -n root -t C,, -i "$ca" || exit 1
printf 'GET / HTTP/1.0\r\nHost: %s\r\n\r\n' "$host" >"$dir/request"
tstclnt -h "$address" -a "$host" -p "$port" -d "sql:$dir" -A "$dir/request" >"$dir/answer" 2>"$dir/said" </dev/null
status=$?
cat "$dir/said" >&2
[ "$status" -ne 0 ] || grep -q HTTP/ "$dir/answer" || { echo 'there was no response' >&2; status=1; }
exit "$status"
