package file_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/scenarios/file"
)

// good is a file without errors, to which tests add errors.
const good = `id: mine
title: our server
expect: {verdict: reject, failures: [expired]}
`

// bad are files with errors, and what is said of them.
var bad = map[string]struct{ file, want string }{
	"unknown field": {"id: mine\ntitel: ours\n",
		`mine.yaml:2:1: a scenario has no field "titel" (did you mean title?): it has id, `},
	"unknown field of the recipe": {good + "recipe:\n  leaf:\n    notafter: -24h\n",
		`mine.yaml:6:5: leaf has no field "notafter" (did you mean not_after?)`},
	"unknown failure class": {"id: a\ntitle: a\nexpect:\n  verdict: reject\n  failures:\n    - expird\n",
		`mine.yaml:6:7: failures[0]: there is no failure class "expird" (did you mean expired?)`},
	"unknown fault": {good + "server: {fault: slient}\n",
		`mine.yaml:4:17: fault: there is no fault "slient" (did you mean silent?)`},
	"unknown feature": {"id: a\ntitle: a\nexpect: {verdict: accept, feature: staple}\n",
		`mine.yaml:3:36: feature: there is no feature "staple" (did you mean `},
	"unknown key type": {good + "recipe: {key: rsa2048}\n", `there is no key type "rsa2048" (did you mean rsa-2048`},
	"unknown usage": {good + "recipe: {leaf: {usages: [serverAuth]}}\n",
		`mine.yaml:4:26: usages[0]: there is no usage "serverAuth" (did you mean server auth?)`},
	"unknown profile": {good + "recipe: {leaf: {profile: sever}}\n",
		`there is no profile "sever" (did you mean server?)`},
	"unknown service": {good + "service: mongdb\n", `there is no service "mongdb" (did you mean mongodb`},
	"unknown family":  {good + "family: name\n", `there is no family "name" (did you mean names?)`},
	"unknown verdict": {"id: a\ntitle: a\nexpect: {verdict: refuse}\n",
		`there is no verdict "refuse": want one of accept, reject, either`},
	"unknown version": {good + "server: {max_version: 1.4}\n", `there is no TLS version "1.4" (did you mean `},
	"unknown suite":   {good + "server: {cipher_suites: [RC4]}\n", `there is no cipher suite "RC4" (did you mean `},
	"unknown group":   {good + "server: {groups: [x25591]}\n", `there is no group "x25591" (did you mean x25519?)`},
	"unknown to send": {good + "recipe: {send: [leaf, intermedate]}\n",
		`mine.yaml:4:23: the recipe has no certificate "intermedate" (did you mean intermediate?): it has root, ` +
			`intermediate, leaf`},
	"unknown to trust": {good + "recipe: {trust: [old]}\n",
		`the recipe has no certificate "old": it has root, intermediate, leaf; others have the names that are given ` +
			`to them below others`},
	"unknown extension": {good + "recipe: {leaf: {omit: [subjectAltNames]}}\n",
		`there is no extension "subjectAltNames" (did you mean subjectAltName, subject?)`},
	"not a moment": {good + "recipe: {leaf: {not_after: yesterday}}\n",
		`mine.yaml:4:28: not_after: moment "yesterday": want a duration, as in "-24h"`},
	"not a duration": {good + "patience: 5\n",
		`mine.yaml:4:11: patience: "5" is not a duration: write a number with a unit`},
	"number for text":  {good + "host: 1\n", `mine.yaml:4:7: host is text: write "1", with the quotes`},
	"text for boolean": {good + "recipe: {leaf: {tamper: \"yes\"}}\n", `tamper is true or false, without quotes`},
	"text for number":  {good + "recipe: {leaf: {version: \"1\"}}\n", `version is a number, without quotes: not "1"`},
	"text for list": {good + "recipe: {leaf: {san: DNS:a}}\n",
		`san is a list: write each element in its own line after a dash`},
	"list for text": {good + "host: [a]\n", `host is one text, and not a list`},
	"text for fields": {good + "story: it broke\n",
		`mine.yaml:4:8: story has fields: write them below it, each in its own line as FIELD: VALUE; the fields are ` +
			`what, where, see`},
	"nothing for field": {good + "recipe:\n  client:\n",
		`client has no value: write one, {} for a good one, or remove the line`},
	"not base64": {good + "recipe: {leaf: {extensions: [{id: 1.2.3.4, value: \"%\"}]}}\n",
		`value is not base64`},
	"no id": {"title: a\nexpect: {verdict: accept}\n",
		`mine.yaml:1:1: the scenario has no id: write one in lower case`},
	"bad id": {"id: ../mine\ntitle: a\nexpect: {verdict: accept}\n",
		`mine.yaml:1:5: id "../mine": want lower-case letters and digits`},
	"no title": {"id: mine\nexpect: {verdict: accept}\n", `mine.yaml:1:1: the scenario has no title`},
	"no verdict": {"id: mine\ntitle: a\n",
		`mine.yaml:1:1: expect has no verdict: write verdict: reject, accept or either`},
	"no failures": {"id: mine\ntitle: a\nexpect: {verdict: reject}\n",
		`mine.yaml:3:10: expect has verdict reject but no failures: list the failure classes`},
	"bad host": {good + "host: localhost:443\n",
		`mine.yaml:4:7: host "localhost:443": want a name or an address, without a port`},
	"bad patience": {good + "patience: -2s\n", `patience is negative`},
	"no mongod": {good + "mongod: {no_ocsp: true}\n",
		`mongod has options, but the service is not mongod: write service: mongod`},
	"bad instead": {good + "instead: god\n", `instead: there is no scenario "god" (did you mean good`},
	"not mintable": {good + "recipe:\n  leaf: {issuer: intermediate, basic_constraints: CA:MAYBE}\n",
		`mine.yaml:5:3: the recipe cannot be minted: certificate "leaf": basic constraints "CA:MAYBE": want CA:TRUE ` +
			`or CA:FALSE`},
	"not mintable names": {good + "recipe: {leaf: {san: [localhost]}}\n",
		`name "localhost": want DNS:name or IP:address`},
	"too many certificates": {good + "recipe: {intermediates: [" + strings.Repeat("{}, ", 100) + "{}]}\n",
		`mine.yaml:4:10: the recipe has 103 certificates: at most 100 are minted`},
	"the catalogue has it": {"id: expired\ntitle: a\nexpect: {verdict: accept}\n",
		`mine.yaml:1:5: the built-in catalogue has a scenario "expired": choose another ID`},
	"twice":           {good + "---\n" + good, `mine.yaml:5:5: there are two scenarios "mine": rename one of them`},
	"no such control": {good + "control: god\n", `mine.yaml:4:10: there is no scenario "god" (did you mean good`},
	"not a control": {good + "control: expired\n",
		`expired is not a control, because it has the control good itself: name that one`},
	"other service": {good + "control: mongo-good\n",
		`mongo-good is served with mongodb, and this scenario with https`},
	"control is taken": {good + "---\nid: mine-good\ntitle: a\nexpect: {verdict: accept}\n",
		`mine has no control, and the one that is made for it would be called mine-good, which exists: write control: ` +
			`mine-good`},
	"a list of nothing": {"scenarios: []\n", `mine.yaml: there is no scenario`},
	"scenarios is text": {"scenarios: x\n", `mine.yaml:1:12: scenarios is a list: begin each scenario with a dash`},
	"fields beside": {"scenarios:\n  - id: a\n    title: a\n    expect: {verdict: accept}\nhost: a\n",
		`mine.yaml:5:1: host stands beside scenarios`},
	"a list":         {"- id: a\n", `mine.yaml:1:1: this is not a scenario: write its fields, beginning with id:`},
	"a scalar":       {"hello\n", `this is not a scenario`},
	"empty":          {"", `there is no scenario: tlslab show expired --yaml prints an example`},
	"comments":       {"# nothing\n", `there is no scenario`},
	"empty document": {"---\n---\n" + good + "---\n", `there is no scenario`},
	"key twice":      {good + "id: other\n", `mine.yaml:4:1: YAML syntax: mapping key "id" already defined at [1:1]`},
	"colon in text":  {"id: mine\ntitle: ours: broken\n", `mine.yaml:2:8: YAML syntax: `},
	"not closed":     {good + "sources: [a\n", `mine.yaml:4:10: YAML syntax: sequence end token ']' not found`},
	"no anchor":      {good + "host: *h\n", `mine.yaml:4:7: *h: no anchor &h stands before it`},
	"recursive":      {good + "sources: &s [*s]\n", `mine.yaml:4:13: sources[0] is one text, and not a list`},
	"colon in brackets": {good + "recipe: {leaf: {san: [DNS:a]}}\n",
		`san[0] is one text, and not fields: text with a colon needs quotes, as in "DNS:localhost"`},
	"a tag": {good + "host: !!str a\n", `mine.yaml:4:7: tags are not supported: remove !!str`},
	"a merge": {good + "recipe: {leaf: {<<: {tamper: true}}}\n",
		`<< is not supported: write the fields themselves`},
	"a directive":     {"%YAML 1.2\n---\n" + good, `directives are not supported: remove the line`},
	"not UTF-8":       {"id: \xff\n", `mine.yaml: it is not UTF-8`},
	"too big":         {strings.Repeat("# a comment\n", 100_000), `mine.yaml: it has more than 262144 bytes`},
	"too deep":        {good + "sources: " + strings.Repeat("[", 100_000), `mine.yaml:4:26: too many levels`},
	"too many dashes": {strings.Repeat("- ", 100_000), `mine.yaml:1:17: too many levels`},
	"too many keys":   {strings.Repeat("a: ", 50_000), `mine.yaml:1:26: too many levels`},
}

func TestBadFiles(t *testing.T) {
	for name, c := range bad {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "mine.yaml")
			require.NoError(t, os.WriteFile(path, []byte(c.file), 0o600))
			begin := time.Now()
			_, err := file.Read(path)
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.want)
			var at *file.Error
			assert.ErrorAs(t, err, &at)
			assert.Less(t, time.Since(begin), 5*time.Second)
		})
	}
}

// TestAliases checks that an alias repeats its anchor, and that a file cannot grow by them without limit.
func TestAliases(t *testing.T) {
	list, err := file.Parse("a.yaml", []byte(good+"recipe: &r\n  leaf: {not_after: -24h}\n---\n"+
		strings.Replace(good, "mine", "other", 1)+"recipe: {leaf: &l {tamper: true}, others: [*l, *l]}\n"))
	require.NoError(t, err)
	assert.True(t, list[1].Recipe.Leaf.Tamper)
	assert.Equal(t, list[1].Recipe.Leaf, list[1].Recipe.Others[1])

	bomb := good + "recipe:\n  others:\n    - &c0 {san: [a, a, a, a, a, a, a, a]}\n"
	for i := range 20 {
		bomb += fmt.Sprintf("    - &c%d {extensions: [*c%[2]d, *c%[2]d, *c%[2]d, *c%[2]d]}\n", i+1, i)
	}
	_, err = file.Parse("a.yaml", []byte(bomb))
	assert.ErrorContains(t, err, "extensions")
	sources := good + "sources: &s0 [a, a, a, a, a, a, a, a, a, a]\ndefect: [*s0]\n"
	_, err = file.Parse("a.yaml", []byte(sources))
	assert.ErrorContains(t, err, "defect[0] is one text, and not a list")
}

// TestBadPaths checks the errors of paths that have no scenarios.
func TestBadPaths(t *testing.T) {
	dir := t.TempDir()
	_, err := file.Read(filepath.Join(dir, "none.yaml"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = file.Read(dir)
	assert.ErrorContains(t, err, dir+": the directory has no file with a name that ends in .yaml or .yml")
}

// TestAllErrors checks that all errors of a file are reported, up to a limit.
func TestAllErrors(t *testing.T) {
	_, err := file.Parse("a.yaml", []byte("id: A\ntitel: x\nhost: 1\n"))
	require.Error(t, err)
	for _, want := range []string{"a.yaml:1:5: id", "a.yaml:2:1: a scenario has no field", "a.yaml:3:7: host is text",
		"the scenario has no title", "expect has no verdict"} {
		assert.Contains(t, err.Error(), want)
	}
	many := "id: a\n"
	for i := range 100 {
		many += fmt.Sprintf("x%d: 1\n", i)
	}
	_, err = file.Parse("a.yaml", []byte(many))
	require.Error(t, err)
	assert.Equal(t, 10, strings.Count(err.Error(), "\n")+1)
}
