package pypi

import (
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/scenarios"
)

// libraries are the packages and the ways of using them. Their features are measured by TestFeatures in
// lab/clients, with the versions in requirements.txt on Python 3.8 and 3.13 over OpenSSL 3.0.22. probe.py
// adds features that depend on the interpreter.
var libraries = []library{{
	name: "requests", environment: most, oldest: "2.32",
	variants: []worker.Variant{
		verifying("default", "Session.get(verify=FILE, cert=(FILE, FILE))",
			scenarios.FeatureChainSort, scenarios.FeatureALPN, scenarios.FeatureSANOnly),
		trusting("insecure", "verify=False"),
		verifying("context", "a transport adapter with ssl_context=ssl.create_default_context(cafile=FILE); "+
			"verify=FILE keeps requests from adding the roots of certifi",
			scenarios.FeatureChainSort, scenarios.FeatureALPN, scenarios.FeatureCRL),
	},
}, {
	name: "urllib3", environment: most, oldest: "2",
	variants: []worker.Variant{
		verifying("default", "PoolManager(ca_certs=FILE)",
			scenarios.FeatureChainSort, scenarios.FeatureALPN, scenarios.FeatureSANOnly),
		trusting("insecure", `PoolManager(cert_reqs="CERT_NONE")`),
		verifying("context", "PoolManager(ssl_context=ssl.create_default_context(cafile=FILE))",
			scenarios.FeatureChainSort, scenarios.FeatureALPN, scenarios.FeatureCRL),
	},
}, {
	name: "httpx", environment: most, oldest: "0.28",
	variants: []worker.Variant{
		verifying("default", "Client(verify=ssl.create_default_context(cafile=FILE)), as documented",
			scenarios.FeatureChainSort, scenarios.FeatureALPN, scenarios.FeatureCRL),
		trusting("insecure", "Client(verify=False, cert=(FILE, FILE))"),
		verifying("verify-file", "Client(verify=FILE, cert=(FILE, FILE)), which 0.28 deprecates",
			scenarios.FeatureChainSort, scenarios.FeatureALPN),
	},
}, {
	name: "aiohttp", environment: most, oldest: "3.10",
	variants: []worker.Variant{
		verifying("default", "ClientSession.get(ssl=ssl.create_default_context(cafile=FILE)), the documented way to "+
			"trust a CA",
			scenarios.FeatureChainSort, scenarios.FeatureCRL),
		trusting("insecure", "TCPConnector(ssl=CONTEXT), where CONTEXT is of PROTOCOL_TLS_CLIENT with check_hostname "+
			"= False and verify_mode = ssl.CERT_NONE"),
		trusting("ssl-false", "ClientSession.get(ssl=False)"),
	},
}, {
	name: "cryptography", environment: cryptography,
	variants: []worker.Variant{
		verifying("default", "x509.verification.PolicyBuilder().store(STORE).build_server_verifier(NAME), for the "+
			"chain from a connection of the ssl module that verifies nothing itself",
			scenarios.FeatureChainSort, scenarios.FeatureEd25519, scenarios.FeatureSANOnly, scenarios.FeatureStrict),
	},
}}

// verifying is a variant that verifies the chain and the name.
func verifying(name, about string, features ...string) worker.Variant {
	return worker.Variant{Variant: clients.Variant{Name: name, About: about, Features: features}}
}

// trusting is a variant that verifies nothing.
func trusting(name, about string) worker.Variant {
	return worker.Variant{
		Variant: clients.Variant{Name: name, About: about, Skips: []clients.Check{clients.CheckChain,
			clients.CheckHost}},
	}
}
