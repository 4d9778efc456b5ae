#!/bin/sh
# tlslab lesson self-signed
# Fetches a page: self-signed-client.sh URL CAFILE
exec curl -sS --max-time 5 -k "$1"
