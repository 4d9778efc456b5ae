package ask_test

import (
	"crypto/tls"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/diagnose/ask/flight"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is the timeout of connections to servers that answer. Those that hang get shortPatience.
const (
	patience      = time.Minute
	shortPatience = 3 * time.Second
)

// newLab returns a lab for the scenarios of the test.
func newLab(t testing.TB) *lab.Lab {
	t.Helper()
	l, err := lab.New(lab.Config{Seed: "ask", Dir: t.TempDir(), ClientFiles: true})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return l
}

// serve serves a scenario and returns the target to ask.
func serve(t testing.TB, l *lab.Lab, id string) (*lab.Instance, ask.Target) {
	t.Helper()
	s, ok := scenarios.Lookup(id)
	require.True(t, ok, id)
	in, err := l.Serve(t.Context(), s)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, in.Close()) })
	e := in.Endpoint
	return in, ask.Target{Host: e.Host, Port: e.Port, Connect: e.Connect, Timeout: patience}
}

// attempt returns the attempt with a name.
func attempt(t *testing.T, s *ask.Seen, name string) ask.Attempt {
	t.Helper()
	i := slices.IndexFunc(s.Attempts, func(a ask.Attempt) bool { return a.Name == name })
	require.GreaterOrEqual(t, i, 0, "there is no attempt %s", name)
	return s.Attempts[i]
}

const (
	v10 = tls.VersionTLS10
	v11 = tls.VersionTLS11
	v12 = tls.VersionTLS12
	v13 = tls.VersionTLS13
)

// served lists scenarios with what must be seen of them.
var served = []struct {
	id       string
	speaks   string
	ordinary ask.End
	versions []uint16
	hangs    bool
	check    func(*testing.T, *ask.Seen)
}{
	{"good", "tls", ask.EndCloseNotify, []uint16{v12, v13}, false, isGood},
	{"expired", "tls", ask.EndCloseNotify, []uint16{v12, v13}, false, nil},
	{"good-tls12", "tls", ask.EndCloseNotify, []uint16{v12}, false, nil},
	{"good-tls13", "tls", ask.EndCloseNotify, []uint16{v13}, false, nil},
	{"tls10-only", "tls", ask.EndAlert, []uint16{v10}, false, func(t *testing.T, s *ask.Seen) {
		a := attempt(t, s, "tls1.0")
		assert.NotEmpty(t, a.Certificates)
		require.NotNil(t, a.KeyProven)
		assert.True(t, *a.KeyProven)
		assert.Equal(t, wire.AlertProtocolVersion, attempt(t, s, "ordinary").Alert.Code)
	}},
	{"tls11-only", "tls", ask.EndAlert, []uint16{v11}, false, nil},
	{"ssl3-only", "tls", ask.EndInvalid, []uint16{flight.VersionSSL30}, false, nil},
	{"rsa-key-exchange-only", "tls", ask.EndAlert, []uint16{v12}, false, func(t *testing.T, s *ask.Seen) {
		for _, suite := range s.Manners.Suites {
			assert.Contains(t, wire.CipherSuiteName(suite), "TLS_RSA_")
		}
		assert.True(t, attempt(t, s, "rsa-key-exchange").Complete)
	}},
	{"small-dh", "tls", ask.EndAlert, []uint16{v12}, false, func(t *testing.T, s *ask.Seen) {
		a := attempt(t, s, "dhe")
		assert.Equal(t, 1024, a.DHBits)
		require.NotNil(t, a.KeyProven)
		assert.True(t, *a.KeyProven)
		assert.Equal(t, []uint16{0x009E}, s.Manners.Suites)
	}},
	{"cbc-only", "tls", ask.EndCloseNotify, []uint16{v12}, false, func(t *testing.T, s *ask.Seen) {
		assert.ElementsMatch(t, []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
			tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA}, s.Manners.Suites)
	}},
	{"legacy-renegotiation", "tls", ask.EndCloseNotify, []uint16{v12}, false, func(t *testing.T, s *ask.Seen) {
		assert.False(t, attempt(t, s, "ordinary").SecureRenegotiation)
	}},
	{"post-quantum-only", "tls", ask.EndCloseNotify, []uint16{v13}, false, func(t *testing.T, s *ask.Seen) {
		assert.Equal(t, []tls.CurveID{tls.X25519MLKEM768}, s.Manners.Groups)
		assert.Empty(t, s.Manners.Intolerant)
	}},
	{"plain-http", "http", ask.EndNotTLS, nil, false, nil},
	{"banner", "ssh", ask.EndNotTLS, nil, false, nil},
	{"banner-mysql", "mysql", ask.EndNotTLS, nil, false, nil},
	{"garbage", "garbage", ask.EndNotTLS, nil, false, nil},
	{"garbage-oversized-record", "tls", ask.EndInvalid, nil, false, nil},
	{"garbage-short-record", "tls", ask.EndClosed, nil, false, nil},
	{"silent", "silent", ask.EndTimeout, nil, true, nil},
	{"reset-on-accept", "resets", ask.EndReset, nil, false, nil},
	{"reset-after-hello", "resets", ask.EndReset, nil, false, nil},
	{"close-after-hello", "closes", ask.EndClosed, nil, false, nil},
	{"reset-after-certificate", "tls", ask.EndReset, []uint16{v12}, false, func(t *testing.T, s *ask.Seen) {
		assert.NotEmpty(t, attempt(t, s, "ordinary").Certificates)
	}},
	{"stalled-certificate", "tls", ask.EndTimeout, []uint16{v12}, true, func(t *testing.T, s *ask.Seen) {
		assert.Equal(t, "Certificate", attempt(t, s, "ordinary").Partial)
		assert.Equal(t, []string{"ServerHello"}, attempt(t, s, "ordinary").Messages)
	}},
	{"truncated-response", "tls", ask.EndClosed, []uint16{v12, v13}, false, func(t *testing.T, s *ask.Seen) {
		assert.False(t, attempt(t, s, "ordinary").Answered)
		assert.NotEmpty(t, attempt(t, s, "ordinary").Response)
	}},
	{"internal-error", "tls", ask.EndAlert, nil, false, func(t *testing.T, s *ask.Seen) {
		assert.Equal(t, wire.AlertInternalError, attempt(t, s, "ordinary").Alert.Code)
	}},
	{"no-common-alpn", "tls", ask.EndAlert, []uint16{v12, v13}, false, func(t *testing.T, s *ask.Seen) {
		assert.Equal(t, wire.AlertNoApplicationProtocol, attempt(t, s, "ordinary").Alert.Code)
		assert.True(t, s.Manners.RefusesOthers)
		assert.Empty(t, s.Manners.Intolerant)
		assert.NotEmpty(t, attempt(t, s, "no-alpn").Certificates)
	}},
	{"sni-required", "tls", ask.EndCloseNotify, []uint16{v12, v13}, false, func(t *testing.T, s *ask.Seen) {
		assert.True(t, s.Manners.RequiresSNI)
		assert.Equal(t, wire.AlertUnrecognizedName, attempt(t, s, "no-sni").Alert.Code)
	}},
	{"sni-required-by-address", "tls", ask.EndAlert, nil, false, func(t *testing.T, s *ask.Seen) {
		assert.Equal(t, wire.AlertUnrecognizedName, attempt(t, s, "ordinary").Alert.Code)
	}},
	{"sni-wrong-default", "tls", ask.EndCloseNotify, []uint16{v12, v13}, false, func(t *testing.T, s *ask.Seen) {
		assert.NotEmpty(t, s.Manners.OtherWithoutSNI)
	}},
	{"version-intolerant", "tls", ask.EndClosed, []uint16{v12}, false, func(t *testing.T, s *ask.Seen) {
		assert.Equal(t, []string{"tls1.3"}, s.Manners.Intolerant)
	}},
	{"hello-too-big", "tls", ask.EndReset, []uint16{v12, v13}, false, func(t *testing.T, s *ask.Seen) {
		assert.Equal(t, []string{"big-hello"}, s.Manners.Intolerant)
	}},
	{"client-certificate-missing", "tls", ask.EndAlert, []uint16{v12, v13}, false, isRequiring},
	{"client-certificate-missing-tls12", "tls", ask.EndAlert, []uint16{v12}, false, isRequiring},
	{"client-certificate-optional", "tls", ask.EndCloseNotify, []uint16{v12, v13}, false, func(t *testing.T, s *ask.Seen) {
		assert.Equal(t, tls.RequestClientCert, s.Manners.ClientAuth)
	}},
	{"key-mismatch", "tls", ask.EndInvalid, []uint16{v12, v13}, false, func(t *testing.T, s *ask.Seen) {
		for _, name := range []string{"ordinary", "tls1.2"} {
			a := attempt(t, s, name)
			require.NotNil(t, a.KeyProven, name)
			assert.False(t, *a.KeyProven, name)
		}
	}},
}

func isGood(t *testing.T, s *ask.Seen) {
	o := attempt(t, s, "ordinary")
	assert.True(t, o.Complete && o.Answered, "%+v", o)
	assert.Contains(t, string(o.Response), "HTTP/1.1 200 OK")
	require.NotNil(t, o.KeyProven)
	assert.True(t, *o.KeyProven)
	assert.Equal(t, "http/1.1", o.Protocol)
	assert.Equal(t, "localhost", o.Hello.ServerName)
	assert.Equal(t, tls.X25519MLKEM768, o.Group)
	assert.False(t, o.Tickets)
	assert.Len(t, o.Certificates, 2)
	m := s.Manners
	assert.Equal(t, []string{"http/1.1", "h2"}, m.Protocols)
	assert.False(t, m.RefusesOthers || m.RequiresSNI)
	assert.Empty(t, m.Intolerant)
	assert.Empty(t, m.OtherWithoutSNI)
	assert.Equal(t, tls.NoClientCert, m.ClientAuth)
	assert.Contains(t, m.Groups, tls.CurveP256)
	assert.Less(t, attempt(t, s, "small-hello").Hello.Size, 1000)
	assert.GreaterOrEqual(t, attempt(t, s, "big-hello").Hello.Size, 1800)
}

func isRequiring(t *testing.T, s *ask.Seen) {
	o := attempt(t, s, "ordinary")
	require.NotNil(t, o.Request)
	assert.NotEmpty(t, o.Request.CANames)
	assert.NotEmpty(t, o.Request.Algorithms)
	assert.True(t, o.Request.Required)
	assert.Equal(t, tls.RequireAnyClientCert, s.Manners.ClientAuth)
}

// TestServed asks scenarios, and checks what is seen, and that no more connections are made than allowed.
func TestServed(t *testing.T) {
	l := newLab(t)
	for _, test := range served {
		t.Run(test.id, func(t *testing.T) {
			in, target := serve(t, l, test.id)
			if test.hangs {
				target.Timeout = shortPatience
			}
			s, err := ask.Server(t.Context(), target)
			require.NoError(t, err)
			assert.Equal(t, test.speaks, s.Speaks)
			assert.Equal(t, test.ordinary, s.Attempts[0].End, "%s", s.Attempts[0].Error)
			assert.Equal(t, test.versions, s.Manners.Versions)
			if test.check != nil {
				test.check(t, s)
			}
			if test.id != "version-intolerant" && test.id != "hello-too-big" {
				assert.Empty(t, s.Manners.Intolerant)
			}
			require.NoError(t, in.Drain(t.Context()))
			assert.Equal(t, s.Connections, len(in.Observations()), "connections made and accepted")
			assert.LessOrEqual(t, s.Connections, ask.Most(target))
			if t.Failed() {
				for _, a := range s.Attempts {
					t.Logf("%s: %04x %04x %s %v %s %q", a.Name, a.Version, a.CipherSuite, a.End, a.Alert, a.Error, a.First)
				}
			}
		})
	}
}

// addressFaults are the faults of servers that accept no connection. They have tests of their own.
var addressFaults = []scenarios.Fault{scenarios.FaultRefused, scenarios.FaultSYNDropped, scenarios.FaultUnresolved}

// TestChains asks every HTTPS scenario that sends a chain, and checks that it is read as it was minted: with the
// staple, and whether the server has the key.
func TestChains(t *testing.T) {
	l := newLab(t)
	read := 0
	for _, s := range scenarios.All() {
		fault := s.Server.Fault
		if s.Service != scenarios.HTTPS || slices.Contains(addressFaults, fault) || s.Patience > 0 ||
			fault == scenarios.FaultSSL3 || fault == scenarios.FaultSlow {
			continue
		}
		t.Run(s.ID, func(t *testing.T) {
			_, target := serve(t, l, s.ID)
			target.Light = fault == "" && s.Server.MinVersion == 0 && s.Server.CipherSuites == nil
			seen, err := ask.Server(t.Context(), target)
			require.NoError(t, err)
			i := slices.IndexFunc(seen.Attempts, func(a ask.Attempt) bool { return len(a.Certificates) > 0 })
			if i < 0 {
				assert.Contains(t, without, s.ID)
				return
			}
			read++
			a := seen.Attempts[i]
			chain, err := l.Chain(s)
			require.NoError(t, err)
			if s.Server.DefaultCertificate != "" && target.Host == "127.0.0.1" {
				return // another chain
			}
			var want [][]byte
			for _, c := range chain.Sent {
				want = append(want, c.DER)
			}
			assert.Equal(t, want, a.Certificates)
			if a.Complete { // crypto/tls asked for a staple, as raw hellos do
				assert.Equal(t, chain.Staple, a.Staple)
			}
			i = slices.IndexFunc(seen.Attempts, func(a ask.Attempt) bool { return a.KeyProven != nil })
			if fault == scenarios.FaultResetAfterCertificate {
				assert.Negative(t, i, "no signature arrives")
				return
			}
			require.GreaterOrEqual(t, i, 0)
			assert.Equal(t, chain.HoldsKey(), *seen.Attempts[i].KeyProven)
		})
	}
	t.Log(read, "chains read")
}

// without are the scenarios in which the server sends no certificate.
var without = []string{
	"plain-http", "banner", "banner-mysql", "garbage", "garbage-oversized-record", "garbage-short-record",
	"reset-on-accept", "reset-after-hello", "close-after-hello", "internal-error", "sni-required-by-address",
	"post-quantum-only",
}

// TestNoAddress checks what is seen of servers that accept no connection.
func TestNoAddress(t *testing.T) {
	l := newLab(t)
	_, refused := serve(t, l, "connection-refused")
	s, err := ask.Server(t.Context(), refused)
	require.NoError(t, err)
	assert.Equal(t, ask.EndRefused, s.Addresses[0].End)
	assert.Empty(t, s.Attempts)
	assert.Empty(t, s.Speaks)

	_, unknown := serve(t, l, "unknown-host")
	s, err = ask.Server(t.Context(), unknown)
	require.NoError(t, err)
	assert.NotEmpty(t, s.Resolved.Error)
	assert.Empty(t, s.Addresses)
	assert.Zero(t, s.Connections)

	if runtime.GOOS != "linux" {
		return // other systems may not serve it
	}
	_, dropped := serve(t, l, "syn-dropped")
	dropped.Timeout = 200 * time.Millisecond
	s, err = ask.Server(t.Context(), dropped)
	require.NoError(t, err)
	assert.Equal(t, ask.EndTimeout, s.Addresses[0].End)
}
