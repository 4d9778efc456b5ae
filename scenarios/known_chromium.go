package scenarios

import "example.com/tlslab/scenarios/failure"

// Known deviations of Chromium, measured with 156.0.8078.79 on Linux.
var (
	chromiumTrailingDot = Known{Stack: "chromium", Variants: []string{"default"}, Verdict: Accept,
		Why: "Chromium strips a trailing dot from a name before it compares it"}
	chromiumWithholds = Known{Stack: "chromium", Right: true,
		Failures: []failure.Class{failure.ClientCertificateRequired, failure.HandshakeFailure},
		Why: "it offers only user certificates that are valid now, are for clients and come from a CA that the " +
			"server lists, so the server gets none"}
	chromiumCAFile = Known{Stack: "chromium", Variants: []string{"insecure"}, Verdict: Accept,
		Why: "with --ignore-certificate-errors, it is not given the root"}
)
