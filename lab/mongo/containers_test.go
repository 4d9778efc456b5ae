package mongo_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// rowTest is the expected result of a scenario, with MongoDB's Go driver as the client.
type rowTest struct {
	err     []string // the driver's error contains one of these; nil means that it reads and writes
	logs    []int    // IDs of lines that the server must log
	logs44  []int    // the IDs of version 4.4, if they differ
	end     serve.End
	staples bool              // the server staples a response
	client  func(*tls.Config) // modifies the client
	real    bool              // only MongoDB's own mongod shows it
}

// dropped are the errors of a client whose connection was closed without an alert.
var dropped = []string{"EOF", "connection reset by peer", "broken pipe"}

// rows has the expected result of each scenario of the family, and whether the stand-in shows it or only
// MongoDB's own image.
var rows = map[string]rowTest{
	"mongod-good":                        {end: serve.EndRelayed},
	"mongod-client-certificate":          {end: serve.EndRelayed},
	"mongod-client-certificate-missing":  {err: dropped, logs: []int{23255, 22988}, end: serve.EndRelayed},
	"mongod-client-certificate-optional": {end: serve.EndRelayed},
	"mongod-client-certificate-crl":      {end: serve.EndRelayed},
	"mongod-client-certificate-revoked":  {err: dropped, logs: []int{23256, 22988}, end: serve.EndRelayed},
	"mongod-x509-authentication":         {end: serve.EndRelayed, real: true},
	"mongod-wrong-host":                  {err: []string{"certificate is valid for other.tlslab.test, not localhost"}},
	"mongod-missing-intermediate":        {err: []string{"certificate signed by unknown authority"}},
	"mongod-expires-while-serving":       {err: []string{"certificate has expired"}},
	"mongod-tls13-only":                  {end: serve.EndRelayed},
	"mongod-stapled":                     {end: serve.EndRelayed, staples: true},
	"mongod-stapled-revoked":             {err: []string{"revoked"}, staples: true},
	"mongod-staple-switched-off":         {err: []string{"staple"}},
	"mongod-good-rsa":                    {end: serve.EndRelayed},
	"mongod-rsa-key-exchange-only":       {err: dropped, real: true},
	"mongod-refuses-expired": {err: []string{"connection refused", "actively refused"}, logs: []int{20574},
		logs44: []int{28652}},
}

// TestContainerRows checks every scenario of the family on the image that TLSLAB_MONGO_IMAGE names, or on the
// stand-in.
func TestContainerRows(t *testing.T) {
	name, standIn := testImage(t)
	l := newLab(t, mongo.ContainerOptions{Image: name, AtOnce: 4})
	for _, s := range scenarios.Behind(scenarios.Mongod) {
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			row, ok := rows[s.ID]
			require.True(t, ok, "add its expected result to rows")
			in, err := l.Serve(t.Context(), s)
			if row.real && standIn {
				require.ErrorIs(t, err, errors.ErrUnsupported)
				require.ErrorContains(t, err, "is the lab's stand-in")
				t.Skip("only the database's own image shows it")
			}
			tooOld := errors.Is(err, errors.ErrUnsupported) && (strings.Contains(err.Error(), "which MongoDB has since") ||
				strings.Contains(err.Error(), "SERVER-51364"))
			if !standIn && tooOld {
				needs.Stack(t, s.ID, false, err.Error())
			}
			require.NoError(t, err)
			defer func() { require.NoError(t, in.Close()) }()
			require.NoError(t, in.WaitDue(t.Context()))

			did := probe(t, l, in, row.client)
			if row.err == nil {
				assert.NoError(t, did.err)
			} else if assert.Error(t, did.err) {
				assert.True(t, slices.ContainsFunc(row.err,
					func(words string) bool { return strings.Contains(did.err.Error(), words) }), did.err)
			}
			assert.Equal(t, row.staples, did.stapled, "a staple")
			require.NoError(t, in.Drain(t.Context()))
			if row.end != "" {
				assert.Contains(t, ends(in), row.end)
			}
			if len(row.err) > 0 && &row.err[0] == &dropped[0] {
				assert.Equal(t, "closed by the server", in.Observations()[0].Error,
					"it closes after the handshake and sends no alert")
			}
			if row.logs44 != nil && strings.HasPrefix(version(t, name), "4.4.") {
				row.logs = row.logs44
			}
			holdLog(t, in, row.logs)
			assert.NoError(t, in.Err())
		})
	}
	for id := range rows {
		_, ok := scenarios.Lookup(id)
		assert.True(t, ok, "there is no scenario %s", id)
	}
}

// ours is a label of this test program's containers, because others may run some as well.
var ours = map[string]string{"org.example.tlslab.test": rand.Text()}

// newLab returns a lab with containers, which removes them when the test ends.
func newLab(t *testing.T, o mongo.ContainerOptions) *lab.Lab {
	t.Helper()
	o.Labels = ours
	l, err := lab.New(lab.Config{Seed: "containers", Dir: t.TempDir(), Services: []serve.Service{mongo.Containers(o)}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// done is the result of the driver.
type done struct {
	err     error
	stapled bool // the certificate came with an OCSP response
}

// probe makes the driver write and read.
func probe(t *testing.T, l *lab.Lab, in *lab.Instance, change func(*tls.Config)) done {
	t.Helper()
	chain, err := l.Chain(in.Scenario)
	require.NoError(t, err)
	var did done
	config := &tls.Config{RootCAs: chain.Anchors()}
	if c, ok := chain.ClientCertificate(); ok {
		config.Certificates = []tls.Certificate{c}
	}
	stapled := make(chan bool, 100)
	config.VerifyConnection = func(state tls.ConnectionState) error {
		select {
		case stapled <- len(state.OCSPResponse) > 0:
		default:
		}
		return nil
	}
	if change != nil {
		change(config)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	o := options.Client().ApplyURI(in.Endpoint.URL).SetServerSelectionTimeout(2 * time.Second)
	if !strings.Contains(in.Endpoint.URL, "tls=false") {
		o.SetTLSConfig(config)
	}
	client, err := driver.Connect(o)
	require.NoError(t, err)
	things := client.Database("lab").Collection("things")
	if _, did.err = things.InsertOne(ctx, bson.M{"n": 1}); did.err == nil {
		did.err = things.FindOne(ctx, bson.M{"n": 1}).Err()
	}
	require.NoError(t, client.Disconnect(ctx))
	select {
	case did.stapled = <-stapled:
	default:
	}
	return did
}

// ends returns how the connections ended.
func ends(in *lab.Instance) []serve.End {
	var list []serve.End
	for _, o := range in.Observations() {
		list = append(list, o.End)
	}
	return list
}

// holdLog checks that a server has logged lines with these IDs.
func holdLog(t *testing.T, in *lab.Instance, want []int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	lines := in.Log(ctx)
	assert.NoError(t, ctx.Err(), "the log lacks the end of a connection")
	var got []int
	for _, line := range lines {
		var entry struct {
			ID int `json:"id"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &entry), line)
		got = append(got, entry.ID)
	}
	for _, id := range want {
		assert.Contains(t, got, id, strings.Join(lines, "\n"))
	}
}
