package postgres_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/postgres"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, id string) *labtest.Server { return labtest.Start(t, id, postgres.Service()) }

// last returns the only observation.
func last(t *testing.T, srv *labtest.Server) serve.Observation {
	t.Helper()
	list := srv.Observations()
	require.Len(t, list, 1)
	return list[0]
}

// connect connects with pgx's connection, which asks for TLS.
func connect(t *testing.T, srv *labtest.Server, mode string) (*pgconn.PgConn, error) {
	c, err := pgconn.ParseConfig(fmt.Sprintf("host=%s port=%d user=tlslab dbname=tlslab sslmode=%s sslrootcert=%s",
		srv.Endpoint.Host, srv.Endpoint.Port, mode, srv.CAFile))
	require.NoError(t, err)
	c.Fallbacks = nil
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return pgconn.ConnectConfig(ctx, c)
}

// TestQueries runs queries with both of the protocol's ways, and with results in text and in binary.
func TestQueries(t *testing.T) {
	srv := start(t, "pg-good")
	c, err := connect(t, srv, "verify-full")
	require.NoError(t, err)
	require.Equal(t, "17.0", c.ParameterStatus("server_version"))

	results, err := c.Exec(t.Context(), "begin; select 1; commit; ;").ReadAll()
	require.NoError(t, err)
	require.Len(t, results, 3)
	require.Equal(t, "BEGIN", results[0].CommandTag.String())
	require.Equal(t, "1", string(results[1].Rows[0][0]))
	require.Equal(t, byte('I'), c.TxStatus())

	for format, want := range map[int16]string{pgproto3.TextFormat: "1", pgproto3.BinaryFormat: "\x00\x00\x00\x01"} {
		r := c.ExecParams(t.Context(), "select 1", nil, nil, nil, []int16{format}).Read()
		require.NoError(t, r.Err)
		require.Equal(t, want, string(r.Rows[0][0]))
	}
	prepared, err := c.Prepare(t.Context(), "s", "select 1", nil)
	require.NoError(t, err)
	require.Len(t, prepared.Fields, 1)
	r := c.ExecParams(t.Context(), "set x to 1", nil, nil, nil, nil).Read()
	require.NoError(t, r.Err)
	require.Equal(t, "SET", r.CommandTag.String())
	_, err = c.CopyTo(t.Context(), io.Discard, "") // an empty query
	require.NoError(t, err)

	require.NoError(t, c.Close(t.Context()))
	o := last(t, srv)
	require.Equal(t, serve.EndServed, o.End, o.Error)
	require.True(t, o.HandshakeComplete)
	require.Equal(t, serve.Plaintext{BytesReceived: 8, BytesSent: 1, TLS: true}, o.Plaintext)
}

// TestVerifies has a driver for each of the rows about TLS before it begins, and for two certificates.
func TestVerifies(t *testing.T) {
	for _, test := range []struct {
		id, mode string
		says     string // empty if it connects
		plain    bool   // it sends its query in plaintext
	}{
		{"pg-expired", "verify-full", "certificate has expired", false},
		{"pg-wrong-host", "verify-full", "not localhost", false},
		{"pg-good", "disable", "", true},
		{"pg-starttls-not-offered", "verify-full", "server refused TLS connection", false},
		{"pg-starttls-not-offered", "disable", "", true},
		{"pg-tls-required", "verify-full", "", false},
		{"pg-tls-required", "disable", `no pg_hba.conf entry for host "127.0.0.1", user "tlslab", database "tlslab", no ` +
			"encryption", false},
		{"pg-tls-port-spoken-to-in-plain", "verify-full", "EOF", false},
		{"pg-plain-port-spoken-to-in-tls", "verify-full", "", false},
	} {
		t.Run(test.id+"/"+test.mode, func(t *testing.T) {
			srv := start(t, test.id)
			c, err := connect(t, srv, test.mode)
			if test.says != "" {
				require.ErrorContains(t, err, test.says)
			} else {
				require.NoError(t, err)
				require.NoError(t, c.Close(t.Context()))
			}
			o := last(t, srv)
			require.Equal(t, test.says == "", o.End == serve.EndServed, "%+v", o)
			require.Equal(t, test.plain, o.ApplicationData && !o.HandshakeComplete, "%+v", o)
		})
	}
}

// TestDirect checks TLS that is not asked for: it begins at once, unless the server is too old for that.
func TestDirect(t *testing.T) {
	srv := start(t, "pg-good")
	config := &tls.Config{RootCAs: srv.CAs, ServerName: "localhost", NextProtos: []string{"postgresql"}}
	address := srv.Endpoint.Connect
	c, err := tls.Dial("tcp", address, config)
	require.NoError(t, err)
	defer c.Close()
	require.Equal(t, "postgresql", c.ConnectionState().NegotiatedProtocol)
	front := pgproto3.NewFrontend(c, c)
	front.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersionNumber,
		Parameters: map[string]string{"user": "tlslab"}})
	require.NoError(t, front.Flush())
	m, err := front.Receive()
	require.NoError(t, err)
	require.IsType(t, &pgproto3.AuthenticationOk{}, m)
	c.Close()

	old := start(t, "pg-plain-port-spoken-to-in-tls")
	_, err = tls.Dial("tcp", old.Endpoint.Connect, config)
	require.ErrorIs(t, err, io.EOF)
	require.Contains(t, last(t, old).Error, "invalid length of a startup message")
}

// TestBeforeTLS checks what a client gets that says something else than a request for TLS.
func TestBeforeTLS(t *testing.T) {
	const gss, ssl, cancel = "\x00\x00\x00\x08\x04\xd2\x16\x30", "\x00\x00\x00\x08\x04\xd2\x16\x2f", "\x04\xd2\x16\x2e"
	for name, test := range map[string]struct{ says, gets, err string }{
		"asks for GSS, and then for TLS": {gss + ssl, "NS", ""},
		"asks for GSS without end":       {gss + gss + gss + gss, "NNNN", "more than 4 requests"},
		"cancels":                        {"\x00\x00\x00\x10" + cancel + "12345678", "", "a request to cancel"},
		"is too short":                   {"\x00\x00\x00\x07\x00\x03\x00\x00", "", "invalid length"},
		"speaks HTTP":                    {"GET / HTTP/1.1\r\n\r\n", "", "invalid length"},
		"has half a startup message":     {"\x00\x00\x00\x20\x00\x03\x00\x00user\x00", "", "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t, "pg-good")
			c, err := net.Dial("tcp", srv.Endpoint.Connect)
			require.NoError(t, err)
			defer c.Close()
			_, err = io.WriteString(c, test.says)
			require.NoError(t, err)
			require.NoError(t, c.(*net.TCPConn).CloseWrite())
			got, err := io.ReadAll(c)
			require.NoError(t, err)
			require.Equal(t, test.gets, string(got))
			o := last(t, srv)
			require.NotEqual(t, serve.EndServed, o.End)
			require.Contains(t, o.Error, test.err)
		})
	}
}

// TestPsql has psql with each mode that users set, and shows which of them verify.
func TestPsql(t *testing.T) {
	_, err := exec.LookPath("psql")
	needs.Any(t, "psql", err)
	for _, test := range []struct {
		id, mode string
		says     string // empty if it connects
	}{
		{"pg-good", "verify-full", ""},
		{"pg-expired", "verify-full", "certificate verify failed"},
		{"pg-expired", "verify-ca", "certificate verify failed"},
		{"pg-expired", "require", "certificate verify failed"}, // with a root certificate, require is verify-ca
		{"pg-expired", "prefer", ""},
		{"pg-wrong-host", "verify-full", "does not match host name"},
		{"pg-wrong-host", "verify-ca", ""},
		{"pg-starttls-not-offered", "require", "server does not support SSL, but SSL was required"},
		{"pg-starttls-not-offered", "prefer", ""},
		{"pg-tls-required", "verify-full", ""},
		{"pg-tls-required", "disable", "no encryption"},
		{"pg-tls-port-spoken-to-in-plain", "verify-full", "server closed the connection unexpectedly"},
	} {
		t.Run(test.id+"/"+test.mode, func(t *testing.T) {
			srv := start(t, test.id)
			psql := exec.CommandContext(t.Context(), "psql", fmt.Sprintf("host=%s port=%d sslmode=%s sslrootcert=%s",
				srv.Endpoint.Host, srv.Endpoint.Port, test.mode, srv.CAFile), "-Atc", "select 1")
			psql.Env = append(psql.Environ(), "LC_ALL=C")
			out, err := psql.CombinedOutput()
			if test.says == "" {
				require.NoError(t, err, "%s", out)
				require.Equal(t, "1\n", string(out))
				return
			}
			require.Error(t, err, "%s", out)
			require.Contains(t, string(out), test.says)
		})
	}
}
