// Package wire parses TLS on the wire: records, handshake messages and alerts. It also has the names of everything in
// them. It is fed with bytes, in pieces of any size, and opens no sockets.
//
// A [Stream] follows one direction of a connection, and keeps what shows how a peer behaves: its first handshake
// message, and its first alert that is a refusal. A [Trace] follows both directions, and keeps a list of the records
// that passed. [ParseClientHello] and [ParseServerHello] parse the two hellos. Encrypted content is not read.
package wire
