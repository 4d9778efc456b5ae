package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/report"
)

// console is where commands write, and in which language.
type console struct {
	stdout, stderr io.Writer
	lang           lang.Tag // of prose for people
	inside         bool     // it runs in a container, and another tlslab reads what it writes
}

// language is the value of --lang.
type language struct{ *lang.Tag }

// Set implements pflag.Value.
func (l language) Set(tag string) error {
	parsed, err := lang.Parse(tag)
	if err == nil {
		*l.Tag = parsed
	}
	return err
}

// Type implements pflag.Value. The help shows it.
func (language) Type() string { return "LANG" }

// String implements pflag.Value. It does not show the language of the environment as the default, so that the help is
// the same everywhere.
func (language) String() string { return "" }

// addLanguage adds the flag that chooses the language of prose, for a command and its subcommands.
func (c *console) addLanguage(cmd *cobra.Command) {
	c.lang = lang.FromEnvironment()
	cmd.PersistentFlags().Var(language{&c.lang}, "lang", "language of output for people: en or zh-CN "+
		"(default: as LC_ALL, LC_MESSAGES or LANG says); JSON and other files, and this help, are in English")
	var list []string
	for _, l := range lang.All() {
		list = append(list, string(l)+"\t"+l.Name())
	}
	completeFlag(cmd, "lang", list)
}

// terminal returns where results go: with the width of standard output, and in color if that is a terminal.
func (c *console) terminal() report.Terminal {
	t := report.Terminal{W: c.stdout, Locale: c.lang}
	if r, ok := c.stdout.(*results); ok && r.file != nil && term.IsTerminal(int(r.file.Fd())) {
		t.Color = os.Getenv("NO_COLOR") == "" // no-color.org
		t.Width, _, _ = term.GetSize(int(r.file.Fd()))
	}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		t.Width = columns
	}
	return t
}

// maxTroubles is the maximum number of different failures of the lab itself that are written to standard error.
const maxTroubles = 16

// troubles returns a function that writes failures of the lab itself to standard error, each kind once.
func (c *console) troubles() func(error) {
	var mu sync.Mutex
	said := map[string]bool{}
	return func(err error) {
		kind := err.Error()
		if errors.Is(err, trouble.ErrOutOfFiles) {
			kind = trouble.ErrOutOfFiles.Error() // wherever it happened
		}
		mu.Lock()
		defer mu.Unlock()
		if said[kind] || len(said) == maxTroubles {
			return
		}
		said[kind] = true
		fmt.Fprintf(c.stderr, "tlslab: %s\n%s", visible.Text(err.Error()), trouble.Details(err))
	}
}

// counted returns a number of scenarios in words: "1 scenario", "2 scenarios".
func counted(n int) string {
	if n == 1 {
		return "1 scenario"
	}
	return fmt.Sprintf("%d scenarios", n)
}
