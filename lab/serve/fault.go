package serve

import (
	"fmt"
	"net"
	"slices"

	"example.com/tlslab/lab/internal/socket"
	"example.com/tlslab/scenarios"
)

// fault is how a server behaves: what it listens with, and what it does with a connection.
type fault struct {
	open   socket.Opener     // what it listens with; nil means as every server does
	behave func(*conn) error // nil means as a good server does
}

// faults are all that a server can do.
var faults = map[scenarios.Fault]fault{
	"": {},

	scenarios.FaultUnresolved: {}, // see Server.connect
	scenarios.FaultRefused:    {open: socket.Refuse},
	scenarios.FaultSYNDropped: {open: socket.DropSYN},

	scenarios.FaultResetOnAccept:         {behave: resetOnAccept},
	scenarios.FaultResetAfterHello:       {behave: resetAfterHello},
	scenarios.FaultResetAfterCertificate: {behave: resetAfterCertificate},
	scenarios.FaultCloseAfterHello:       {behave: closeAfterHello},
	scenarios.FaultSilent:                {behave: silent},
	scenarios.FaultStalledCertificate:    {behave: stalledCertificate},
	scenarios.FaultSlow:                  {behave: slow},
	scenarios.FaultTruncatedResponse:     {behave: truncatedResponse},

	scenarios.FaultPlainHTTP:       {behave: answers(plainHTTP)},
	scenarios.FaultBannerSSH:       {behave: speaksFirst(bannerSSH)},
	scenarios.FaultBannerMySQL:     {behave: speaksFirst(bannerMySQL)},
	scenarios.FaultGarbage:         {behave: answers(garbage)},
	scenarios.FaultOversizedRecord: {behave: answers(oversizedRecord)},
	scenarios.FaultShortRecord:     {behave: shortRecord},

	scenarios.FaultSSL3:                {behave: ssl3},
	scenarios.FaultInternalError:       {behave: internalError},
	scenarios.FaultVersionIntolerant:   {behave: versionIntolerant},
	scenarios.FaultOneSegment:          {behave: oneSegment},
	scenarios.FaultSmallDH:             {behave: smallDH},
	scenarios.FaultLegacyRenegotiation: {behave: legacyRenegotiation},
}

// behaviour looks a fault up.
func behaviour(name scenarios.Fault) (fault, error) {
	f, ok := faults[name]
	if !ok {
		return fault{}, fmt.Errorf("there is no fault %q: use one of package scenarios", name)
	}
	if f.open == nil {
		f.open = socket.Listen
	}
	if f.behave == nil {
		f.behave = (*conn).talk
	}
	return f, nil
}

// Faults returns all faults that a server can be told to have.
func Faults() []scenarios.Fault {
	var list []scenarios.Fault
	for name := range faults {
		if name != "" {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// brokenOff is the end of a connection that the server broke off on purpose, and says how.
type brokenOff string

// Error implements error.
func (b brokenOff) Error() string { return string(b) }

// reset resets the TCP connection: with a linger time of zero, closing it sends RST and not
// FIN. What came from the client has been read before, so that nothing but the RST tells it.
func (c *conn) reset(when string) error {
	if tcp, ok := c.raw.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.raw.Close()
	return brokenOff("reset " + when)
}

// finish closes the server's side of the TCP connection, without a TLS alert, and waits for
// the client to close the other: were it closed at once, what the client still sends would
// turn the end into a reset.
func (c *conn) finish(when string) error {
	if tcp, ok := c.raw.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
	c.tap.bound(c.tap.deadline) // a service may have moved it
	c.tap.drain()
	return brokenOff("closed " + when)
}
