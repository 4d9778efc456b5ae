package verdict

import (
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// Classify returns the failure class of a message of a client stack, or of another program for which lab/messages has
// rules; empty if no rule fits. The lab's own message about a client that it had to end is a timeout for every stack:
// on a busy machine, even a client with its own time limit may miss it.
func Classify(name, message string) failure.Class {
	if strings.HasPrefix(message, clients.OverrunPrefix) {
		return failure.Timeout
	}
	return messages.Classify(name, message)
}
