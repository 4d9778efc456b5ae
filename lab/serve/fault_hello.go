package serve

import (
	"crypto/tls"
	"errors"
	"slices"

	"example.com/tlslab/lab/wire"
)

// versionSSL30 has the value of tls.VersionSSL30, which is deprecated because SSL 3.0 is broken. Here that is the
// point.
const versionSSL30 = 0x0300

// ssl3 answers with a ServerHello of SSL 3.0 (RFC 6101, section 5.6.1.3), and waits until the client closes the
// connection.
func ssl3(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	hello := wire.ServerHello{Version: versionSSL30, CipherSuite: tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}.Marshal()
	if _, err := c.tap.Write(wire.AppendRecord(nil, wire.RecordHandshake, versionSSL30, hello)); err != nil {
		return err
	}
	return c.tap.drain()
}

// internalError answers the ClientHello with the alert internal_error.
func internalError(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	if err := c.tap.refuse(wire.AlertInternalError); err != nil {
		return err
	}
	return errInternal
}

var errInternal = errors.New("the server sent internal_error on purpose")

// versionIntolerant drops clients that offer TLS 1.3, instead of ignoring versions that it does not know as a server
// must (RFC 8446, section 4.2.1).
func versionIntolerant(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	if hello := c.tap.hello(); hello != nil && slices.Contains(hello.Versions, wire.VersionName(tls.VersionTLS13)) {
		return c.finish("on a ClientHello that offers TLS 1.3")
	}
	return c.talk()
}

// segment is the number of bytes that fit into one TCP segment over IPv4 on Ethernet.
const segment = 1460

// oneSegment resets clients whose ClientHello does not fit into one segment.
func oneSegment(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	if len(c.tap.ahead) > segment {
		return c.reset("on a ClientHello above 1,460 bytes")
	}
	return c.talk()
}
