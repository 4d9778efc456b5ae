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

// Endpoint says where a scenario is served and all that a client needs to
// connect to it. It is one entry of endpoints.json. Paths are absolute; an empty
// path means that the scenario has no such file.
type Endpoint struct {
	ID           string          `json:"id"`            // the scenario
	Family       string          `json:"family"`        // its family
	Service      string          `json:"service"`       // what talks behind TLS: "https", "mongodb", "mongod"
	URL          string          `json:"url"`           // https://Host:Port/, mongodb://Host:Port/?tls=true
	Host         string          `json:"host"`          // name or address to verify and to send as SNI
	Port         int             `json:"port"`          // TCP port
	Connect      string          `json:"connect"`       // address:port to dial; differs from Host where Host does not resolve; empty if the client is to look it up
	CAFile       string          `json:"ca_file"`       // PEM: what the client is to trust
	CertFile     string          `json:"cert_file"`     // PEM: the client's certificate and its intermediates
	KeyFile      string          `json:"key_file"`      // PEM, PKCS #8: its key
	CombinedFile string          `json:"combined_file"` // PEM: both in one file
	KeyPassword  string          `json:"key_password"`  // passphrase of the key, if it is encrypted
	CRLFile      string          `json:"crl_file"`      // PEM: CRLs for the client to check
	Expect       string          `json:"expect"`        // accept, reject or either
	Level        string          `json:"level"`         // must or should
	Feature      string          `json:"feature"`       // what a client needs to behave so, if Level is should
	Failures     []failure.Class `json:"failures"`      // what a rejection may be for, canonical first
	Control      string          `json:"control"`       // the scenario that a client must accept first
	// The same as CAFile in other forms, for clients that want one of them.
	CAPKCS12   string `json:"ca_p12"`      // a PKCS #12 trust store
	CAJKS      string `json:"ca_jks"`      // a Java key store
	CADir      string `json:"ca_dir"`      // a directory: ca.crt, and a file for each certificate named after its hash
	CAPassword string `json:"ca_password"` // opens both stores
	// ExpectFrom is the time from which Expect holds, if that is after serving began.
	ExpectFrom time.Time `json:"expect_from,omitzero"`
}

// Files are the paths of the files that a client of a scenario needs. See the
// fields of the same names of [Endpoint].
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

// Endpoint says where and how the server's scenario is served.
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

// connect returns the address to dial for a host: the host's own where it is an
// address that the server listens on.
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

// EndpointsSchema is the version of the form of endpoints.json.
const EndpointsSchema = 1

// Endpoints is the document endpoints.json: all that is served, for programs that
// are not written in Go.
type Endpoints struct {
	Schema    int        `json:"schema"` // EndpointsSchema
	Seed      string     `json:"seed"`   // decides every key and certificate
	At        time.Time  `json:"at"`     // the time that certificates are minted for
	PID       int        `json:"pid"`    // the process that serves
	UI        string     `json:"ui"`     // URL of the status page; empty if there is none
	Scenarios []Endpoint `json:"scenarios"`
}

// Encode returns the document as it stands in a file. Schema is set to [EndpointsSchema], At is written
// in UTC and whole seconds.
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

// maxEndpoints is how large endpoints.json may be, in bytes.
const maxEndpoints = 64 << 20

// ReadEndpoints reads a document that [Endpoints.Encode] made.
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
		return Endpoints{}, fmt.Errorf("serve: reading endpoints: %s has schema %d, this program reads %d: use the tlslab that wrote it",
			path, doc.Schema, EndpointsSchema)
	}
	return doc, nil
}
