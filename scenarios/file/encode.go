package file

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/tlslab/scenarios"
)

// width is the number of columns into which text is wrapped.
const width = 100

// schemaLine tells editors which schema a file has: they find it if it is in the same directory.
const schemaLine = "# yaml-language-server: $schema=scenario.schema.json\n"

// Marshal returns scenarios as a file that [Parse] reads: one, or several as documents of their own. Fields that have
// their zero value are left out.
func Marshal(list ...*scenarios.Scenario) ([]byte, error) {
	e := &encoder{}
	e.out.WriteString(schemaLine)
	for i, s := range list {
		if i > 0 {
			e.out.WriteString("---\n")
		}
		e.fields(reflect.ValueOf(s).Elem(), 0, false)
	}
	return []byte(e.out.String()), e.err
}

// encoder writes values in block style.
type encoder struct {
	out strings.Builder
	err error
}

func (e *encoder) indent(depth int) { e.out.WriteString(strings.Repeat("  ", depth)) }

// fields writes the fields of a struct that are not zero. If the struct is an item of a list, its first field follows
// the dash.
func (e *encoder) fields(v reflect.Value, depth int, isItem bool) {
	names, index := fieldsOf(v.Type())
	for _, name := range names {
		i := index[name]
		if v.Field(i).IsZero() {
			continue
		}
		if !isItem {
			e.indent(depth)
		}
		isItem = false
		e.out.WriteString(name + ":")
		e.value(v.Field(i), depth, field{v.Type(), v.Type().Field(i).Name})
	}
}

// value writes a value after its field's name, and ends the line.
func (e *encoder) value(v reflect.Value, depth int, f field) {
	words, closed := wordsOf(f, v.Type())
	switch {
	case v.Kind() == reflect.Pointer:
		e.value(v.Elem(), depth, f)
	case v.Kind() == reflect.Struct && isEmpty(v):
		e.out.WriteString(" {}\n")
	case v.Kind() == reflect.Struct:
		e.out.WriteString("\n")
		e.fields(v, depth+1, false)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		e.out.WriteString(" " + quote(base64.StdEncoding.EncodeToString(v.Bytes())) + "\n")
	case v.Kind() == reflect.Slice:
		e.list(v, depth, f)
	case closed && v.Kind() != reflect.String:
		e.number(v, words)
	default:
		e.scalar(v, depth)
	}
}

// isEmpty reports whether a struct has no field to write.
func isEmpty(v reflect.Value) bool {
	names, index := fieldsOf(v.Type())
	for _, name := range names {
		if !v.Field(index[name]).IsZero() {
			return false
		}
	}
	return true
}

// list writes a list, an item in a line.
func (e *encoder) list(v reflect.Value, depth int, f field) {
	if v.Len() == 0 {
		e.out.WriteString(" []\n")
		return
	}
	e.out.WriteString("\n")
	for i := range v.Len() {
		e.indent(depth + 1)
		e.out.WriteString("-")
		item := v.Index(i)
		if item.Kind() == reflect.Struct && !isEmpty(item) {
			e.out.WriteString(" ")
			e.fields(item, depth+2, true)
			continue
		}
		e.value(item, depth+1, f)
	}
}

// number writes the word for a number, and the number as a comment if captures and standards show it in hex.
func (e *encoder) number(v reflect.Value, words vocabulary) {
	n := uint64(0)
	if v.CanUint() {
		n = v.Uint()
	} else {
		n = uint64(v.Int())
	}
	word, ok := words.word(n)
	if !ok && e.err == nil {
		e.err = fmt.Errorf("there is no word for the %s %d: a file cannot have it", words.what, n)
	}
	e.out.WriteString(" " + quote(word))
	if words.hex {
		fmt.Fprintf(&e.out, " # 0x%04X", n)
	}
	e.out.WriteString("\n")
}

// scalar writes a text, a number or a boolean.
func (e *encoder) scalar(v reflect.Value, depth int) {
	switch {
	case v.Type() == durationType:
		e.out.WriteString(" " + time.Duration(v.Int()).String() + "\n")
	case v.Kind() == reflect.Bool:
		fmt.Fprintf(&e.out, " %t\n", v.Bool())
	case v.CanInt():
		fmt.Fprintf(&e.out, " %d\n", v.Int())
	case v.CanUint():
		fmt.Fprintf(&e.out, " %d\n", v.Uint())
	case v.Kind() == reflect.String:
		e.text(v.String(), depth)
	default:
		if e.err == nil {
			e.err = fmt.Errorf("a file cannot have a %s", v.Type())
		}
	}
}

// text writes a text: in its line if it fits, or else folded (YAML 1.2, section 8.1.3) if it consists of words that are
// separated by single spaces.
func (e *encoder) text(s string, depth int) {
	if !utf8.ValidString(s) && e.err == nil {
		e.err = fmt.Errorf("text %q is not UTF-8: a file cannot have it", s)
	}
	words := strings.Split(s, " ")
	if len(s) <= width-2*depth || !isFoldable(words) {
		e.out.WriteString(" " + quote(s) + "\n")
		return
	}
	e.out.WriteString(" >-")
	column := width
	for _, word := range words {
		if column+1+len(word) > width {
			e.out.WriteString("\n")
			e.indent(depth + 1)
			column = 2 * (depth + 1)
		} else {
			e.out.WriteString(" ")
			column++
		}
		e.out.WriteString(word)
		column += len(word)
	}
	e.out.WriteString("\n")
}

// isFoldable reports whether words that are joined by spaces stay the same if a line can end after each of them.
func isFoldable(words []string) bool {
	unfit := func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }
	for _, word := range words {
		if word == "" || strings.ContainsFunc(word, unfit) {
			return false
		}
	}
	return true
}

// plain matches text that needs no quotes, unless it is one of the words of other types.
var (
	plain    = regexp.MustCompile(`^[A-Za-z*-]*[A-Za-z][A-Za-z0-9_./+()' ,;*-]*(:[A-Za-z0-9_./+()' ,;*-]+)*$`)
	notPlain = regexp.MustCompile(`(?i)^(true|false|null|yes|no|on|off|y|n|[.+-].*|\*.*|.*: .*|.* #.*|.* |---.*)$`)
)

// quote returns a text as a scalar in one line, in double quotes if it needs them (YAML 1.2, section 7.3.1).
func quote(s string) string {
	if plain.MatchString(s) && !notPlain.MatchString(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r):
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(`\U` + fmt.Sprintf("%08s", strconv.FormatInt(int64(r), 16)))
		}
	}
	b.WriteByte('"')
	return b.String()
}
