package flight

import (
	"crypto/tls"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"

	"example.com/tlslab/lab/wire"
)

// Extensions (IANA TLS ExtensionType Values).
const (
	extServerName           = 0
	extStatusRequest        = 5
	extSupportedGroups      = 10
	extPointFormats         = 11
	extSignatureAlgorithms  = 13
	extALPN                 = 16
	extPadding              = 21
	extExtendedMasterSecret = 23
	extSessionTicket        = 35
	extSupportedVersions    = 43
	extPSKModes             = 45
	extAuthorities          = 47
	extKeyShare             = 51
	extRenegotiationInfo    = 0xff01
)

// parsers are the messages that are parsed, without their headers. Each returns false if the message is malformed.
var parsers = map[wire.MessageType]func(*Reader, cryptobyte.String) bool{
	wire.MessageEncryptedExtensions: (*Reader).encryptedExtensions,
	wire.MessageCertificate:         (*Reader).certificate,
	wire.MessageCertificateStatus:   (*Reader).certificateStatus,
	wire.MessageServerKeyExchange:   (*Reader).serverKeyExchange,
	wire.MessageCertificateRequest:  (*Reader).certificateRequest,
	wire.MessageCertificateVerify:   (*Reader).certificateVerify,
}

// extensions calls each with every extension of a list with its length, and returns false if the list is malformed.
func extensions(s *cryptobyte.String, each func(kind uint16, body cryptobyte.String) bool) bool {
	var list cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&list) {
		return false
	}
	for !list.Empty() {
		var kind uint16
		var body cryptobyte.String
		if !list.ReadUint16(&kind) || !list.ReadUint16LengthPrefixed(&body) || !each(kind, body) {
			return false
		}
	}
	return true
}

// encryptedExtensions reads RFC 8446, section 4.3.1.
func (r *Reader) encryptedExtensions(s cryptobyte.String) bool {
	return extensions(&s, func(kind uint16, body cryptobyte.String) bool {
		if kind != extALPN {
			return true
		}
		var list, protocol cryptobyte.String
		if !body.ReadUint16LengthPrefixed(&list) || !list.ReadUint8LengthPrefixed(&protocol) {
			return false
		}
		r.Protocol = string(protocol)
		return true
	})
}

// certificate reads RFC 5246, section 7.4.2, or RFC 8446, section 4.4.2.
func (r *Reader) certificate(s cryptobyte.String) bool {
	var context, list, der cryptobyte.String
	if r.isTLS13() && !s.ReadUint8LengthPrefixed(&context) {
		return false
	}
	if !s.ReadUint24LengthPrefixed(&list) {
		return false
	}
	size := 0
	for i := 0; !list.Empty(); i++ {
		if !list.ReadUint24LengthPrefixed(&der) {
			return false
		}
		if size += len(der); len(r.Certificates) < MaxCertificates && size <= MaxCertificateBytes {
			r.Certificates = append(r.Certificates, append([]byte{}, der...))
		} else {
			r.More++
		}
		if r.isTLS13() && !extensions(&list, func(kind uint16, body cryptobyte.String) bool {
			return i != 0 || kind != extStatusRequest || r.certificateStatus(body)
		}) {
			return false
		}
	}
	return true
}

// certificateStatus reads RFC 6066, section 8.
func (r *Reader) certificateStatus(s cryptobyte.String) bool {
	const ocsp = 1
	var kind uint8
	var response cryptobyte.String
	if !s.ReadUint8(&kind) || kind != ocsp || !s.ReadUint24LengthPrefixed(&response) {
		return false
	}
	r.Staple = append([]byte{}, response[:min(len(response), MaxCertificateBytes)]...)
	return true
}

// certificateRequest reads RFC 5246, section 7.4.4, or RFC 8446, section 4.3.2.
func (r *Reader) certificateRequest(s cryptobyte.String) bool {
	r.Request = &Request{}
	var skipped, list cryptobyte.String
	if !s.ReadUint8LengthPrefixed(&skipped) { // certificate_types, or TLS 1.3's context
		return false
	}
	if r.isTLS13() {
		return extensions(&s, func(kind uint16, body cryptobyte.String) bool {
			switch kind {
			case extSignatureAlgorithms:
				return body.ReadUint16LengthPrefixed(&list) && r.Request.algorithms(list)
			case extAuthorities:
				return body.ReadUint16LengthPrefixed(&list) && r.Request.names(list)
			}
			return true
		})
	}
	if r.Hello.Version == tls.VersionTLS12 && (!s.ReadUint16LengthPrefixed(&list) || !r.Request.algorithms(list)) {
		return false
	}
	return s.ReadUint16LengthPrefixed(&list) && r.Request.names(list)
}

func (q *Request) algorithms(list cryptobyte.String) bool {
	const most = 256
	for !list.Empty() {
		var scheme uint16
		if !list.ReadUint16(&scheme) {
			return false
		}
		if len(q.Algorithms) < most {
			q.Algorithms = append(q.Algorithms, scheme)
		}
	}
	return true
}

func (q *Request) names(list cryptobyte.String) bool {
	for size := 0; !list.Empty(); {
		var name cryptobyte.String
		if !list.ReadUint16LengthPrefixed(&name) {
			return false
		}
		if size += len(name); len(q.CANames) < MaxCANames && size <= MaxCANameBytes {
			q.CANames = append(q.CANames, append([]byte{}, name...))
		} else {
			q.More++
		}
	}
	return true
}

// serverKeyExchange reads the ephemeral keys of TLS 1.2 and below (RFC 5246, section 7.4.3; RFC 8422, section 5.4).
func (r *Reader) serverKeyExchange(s cryptobyte.String) bool {
	suite := wire.CipherSuiteName(r.Hello.CipherSuite)
	whole := s
	var prime, generator, public cryptobyte.String
	switch {
	case strings.HasPrefix(suite, "TLS_ECDHE_"), strings.HasPrefix(suite, "TLS_ECDH_anon_"):
		const namedCurve = 3
		var curveType uint8
		var group uint16
		if !s.ReadUint8(&curveType) || curveType != namedCurve || !s.ReadUint16(&group) ||
			!s.ReadUint8LengthPrefixed(&public) {
			return false
		}
		r.Group = tls.CurveID(group)
	case strings.HasPrefix(suite, "TLS_DHE_"), strings.HasPrefix(suite, "TLS_DH_anon_"):
		if !s.ReadUint16LengthPrefixed(&prime) || !s.ReadUint16LengthPrefixed(&generator) ||
			!s.ReadUint16LengthPrefixed(&public) {
			return false
		}
		r.DHBits = new(big.Int).SetBytes(prime).BitLen()
	default:
		return true // a key exchange that nothing is read of
	}
	if strings.Contains(suite, "_anon_") {
		return s.Empty()
	}
	params := whole[:len(whole)-len(s)]
	var scheme uint16
	var signature cryptobyte.String
	if r.Hello.Version == tls.VersionTLS12 && !s.ReadUint16(&scheme) || !s.ReadUint16LengthPrefixed(&signature) {
		return false
	}
	r.Scheme = tls.SignatureScheme(scheme)
	if len(r.hellos) > 0 && len(r.hellos[0]) >= wire.ServerHelloRandom {
		client := r.hellos[0][wire.ServerHelloRandom-wire.RandomLen : wire.ServerHelloRandom]
		r.prove(append(append(append([]byte{}, client...), r.Hello.Random...), params...), signature)
	}
	return true
}

// certificateVerify reads RFC 8446, section 4.4.3.
func (r *Reader) certificateVerify(s cryptobyte.String) bool {
	var scheme uint16
	var signature cryptobyte.String
	if !s.ReadUint16(&scheme) || !s.ReadUint16LengthPrefixed(&signature) {
		return false
	}
	r.Scheme = tls.SignatureScheme(scheme)
	if suite, ok := suites13[r.Hello.CipherSuite]; ok && r.isTLS13() {
		h := suite.hash.New()
		h.Write(r.transcript)
		signed := append([]byte(strings.Repeat(" ", 64)), "TLS 1.3, server CertificateVerify\x00"...)
		r.prove(h.Sum(signed), signature)
	}
	return true
}
