package clients

import (
	"context"
	"errors"
	"fmt"
)

// Open opens the caller's stack and looks for no other. If the stack cannot be used, the error says why. The
// caller must close the set with [Set.Close]; ctx limits only the start.
func Open(ctx context.Context, st Stack) (*Set, error) {
	places, err := st.Find(ctx)
	if err != nil {
		return nil, err
	}
	found := &search{stack: st, places: places}
	for _, p := range places {
		in, err := open(ctx, st, p)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("opening %s: %w", p.Path, err), newSet([]*search{found}, nil).Close())
		}
		found.installs = append(found.installs, in)
	}
	return newSet([]*search{found}, nil), nil
}

// open opens the program at a place, which gets a limited time to answer.
func open(ctx context.Context, st Stack, p Place) (*Install, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return st.Open(ctx, p)
}
