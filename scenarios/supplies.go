package scenarios

// What a scenario may supply to clients that require it.
const (
	SuppliesStaple = "staple" // the server staples an OCSP response (RFC 6066, section 8)
	SuppliesOCSP   = "ocsp"   // the leaf names an OCSP responder (RFC 5280, section 4.2.2.1)
	SuppliesCRL    = "crl"    // the client is given CRLs

	SuppliesClientCertificate = "client-certificate" // the client has a certificate
)

// Supplies lists the revocation data that a scenario offers to a client, good or bad, and whether the client
// has a certificate. A client that requires some of this can be judged only by scenarios whose control
// supplies it: it refuses all other scenarios, good ones included.
func Supplies(s *Scenario) []string {
	var list []string
	// A mongod queries the responder itself.
	if s.Recipe.Staple != nil || s.Service == Mongod && s.Recipe.Leaf.OCSP && !s.Mongod.NoOCSP {
		list = append(list, SuppliesStaple)
	}
	if s.Recipe.Leaf.OCSP {
		list = append(list, SuppliesOCSP)
	}
	// A CRL that is published but not named in a certificate is the server's.
	if crl := s.Recipe.CRL; crl != nil && (!crl.Fetch || s.Recipe.Leaf.CRL) {
		list = append(list, SuppliesCRL)
	}
	if s.Recipe.Client != nil {
		list = append(list, SuppliesClientCertificate)
	}
	return list
}
