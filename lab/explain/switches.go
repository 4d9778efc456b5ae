package explain

import (
	"slices"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// switchedInServers are the classes for which people switch something in a server, about its clients.
var switchedInServers = slices.Concat(messages.Weakened, []failure.Class{
	failure.ClientCertificateRequired, failure.ClientCertificateRejected,
})
