package pymongo

import (
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/scenarios"
)

// variants are the ways of using PyMongo, named after the options on its TLS page. All except no-tls get
// tlsCAFile. If the client has a certificate, they also get tlsCertificateKeyFile, with certificate and key
// in one file, and tlsCertificateKeyFilePassword. Their features are measured by TestFeatures and
// TestRevocation in lab/clients, with PyMongo 4.18 and 4.20 over OpenSSL 3.0.19. probe.py adds features that
// depend on the interpreter.
var variants = []worker.Variant{
	{Variant: clients.Variant{
		Name:     "default",
		About:    "MongoClient(tls=True, tlsCAFile=FILE)",
		Features: []string{scenarios.FeatureChainSort},
	}},
	tlsInsecure,
	tlsAllowInvalidCertificates,
	{Variant: clients.Variant{
		Name:     "tlsAllowInvalidHostnames",
		About:    "tlsAllowInvalidHostnames=True",
		Skips:    []clients.Check{clients.CheckHost},
		Features: []string{scenarios.FeatureChainSort},
	}},
	{Variant: clients.Variant{
		Name:     "tlsCRLFile",
		About:    "tlsCRLFile=FILE, with the scenario's CRLs",
		Features: []string{scenarios.FeatureChainSort, scenarios.FeatureCRL},
		Demands:  []string{scenarios.SuppliesCRL}, // the option wants a file
	}},
	{Variant: clients.Variant{
		Name: "two-files",
		About: "tlsCertificateKeyFile=FILE, with the certificate only: the key is in another file, for which PyMongo " +
			"has no option",
		Features: []string{scenarios.FeatureChainSort},
		Demands:  []string{scenarios.SuppliesClientCertificate}, // or it would be default again
	}},
	{Variant: clients.Variant{
		Name:  "no-tls",
		About: "MongoClient(tls=False)",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	}},
}

// variantsOCSP are the ways of using PyMongo with its extra ocsp. Their features are measured by TestFeatures
// and TestRevocation in lab/clients, with PyMongo 4.18 and 4.20 and PyOpenSSL 26.4.
var variantsOCSP = []worker.Variant{
	{Variant: clients.Variant{
		Name:     "default",
		About:    "MongoClient(tls=True, tlsCAFile=FILE), with PyOpenSSL",
		Features: checked(scenarios.FeatureOCSPEndpoint),
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
		Features: checked(scenarios.FeatureOCSPEndpoint),
	}},
	{Variant: clients.Variant{
		Name:    "crl-and-ocsp",
		About:   "tlsCRLFile=FILE, with PyOpenSSL, which PyMongo refuses",
		Demands: []string{scenarios.SuppliesCRL},
	}},
}

// checked returns what PyMongo with PyOpenSSL always checks when it verifies, and the given features.
func checked(more ...string) []string {
	return append([]string{
		scenarios.FeatureChainSort, scenarios.FeatureEd25519, scenarios.FeatureStapling,
		scenarios.FeatureMustStaple, scenarios.FeatureOCSPSoftFail, scenarios.FeatureSANOnly,
	}, more...)
}

var (
	tlsInsecure = worker.Variant{Variant: clients.Variant{
		Name:  "tlsInsecure",
		About: "tlsInsecure=True",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	}}
	// Without the chain, PyMongo does not check the name either, contrary to its page.
	tlsAllowInvalidCertificates = worker.Variant{Variant: clients.Variant{
		Name:  "tlsAllowInvalidCertificates",
		About: "tlsAllowInvalidCertificates=True",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	}}
)
