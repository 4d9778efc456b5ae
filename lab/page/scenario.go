package page

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// scenarioView is a scenario's page.
type scenarioView struct {
	S           *scenarios.Scenario
	Text        Text
	Classes     []failure.Info
	Minting     bool // its files do not exist yet
	Left        bool // not served here
	Endpoint    serve.Endpoint
	Described   result.Scenario
	Picture     picture
	Differences []pki.Difference
	Commands    []command
	Files       []string
	Live        newsView
}

// scenario shows one scenario.
func (p *Page) scenario(w http.ResponseWriter, r *http.Request) {
	s, ok := p.byID[r.PathValue("id")]
	if !ok {
		p.problem(w, r, http.StatusNotFound, "problem.no-scenario")
		return
	}
	lang := language(r)
	st, listens := p.status(s)
	v := scenarioView{
		S: s, Text: p.text(lang, s), Endpoint: st.endpoint, Minting: !st.ready, Left: listens && st.endpoint.ID == "",
	}
	for _, c := range s.Expect.Failures {
		if info, ok := failure.Lookup(c); ok {
			v.Classes = append(v.Classes, info)
		}
	}
	if st.ready {
		if err := p.fill(&v); err != nil {
			plainly(w, http.StatusInternalServerError, err.Error()+"\n")
			return
		}
	}
	v.Live = p.news(lang, s.ID, 0, maxCards)
	p.show(w, r, http.StatusOK, "scenario", view{Title: s.ID, Version: v.Live.Version, Main: v})
}

// fill adds what is known once the chain has been minted.
func (p *Page) fill(v *scenarioView) error {
	p.mu.Lock()
	describe := p.describe
	p.mu.Unlock()
	var err error
	if v.Described, err = describe(v.S); err != nil {
		return err
	}
	v.Picture = draw(v.Described)
	v.Differences = v.Described.Differences
	if v.Commands, err = commands(v.Endpoint); err != nil {
		return err
	}
	for _, name := range downloads(v.S) {
		if _, err := os.Stat(p.file(v.S, name)); err == nil {
			v.Files = append(v.Files, name)
		}
	}
	return nil
}

// public lists the files of a chain without private keys.
var public = []string{pki.FileRoot, pki.FileChain, pki.FileLeaf, pki.FileCRL, pki.FileStaple, pki.FileClientCert}

// downloads returns the names of the files that can be downloaded: certificates, CRLs and OCSP responses. The only key
// is that of a client certificate, which clients need; it is as public as the seed.
func downloads(s *scenarios.Scenario) []string {
	if s.Recipe.Client == nil {
		return public
	}
	return slices.Concat(public, []string{pki.FileClientKey, pki.FileClient})
}

// file returns the path of a file of a scenario.
func (p *Page) file(s *scenarios.Scenario, name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return filepath.Join(p.dir, s.ID, name)
}

// download answers with a file.
func (p *Page) download(w http.ResponseWriter, r *http.Request) {
	s, ok := p.byID[r.PathValue("id")]
	name := r.PathValue("name")
	if !ok || !slices.Contains(downloads(s), name) {
		p.problem(w, r, http.StatusNotFound, "problem.no-file")
		return
	}
	if st, _ := p.status(s); !st.ready {
		w.Header().Set("Retry-After", "1")
		p.problem(w, r, http.StatusServiceUnavailable, "problem.minting")
		return
	}
	data, err := os.ReadFile(p.file(s, name))
	if err != nil {
		p.problem(w, r, http.StatusNotFound, "problem.no-file")
		return
	}
	kind := "application/x-pem-file"
	if filepath.Ext(name) == ".der" {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+s.ID+"-"+name+`"`)
	w.Write(data)
}
