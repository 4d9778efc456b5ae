package report

import (
	"encoding/json"
	"io"
)

// WriteJSON writes a value as JSON, indented, with a newline at its end.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
