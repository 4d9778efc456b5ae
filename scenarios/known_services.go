package scenarios

import "example.com/tlslab/scenarios/failure"

// libpqReset is measured with libpq 15.18.
var libpqReset = Known{Stack: "psql", Right: true, Failures: []failure.Class{failure.UnexpectedEOF},
	Why: "libpq says that the server closed the connection, whether it was reset or not"}
