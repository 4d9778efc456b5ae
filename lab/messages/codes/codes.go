// Package codes knows what numbers and constant names stand for in messages about TLS failures: alerts, reasons of
// OpenSSL, HRESULTs of Windows, errors of NSS, and so on.
//
// Numbers do not depend on the language of a message. A German, a Chinese and an English message about one failure
// carry the same number, so explain reads numbers before words.
//
// Each table is a text file with the source of its rows. [Find] finds codes in a text.
package codes

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

// Space is a numbering: whose list a code is from. It is the name of a table.
type Space string

// The spaces.
const (
	Alert         Space = "alert" // IANA's TLS Alerts, wherever they are written
	OpenSSL       Space = "openssl-ssl"
	OpenSSLOther  Space = "openssl-other"
	OpenSSLVerify Space = "openssl-verify"
	BoringSSL     Space = "boringssl-ssl"
	Windows       Space = "windows"
	Schannel      Space = "schannel-events"
	WinHTTP       Space = "winhttp" // and WinINet
	NSS           Space = "nss"
	Chromium      Space = "chromium"
	Apple         Space = "apple"
	GnuTLS        Space = "gnutls"
	MbedTLS       Space = "mbedtls"
	WolfSSL       Space = "wolfssl"
	Curl          Space = "curl"
	System        Space = "system"
	Apache        Space = "apache" // httpd's AH numbers
	Java          Space = "java"
	DotNet        Space = "dotnet"
	Rustls        Space = "rustls"
	Erlang        Space = "erlang"
	UnityTLS      Space = "unitytls"
	Oracle        Space = "oracle"
	Bytes         Space = "bytes" // not a table: bytes of another protocol that were read as a number
)

// Untold is the class of codes that say that a certificate was refused, and not why. It is the same as
// messages.Untold.
const Untold failure.Class = "untold"

// Code is a row of a table.
type Code struct {
	Space Space `json:"space"`
	// Number is 0 for codes that have only a name. For [OpenSSLOther] it is LIBRARY<<16 | REASON.
	Number int64 `json:"number,omitempty"`
	// Name is the published name.
	Name string `json:"name"`
	// Classes are the failure classes that the code can stand for, the likelier first. It is empty for alerts: what
	// an alert stands for depends on who sent it.
	Classes []failure.Class `json:"classes,omitempty"`
	// Cause is the cause that the code tells beyond its class: "chain-too-long". Empty if it tells none.
	Cause string `json:"cause,omitempty"`
}

// Alert returns the alert that the code is.
func (c Code) Alert() (wire.AlertCode, bool) { return wire.AlertCode(c.Number), c.Space == Alert }

// tables has a file for each space except [Bytes].
//
//go:embed tables
var tables embed.FS

// table is a read file.
type table struct {
	space    Space
	source   string
	rows     []Code
	byNumber map[int64]int
	// spellings are other names of rows.
	spellings map[string]int
}

var all = sync.OnceValue(func() map[Space]*table {
	entries, err := tables.ReadDir("tables")
	if err != nil {
		panic(err) // the directory is embedded
	}
	set := map[Space]*table{}
	for _, e := range entries {
		data, err := tables.ReadFile(path.Join("tables", e.Name()))
		if err != nil {
			panic(err)
		}
		t, err := read(Space(strings.TrimSuffix(e.Name(), ".txt")), string(data))
		if err != nil {
			panic(err) // a test reads all tables
		}
		set[t.space] = t
	}
	return set
})

// read reads a table: lines of number, name, classes (for alerts: spellings), and a cause if there is one, separated
// by tabs. Lines that begin with # are comments, the first of which names the source.
func read(space Space, text string) (*table, error) {
	if space == "alerts" {
		space = Alert
	}
	t := &table{space: space, byNumber: map[int64]int{}, spellings: map[string]int{}}
	for n, line := range slices.Collect(strings.Lines(text)) {
		line = strings.TrimSuffix(line, "\n")
		if comment, ok := strings.CutPrefix(line, "#"); ok || line == "" {
			if source, ok := strings.CutPrefix(comment, " Source: "); ok {
				t.source = source
			}
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) < 3 || len(fields) > 4 {
			return nil, fmt.Errorf("tables/%s.txt:%d: want 3 or 4 fields, separated by tabs", space, n+1)
		}
		number, err := parseNumber(fields[0])
		if err != nil {
			return nil, fmt.Errorf("tables/%s.txt:%d: %w", space, n+1, err)
		}
		c := Code{Space: space, Number: number, Name: fields[1]}
		if len(fields) > 3 {
			c.Cause = fields[3]
		}
		if space == Alert {
			for s := range strings.SplitSeq(fields[2], "|") {
				t.spellings[s] = len(t.rows)
			}
		} else {
			for class := range strings.SplitSeq(fields[2], ",") {
				c.Classes = append(c.Classes, failure.Class(class))
			}
		}
		t.spellings[c.Name] = len(t.rows)
		if _, taken := t.byNumber[number]; !taken && fields[0] != "-" {
			t.byNumber[number] = len(t.rows)
		}
		t.rows = append(t.rows, c)
	}
	return t, nil
}

// parseNumber reads a number as the tables write them: decimal, hexadecimal with 0x, LIBRARY:REASON, or - for none.
func parseNumber(s string) (int64, error) {
	if s == "-" {
		return 0, nil
	}
	if lib, reason, ok := strings.Cut(s, ":"); ok {
		l, err := strconv.ParseInt(lib, 10, 32)
		if err != nil {
			return 0, err
		}
		r, err := strconv.ParseInt(reason, 10, 32)
		return l<<16 | r, err
	}
	return strconv.ParseInt(s, 0, 64)
}

// Lookup returns the code with a number, and whether the table of the space has it.
func Lookup(space Space, number int64) (Code, bool) {
	t := all()[space]
	if t == nil {
		return Code{}, false
	}
	i, ok := t.byNumber[number]
	if !ok {
		return Code{}, false
	}
	return t.rows[i], true
}

// Named returns the code with a name, or with another spelling of it, and whether the table of the space has it.
func Named(space Space, name string) (Code, bool) {
	t := all()[space]
	if t == nil {
		return Code{}, false
	}
	i, ok := t.spellings[name]
	if !ok {
		return Code{}, false
	}
	return t.rows[i], true
}

// All returns the codes of a space, in the order of the table. The caller may change the result.
func All(space Space) []Code {
	if t := all()[space]; t != nil {
		return slices.Clone(t.rows)
	}
	return nil
}

// Spaces returns the spaces that have a table, sorted.
func Spaces() []Space { return slices.Sorted(maps.Keys(all())) }
