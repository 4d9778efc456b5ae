package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"example.com/tlslab/lab/clients"
)

// contract is the version of the contract between the lab and a worker.
const contract = 1

// maxLine is the longest line that a worker may write, in bytes.
const maxLine = 1 << 20

// Hello is a worker's first line: what it is.
type Hello struct {
	Contract int    `json:"contract"` // 1
	Stack    string `json:"stack"`    // "python"
	Version  string `json:"version"`  // the stack's own: "3.11.7"
	Library  string `json:"library"`  // its TLS library with version: "OpenSSL 3.0.19"
	// Install is where it is installed, links resolved: two programs of one version
	// that say the same are one.
	Install string `json:"install"`
	// Features lists what the stack's own default settings check, where the program
	// can tell by asking them: see clients.Info.
	Features []string `json:"features"`
	// Error says in one line why this program can't be used: it has no TLS.
	Error string `json:"error"`
}

// request is a probe, one line of JSON.
type request struct {
	ID          uint64 `json:"id"` // the answer has the same
	Variant     string `json:"variant"`
	URL         string `json:"url"`
	Host        string `json:"host"`    // name or address to verify, and to send as SNI if it is a name
	Port        int    `json:"port"`    // TCP port
	Connect     string `json:"connect"` // address:port to dial; empty if it is to look the host up
	CAFile      string `json:"ca_file"` // PEM: what to trust, and nothing else
	CertFile    string `json:"cert_file"`
	KeyFile     string `json:"key_file"`
	Combined    string `json:"combined_file"` // certificate and key in one file
	KeyPassword string `json:"key_password"`
	CRLFile     string `json:"crl_file"`
	CAPKCS12    string `json:"ca_p12"` // the same as CAFile in other forms: see serve.Endpoint
	CAJKS       string `json:"ca_jks"`
	CADir       string `json:"ca_dir"`
	CAPassword  string `json:"ca_password"`
	TimeoutMS   int64  `json:"timeout_ms"` // the client's own limit
}

// answer is what the worker did, one line of JSON.
type answer struct {
	ID      *uint64         `json:"id"`
	Outcome clients.Outcome `json:"outcome"` // accepted, rejected or unsupported
	Message string          `json:"message"`
	Code    string          `json:"code"`
}

// parseHello reads the first line of the worker of a stack, or of whatever stack if name is empty.
func parseHello(line []byte, name string) (Hello, error) {
	var h Hello
	if err := json.Unmarshal(line, &h); err != nil {
		return Hello{}, fmt.Errorf("its first line is no hello: %w: %q", err, clip(line))
	}
	switch {
	case h.Contract != contract:
		return Hello{}, fmt.Errorf("it speaks contract %d: %d is wanted", h.Contract, contract)
	case name != "" && h.Stack != name:
		return Hello{}, fmt.Errorf("it says that it is %q and not %q", h.Stack, name)
	case h.Error != "":
		return Hello{}, errors.New(strings.TrimSpace(h.Version + " " + h.Error))
	case h.Version == "":
		return Hello{}, errors.New("its hello names no version")
	}
	return h, nil
}

// parseAnswer reads the answer to the request with the id.
func parseAnswer(line []byte, id uint64) (clients.Result, error) {
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		return clients.Result{}, fmt.Errorf("its answer is no JSON object: %w: %q", err, clip(line))
	}
	switch {
	case a.ID == nil:
		return clients.Result{}, fmt.Errorf("its answer has no id: %q", clip(line))
	case *a.ID != id:
		return clients.Result{}, fmt.Errorf("it answered request %d instead of %d", *a.ID, id)
	}
	switch a.Outcome {
	case clients.Accepted:
		return clients.Result{Outcome: clients.Accepted}, nil
	case clients.Rejected, clients.Unsupported:
		return clients.Result{Outcome: a.Outcome, Message: strings.TrimRight(a.Message, "\r\n"), Code: a.Code}, nil
	}
	return clients.Result{}, fmt.Errorf("its outcome is %q: it must be accepted, rejected or unsupported", clip([]byte(a.Outcome)))
}

// clip shortens what a worker wrote for an error message.
func clip(b []byte) []byte {
	const most = 200
	if len(b) <= most {
		return b
	}
	return append(b[:most:most], "..."...)
}
