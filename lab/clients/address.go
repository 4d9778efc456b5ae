package clients

import (
	"context"
	"net"

	"example.com/tlslab/lab/lang"
)

// DialsAddresses wraps the Probe of a stack whose library always dials an address in a URL itself and cannot
// be told to connect elsewhere. If the endpoint's server is at another address, the result is Unsupported,
// and nothing is dialled.
func DialsAddresses(
	probe func(context.Context, string, Request) Result,
) func(context.Context, string, Request) Result {
	return func(ctx context.Context, variant string, r Request) Result {
		host, _, err := net.SplitHostPort(r.Endpoint.Connect)
		if ip := net.ParseIP(r.Endpoint.Host); err == nil && ip != nil && !ip.Equal(net.ParseIP(host)) {
			return Result{}.With(Unsupported, lang.Because("dials-address", r.Endpoint.Host, r.Endpoint.Connect))
		}
		return probe(ctx, variant, r)
	}
}
