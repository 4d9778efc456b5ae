// Package visible makes text from untrusted sources safe to show on a terminal and in documents.
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

// Text returns text with everything escaped that could move the cursor, change the direction of writing or end a
// document: control and format characters, and bytes that are not UTF-8. The escapes are those of Go strings (\x1b,
// \u202e). Newlines and tabs stay.
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

// Is reports whether text can be shown unchanged.
func Is(s string) bool { return !strings.ContainsFunc(s, Hidden) && utf8.ValidString(s) }

// JSON escapes the same characters in the strings of a JSON text, which keeps its values.
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

// Clean replaces every settable string in a value by its [Text]. It is for values that were read from a file, which
// anyone may have written.
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

// Hidden reports whether a character must be escaped. U+FFFE and U+FFFF are not allowed in XML (section 2.2).
func Hidden(r rune) bool {
	if r == '\n' || r == '\t' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == 0xfffe || r == 0xffff || r == 0xfeff
}
