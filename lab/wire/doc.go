// Package wire reads TLS off the wire: records, handshake messages, alerts, and the names of all that stands in
// them. It is given bytes, however they are cut, and opens no sockets.
//
// A [Stream] reads along with one direction of a connection and keeps what judges a peer: its first handshake
// message and its first alert that is a refusal. A [Trace] reads along with both directions and keeps the list of
// records that passed. [ParseClientHello] and [ParseServerHello] read the two hellos. What is encrypted stays
// unread.
package wire
