package mimic_test

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/mimic"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// TestRequest closes the loop for tickets and the names of CAs: a server is asked, copied, written, read and asked again.
func TestRequest(t *testing.T) {
	l := newLab(t)
	corp := []pki.Attribute{{Type: "O", Value: "Corp Secret AG"}, {Type: "CN", Value: "Corp Secret CA"}}
	neutral := []pki.Attribute{{Type: "O", Value: "tlslab O"}, {Type: "CN", Value: "tlslab CN"}}
	root := scenarios.CAName{Of: "root"}
	for name, test := range map[string]struct {
		names, want []scenarios.CAName
		notes       int
	}{
		"its own":  {nil, nil, 0},
		"none":     {[]scenarios.CAName{}, []scenarios.CAName{}, 0},
		"more":     {[]scenarios.CAName{root, {Subject: corp}}, []scenarios.CAName{root, {Subject: neutral}}, 0},
		"foreign":  {[]scenarios.CAName{{Subject: corp}}, nil, 1},
		"strange":  {[]scenarios.CAName{{Subject: corp[:1]}, {Subject: corp}}, []scenarios.CAName{root, {Subject: neutral}}, 1},
		"repeated": {[]scenarios.CAName{root, root}, nil, 0},
	} {
		for _, tickets := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				s := &scenarios.Scenario{
					ID: "asks", Expect: scenarios.Expectation{Verdict: scenarios.Accept, Level: scenarios.Must},
					Recipe: pki.Recipe{Client: new(pki.Certificate)},
					Server: scenarios.Server{ClientAuth: tls.RequireAndVerifyClientCert, CANames: test.names, Tickets: tickets},
				}
				_, err := scenarios.Own([]*scenarios.Scenario{s})
				require.NoError(t, err)
				original := look(t, l, s)
				c, err := mimic.Server(original.seen, original.roots, mimic.Options{ID: "copied"})
				require.NoError(t, err)
				read := again(t, c)[0]
				assert.Equal(t, test.want, read.Server.CANames)
				assert.Equal(t, tickets, read.Server.Tickets)
				notes := 0
				for _, n := range c.Notes {
					if n.What == "caNames" {
						notes++
					}
				}
				assert.Equal(t, test.notes, notes, "%v", c.Notes)
				copy := look(t, l, read)
				assert.Equal(t, tickets, copy.seen.Manners.Tickets)
				assert.True(t, copy.seen.Attempts[0].Complete, "the client's certificate is accepted")
				if test.want != nil {
					assert.Len(t, copy.seen.Attempts[0].Request.CANames, len(test.want))
				}
			})
		}
	}
}
