package messages

import (
	"slices"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

// sentByClients is what alerts mean from any client, as far as RFC 8446, section 6.2, gives them one meaning. Others
// (bad_certificate, certificate_unknown) can mean anything.
var sentByClients = map[wire.AlertCode][]failure.Class{
	wire.AlertRecordOverflow:         {failure.CorruptRecord},
	wire.AlertUnsupportedCertificate: {failure.WrongUsage, failure.WeakKey, failure.CriticalExtension},
	wire.AlertCertificateRevoked:     {failure.Revoked},
	wire.AlertCertificateExpired:     {failure.Expired, failure.NotYetValid},
	wire.AlertUnknownCA: {
		failure.Untrusted, failure.SelfSigned, failure.InvalidCA, failure.PathLength,
	},
	wire.AlertDecodeError:                  {failure.CorruptRecord, failure.Malformed, failure.NotTLS},
	wire.AlertDecryptError:                 {failure.BadSignature, failure.KeyMismatch},
	wire.AlertProtocolVersion:              {failure.ProtocolVersion},
	wire.AlertInsufficientSecurity:         {failure.WeakDH, failure.NoSharedCipher, failure.WeakKey},
	wire.AlertBadCertificateStatusResponse: {failure.RevocationUnknown, failure.Revoked, failure.StapleMissing},
}

// sentByServers is what alerts mean by which a server refuses what a client offers.
var sentByServers = map[wire.AlertCode][]failure.Class{
	wire.AlertHandshakeFailure:      {failure.HandshakeFailure, failure.NoSharedCipher, failure.NoSharedGroup},
	wire.AlertProtocolVersion:       {failure.ProtocolVersion},
	wire.AlertInsufficientSecurity:  {failure.NoSharedCipher},
	wire.AlertInternalError:         {failure.InternalError},
	wire.AlertUnrecognizedName:      {failure.UnrecognizedName},
	wire.AlertNoApplicationProtocol: {failure.NoApplicationProtocol},
}

// sentAboutClients is what alerts mean by which a server refuses a client's certificate.
var sentAboutClients = map[wire.AlertCode]failure.Class{
	wire.AlertHandshakeFailure:    failure.HandshakeFailure,
	wire.AlertBadCertificate:      failure.ClientCertificateRejected,
	wire.AlertCertificateExpired:  failure.ClientCertificateRejected,
	wire.AlertUnknownCA:           failure.ClientCertificateRejected,
	wire.AlertDecryptError:        failure.ClientCertificateRejected, // the signature is from another key
	wire.AlertCertificateRequired: failure.ClientCertificateRequired,
}

// tellNothing are alerts that can mean anything that a client objects to (RFC 8446, section 6.2). Go and Java send
// bad_certificate and certificate_unknown for everything.
var tellNothing = []wire.AlertCode{
	wire.AlertHandshakeFailure, wire.AlertBadCertificate, wire.AlertCertificateUnknown, wire.AlertInternalError,
}

// TellsNothing reports whether an alert from a client can mean anything that clients object to.
func TellsNothing(code wire.AlertCode) bool {
	return slices.Contains(tellNothing, code)
}

// AlertClasses returns what an alert from a client of any stack can mean: the meaning that RFC 8446 gives it, and what
// the stacks that are known here use it for. The most common meanings come first.
func AlertClasses(code wire.AlertCode) []failure.Class {
	list := slices.Clone(sentByClients[code])
	for _, stack := range Stacks() { // their order is fixed
		for _, c := range Of(stack).Alerts[code] {
			if !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	return list
}

// SentToClients returns what an alert from a server can mean.
func SentToClients(code wire.AlertCode) []failure.Class {
	list := slices.Clone(sentByServers[code])
	if c, ok := sentAboutClients[code]; ok {
		list = append(list, c)
	}
	return list
}

// SentByClients returns what an alert means from any client, as far as RFC 8446 gives it one meaning.
func SentByClients(code wire.AlertCode) []failure.Class { return sentByClients[code] }

// SentByServers returns what an alert means by which a server refuses what a client offers.
func SentByServers(code wire.AlertCode) []failure.Class { return sentByServers[code] }

// SentAboutClients returns what an alert means by which a server refuses a client's certificate; empty if servers do
// not send it for that.
func SentAboutClients(code wire.AlertCode) failure.Class { return sentAboutClients[code] }

// sentByEither is what the alerts stand for that either side sends about the connection itself (RFC 8446, section 6.2).
var sentByEither = map[wire.AlertCode][]failure.Class{
	wire.AlertUnexpectedMessage:     {failure.CorruptRecord},
	wire.AlertBadRecordMAC:          {failure.CorruptRecord},
	wire.AlertDecryptionFailed:      {failure.CorruptRecord},
	wire.AlertRecordOverflow:        {failure.CorruptRecord, failure.NotTLS},
	wire.AlertDecodeError:           {failure.CorruptRecord},
	wire.AlertDecompressionFailure:  {failure.CorruptRecord},
	wire.AlertHandshakeFailure:      {failure.HandshakeFailure, failure.NoSharedCipher},
	wire.AlertIllegalParameter:      {failure.HandshakeFailure},
	wire.AlertMissingExtension:      {failure.HandshakeFailure},
	wire.AlertUnsupportedExtension:  {failure.HandshakeFailure},
	wire.AlertProtocolVersion:       {failure.ProtocolVersion},
	wire.AlertInsufficientSecurity:  {failure.NoSharedCipher},
	wire.AlertInternalError:         {failure.InternalError},
	wire.AlertInappropriateFallback: {failure.ProtocolVersion},
	wire.AlertNoRenegotiation:       {failure.LegacyRenegotiation},
	wire.AlertDecryptError:          {failure.BadSignature, failure.KeyMismatch},
}

// aboutCertificate reports whether an alert is about a certificate of the side that receives it.
func aboutCertificate(code wire.AlertCode) bool {
	return code >= wire.AlertBadCertificate && code <= wire.AlertCertificateUnknown || code == wire.AlertUnknownCA ||
		code == wire.AlertAccessDenied
}
