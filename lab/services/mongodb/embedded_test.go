package mongodb_test

import (
	"context"
	"crypto/tls"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.uber.org/goleak"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/mongodb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// connect returns a client of the driver that trusts what the scenario says.
func connect(t *testing.T, srv *labtest.Server) *driver.Client {
	t.Helper()
	client, err := driver.Connect(options.Client().ApplyURI(srv.URL).
		SetTLSConfig(&tls.Config{RootCAs: srv.CAs}).SetServerSelectionTimeout(5 * time.Second))
	require.NoError(t, err)
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	return client
}

// TestReadsAndWrites checks that reads and writes work over a good chain.
func TestReadsAndWrites(t *testing.T) {
	srv := labtest.Start(t, "mongo-good", mongodb.Embedded())
	client := connect(t, srv)
	things := client.Database("lab").Collection("things")
	const n = 1000
	var docs []any
	for i := range n {
		docs = append(docs, bson.M{"n": i, "text": string(make([]byte, 100))})
	}
	_, err := things.InsertMany(t.Context(), docs)
	require.NoError(t, err)

	cursor, err := things.Find(t.Context(), bson.M{"n": bson.M{"$gte": n / 2}})
	require.NoError(t, err)
	var found []bson.M
	require.NoError(t, cursor.All(t.Context(), &found))
	require.Len(t, found, n/2)
	require.NoError(t, client.Disconnect(t.Context()))
	for _, o := range srv.Observations() {
		require.Equal(t, serve.EndServed, o.End, o.Error)
	}
}

// TestRefusesExpired checks that a driver refuses an expired certificate with its own error, and that the
// server notices.
func TestRefusesExpired(t *testing.T) {
	srv := labtest.Start(t, "mongo-expired", mongodb.Embedded())
	client := connect(t, srv)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	err := client.Ping(ctx, nil)
	require.ErrorContains(t, err, "certificate has expired")
	require.NoError(t, client.Disconnect(t.Context()))
	ends := map[serve.End]int{}
	for _, o := range srv.Observations() {
		ends[o.End]++ // the last connections may have been cut short when the client closed
	}
	require.NotZero(t, ends[serve.EndAlertReceived], ends)
	require.Zero(t, ends[serve.EndServed], ends)
}
