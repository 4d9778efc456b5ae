// Package all lists the client stacks that tlslab knows: Go's net/http, curl, openssl s_client, Python's ssl,
// Node's https, gnutls-cli, GNU Wget, pyOpenSSL, Java's two clients, reqwest over both of its TLS libraries,
// Ruby's net/http, Perl's HTTP::Tiny, PHP's streams, Chromium, OkHttp, libraries for Python and Node, and
// MongoDB's drivers. Some need environments that make clients installs (lab/clients/install).
//
// It links all of them, so only tlslab's command and tests import it.
package all

import (
	"context"
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/bun"
	"example.com/tlslab/lab/clients/chromium"
	"example.com/tlslab/lab/clients/curl"
	"example.com/tlslab/lab/clients/deno"
	"example.com/tlslab/lab/clients/gnutls"
	"example.com/tlslab/lab/clients/gohttp"
	"example.com/tlslab/lab/clients/java"
	"example.com/tlslab/lab/clients/mongogo"
	"example.com/tlslab/lab/clients/mongojava"
	"example.com/tlslab/lab/clients/mongonode"
	"example.com/tlslab/lab/clients/node"
	"example.com/tlslab/lab/clients/npm"
	"example.com/tlslab/lab/clients/okhttp"
	"example.com/tlslab/lab/clients/openssl"
	"example.com/tlslab/lab/clients/perl"
	"example.com/tlslab/lab/clients/php"
	"example.com/tlslab/lab/clients/pymongo"
	"example.com/tlslab/lab/clients/pyopenssl"
	"example.com/tlslab/lab/clients/pypi"
	"example.com/tlslab/lab/clients/python"
	"example.com/tlslab/lab/clients/reqwest"
	"example.com/tlslab/lab/clients/ruby"
	"example.com/tlslab/lab/clients/wget"
)

// Stacks lists the stacks, in display order. To add a stack, add a folder beside this one and a line here.
func Stacks() []clients.Stack {
	return slices.Concat([]clients.Stack{
		gohttp.Stack(),
		curl.Stack(),
		openssl.Stack(),
		python.Stack(),
		node.Stack(),
		gnutls.Stack(),
		wget.Stack(),
		pyopenssl.Stack(),
		java.Stack(),
		pymongo.Stack(),
		pymongo.OCSPStack(),
		mongonode.Stack(),
		reqwest.Stack(),
		reqwest.NativeStack(),
		ruby.Stack(),
		perl.Stack(),
		php.Stack(),
		chromium.Stack(),
		okhttp.Stack(),
		mongojava.Stack(),
		deno.Stack(),
		bun.Stack(),
	}, pypi.Stacks(), npm.Stacks(), []clients.Stack{mongogo.Stack()})
}

// Names returns the names of these stacks.
func Names() []string {
	var names []string
	for _, s := range Stacks() {
		names = append(names, s.Name)
	}
	return names
}

// Discover is [clients.Discover] for these stacks.
func Discover(ctx context.Context, o clients.Options) (*clients.Set, error) {
	o.Stacks = Stacks()
	return clients.Discover(ctx, o)
}
