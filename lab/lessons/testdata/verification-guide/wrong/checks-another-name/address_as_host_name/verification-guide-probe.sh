#!/bin/sh
# Says whether a server's TLS is in order: verification-guide-probe.sh HOST ADDRESS:PORT CAFILE
exec openssl s_client -connect "$2" -servername "$1" -CAfile "$3" -verify_hostname "$1" -verify_return_error </dev/null
