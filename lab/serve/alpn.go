package serve

import (
	"crypto/tls"
	"slices"
)

// lenientALPN returns a configuration that selects no protocol for a client that offers only protocols which the server
// does not know. crypto/tls would refuse that client with the alert no_application_protocol, as RFC 7301, section 3.2,
// demands. Most servers select nothing instead, among them OpenSSL's by default, and those without ALPN. The client
// then decides whether to continue.
func lenientALPN(config *tls.Config, offered []string) *tls.Config {
	known := func(protocol string) bool { return slices.Contains(config.NextProtos, protocol) }
	if len(config.NextProtos) == 0 || len(offered) == 0 || slices.ContainsFunc(offered, known) {
		return config
	}
	config = config.Clone()
	config.NextProtos = nil
	return config
}
