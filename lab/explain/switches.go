package explain

import (
	"slices"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// switchedInServers are the classes for which people change a server's settings about its clients.
var switchedInServers = slices.Concat(messages.Weakened, []failure.Class{
	failure.ClientCertificateRequired, failure.ClientCertificateRejected,
})
