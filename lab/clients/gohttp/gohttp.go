// Package gohttp is the client stack of Go: net/http over crypto/tls, in this
// process.
package gohttp

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
)

// variants are the ways of using the stack. Their features are measured by TestFeatures in lab/clients.
//
// "crl" is missing, because crypto/tls does not check revocation and ignores a CRL file.
var variants = []clients.Variant{{
	Name:  "default",
	About: "http.Client, tls.Config.RootCAs from the CA file",
	Features: append([]string{
		scenarios.FeatureSANOnly, scenarios.FeatureEd25519, scenarios.FeatureChainSort,
	}, handshake...),
}, {
	Name:  "insecure",
	About: "http.Client, tls.Config.InsecureSkipVerify",
	Skips: []clients.Check{clients.CheckChain, clients.CheckHost},

	Features: handshake,
}}

// handshake are the features that do not depend on verification; lab.TestCatalogue checks them. "renegotiation-info"
// is missing: crypto/tls never renegotiates by default, and accepts servers without RFC 5746.
var handshake = []string{
	scenarios.FeatureForwardSecrecy, scenarios.FeatureDHPolicy, scenarios.FeatureTLS13,
	scenarios.FeaturePostQuantum,
}

// closeTime is how long net/http may take to close a connection after use.
const closeTime = time.Second

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{
		Name: "go",
		Find: func(context.Context) ([]clients.Place, error) {
			return []clients.Place{{Version: version()}}, nil
		},
		Open: func(context.Context, clients.Place) (*clients.Install, error) {
			return &clients.Install{Version: version(), Variants: variants, Probe: probe}, nil
		},
	}
}

// version returns the version of Go that built this program: "1.26.8". A toolchain built from a commit
// reports "devel go1.27-...".
func version() string {
	_, after, found := strings.Cut(runtime.Version(), "go")
	if !found {
		return runtime.Version()
	}
	v, _, _ := strings.Cut(after, " ")
	return v
}

// probe connects once. See [clients.Install].
func probe(ctx context.Context, variant string, r clients.Request) clients.Result {
	begin := time.Now()
	result := clients.Result{Outcome: clients.Accepted}
	var unable lang.Reason
	config, err := configure(r)
	if err == nil {
		config.InsecureSkipVerify = variant == "insecure"
		err = get(ctx, config, r)
	}
	switch {
	case ctx.Err() != nil:
		result.Outcome, result.Message = clients.Failed, context.Cause(ctx).Error()
	case errors.As(err, &unable):
		result = result.With(clients.Unsupported, unable)
	case err != nil:
		result.Outcome, result.Message = clients.Rejected, err.Error()
	}
	result.Duration = time.Since(begin)
	return result
}

// configure sets the client up from the endpoint's files. The error is a [lang.Reason] where crypto/tls cannot do it.
func configure(r clients.Request) (*tls.Config, error) {
	e := r.Endpoint
	anchors, err := os.ReadFile(e.CAFile)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: x509.NewCertPool()}
	if !config.RootCAs.AppendCertsFromPEM(anchors) {
		// AppendCertsFromPEM returns only false, without a reason.
		return nil, fmt.Errorf("%s: no PEM certificate that x509.CertPool.AppendCertsFromPEM can read", e.CAFile)
	}
	if e.CertFile == "" && e.KeyFile == "" {
		return config, nil
	}
	certificate, err := tls.LoadX509KeyPair(e.CertFile, cmp.Or(e.KeyFile, e.CertFile)) // one file may hold both
	switch {
	case err == nil:
		config.Certificates = []tls.Certificate{certificate}
		return config, nil
	case e.KeyPassword != "" && encrypted(e.KeyFile):
		return nil, lang.Because("no-encrypted-keys", err.Error())
	}
	return nil, err
}

// encrypted reports whether a file contains an encrypted PKCS #8 key.
func encrypted(file string) bool {
	data, err := os.ReadFile(file)
	block, _ := pem.Decode(data)
	return err == nil && block != nil && block.Type == "ENCRYPTED PRIVATE KEY"
}

// get requests the endpoint's URL once and reads the response. The connection is closed when it returns.
func get(ctx context.Context, config *tls.Config, r clients.Request) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conns := make(chan *conn, 1)
	transport := &http.Transport{
		Proxy:             nil, // not even from the environment
		DisableKeepAlives: true,
		TLSClientConfig:   config,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, cmp.Or(r.Endpoint.Connect, addr))
			if err != nil {
				return nil, err
			}
			tracked := &conn{Conn: c, closed: make(chan struct{})}
			select {
			case conns <- tracked:
				return tracked, nil
			default: // one probe is one connection
				c.Close()
				return nil, errors.New("net/http dialled twice")
			}
		},
	}
	client := &http.Client{
		Transport: transport,
		Timeout:   r.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
	err := exchange(ctx, client, r.Endpoint.URL)
	if err != nil {
		cancel() // stops what is still running
	}
	transport.CloseIdleConnections()
	select {
	case c := <-conns:
		c.wait(err == nil)
	default:
	}
	return err
}

// exchange sends the request and reads the response.
func exchange(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New("HTTP status " + resp.Status)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
