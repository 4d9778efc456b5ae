// Package serve serves scenarios: it listens on a port, speaks TLS with crypto/tls as the scenario demands, lets a
// service answer behind TLS, and records what it saw of each connection.
//
// [Start] starts one [Server] for one scenario. A test points a client at [Server.Endpoint], waits with
// [Server.Drain] until the client's connections have ended, and reads [Server.Observations]:
//
//	srv, err := serve.Start(scenario, serve.ChainSource(mint), serve.Options{Service: https.Service()})
//	...
//	defer srv.Close()
//	probe(srv.Endpoint(files))
//	srv.Drain(ctx)
//	for _, o := range srv.Observations() {
//		fmt.Println(o.End, o.AlertReceived)
//	}
//
// # Observations
//
// An [Observation] combines two sources: what crypto/tls reports about the handshake, and the records that the server
// parses as they pass (RFC 8446, section 5.1). If they contradict each other, the records count. For example, an
// OpenSSL client under TLS 1.3 sends its refusal in plaintext where crypto/tls expects ciphertext; crypto/tls then
// fails with bad_record_mac, which explains nothing. That alert is not sent: most of these clients have already left,
// and the observation would depend on when they did.
//
// # Faults
//
// A fault is something wrong that crypto/tls cannot or will not do: a [scenarios.Fault], with its behaviour in the
// table in fault.go. Some faults never accept a connection (the port is only held). Some answer with something other
// than TLS. Some cut off or delay what crypto/tls sends. Two use the lab's own server side of TLS 1.2 (package tls12).
// Every connection is observed, whatever the fault. No fault depends on timing: where a client speaks first, the
// server reads what it says before it misbehaves.
//
// # Before TLS
//
// Some services begin in plaintext and start TLS when the client asks for it: see [Service].Prologue. The fault decides
// whether the server offers TLS and whether it serves clients without it. What passes in plaintext is counted in
// [Observation].Plaintext, and is not parsed as records. Faults below TLS, such as silence and other protocols, come
// instead of the prologue; all others come after it.
//
// # Bounds
//
// Whatever a client sends, it costs bounded time and memory. A connection lasts no longer than [Options].Timeout plus
// a short time for closing, and a server serves at most [Options].MaxConns connections at once. It remembers a
// limited number of observations, and the observations of all servers of a lab share limited memory: see [Memory].
// Names and lists in a ClientHello, subjects of certificates and error texts are cut to a length that no real client
// exceeds. A connection cannot disturb another one, or another server: a panic ends only the connection on which it
// happened, which is recorded as [EndInternal]. When no file descriptors are left, clients wait to be accepted.
package serve
