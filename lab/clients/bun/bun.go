// Package bun is the client stack of Bun: its fetch and its node:https. The client itself is probe.js.
//
// Bun verifies with BoringSSL, below uSockets, and reports the commit: 1.4.5 has fe703e9faa3b. It follows Node, with
// the same messages and codes for errors in chains, and the same checks of names. Its fetch does not report alerts:
// every failed handshake is "EPROTO: The TLS handshake failed".
package bun

import (
	"context"
	_ "embed"
	"os"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/lab/clients/mainstream"
)

//go:embed probe.js
var probe string

// variants are the ways of using the stack. Their features are measured by TestFeatures in lab/clients, with Bun 1.4.5.
var variants = []worker.Variant{
	variant("default", "fetch(URL, {tls: {ca: PEM}})", append([]string{"alpn"}, features...)),
	variant("insecure", "fetch(URL, {tls: {rejectUnauthorized: false}})", nil, clients.CheckChain, clients.CheckHost),
	variant("no-hostname", "fetch(URL, {tls: {ca: PEM, checkServerIdentity: () => undefined}})",
		append([]string{"alpn"}, features...), clients.CheckHost),
	variant("node-https", "https.request({ca: PEM}) of node:https, as packages from npm use it", features),
}

// features are the features of BoringSSL.
var features = []string{"chain-sort", "ed25519", "key-usage"}

func variant(name, about string, features []string, skips ...clients.Check) worker.Variant {
	return worker.Variant{Variant: clients.Variant{Name: name, About: about, Features: features, Skips: skips}}
}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "bun", Oldest: "1.4", Find: mainstream.Find("bun", "@oven/bun-*/bin/bun"), Open: open}
}

// settings make fetch connect to one address and resume no session. By default, it connects to all addresses of a name
// at once, and closes all connections except the first that succeeds.
var settings = []string{
	"BUN_FEATURE_FLAG_DISABLE_IPV6=1", "BUN_FEATURE_FLAG_DISABLE_FETCH_TLS_SESSION_CACHE=1",
	"BUN_RUNTIME_TRANSPILER_CACHE_PATH=0", "DO_NOT_TRACK=1",
}

// open starts Bun with the probe program. Bun reads no settings from files and writes no cache.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	return worker.Open(ctx, "bun", process.Command{
		Path: p.Path,
		Args: []string{"--config=" + os.DevNull, "--no-install", "--no-env-file", "-e", probe},
		Env:  settings,
	}, variants)
}
