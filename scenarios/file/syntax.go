package file

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of what is parsed. They are far above what a scenario needs. The parser calls itself for each level.
const (
	maxFlow   = 16     // the depth of brackets and braces
	maxIndent = 100    // the column in which a list item or a field can begin
	maxTokens = 40_000 // in a file: the parser's time grows with their square
	maxMarks  = 8      // list items, anchors and the like that open levels in one line
)

// position is a place in a file. Lines and columns count from 1.
type position struct{ line, column int }

func positionOf(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{1, 1}
	}
	return position{t.Position.Line, t.Position.Column}
}

// documents parses a file to the bodies of its documents.
func documents(name string, data []byte) (bodies []ast.Node, err error) {
	if len(data) > maxSize {
		return nil, &Error{File: name, Text: fmt.Sprintf("it has more than %d bytes: it is no scenario file, "+
			"or should be several", maxSize)}
	}
	if !utf8.Valid(data) {
		return nil, &Error{File: name, Text: "it is not UTF-8: save it with that encoding"}
	}
	defer func() {
		if trouble := recover(); trouble != nil { // of the parser
			err = &Error{File: name, Text: fmt.Sprintf("it cannot be read as YAML: %v", trouble)}
		}
	}()
	tokens := lexer.Tokenize(string(data))
	if t, text := tooDeep(tokens); t != nil {
		at := positionOf(t)
		return nil, &Error{File: name, Line: at.line, Column: at.column, Text: text}
	}
	if len(tokens) > maxTokens {
		at := positionOf(tokens[maxTokens])
		return nil, &Error{File: name, Line: at.line, Column: at.column, Text: fmt.Sprintf("it has more than %d words "+
			"and marks up to here: it is no scenario file, or should be several", maxTokens)}
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, syntaxError(name, err)
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			at := positionOf(doc.Start)
			return nil, &Error{File: name, Line: at.line, Column: at.column, Text: "there is no scenario: " +
				"tlslab show expired --yaml prints an example"}
		}
		bodies = append(bodies, doc.Body)
	}
	return bodies, nil
}

// tooDeep returns a token that opens a level too many or that is not supported, and what to tell about it.
func tooDeep(tokens token.Tokens) (*token.Token, string) {
	depth, marks, line := 0, 0, 0
	for i, t := range tokens {
		if t.Position.Line != line {
			line, marks = t.Position.Line, 0
		}
		opens, column := false, t.Position.Column // whether it opens a level that is not in brackets, and where
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.AliasType:
			opens = true
		case token.MappingValueType:
			if opens = depth == 0; i > 0 {
				column = tokens[i-1].Position.Column // of the key
			}
		case token.TagType:
			return t, "tags are not supported: remove " + t.Value
		case token.DirectiveType:
			return t, "directives are not supported: remove the line"
		case token.MergeKeyType:
			return t, "<< is not supported: write the fields themselves"
		}
		if opens {
			marks++
		}
		if depth > maxFlow || marks > maxMarks || opens && depth == 0 && column > maxIndent {
			return t, "too many levels: no scenario needs as many"
		}
	}
	return nil, ""
}

// syntaxError returns the parser's error with its position.
func syntaxError(name string, err error) error {
	var at yaml.Error
	if errors.As(err, &at) {
		p := positionOf(at.GetToken())
		return &Error{File: name, Line: p.line, Column: p.column, Text: "YAML syntax: " + at.GetMessage() +
			" (text with : or # in it needs quotes)"}
	}
	return &Error{File: name, Text: "YAML syntax: " + err.Error()}
}
