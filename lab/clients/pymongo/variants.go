package pymongo

import (
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/worker"
)

// variants are the ways of using PyMongo, named after the options of its TLS page. All but no-tls
// are given tlsCAFile and, where the client has a certificate, tlsCertificateKeyFile with it and
// its key in one file, and tlsCertificateKeyFilePassword. Their features are measured by
// TestFeatures and TestRevocation in lab/clients, with PyMongo 4.18 and 4.20 over OpenSSL 3.0.19; probe.py adds those
// that hang on the interpreter.
var variants = []worker.Variant{
	{Variant: clients.Variant{
		Name:     "default",
		About:    "MongoClient(tls=True, tlsCAFile=FILE)",
		Features: []string{"chain-sort"},
	}},
	tlsInsecure,
	tlsAllowInvalidCertificates,
	{Variant: clients.Variant{
		Name:     "tlsAllowInvalidHostnames",
		About:    "tlsAllowInvalidHostnames=True",
		Skips:    []clients.Check{clients.CheckHost},
		Features: []string{"chain-sort"},
	}},
	{Variant: clients.Variant{
		Name:     "tlsCRLFile",
		About:    "tlsCRLFile=FILE, of the CRLs that the scenario gives",
		Features: []string{"chain-sort", "crl"},
		Demands:  []string{"crl"}, // the option wants a file
	}},
	{Variant: clients.Variant{
		Name:     "two-files",
		About:    "tlsCertificateKeyFile=FILE, of the certificate alone: the key is in another file, and PyMongo has no option for that",
		Features: []string{"chain-sort"},
		Demands:  []string{"client-certificate"}, // or it would be default again
	}},
	{Variant: clients.Variant{
		Name:  "no-tls",
		About: "MongoClient(tls=False)",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	}},
}

// variantsOCSP are the ways of using PyMongo with its extra ocsp. Their features are measured by
// TestFeatures and TestRevocation in lab/clients, with PyMongo 4.18 and 4.20 and PyOpenSSL 26.4.
var variantsOCSP = []worker.Variant{
	{Variant: clients.Variant{
		Name:     "default",
		About:    "MongoClient(tls=True, tlsCAFile=FILE), with PyOpenSSL",
		Features: checked("ocsp-endpoint"),
	}},
	{Variant: clients.Variant{
		Name:     "tlsDisableOCSPEndpointCheck",
		About:    "tlsDisableOCSPEndpointCheck=True, with PyOpenSSL",
		Features: checked(),
	}},
	tlsInsecure,
	tlsAllowInvalidCertificates,
	{Variant: clients.Variant{
		Name:     "tlsAllowInvalidHostnames",
		About:    "tlsAllowInvalidHostnames=True, with PyOpenSSL",
		Skips:    []clients.Check{clients.CheckHost},
		Features: checked("ocsp-endpoint"),
	}},
	{Variant: clients.Variant{
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
	tlsInsecure = worker.Variant{Variant: clients.Variant{
		Name:  "tlsInsecure",
		About: "tlsInsecure=True",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	}}
	// Without the chain PyMongo does not check the name either, whatever its page says.
	tlsAllowInvalidCertificates = worker.Variant{Variant: clients.Variant{
		Name:  "tlsAllowInvalidCertificates",
		About: "tlsAllowInvalidCertificates=True",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	}}
)
