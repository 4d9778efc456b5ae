package result

import (
	"encoding/json"
	"io"
	"strings"

	"example.com/tlslab/lab/internal/visible"
)

// WriteJSON writes a value as JSON, indented, with a newline at its end. Characters that [visible.Text] would
// replace are escaped, so that the values are the same and a terminal can show the text.
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
