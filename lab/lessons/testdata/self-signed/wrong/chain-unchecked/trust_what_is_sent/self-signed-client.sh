#!/bin/sh
# Fetches a page: self-signed-client.sh URL CAFILE
place=${1#https://}
trust=$(mktemp)
trap 'rm -f "$trust"' EXIT
openssl s_client -connect "${place%/}" -showcerts </dev/null 2>/dev/null | sed -n '/BEGIN CERT/,/END CERT/p' >"$trust"
curl -sS --max-time 5 --cacert "$trust" "$1"
