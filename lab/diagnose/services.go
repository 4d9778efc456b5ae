package diagnose

import "example.com/tlslab/scenarios"

// plaintextRows are those of the services whose clients ask for TLS in plaintext. Their IDs have no prefix here: which
// service it is depends on how the server was asked.
var plaintextRows = []string{
	"starttls-not-offered: starttls-refused",
}

// rowID returns the ID of a row in the catalogue. A row of several services is that of the service as which the server
// was asked. It is empty if the lab does not have that service.
func (t *teller) rowID(r row) string {
	if _, ok := scenarios.Lookup(r.id); ok {
		return r.id
	}
	for _, service := range scenarios.Services() {
		if asked := service.StartTLS(); asked != "" && asked == t.seen.STARTTLS {
			return service.Prefix() + r.id
		}
	}
	return ""
}
