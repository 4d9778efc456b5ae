package wire

// follower follows one direction of a connection, and adds to a trace what passes.
type follower struct {
	fromClient bool
	foreign    bool // what passes is not TLS
	sealed     bool // a ChangeCipherSpec has passed

	header  [RecordHeaderLen]byte
	have    int // bytes of header that have arrived
	left    int // bytes of the record's body that are missing
	current int // the record's place in the trace; -1 if it has none
	body    []byte

	message     []byte // the start of the current handshake message: as much as is needed
	messageLeft int    // bytes of the message that are missing
}

func (f *follower) feed(t *Trace, p []byte) {
	for len(p) > 0 {
		if f.foreign {
			f.text(t, p)
			return
		}
		if f.have < RecordHeaderLen {
			n := copy(f.header[f.have:], p)
			f.have += n
			p = p[n:]
			f.begin(t)
			continue
		}
		n := min(f.left, len(p))
		f.left -= n
		t.update(f.current, func(r *Record) { r.Missing -= n })
		f.read(t, p[:n])
		p = p[n:]
		f.next()
	}
}

// next prepares for the next record if this one is complete.
func (f *follower) next() {
	if f.left == 0 {
		f.have, f.body = 0, f.body[:0]
	}
}

// begin looks at as much of a record's header as has arrived.
func (f *follower) begin(t *Trace) {
	if !isRecord(f.header[:f.have]) {
		f.foreign, f.body = true, nil
		f.text(t, f.header[:f.have])
		return
	}
	if f.have < RecordHeaderLen {
		return
	}
	kind := RecordType(f.header[0])
	f.left = RecordLen(f.header[:])
	f.current = t.add(Record{
		FromClient: f.fromClient, Type: kind, Length: f.left,
		Encrypted: kind == RecordApplicationData || f.sealed && kind != RecordChangeCipherSpec,
	})
	t.update(f.current, func(r *Record) { r.Missing += f.left })
	f.next()
}

// text adds bytes that are not TLS.
func (f *follower) text(t *Trace, p []byte) {
	i := t.add(Record{FromClient: f.fromClient, Length: len(p)})
	f.body = append(f.body, p[:min(len(p), maxForeign-len(f.body))]...)
	t.update(i, func(r *Record) { r.Text = printable(f.body) })
}

// read reads the next bytes of a record's body.
func (f *follower) read(t *Trace, p []byte) {
	switch RecordType(f.header[0]) {
	case RecordChangeCipherSpec:
		f.sealed = true
	case RecordAlert:
		if RecordLen(f.header[:]) != 2 { // longer ones are encrypted
			return
		}
		f.body = append(f.body, p...)
		if len(f.body) == 2 {
			a := NewAlert(AlertCode(f.body[1]))
			t.update(f.current, func(r *Record) { r.Alert, r.Encrypted = a, false })
		}
	case RecordHandshake:
		f.handshake(t, p)
	}
}

// handshake reads the next bytes of handshake messages, which can be split into records anywhere.
func (f *follower) handshake(t *Trace, p []byte) {
	if f.sealed && !f.opens(t, &p) {
		return
	}
	for len(p) > 0 {
		if len(f.message) < MessageHeaderLen {
			n := min(MessageHeaderLen-len(f.message), len(p))
			f.message = append(f.message, p[:n]...)
			p = p[n:]
			if len(f.message) == MessageHeaderLen {
				f.messageLeft = MessageLen(f.message) - MessageHeaderLen
				f.name(t)
			}
		} else {
			n := min(f.messageLeft, len(p))
			if typeOf(f.message) == MessageServerHello && len(f.message) < ServerHelloRandom {
				f.message = append(f.message, p[:min(n, ServerHelloRandom-len(f.message))]...)
				f.retry(t)
			}
			f.messageLeft -= n
			p = p[n:]
		}
		if len(f.message) >= MessageHeaderLen && f.messageLeft == 0 {
			f.message = f.message[:0]
		}
	}
}

// opens reports whether a handshake record after a ChangeCipherSpec is in plaintext nevertheless, as the hellos after a
// HelloRetryRequest are (RFC 8446, appendix D.4).
func (f *follower) opens(t *Trace, p *[]byte) bool {
	if len(f.body) >= MessageHeaderLen {
		return false
	}
	f.body = append(f.body, *p...)
	if len(f.body) < MessageHeaderLen || !isHello(typeOf(f.body)) || MessageLen(f.body) != RecordLen(f.header[:]) {
		f.body = f.body[:min(len(f.body), MessageHeaderLen)]
		return false
	}
	*p = f.body
	f.body, f.sealed = nil, false
	t.update(f.current, func(r *Record) { r.Encrypted = false })
	return true
}

// isHello reports whether a message with that type is a hello.
func isHello(t MessageType) bool { return t == MessageClientHello || t == MessageServerHello }

// name adds the name of the message that has begun.
func (f *follower) name(t *Trace) {
	t.update(f.current, func(r *Record) {
		if len(r.Messages) < maxMessages {
			r.Messages = append(r.Messages, typeOf(f.message).String())
		}
	})
}

// retry replaces the name of a ServerHello if it is a HelloRetryRequest.
func (f *follower) retry(t *Trace) {
	if len(f.message) == ServerHelloRandom && isHelloRetry(f.message) {
		t.update(f.current, func(r *Record) {
			if n := len(r.Messages); n > 0 && r.Messages[n-1] == MessageServerHello.String() {
				r.Messages[n-1] = helloRetryName
			}
		})
	}
}
