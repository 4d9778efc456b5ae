// Package mongolog reads what MongoDB's servers log.
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
	// Severity is "E" for an error, "F" for what ends the server. It is empty in plain text, as is what follows.
	Severity  string
	Component string
	ID        int
	Message   string
	Attr      json.RawMessage
}

// Parse reads a line.
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

// Reason returns the reason that the line gives; empty if it gives none.
func (l Line) Reason() string {
	var attr struct {
		Error  json.RawMessage `json:"error"`
		Reason string          `json:"reason"`
	}
	var status struct {
		Message string `json:"errmsg"`
	}
	json.Unmarshal(l.Attr, &attr) // what cannot be read gives no reason
	switch {
	case json.Unmarshal(attr.Error, &status) == nil && status.Message != "":
		return status.Message
	case len(attr.Error) > 0:
		return strings.Trim(string(attr.Error), `"`)
	}
	return attr.Reason
}

// String returns what does not change from run to run: severity, component, ID and message, and the reason. Plain
// text is returned as it is.
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
