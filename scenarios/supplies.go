package scenarios

// What a scenario may supply, for clients that can't do without.
const (
	SuppliesStaple = "staple" // the server staples an OCSP response (RFC 6066, section 8)
	SuppliesOCSP   = "ocsp"   // the leaf names an OCSP responder (RFC 5280, section 4.2.2.1)
	SuppliesCRL    = "crl"    // the client is given CRLs

	SuppliesClientCertificate = "client-certificate" // the client has a certificate of its own
)

// Supplies lists what a scenario offers a client that wants to know of revocation,
// whatever that is worth, and whether the client has a certificate. A client that demands some of it can be judged by the scenarios
// whose control supplies it: others tell nothing, as it refuses good chains as well.
func Supplies(s *Scenario) []string {
	var list []string
	if s.Recipe.Staple != nil || s.Service == Mongod && s.Recipe.Leaf.OCSP && !s.Mongod.NoOCSP { // a mongod asks the responder itself
		list = append(list, SuppliesStaple)
	}
	if s.Recipe.Leaf.OCSP {
		list = append(list, SuppliesOCSP)
	}
	if crl := s.Recipe.CRL; crl != nil && (!crl.Fetch || s.Recipe.Leaf.CRL) { // one that is published and not named is the server's
		list = append(list, SuppliesCRL)
	}
	if s.Recipe.Client != nil {
		list = append(list, SuppliesClientCertificate)
	}
	return list
}
