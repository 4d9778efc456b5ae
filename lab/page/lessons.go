package page

import (
	"cmp"
	"html/template"
	"net/http"

	"example.com/tlslab/lab/lessons"
)

// lessonView is a lesson: in the list, or in full.
type lessonView struct {
	*lessons.Lesson
	Title string
	// HTML is its prose. It is rendered by goldmark from Markdown that is part of the program.
	HTML template.HTML
	// Scenarios, Neighbours and Controls are the lesson's scenarios that this lab serves.
	Scenarios, Neighbours, Controls []string
	// Absent lists the lesson's scenarios that this lab does not serve.
	Absent []string
	// Before and After are the previous and next lessons, or nil.
	Before, After *lessonView
}

func (p *Page) lessonView(r *http.Request, l *lessons.Lesson) *lessonView {
	v := &lessonView{Lesson: l, Title: l.Title(language(r))}
	for _, list := range []struct {
		ids    []string
		served *[]string
	}{{l.Scenarios, &v.Scenarios}, {l.Neighbours, &v.Neighbours}, {l.Controls, &v.Controls}} {
		for _, id := range list.ids {
			if p.byID[id] == nil {
				v.Absent = append(v.Absent, id)
			} else {
				*list.served = append(*list.served, id)
			}
		}
	}
	return v
}

// lessons lists the lessons.
func (p *Page) lessons(w http.ResponseWriter, r *http.Request) {
	var list []*lessonView
	for _, l := range lessons.All() {
		list = append(list, p.lessonView(r, l))
	}
	title := p.words[language(r)].Say("nav.lessons")
	p.show(w, r, http.StatusOK, "lessons", view{Nav: "lessons", Title: title, Main: list})
}

// lesson shows one lesson.
func (p *Page) lesson(w http.ResponseWriter, r *http.Request) {
	l, ok := lessons.Lookup(r.PathValue("id"))
	if !ok {
		p.problem(w, r, http.StatusNotFound, "problem.no-lesson")
		return
	}
	if l.ID != r.PathValue("id") { // it was looked up by its number
		http.Redirect(w, r, "/lessons/"+l.ID, http.StatusSeeOther)
		return
	}
	v := p.lessonView(r, l)
	in := language(r)
	v.HTML = lessons.HTML(lessons.Served(l.Markdown(in), cmp.Or(p.dir, lessons.PublishedDir), p.portOf), in)
	for _, beside := range lessons.All() {
		switch beside.Number {
		case l.Number - 1:
			v.Before = p.lessonView(r, beside)
		case l.Number + 1:
			v.After = p.lessonView(r, beside)
		}
	}
	p.show(w, r, http.StatusOK, "lesson", view{Nav: "lessons", Title: v.Title, Main: v})
}

// portOf returns the port of the scenario with an offset, or the published port if it is not served.
func (p *Page) portOf(offset int) int {
	for _, s := range p.options.Scenarios {
		if s.Port != offset {
			continue
		}
		if st, _ := p.status(s); st.ready && st.endpoint.Port != 0 {
			return st.endpoint.Port
		}
	}
	return lessons.PublishedBase + offset
}
