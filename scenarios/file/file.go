// Package file reads and writes scenarios of the user's own, as YAML. tlslab show ID --yaml prints a scenario of the
// built-in catalogue as such a file.
//
// A file has one scenario, or several: a list below scenarios, or documents that are separated by lines of three
// dashes. The fields are those of [scenarios.Scenario], pki.Recipe and the structs in them, by the names in their yaml
// and json tags. Unknown fields are errors.
//
// Words stand for numbers: TLS versions are "1.2", cipher suites and groups have the names that IANA gives them, and
// client_auth is "require-and-verify". Bytes, such as an extension's DER value, are base64 (RFC 4648, section 4), as
// they are in JSON recipes. Points in time are those of pki.Moment: relative to the lab's time ("-24h"), or absolute
// ("2026-11-22").
//
// Files are untrusted: their size, depth and aliases are limited.
package file

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/near"
)

// Limits of what is read.
const (
	maxSize  = 256 << 10 // of a file, in bytes: the whole catalogue is as big
	maxFiles = 500       // in a directory
)

// Schema is the JSON Schema of a file with one scenario or a list of them. Editors use it to complete and check files.
//
//go:embed scenario.schema.json
var Schema []byte

// extensions are the endings of the names of the files that are read from a directory.
var extensions = []string{".yaml", ".yml"}

// Error is an error in a file. Lines and columns count from 1. They are zero if the error is about the whole file.
type Error struct {
	File         string
	Line, Column int
	Text         string // what is wrong, and what to write instead
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Text)
}

// row is a scenario that was read, with the places of its fields.
type row struct {
	scenario *scenarios.Scenario
	file     string
	at       position            // of its first field
	fields   map[string]position // of its fields' values, by the fields' names
}

// wrong returns an error about a field of the row.
func (r row) wrong(field, text string) *Error {
	at, ok := r.fields[field]
	if !ok {
		at = r.at
	}
	return &Error{File: r.file, Line: at.line, Column: at.column, Text: text}
}

// Read reads files, and directories with all their files whose names end in .yaml or .yml, in the order of their
// names. It returns the catalogue of their scenarios: see [scenarios.Own]. It also mints every recipe once, to find
// those that cannot be minted. Errors in files are of type *[Error]; several are joined.
func Read(paths ...string) (*scenarios.Catalogue, error) {
	var rows []row
	for _, path := range paths {
		names, err := files(path)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := content(name)
			if err != nil {
				return nil, err
			}
			list, err := parse(name, data)
			if err != nil {
				return nil, err
			}
			rows = append(rows, list...)
		}
	}
	c, err := catalogue(rows)
	if err != nil {
		return nil, err
	}
	c.Paths = slices.Clone(paths)
	return c, nil
}

// Parse reads the scenarios of one file. The name is for errors. It does not look at controls, and fills in nothing:
// see [Read].
func Parse(name string, data []byte) ([]*scenarios.Scenario, error) {
	rows, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	return scenariosOf(rows), nil
}

func scenariosOf(rows []row) []*scenarios.Scenario {
	var list []*scenarios.Scenario
	for _, r := range rows {
		list = append(list, r.scenario)
	}
	return list
}

// catalogue returns the catalogue of rows, which may be of several files.
func catalogue(rows []row) (*scenarios.Catalogue, error) {
	c, err := scenarios.Own(scenariosOf(rows))
	var own *scenarios.OwnError
	if errors.As(err, &own) {
		text := own.Text
		if own.Word != "" {
			text += near.Hint(own.Word, own.Near) + ": name a control of these files or of the built-in catalogue, " +
				"or write none to have one made"
		}
		return nil, rows[own.Index].wrong(own.Field, text)
	}
	if err != nil {
		return nil, err
	}
	return c, mintable(rows)
}

// files returns the files of a path: itself, or those of a directory.
func files(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading scenarios: %w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("reading scenarios: %w", err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && slices.Contains(extensions, filepath.Ext(e.Name())) {
			names = append(names, filepath.Join(path, e.Name()))
		}
	}
	switch {
	case len(names) == 0:
		return nil, &Error{File: path, Text: "the directory has no file with a name that ends in " +
			strings.Join(extensions, " or ") + ": tlslab show expired --yaml prints an example"}
	case len(names) > maxFiles:
		return nil, &Error{File: path, Text: fmt.Sprintf("the directory has %d files: at most %d are read",
			len(names), maxFiles)}
	}
	return names, nil
}

// content reads a file.
func content(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("reading scenarios: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading scenarios: %s: %w", name, err)
	}
	return data, nil
}
