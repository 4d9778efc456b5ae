package page

import (
	"embed"
	"encoding/json"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"

	"example.com/tlslab/lab/internal/shell"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

//go:embed commands
var commandFiles embed.FS

// tool is a client for which the page has a command to paste. To add one, add a line below and a file in the folder
// commands.
type tool struct {
	id   string // the name of its file
	name string
	// speaks is the protocol that it speaks over TLS. Empty means that it speaks only TLS, and so to any service.
	speaks scenarios.Service
	// lacks returns what the command cannot do with an endpoint, as a key of the page's words, or "".
	lacks func(serve.Endpoint) string
}

// tools lists the tools in the order of the page.
var tools = []tool{
	{"curl", "curl", scenarios.HTTPS, nothing},
	{"openssl", "openssl", "", nothing},
	{"python", "Python", scenarios.HTTPS, nothing},
	{"node", "Node", scenarios.HTTPS, wholeCRL},
	{"go", "Go", scenarios.HTTPS, either(noCRL, noPassphrase)},
	{"java", "Java", scenarios.HTTPS, either(noCRL, noPassphrase)},
	{"mongosh", "mongosh", scenarios.MongoDB, noOtherAddress},
	{"pymongo", "PyMongo", scenarios.MongoDB, noOtherAddress},
	{"python-raw", "Python", scenarios.Raw, nothing},
	{"psql", "psql", scenarios.Postgres, nothing},
	{"curl-smtp", "curl", scenarios.SMTP, nothing},
}

// reaches reports whether the tool can talk to a service: it speaks the protocol that the catalogue says a client
// needs.
func (t tool) reaches(s scenarios.Service) bool { return t.speaks == "" || t.speaks == s.Protocol() }

func nothing(serve.Endpoint) string { return "" }

// Words for what a command cannot do. With one of the essentials, there is no command.
const (
	lackCRL        = "command.no-crl"
	lackWholeCRL   = "command.whole-crl"
	lackPassphrase = "command.no-passphrase"
	lackAddress    = "command.no-address"
)

var essentials = []string{lackPassphrase, lackAddress}

func noCRL(e serve.Endpoint) string {
	if e.CRLFile != "" {
		return lackCRL
	}
	return ""
}

// wholeCRL is for Node, which needs a CRL of every CA on the path if it is given any.
func wholeCRL(e serve.Endpoint) string {
	if e.CRLFile != "" {
		return lackWholeCRL
	}
	return ""
}

// noPassphrase is for clients whose standard library cannot read encrypted keys, or a certificate file without a key
// file.
func noPassphrase(e serve.Endpoint) string {
	if e.KeyPassword != "" || e.CertFile != "" && e.KeyFile == "" {
		return lackPassphrase
	}
	return ""
}

// noOtherAddress is for drivers, which dial the host that they verify.
func noOtherAddress(e serve.Endpoint) string {
	if newTarget(e).Elsewhere {
		return lackAddress
	}
	return ""
}

func either(lacks ...func(serve.Endpoint) string) func(serve.Endpoint) string {
	return func(e serve.Endpoint) string {
		for _, lack := range slices.Backward(lacks) {
			if word := lack(e); word != "" {
				return word
			}
		}
		return ""
	}
}

// target is an endpoint as the commands' templates see it.
type target struct {
	serve.Endpoint
	HTTP bool // the server speaks HTTP
	// StartTLS is what openssl s_client calls the prologue of the service; empty if TLS begins at once.
	StartTLS  string
	IsIP      bool // the host is an address
	Elsewhere bool // the host is a name that does not resolve: dial Connect
	Dial      string
	DialHost  string
	// AsksStaple is whether a client must request a staple to see what is wrong.
	AsksStaple bool
}

func newTarget(e serve.Endpoint) target {
	t := target{
		Endpoint: e, HTTP: e.Service == string(scenarios.HTTPS), IsIP: net.ParseIP(e.Host) != nil, DialHost: e.Host,
		AsksStaple: slices.Contains([]string{scenarios.FeatureStapling, scenarios.FeatureMustStaple}, e.Feature),
	}
	t.StartTLS = scenarios.Service(e.Service).StartTLS()
	connect, _, _ := net.SplitHostPort(e.Connect)
	switch {
	case e.Connect == "" || connect == e.Host: // the host resolves, or is an address
	case e.Host == "localhost":
		t.Elsewhere = !net.ParseIP(connect).IsLoopback()
	default:
		t.Elsewhere = true
	}
	if t.Elsewhere {
		t.DialHost = connect
	}
	t.Dial = net.JoinHostPort(t.DialHost, strconv.Itoa(e.Port))
	return t
}

// command is what to paste for one tool.
type command struct {
	ID, Name, Text string
	Lacks          string // what it cannot do, as a key of the page's words
}

var commandTemplates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").
		Funcs(template.FuncMap{"sh": shell.Quote, "text": stringLiteral}).ParseFS(commandFiles, "commands/*.tmpl"))
})

// commands returns the commands with which each tool connects to an endpoint, for a POSIX shell.
func commands(e serve.Endpoint) ([]command, error) {
	var list []command
	for _, t := range tools {
		if !t.reaches(scenarios.Service(e.Service)) {
			continue
		}
		c := command{ID: t.id, Name: t.name, Lacks: t.lacks(e)}
		if !slices.Contains(essentials, c.Lacks) {
			var text strings.Builder
			if err := commandTemplates().ExecuteTemplate(&text, t.id+".tmpl", newTarget(e)); err != nil {
				return nil, err
			}
			c.Text = strings.TrimSpace(text.String())
		}
		list = append(list, c)
	}
	return list, nil
}

// stringLiteral writes a text as a JSON string, which Python, JavaScript, Go and Java all read the same.
func stringLiteral(s string) (string, error) {
	b := new(strings.Builder)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	return strings.TrimSuffix(b.String(), "\n"), err
}
