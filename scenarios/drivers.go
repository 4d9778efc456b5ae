package scenarios

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// alwaysRefuse are variants of MongoDB's drivers that refuse every server which supplies something, good servers
// included. They show what a misconfigured driver reports. Measured with PyMongo 4.18 and 4.20, and with the
// Node.js driver 7.9.
var alwaysRefuse = []struct {
	supplies string // see Supplies; empty means every server
	Known
}{
	{"", Known{Stack: "pymongo", Variants: []string{"no-tls"}, Verdict: Reject,
		Failures: []failure.Class{failure.UnexpectedEOF, failure.ConnectionReset},
		Why: "the client does not use TLS and the server accepts nothing else, so the server closes the " +
			"connection"}},
	{SuppliesClientCertificate, Known{Stack: "pymongo", Variants: []string{"two-files"}, Verdict: Reject,
		Failures: []failure.Class{failure.BadPEM},
		Why:      "PyMongo requires the certificate and its key in one file"}},
	{SuppliesCRL, Known{Stack: "pymongo-ocsp", Variants: []string{"crl-and-ocsp"}, Verdict: Reject,
		Failures: []failure.Class{failure.ClientMisconfigured},
		Why:      "PyMongo cannot be given a CRL when it uses PyOpenSSL"}},
	{SuppliesCRL, Known{Stack: "mongo-node", Variants: []string{"tlsCRLFile"}, Verdict: Reject,
		Failures: []failure.Class{failure.RevocationUnknown},
		Why: "Node reads only the first CRL that it is given but requires one for each CA on the path, and the " +
			"driver passes the file on unchanged: if there is an intermediate, no file can satisfy it"}},
}

// alwaysRefusing returns the variants that refuse a scenario's server whatever its defect is.
func alwaysRefusing(s *Scenario) []Known {
	var list []Known
	supplied := Supplies(s)
	for _, r := range alwaysRefuse {
		if r.supplies == "" || slices.Contains(supplied, r.supplies) {
			list = append(list, r.Known)
		}
	}
	return list
}
