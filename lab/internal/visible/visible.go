// Package visible makes text that others wrote fit to be shown on a terminal and in a document.
package visible

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text returns text that others wrote so that it can be shown: what would move a cursor, turn
// the direction of writing or end a document (control and format characters, bytes that are not
// UTF-8) is written as Go writes it in a string (\x1b, \u202e). Lines and tabs stay.
func Text(s string) string {
	if Is(s) {
		return s
	}
	var out strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&out, `\x%02x`, s[i])
		case !Hidden(r):
			out.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&out, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			fmt.Fprintf(&out, `\U%08x`, r)
		}
	}
	return out.String()
}

// Is reports whether text can be shown as it is.
func Is(s string) bool { return !strings.ContainsFunc(s, Hidden) && utf8.ValidString(s) }

// JSON escapes characters in the strings of a JSON text that must not be shown as they are. The
// values stay the same, and the text does no harm to a terminal.
func JSON(text string) string {
	if Is(text) {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		switch {
		case !Hidden(r):
			out.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		}
	}
	return out.String()
}

// Clean replaces every string that a value holds by what [Text] returns for it: what a file holds
// may come from anybody.
func Clean(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); v.CanSet() && !Is(s) {
			v.SetString(Text(s))
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			Clean(v.Elem())
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			Clean(v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			Clean(v.Index(i))
		}
	}
}

// Hidden reports whether a character is not to be shown as it is. U+FFFE and U+FFFF are not
// allowed in XML (section 2.2).
func Hidden(r rune) bool {
	if r == '\n' || r == '\t' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == 0xfffe || r == 0xffff || r == 0xfeff
}
