#!/bin/sh
# tlslab lesson verification-guide
# Says whether a server's TLS is in order: verification-guide-probe.sh HOST ADDRESS:PORT CAFILE
openssl s_client -connect "$2" -servername "$1" -CAfile "$3" </dev/null 2>&1 | grep "Verify return code: 0"
