package serve

import (
	"bytes"
	"encoding/binary"
	"time"
)

// Record is a TLS record as it passed on the wire (RFC 8446, section 5.1), or bytes that are none.
type Record struct {
	FromClient bool
	At         time.Duration // since the connection began
	// Type is the record's content type; zero for bytes that are no TLS.
	Type uint8
	// Count is how many there were of it one after the other: records of application data, which
	// under TLS 1.3 is every encrypted one, are told of together.
	Count int
	// Length is the bytes of their bodies; what a header announces may not all have come.
	Length int
	// Missing is how many of those bytes have not come.
	Missing int
	// Encrypted says that only the ends know what is in it.
	Encrypted bool
	// Messages are the handshake messages that begin in it, by their names in RFC 8446, section 4, and
	// RFC 5246, section 7.4; a type without a name is "handshake message".
	Messages []string
	// Alert is the alert in it, if that is in plaintext.
	Alert *Alert
	// Text is how it begins if it is no TLS, fit to print.
	Text string
}

// merges reports whether a record adds nothing but its length to the one before.
func (r Record) merges(before Record) bool {
	return r.Type == before.Type && r.FromClient == before.FromClient &&
		(r.Type == recordApplicationData || r.Type == 0)
}

// messageNames are the types of handshake messages (IANA TLS HandshakeType).
var messageNames = map[uint8]string{
	0: "HelloRequest", 1: "ClientHello", 2: "ServerHello", 4: "NewSessionTicket", 5: "EndOfEarlyData",
	8: "EncryptedExtensions", 11: "Certificate", 12: "ServerKeyExchange", 13: "CertificateRequest",
	14: "ServerHelloDone", 15: "CertificateVerify", 16: "ClientKeyExchange", 20: "Finished",
	22: "CertificateStatus", 24: "KeyUpdate",
}

const (
	helloRetryName = "HelloRetryRequest"
	// maxMessages bounds the messages of one record that are told of.
	maxMessages = 16
	// maxForeign bounds what is told of bytes that are no TLS.
	maxForeign = 64
)

// follower reads along with one direction of a connection to tell what passes. It differs from
// [records] in what it is for: that keeps what judges a client and stops at what is encrypted, this
// one counts on.
type follower struct {
	fromClient bool
	foreign    bool // what passes is no TLS
	sealed     bool // has said ChangeCipherSpec

	header  [recordHeaderLen]byte
	have    int // bytes of header
	left    int // bytes of the body that are still to come
	current int // the record's place; -1 if it is not told of
	body    []byte

	message     []byte // as much of the handshake message's beginning as is looked at
	messageLeft int    // bytes of it that are still to come
}

func (f *follower) feed(w *watch, p []byte) {
	for len(p) > 0 {
		if f.foreign {
			f.text(w, p)
			return
		}
		if f.have < recordHeaderLen {
			n := copy(f.header[f.have:], p)
			f.have += n
			p = p[n:]
			f.begin(w)
			continue
		}
		n := min(f.left, len(p))
		f.left -= n
		w.update(f.current, func(r *Record) { r.Missing -= n })
		f.read(w, p[:n])
		p = p[n:]
		f.next()
	}
}

// next makes ready for the next record if this one is over.
func (f *follower) next() {
	if f.left == 0 {
		f.have, f.body = 0, f.body[:0]
	}
}

// begin looks at as much of a record's header as there is.
func (f *follower) begin(w *watch) {
	kind := f.header[0]
	if kind < recordChangeCipherSpec || kind > recordApplicationData || f.have > 1 && f.header[1] != 3 {
		f.foreign, f.body = true, nil
		f.text(w, f.header[:f.have])
		return
	}
	if f.have < recordHeaderLen {
		return
	}
	f.left = int(binary.BigEndian.Uint16(f.header[3:]))
	f.current = w.add(Record{
		FromClient: f.fromClient, Type: kind, Length: f.left,
		Encrypted: kind == recordApplicationData || f.sealed && kind != recordChangeCipherSpec,
	})
	w.update(f.current, func(r *Record) { r.Missing += f.left })
	f.next()
}

// text notes bytes that are no TLS.
func (f *follower) text(w *watch, p []byte) {
	i := w.add(Record{FromClient: f.fromClient, Length: len(p)})
	f.body = append(f.body, p[:min(len(p), maxForeign-len(f.body))]...)
	w.update(i, func(r *Record) { r.Text = printable(f.body) })
}

// read reads the next bytes of a record's body.
func (f *follower) read(w *watch, p []byte) {
	switch f.header[0] {
	case recordChangeCipherSpec:
		f.sealed = true
	case recordAlert:
		if binary.BigEndian.Uint16(f.header[3:]) != 2 { // longer ones are encrypted
			return
		}
		f.body = append(f.body, p...)
		if len(f.body) == 2 {
			a := AlertByCode(f.body[1])
			w.update(f.current, func(r *Record) { r.Alert, r.Encrypted = &a, false })
		}
	case recordHandshake:
		f.handshake(w, p)
	}
}

// handshake reads the next bytes of handshake messages, which may be cut into records as their sender
// likes.
func (f *follower) handshake(w *watch, p []byte) {
	if f.sealed && !f.opens(w, &p) {
		return
	}
	for len(p) > 0 {
		if len(f.message) < handshakeHeaderLen {
			n := min(handshakeHeaderLen-len(f.message), len(p))
			f.message = append(f.message, p[:n]...)
			p = p[n:]
			if len(f.message) == handshakeHeaderLen {
				f.messageLeft = messageLen(f.message) - handshakeHeaderLen
				f.name(w)
			}
		} else {
			n := min(f.messageLeft, len(p))
			if f.message[0] == typeServerHello && len(f.message) < serverHelloLen {
				f.message = append(f.message, p[:min(n, serverHelloLen-len(f.message))]...)
				f.retry(w)
			}
			f.messageLeft -= n
			p = p[n:]
		}
		if len(f.message) >= handshakeHeaderLen && f.messageLeft == 0 {
			f.message = f.message[:0]
		}
	}
}

// opens reports whether a handshake record after a ChangeCipherSpec is in plaintext all the same: the
// hellos that follow a HelloRetryRequest are (RFC 8446, appendix D.4).
func (f *follower) opens(w *watch, p *[]byte) bool {
	if len(f.body) >= handshakeHeaderLen {
		return false
	}
	f.body = append(f.body, *p...)
	if len(f.body) < handshakeHeaderLen || f.body[0] != typeClientHello && f.body[0] != typeServerHello ||
		messageLen(f.body) != int(binary.BigEndian.Uint16(f.header[3:])) {
		f.body = f.body[:min(len(f.body), handshakeHeaderLen)]
		return false
	}
	*p = f.body
	f.body, f.sealed = nil, false
	w.update(f.current, func(r *Record) { r.Encrypted = false })
	return true
}

// name notes which message has begun.
func (f *follower) name(w *watch) {
	name, known := messageNames[f.message[0]]
	if !known {
		name = "handshake message"
	}
	w.update(f.current, func(r *Record) {
		if len(r.Messages) < maxMessages {
			r.Messages = append(r.Messages, name)
		}
	})
}

// retry corrects the name of a ServerHello that is a HelloRetryRequest.
func (f *follower) retry(w *watch) {
	if len(f.message) == serverHelloLen && bytes.Equal(f.message[serverHelloLen-len(helloRetryRandom):], helloRetryRandom[:]) {
		w.update(f.current, func(r *Record) {
			if n := len(r.Messages); n > 0 && r.Messages[n-1] == messageNames[typeServerHello] {
				r.Messages[n-1] = helloRetryName
			}
		})
	}
}
