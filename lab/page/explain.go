package page

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"example.com/tlslab/lab/explain"
)

// explainView is an explained message.
type explainView struct {
	Text   string // as it was pasted
	Asked  bool
	Report explain.Explained
}

// maxLinked is the maximum length of a message in the page's address, in bytes: enough for a message, but not for a
// log.
const maxLinked = 4 << 10

// explanation explains a message that was pasted, or one in the address, so that explanations can be linked. The page
// stores no messages. The form does not put the message in the address, because browsers remember addresses.
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
		v.Text = cmp.Or(r.PostForm.Get("message"), r.PostForm.Get("q")) // q is the name in the form of the catalogue
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
			return // the client has gone
		}
		v.Report = found.Explain(lang)
	}
	p.show(w, r, http.StatusOK, "explain", view{Nav: "explain", Title: p.words[lang].Say("nav.explain"), Main: v})
}

// Served returns the scenarios among ids that this lab serves.
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

// parts splits a text at its backquotes, which enclose code.
func parts(s string) []part {
	var list []part
	for i, text := range strings.Split(s, "`") {
		if text != "" {
			list = append(list, part{Code: i%2 == 1, Text: text})
		}
	}
	return list
}
