package pymongo

import (
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/lab/clients/stack"
)

// variants are the ways of using PyMongo, named after the options of its TLS page. All but no-tls
// are given tlsCAFile and, where the client has a certificate, tlsCertificateKeyFile with it and
// its key in one file, and tlsCertificateKeyFilePassword. Their features are measured by
// TestFeatures and TestRevocation in lab/clients, with PyMongo 4.18 and 4.20 over OpenSSL 3.0.19; probe.py adds those
// that hang on the interpreter.
var variants = []worker.Variant{
	{Variant: stack.Variant{
		Name:     "default",
		About:    "MongoClient(tls=True, tlsCAFile=FILE)",
		Features: []string{"chain-sort"},
	}},
	tlsInsecure,
	tlsAllowInvalidCertificates,
	{Variant: stack.Variant{
		Name:     "tlsAllowInvalidHostnames",
		About:    "tlsAllowInvalidHostnames=True",
		Skips:    []stack.Check{stack.CheckHost},
		Features: []string{"chain-sort"},
	}},
	{Variant: stack.Variant{
		Name:     "tlsCRLFile",
		About:    "tlsCRLFile=FILE, of the CRLs that the scenario gives",
		Features: []string{"chain-sort", "crl"},
		Demands:  []string{"crl"}, // the option wants a file
	}},
	{Variant: stack.Variant{
		Name:     "two-files",
		About:    "tlsCertificateKeyFile=FILE, of the certificate alone: the key is in another file, and PyMongo has no option for that",
		Features: []string{"chain-sort"},
		Demands:  []string{"client-certificate"}, // or it would be default again
	}},
	{Variant: stack.Variant{
		Name:  "no-tls",
		About: "MongoClient(tls=False)",
		Skips: []stack.Check{stack.CheckChain, stack.CheckHost},
	}},
}

// variantsOCSP are the ways of using PyMongo with its extra ocsp. Their features are measured by
// TestFeatures and TestRevocation in lab/clients, with PyMongo 4.18 and 4.20 and PyOpenSSL 26.4.
var variantsOCSP = []worker.Variant{
	{Variant: stack.Variant{
		Name:     "default",
		About:    "MongoClient(tls=True, tlsCAFile=FILE), with PyOpenSSL",
		Features: checked("ocsp-endpoint"),
	}},
	{Variant: stack.Variant{
		Name:     "tlsDisableOCSPEndpointCheck",
		About:    "tlsDisableOCSPEndpointCheck=True, with PyOpenSSL",
		Features: checked(),
	}},
	tlsInsecure,
	tlsAllowInvalidCertificates,
	{Variant: stack.Variant{
		Name:     "tlsAllowInvalidHostnames",
		About:    "tlsAllowInvalidHostnames=True, with PyOpenSSL",
		Skips:    []stack.Check{stack.CheckHost},
		Features: checked("ocsp-endpoint"),
	}},
	{Variant: stack.Variant{
		Name:    "crl-and-ocsp",
		About:   "tlsCRLFile=FILE, with PyOpenSSL, which PyMongo refuses",
		Demands: []string{"crl"},
	}},
}

// checked returns what PyMongo with PyOpenSSL checks whenever it verifies, and more.
func checked(more ...string) []string {
	return append([]string{"chain-sort", "ed25519", "stapling", "must-staple", "ocsp-soft-fail", "subject-alternative-name-only"}, more...)
}

var (
	tlsInsecure = worker.Variant{Variant: stack.Variant{
		Name:  "tlsInsecure",
		About: "tlsInsecure=True",
		Skips: []stack.Check{stack.CheckChain, stack.CheckHost},
	}}
	// Without the chain PyMongo does not check the name either, whatever its page says.
	tlsAllowInvalidCertificates = worker.Variant{Variant: stack.Variant{
		Name:  "tlsAllowInvalidCertificates",
		About: "tlsAllowInvalidCertificates=True",
		Skips: []stack.Check{stack.CheckChain, stack.CheckHost},
	}}
)
