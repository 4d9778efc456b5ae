package file

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"example.com/tlslab/scenarios/near"
)

// Limits of what is decoded.
const (
	maxNodes  = 100_000 // in a file, with what aliases repeat
	maxDepth  = 32      // of what is inside one another
	maxErrors = 10      // that are reported of a file
)

// decoder reads values from a parsed file.
type decoder struct {
	file    string
	anchors map[string]ast.Node
	nodes   int        // that were read
	depth   int        // of the node that is being read
	names   []nameUsed // names of certificates
	errs    []*Error
}

// nameUsed is a field that names a certificate.
type nameUsed struct {
	name string
	at   position
}

// wrong records an error at a node.
func (d *decoder) wrong(n ast.Node, format string, args ...any) {
	d.wrongAt(place(n), format, args...)
}

func (d *decoder) wrongAt(at position, format string, args ...any) {
	d.add(&Error{File: d.file, Line: at.line, Column: at.column, Text: fmt.Sprintf(format, args...)})
}

// add records an error, unless there are enough.
func (d *decoder) add(err *Error) {
	if len(d.errs) < maxErrors {
		d.errs = append(d.errs, err)
	}
}

// err returns the errors until now, as one, in the order of their places.
func (d *decoder) err() error {
	slices.SortStableFunc(d.errs, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	var list []error
	for _, err := range d.errs {
		list = append(list, err)
	}
	return errors.Join(list...)
}

// place returns where a node begins. A mapping begins with its first key.
func place(n ast.Node) position {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return place(m.Values[0].Key)
	}
	return positionOf(n.GetToken())
}

// inner returns what an anchor names or an alias repeats, or else the node itself. It returns nil after an error.
func (d *decoder) inner(n ast.Node) ast.Node {
	for range maxDepth {
		switch of := n.(type) {
		case *ast.AnchorNode:
			d.anchors[of.Name.String()] = of.Value
			n = of.Value
		case *ast.AliasNode:
			name := of.Value.String()
			anchored, ok := d.anchors[name]
			if !ok {
				d.wrong(n, "*%s: no anchor &%[1]s stands before it", name)
				return nil
			}
			n = anchored
		case *ast.MappingValueNode:
			return ast.Mapping(of.GetToken(), false, of)
		default:
			return n
		}
	}
	d.wrong(n, "an alias repeats itself: write the value instead")
	return nil
}

// value reads a node into v, which is a value of the field f.
func (d *decoder) value(n ast.Node, v reflect.Value, f field, name string) {
	d.nodes++
	d.depth++
	defer func() { d.depth-- }()
	if d.nodes > maxNodes || d.depth > maxDepth {
		if d.nodes <= maxNodes+1 { // once
			d.wrong(n, "there is too much in this file: aliases repeat too many values")
		}
		d.nodes = maxNodes + 1
		return
	}
	if n = d.inner(n); n == nil {
		return
	}
	if n.Type() == ast.NullType {
		d.wrong(n, "%s has no value: write one%s, or remove the line", name, emptyForm(v.Type()))
		return
	}
	words, closed := wordsOf(f, v.Type())
	switch {
	case v.Type() == durationType:
		d.duration(n, v, name)
	case closed && v.Kind() != reflect.Slice:
		d.word(n, v, words, name)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		d.bytes(n, v, name)
	case v.Kind() == reflect.Slice:
		d.list(n, v, f, name)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), f, name)
	case v.Kind() == reflect.Struct:
		d.fields(n, v, name)
	default:
		d.scalar(n, v, f, name)
	}
}

// emptyForm returns what to write for an empty value, as a part of a sentence.
func emptyForm(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return ", [] for an empty list"
	case t.Kind() == reflect.Pointer, t.Kind() == reflect.Struct:
		return ", {} for a good one"
	}
	return ""
}

// list reads a sequence.
func (d *decoder) list(n ast.Node, v reflect.Value, f field, name string) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.wrong(n, "%s is a list: write each element in its own line after a dash, or [element, element]", name)
		return
	}
	list := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	for i, item := range seq.Values {
		d.value(item, list.Index(i), f, fmt.Sprintf("%s[%d]", name, i))
	}
	v.Set(list)
}

// fields reads a mapping into a struct. It returns the places of the values.
func (d *decoder) fields(n ast.Node, v reflect.Value, name string) map[string]position {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		names, _ := fieldsOf(v.Type())
		d.wrong(n, "%s has fields: write them below it, each in its own line as FIELD: VALUE; the fields are %s",
			name, strings.Join(names, ", "))
		return nil
	}
	names, index := fieldsOf(v.Type())
	places := map[string]position{}
	for _, entry := range m.Values {
		key := keyOf(entry)
		i, known := index[key]
		if !known {
			key = clip(key)
			d.wrong(entry.Key, "%s has no field %q%s: it has %s", name, key, near.Hint(key, names),
				strings.Join(names, ", "))
			continue
		}
		places[key] = place(entry.Value)
		d.value(entry.Value, v.Field(i), field{v.Type(), v.Type().Field(i).Name}, key)
	}
	return places
}

// keyOf returns the key of an entry.
func keyOf(entry *ast.MappingValueNode) string {
	if s, ok := entry.Key.(*ast.StringNode); ok {
		return s.Value
	}
	return entry.Key.String()
}

// text returns the text of a scalar, and whether it is one.
func text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case ast.ScalarNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// word reads one of a field's words.
func (d *decoder) word(n ast.Node, v reflect.Value, words vocabulary, name string) {
	word, ok := text(n)
	if !ok {
		d.wrong(n, "%s is one word: want one of %s", name, strings.Join(words.list(), ", "))
		return
	}
	if v.Kind() == reflect.String {
		if slices.Contains(words.list(), word) {
			v.SetString(word)
			return
		}
	} else if value, ok := words.number(word); ok {
		if v.CanUint() {
			v.SetUint(value)
		} else {
			v.SetInt(int64(value))
		}
		return
	}
	word = clip(word)
	hint := near.Hint(word, words.list())
	if hint == "" || len(words.list()) <= fewWords {
		hint += ": want one of " + strings.Join(words.list(), ", ")
	}
	d.wrong(n, "%s: there is no %s %q%s", name, words.what, word, hint)
}

// clip shortens a word for an error.
func clip(word string) string {
	const most = 100
	if len(word) <= most {
		return word
	}
	return strings.ToValidUTF8(word[:most], "") + "…"
}

// fewWords is the number of words that an error lists even if it knows which was meant.
const fewWords = 12

// duration reads a duration.
func (d *decoder) duration(n ast.Node, v reflect.Value, name string) {
	s, _ := text(n)
	length, err := time.ParseDuration(s)
	if err != nil {
		d.wrong(n, "%s: %q is not a duration: write a number with a unit, for example 2s or 500ms", name, clip(s))
		return
	}
	v.SetInt(int64(length))
}

// bytes reads base64.
func (d *decoder) bytes(n ast.Node, v reflect.Value, name string) {
	s, _ := text(n)
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		d.wrong(n, "%s is not base64: %v", name, err)
		return
	}
	v.SetBytes(data)
}

// scalar reads a text, a number or a boolean.
func (d *decoder) scalar(n ast.Node, v reflect.Value, f field, name string) {
	written, isScalar := text(n)
	isText := n.Type() == ast.StringType || n.Type() == ast.LiteralType
	switch {
	case !isScalar:
		not := "a list"
		if n.Type() == ast.MappingType {
			not = "fields: text with a colon needs quotes, as in \"DNS:localhost\""
		}
		d.wrong(n, "%s is one %s, and not %s", name, kindOf(v), not)
	case v.Kind() == reflect.String && !isText:
		d.wrong(n, "%s is text: write %q, with the quotes", name, written)
	case v.Kind() == reflect.String:
		v.SetString(written)
		d.check(n, v, f, name)
	case v.Kind() == reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			d.wrong(n, "%s is true or false, without quotes", name)
			return
		}
		v.SetBool(b.Value)
	case v.CanInt():
		i, err := strconv.ParseInt(written, 10, v.Type().Bits())
		if err != nil || isText {
			d.wrong(n, "%s is a number, without quotes: not %q", name, clip(written))
			return
		}
		v.SetInt(i)
	case v.CanUint():
		i, err := strconv.ParseUint(written, 10, v.Type().Bits())
		if err != nil || isText {
			d.wrong(n, "%s is a number, without quotes: not %q", name, written)
			return
		}
		v.SetUint(i)
	default:
		d.wrong(n, "%s cannot be given in a file", name)
	}
}

func kindOf(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.String:
		return "text"
	case v.Kind() == reflect.Bool:
		return "boolean"
	}
	return "number"
}

// check checks a text: that it is written right, and later, that the certificate that it names exists.
func (d *decoder) check(n ast.Node, v reflect.Value, f field, name string) {
	if c, ok := v.Interface().(checked); ok {
		if err := c.Check(); err != nil {
			d.wrong(n, "%s: %v", name, err)
		}
	}
	if certificateNames[f] {
		d.names = append(d.names, nameUsed{v.String(), place(n)})
	}
}
