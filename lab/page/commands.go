package page

import (
	"embed"
	"encoding/json"
	"net"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"example.com/tlslab/lab/internal/shell"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

//go:embed commands
var commandFiles embed.FS

// tool is a client for which the page has a command to paste. Adding one is a line below and a file in
// the folder commands.
type tool struct {
	id   string // names the file
	name string
	// speaks is what it can talk behind TLS.
	speaks []scenarios.Service
	// lacks says what it cannot be told, given an endpoint, as the page's word for it; empty if the
	// command does it all.
	lacks func(serve.Endpoint) string
}

var (
	everything = []scenarios.Service{scenarios.HTTPS, scenarios.MongoDB}
	web        = []scenarios.Service{scenarios.HTTPS}
	databases  = []scenarios.Service{scenarios.MongoDB}
)

// tools are in the order in which the page has them.
var tools = []tool{
	{"curl", "curl", web, nothing},
	{"openssl", "openssl", everything, nothing},
	{"python", "Python", web, nothing},
	{"node", "Node", web, wholeCRL},
	{"go", "Go", web, either(noCRL, noPassphrase)},
	{"java", "Java", web, either(noCRL, noPassphrase)},
	{"mongosh", "mongosh", databases, noOtherAddress},
	{"pymongo", "PyMongo", databases, noOtherAddress},
}

func nothing(serve.Endpoint) string { return "" }

// Words for what a command lacks. Those of essentials mean that there is none.
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

// wholeCRL is about Node, which given CRLs wants one of every CA on the path.
func wholeCRL(e serve.Endpoint) string {
	if e.CRLFile != "" {
		return lackWholeCRL
	}
	return ""
}

// noPassphrase is about clients whose standard library reads no encrypted key, and no file that holds
// the certificate alone as both.
func noPassphrase(e serve.Endpoint) string {
	if e.KeyPassword != "" || e.CertFile != "" && e.KeyFile == "" {
		return lackPassphrase
	}
	return ""
}

// noOtherAddress is about drivers, which dial the host that they verify.
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
	HTTP      bool // HTTP is spoken behind TLS
	IsIP      bool // the host is an address
	Elsewhere bool // the host is a name that does not resolve: dial Connect
	Dial      string
	DialHost  string
	// AsksStaple says that a client has to ask for a staple to see what is wrong.
	AsksStaple bool
}

func newTarget(e serve.Endpoint) target {
	t := target{
		Endpoint: e, HTTP: e.Service == string(scenarios.HTTPS), IsIP: net.ParseIP(e.Host) != nil, DialHost: e.Host,
		AsksStaple: slices.Contains([]string{scenarios.FeatureStapling, scenarios.FeatureMustStaple}, e.Feature),
	}
	connect, _, _ := net.SplitHostPort(e.Connect)
	switch {
	case e.Connect == "" || connect == e.Host: // the client is to look it up, or has it
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

// command is what is to be pasted for one tool.
type command struct {
	ID, Name, Text string
	Lacks          string // the page's word for what it cannot do
}

var commandTemplates = template.Must(template.New("").Funcs(template.FuncMap{"sh": shell.Quote, "text": stringLiteral}).ParseFS(commandFiles, "commands/*.tmpl"))

// commands returns the commands with which each tool connects to an endpoint, for a POSIX shell.
func commands(e serve.Endpoint) ([]command, error) {
	var list []command
	for _, t := range tools {
		if !slices.Contains(t.speaks, scenarios.Service(e.Service).Protocol()) {
			continue
		}
		c := command{ID: t.id, Name: t.name, Lacks: t.lacks(e)}
		if !slices.Contains(essentials, c.Lacks) {
			var text strings.Builder
			if err := commandTemplates.ExecuteTemplate(&text, t.id+".tmpl", newTarget(e)); err != nil {
				return nil, err
			}
			c.Text = strings.TrimSpace(text.String())
		}
		list = append(list, c)
	}
	return list, nil
}

// stringLiteral writes a text as a string that Python, JavaScript, Go and Java read alike: as JSON.
func stringLiteral(s string) (string, error) {
	b := new(strings.Builder)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	return strings.TrimSuffix(b.String(), "\n"), err
}
