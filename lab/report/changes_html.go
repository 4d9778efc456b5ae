package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"example.com/tlslab/lab/result"
)

var (
	//go:embed page/changes.html
	changesHTML string
	//go:embed page/changes.css
	changesCSS string
)

// changesPage is the data of the page of a comparison.
type changesPage struct {
	Policy        string
	Style         template.CSS
	Title, Counts string
	Tables        []changesTable
	Uncompared    []string
}

// changesTable is the changes with one effect.
type changesTable struct {
	Title string
	Rows  []changesRow
}

type changesRow struct{ What, Before, After, Client, Message string }

// WriteDiffHTML writes what has changed as a self-contained page that loads nothing and runs no script. Changes in
// wording are only counted, unless words is true.
func WriteDiffHTML(w io.Writer, d *result.Diff, words bool) error {
	t, err := template.New("changes").Parse(changesHTML)
	if err != nil {
		return err
	}
	p := changesPage{
		Policy: "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src '" +
			digest(changesCSS) + "'",
		Style: template.CSS(changesCSS), Title: title(d), Uncompared: uncompared(d),
		Counts: fmt.Sprintf("%s: %s.", compared(d), counts(d)),
	}
	for _, e := range result.Effects() {
		rows := changesRows(d, e)
		if len(rows) > 0 && (words || e != result.Wording) {
			p.Tables = append(p.Tables, changesTable{titles[e], rows})
		}
	}
	return t.Execute(w, p)
}

// changesRows returns the rows of an effect.
func changesRows(d *result.Diff, e result.Effect) []changesRow {
	var rows []changesRow
	for _, c := range folded(d, e) {
		before, after := c.states()
		what := c.what(func(id string) string { return id })
		rows = append(rows, changesRow{what, before, after, who(d, c), said(c.Change)})
	}
	return rows
}
