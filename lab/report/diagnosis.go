package report

import (
	_ "embed"
	"html/template"
	"io"
	"net"
	"strconv"
	"strings"

	"example.com/tlslab/lab/diagnose"
)

//go:embed page/diagnosis.html
var diagnosisHTML string

// letterWidth is the width of a letter on a page, in columns.
const letterWidth = 100

// WriteDiagnosis writes a diagnosis as a self-contained page: the letter, in the style of the matrix.
func WriteDiagnosis(w io.Writer, r *diagnose.Report) error {
	t, err := template.New("diagnosis").Parse(diagnosisHTML)
	if err != nil {
		return err
	}
	var letter strings.Builder
	if err := (diagnose.Letter{Width: letterWidth}).Write(&letter, r); err != nil {
		return err
	}
	return t.Execute(w, struct {
		Policy, Title, Letter string
		Style                 template.CSS
		Report                *diagnose.Report
	}{
		Policy: "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src '" + digest(pageCSS) + "'",
		Title:  "tlslab diagnose " + net.JoinHostPort(r.Asked.Host, strconv.Itoa(r.Asked.Port)),
		Letter: letter.String(), Style: template.CSS(pageCSS), Report: r,
	})
}
