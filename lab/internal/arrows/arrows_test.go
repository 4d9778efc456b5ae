// Package arrows_test checks which packages import which. Data flows in one direction, from seed and time to reports.
package arrows_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "example.com/tlslab/"

// arrows lists what each package can import from this module. All packages below lab can also import lab/internal.
// Packages that are not listed can import anything, except what only the command can.
var arrows = map[string]string{
	"pki":                       "pki/atomicfile",
	"scenarios":                 "pki scenarios/failure",
	"scenarios/failure":         "",
	"scenarios/file":            "pki scenarios scenarios/failure scenarios/near",
	"scenarios/near":            "",
	"lab/wire":                  "",
	"lab/diagnose/ask":          "lab/diagnose/ask/flight lab/diagnose/ask/prologue lab/wire",
	"lab/diagnose/ask/flight":   "lab/wire",
	"lab/diagnose/ask/prologue": "",
	"lab/diagnose/truststore":   "",
	"lab/diagnose/simulate":     "lab/clients lab/diagnose lab/diagnose/ask lab/lang lab/serve lab/verdict pki",
	"lab/diagnose/fetch":        "lab/diagnose lab/diagnose/ask",
	"lab/serve/internal/tls12":  "lab/wire",
	"lab/serve":                 "lab/serve/internal/tls12 lab/wire pki scenarios scenarios/failure",
	"lab/revocation":            "pki",
	"lab/services/https":        "lab/serve scenarios",
	"lab/services/postgres":     "lab/serve scenarios",
	"lab/services/raw":          "lab/serve scenarios",
	"lab/services/smtp":         "lab/serve scenarios",
	"lab/services/mongodb":      "lab/serve pki scenarios",
	"lab/mongo":                 "lab/serve pki scenarios",
	"lab/mongo/replicaset":      "lab lab/clients lab/messages lab/mongo lab/serve lab/verdict pki scenarios scenarios/failure",
	"lab/image":                 "pki",
	"lab/clients":               "lab/clients/internal/process lab/lang lab/serve scenarios/near",
	"lab/messages":              "lab/messages/codes lab/messages/phrases lab/wire scenarios/failure",
	"lab/verdict":               "lab/clients lab/lang lab/messages lab/serve lab/wire scenarios scenarios/failure",
	"lab/result": "lab/clients lab/lang lab/messages lab/serve lab/verdict lab/wire pki scenarios " +
		"scenarios/failure",
	"lab/report": "lab/assess lab/assess/prose lab/clients lab/diagnose lab/lang lab/messages lab/result lab/serve lab/verdict " +
		"pki scenarios scenarios/failure",
	"lab": "lab/clients lab/lang lab/result lab/revocation lab/serve lab/services/https lab/verdict pki " +
		"scenarios",
	"lab/messages/codes":   "lab/wire scenarios/failure",
	"lab/messages/phrases": "scenarios/failure",
	"lab/explain": "lab/lang lab/messages lab/messages/codes lab/messages/phrases lab/result scenarios " +
		"scenarios/failure scenarios/near",
	"lab/mimic":                        "lab/diagnose lab/diagnose/ask lab/diagnose/ask/flight pki scenarios scenarios/failure scenarios/file",
	"lab/diagnose":                     "lab/clients lab/diagnose/ask lab/lang lab/result lab/wire pki scenarios scenarios/failure",
	"lab/diagnose/internal/realserver": "lab/diagnose/ask pki",
	"lab/labtest": "lab lab/assess lab/assess/prose lab/clients lab/lang lab/report lab/result lab/serve " +
		"lab/verdict scenarios scenarios/failure scenarios/file scenarios/near",
	"pki/atomicfile": "",
	"lab/assess": "lab/clients lab/messages lab/result lab/serve lab/verdict scenarios scenarios/failure " +
		"scenarios/near",
	"lab/assess/prose": "lab/assess lab/clients lab/lang",
	"lab/lang":         "scenarios scenarios/near",
}

// light lists the packages that other programs and their tests import. heavy lists what these must not link: client
// stacks, a database, Docker, a browser, and the command's libraries.
var (
	light = []string{"lab", "lab/assess", "lab/explain", "lab/labtest", "lab/messages", "lab/result", "lab/verdict"}
	heavy = []string{
		module + "lab/clients/all", module + "lab/mongo", module + "lab/image", module + "lab/services/mongodb",
		module + "lab/services/postgres", module + "lab/services/raw", module + "lab/services/smtp", module + "lab/page",
		module + "lab/cmd", "go.mongodb.org/", "github.com/FerretDB/", "github.com/testcontainers/",
		"github.com/emersion/", "github.com/jackc/", "github.com/docker/", "github.com/moby/", "github.com/chromedp/",
		"github.com/spf13/",
	}
)

// list runs go list and returns its output's lines.
func list(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Dir = "../../.."
	out, err := cmd.Output()
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// imports returns what each package of this module imports from this module, without lab/internal.
func imports(t *testing.T) map[string][]string {
	all := map[string][]string{}
	for _, line := range list(t, "-f", "{{.ImportPath}}{{range .Imports}} {{.}}{{end}}", "./...") {
		words := strings.Fields(line)
		name := strings.TrimPrefix(words[0], module)
		all[name] = []string{}
		for _, imported := range words[1:] {
			if ours, ok := strings.CutPrefix(imported, module); ok && !strings.HasPrefix(ours, "lab/internal/") {
				all[name] = append(all[name], ours)
			}
		}
	}
	return all
}

func TestArrows(t *testing.T) {
	all := imports(t)
	for name, may := range arrows {
		require.Contains(t, all, name)
		for _, imported := range all[name] {
			assert.Contains(t, strings.Fields(may), imported, "%s must not import %s", name, imported)
		}
	}
	for name, imported := range all {
		if name != "lab/cmd/tlslab" {
			assert.NotContains(t, imported, "lab/clients/all", "%s links every client stack", name)
		}
		if strings.HasPrefix(name, "lab/internal/") {
			assert.Empty(t, imported, name)
		}
	}
}

func TestLight(t *testing.T) {
	for _, name := range light {
		for _, linked := range list(t, "-deps", "./"+name) {
			stack, below := strings.CutPrefix(linked, module+"lab/clients/")
			assert.False(t, below && stack != "internal/process", "%s links the client stack %s", name, linked)
			isHeavy := slices.ContainsFunc(heavy, func(h string) bool { return strings.HasPrefix(linked, h) })
			assert.False(t, isHeavy, "%s links %s", name, linked)
			if name != "lab/explain" { // which formats text for terminals
				assert.False(t, strings.HasPrefix(linked, "github.com/jedib0t/go-pretty/"), "%s links %s", name, linked)
			}
		}
	}
}

// TestTestdata checks that no program embeds files from testdata, which is for tests.
func TestTestdata(t *testing.T) {
	for _, line := range list(t, "-f", `{{range .EmbedFiles}}{{$.ImportPath}}/{{.}}{{"\n"}}{{end}}`, "./...") {
		assert.NotContains(t, line, "/testdata/")
	}
}
