package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// sentByClients is what alerts stand for whoever sends them, as far as RFC 8446, section 6.2, gives
// them one meaning. Others (bad_certificate, certificate_unknown) stand for anything.
var sentByClients = map[uint8][]failure.Class{
	22:  {failure.CorruptRecord},
	43:  {failure.WrongUsage, failure.WeakKey, failure.CriticalExtension},
	44:  {failure.Revoked},
	45:  {failure.Expired, failure.NotYetValid},
	48:  {failure.Untrusted, failure.SelfSigned, failure.InvalidCA, failure.PathLength},
	50:  {failure.CorruptRecord, failure.Malformed, failure.NotTLS},
	51:  {failure.BadSignature, failure.KeyMismatch},
	70:  {failure.ProtocolVersion},
	71:  {failure.WeakDH, failure.NoSharedCipher, failure.WeakKey},
	113: {failure.RevocationUnknown, failure.Revoked, failure.StapleMissing},
}

// sentByServers is what the alerts stand for by which a server refuses what a client offers.
var sentByServers = map[uint8][]failure.Class{
	40:  {failure.HandshakeFailure, failure.NoSharedCipher, failure.NoSharedGroup},
	70:  {failure.ProtocolVersion},
	71:  {failure.NoSharedCipher},
	80:  {failure.InternalError},
	112: {failure.UnrecognizedName},
	120: {failure.NoApplicationProtocol},
}

// sentAboutClients are what the alerts stand for that a server sends about a client.
var sentAboutClients = map[uint8]failure.Class{
	40:  failure.HandshakeFailure,
	42:  failure.ClientCertificateRejected,
	45:  failure.ClientCertificateRejected,
	48:  failure.ClientCertificateRejected,
	51:  failure.ClientCertificateRejected, // its signature is another key's
	116: failure.ClientCertificateRequired,
}

// TellsNothing reports whether an alert stands for whatever a client may object to: bad_certificate and
// certificate_unknown (RFC 8446, section 6.2), which Go and Java send for all of it, handshake_failure
// and internal_error.
func TellsNothing(code uint8) bool {
	return slices.Contains([]uint8{40, 42, 46, 80}, code)
}

// AlertClasses returns what an alert of a client's can stand for, in whatever stack: the meaning that
// RFC 8446 gives it, and what the stacks that are known here use it for. Those that come first are
// meant by most.
func AlertClasses(code uint8) []failure.Class {
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

// SentToClients returns what an alert of a server's can stand for.
func SentToClients(code uint8) []failure.Class {
	list := slices.Clone(sentByServers[code])
	if c, ok := sentAboutClients[code]; ok {
		list = append(list, c)
	}
	return list
}

// SentByClients returns what an alert stands for whoever sends it, as far as RFC 8446 gives it one meaning.
func SentByClients(code uint8) []failure.Class { return sentByClients[code] }

// SentByServers returns what an alert stands for by which a server refuses what a client offers.
func SentByServers(code uint8) []failure.Class { return sentByServers[code] }

// SentAboutClients returns what an alert stands for by which a server refuses a client's certificate; empty
// if servers have none such.
func SentAboutClients(code uint8) failure.Class { return sentAboutClients[code] }
