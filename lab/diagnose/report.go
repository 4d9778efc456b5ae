package diagnose

import (
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios/failure"
)

// Schema is the number of the report's JSON Schema, lab/schema/diagnose.json. It changes when a field is removed or
// gets another meaning.
const Schema = 1

// Report is what [Tell] concludes.
type Report struct {
	Schema   int      `json:"schema"`
	Language lang.Tag `json:"language"` // of the sentences
	// At is the time to which the dates were compared.
	At       time.Time `json:"at"`
	Asked    Asked     `json:"asked"`
	Answered Answered  `json:"answered"`
	// Findings are the most harmful first. Those with the severity [Note] are nothing wrong.
	Findings []Finding `json:"findings"`
	// Rows are the catalogue's rows that are the same as this server, the best first.
	Rows      []string     `json:"rows"`
	Chain     Chain        `json:"chain"`
	Manners   Manners      `json:"manners"`
	Predicted []Prediction `json:"predicted"`
	// Clients are measured. The caller fills them in.
	Clients []ClientAnswer `json:"clients,omitempty"`
}

// Wrong reports whether a client with its default settings refuses the server, or cannot connect.
func (r *Report) Wrong() bool { return len(r.Failures()) > 0 }

// Failures returns the findings that are failures.
func (r *Report) Failures() []Finding { return r.of(Failure) }

func (r *Report) of(s Severity) []Finding {
	var list []Finding
	for _, f := range r.Findings {
		if f.Severity == s {
			list = append(list, f)
		}
	}
	return list
}

// Finding is one thing that is wrong, or worth knowing.
type Finding struct {
	Code     string        `json:"code"` // stable, in kebab-case
	Class    failure.Class `json:"class,omitempty"`
	Severity Severity      `json:"severity"`
	// Where is the place, as in a scenario's differences: "leaf.notAfter", "chain.sent", "server.maxVersion".
	Where string `json:"where"`
	What  string `json:"what"`          // one sentence, with its evidence
	Fix   string `json:"fix,omitempty"` // one sentence
	// Rows are the catalogue's rows in which the same is wrong, the best first.
	Rows []string `json:"rows,omitempty"`
	// Command reproduces the first of them.
	Command string `json:"command,omitempty"`
}

// Asked is what was asked.
type Asked struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	SNI      string `json:"sni,omitempty"`
	STARTTLS string `json:"starttls,omitempty"`
	// Roots says which roots the chain was compared with, and RootCount how many they are.
	Roots     string `json:"roots"`
	RootCount int    `json:"root_count"`
	// Attempts is the number of handshakes.
	Attempts int `json:"attempts"`
}

// Answered is what answered. It is zero if nothing did.
type Answered struct {
	Addresses   []Address `json:"addresses"`
	Speaks      string    `json:"speaks,omitempty"`
	Version     string    `json:"version,omitempty"`
	CipherSuite string    `json:"cipher_suite,omitempty"`
	Group       string    `json:"group,omitempty"`
	Protocol    string    `json:"protocol,omitempty"` // of ALPN
	Alert       string    `json:"alert,omitempty"`
}

// Address is an address that was tried.
type Address struct {
	Address string        `json:"address"`
	End     ask.End       `json:"end,omitempty"`
	Took    time.Duration `json:"took_ns"`
}

// Chain is what there is to say of the certificates.
type Chain struct {
	Sent []Certificate `json:"sent"` // in the server's order
	// Paths lead from the leaf upwards, the best first.
	Paths []Path `json:"paths"`
	// Staple describes the stapled OCSP response. Empty without one.
	Staple string `json:"staple,omitempty"`
}

// Certificate describes a certificate.
type Certificate struct {
	Role      string    `json:"role,omitempty"` // leaf, intermediate or root; empty if it is on no path
	Name      string    `json:"name,omitempty"` // the common name, or else another short one
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	NotBefore time.Time `json:"not_before,omitzero"`
	NotAfter  time.Time `json:"not_after,omitzero"`
	Key       string    `json:"key,omitempty"`
	Algorithm string    `json:"algorithm,omitempty"`
	Names     []string  `json:"names,omitempty"` // at most 100
	NameCount int       `json:"name_count,omitempty"`
	Error     string    `json:"error,omitempty"` // why it cannot be read
}

// Path is a way from the leaf to a root, or as far as it leads.
type Path struct {
	// Certificates are the common names, or the like, the leaf's first.
	Certificates []string `json:"certificates"`
	// Missing names the issuer that is neither sent nor given. Empty if the path does not end there.
	Missing string   `json:"missing,omitempty"`
	Holds   bool     `json:"holds"`
	Why     []string `json:"why,omitempty"` // why it does not hold
}

// Manners is how the server behaves, in names.
type Manners struct {
	Versions   []string `json:"versions,omitempty"`
	Suites     []string `json:"suites,omitempty"` // of TLS 1.2 and below
	Groups     []string `json:"groups,omitempty"`
	Protocols  []string `json:"protocols,omitempty"`
	ClientAuth string   `json:"client_auth,omitempty"` // requested or required
	CANames    []string `json:"ca_names,omitempty"`    // of the CAs whose client certificates it accepts; at most 100
	Tickets    bool     `json:"tickets,omitempty"`
}

// Prediction is what the clients of a stack are on record as doing with a row of the catalogue.
type Prediction struct {
	Stack string `json:"stack"`
	Row   string `json:"row"`
	// Refuses and Accepts have the stack's versions: ranges, ascending.
	Refuses []Refusal `json:"refuses,omitempty"`
	Accepts []string  `json:"accepts,omitempty"`
}

// Refusal is a range of versions that refuse for the same reason.
type Refusal struct {
	Versions string        `json:"versions"`
	Class    failure.Class `json:"class"`
}

// ClientAnswer is what a real client did with the server.
type ClientAnswer struct {
	Stack   string `json:"stack"`
	Version string `json:"version,omitempty"`
	Variant string `json:"variant,omitempty"`
	// Outcome is what it did. It may also have been unable to ask; Message says why.
	Outcome clients.Outcome `json:"outcome"`
	Accepts bool            `json:"accepts"`
	Class   failure.Class   `json:"class,omitempty"`
	Message string          `json:"message,omitempty"`
}

// Roots are the trust anchors to compare a chain with.
type Roots struct {
	Name         string   // for people: "corp.pem", "the system's roots"
	Certificates [][]byte // DER
}

// Options are what else [Tell] can be given. The zero Options is good.
type Options struct {
	// At is the time to compare dates with. Zero means when the server was asked.
	At time.Time
	// Language is the language of the sentences. Empty means English.
	Language lang.Tag
	// CRLs are lists that the caller has, in DER.
	CRLs [][]byte
	// Fetched is what the caller fetched from the certificates' pointers: see [Pointers].
	Fetched []Fetched
}

// The kinds of pointers in a certificate.
const (
	PointsToIssuer = "issuer" // the issuer's certificate (RFC 5280, section 4.2.2.1)
	PointsToOCSP   = "ocsp"   // the OCSP responder
	PointsToCRL    = "crl"    // the CRL (RFC 5280, section 4.2.1.13)
)

// Pointer is a URL in a certificate.
type Pointer struct {
	Kind        string // PointsToIssuer, PointsToOCSP or PointsToCRL
	URL         string
	Certificate []byte // DER: the certificate that has it
	Issuer      []byte // DER: its issuer, for an OCSP request; nil if it is not known
}

// Fetched is what came from a pointer.
type Fetched struct {
	Pointer
	Status int     // of HTTP; zero if nothing answered
	Body   []byte  // at most a few megabytes
	End    ask.End // how the connection ended, if nothing answered
}
