package serve

import (
	"crypto/tls"
	"errors"
	"slices"

	"example.com/tlslab/lab/wire"
)

// versionSSL30 is tls.VersionSSL30, which is deprecated: that SSL 3.0 is broken is why it is served.
const versionSSL30 = 0x0300

// ssl3 answers with a ServerHello of SSL 3.0 (RFC 6101, section 5.6.1.3), and waits for the
// client to leave.
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

// internalError answers with that alert.
func internalError(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	if err := c.tap.refuse(wire.AlertInternalError); err != nil {
		return err
	}
	return errInternal
}

var errInternal = errors.New("the server said internal_error")

// versionIntolerant does not know that a server has to ignore the versions that it does not
// know (RFC 8446, section 4.1.1).
func versionIntolerant(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	if hello := c.tap.hello(); hello != nil && slices.Contains(hello.Versions, wire.VersionName(tls.VersionTLS13)) {
		return c.finish("on a ClientHello that offers TLS 1.3")
	}
	return c.talk()
}

// segment is how many bytes fit one TCP segment on Ethernet, over IPv4.
const segment = 1460

// oneSegment takes what fits one segment for the whole ClientHello.
func oneSegment(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	if len(c.tap.ahead) > segment {
		return c.reset("on a ClientHello above 1,460 bytes")
	}
	return c.talk()
}
