package serve

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
)

// Alerts that are treated by number (RFC 8446, section 6).
const (
	alertCloseNotify        = 0
	alertUnexpectedMessage  = 10
	alertBadRecordMAC       = 20
	alertRecordOverflow     = 22
	alertHandshakeFailure   = 40
	alertBadCertificate     = 42
	alertUnsupportedCert    = 43
	alertCertificateExpired = 45
	alertIllegalParameter   = 47
	alertUnknownCA          = 48
	alertDecodeError        = 50
	alertDecryptError       = 51
	alertProtocolVersion    = 70
	alertInternalError      = 80
	alertUserCanceled       = 90
	alertNoRenegotiation    = 100
	alertCertRequired       = 116
)

// alertNames are IANA's TLS Alerts (RFC 8446, section 6, and what it reserves).
var alertNames = map[uint8]string{
	0:   "close_notify",
	10:  "unexpected_message",
	20:  "bad_record_mac",
	21:  "decryption_failed",
	22:  "record_overflow",
	30:  "decompression_failure",
	40:  "handshake_failure",
	41:  "no_certificate",
	42:  "bad_certificate",
	43:  "unsupported_certificate",
	44:  "certificate_revoked",
	45:  "certificate_expired",
	46:  "certificate_unknown",
	47:  "illegal_parameter",
	48:  "unknown_ca",
	49:  "access_denied",
	50:  "decode_error",
	51:  "decrypt_error",
	52:  "too_many_cids_requested",
	60:  "export_restriction",
	70:  "protocol_version",
	71:  "insufficient_security",
	80:  "internal_error",
	86:  "inappropriate_fallback",
	90:  "user_canceled",
	100: "no_renegotiation",
	109: "missing_extension",
	110: "unsupported_extension",
	111: "certificate_unobtainable",
	112: "unrecognized_name",
	113: "bad_certificate_status_response",
	114: "bad_certificate_hash_value",
	115: "unknown_psk_identity",
	116: "certificate_required",
	117: "general_error",
	120: "no_application_protocol",
	121: "ech_required",
}

// AlertByCode returns the alert of a number (RFC 8446, section 6). One that IANA
// has no name for is called "unassigned".
func AlertByCode(code uint8) Alert {
	name, ok := alertNames[code]
	if !ok {
		name = "unassigned"
	}
	return Alert{Code: code, Name: name}
}

func alertString(a Alert) string { return fmt.Sprintf("%s (%d)", a.Name, a.Code) }

// isRefusal reports whether an alert ends something for a reason. The level says
// nothing: TLS 1.3 ignores it (RFC 8446, section 6), and old clients send refusals
// as warnings.
func isRefusal(code uint8) bool {
	return code != alertCloseNotify && code != alertUserCanceled && code != alertNoRenegotiation
}

// remoteAlert returns the alert of the client's that crypto/tls reports in err, or
// nil.
func remoteAlert(err error) *Alert { return alertIn(err, "remote error") }

// localAlert returns the alert that crypto/tls answered err with, or nil if that
// cannot be told.
func localAlert(err error) *Alert {
	if a := alertIn(err, "local error"); a != nil {
		return a
	}
	if err == nil {
		return nil
	}
	if verification, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		a := AlertByCode(verificationAlert(verification.Err))
		return &a
	}
	for _, known := range localAlerts {
		if strings.HasPrefix(err.Error(), known.prefix) {
			a := AlertByCode(known.code)
			return &a
		}
	}
	return nil
}

// alertIn returns the alert in a *net.OpError of crypto/tls's. Its type is private
// to crypto/tls, but its text is that of the exported tls.AlertError.
func alertIn(err error, op string) *Alert {
	e, ok := errors.AsType[*net.OpError](err)
	if !ok || e.Op != op {
		return nil
	}
	text := e.Err.Error()
	for code := range 256 {
		if tls.AlertError(code).Error() == text {
			a := AlertByCode(uint8(code))
			return &a
		}
	}
	return nil
}

// verificationAlert returns the alert with which crypto/tls refuses a client
// certificate that did not verify.
func verificationAlert(err error) uint8 {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return alertUnknownCA
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return alertCertificateExpired
	}
	return alertBadCertificate
}

// localAlerts are the refusals whose alert crypto/tls neither reports nor sends in
// plaintext: those of a TLS 1.3 server from its ServerHello on. There is no other
// way to them than the words of the error; alert_test.go holds the words to be
// right as far as a client can provoke them.
var localAlerts = []struct {
	prefix string
	code   uint8
}{
	{"tls: client didn't provide a certificate", alertCertRequired},
	{"tls: failed to parse client certificate", alertDecodeError},
	{"tls: client sent certificate containing RSA key larger", alertBadCertificate},
	{"tls: client certificate contains an unsupported public key", alertUnsupportedCert},
	{"tls: client certificate used with invalid signature algorithm", alertIllegalParameter},
	{"tls: invalid signature by the client certificate", alertDecryptError},
	{"tls: invalid client finished hash", alertDecryptError},
	{"tls: received unexpected handshake message", alertUnexpectedMessage},
	{"tls: failed to sign handshake", alertInternalError},
}
