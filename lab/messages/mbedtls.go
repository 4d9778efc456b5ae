package messages

import (
	"example.com/tlslab/scenarios/failure"
)

var mbedtlsSource = Source{
	Name:    "mbedtls",
	Verbose: "mbedtls_debug_set_threshold(4)",
	Marks:   []string{"X509 - "},
	Rules:   mbedTLSRules,
	Switches: Switches{
		All:  []string{"MBEDTLS_SSL_VERIFY_NONE", "validate_certificates=False"},
		Host: []string{"mbedtls_ssl_set_hostname(&ssl, NULL)"},
	},
}

// mbedTLSRules are the texts of mbedTLS's error.c. About every certificate that it refuses, it says only that
// verification failed, "e.g. CRL, CA or signature check failed". The alert tells why.
var mbedTLSRules = []Rule{
	{Contains: "The extension tag or value is invalid", Class: failure.Malformed},
	{Contains: "X509 - Certificate verification failed, e.g. CRL, CA or signature check failed", Class: Untold},
}
