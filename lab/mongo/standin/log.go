package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// attr are the attributes of a log line.
type attr map[string]any

// logger writes lines in the format of mongod since 4.4: one JSON object each.
type logger struct {
	mu sync.Mutex
	w  io.Writer
}

// line writes a line: severity, component, ID, context and message.
func (l *logger) line(severity, component string, id int, context, message string, a attr) {
	entry := struct {
		Time      map[string]string `json:"t"`
		Severity  string            `json:"s"`
		Component string            `json:"c"`
		ID        int               `json:"id"`
		Context   string            `json:"ctx"`
		Message   string            `json:"msg"`
		Attr      attr              `json:"attr,omitempty"`
	}{map[string]string{"$date": time.Now().UTC().Format("2006-01-02T15:04:05.000+00:00")}, severity, component, id,
		context, message, a}
	data, err := json.Marshal(entry)
	if err != nil {
		return // everything that is logged can be encoded
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.w.Write(append(data, '\n'))
}

// status is an error in the format of mongod's log. Code and CodeName are mongod's.
type status struct {
	Code     int    `json:"code"`
	CodeName string `json:"codeName"`
	Message  string `json:"errmsg"`
}

func (s *status) Error() string { return s.Message }

// Errors that occur in the lab's scenarios.
func invalidSSLConfiguration(message string) *status {
	return &status{140, "InvalidSSLConfiguration", message}
}

func handshakeFailed(message string) *status { return &status{141, "SSLHandshakeFailed", message} }

func socketError(err error) *status {
	message := err.Error()
	if errors.Is(err, syscall.EADDRINUSE) {
		message = "Address already in use"
	}
	return &status{9001, "SocketException", message}
}

// reason returns the system's error about a file, without its path.
func reason(err error) string {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
