package page

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"example.com/tlslab/lab/explain"
)

// explainView is what was made of a message.
type explainView struct {
	Text   string // as it was pasted
	Asked  bool
	Report explain.Explained
}

// maxLinked bounds a message that stands in the page's address, in bytes: a message, and no log.
const maxLinked = 4 << 10

// explanation explains a message that was pasted, or one in the address, so that an explanation can be linked. It is
// kept nowhere here; an address is remembered by browsers, so that the form does not use it.
func (p *Page) explanation(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	var v explainView
	switch r.Method {
	case http.MethodPost:
		if err := r.ParseForm(); err != nil {
			if _, long := errors.AsType[*http.MaxBytesError](err); long {
				p.problem(w, r, http.StatusRequestEntityTooLarge, "problem.too-long")
				return
			}
			p.problem(w, r, http.StatusBadRequest, "problem.form")
			return
		}
		v.Text = cmp.Or(r.PostForm.Get("message"), r.PostForm.Get("q")) // q is the catalogue's
	default:
		v.Text = r.URL.Query().Get("message")
		if len(v.Text) > maxLinked {
			p.problem(w, r, http.StatusRequestURITooLong, "problem.too-linked")
			return
		}
	}
	if v.Asked = strings.TrimSpace(v.Text) != ""; v.Asked {
		found, err := explain.ReadFrom(r.Context(), strings.NewReader(v.Text), explain.Options{})
		if err != nil {
			return // whoever asked has gone
		}
		v.Report = found.Explain(lang)
	}
	p.show(w, r, http.StatusOK, "explain", view{Nav: "explain", Title: p.words[lang].Say("nav.explain"), Main: v})
}

// Served returns those of some scenarios that this lab serves.
func (v view) Served(ids []string) []string {
	var list []string
	for _, id := range ids {
		if v.serves(id) {
			list = append(list, id)
		}
	}
	return list
}

// part is a part of a text: words, or code.
type part struct {
	Code bool
	Text string
}

// parts cuts a text at its backquotes, between which stands code.
func parts(s string) []part {
	var list []part
	for i, text := range strings.Split(s, "`") {
		if text != "" {
			list = append(list, part{Code: i%2 == 1, Text: text})
		}
	}
	return list
}
