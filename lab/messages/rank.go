package messages

import (
	"strings"

	"example.com/tlslab/scenarios/failure"
)

// rank is how much words tell of a failure. Programs say several things of one failure, in an order of their own: what
// tells most counts, wherever it stands.
type rank int

const (
	ofClass rank = iota // what the rule's class tells
	nothing             // that something failed
	broke               // that the connection ended, as it does whatever the reason was
	failed              // that verification or the handshake failed, and not why
	named               // what is wrong
)

// ranks are those of the classes whose words name no fault. The words of all others do.
var ranks = map[failure.Class]rank{
	failure.UnexpectedEOF:     broke,
	failure.ConnectionReset:   broke,
	failure.ConnectionRefused: broke,
	failure.Timeout:           broke,
	failure.NameResolution:    broke,
	failure.HandshakeFailure:  failed,
	Untold:                    failed,
}

// rank returns how much the rule's words tell.
func (r Rule) rank() rank {
	if r.tells != ofClass {
		return r.tells
	}
	if of, ok := ranks[r.Class]; ok {
		return of
	}
	return named
}

// telling returns the rule that tells most of a message: of those that count, the first of the highest rank. It
// reports whether any does. A nil counts means that all do whose words the message has.
func telling(rules []Rule, message string, counts func(Rule) bool) (best Rule, ok bool) {
	for _, r := range rules {
		if ok && r.rank() <= best.rank() || !strings.Contains(message, r.Contains) || counts != nil && !counts(r) {
			continue
		}
		best, ok = r, true
		if best.rank() == named {
			break
		}
	}
	return best, ok
}

// MostTelling returns the rule of a stack's that tells most of a message, and whether there is one. It considers only
// rules that count; nil means all.
func MostTelling(stack, message string, counts func(Rule) bool) (Rule, bool) {
	return telling(withLookups(stack), message, counts)
}

// MoreTelling reports whether a rule's words tell more than another's.
func MoreTelling(r, than Rule) bool { return r.rank() > than.rank() }
