package report

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
)

// AssessedImages is assessments of one client in several images, as tlslab test --json prints them. Its JSON is that of
// a run with the clients of all images and the differences between them, with further fields.
type AssessedImages struct {
	*result.Run
	Images []AssessedImage `json:"images"`
}

// AssessedImage is the part of an assessment that is not in its run.
type AssessedImage struct {
	Image    string               `json:"image"`
	Grade    assess.Grade         `json:"grade"`
	Counts   map[verdict.Kind]int `json:"counts"`
	Findings []Finding            `json:"findings"`
	Known    []assess.Deviation   `json:"known"`
	Fixed    []assess.Deviation   `json:"fixed"`
}

// JoinImages joins assessments of one client in several images.
func JoinImages(list []*assess.Assessment) (AssessedImages, error) {
	out, err := joined(list)
	if err != nil {
		return AssessedImages{}, err
	}
	out.Diffs = out.AcrossImages()
	all := AssessedImages{Run: out, Images: []AssessedImage{}}
	for _, a := range list {
		one := AssessedImage{imageOf(a), a.Grade, a.Counts, InWords(a).Findings, a.Known, a.Fixed}
		all.Images = append(all.Images, one)
	}
	return all, nil
}

// joined returns the run of all assessments.
func joined(list []*assess.Assessment) (*result.Run, error) {
	var runs []*result.Run
	for _, a := range list {
		runs = append(runs, a.Run)
	}
	return result.Join(runs...)
}

// imageOf returns the image of an assessment, or "".
func imageOf(a *assess.Assessment) string {
	for _, image := range a.Images() {
		return image
	}
	return ""
}

// Images writes assessments of one client in several images, and then what differs between the images.
func (t Terminal) Images(list []*assess.Assessment) error {
	all, err := joined(list)
	if err != nil {
		return err
	}
	for _, a := range list {
		fmt.Fprintf(t.W, "%s\n\n", t.paint(visible.Text(imageOf(a)), text.Bold))
		t.Assessment(a)
		fmt.Fprintln(t.W)
	}
	for _, d := range all.AcrossImages() {
		t.Diff(d, false)
	}
	return nil
}

// WriteImagesJUnit writes assessments as [WriteAssessmentJUnit] does, one after another.
func WriteImagesJUnit(w io.Writer, list []*assess.Assessment) error {
	out := junitSuites{Name: "tlslab", Time: seconds(0)}
	for _, a := range list {
		for _, s := range assessed(a).Suites {
			out.add(s)
		}
		out.Time = seconds(a.Started.Add(a.Duration).Sub(list[0].Started))
	}
	return out.write(w)
}
