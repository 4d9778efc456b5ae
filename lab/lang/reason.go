package lang

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Reason is one of the lab's explanations: a code with arguments, which becomes a sentence in the reader's language
// where it is shown. The zero value is no reason. The codes with their English sentences are in text/en/reasons.txt.
//
// A Reason is also an error, so that an error of the lab can be shown in any language.
type Reason struct {
	// Code is stable. It is empty for a sentence that is not the lab's own, such as an error of the system.
	Code string   `json:"code,omitempty"`
	Args []string `json:"args,omitempty"`
	// Of is the reason that this one is about, for example what happened with the control.
	Of *Reason `json:"of,omitempty"`
	// Text is the sentence in English.
	Text string `json:"text"`
}

// Because returns the reason with a code, and its arguments.
func Because(code string, args ...string) Reason {
	r := Reason{Code: code, Args: args}
	r.Text = r.in(English.reasons())
	return r
}

// About returns the reason with a code that is about r, which becomes its last argument.
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

// Has reports whether the reason, or a reason that it is about, has a code.
func (r Reason) Has(code string) bool {
	return r.Code == code || r.Of != nil && r.Of.Has(code)
}

// Map returns the reason with f applied to its arguments and its text.
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

// UnmarshalJSON reads a reason. It also reads a string, which older versions of tlslab wrote.
func (r *Reason) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*r = Plain(text)
		return nil
	}
	type plain Reason
	return json.Unmarshal(data, (*plain)(r))
}

// Reason returns a reason's sentence in the language, or in English if it is not translated.
func (t Tag) Reason(r Reason) string {
	if t == English || t == "" {
		return r.Text
	}
	return r.in(t.reasons())
}

// Sentence translates a fixed sentence that the lab declares in English, such as the reason of a known deviation. It
// returns the English if there is no translation.
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
