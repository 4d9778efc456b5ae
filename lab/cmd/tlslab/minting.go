package main

import (
	"errors"
	"time"
)

// seed is the flag --seed.
type seed string

// Set implements pflag.Value. An empty seed is most likely a variable that was not set, and a random seed would give
// other results than before.
func (s *seed) Set(text string) error {
	if text == "" {
		return errors.New("want a text, for example --seed workshop; without --seed, a random one is used and printed")
	}
	*s = seed(text)
	return nil
}

// String implements pflag.Value.
func (s *seed) String() string { return string(*s) }

// Type implements pflag.Value. The help shows it.
func (*seed) Type() string { return "string" }

// instant is the flag --at.
type instant time.Time

// Set implements pflag.Value.
func (i *instant) Set(text string) error {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		t, err := time.Parse(layout, text)
		switch {
		case err != nil:
		case t.IsZero(): // which would mean "not set" to the lab
			return errors.New("want a later time, as in --at 2026-11-22; leave out --at for today")
		default:
			*i = instant(t.UTC())
			return nil
		}
	}
	return errors.New("want a date as 2026-11-22 or a time as 2026-11-22T00:00:00Z; leave out --at for today")
}

// String implements pflag.Value.
func (i *instant) String() string {
	if time.Time(*i).IsZero() {
		return ""
	}
	return time.Time(*i).Format(time.RFC3339)
}

// Type implements pflag.Value. The help shows it.
func (*instant) Type() string { return "string" }
