package serve

import (
	"fmt"
	"net"

	"example.com/tlslab/lab/internal/socket"
	"example.com/tlslab/scenarios"
)

// fault is how a server behaves.
type fault struct {
	open   socket.Opener     // opens the port; nil means that the server listens normally
	behave func(*conn) error // serves a connection; nil means that the server behaves correctly

	// The following are about services with a prologue: see Service.Prologue.
	early    bool  // behave comes instead of the prologue, and not after it
	atOnce   bool  // there is no prologue: the server begins TLS at once
	noDirect bool  // clients cannot begin TLS at once, although the service allows it
	plain    Plain // how the prologue treats clients
}

// faults are the behaviours of all faults. The empty name is the server without a fault.
var faults = map[scenarios.Fault]fault{
	"": {},

	scenarios.FaultUnresolved: {}, // see Server.connect
	scenarios.FaultRefused:    {open: socket.Refuse},
	scenarios.FaultSYNDropped: {open: socket.DropSYN},

	scenarios.FaultResetOnAccept:         {behave: resetOnAccept, early: true},
	scenarios.FaultResetAfterHello:       {behave: resetAfterHello},
	scenarios.FaultResetAfterCertificate: {behave: resetAfterCertificate},
	scenarios.FaultCloseAfterHello:       {behave: closeAfterHello},
	scenarios.FaultSilent:                {behave: silent, early: true},
	scenarios.FaultStalledCertificate:    {behave: stalledCertificate},
	scenarios.FaultSlow:                  {behave: slow},
	scenarios.FaultTruncatedResponse:     {behave: truncatedResponse},

	scenarios.FaultPlainHTTP:       {behave: answers(plainHTTP), early: true},
	scenarios.FaultBannerSSH:       {behave: speaksFirst(bannerSSH), early: true},
	scenarios.FaultBannerMySQL:     {behave: speaksFirst(bannerMySQL), early: true},
	scenarios.FaultGarbage:         {behave: answers(garbage)},
	scenarios.FaultOversizedRecord: {behave: answers(oversizedRecord)},
	scenarios.FaultShortRecord:     {behave: shortRecord},

	scenarios.FaultSTARTTLSNotOffered: {plain: Plain{NoTLS: true}, noDirect: true},
	scenarios.FaultTLSRequired:        {plain: Plain{RequireTLS: true}},
	scenarios.FaultTLSAtOnce:          {atOnce: true},
	scenarios.FaultNoDirectTLS:        {noDirect: true},
	scenarios.FaultPlainService:       {behave: plainService, early: true},

	scenarios.FaultSSL3:                {behave: ssl3},
	scenarios.FaultInternalError:       {behave: internalError},
	scenarios.FaultVersionIntolerant:   {behave: versionIntolerant},
	scenarios.FaultOneSegment:          {behave: oneSegment},
	scenarios.FaultSmallDH:             {behave: smallDH},
	scenarios.FaultLegacyRenegotiation: {behave: legacyRenegotiation},
}

// behaviour returns the behaviour of a fault, without nil functions.
func behaviour(name scenarios.Fault) (fault, error) {
	f, ok := faults[name]
	if !ok {
		return fault{}, fmt.Errorf("unknown fault %q: use one from package scenarios", name)
	}
	if f.open == nil {
		f.open = socket.Listen
	}
	if f.behave == nil {
		f.behave = (*conn).talk
	}
	return f, nil
}

// brokenOff is the error for a connection that the server broke off on purpose. It says how.
type brokenOff string

// Error implements error.
func (b brokenOff) Error() string { return string(b) }

// reset resets the TCP connection: with a linger time of zero, closing it sends RST instead of FIN. Everything that the
// client had sent has been read before, so the RST is all that the client sees.
func (c *conn) reset(when string) error {
	if tcp, ok := c.raw.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.raw.Close()
	return brokenOff("reset " + when)
}

// finish closes the server's side of the TCP connection, without a TLS alert, and waits for the client to close the
// other. If it closed both at once, whatever the client still sends would cause a reset.
func (c *conn) finish(when string) error {
	if tcp, ok := c.raw.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
	c.tap.bound(c.tap.deadline) // a service may have moved it
	c.tap.drain()
	return brokenOff("closed " + when)
}
