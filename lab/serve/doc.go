// Package serve gives scenarios an address: it listens, speaks TLS with
// crypto/tls as a scenario says, lets a service answer behind it, and records what
// it saw of each connection.
//
// [Start] starts one [Server] for one scenario. A test points a client at
// [Server.Endpoint], waits with [Server.Drain] until the server has seen the last
// of it, and reads [Server.Observations]:
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
// # What the record tells
//
// An [Observation] is made from two sources: crypto/tls's own account of the
// handshake, and the records read along as they pass (RFC 8446, section 5.1). Where
// they differ the wire wins. An OpenSSL client under TLS 1.3 sends its refusal
// in plaintext, at a point where crypto/tls expects ciphertext; crypto/tls then
// reports a bad_record_mac of its own that explains nothing. Its answer is not sent: most
// such clients have left, and the record would differ with the moment at which they did.
//
// # Faults
//
// What crypto/tls cannot or will not do wrong is a fault: a [scenarios.Fault], and a line in the
// table of fault.go that names its behaviour. Some have no connection at all (a port that is
// held), some answer with other things than TLS, some let crypto/tls's own records pass as far
// as they want, and two shake hands by the lab's own server side of TLS 1.2 (package tls12). The record
// is kept of every connection alike. None depends on when something comes: a server reads what
// a client says first, and only then does it wrong.
//
// # Bounds
//
// Whatever a client sends costs bounded time and memory: a connection lasts no
// longer than [Options].Timeout and a short farewell, a server keeps no more than
// [Options].MaxConns of them at once. It remembers a bounded number of observations, and those of all
// servers of a lab take bounded memory together: see [Memory]. Names and lists in a ClientHello, subjects
// of certificates and texts of errors are cut to a length that no real client exceeds.
// A connection can disturb no other one, and no other server: a panic ends it alone, and is on record as
// [EndInternal]. When there are no file descriptors left, clients wait to be accepted.
package serve
