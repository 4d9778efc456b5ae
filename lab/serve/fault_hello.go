package serve

import (
	"crypto/tls"
	"errors"
	"slices"
)

// ssl3 answers with a ServerHello of SSL 3.0 (RFC 6101, section 5.6.1.3), and waits for the
// client to leave.
func ssl3(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	hello := serverHello{version: tls.VersionSSL30, suite: tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}.marshal() //nolint:staticcheck // SSL 3.0 is the point
	if _, err := c.tap.Write(appendRecord(nil, recordHandshake, tls.VersionSSL30, hello)); err != nil { //nolint:staticcheck
		return err
	}
	return c.tap.drain()
}

// internalError answers with that alert.
func internalError(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	if err := c.tap.refuse(alertInternalError); err != nil {
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
	if hello := c.tap.hello(); hello != nil && slices.Contains(hello.Versions, versionName(tls.VersionTLS13)) {
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
