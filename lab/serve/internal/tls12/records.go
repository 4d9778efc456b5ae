package tls12

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"

	"example.com/tlslab/lab/wire"
)

// Errors about records.
var (
	errRecord = errors.New("record too long")
	errMAC    = errors.New("record authentication failed")
	errAlert  = errors.New("the client sent an alert")
)

// maxIdleRecords limits the number of records in a row that do not complete a message: a client must not be able to
// send them forever.
const maxIdleRecords = 32

// records is the record layer of TLS 1.2, with AES-128-GCM after ChangeCipherSpec (RFC 5288).
type records struct {
	net.Conn
	in, out struct {
		aead     cipher.AEAD
		salt     []byte // the implicit part of the nonce
		sequence uint64
		on       bool // ChangeCipherSpec has passed
	}
	buffered []byte // handshake messages, the last of which may be incomplete
	data     []byte // application data that Read has not returned yet
	pending  []byte // records that flush will send
}

// readRecord reads the next record.
func (r *records) readRecord() (kind wire.RecordType, body []byte, err error) {
	var header [wire.RecordHeaderLen]byte
	if _, err := io.ReadFull(r.Conn, header[:]); err != nil {
		return 0, nil, ended(err)
	}
	kind = wire.RecordType(header[0])
	size := wire.RecordLen(header[:])
	if size > wire.MaxRecord {
		return 0, nil, errRecord
	}
	body = make([]byte, size)
	if _, err := io.ReadFull(r.Conn, body); err != nil {
		return 0, nil, ended(err)
	}
	if r.in.on {
		if body, err = r.open(kind, body); err != nil {
			return 0, nil, err
		}
	}
	return kind, body, nil
}

// ended returns io.EOF also for an end in the middle of a record. The observation has the details.
func ended(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return err
}

// nextMessage returns the next handshake message, which can be spread over several records.
func (r *records) nextMessage() ([]byte, error) {
	for idle := 0; ; idle++ {
		if len(r.buffered) >= wire.MessageHeaderLen {
			size := wire.MessageLen(r.buffered)
			if size > wire.MaxClientHello {
				return nil, errDecode
			}
			if len(r.buffered) >= size {
				m := r.buffered[:size:size]
				r.buffered = r.buffered[size:]
				return m, nil
			}
		}
		if idle == maxIdleRecords {
			return nil, errUnexpectedMessage
		}
		kind, body, err := r.readRecord()
		switch {
		case err != nil:
			return nil, err
		case kind == wire.RecordAlert:
			return nil, errAlert
		case kind != wire.RecordHandshake:
			return nil, errUnexpectedMessage
		}
		r.buffered = append(r.buffered, body...)
	}
}

func (r *records) readChangeCipherSpec() error {
	kind, body, err := r.readRecord()
	switch {
	case err != nil:
		return err
	case kind == wire.RecordAlert:
		return errAlert
	case kind != wire.RecordChangeCipherSpec || !slices.Equal(body, []byte{1}) || len(r.buffered) > 0:
		return errUnexpectedMessage
	}
	r.in.on = true
	return nil
}

func (r *records) sendChangeCipherSpec() error {
	err := r.writeRecord(wire.RecordChangeCipherSpec, []byte{1})
	r.out.on = true
	return err
}

// writeRecord adds a record to what flush will send.
func (r *records) writeRecord(kind wire.RecordType, body []byte) error {
	if r.out.on {
		body = r.seal(kind, body)
	}
	r.pending = wire.AppendRecord(r.pending, kind, tls.VersionTLS12, body)
	return nil
}

// flush sends all written records in one write. With several writes, a client that closes the connection after the
// first would answer the next with a reset, which could discard what the client had sent.
func (r *records) flush() error {
	_, err := r.Conn.Write(r.pending)
	r.pending = nil
	return err
}

// refuse sends a fatal alert in plaintext.
func (r *records) refuse(code wire.AlertCode) error {
	_, err := r.Conn.Write(wire.AppendAlert(nil, tls.VersionTLS12, code))
	return err
}

// setKeys derives the keys for both directions (RFC 5246, section 6.3).
func (r *records) setKeys(master, seed []byte) error {
	const key, salt = 16, 4
	block := prf(master, "key expansion", seed, 2*key+2*salt)
	var err error
	if r.in.aead, err = newGCM(block[:key]); err != nil {
		return err
	}
	if r.out.aead, err = newGCM(block[key : 2*key]); err != nil {
		return err
	}
	r.in.salt, r.out.salt = block[2*key:2*key+salt], block[2*key+salt:]
	return nil
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// explicitLen is the length of the explicit part of the nonce, which is in the record (RFC 5288, section 3).
const explicitLen = 8

func (r *records) open(kind wire.RecordType, body []byte) ([]byte, error) {
	if len(body) < explicitLen+r.in.aead.Overhead() {
		return nil, errMAC
	}
	nonce := slices.Concat(r.in.salt, body[:explicitLen])
	plain, err := r.in.aead.Open(nil, nonce, body[explicitLen:],
		additional(r.in.sequence, kind, len(body)-explicitLen-r.in.aead.Overhead()))
	if err != nil {
		return nil, errMAC
	}
	r.in.sequence++
	return plain, nil
}

func (r *records) seal(kind wire.RecordType, body []byte) []byte {
	explicit := binary.BigEndian.AppendUint64(nil, r.out.sequence)
	nonce := slices.Concat(r.out.salt, explicit)
	sealed := r.out.aead.Seal(nil, nonce, body, additional(r.out.sequence, kind, len(body)))
	r.out.sequence++
	return append(explicit, sealed...)
}

// additional returns the additional authenticated data of a record (RFC 5246, section 6.2.3.3).
func additional(sequence uint64, kind wire.RecordType, size int) []byte {
	b := binary.BigEndian.AppendUint64(nil, sequence)
	b = binary.BigEndian.AppendUint16(append(b, byte(kind)), tls.VersionTLS12)
	return binary.BigEndian.AppendUint16(b, uint16(size))
}

// prf is the pseudorandom function of TLS 1.2 with SHA-256 (RFC 5246, section 5).
func prf(secret []byte, label string, seed []byte, size int) []byte {
	sum := func(parts ...[]byte) []byte {
		mac := hmac.New(sha256.New, secret)
		for _, p := range parts {
			mac.Write(p)
		}
		return mac.Sum(nil)
	}
	seed = append([]byte(label), seed...)
	var out []byte
	for a := sum(seed); len(out) < size; a = sum(a) {
		out = append(out, sum(a, seed)...)
	}
	return out[:size]
}
