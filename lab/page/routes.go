package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"

	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
)

var (
	//go:embed templates
	templateFiles embed.FS
	//go:embed static
	staticFiles embed.FS
)

// pageNames are the pages; each has a template of its name, and the layout about it.
var pageNames = []string{"catalogue", "scenario", "live", "connection", "lessons", "lesson", "explain", "problem"}

// sections are the parts of the page besides the catalogue and the live view.
var sections = []entry{{"explain", "/explain", "nav.explain"}, {"lessons", "/lessons", "nav.lessons"}}

// fragments is the set of templates of what is put into pages as it comes.
const fragments = "fragments"

// routes returns what answers. There is no GET that changes anything.
func (p *Page) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.catalogue)
	mux.HandleFunc("GET /scenario/{id}", p.scenario)
	mux.HandleFunc("GET /scenario/{id}/connections", p.scenarioNews)
	mux.HandleFunc("GET /live", p.live)
	mux.HandleFunc("GET /live/connections", p.liveNews)
	mux.HandleFunc("GET /connection/{number}", p.connection)
	mux.HandleFunc("GET /files/{id}/{name}", p.download)
	mux.HandleFunc("GET /events", p.events)
	mux.HandleFunc("GET /explain", p.explanation)
	mux.HandleFunc("POST /explain", p.explanation) // not in the address, which is remembered
	mux.HandleFunc("GET /lessons", p.lessons)
	mux.HandleFunc("GET /lessons/{id}", p.lesson)
	mux.HandleFunc("POST /language", p.setLanguage)
	mux.HandleFunc("GET /static/{name}", static)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.problem(w, r, http.StatusNotFound, "problem.not-found")
	})
	return mux
}

// parse parses the templates, once for each language.
func parse(all map[lang.Tag]lang.Words) (map[lang.Tag]map[string]*template.Template, error) {
	out := map[lang.Tag]map[string]*template.Template{}
	for l, w := range all {
		out[l] = map[string]*template.Template{}
		functions := template.FuncMap{
			"t": w.Say, "tt": w.First, "expectation": func(e scenarios.Expectation) string { return expectation(w, e) }, "visible": visible.Text,
			"join": strings.Join, "parts": parts, "milliseconds": milliseconds,
		}
		base, err := template.New("").Funcs(functions).ParseFS(templateFiles, "templates/layout.html", "templates/parts/*.html")
		if err != nil {
			return nil, err
		}
		out[l][fragments] = base
		for _, name := range pageNames {
			t, err := base.Clone()
			if err == nil {
				t, err = t.ParseFS(templateFiles, "templates/"+name+".html")
			}
			if err != nil {
				return nil, err
			}
			out[l][name] = t
		}
	}
	return out, nil
}

// view is what every page is filled with.
type view struct {
	Lang  lang.Tag
	Langs []lang.Tag
	// Path is the page's own address, to come back to.
	Path  string
	Title string
	// Nav is which entry of the navigation it is.
	Nav string
	// Epoch tells this run of the lab from another at the same address.
	Epoch string
	More  []entry
	// Pending is how many scenarios are still being minted.
	Pending int
	// Version is what the page knows of connections.
	Version uint64
	Main    any

	serves func(id string) bool
}

// entry is a part of the page in the navigation.
type entry struct{ Name, Path, Word string }

// show writes a page.
func (p *Page) show(w http.ResponseWriter, r *http.Request, status int, name string, v view) {
	v.Lang, v.Langs, v.Path, v.Pending = language(r), lang.All(), r.URL.RequestURI(), p.pending()
	v.Epoch, v.More = p.epoch, sections
	v.serves = func(id string) bool { return p.byID[id] != nil }
	p.write(w, r, status, v.Lang, name, "layout", v)
}

// write writes what a template makes of something, whole or not at all.
func (p *Page) write(w http.ResponseWriter, _ *http.Request, status int, l lang.Tag, name, part string, v any) {
	var b bytes.Buffer
	if err := p.pages[l][name].ExecuteTemplate(&b, part, v); err != nil {
		plainly(w, http.StatusInternalServerError, "the page could not be made: "+err.Error()+"\n")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(l))
	w.Header().Add("Vary", "Accept-Language, Cookie")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// problem says what is wrong with a request.
func (p *Page) problem(w http.ResponseWriter, r *http.Request, status int, word string) {
	text := p.words[language(r)].Say(word)
	p.show(w, r, status, "problem", view{Title: text, Main: text})
}

// pending returns how many scenarios are still being minted.
func (p *Page) pending() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, st := range p.state {
		if !st.ready && (!p.listens || st.endpoint.ID != "") {
			n++
		}
	}
	return n
}

// languageCookie remembers the language that was chosen.
const languageCookie = "tlslab_language"

// language returns the language to answer in: the one that was chosen, or else the one that the browser
// asks for.
func language(r *http.Request) lang.Tag {
	if c, err := r.Cookie(languageCookie); err == nil {
		if l, err := lang.Parse(c.Value); err == nil {
			return l
		}
	}
	return lang.FromHeader(r.Header.Get("Accept-Language"))
}

// setLanguage remembers a language in a cookie, and goes back to where it was chosen.
func (p *Page) setLanguage(w http.ResponseWriter, r *http.Request) {
	l, err := lang.Parse(r.PostFormValue("language"))
	if err != nil {
		p.problem(w, r, http.StatusBadRequest, "problem.language")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, back(r.PostFormValue("back")), http.StatusSeeOther)
}

// back returns a path of the page's own to go back to; "/" for anything else.
func back(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, `\`) {
		return "/"
	}
	return u.RequestURI()
}

// static answers with script, style and icon.
func static(w http.ResponseWriter, r *http.Request) {
	data, err := fs.ReadFile(staticFiles, "static/"+r.PathValue("name"))
	if err != nil {
		plainly(w, http.StatusNotFound, "there is no such file\n")
		return
	}
	sum := sha256.Sum256(data)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", typeOf(r.PathValue("name")))
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(data)
}

// typeOf returns a file's media type, whatever the machine's own tables say.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}
