// Package mongogo is the client stack of MongoDB's driver for Go, in this process.
//
// The driver is configured by a URI with the options that its users write, without a tls.Config.
package mongogo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/version"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/scenarios"
)

// variants are the ways of using the driver, named after the options in its URIs. Their features are measured
// by TestFeatures and TestRevocation in lab/clients, with version 2.9.3.
//
// "crl" is missing, because the driver has no option for it; a CRL file is ignored.
var variants = []clients.Variant{{
	Name:     "default",
	About:    "options.Client().ApplyURI(mongodb://HOST/?tls=true&tlsCAFile=FILE)",
	Features: append([]string{scenarios.FeatureOCSPEndpoint}, checked...),
}, {
	Name:  "tlsInsecure",
	About: "tlsInsecure=true",
	Skips: []clients.Check{clients.CheckChain, clients.CheckHost},

	Features: handshake,
}, {
	Name:     "tlsDisableOCSPEndpointCheck",
	About:    "tlsDisableOCSPEndpointCheck=true",
	Features: checked,
}}

// handshake are crypto/tls's features that do not depend on verification. checked are the driver's additional
// ones.
var (
	handshake = []string{
		scenarios.FeatureForwardSecrecy, scenarios.FeatureDHPolicy, scenarios.FeatureTLS13,
		scenarios.FeaturePostQuantum,
	}
	checked = append([]string{
		scenarios.FeatureSANOnly, scenarios.FeatureEd25519, scenarios.FeatureChainSort, scenarios.FeatureStapling,
		scenarios.FeatureMustStaple, scenarios.FeatureOCSPSoftFail,
	}, handshake...)
)

// Stack declares the stack.
func Stack() clients.Stack {
	v := strings.TrimPrefix(version.Driver, "v")
	return clients.Stack{
		Name:    "mongo-go",
		Service: "mongodb",
		Find: func(context.Context) ([]clients.Place, error) {
			return []clients.Place{{Version: v}}, nil
		},
		Open: func(context.Context, clients.Place) (*clients.Install, error) {
			library := "crypto/tls " + strings.TrimPrefix(runtime.Version(), "go")
			return &clients.Install{Version: v, Library: library, Variants: variants, Probe: probe}, nil
		},
	}
}

// probe connects once. See [clients.Install].
func probe(ctx context.Context, variant string, r clients.Request) clients.Result {
	begin := time.Now()
	result := clients.Result{Outcome: clients.Accepted}
	err := connect(ctx, variant, r)
	switch {
	case ctx.Err() != nil:
		result.Outcome, result.Message = clients.Failed, context.Cause(ctx).Error()
	case err != nil:
		result.Outcome, result.Message = clients.Rejected, err.Error()
	}
	result.Duration = time.Since(begin)
	return result
}

// connect does what a user's client would do, with a new client that it closes.
func connect(ctx context.Context, variant string, r clients.Request) (err error) {
	uri, err := address(variant, r)
	if err != nil {
		return err
	}
	// The driver queries OCSP responders with the user's HTTP client or with http.DefaultClient.
	web := &http.Transport{Proxy: nil}
	defer web.CloseIdleConnections()
	h := &heartbeats{first: make(chan struct{})}
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerMonitor(h.monitor()).
		SetDialer(dialer(r.Endpoint.Connect)).SetHTTPClient(&http.Client{Transport: web}))
	if err != nil {
		return err
	}
	defer func() {
		// The result is known, so connections that are still being made are not awaited.
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
		defer cancel()
		client.Disconnect(end)
	}()
	limit := r.Timeout
	if isSet(r) {
		limit += time.Second // the driver's own time limit for finding the primary comes first
	} else if err := ping(ctx, client, h, r.Timeout); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return converse(ctx, client)
}

// isSet reports whether the request is about a replica set, of which one member may do what another does not.
func isSet(r clients.Request) bool { return strings.Contains(r.Endpoint.URL, "replicaSet=") }

const (
	// closeTime limits closing a client.
	closeTime = 5 * time.Second
	// selectionTime is how long the driver waits before it reports why it has no server. Until then it does
	// not report the reason.
	selectionTime = 25 * time.Millisecond
)

// address returns the URI with the variant's options.
func address(variant string, r clients.Request) (string, error) {
	u, err := url.Parse(r.Endpoint.URL)
	if err != nil {
		return "", err
	}
	q := u.Query()
	if isSet(r) {
		q.Set("serverSelectionTimeoutMS", strconv.FormatInt(max(1, r.Timeout.Milliseconds()), 10))
	} else {
		q.Set("directConnection", "true")
	}
	q.Set("connectTimeoutMS", strconv.FormatInt(max(1, r.Timeout.Milliseconds()), 10))
	q.Set("serverMonitoringMode", "poll") // prevents a third connection, which would only measure round trips
	q.Set("tlsCAFile", r.Endpoint.CAFile)
	if file := cmp.Or(r.Endpoint.CombinedFile, r.Endpoint.CertFile); file != "" {
		q.Set("tlsCertificateKeyFile", file)
		if r.Endpoint.KeyPassword != "" {
			q.Set("tlsCertificateKeyFilePassword", r.Endpoint.KeyPassword)
		}
	}
	if variant != "default" {
		q.Set(variant, "true")
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// dialer dials a fixed address, because the names in the URI do not resolve. If it is empty, the URI's
// address is used.
type dialer string

// DialContext implements options.ContextDialer.
func (d dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, cmp.Or(string(d), addr))
}

// heartbeats signals when the driver first knows something about its server.
type heartbeats struct {
	once   sync.Once
	first  chan struct{} // closed by the first heartbeat
	failed bool          // whether that failed; valid after first is closed
}

// monitor returns a monitor that calls the heartbeats.
func (h *heartbeats) monitor() *event.ServerMonitor {
	tell := func(failed bool) {
		h.once.Do(func() { h.failed = failed; close(h.first) })
	}
	return &event.ServerMonitor{
		ServerHeartbeatSucceeded: func(*event.ServerHeartbeatSucceededEvent) { tell(false) },
		ServerHeartbeatFailed:    func(*event.ServerHeartbeatFailedEvent) { tell(true) },
	}
}

// ping checks whether the server answers. If the driver has failed to reach it, it gets only enough time to
// report that, because it would keep trying and failing.
func ping(ctx context.Context, client *mongo.Client, h *heartbeats, limit time.Duration) error {
	// The driver's own time limit comes first.
	ctx, cancel := context.WithTimeout(ctx, limit+time.Second)
	defer cancel()
	select {
	case <-h.first:
	case <-ctx.Done():
	}
	for ctx.Err() == nil && h.failed {
		soon, cancel := context.WithTimeout(ctx, selectionTime)
		err := client.Ping(soon, nil)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || tells(err) {
			return err
		}
	}
	return client.Ping(ctx, nil)
}

// tells reports whether the error contains the reason why the driver has no server. The driver notifies its
// monitors before it stores the reason. It also cancels a check of the server when another connection has
// failed, so for a moment that is all it knows.
func tells(err error) bool {
	_, last, ok := strings.Cut(err.Error(), "Last error:")
	return ok && !strings.Contains(last, context.Canceled.Error())
}

// converse writes, reads and deletes.
func converse(ctx context.Context, client *mongo.Client) error {
	id := bson.NewObjectID()
	db := client.Database("tlslab-" + id.Hex())
	probes := db.Collection("probes")
	document := bson.M{"_id": id, "text": "hello"}
	if _, err := probes.InsertOne(ctx, document); err != nil {
		return err
	}
	cursor, err := probes.Find(ctx, bson.M{"text": "hello"})
	if err != nil {
		return err
	}
	var found []bson.M
	if err := cursor.All(ctx, &found); err != nil {
		return err
	}
	if len(found) != 1 || found[0]["_id"] != id || found[0]["text"] != "hello" {
		return errors.Join(fmt.Errorf("find returned %v instead of %v", found, document), db.Drop(ctx))
	}
	return db.Drop(ctx)
}
