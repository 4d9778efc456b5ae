package smtp_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/serve"
	service "example.com/tlslab/lab/services/smtp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, id string) *labtest.Server { return labtest.Start(t, id, service.Service()) }

// last returns the only observation.
func last(t *testing.T, srv *labtest.Server) serve.Observation {
	t.Helper()
	list := srv.Observations()
	require.Len(t, list, 1)
	return list[0]
}

// send sends a message with net/smtp, with STARTTLS or in plaintext.
func send(t *testing.T, srv *labtest.Server, startTLS bool) error {
	t.Helper()
	conn, err := net.Dial("tcp", srv.Endpoint.Connect)
	require.NoError(t, err)
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	c, err := smtp.NewClient(conn, "localhost")
	if err != nil {
		return err
	}
	if startTLS {
		if err := c.StartTLS(&tls.Config{RootCAs: srv.CAs, ServerName: "localhost"}); err != nil {
			return err
		}
		if err := c.Auth(smtp.PlainAuth("", "user", "password", "localhost")); err != nil {
			return err
		}
	}
	if err := c.Mail("a@tlslab.test"); err != nil {
		return err
	}
	if err := c.Rcpt("b@tlslab.test"); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	fmt.Fprint(w, "Subject: hello\r\n\r\nSTARTTLS\r\nis only text here\r\n")
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

// TestSends sends a message to each of the rows about TLS before it begins, and to two certificates.
func TestSends(t *testing.T) {
	for _, test := range []struct {
		id       string
		startTLS bool
		says     string // empty if the message is taken
		plain    bool   // it was sent in plaintext
	}{
		{"smtp-good", true, "", false},
		{"smtp-good", false, "", true},
		{"smtp-expired", true, "certificate has expired", false},
		{"smtp-wrong-host", true, "not localhost", false},
		{"smtp-starttls-not-offered", true, "502", false},
		{"smtp-starttls-not-offered", false, "", true},
		{"smtp-tls-required", true, "", false},
		{"smtp-tls-required", false, "Must issue a STARTTLS command first", false},
	} {
		t.Run(fmt.Sprint(test.id, "/", test.startTLS), func(t *testing.T) {
			srv := start(t, test.id)
			err := send(t, srv, test.startTLS)
			if test.says != "" {
				require.ErrorContains(t, err, test.says)
			} else {
				require.NoError(t, err)
			}
			o := last(t, srv)
			require.Equal(t, test.says == "", o.End == serve.EndServed, "%+v", o)
			require.Equal(t, test.plain, o.ApplicationData && !o.HandshakeComplete, "%+v", o)
			require.Equal(t, test.startTLS && test.id != "smtp-starttls-not-offered", o.Plaintext.TLS, "%+v", o)
		})
	}
}

// TestOffers checks what the server says it can do: STARTTLS only before TLS, and only if it is offered.
func TestOffers(t *testing.T) {
	for id, want := range map[string]bool{"smtp-good": true, "smtp-starttls-not-offered": false} {
		srv := start(t, id)
		c, err := smtp.Dial(srv.Endpoint.Connect)
		require.NoError(t, err)
		offered, _ := c.Extension("STARTTLS")
		require.Equal(t, want, offered, id)
		if offered {
			require.NoError(t, c.StartTLS(&tls.Config{RootCAs: srv.CAs, ServerName: "localhost"}))
			again, _ := c.Extension("STARTTLS")
			require.False(t, again)
			auth, _ := c.Extension("AUTH")
			require.True(t, auth)
		}
		require.NoError(t, c.Quit())
		require.Equal(t, offered, last(t, srv).End == serve.EndServed)
	}
}

// TestLongLine checks that a line without an end is cut off.
func TestLongLine(t *testing.T) {
	srv := start(t, "smtp-good")
	c, err := net.Dial("tcp", srv.Endpoint.Connect)
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Write([]byte(strings.Repeat("x", 10_000)))
	require.NoError(t, err)
	require.NoError(t, c.(*net.TCPConn).CloseWrite())
	require.Contains(t, last(t, srv).Error, "a line that is too long")
}

// TestCurl has curl, with each option that users set for STARTTLS.
func TestCurl(t *testing.T) {
	_, err := exec.LookPath("curl")
	needs.Any(t, "curl", err)
	mail := filepath.Join(t.TempDir(), "mail")
	require.NoError(t, os.WriteFile(mail, []byte("Subject: hello\r\n\r\nhello\r\n"), 0o600))
	for _, test := range []struct {
		id, option string
		says       string // empty if the message is taken
	}{
		{"smtp-good", "--ssl-reqd", ""},
		{"smtp-expired", "--ssl-reqd", "certificate has expired"},
		{"smtp-wrong-host", "--ssl-reqd", "no alternative certificate subject name matches"},
		{"smtp-starttls-not-offered", "--ssl-reqd", "STARTTLS not supported"},
		{"smtp-starttls-not-offered", "--ssl", ""},
		{"smtp-tls-required", "--ssl-reqd", ""},
	} {
		t.Run(test.id+"/"+test.option, func(t *testing.T) {
			srv := start(t, test.id)
			out, err := exec.CommandContext(t.Context(), "curl", "-sS", test.option, "--cacert", srv.CAFile, "--mail-from",
				"a@tlslab.test", "--mail-rcpt", "b@tlslab.test", "-T", mail, srv.URL).CombinedOutput()
			if test.says == "" {
				require.NoError(t, err, "%s", out)
				return
			}
			require.Error(t, err, "%s", out)
			require.Contains(t, string(out), test.says)
		})
	}
}
