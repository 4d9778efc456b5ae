package serve

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Endpoint says where a scenario is served, and everything else that a client needs to connect to it. It is one entry
// of endpoints.json. Paths are absolute; an empty path means that the scenario has no such file.
type Endpoint struct {
	ID      string `json:"id"`      // the scenario's ID
	Family  string `json:"family"`  // the scenario's family
	Service string `json:"service"` // the service behind TLS: "https", "mongodb", "mongod"
	URL     string `json:"url"`     // https://Host:Port/, mongodb://Host:Port/?tls=true
	Host    string `json:"host"`    // name or address to verify and to send as SNI
	Port    int    `json:"port"`    // TCP port
	// Connect is the address:port to dial. It differs from Host if Host does not resolve, and is empty if the client
	// must resolve Host itself.
	Connect      string          `json:"connect"`
	CAFile       string          `json:"ca_file"`       // PEM: the CAs that the client must trust
	CertFile     string          `json:"cert_file"`     // PEM: the client's certificate and its intermediates
	KeyFile      string          `json:"key_file"`      // PEM, PKCS #8: the client's key
	CombinedFile string          `json:"combined_file"` // PEM: the client's certificates and key in one file
	KeyPassword  string          `json:"key_password"`  // passphrase of the key, if it is encrypted
	CRLFile      string          `json:"crl_file"`      // PEM: CRLs for the client to check
	Expect       string          `json:"expect"`        // accept, reject or either
	Level        string          `json:"level"`         // must or should
	Feature      string          `json:"feature"`       // the feature that Expect needs, if Level is should
	Failures     []failure.Class `json:"failures"`      // reasons that a rejection may have, the canonical one first
	Control      string          `json:"control"`       // the scenario that a client must accept first
	// The content of CAFile in other formats, for clients that need one of them.
	CAPKCS12   string `json:"ca_p12"`      // a PKCS #12 trust store
	CAJKS      string `json:"ca_jks"`      // a Java key store
	CADir      string `json:"ca_dir"`      // a directory: ca.crt, and a file per certificate, named after its hash
	CAPassword string `json:"ca_password"` // password of both stores
	// ExpectFrom is the time from which Expect holds, if that is later than the start of the server.
	ExpectFrom time.Time `json:"expect_from,omitzero"`
}

// Files are the paths of the files that a client of a scenario needs. The fields are those of [Endpoint].
type Files struct {
	CAFile       string
	CertFile     string
	KeyFile      string
	CombinedFile string
	KeyPassword  string
	CRLFile      string
	CAPKCS12     string
	CAJKS        string
	CADir        string
	CAPassword   string
}

// Endpoint returns where and how the server's scenario is served. The paths in it are those in files.
func (srv *Server) Endpoint(files Files) Endpoint {
	s := srv.scenario
	host := cmp.Or(s.Host, "localhost")
	port := strconv.Itoa(srv.Port())
	service := srv.options.Service
	address := url.URL{Scheme: service.Scheme, Host: net.JoinHostPort(host, port), Path: "/", RawQuery: service.Query}
	if up := srv.options.Upstream; up != nil && up.Query != "" {
		address.RawQuery = strings.TrimPrefix(address.RawQuery+"&"+up.Query, "&")
	}
	return Endpoint{
		ID:           s.ID,
		Family:       string(s.Family),
		Service:      string(service.Name),
		URL:          address.String(),
		Host:         host,
		Port:         srv.Port(),
		Connect:      srv.connect(host),
		CAFile:       files.CAFile,
		CertFile:     files.CertFile,
		KeyFile:      files.KeyFile,
		CombinedFile: files.CombinedFile,
		KeyPassword:  files.KeyPassword,
		CRLFile:      files.CRLFile,
		CAPKCS12:     files.CAPKCS12,
		CAJKS:        files.CAJKS,
		CADir:        files.CADir,
		CAPassword:   files.CAPassword,
		Expect:       string(s.Expect.Verdict),
		Level:        string(s.Expect.Level),
		Feature:      s.Expect.Feature,
		Failures:     append([]failure.Class{}, s.Expect.Failures...), // [] in JSON, never null
		Control:      s.Control,
	}
}

// connect returns the address to dial for a host. If the host is an address on which the server listens, it is that
// address.
func (srv *Server) connect(host string) string {
	if srv.scenario.Server.Fault == scenarios.FaultUnresolved {
		return ""
	}
	ip := net.ParseIP(host)
	for _, l := range srv.acceptors {
		if ip.Equal(l.Addr().(*net.TCPAddr).IP) {
			return l.Addr().String()
		}
	}
	return srv.Addr()
}

// EndpointsSchema is the version of the format of endpoints.json.
const EndpointsSchema = 1

// Endpoints is the content of endpoints.json, which tells programs in any language what is served.
type Endpoints struct {
	Schema    int        `json:"schema"` // EndpointsSchema
	Seed      string     `json:"seed"`   // every key and certificate derives from it
	At        time.Time  `json:"at"`     // the time for which certificates are minted
	PID       int        `json:"pid"`    // the ID of the serving process
	UI        string     `json:"ui"`     // URL of the status page; empty without one
	Scenarios []Endpoint `json:"scenarios"`
}

// Encode returns the document as the content of a file. Schema is written as [EndpointsSchema], and At in UTC and
// whole seconds.
func (doc Endpoints) Encode() ([]byte, error) {
	doc.Schema = EndpointsSchema
	doc.At = doc.At.UTC().Truncate(time.Second)
	doc.Scenarios = append([]Endpoint{}, doc.Scenarios...)
	data, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("serve: encoding endpoints: %w", err)
	}
	return append(data, '\n'), nil
}

// maxEndpoints is the maximum size of endpoints.json, in bytes.
const maxEndpoints = 64 << 20

// ReadEndpoints reads a file that was written by [Endpoints.Encode]. A file with another schema is an error.
func ReadEndpoints(path string) (Endpoints, error) {
	data, err := bounded.File(path, maxEndpoints)
	if err != nil {
		return Endpoints{}, fmt.Errorf("serve: reading endpoints: %w", err)
	}
	var doc Endpoints
	if err := json.Unmarshal(data, &doc); err != nil {
		return Endpoints{}, fmt.Errorf("serve: reading endpoints: %s: %w", path, err)
	}
	if doc.Schema != EndpointsSchema {
		return Endpoints{}, fmt.Errorf("serve: reading endpoints: %s has schema %d, this program reads %d: "+
			"use the tlslab that wrote it", path, doc.Schema, EndpointsSchema)
	}
	return doc, nil
}
