package verdict_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// How the server sees a client that sent a ClientHello and then received an alert, sent one, or ended otherwise.

func received(code wire.AlertCode) serve.Observation {
	o := ended(serve.EndAlertReceived)
	o.AlertReceived = wire.NewAlert(code)
	return o
}

func sent(code wire.AlertCode) serve.Observation {
	o := ended(serve.EndAlertSent)
	o.AlertSent = wire.NewAlert(code)
	return o
}

func ended(end serve.End) serve.Observation {
	return serve.Observation{Hello: &wire.ClientHello{}, BytesReceived: 9, End: end}
}

// complete is a client that completed the handshake and left.
var complete = serve.Observation{
	Hello: &wire.ClientHello{}, BytesReceived: 9, End: serve.EndCloseNotify, HandshakeComplete: true,
}

// views are observations of a scenario, and what they tell.
var views = []struct {
	id   string
	o    serve.Observation
	want verdict.ServerView
}{
	{"good", ended(serve.EndServed), verdict.SeenAccepted},
	{"good", received(wire.AlertUnknownCA), verdict.SeenBroken},
	{"good", sent(wire.AlertProtocolVersion), verdict.SeenNotServed},
	{"good", complete, verdict.SeenLeft},
	{"good", serve.Observation{End: serve.EndEOF}, verdict.SeenNothing},
	{"good", serve.Observation{End: serve.EndNotTLS, BytesReceived: 9}, verdict.SeenNotTLS},
	{"good", ended(serve.EndTimeout), verdict.SeenSilence},
	{"good", ended(serve.EndError), verdict.SeenError},
	{"good", serve.Observation{End: serve.EndInternal}, verdict.SeenError},
	{"silent", serve.Observation{End: serve.EndInternal, BytesReceived: 9}, verdict.SeenError},
	{"expired", ended(serve.EndServed), verdict.SeenInsecure},
	// not a valid request
	{
		"expired",
		serve.Observation{
			End: serve.EndError, HandshakeComplete: true, ApplicationData: true, Hello: new(wire.ClientHello),
		},
		verdict.SeenInsecure,
	},
	{"expired", received(wire.AlertCertificateExpired), verdict.SeenRefused},
	{"expired", received(wire.AlertUnknownCA), verdict.SeenOtherReason}, // the client does not have the root
	// Go sends it for everything that it refuses
	{"expired", received(wire.AlertBadCertificate), verdict.SeenUntold},
	{"expired", received(wire.AlertCertificateUnknown), verdict.SeenUntold}, // and so does Java
	{"expired", ended(serve.EndEOF), verdict.SeenLeft},                      // Node
	{"expired", ended(serve.EndReset), verdict.SeenLeft},
	{"wrong-host", complete, verdict.SeenLeft}, // curl
	{"untrusted-root", received(wire.AlertUnknownCA), verdict.SeenRefused},
	{"revoked-crl", ended(serve.EndServed), verdict.SeenLenient},
	{"revoked-crl", received(wire.AlertCertificateRevoked), verdict.SeenRefused},
	{"client-certificate-missing", sent(wire.AlertCertificateRequired), verdict.SeenTurnedAway},
	{"client-certificate-expired", sent(wire.AlertCertificateExpired), verdict.SeenTurnedAway},
	{"no-common-alpn", sent(wire.AlertNoApplicationProtocol), verdict.SeenTurnedAway},
	{"plain-http", ended(serve.EndEOF), verdict.SeenGaveUp},
	{"plain-http", received(wire.AlertProtocolVersion), verdict.SeenRefused},
	{"silent", ended(serve.EndEOF), verdict.SeenGaveUp},
	{"silent", ended(serve.EndTimeout), verdict.SeenWaited},
	{"reset-after-hello", ended(serve.EndBrokenOff), verdict.SeenFault},
	{"mongod-good", ended(serve.EndRelayed), verdict.SeenRelayed},
}

func TestSee(t *testing.T) {
	seen := map[verdict.ServerView]bool{verdict.SeenEither: true} // below
	for _, c := range views {
		s, ok := scenarios.Lookup(c.id)
		require.True(t, ok, c.id)
		assert.Equal(t, c.want, verdict.See(s, s.Expect, c.o), "%s: %s", c.id, c.o.End)
		seen[c.want] = true
	}
	for _, view := range verdict.ServerViews() {
		assert.True(t, seen[view], "no observation has the view %s", view)
	}
	for _, s := range scenarios.All() {
		if s.Expect.Verdict == scenarios.Either {
			assert.Equal(t, verdict.SeenEither, verdict.See(s, s.Expect, ended(serve.EndServed)), s.ID)
		}
	}
	// A certificate that has yet to expire must be accepted.
	s, _ := scenarios.Lookup("expires-while-serving")
	yet := scenarios.Expectation{Verdict: scenarios.Accept, Level: scenarios.Must}
	assert.Equal(t, verdict.SeenAccepted, verdict.See(s, yet, ended(serve.EndServed)))
	assert.Equal(t, verdict.SeenInsecure, verdict.See(s, s.Expect, ended(serve.EndServed)))
}
