package result

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/scenarios/failure"
)

// Message is what the clients of a stack were recorded to say about a scenario that they rejected.
type Message struct {
	Stack    string        `json:"stack"`
	Scenario string        `json:"scenario"`
	Class    failure.Class `json:"class"`
	// FromAlert says that the message names no cause, and that Class is what the client's alert told.
	FromAlert bool `json:"class_from_alert,omitempty"`
	// Clients names the clients as the record does: "*" for all, or variants with their versions.
	Clients string `json:"clients"`
	Message string `json:"message"` // as [messages.Steady] returns it
}

// Messages reads the messages of rejections off a record, as [WriteRecord] writes it, in the order of
// its files and lines. It is for lookups: the cells of each client are what [ReadRecord] returns.
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
				return nil, fmt.Errorf("%s: line %d: it has %d fields: want a scenario and five more", name, n, len(fields))
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
