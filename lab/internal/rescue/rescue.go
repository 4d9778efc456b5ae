// Package rescue keeps a panic in one goroutine from ending the whole process: the lab serves hundreds of scenarios at
// once, and must remove its files when it ends.
package rescue

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// Panic is the error for a recovered panic.
type Panic struct {
	Value any    // the argument of panic
	Stack []byte // the goroutine's stack, from debug.Stack
}

// Error implements error. It omits the stack, so that the same panic has the same text every time.
func (p *Panic) Error() string { return fmt.Sprintf("internal error of the lab: %v", p.Value) }

// Unwrap returns the value if it is an error, and nil otherwise.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Do calls f and returns its error. If f panics, the error is a [*Panic].
func Do(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// As returns the [*Panic] in an error's tree, and whether there is one.
func As(err error) (*Panic, bool) { return errors.AsType[*Panic](err) }
