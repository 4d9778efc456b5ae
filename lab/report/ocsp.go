package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios"
)

// ocspOptions lists the rows of the matrix in MongoDB's OCSP specification: the URI options, and the variant of a
// driver that sets them.
var ocspOptions = []struct{ uri, variant string }{
	{"tls=true", "default"},
	{"tlsInsecure=true", "tlsInsecure"},
	{"tlsAllowInvalidCertificates=true", "tlsAllowInvalidCertificates"},
}

// OCSPVariants returns the variants of a driver that the matrix needs.
func OCSPVariants() []string {
	var list []string
	for _, o := range ocspOptions {
		list = append(list, o.variant)
	}
	return list
}

// OCSP prints a run over the test matrix of MongoDB's OCSP specification, for each driver in the form of the
// specification: whether the driver connects, by URI options and columns. Results that differ from the specification
// are marked with !. It returns the number of marks.
func (t Terminal) OCSP(r *result.Run) int {
	cells := map[string]map[string]result.Cell{} // by scenario and client
	for _, s := range r.Scenarios {
		cells[s.ID] = map[string]result.Cell{}
		for _, c := range s.Cells {
			cells[s.ID][c.Client] = c
		}
	}
	deviations := 0
	for _, driver := range drivers(r.Clients) {
		reasons := t.ocspOf(driver, cells)
		deviations += len(reasons)
		for _, why := range reasons {
			t.wrapped("  ! ", why)
		}
		fmt.Fprintln(t.W)
	}
	for _, c := range scenarios.OCSPColumns() {
		t.wrapped(fmt.Sprintf("%-24s ", c.Where), c.Title)
	}
	fmt.Fprintf(t.W, "%-24s %s\n", "!", "not what the specification says")
	fmt.Fprintf(t.W, "%-24s %s\n", "-", "the driver has no such option")
	return deviations
}

// drivers returns the first client of each program, in order.
func drivers(list []clients.Info) []clients.Info {
	var firsts []clients.Info
	for _, c := range list {
		same := func(f clients.Info) bool { return f.Stack == c.Stack && f.Version == c.Version }
		if !slices.ContainsFunc(firsts, same) {
			firsts = append(firsts, c)
		}
	}
	return firsts
}

// ocspOf prints the matrix of one driver. It returns where the driver differs from the specification, and why.
func (t Terminal) ocspOf(driver clients.Info, cells map[string]map[string]result.Cell) []string {
	var reasons []string
	fmt.Fprintf(t.W, "%s %s\n", driver.Stack, t.paint(driver.Version+", "+driver.Library, text.Faint))
	narrow := t.width() < withOptions
	w := t.ocspTable(narrow)
	for _, options := range ocspOptions {
		for _, row := range scenarios.OCSPRows() {
			line := table.Row{options.uri, row.Key + ", " + row.Signer}
			for _, column := range scenarios.OCSPColumns() {
				driver.Variant = options.variant
				c, ok := cells[column.ID(row)][driver.ID()]
				word, why := ocspCell(c, ok, column.Succeeds || options.variant != "default")
				if why != "" {
					why = fmt.Sprintf("%s, %s: %s", options.uri, shortColumn(column.Where), why)
					word = t.paint(word, text.FgYellow)
				}
				if why != "" && !slices.Contains(reasons, why) {
					reasons = append(reasons, why)
				}
				line = append(line, word)
			}
			if narrow {
				line = line[1:]
			}
			w.AppendRow(line)
		}
		if narrow {
			t.line(options.uri)
			w.Render()
			w = t.ocspTable(narrow)
			continue
		}
		w.AppendSeparator()
	}
	if !narrow {
		w.SetColumnConfigs([]table.ColumnConfig{{Number: 1, AutoMerge: true}})
		w.Render()
	}
	return reasons
}

// withOptions is the minimum width of a window with room for the URI options in the table.
const withOptions = 130

// ocspTable returns a table with its header. A narrow table has no column for the URI options.
func (t Terminal) ocspTable(narrow bool) table.Writer {
	w := table.NewWriter()
	w.SetOutputMirror(t.W)
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options.DrawBorder = !narrow
	w.SetStyle(style)
	header := table.Row{"URI options", "key, signer"}
	if narrow {
		header = header[1:]
	}
	for _, c := range scenarios.OCSPColumns() {
		name := shortColumn(c.Where)
		if narrow {
			name = strings.NewReplacer("malicious", "mal.", "soft fail", "soft").Replace(name)
		}
		header = append(header, name)
	}
	w.AppendHeader(header)
	return w
}

// ocspCell returns what a driver did in one cell, and why that differs from the specification, or "" if it does not.
func ocspCell(c result.Cell, ok, succeeds bool) (word, why string) {
	switch {
	case !ok:
		return "-", "" // it has no such option
	case c.Outcome == clients.Accepted && succeeds:
		return "OK", ""
	case c.Outcome == clients.Rejected && !succeeds:
		return "FAIL", ""
	case c.Outcome == clients.Accepted:
		return "OK !", "it connects: " + c.Why.Text
	case c.Outcome == clients.Rejected:
		return "FAIL !", "it does not connect: " + c.Message
	}
	return string(c.Outcome) + " !", c.Message
}

// shortColumn shortens the specification's name of a column to fit in a table.
func shortColumn(where string) string {
	where = strings.TrimPrefix(where, "the ")
	where = strings.TrimSuffix(where, " test")
	return strings.Replace(where, "malicious server test", "malicious", 1)
}
