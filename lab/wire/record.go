package wire

import (
	"encoding/binary"
	"fmt"
)

// RecordType is the content type of a record (RFC 8446, section 5.1).
type RecordType uint8

// The types of records (IANA TLS ContentType). Under TLS 1.3, every encrypted record has the type application_data.
const (
	RecordChangeCipherSpec RecordType = 20
	RecordAlert            RecordType = 21
	RecordHandshake        RecordType = 22
	RecordApplicationData  RecordType = 23
)

var recordNames = map[RecordType]string{
	RecordChangeCipherSpec: "change_cipher_spec",
	RecordAlert:            "alert",
	RecordHandshake:        "handshake",
	RecordApplicationData:  "application_data",
}

// String returns the name of the type, or its number.
func (t RecordType) String() string {
	if name, ok := recordNames[t]; ok {
		return name
	}
	return fmt.Sprintf("record type %d", uint8(t))
}

// Lengths of records, in bytes.
const (
	RecordHeaderLen = 5            // type, version, length
	MaxRecord       = 1<<14 + 2048 // the maximum length of a record's body (RFC 5246, section 6.2.3)
)

// isRecord reports whether bytes can be the start of a record: the type is known, and the major version, if there is
// one yet, is that of SSL 3.0 and all later versions.
func isRecord(start []byte) bool {
	kind := RecordType(start[0])
	return kind >= RecordChangeCipherSpec && kind <= RecordApplicationData && (len(start) < 2 || start[1] == 3)
}

// RecordLen returns the length of a record's body. header must have the whole header.
func RecordLen(header []byte) int { return int(binary.BigEndian.Uint16(header[3:])) }

// AppendRecord appends a record (RFC 5246, section 6.2.1). The body must be shorter than 64 KiB.
func AppendRecord(b []byte, kind RecordType, version uint16, body []byte) []byte {
	b = binary.BigEndian.AppendUint16(append(b, byte(kind)), version)
	b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

// AppendAlert appends a record with a fatal alert in plaintext.
func AppendAlert(b []byte, version uint16, code AlertCode) []byte {
	return AppendRecord(b, RecordAlert, version, []byte{LevelFatal, byte(code)})
}
