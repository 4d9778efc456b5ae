package flight

import (
	"crypto/tls"
	"errors"
	"fmt"

	"example.com/tlslab/lab/wire"
)

// Feed processes the next bytes from the server, which can be cut anywhere.
func (r *Reader) Feed(p []byte) {
	if !r.Begun && len(r.First) > 0 { // not TLS
		r.First = append(r.First, p[:min(len(p), MaxFirst-len(r.First))]...)
		return
	}
	if r.Done || len(p) == 0 {
		return
	}
	r.buffer = append(r.buffer, p...)
	for !r.Done && len(r.buffer) > 0 && r.next() {
	}
	if r.Done {
		r.buffer = nil
	}
	r.Partial = nil
	if n := len(r.pending); n > 0 {
		kind := wire.MessageType(r.pending[0])
		r.Partial = &kind
	} else if !r.Done && r.keys == nil && len(r.buffer) > wire.RecordHeaderLen &&
		wire.RecordType(r.buffer[0]) == wire.RecordHandshake {
		kind := wire.MessageType(r.buffer[wire.RecordHeaderLen])
		r.Partial = &kind
	}
}

// next processes the next record, and returns false if it has not arrived completely.
func (r *Reader) next() bool {
	kind := wire.RecordType(r.buffer[0])
	known := kind >= wire.RecordChangeCipherSpec && kind <= wire.RecordApplicationData
	if !known || len(r.buffer) > 1 && r.buffer[1] != 3 { // the major version of SSL 3.0 and all TLS
		if !r.Begun {
			r.First = append(r.First, r.buffer[:min(len(r.buffer), MaxFirst)]...)
			r.Done = true
			return false
		}
		r.fail(errors.New("a record begins with bytes that no version of TLS has"))
		return false
	}
	if len(r.buffer) < 2 {
		return false
	}
	r.Begun = true
	if len(r.buffer) < wire.RecordHeaderLen {
		return false
	}
	length := wire.RecordLen(r.buffer)
	if length > wire.MaxRecord {
		r.fail(fmt.Errorf("a record of %d bytes: the maximum is %d (RFC 8446, section 5.2)", length, wire.MaxRecord))
		return false
	}
	if len(r.buffer) < wire.RecordHeaderLen+length {
		return false
	}
	header, body := r.buffer[:wire.RecordHeaderLen], r.buffer[wire.RecordHeaderLen:wire.RecordHeaderLen+length]
	r.buffer = r.buffer[wire.RecordHeaderLen+length:]
	r.record(kind, header, body)
	return true
}

// fail ends reading with an error.
func (r *Reader) fail(err error) {
	r.note(err)
	r.Done = true
}

// note keeps an error, if it is the first one.
func (r *Reader) note(err error) {
	if r.Err == nil {
		r.Err = err
	}
}

// isTLS13 reports whether the ServerHello was of TLS 1.3.
func (r *Reader) isTLS13() bool { return r.Hello != nil && r.Hello.Version == tls.VersionTLS13 }

func (r *Reader) record(kind wire.RecordType, header, body []byte) {
	switch {
	case kind == wire.RecordChangeCipherSpec:
		r.Done = r.Hello != nil && !r.isTLS13() // the rest is encrypted
	case kind == wire.RecordApplicationData && r.keys != nil:
		inner, plain, err := r.keys.open(header, body)
		if err != nil {
			r.fail(err)
			return
		}
		r.content(inner, plain)
	case kind == wire.RecordApplicationData:
		if r.Hello == nil {
			r.note(errors.New("encrypted data before any ServerHello"))
		}
		r.Done = true
	default:
		r.content(kind, body)
	}
}

// content processes what is in a record.
func (r *Reader) content(kind wire.RecordType, body []byte) {
	switch kind {
	case wire.RecordAlert:
		r.alert(body)
	case wire.RecordHandshake:
		r.pending = append(r.pending, body...)
		for !r.Done && len(r.pending) >= wire.MessageHeaderLen {
			n := wire.MessageLen(r.pending)
			if n > MaxMessage {
				r.fail(fmt.Errorf("a %s of %d bytes: no real one is longer than %d", wire.MessageType(r.pending[0]), n,
					MaxMessage))
				return
			}
			if len(r.pending) < n {
				return
			}
			message := r.pending[:n:n]
			r.pending = r.pending[n:]
			r.message(message)
		}
	default:
		r.Done = true
	}
}

// alert keeps the first refusal. Warnings do not end a connection of TLS 1.2 and below, whatever they say.
func (r *Reader) alert(body []byte) {
	if len(body) != 2 {
		r.note(fmt.Errorf("an alert of %d bytes: it must have 2", len(body)))
		return
	}
	code := wire.AlertCode(body[1])
	if !code.IsRefusal() {
		return
	}
	if r.Alert == nil {
		r.Alert = wire.NewAlert(code)
	}
	if r.Fatal = r.Fatal || body[0] == wire.LevelFatal || r.isTLS13(); r.Fatal {
		r.Done = true
	}
}

// message processes a whole handshake message.
func (r *Reader) message(m []byte) {
	kind := wire.MessageType(m[0])
	if len(r.Messages) < maxMessages {
		r.Messages = append(r.Messages, kind)
	}
	if r.Hello == nil && kind != wire.MessageServerHello {
		if kind != 0 { // HelloRequest, which a client ignores (RFC 5246, section 7.4.1.1)
			r.fail(fmt.Errorf("a %s before the ServerHello", kind))
		}
		return
	}
	if parse, ok := parsers[kind]; ok {
		if !parse(r, m[wire.MessageHeaderLen:]) {
			r.note(fmt.Errorf("the %s is malformed", kind))
		}
	}
	switch kind {
	case wire.MessageServerHello:
		r.hello(m)
	case wire.MessageServerHelloDone, wire.MessageFinished:
		r.Done = true
	}
	if len(r.transcript)+len(m) <= 2*MaxMessage {
		r.transcript = append(r.transcript, m...)
	}
}

// hello processes a ServerHello or HelloRetryRequest.
func (r *Reader) hello(m []byte) {
	h, err := wire.ParseServerHello(m)
	switch {
	case err != nil:
		r.fail(err)
		return
	case r.Hello != nil:
		r.fail(errors.New("two ServerHellos"))
		return
	case h.HelloRetry && r.Retry != 0:
		r.fail(errors.New("two HelloRetryRequests"))
		return
	}
	if h.HelloRetry {
		r.Retry = tls.CurveID(h.Group)
		r.retried(h.CipherSuite)
		if len(r.hellos) < 2 { // the client does not answer it
			r.Hello, r.Group, r.Done = &h, r.Retry, true
		}
		return
	}
	if len(r.transcript) == 0 && len(r.hellos) > 0 {
		r.transcript = append(r.transcript, r.hellos[0]...)
	} else if len(r.hellos) > 1 {
		r.transcript = append(r.transcript, r.hellos[1]...)
	}
	r.Hello, r.Protocol, r.Group = &h, h.Protocol, tls.CurveID(h.Group)
	if h.Version == tls.VersionTLS13 {
		r.seal(h.CipherSuite)
	}
}

// seal begins to decrypt, if the secret is known.
func (r *Reader) seal(suite uint16) {
	if len(r.secret) == 0 {
		r.Done = true
		return
	}
	var err error
	if r.keys, err = newKeys(suite, r.secret); err != nil {
		r.fail(err)
	}
}
