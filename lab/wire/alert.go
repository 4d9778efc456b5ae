package wire

import "fmt"

// AlertCode is the number of an alert (RFC 8446, section 6).
type AlertCode uint8

// The alerts in IANA's registry TLS Alerts. The names are from RFC 8446, section 6. Alerts that this RFC only reserves,
// or does not have, have a comment with their source.
const (
	AlertCloseNotify                  AlertCode = 0
	AlertUnexpectedMessage            AlertCode = 10
	AlertBadRecordMAC                 AlertCode = 20
	AlertDecryptionFailed             AlertCode = 21 // RFC 2246, section 7.2.2
	AlertRecordOverflow               AlertCode = 22
	AlertDecompressionFailure         AlertCode = 30 // RFC 5246, section 7.2.2
	AlertHandshakeFailure             AlertCode = 40
	AlertNoCertificate                AlertCode = 41 // SSL 3.0: RFC 6101, section 5.4.2
	AlertBadCertificate               AlertCode = 42
	AlertUnsupportedCertificate       AlertCode = 43
	AlertCertificateRevoked           AlertCode = 44
	AlertCertificateExpired           AlertCode = 45
	AlertCertificateUnknown           AlertCode = 46
	AlertIllegalParameter             AlertCode = 47
	AlertUnknownCA                    AlertCode = 48
	AlertAccessDenied                 AlertCode = 49
	AlertDecodeError                  AlertCode = 50
	AlertDecryptError                 AlertCode = 51
	AlertTooManyCIDsRequested         AlertCode = 52 // DTLS 1.3: RFC 9147, section 10
	AlertExportRestriction            AlertCode = 60 // RFC 2246, section 7.2.2
	AlertProtocolVersion              AlertCode = 70
	AlertInsufficientSecurity         AlertCode = 71
	AlertInternalError                AlertCode = 80
	AlertInappropriateFallback        AlertCode = 86 // RFC 7507, section 2
	AlertUserCanceled                 AlertCode = 90
	AlertNoRenegotiation              AlertCode = 100 // RFC 5246, section 7.2.2
	AlertMissingExtension             AlertCode = 109
	AlertUnsupportedExtension         AlertCode = 110
	AlertCertificateUnobtainable      AlertCode = 111 // RFC 6066, section 9
	AlertUnrecognizedName             AlertCode = 112
	AlertBadCertificateStatusResponse AlertCode = 113
	AlertBadCertificateHashValue      AlertCode = 114 // RFC 6066, section 9
	AlertUnknownPSKIdentity           AlertCode = 115
	AlertCertificateRequired          AlertCode = 116
	AlertGeneralError                 AlertCode = 117
	AlertNoApplicationProtocol        AlertCode = 120
	AlertECHRequired                  AlertCode = 121
)

// alertNames are the names of the alerts.
var alertNames = map[AlertCode]string{
	AlertCloseNotify:                  "close_notify",
	AlertUnexpectedMessage:            "unexpected_message",
	AlertBadRecordMAC:                 "bad_record_mac",
	AlertDecryptionFailed:             "decryption_failed",
	AlertRecordOverflow:               "record_overflow",
	AlertDecompressionFailure:         "decompression_failure",
	AlertHandshakeFailure:             "handshake_failure",
	AlertNoCertificate:                "no_certificate",
	AlertBadCertificate:               "bad_certificate",
	AlertUnsupportedCertificate:       "unsupported_certificate",
	AlertCertificateRevoked:           "certificate_revoked",
	AlertCertificateExpired:           "certificate_expired",
	AlertCertificateUnknown:           "certificate_unknown",
	AlertIllegalParameter:             "illegal_parameter",
	AlertUnknownCA:                    "unknown_ca",
	AlertAccessDenied:                 "access_denied",
	AlertDecodeError:                  "decode_error",
	AlertDecryptError:                 "decrypt_error",
	AlertTooManyCIDsRequested:         "too_many_cids_requested",
	AlertExportRestriction:            "export_restriction",
	AlertProtocolVersion:              "protocol_version",
	AlertInsufficientSecurity:         "insufficient_security",
	AlertInternalError:                "internal_error",
	AlertInappropriateFallback:        "inappropriate_fallback",
	AlertUserCanceled:                 "user_canceled",
	AlertNoRenegotiation:              "no_renegotiation",
	AlertMissingExtension:             "missing_extension",
	AlertUnsupportedExtension:         "unsupported_extension",
	AlertCertificateUnobtainable:      "certificate_unobtainable",
	AlertUnrecognizedName:             "unrecognized_name",
	AlertBadCertificateStatusResponse: "bad_certificate_status_response",
	AlertBadCertificateHashValue:      "bad_certificate_hash_value",
	AlertUnknownPSKIdentity:           "unknown_psk_identity",
	AlertCertificateRequired:          "certificate_required",
	AlertGeneralError:                 "general_error",
	AlertNoApplicationProtocol:        "no_application_protocol",
	AlertECHRequired:                  "ech_required",
}

// Assigned reports whether the alert has a name in IANA's registry.
func (c AlertCode) Assigned() bool { return alertNames[c] != "" }

// String returns IANA's name of the alert, such as "certificate_expired", or "unassigned".
func (c AlertCode) String() string {
	if !c.Assigned() {
		return "unassigned"
	}
	return alertNames[c]
}

// IsRefusal reports whether the alert ends a connection because something is wrong. The level of an alert does not
// tell: TLS 1.3 ignores it (RFC 8446, section 6), and old clients send refusals as warnings.
func (c AlertCode) IsRefusal() bool {
	return c != AlertCloseNotify && c != AlertUserCanceled && c != AlertNoRenegotiation
}

// Alert is a TLS alert, with its number and IANA name.
type Alert struct {
	Code AlertCode `json:"code"`
	Name string    `json:"name"`
}

// NewAlert returns the alert with a number. If IANA has no name for it, it is named "unassigned".
func NewAlert(code AlertCode) *Alert { return &Alert{Code: code, Name: code.String()} }

// String returns the alert as "certificate_expired (45)".
func (a Alert) String() string { return fmt.Sprintf("%s (%d)", a.Name, uint8(a.Code)) }

// The levels of alerts (RFC 8446, section 6).
const (
	LevelWarning = 1
	LevelFatal   = 2
)
