package serve

import (
	"crypto/tls"
	"slices"
)

// agreeable returns a configuration that selects no protocol for a client that offers only
// protocols which the server does not know. crypto/tls would refuse that client with alert
// no_application_protocol, as RFC 7301, section 3.2, wants it. Most servers select nothing: OpenSSL's
// do unless they are told otherwise, and so do those that know no ALPN. The client decides then.
func agreeable(config *tls.Config, offered []string) *tls.Config {
	known := func(protocol string) bool { return slices.Contains(config.NextProtos, protocol) }
	if len(config.NextProtos) == 0 || len(offered) == 0 || slices.ContainsFunc(offered, known) {
		return config
	}
	config = config.Clone()
	config.NextProtos = nil
	return config
}
