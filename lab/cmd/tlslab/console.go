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

// console is where commands write to, and in which language.
type console struct {
	stdout, stderr io.Writer
	lang           lang.Tag // of prose for people
}

// language is the flag of the language.
type language struct{ *lang.Tag }

// Set implements pflag.Value.
func (l language) Set(tag string) error {
	parsed, err := lang.Parse(tag)
	if err == nil {
		*l.Tag = parsed
	}
	return err
}

// Type implements pflag.Value: it stands in the help.
func (language) Type() string { return "LANG" }

// String implements pflag.Value. The language that the environment asks for is not shown as the default,
// so that the help is the same everywhere.
func (language) String() string { return "" }

// addLanguage adds the flag that chooses the language of prose, for a command and all below it.
func (c *console) addLanguage(cmd *cobra.Command) {
	c.lang = lang.FromEnvironment()
	cmd.PersistentFlags().Var(language{&c.lang}, "lang", "language of what is written for people to read: en or zh-CN (default: what LC_ALL, LC_MESSAGES or LANG says); JSON and other files, and this help, are in English")
	var list []string
	for _, l := range lang.All() {
		list = append(list, string(l)+"\t"+l.Name())
	}
	completeFlag(cmd, "lang", list)
}

// terminal returns where results go, as wide as it is and colored if it is a terminal.
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

// maxTroubles bounds how many different failures of the lab itself are written to standard error.
const maxTroubles = 16

// troubles returns a function that writes failures of the lab itself to standard error, each kind once.
func (c *console) troubles() func(error) {
	var mu sync.Mutex
	said := map[string]bool{}
	return func(err error) {
		kind := err.Error()
		if errors.Is(err, trouble.ErrOutOfFiles) {
			kind = trouble.ErrOutOfFiles.Error() // wherever that was
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

// counted says how many scenarios there are.
func counted(n int) string {
	if n == 1 {
		return "1 scenario"
	}
	return fmt.Sprintf("%d scenarios", n)
}
