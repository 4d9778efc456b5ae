package result

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/scenarios/failure"
)

// Message is a recorded message of the clients of a stack about a scenario that they rejected.
type Message struct {
	Stack    string        `json:"stack"`
	Scenario string        `json:"scenario"`
	Class    failure.Class `json:"class"`
	// FromAlert means that the message names no cause, and that Class is from the client's alert.
	FromAlert bool `json:"class_from_alert,omitempty"`
	// Clients names the clients as the record does: "*" for all, or variants with their versions.
	Clients string `json:"clients"`
	Message string `json:"message"` // as [messages.Steady] returns it
}

// Messages reads the messages of rejections from a record, as written by [WriteRecord], in the order of its files and
// lines. It is for lookups; [ReadRecord] returns the cells of each client.
func Messages(record fs.FS) ([]Message, error) {
	files, err := fs.Glob(record, "*"+recordSuffix)
	if err != nil {
		return nil, err
	}
	var list []Message
	for _, name := range files {
		data, err := fs.ReadFile(record, name)
		if err != nil {
			return nil, err
		}
		stack, n := strings.TrimSuffix(name, recordSuffix), 0
		for line := range bytes.Lines(data) {
			n++
			fields := strings.Split(strings.TrimRight(string(line), "\r\n"), "\t")
			switch {
			case fields[0] == "" || fields[0][0] == '#' || fields[0] == recordClient:
			case len(fields) != 6:
				return nil, fmt.Errorf("%s: line %d: it has %d fields: want a scenario and five others", name, n,
					len(fields))
			case clients.Outcome(fields[1]) == clients.Rejected:
				class, fromAlert := strings.CutPrefix(fields[3], alertPrefix)
				list = append(list, Message{
					Stack: stack, Scenario: fields[0], Class: failure.Class(class), FromAlert: fromAlert,
					Clients: fields[4], Message: unescape.Replace(fields[5]),
				})
			}
		}
	}
	return list, nil
}
