package scenarios

import (
	"cmp"
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// Family is a part of the catalogue.
type Family string

// The families, in the order of the catalogue.
const (
	Baseline Family = "baseline" // must be accepted: the controls
	Validity Family = "validity" // dates
	Names    Family = "names"    // the hosts that the certificate is for
	Chain    Family = "chain"    // the path from leaf to root
	Keys     Family = "keys"     // keys and algorithms

	Revocation         Family = "revocation"          // CRLs, OCSP, staples
	ClientCertificates Family = "client-certificates" // the client's own certificate and files
	Protocol           Family = "protocol"            // versions, suites, groups, ALPN, SNI
	Wire               Family = "wire"                // the transport below TLS

	Plaintext     Family = "plaintext" // the step from plaintext to TLS, of services other than https
	MongoDBServer Family = "mongodb"   // MongoDB's own TLS stack, with the service mongod
)

// families lists each family's scenarios. Each family has its own range of a hundred ports, so that a
// scenario can be added to one family without moving the ports of another.
var families = []struct {
	family  Family
	service Service
	port    int
	list    []Scenario
}{
	{Baseline, HTTPS, 0, baseline},
	{Validity, HTTPS, 100, validity},
	{Names, HTTPS, 200, names},
	{Chain, HTTPS, 300, chain},
	{Keys, HTTPS, 400, keys},
	{Revocation, HTTPS, 500, revocation},
	{ClientCertificates, HTTPS, 600, clientCertificates},
	{Protocol, HTTPS, 700, protocol},
	{Wire, HTTPS, 800, wire},
	{Plaintext, "", plaintextPort, nil}, // made for each service: see serviceFacts.plaintext
	{MongoDBServer, Mongod, 2000, mongodRows},
}

// declared returns the scenarios that were declared for a service, with families and ports filled
// in.
func declared(service Service) []*Scenario {
	var list []*Scenario
	for _, f := range families {
		if f.service != service {
			continue
		}
		for _, s := range f.list {
			s.Family = f.family
			s.Port += f.port
			s.Host = cmp.Or(s.Host, hostName)
			s.Service = service
			if known := service.facts().known; known != nil {
				s.Known = slices.Concat(s.Known, known(&s))
			}
			list = append(list, &s)
		}
	}
	return list
}

// All returns the catalogue: every scenario, served with [HTTPS]. The caller must not change the scenarios.
// [Behind] returns the scenarios of other services.
func All() []*Scenario { return slices.Clone(all) }

// Families returns the families in catalogue order.
func Families() []Family {
	var list []Family
	for _, f := range families {
		list = append(list, f.family)
	}
	return list
}

// Lookup returns the scenario with an ID, for any service, and false if there is none. The caller must not
// change it.
func Lookup(id string) (*Scenario, bool) {
	if s, ok := find(all, id); ok {
		return s, true
	}
	return lookUpBehind(id)
}

// IDs returns the IDs of all scenarios: a list for each of [Services], in their order and the catalogue's.
func IDs() [][]string {
	var lists [][]string
	for _, service := range Services() {
		lists = append(lists, idsOf(Behind(service)))
	}
	return lists
}

// ControlOf returns a scenario's control, or the scenario itself if it is in the family
// baseline and so is a control.
func ControlOf(s *Scenario) *Scenario {
	if s.control != nil {
		return s.control
	}
	if c, ok := Lookup(s.Control); ok {
		return c
	}
	return s
}

// accept is the expectation for a good chain.
var accept = Expectation{Verdict: Accept, Level: Must}

// shouldAccept expects clients with the feature to accept.
func shouldAccept(feature string, classes ...failure.Class) Expectation {
	return Expectation{Verdict: Accept, Level: Should, Feature: feature, Failures: classes}
}

// reject expects every client that verifies to reject.
func reject(classes ...failure.Class) Expectation {
	return Expectation{Verdict: Reject, Level: Must, Failures: classes}
}

// shouldReject expects clients with the feature to reject.
func shouldReject(feature string, classes ...failure.Class) Expectation {
	return Expectation{Verdict: Reject, Level: Should, Feature: feature, Failures: classes}
}

// either is for scenarios in which implementations differ for good reasons.
func either(classes ...failure.Class) Expectation {
	return Expectation{Verdict: Either, Level: Should, Failures: classes}
}

// The features that expectations name. Each says what a client that has the feature does.
const (
	// enforces RFC 5280 (OpenSSL's X509_V_FLAG_X509_STRICT)
	FeatureStrict = "strict"
	// ignores the common name (RFC 9525, section 2)
	FeatureSANOnly = "subject-alternative-name-only"
	// checks the leaf's key usage against the key exchange
	FeatureKeyUsage = "key-usage"
	// refuses RSA keys below 2,048 bits (OpenSSL's security level 2)
	FeatureKeyPolicy = "key-policy"
	// refuses leaves whose validity is too long (CA/Browser Forum)
	FeatureBrowserPolicy = "browser-policy"
	// verifies Ed25519 signatures (RFC 8410)
	FeatureEd25519 = "ed25519"
	// sorts the certificates that the server sends (RFC 8446, section 4.4.2)
	FeatureChainSort = "chain-sort"
	// supports name constraints, including critical ones (RFC 5280, section 4.2.1.10)
	FeatureConstraints = "name-constraints"
	// applies name constraints on addresses
	FeatureAddresses = "address-constraints"

	// checks the leaf against the CRLs that it is given (RFC 5280, section 6.3)
	FeatureCRL = "crl"
	// checks the intermediates against CRLs as well
	FeatureCRLChain = "crl-chain"
	// checks a stapled OCSP response (RFC 6066, section 8)
	FeatureStapling = "stapling"
	// requires a staple if the certificate does (RFC 7633)
	FeatureMustStaple = "must-staple"
	// queries the OCSP responder that the certificate names (RFC 6960)
	FeatureOCSPEndpoint = "ocsp-endpoint"
	// continues if that responder does not answer
	FeatureOCSPSoftFail = "ocsp-soft-fail"

	// does not offer TLS_RSA_* suites (RFC 9325, section 4.1)
	FeatureForwardSecrecy = "forward-secrecy"
	// refuses or does not offer Diffie-Hellman below 2,048 bits (OpenSSL's security level 2)
	FeatureDHPolicy = "dh-policy"
	// refuses servers without secure renegotiation (RFC 5746, section 4.1)
	FeatureRenegotiation = "renegotiation-info"
	// offers application protocols in ALPN (RFC 7301)
	FeatureALPN = "alpn"
	// offers TLS 1.3 (RFC 8446)
	FeatureTLS13 = "tls-1.3"
	// begins TLS at once, without asking for it in plaintext (PostgreSQL's sslnegotiation=direct)
	FeatureDirectTLS = "direct-tls"
	// sends a post-quantum key share, so that its ClientHello exceeds 1,460 bytes
	FeaturePostQuantum = "post-quantum"
)
