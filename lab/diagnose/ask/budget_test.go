package ask

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBudget checks that no more connections are begun than allowed, in all and at once, whoever asks.
func TestBudget(t *testing.T) {
	b := newBudget(MaxAtOnce + 2)
	for range MaxAtOnce {
		require.NoError(t, b.take(t.Context()))
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, b.take(ended), context.Canceled, "all places are taken")
	for range MaxAtOnce {
		b.free()
	}
	var taking sync.WaitGroup
	var mu sync.Mutex
	refused := 0
	for range 10 {
		taking.Go(func() {
			if b.take(t.Context()) == nil {
				b.free()
				return
			}
			mu.Lock()
			defer mu.Unlock()
			refused++
		})
	}
	taking.Wait()
	assert.Equal(t, 8, refused)
	assert.Equal(t, MaxAtOnce+2, b.spent())

	b = newBudget(MaxConnections)
	require.NoError(t, b.take(t.Context()))
	b.stop()
	require.ErrorIs(t, b.take(t.Context()), errSpent)
	assert.Equal(t, 1, b.spent())
}

// TestIdentified checks how servers are recognized by what they send first, or answer to a ClientHello.
func TestIdentified(t *testing.T) {
	for first, want := range map[string]string{
		"SSH-2.0-OpenSSH_9.2p1\r\n":                                             "ssh",
		"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n":                     "http",
		"HTTP/1.1 400 Bad Request\r\nServer: squid\r\nX-Squid-Error: x\r\n\r\n": "http-proxy",
		"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n":                    "http-proxy",
		"<!DOCTYPE HTML>\n<html>":                                               "http",
		"\x00\x00\x12\x04\x00\x00\x00\x00\x00":                                  "http",
		"220 mail.example ESMTP Postfix\r\n":                                    "smtp",
		"220 (vsFTPd 3.0.3)\r\n":                                                "ftp",
		"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n":                        "imap",
		"+OK Dovecot ready.\r\n":                                                "pop3",
		"200 news.example InterNetNews\r\n":                                     "nntp",
		"-ERR Protocol error\r\n":                                               "redis",
		"\x4a\x00\x00\x00\x0a8.0.36\x00":                                        "mysql",
		"\x45\x00\x00\x00\xffj\x04Host '::1' is not allowed":                    "mysql",
		"\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n":                         "sieve",
		"<?xml version='1.0'?><stream:stream xmlns='jabber:client'>":            "xmpp",
		"AMQP\x00\x00\x09\x01":                                                  "amqp",
		"E\x00\x00\x00\x8dSFATAL\x00":                                           "postgres",
		"\x30\x24\x02\x01\x00\x78\x1f\x0a\x01\x02":                              "ldap",
		"\x8f\x12\xfe": "garbage",
		"":             "garbage",
	} {
		assert.Equal(t, want, identified([]byte(first)), "%q", first)
	}
}
