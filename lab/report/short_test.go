package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// shortRun is a run of many variants of Python, and of a curl.
func shortRun(does func(c clients.Info) result.Cell) *result.Run {
	infos := append(python("default", "3.6", "3.8", "3.10", "3.9"), python("insecure", "3.6", "3.8", "3.10")...)
	infos = append(infos, clients.Info{Stack: "curl", Version: "8.14.1", Variant: "default"})
	r := run(infos, []string{"expired"}, func(_ string, c clients.Info) result.Cell {
		cell := does(c)
		cell.Control = clients.Accepted
		return cell
	})
	r.Missing = []clients.Missing{{Stack: "python", Reason: lang.Plain("one more is broken")},
		{Stack: "ruby", Reason: lang.Plain("no ruby on PATH")}}
	return r
}

// asShort is a run as a window of 80 columns shows it.
func asShort(l lang.Tag, r *result.Run) string {
	var out bytes.Buffer
	report.Terminal{W: &out, Width: 80, Locale: l, Short: true}.Run(r)
	return out.String()
}

func TestShort(t *testing.T) {
	long := "urllib.error.URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: " +
		"certificate has expired (_ssl.c:1131)>"
	got := asShort(lang.English, shortRun(func(c clients.Info) result.Cell {
		switch {
		case c.Variant == "insecure":
			return accepted(verdict.Insecure, true)
		case c.Version == "3.6":
			return rejected(failure.Untrusted, "something else")
		}
		return rejected(failure.Expired, long)
	}))
	assert.Contains(t, got, "\nclient       judgement     its message\n"+
		"curl 8.14.1  ok            …] certificate verify failed: certificate has expired\n"+
		"python 3.10  ok            …] certificate verify failed: certificate has expired\n"+
		"python 3.6   ok untrusted  something else\n"+
		"and 5 clients more: 2 ok, 3 insecure*; --all shows them\n")
	assert.Contains(t, got, "\nverdict: reproduced as documented: 5 ok, 3 insecure*\n")
	assert.Contains(t, got, "\nnot found: ruby; --all says why\n", "python is here, though not all of it")
}

// What is not as documented is shown in full, whichever variant and version it is.
func TestShortHidesNothingBad(t *testing.T) {
	got := asShort(lang.English, shortRun(func(c clients.Info) result.Cell {
		if c.ID() == "python-3.8/insecure" {
			cell := rejected("", "boom\nin two lines")
			cell.Kind, cell.Documented, cell.Why = verdict.WrongReason, false, lang.Because("expected", "[expired]")
			return cell
		}
		return rejected(failure.Expired, "certificate has expired")
	}))
	assert.Contains(t, got, "python/insecure 3.8  wrong-reason!  ")
	assert.Contains(t, got, "\npython insecure 3.8\n  good: accepted; expired: rejected; judgement: wrong-reason!\n  "+
		"its message: boom\n  in two lines\n")
}

// Every line fits the window, in both languages.
func TestShortFits(t *testing.T) {
	for _, l := range []lang.Tag{lang.English, lang.Chinese} {
		got := asShort(l, shortRun(func(c clients.Info) result.Cell {
			if c.Variant == "insecure" {
				cell := accepted(verdict.Insecure, c.Version != "3.8")
				cell.Why = lang.Plain("the variant insecure does not check the chain")
				return cell
			}
			return rejected(failure.Expired, strings.Repeat("很长的消息 with many words ", 20))
		}))
		for line := range strings.Lines(got) {
			assert.LessOrEqual(t, text.StringWidth(strings.TrimSuffix(line, "\n")), 80, line)
		}
	}
}
