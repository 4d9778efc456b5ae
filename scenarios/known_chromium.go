package scenarios

import "example.com/tlslab/scenarios/failure"

// Known deviations of Chromium, measured with 156.0.8078.79 on Linux.
var (
	chromiumTrailingDot = Known{Stack: "chromium", Variants: []string{"default"}, Verdict: Accept,
		Why: "Chromium takes a dot at the end of a name off before it compares"}
	chromiumWithholds = Known{Stack: "chromium", Right: true,
		Failures: []failure.Class{failure.ClientCertificateRequired, failure.HandshakeFailure},
		Why: "of the user's certificates it offers those alone that are valid now, for clients, and from a " +
			"CA that the server lists, so that the server misses one"}
	chromiumCAFile = Known{Stack: "chromium", Variants: []string{"insecure"}, Verdict: Accept,
		Why: "with --ignore-certificate-errors it is given no root"}
)
