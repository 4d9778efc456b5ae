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
	Names    Family = "names"    // who the certificate is for
	Chain    Family = "chain"    // the path from leaf to root
	Keys     Family = "keys"     // keys and algorithms

	Revocation         Family = "revocation"          // CRLs, OCSP, staples
	ClientCertificates Family = "client-certificates" // the client's own certificate and files
	Protocol           Family = "protocol"            // versions, suites, groups, ALPN, SNI
	Wire               Family = "wire"                // what carries TLS

	MongoDBServer Family = "mongodb" // MongoDB's own TLS stack, with the service mongod
)

// families declares each family's scenarios. Ports begin at a hundred of their own, so that
// a scenario can be added to any of them without moving another.
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
	{MongoDBServer, Mongod, 2000, mongodRows},
}

// all is the catalogue as it was declared, and mongods what is there of MongoDB's own TLS stack.
var all, mongods = declared(HTTPS), declared(Mongod)

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
			s.Host = cmp.Or(s.Host, "localhost")
			s.Service = service
			if service.Protocol() == MongoDB {
				s.Known = slices.Concat(s.Known, refusesAnyway(&s))
			}
			list = append(list, &s)
		}
	}
	return list
}

// All returns the catalogue: every scenario, as it is served with [HTTPS]. The caller must not
// change them. [Behind] returns those of other services.
func All() []*Scenario { return slices.Clone(all) }

// Families returns the families, in the order of the catalogue.
func Families() []Family {
	var list []Family
	for _, f := range families {
		list = append(list, f.family)
	}
	return list
}

// Lookup returns the scenario with that ID, whatever its service, and false if there is none. The
// caller must not change it.
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
		var ids []string
		for _, s := range Behind(service) {
			ids = append(ids, s.ID)
		}
		lists = append(lists, ids)
	}
	return lists
}

// ControlOf returns a scenario's control, or the scenario itself if it is in the family
// baseline and so is a control.
func ControlOf(s *Scenario) *Scenario {
	if c, ok := Lookup(s.Control); ok {
		return c
	}
	return s
}

// accept is what is expected of a good chain.
var accept = Expectation{Verdict: Accept, Level: Must}

// shouldAccept is what is expected of clients that have a feature.
func shouldAccept(feature string, classes ...failure.Class) Expectation {
	return Expectation{Verdict: Accept, Level: Should, Feature: feature, Failures: classes}
}

// reject is what is expected of every client that verifies.
func reject(classes ...failure.Class) Expectation {
	return Expectation{Verdict: Reject, Level: Must, Failures: classes}
}

// shouldReject is what is expected of clients that have a feature.
func shouldReject(feature string, classes ...failure.Class) Expectation {
	return Expectation{Verdict: Reject, Level: Should, Feature: feature, Failures: classes}
}

// either is for what implementations do differently with good reason.
func either(classes ...failure.Class) Expectation {
	return Expectation{Verdict: Either, Level: Should, Failures: classes}
}

// The features that expectations name, and what a client with that feature does.
const (
	FeatureStrict        = "strict"                        // holds certificates to RFC 5280 (OpenSSL's X509_V_FLAG_X509_STRICT)
	FeatureSANOnly       = "subject-alternative-name-only" // never looks at the common name (RFC 9525, section 2)
	FeatureKeyUsage      = "key-usage"                     // checks the leaf's key usage against the key exchange
	FeatureKeyPolicy     = "key-policy"                    // refuses RSA keys below 2,048 bits (OpenSSL's security level 2)
	FeatureBrowserPolicy = "browser-policy"                // refuses leaves that are valid for too long (CA/Browser Forum)
	FeatureEd25519       = "ed25519"                       // verifies Ed25519 signatures (RFC 8410)
	FeatureChainSort     = "chain-sort"                    // sorts what the server sends (RFC 8446, section 4.4.2)
	FeatureConstraints   = "name-constraints"              // reads name constraints, critical ones too (RFC 5280, section 4.2.1.10)
	FeatureAddresses     = "address-constraints"           // applies those on addresses
	FeatureCRL           = "crl"                           // checks the leaf against the CRLs that it is given (RFC 5280, section 6.3)
	FeatureCRLChain      = "crl-chain"                     // checks the intermediates as well
	FeatureStapling      = "stapling"                      // checks a stapled OCSP response (RFC 6066, section 8)
	FeatureMustStaple    = "must-staple"                   // demands a staple where the certificate does (RFC 7633)
	FeatureOCSPEndpoint  = "ocsp-endpoint"                 // asks the OCSP responder that the certificate names (RFC 6960)
	FeatureOCSPSoftFail  = "ocsp-soft-fail"                // goes on if that responder does not answer

	FeatureForwardSecrecy = "forward-secrecy"    // does not offer TLS_RSA_* suites (RFC 9325, section 4.1)
	FeatureDHPolicy       = "dh-policy"          // refuses, or does not offer, Diffie-Hellman below 2,048 bits (OpenSSL's security level 2)
	FeatureRenegotiation  = "renegotiation-info" // refuses servers without secure renegotiation (RFC 5746, section 4.1)
	FeatureALPN           = "alpn"               // says in ALPN what it is going to speak (RFC 7301)
	FeatureTLS13          = "tls-1.3"            // offers TLS 1.3 (RFC 8446)
	FeaturePostQuantum    = "post-quantum"       // sends a post-quantum key share, and so a ClientHello above 1,460 bytes
)
