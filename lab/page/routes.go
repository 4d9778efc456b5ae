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
	"sync"

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

// pageNames lists the pages. Each has a template of that name within the layout.
var pageNames = []string{"catalogue", "scenario", "live", "connection", "lessons", "lesson", "explain", "diagnose",
	"problem"}

// sections lists the parts of the page besides the catalogue and the live view.
var sections = []entry{{"explain", "/explain", "nav.explain"},
	{"diagnose", "/diagnose", "nav.diagnose"}, {"lessons", "/lessons", "nav.lessons"}}

// fragments is the set of templates for fragments that are inserted into open pages.
const fragments = "fragments"

// routes returns the handler of the page. No GET changes anything.
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
	mux.HandleFunc("POST /explain", p.explanation) // browsers remember addresses, but not forms
	mux.HandleFunc("GET /diagnose", p.diagnosis)
	mux.HandleFunc("POST /diagnose", p.diagnosis)
	mux.HandleFunc("GET /lessons", p.lessons)
	mux.HandleFunc("GET /lessons/{id}", p.lesson)
	mux.HandleFunc("POST /language", p.setLanguage)
	mux.HandleFunc("GET /static/{name}", static)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.problem(w, r, http.StatusNotFound, "problem.not-found")
	})
	return mux
}

// parsed returns a function for each language that parses its templates, by page, when it is first called. Most runs
// never show a page, and few show one in two languages.
func parsed(all map[lang.Tag]lang.Words) map[lang.Tag]func() (map[string]*template.Template, error) {
	out := map[lang.Tag]func() (map[string]*template.Template, error){}
	for l, w := range all {
		out[l] = sync.OnceValues(func() (map[string]*template.Template, error) { return parse(w) })
	}
	return out
}

// parse parses the templates of a language.
func parse(w lang.Words) (map[string]*template.Template, error) {
	functions := template.FuncMap{
		"t": w.Say, "tt": w.First, "visible": visible.Text,
		"expectation": func(e scenarios.Expectation) string { return expectation(w, e) },
		"join":        strings.Join, "parts": parts, "milliseconds": milliseconds,
	}
	base, err := template.New("").Funcs(functions).
		ParseFS(templateFiles, "templates/layout.html", "templates/parts/*.html")
	if err != nil {
		return nil, err
	}
	out := map[string]*template.Template{fragments: base}
	for _, name := range pageNames {
		t, err := base.Clone()
		if err == nil {
			t, err = t.ParseFS(templateFiles, "templates/"+name+".html")
		}
		if err != nil {
			return nil, err
		}
		out[name] = t
	}
	return out, nil
}

// view is the data of every page.
type view struct {
	Lang  lang.Tag
	Langs []lang.Tag
	// Path is the page's own address, to return to.
	Path  string
	Title string
	// Nav is the page's entry in the navigation.
	Nav string
	// Epoch distinguishes this run of the lab from others at the same address.
	Epoch string
	More  []entry
	// Pending is the number of scenarios that are still being minted.
	Pending int
	// Version is the version of the connections that the page shows.
	Version uint64
	Main    any

	serves func(id string) bool
}

// entry is an entry of the navigation.
type entry struct{ Name, Path, Word string }

// show writes a page.
func (p *Page) show(w http.ResponseWriter, r *http.Request, status int, name string, v view) {
	v.Lang, v.Langs, v.Path, v.Pending = language(r), lang.All(), r.URL.RequestURI(), p.pending()
	v.Epoch, v.More = p.epoch, sections
	v.serves = func(id string) bool { return p.byID[id] != nil }
	p.write(w, r, status, v.Lang, name, "layout", v)
}

// write writes the complete output of a template, or an error.
func (p *Page) write(w http.ResponseWriter, _ *http.Request, status int, l lang.Tag, name, part string, v any) {
	var b bytes.Buffer
	pages, err := p.pages[l]()
	if err == nil {
		err = pages[name].ExecuteTemplate(&b, part, v)
	}
	if err != nil {
		plainly(w, http.StatusInternalServerError, "the page cannot be rendered: "+err.Error()+"\n")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(l))
	w.Header().Add("Vary", "Accept-Language, Cookie")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// problem answers with a page that says what is wrong with a request.
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

// languageCookie is the cookie with the chosen language.
const languageCookie = "tlslab_language"

// language returns the language of the response: the chosen one, or else the one that the browser requests.
func language(r *http.Request) lang.Tag {
	if c, err := r.Cookie(languageCookie); err == nil {
		if l, err := lang.Parse(c.Value); err == nil {
			return l
		}
	}
	return lang.FromHeader(r.Header.Get("Accept-Language"))
}

// setLanguage stores a language in a cookie and redirects to the page where it was chosen.
func (p *Page) setLanguage(w http.ResponseWriter, r *http.Request) {
	l, err := lang.Parse(r.PostFormValue("language"))
	if err != nil {
		p.problem(w, r, http.StatusBadRequest, "problem.language")
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, back(r.PostFormValue("back")), http.StatusSeeOther)
}

// back returns the path to redirect to. It is "/" for anything but a path on this page.
func back(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(to, "//") || strings.Contains(to, `\`) {
		return "/"
	}
	return u.RequestURI()
}

// static answers with scripts, styles and the icon.
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

// typeOf returns a file's media type. It does not depend on the tables of this machine for the files of the page.
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
