package wire

import "bytes"

// MaxClientHello is the length of the longest ClientHello that is kept, in bytes, including its header. crypto/tls does
// not accept longer handshake messages.
const MaxClientHello = MessageHeaderLen + 64<<10

// Stream follows one direction of a connection, and keeps what is in plaintext: the first handshake message, and the
// first alert that is a refusal. It stops at the first record of application data, which under TLS 1.3 is the first
// encrypted one, so it costs nothing for bulk data.
//
// An alert in plaintext is a record with a body of two bytes. Encrypted alerts are longer with every cipher suite.
type Stream struct {
	// Keep is how many bytes of the first handshake message are kept. It must be positive: [MaxClientHello],
	// [MaxServerHello] or [ServerHelloRandom].
	Keep int

	Bytes   int64  // all bytes so far
	Message []byte // the first handshake message with its header, up to Keep bytes; it may be incomplete
	Alert   *Alert // the first refusal, or nil
	NotTLS  bool   // the first bytes are not a record
	Sealed  bool   // a ChangeCipherSpec has passed

	stopped bool // nothing else can be learned
	begun   bool // a whole record header has been read
	header  [RecordHeaderLen]byte
	have    int     // bytes of header that have arrived
	left    int     // bytes of the record's body that are missing
	fatal   [2]byte // body of an alert

	start [ServerHelloRandom]byte // initial storage of Message
}

// sslv2Hello is the first byte of SSL 2.0's ClientHello, which has a different header (RFC 5246, appendix E.2).
const sslv2Hello = 0x80

// Feed processes the next bytes of the stream, which can be cut anywhere.
func (s *Stream) Feed(p []byte) {
	s.Bytes += int64(len(p))
	for len(p) > 0 && !s.stopped {
		if s.have < RecordHeaderLen {
			n := copy(s.header[s.have:], p)
			s.have += n
			p = p[n:]
			s.readHeader()
			continue
		}
		n := min(s.left, len(p))
		s.readBody(p[:n])
		s.left -= n
		p = p[n:]
		if s.left == 0 {
			s.have = 0
		}
	}
}

// readHeader looks at as much of a record's header as has arrived.
func (s *Stream) readHeader() {
	if !isRecord(s.header[:s.have]) {
		s.stopped = true
		// crypto/tls recognizes SSL 2.0's ClientHello, and answers with an alert.
		s.NotTLS = !s.begun && s.header[0] != sslv2Hello
		return
	}
	if s.have < RecordHeaderLen {
		return
	}
	kind := RecordType(s.header[0])
	s.begun = true
	s.stopped = kind == RecordApplicationData
	s.Sealed = s.Sealed || kind == RecordChangeCipherSpec
	s.left = RecordLen(s.header[:])
	if s.left == 0 {
		s.have = 0
	}
}

// readBody reads the next bytes of a record's body.
func (s *Stream) readBody(p []byte) {
	switch kind := RecordType(s.header[0]); {
	case kind == RecordHandshake:
		s.readMessage(p)
	case kind == RecordAlert && RecordLen(s.header[:]) == len(s.fatal):
		copy(s.fatal[len(s.fatal)-s.left:], p)
		if code := AlertCode(s.fatal[1]); len(p) == s.left && s.Alert == nil && code.IsRefusal() {
			s.Alert = NewAlert(code)
		}
	}
}

// readMessage collects the first handshake message, which can be spread over several records.
func (s *Stream) readMessage(p []byte) {
	if s.Message == nil {
		s.Message = s.start[:0]
	}
	if need := MessageHeaderLen - len(s.Message); need > 0 {
		n := min(need, len(p))
		s.Message = append(s.Message, p[:n]...)
		p = p[n:]
	}
	if len(p) == 0 {
		return
	}
	n := max(0, min(MessageLen(s.Message), s.Keep)-len(s.Message))
	s.Message = append(s.Message, p[:min(n, len(p))]...)
}

// whole reports whether the first handshake message has arrived completely, and all of it is kept.
func (s *Stream) whole() bool {
	return len(s.Message) >= MessageHeaderLen && len(s.Message) == MessageLen(s.Message)
}

// ClientHello returns the ClientHello with its header, or nil if none has arrived completely.
func (s *Stream) ClientHello() []byte {
	if !s.whole() || typeOf(s.Message) != MessageClientHello {
		return nil
	}
	return s.Message
}

// HelloComplete reports whether there is nothing left to wait for: the first handshake message, or the part of it that
// is kept, has arrived, or something else has arrived instead.
func (s *Stream) HelloComplete() bool {
	return s.stopped || s.Alert != nil || len(s.Message) == s.Keep || s.whole()
}

// Encrypted reports whether a record of application data has arrived. Under TLS 1.3, that is the type of every
// encrypted record (RFC 8446, section 5.2).
func (s *Stream) Encrypted() bool {
	return s.begun && s.stopped && RecordType(s.header[0]) == RecordApplicationData
}

// IsHelloRetry reports whether the first handshake message is a HelloRetryRequest.
func (s *Stream) IsHelloRetry() bool {
	return len(s.Message) >= ServerHelloRandom && isHelloRetry(s.Message[:ServerHelloRandom])
}

// isHelloRetry reports whether a handshake message is a HelloRetryRequest. start must end with the random.
func isHelloRetry(start []byte) bool {
	return typeOf(start) == MessageServerHello && bytes.Equal(start[ServerHelloRandom-RandomLen:], helloRetryRandom[:])
}
