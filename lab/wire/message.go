package wire

import "golang.org/x/crypto/cryptobyte"

// MessageType is the type of a handshake message (RFC 8446, section 4; RFC 5246, section 7.4).
type MessageType uint8

// The types of handshake messages (IANA TLS HandshakeType).
const (
	MessageHelloRequest        MessageType = 0
	MessageClientHello         MessageType = 1
	MessageServerHello         MessageType = 2
	MessageNewSessionTicket    MessageType = 4
	MessageEndOfEarlyData      MessageType = 5
	MessageEncryptedExtensions MessageType = 8
	MessageCertificate         MessageType = 11
	MessageServerKeyExchange   MessageType = 12
	MessageCertificateRequest  MessageType = 13
	MessageServerHelloDone     MessageType = 14
	MessageCertificateVerify   MessageType = 15
	MessageClientKeyExchange   MessageType = 16
	MessageFinished            MessageType = 20
	MessageCertificateStatus   MessageType = 22
	MessageKeyUpdate           MessageType = 24
)

var messageNames = map[MessageType]string{
	MessageHelloRequest:        "HelloRequest",
	MessageClientHello:         "ClientHello",
	MessageServerHello:         "ServerHello",
	MessageNewSessionTicket:    "NewSessionTicket",
	MessageEndOfEarlyData:      "EndOfEarlyData",
	MessageEncryptedExtensions: "EncryptedExtensions",
	MessageCertificate:         "Certificate",
	MessageServerKeyExchange:   "ServerKeyExchange",
	MessageCertificateRequest:  "CertificateRequest",
	MessageServerHelloDone:     "ServerHelloDone",
	MessageCertificateVerify:   "CertificateVerify",
	MessageClientKeyExchange:   "ClientKeyExchange",
	MessageFinished:            "Finished",
	MessageCertificateStatus:   "CertificateStatus",
	MessageKeyUpdate:           "KeyUpdate",
}

// helloRetryName is the name of a ServerHello that requests another ClientHello (RFC 8446, section 4.1.4).
const helloRetryName = "HelloRetryRequest"

// String returns the name of the type as in its RFC, such as "ClientHello", or "handshake message" if it is unknown.
func (t MessageType) String() string {
	if name, ok := messageNames[t]; ok {
		return name
	}
	return "handshake message"
}

// MessageHeaderLen is the length of a handshake message's header, in bytes.
const MessageHeaderLen = 4

// MessageLen returns the length of a handshake message, including its header. message must have the whole header.
func MessageLen(message []byte) int {
	return MessageHeaderLen + int(message[1])<<16 + int(message[2])<<8 + int(message[3])
}

// typeOf returns the type of a handshake message, which must not be empty.
func typeOf(message []byte) MessageType { return MessageType(message[0]) }

// Message returns a handshake message. It panics if the body is longer than the header's length can express.
func Message(kind MessageType, body func(*cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	b.AddUint8(uint8(kind))
	b.AddUint24LengthPrefixed(body)
	return b.BytesOrPanic()
}
