package prologue

import (
	"encoding/hex"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mysqlGreeting returns a greeting of protocol 10 with the lower capabilities.
func mysqlGreeting(capabilities uint16) string {
	body := "\x0a8.0.36\x00" + "\x08\x00\x00\x00" + "12345678\x00" +
		string([]byte{byte(capabilities), byte(capabilities >> 8)}) + "\xff\x02\x00\xff\xdf\x15" +
		strings.Repeat("\x00", 10) + "123456789012\x00caching_sha2_password\x00"
	return string([]byte{byte(len(body)), 0, 0, 0}) + body
}

// A turn is what a server sends, and what the client sends thereafter. "*" stands for anything.
type turn struct{ server, client string }

const (
	streamOpen = "<?xml version='1.0'?><stream:stream to='a&lt;b' xmlns='jabber:client' " +
		"xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
	streamAnswer = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' version='1.0'>"
	wantsTLS     = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
	features     = streamAnswer + "<stream:features>" + wantsTLS + "</stream:features>"
	ehlo         = "EHLO tlslab.invalid\r\n"
	ldapRequest  = "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
	sslRequest   = "\x00\x00\x00\x08\x04\xd2\x16\x2f"
)

// mysqlRequest is an SSLRequest: capabilities, the largest packet, utf8mb4.
var mysqlRequest = "\x20\x00\x00\x01\x00\x8a\x08\x00\x00\x00\x00\x01\x2d" + strings.Repeat("\x00", 23)

var tests = []struct {
	prologue, name string
	turns          []turn
	want           error
}{
	{"smtp", "good", []turn{{"220-a\r\n220 b ESMTP\r\n", ehlo}, {"250-a\r\n250-STARTTLS\r\n250 SIZE\r\n", "STARTTLS\r\n"},
		{"220 go\r\n", ""}}, nil},
	{"smtp", "lower case", []turn{{"220 b\r\n", ehlo}, {"250 starttls\r\n", "STARTTLS\r\n"}, {"220 go\r\n", ""}}, nil},
	{"smtp", "not offered", []turn{{"220 b\r\n", ehlo}, {"250-a\r\n250 SIZE\r\n", ""}}, ErrNotOffered},
	{"smtp", "refused", []turn{{"220 b\r\n", ehlo}, {"250 STARTTLS\r\n", "STARTTLS\r\n"}, {"454 no\r\n", ""}},
		ErrNotOffered},
	{"smtp", "ssh", []turn{{"SSH-2.0-OpenSSH_9.2p1\r\n", ""}}, ErrUnexpected},
	{"imap", "good", []turn{{"* OK hi\r\n", "a CAPABILITY\r\n"},
		{"* CAPABILITY IMAP4rev1 STARTTLS\r\na OK\r\n", "b STARTTLS\r\n"}, {"b OK go\r\n", ""}}, nil},
	{"imap", "not offered", []turn{{"* OK hi\r\n", "a CAPABILITY\r\n"}, {"* CAPABILITY IMAP4rev1\r\na OK\r\n", ""}},
		ErrNotOffered},
	{"imap", "busy", []turn{{"* BYE later\r\n", ""}}, ErrUnexpected},
	{"pop3", "good", []turn{{"+OK\r\n", "STLS\r\n"}, {"+OK\r\n", ""}}, nil},
	{"pop3", "refused", []turn{{"+OK\r\n", "STLS\r\n"}, {"-ERR what\r\n", ""}}, ErrNotOffered},
	{"ftp", "good", []turn{{"220-a\r\n220 b\r\n", "AUTH TLS\r\n"}, {"234 go\r\n", ""}}, nil},
	{"ftp", "refused", []turn{{"220 b\r\n", "AUTH TLS\r\n"}, {"502 no\r\n", ""}}, ErrNotOffered},
	{"nntp", "good", []turn{{"200 hi\r\n", "STARTTLS\r\n"}, {"382 go\r\n", ""}}, nil},
	{"nntp", "refused", []turn{{"201 hi\r\n", "STARTTLS\r\n"}, {"502 no\r\n", ""}}, ErrNotOffered},
	{"sieve", "good", []turn{{"\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK\r\n", "STARTTLS\r\n"}, {"OK\r\n", ""}}, nil},
	{"sieve", "not offered", []turn{{"\"IMPLEMENTATION\" \"x\"\r\nOK\r\n", ""}}, ErrNotOffered},
	{"xmpp", "good", []turn{{"", streamOpen}, {features, wantsTLS},
		{"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", ""}}, nil},
	{"xmpp", "long form", []turn{{"", streamOpen}, {features, wantsTLS},
		{"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'></proceed>", ""}}, nil},
	{"xmpp", "not offered", []turn{{"", streamOpen}, {streamAnswer + "<stream:features/>", ""}}, ErrNotOffered},
	{"xmpp", "refused", []turn{{"", streamOpen}, {features, wantsTLS}, {"<failure/>", ""}}, ErrNotOffered},
	{"xmpp", "http", []turn{{"", streamOpen}, {"HTTP/1.1 400 Bad Request\n\n", ""}}, ErrUnexpected},
	{"ldap", "good", []turn{{"", ldapRequest}, {"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", ""}}, nil},
	{"ldap", "long lengths", []turn{{"", ldapRequest},
		{"\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00", ""}}, nil},
	{"ldap", "refused", []turn{{"", ldapRequest}, {"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00", ""}},
		ErrNotOffered},
	{"ldap", "http", []turn{{"", ldapRequest}, {"HTTP/1.1 400 Bad Request\r\n\r\n", ""}}, ErrUnexpected},
	{"ldap", "huge", []turn{{"", ldapRequest}, {"\x30\x84\xff\xff\xff\xff", ""}}, ErrUnexpected},
	{"postgres", "good", []turn{{"", sslRequest}, {"S", ""}}, nil},
	{"postgres", "not offered", []turn{{"", sslRequest}, {"N", ""}}, ErrNotOffered},
	{"postgres", "http", []turn{{"", sslRequest}, {"H", ""}}, ErrUnexpected},
	{"mysql", "good", []turn{{mysqlGreeting(0xffff), mysqlRequest}}, nil},
	{"mysql", "not offered", []turn{{mysqlGreeting(0xf7ff), ""}}, ErrNotOffered},
	{"mysql", "blocked", []turn{{"\x13\x00\x00\x00\xff\x69\x04Host is blocked.", ""}}, ErrNotOffered},
	{"mysql", "ssh", []turn{{"SSH-2.0-OpenSSH_9.2p1\r\n", ""}}, ErrUnexpected},
	{"mysql", "closed", []turn{{"\x4a\x00\x00\x00\x0a8.0", "-"}}, ErrUnexpected},
}

// TestRun checks both sides of every prologue, and that the byte that follows is left for TLS.
func TestRun(t *testing.T) {
	tried := map[string]bool{}
	for _, test := range tests {
		tried[test.prologue] = true
		t.Run(test.prologue+"/"+test.name, func(t *testing.T) {
			here, there := net.Pipe()
			defer here.Close()
			here.SetDeadline(time.Now().Add(20 * time.Second))
			there.SetDeadline(time.Now().Add(20 * time.Second))
			served := make(chan error, 1)
			go func() { served <- serve(there, test.turns) }()
			got, err := Run(here, test.prologue, "a<b")
			if test.want == nil {
				require.NoError(t, err)
				next := make([]byte, 1)
				_, err := io.ReadFull(here, next)
				require.NoError(t, err)
				assert.Equal(t, byte(22), next[0], "the next byte")
			} else {
				require.ErrorIs(t, err, test.want)
			}
			here.Close()
			failed := <-served
			if test.want == nil {
				require.NoError(t, failed)
			}
			assert.NotContains(t, hex.EncodeToString(got), "16"+"0303")
		})
	}
	for _, name := range Names() {
		assert.True(t, tried[name], "%s is not tested", name)
	}
}

// serve plays the server's side.
func serve(c net.Conn, turns []turn) error {
	defer c.Close()
	for _, turn := range turns {
		if turn.server != "" { // a pipe waits for a reader even then
			if _, err := io.WriteString(c, turn.server); err != nil {
				return err
			}
		}
		if turn.client == "-" {
			return nil
		}
		got := make([]byte, len(turn.client))
		if _, err := io.ReadFull(c, got); err != nil {
			return err
		}
		if string(got) != turn.client {
			return errors.New("the client sent " + hex.EncodeToString(got))
		}
	}
	_, err := io.WriteString(c, "\x16")
	return err
}

func TestUnknown(t *testing.T) {
	_, err := Run(nil, "gopher", "")
	require.ErrorContains(t, err, "write one of ftp, imap, ldap")
	assert.True(t, Known("smtp"))
	assert.False(t, Known("gopher"))
}

// stream is a connection to a server that sends the same bytes, once or forever.
type stream struct {
	sends string
	again bool
	at    int
	read  int
}

func (s *stream) Read(p []byte) (int, error) {
	if s.at == len(s.sends) {
		if !s.again || s.sends == "" {
			return 0, io.EOF
		}
		s.at = 0
	}
	n := copy(p, s.sends[s.at:])
	s.at += n
	s.read += n
	return n, nil
}

func (s *stream) Write(p []byte) (int, error) { return len(p), nil }

// FuzzRun checks that a server that sends anything, once or forever, ends no prologue with a panic, and that no more
// than the limit is read of it.
func FuzzRun(f *testing.F) {
	for _, test := range tests {
		all := ""
		for _, turn := range test.turns {
			all += turn.server
		}
		f.Add(all, true)
		f.Add(all, false)
	}
	f.Fuzz(func(t *testing.T, sends string, again bool) {
		for _, name := range Names() {
			s := &stream{sends: sends, again: again}
			got, _ := Run(s, name, "localhost")
			assert.LessOrEqual(t, len(got), MaxGreeting)
			assert.LessOrEqual(t, s.read, MaxGreeting)
		}
	})
}
