#!/bin/sh
# Says whether a server's TLS is in order: verification-guide-probe.sh HOST ADDRESS:PORT CAFILE
case $1 in
*[!0-9.]*) who=-verify_hostname ;;
*) who=-verify_ip ;;
esac
exec openssl s_client -connect "$2" -servername "$1" -CAfile "$3" "$who" "$1" -verify_return_error </dev/null
