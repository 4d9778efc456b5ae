package scenarios

import (
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

var validity = []Scenario{
	{
		ID: "expired", Port: 1, Title: "the leaf expired yesterday",
		Story: Story{
			What: "The leaf's notAfter is a day in the past; everything else is good.",
			Where: "The most common outage: nobody renewed the certificate, or the server never loaded the " +
				"renewed one.",
			See: `OpenSSL, Python, curl: "certificate has expired". Go: "x509: certificate has expired or is not ` +
				`yet valid".`,
		},
		Fix: "Renew the certificate, have the server load it, and monitor for certificates that expire within " +
			"30 days.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{NotAfter: "-24h"}},
		Control: "good", Defect: []string{"leaf.notAfter"}, Expect: reject(failure.Expired),
		Sources: []string{"D0", "D2", "D3", "badssl", "TryTLS"},
	},
	{
		ID: "just-expired", Port: 2, Title: "the leaf expired one second before the day began",
		Story: Story{
			What: "The leaf's notAfter is the last second of yesterday, one second before the time that the lab " +
				"mints for.",
			Where: "An outage at midnight UTC, when a certificate is valid one second and expired the next.",
			See:   "The same messages as for expired; only the date shows that it expired a moment ago.",
		},
		Fix:     "Renew well before expiry: ACME clients do so with a third of the lifetime left.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{NotAfter: "-1s"}},
		Control: "good", Defect: []string{"leaf.notAfter"}, Expect: reject(failure.Expired), Sources: []string{"D3"},
	},
	{
		ID: "expires-while-serving", Port: 3, Title: "the leaf expires while the server runs",
		Story: Story{
			What: "The leaf was valid when the server started and expired seconds later; the server keeps serving it.",
			Where: "Servers check dates at start, if at all. mongod refuses to start with an expired certificate, " +
				"but keeps serving one that expires later.",
			See: "The first connections succeed; from one second to the next all are refused, without any restart " +
				"or change.",
		},
		Fix: "Renew, and make the server load the new certificate: a reload, a restart, or rotateCertificates " +
			"on mongod.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{NotAfter: "soon"}},
		Control: "good", Defect: []string{"leaf.notAfter"}, Expect: reject(failure.Expired), Sources: []string{"D3"},
	},
	{
		ID: "not-yet-valid", Port: 4, Title: "the leaf is not valid yet",
		Story: Story{
			What: "The leaf's validity begins when the good leaf's ends.",
			Where: "A client whose clock is behind (a board without a battery starts in 1970), or a certificate " +
				"deployed too early.",
			See: `OpenSSL, Python, curl: "certificate is not yet valid". Go says "has expired or is not yet ` +
				`valid" and names the date.`,
		},
		Fix:     "Set the client's clock by NTP before it connects; deploy certificates only once they are valid.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{NotBefore: "1440h", NotAfter: "1464h"}},
		Control: "good", Defect: []string{"leaf.notAfter", "leaf.notBefore"}, Expect: reject(failure.NotYetValid),
		Known: []Known{cryptographyDates}, Sources: []string{"TryTLS"},
	},
	{
		ID: "expired-intermediate", Port: 5, Title: "the intermediate has expired",
		Story: Story{
			What:  "The leaf is good; the intermediate that issued it expired yesterday.",
			Where: "Chain files that were not renewed together with the leaf.",
			See:   "The same message as for an expired leaf: look at the depth, not at the text.",
		},
		Fix:     "Send the CA's current intermediate; if its key changed, have the leaf issued again.",
		Recipe:  pki.Recipe{Intermediates: []pki.Certificate{{NotAfter: "-24h"}}},
		Control: "good", Defect: []string{"intermediate.notAfter"}, Expect: reject(failure.Expired),
		Sources: []string{"D3", "x509-limbo"},
	},
	{
		ID: "not-yet-valid-intermediate", Port: 6, Title: "the intermediate is not valid yet",
		Story: Story{
			What:  "The leaf is good; the validity of its intermediate begins only when the leaf's ends.",
			Where: "A new issuing CA put into use too early; clocks that are behind.",
			See:   "The same message as for a leaf that is not yet valid, one level up.",
		},
		Fix:     "Issue from the new CA once it is valid; correct the clocks.",
		Recipe:  pki.Recipe{Intermediates: []pki.Certificate{{NotBefore: "1440h"}}},
		Control: "good", Defect: []string{"intermediate.notBefore"}, Expect: reject(failure.NotYetValid),
		Known: []Known{cryptographyDates}, Sources: []string{"x509-limbo"},
	},
	{
		ID: "expired-root", Port: 7, Title: "the trusted root has expired",
		Story: Story{
			What: "Leaf and intermediate are good; the root that the client trusts expired yesterday.",
			Where: "Clusters with a private CA that was made once, for one or ten years, and forgotten: every " +
				"node refuses every other at the same moment.",
			See: `"certificate has expired", though every certificate on the servers is current.`,
		},
		Fix:     "Give clients the new root ahead of time, in addition to the old one; then issue from it.",
		Recipe:  pki.Recipe{Root: pki.Certificate{NotAfter: "-24h"}},
		Control: "good", Defect: []string{"root.notAfter"}, Expect: reject(failure.Expired), Known: []Known{
			rustlsAnchor,
			jsseAnchor,
		},
		Sources: []string{"D3"},
	},
	{
		ID: "inverted-validity", Port: 8, Title: "notAfter is before notBefore",
		Story: Story{
			What:  "The leaf's validity ends before it begins, so it is never valid.",
			Where: "Scripts with swapped arguments or a negative number of days.",
			See:   "Clients call it expired, not yet valid or malformed, depending on what they check first.",
		},
		Fix:     "Reissue it with the dates in order.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{NotAfter: "-1440h"}},
		Control: "good", Defect: []string{"leaf.notAfter"}, Expect: reject(failure.Expired, failure.NotYetValid,
			failure.Malformed), Sources: []string{"x509-limbo"},
	},
	{
		ID: "too-long-validity", Port: 9, Title: "a leaf that is valid for ten years",
		Story: Story{
			What: "The leaf is valid for ten years, longer than its issuers.",
			Where: "Home-made certificates. Browsers and macOS refuse public leaves beyond 398 days and private " +
				"ones beyond 825.",
			See: "Libraries accept it, and so do browsers under a private root, except Apple's; under a public " +
				"root Chrome says ERR_CERT_VALIDITY_TOO_LONG.",
		},
		Fix:     "Issue leaves for 90 days and renew them automatically.",
		Recipe:  pki.Recipe{Leaf: pki.Certificate{NotAfter: "86880h"}},
		Control: "good", Defect: []string{"leaf.notAfter"}, Expect: shouldReject(FeatureBrowserPolicy, failure.Expired,
			failure.Malformed), Sources: []string{"badssl", "CA/Browser Forum ballot SC-31"},
	},
}
