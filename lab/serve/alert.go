package serve

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"

	"example.com/tlslab/lab/wire"
)

// remoteAlert returns the client's alert that crypto/tls reports in err, or nil.
func remoteAlert(err error) *wire.Alert { return alertIn(err, "remote error") }

// localAlert returns the alert that crypto/tls sent because of err, or nil if that is unknown.
func localAlert(err error) *wire.Alert {
	if a := alertIn(err, "local error"); a != nil {
		return a
	}
	if err == nil {
		return nil
	}
	if verification, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return wire.NewAlert(verificationAlert(verification.Err))
	}
	for _, known := range localAlerts {
		if strings.HasPrefix(err.Error(), known.prefix) {
			return wire.NewAlert(known.code)
		}
	}
	return nil
}

// alertIn returns the alert in a *net.OpError from crypto/tls. The alert's type is not exported, but its text is the
// same as that of the exported tls.AlertError.
func alertIn(err error, op string) *wire.Alert {
	e, ok := errors.AsType[*net.OpError](err)
	if !ok || e.Op != op {
		return nil
	}
	text := e.Err.Error()
	for code := range 256 {
		if tls.AlertError(code).Error() == text {
			return wire.NewAlert(wire.AlertCode(code))
		}
	}
	return nil
}

// verificationAlert returns the alert with which crypto/tls refuses a client certificate that fails to verify.
func verificationAlert(err error) wire.AlertCode {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return wire.AlertUnknownCA
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return wire.AlertCertificateExpired
	}
	return wire.AlertBadCertificate
}

// localAlerts are the refusals whose alert crypto/tls neither reports nor sends in plaintext: those of a TLS 1.3 server
// after its ServerHello. They can be recognized only by the text of the error. clientcert_test.go checks the texts that
// a client can provoke.
var localAlerts = []struct {
	prefix string
	code   wire.AlertCode
}{
	{"tls: client didn't provide a certificate", wire.AlertCertificateRequired},
	{"tls: failed to parse client certificate", wire.AlertDecodeError},
	{"tls: client sent certificate containing RSA key larger", wire.AlertBadCertificate},
	{"tls: client certificate contains an unsupported public key", wire.AlertUnsupportedCertificate},
	{"tls: client certificate used with invalid signature algorithm", wire.AlertIllegalParameter},
	{"tls: invalid signature by the client certificate", wire.AlertDecryptError},
	{"tls: invalid client finished hash", wire.AlertDecryptError},
	{"tls: received unexpected handshake message", wire.AlertUnexpectedMessage},
	{"tls: failed to sign handshake", wire.AlertInternalError},
}
