package lang

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Reason is a sentence in which the lab says why: a code with arguments, which is put into words where it is
// shown. The zero value is no reason. Codes and their English are in text/en/reasons.txt.
//
// It is an error as well, so that whatever fails for a reason of the lab's can be told in any language.
type Reason struct {
	// Code is stable; empty for a sentence that the lab does not know, such as an error of the system.
	Code string   `json:"code,omitempty"`
	Args []string `json:"args,omitempty"`
	// Of is the reason that this one is about: what happened on the control, for one.
	Of *Reason `json:"of,omitempty"`
	// Text is the sentence in English.
	Text string `json:"text"`
}

// Because returns the reason of a code, with its arguments.
func Because(code string, args ...string) Reason {
	r := Reason{Code: code, Args: args}
	r.Text = r.in(English.reasons())
	return r
}

// About returns the reason of a code that is about another reason; the other is its last argument.
func (r Reason) About(code string, args ...string) Reason {
	outer := Reason{Code: code, Args: args, Of: &r}
	outer.Text = outer.in(English.reasons())
	return outer
}

// Plain returns a reason without a code, from a sentence in English.
func Plain(text string) Reason { return Reason{Text: text} }

// String returns the sentence in English.
func (r Reason) String() string { return r.Text }

// Error returns the sentence in English.
func (r Reason) Error() string { return r.Text }

// IsZero reports whether there is no reason.
func (r Reason) IsZero() bool { return r.Text == "" }

// Has reports whether the reason, or one that it is about, has a code.
func (r Reason) Has(code string) bool {
	return r.Code == code || r.Of != nil && r.Of.Has(code)
}

// Map returns the reason with f applied to all that it quotes.
func (r Reason) Map(f func(string) string) Reason {
	r.Args = slices.Clone(r.Args)
	for i, arg := range r.Args {
		r.Args[i] = f(arg)
	}
	if r.Of != nil {
		r.Of = new(r.Of.Map(f))
	}
	r.Text = f(r.Text)
	return r
}

// UnmarshalJSON reads a reason. Older versions of tlslab wrote the sentence alone.
func (r *Reason) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*r = Plain(text)
		return nil
	}
	type plain Reason
	return json.Unmarshal(data, (*plain)(r))
}

// Reason returns a reason in the language. One that is not translated is in English.
func (t Tag) Reason(r Reason) string {
	if t == English || t == "" {
		return r.Text
	}
	return r.in(t.reasons())
}

// Sentence returns a fixed sentence that the lab declares in English, in the language: what is known of a
// stack, what a client has to do. One that is not translated is in English.
func (t Tag) Sentence(english string) string {
	if t == English || t == "" {
		return english
	}
	if text, ok := t.Words("sentences")[Slug(english)]; ok {
		return text
	}
	return english
}

// Slug returns the name under which a fixed sentence is translated: its words in lower case, joined by hyphens.
func Slug(sentence string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(sentence), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}

// reasons returns the formats of reasons by their codes.
func (t Tag) reasons() book { return book{t, t.Words("reasons")} }

type book struct {
	tag   Tag
	words Words
}

func (r Reason) in(b book) string {
	format, ok := b.words[r.Code]
	if !ok {
		return b.tag.Sentence(r.Text)
	}
	var args []any
	for _, arg := range r.Args {
		args = append(args, b.tag.Sentence(arg))
	}
	if r.Of != nil {
		args = append(args, r.Of.in(b))
	}
	return fmt.Sprintf(format, args...)
}
