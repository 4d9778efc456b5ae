// Package mongolog parses the logs of MongoDB's servers.
package mongolog

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Line is one line of a log: a JSON object since MongoDB 4.4, plain text before.
type Line struct {
	// Text is the line as it was written.
	Text string
	// Severity is "E" for an error, "F" for a fatal one. For a line of plain text, this and the following are empty.
	Severity  string
	Component string
	ID        int
	Message   string
	Attr      json.RawMessage
}

// Parse parses a line.
func Parse(text string) Line {
	var entry struct {
		Severity  string          `json:"s"`
		Component string          `json:"c"`
		ID        int             `json:"id"`
		Message   string          `json:"msg"`
		Attr      json.RawMessage `json:"attr"`
	}
	if json.Unmarshal([]byte(text), &entry) != nil {
		return Line{Text: text}
	}
	return Line{text, entry.Severity, entry.Component, entry.ID, entry.Message, entry.Attr}
}

// IsError reports whether the line says that something failed.
func (l Line) IsError() bool { return l.Severity == "E" || l.Severity == "F" }

// Reason returns the reason that the line gives, or "" without one.
func (l Line) Reason() string {
	var attr struct {
		Error  json.RawMessage `json:"error"`
		Reason string          `json:"reason"`
	}
	var status struct {
		Message string `json:"errmsg"`
	}
	json.Unmarshal(l.Attr, &attr) // attributes of another form have no reason
	switch {
	case json.Unmarshal(attr.Error, &status) == nil && status.Message != "":
		return status.Message
	case len(attr.Error) > 0:
		return strings.Trim(string(attr.Error), `"`)
	}
	return attr.Reason
}

// String returns what is the same in every run: severity, component, ID, message and reason. For a line of plain text
// it returns the line.
func (l Line) String() string {
	if l.Message == "" {
		return l.Text
	}
	text := fmt.Sprintf("%s %s %d %s", l.Severity, l.Component, l.ID, l.Message)
	if why := l.Reason(); why != "" {
		text += ": " + why
	}
	return text
}
