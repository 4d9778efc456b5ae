package clients

import (
	"context"
	"net"

	"example.com/tlslab/lab/lang"
)

// DialsAddresses is the Probe of a stack whose library dials an address that stands in a URL, whatever
// it is told of how names resolve: what is served elsewhere cannot be asked for, and must not be dialled.
func DialsAddresses(probe func(context.Context, string, Request) Result) func(context.Context, string, Request) Result {
	return func(ctx context.Context, variant string, r Request) Result {
		host, _, err := net.SplitHostPort(r.Endpoint.Connect)
		if ip := net.ParseIP(r.Endpoint.Host); err == nil && ip != nil && !ip.Equal(net.ParseIP(host)) {
			return Result{}.With(Unsupported, lang.Because("dials-address", r.Endpoint.Host, r.Endpoint.Connect))
		}
		return probe(ctx, variant, r)
	}
}
