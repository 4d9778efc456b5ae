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

// maxLine is the maximum length of a worker's line, in bytes.
const maxLine = 1 << 20

// Hello is a worker's first line, with which it describes itself.
type Hello struct {
	Contract int    `json:"contract"` // 1
	Stack    string `json:"stack"`    // "python"
	Version  string `json:"version"`  // the stack's version: "3.11.7"
	Library  string `json:"library"`  // its TLS library with version: "OpenSSL 3.0.19"
	// Install is where the program is installed, with links resolved. Two programs with the same version and
	// Install count as one.
	Install string `json:"install"`
	// Features lists the checks that the stack's default settings have, as far as the program can query them:
	// see [clients.Info].
	Features []string `json:"features"`
	// Error says in one line why this program cannot be used, for example because it has no TLS.
	Error string `json:"error"`
}

// request is a probe, one line of JSON.
type request struct {
	ID          uint64 `json:"id"` // returned in the answer
	Variant     string `json:"variant"`
	URL         string `json:"url"`
	Host        string `json:"host"`    // the name or address to verify, and to send in SNI if it is a name
	Port        int    `json:"port"`    // TCP port
	Connect     string `json:"connect"` // address:port to dial; empty if it must resolve the host
	CAFile      string `json:"ca_file"` // PEM file with the only trusted certificates
	CertFile    string `json:"cert_file"`
	KeyFile     string `json:"key_file"`
	Combined    string `json:"combined_file"` // certificate and key in one file
	KeyPassword string `json:"key_password"`
	CRLFile     string `json:"crl_file"`
	CAPKCS12    string `json:"ca_p12"` // CAFile in other formats: see [serve.Endpoint]
	CAJKS       string `json:"ca_jks"`
	CADir       string `json:"ca_dir"`
	CAPassword  string `json:"ca_password"`
	TimeoutMS   int64  `json:"timeout_ms"` // the client's own time limit
}

// answer is the worker's result, one line of JSON.
type answer struct {
	ID      *uint64         `json:"id"`
	Outcome clients.Outcome `json:"outcome"` // accepted, rejected or unsupported
	Message string          `json:"message"`
	Code    string          `json:"code"`
}

// parseHello parses the first line of a stack's worker. If name is empty, any stack is allowed.
func parseHello(line []byte, name string) (Hello, error) {
	var h Hello
	if err := json.Unmarshal(line, &h); err != nil {
		return Hello{}, fmt.Errorf("its first line is not a hello: %w: %q", err, clip(line))
	}
	switch {
	case h.Contract != contract:
		return Hello{}, fmt.Errorf("it speaks contract %d instead of %d", h.Contract, contract)
	case name != "" && h.Stack != name:
		return Hello{}, fmt.Errorf("it says that it is %q instead of %q", h.Stack, name)
	case h.Error != "":
		return Hello{}, errors.New(strings.TrimSpace(h.Version + " " + h.Error))
	case h.Version == "":
		return Hello{}, errors.New("its hello has no version")
	}
	return h, nil
}

// parseAnswer parses the answer to the request with an ID.
func parseAnswer(line []byte, id uint64) (clients.Result, error) {
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		return clients.Result{}, fmt.Errorf("its answer is not a JSON object: %w: %q", err, clip(line))
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
	return clients.Result{}, fmt.Errorf("its outcome is %q: it must be accepted, rejected or unsupported",
		clip([]byte(a.Outcome)))
}

// clip shortens a worker's output for an error message.
func clip(b []byte) []byte {
	const most = 200
	if len(b) <= most {
		return b
	}
	return append(b[:most:most], "..."...)
}
