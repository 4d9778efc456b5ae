package verdict

import "example.com/tlslab/scenarios/failure"

// mbedTLSRules are the words of mbedTLS's error.c. It says of every certificate that it refuses that the
// verification failed, "e.g. CRL, CA or signature check failed", and no more: the alert tells why.
var mbedTLSRules = []Rule{
	{"The extension tag or value is invalid", failure.Malformed},
	{"X509 - Certificate verification failed, e.g. CRL, CA or signature check failed", Untold},
}
