package verdict_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

func TestSee(t *testing.T) {
	alert := func(code uint8) *serve.Alert { a := serve.AlertByCode(code); return &a }
	hello := &serve.ClientHello{}
	received := func(code uint8) serve.Observation {
		return serve.Observation{Hello: hello, BytesReceived: 9, End: serve.EndAlertReceived, AlertReceived: alert(code)}
	}
	sent := func(code uint8) serve.Observation {
		return serve.Observation{Hello: hello, BytesReceived: 9, End: serve.EndAlertSent, AlertSent: alert(code)}
	}
	ended := func(end serve.End) serve.Observation {
		return serve.Observation{Hello: hello, BytesReceived: 9, End: end}
	}
	complete := ended(serve.EndCloseNotify)
	complete.HandshakeComplete = true
	cases := []struct {
		id   string
		o    serve.Observation
		want verdict.ServerView
	}{
		{"good", ended(serve.EndServed), verdict.SeenAccepted},
		{"good", received(48), verdict.SeenBroken},
		{"good", sent(70), verdict.SeenNotServed},
		{"good", complete, verdict.SeenLeft},
		{"good", serve.Observation{End: serve.EndEOF}, verdict.SeenNothing},
		{"good", serve.Observation{End: serve.EndNotTLS, BytesReceived: 9}, verdict.SeenNotTLS},
		{"good", ended(serve.EndTimeout), verdict.SeenSilence},
		{"good", ended(serve.EndError), verdict.SeenError},
		{"good", serve.Observation{End: serve.EndInternal}, verdict.SeenError},
		{"silent", serve.Observation{End: serve.EndInternal, BytesReceived: 9}, verdict.SeenError},
		{"expired", ended(serve.EndServed), verdict.SeenInsecure},
		{"expired", serve.Observation{End: serve.EndError, HandshakeComplete: true, ApplicationData: true, Hello: new(serve.ClientHello)}, verdict.SeenInsecure}, // no request that makes sense
		{"expired", received(45), verdict.SeenRefused},
		{"expired", received(48), verdict.SeenOtherReason}, // it was not given the root
		{"expired", received(42), verdict.SeenUntold},      // Go says that of whatever it refuses
		{"expired", received(46), verdict.SeenUntold},      // and Java this
		{"expired", ended(serve.EndEOF), verdict.SeenLeft}, // Node
		{"expired", ended(serve.EndReset), verdict.SeenLeft},
		{"wrong-host", complete, verdict.SeenLeft}, // curl
		{"untrusted-root", received(48), verdict.SeenRefused},
		{"revoked-crl", ended(serve.EndServed), verdict.SeenLenient},
		{"revoked-crl", received(44), verdict.SeenRefused},
		{"client-certificate-missing", sent(116), verdict.SeenTurnedAway},
		{"client-certificate-expired", sent(45), verdict.SeenTurnedAway},
		{"no-common-alpn", sent(120), verdict.SeenTurnedAway},
		{"plain-http", ended(serve.EndEOF), verdict.SeenGaveUp},
		{"plain-http", received(70), verdict.SeenRefused},
		{"silent", ended(serve.EndEOF), verdict.SeenGaveUp},
		{"silent", ended(serve.EndTimeout), verdict.SeenWaited},
		{"reset-after-hello", ended(serve.EndBrokenOff), verdict.SeenFault},
		{"mongod-good", ended(serve.EndRelayed), verdict.SeenRelayed},
	}
	seen := map[verdict.ServerView]bool{verdict.SeenEither: true} // below
	for _, c := range cases {
		s, ok := scenarios.Lookup(c.id)
		require.True(t, ok, c.id)
		assert.Equal(t, c.want, verdict.See(s, s.Expect, c.o), "%s: %s", c.id, c.o.End)
		seen[c.want] = true
	}
	for _, sight := range verdict.ServerViews() {
		assert.True(t, seen[sight], "%s is told of nothing", sight)
	}
	for _, s := range scenarios.All() {
		if s.Expect.Verdict == scenarios.Either {
			assert.Equal(t, verdict.SeenEither, verdict.See(s, s.Expect, ended(serve.EndServed)), s.ID)
		}
	}
	// What is yet to expire is to be accepted.
	s, _ := scenarios.Lookup("expires-while-serving")
	yet := scenarios.Expectation{Verdict: scenarios.Accept, Level: scenarios.Must}
	assert.Equal(t, verdict.SeenAccepted, verdict.See(s, yet, ended(serve.EndServed)))
	assert.Equal(t, verdict.SeenInsecure, verdict.See(s, s.Expect, ended(serve.EndServed)))
}
