package mimic

import (
	"bytes"
	"fmt"
	"strings"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/file"
)

// noteWidth is the width of the comments in a file.
const noteWidth = 100

// Marshal returns a copy as a scenario file: the copy and its control. Comments at its head say what could not be
// copied. It is an error if the file could not be read again, for example because of the ID.
func Marshal(c *Copy) ([]byte, error) {
	list := []*scenarios.Scenario{c.Scenario}
	if c.Good != c.Scenario {
		list = append(list, c.Good)
	}
	data, err := file.Marshal(list...)
	if err == nil {
		_, err = file.Parse("the copy", data)
	}
	if err != nil || len(c.Notes) == 0 {
		return data, err
	}
	head, rest, _ := bytes.Cut(data, []byte("\n")) // editors look for the schema in the first line
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n# Not copied, or not exactly:\n", head)
	for _, n := range c.Notes {
		comment(&b, n.String())
	}
	b.Write(rest)
	return b.Bytes(), nil
}

// comment writes a text as an item of a list in comments.
func comment(b *bytes.Buffer, text string) {
	line := "# -"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > noteWidth {
			b.WriteString(line + "\n")
			line = "#  "
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}
