package result

import (
	"encoding/json"
	"io"
	"strings"

	"example.com/tlslab/lab/internal/visible"
)

// WriteJSON writes a value as indented JSON with a final newline. Characters that [visible.Text] would replace are
// escaped, so that a terminal can show the text and the values do not change.
func WriteJSON(w io.Writer, v any) error { return writeJSON(w, v, "  ") }

func writeJSON(w io.Writer, v any, indent string) error {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetIndent("", indent)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, visible.JSON(out.String()))
	return err
}
