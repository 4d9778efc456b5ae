package explain

import (
	"slices"

	"example.com/tlslab/lab/internal/lexicon"
	"example.com/tlslab/lab/messages"
)

// speaker is a program or library that can be recognised by the marks in its messages.
type speaker struct {
	// marks are texts that only this speaker writes.
	marks []string
	// stacks are the names of the sources that it can be, the likeliest first.
	stacks []string
	// server says that it is a server, writing about its clients.
	server bool
	// own says that it writes about its own files and settings, before any connection.
	own bool
	// speaks are the sources whose messages it passes on.
	speaks []string
}

// speakers are the speakers of all sources, in the order in which they are tried.
var speakers = func() (list []speaker) {
	for _, s := range messages.Sources() {
		voices := s.Voices
		if voices == nil && s.Marks != nil {
			voices = []messages.Voice{{Marks: s.Marks}}
		}
		for _, v := range voices {
			stacks := v.Sources
			if stacks == nil {
				stacks = []string{s.Name}
			}
			list = append(list, speaker{marks: v.Marks, stacks: stacks, server: v.Server, own: v.Own, speaks: s.Passes})
		}
	}
	return list
}()

// preferred is the order in which stacks are named if a message could be from any of them: the more common first.
var preferred = []string{
	"curl", "python", "requests", "node", "go", "java", "openssl", "urllib3", "httpx", "aiohttp", "axios", "fetch",
	"pymongo",
}

// rank returns the position of a stack in that order.
func rank(stack string) int {
	if i := slices.Index(preferred, stack); i >= 0 {
		return i
	}
	return len(preferred)
}

// words returns the stacks in whose words a speaker's messages are.
func (s speaker) words() []string { return append(slices.Clone(s.stacks), s.speaks...) }

// spoken returns the lab's stack in whose words the messages of a program are: the program itself, if it is one.
func spoken(name string) string {
	if slices.Contains(messages.Stacks(), name) {
		return name
	}
	for _, s := range speakers {
		if slices.Contains(s.stacks, name) && len(s.speaks) > 0 {
			return s.speaks[0]
		}
	}
	return name
}

// marks are the marks of all speakers. markedBy is, for each mark, the index of its speaker.
var (
	marks    = lexicon.New(allMarks())
	markedBy = func() (by []int) {
		for i, s := range speakers {
			by = append(by, slices.Repeat([]int{i}, len(s.marks))...)
		}
		return by
	}()
)

func allMarks() (list []string) {
	for _, s := range speakers {
		list = append(list, s.marks...)
	}
	return list
}

// says returns the first speaker that has a mark in the message.
func says(message string) (speaker, bool) {
	first := len(speakers)
	marks.Each(message, func(mark, _ int) bool {
		first = min(first, markedBy[mark])
		return first > 0
	})
	if first == len(speakers) {
		return speaker{}, false
	}
	return speakers[first], true
}

// Clients returns the names that [Finding.Stacks] can have, sorted: the lab's stacks, and programs that the lab does
// not run.
func Clients() []string {
	names := messages.Stacks()
	for _, s := range speakers {
		names = append(names, s.stacks...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isServer reports whether a name is that of a server.
func isServer(name string) bool {
	return slices.ContainsFunc(speakers, func(s speaker) bool {
		return (s.server || s.own) && slices.Contains(s.stacks, name)
	})
}
