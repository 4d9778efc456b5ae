// Package rescue keeps a panic in one goroutine from ending the whole process: the lab serves hundreds
// of scenarios at once, and has files to remove when it ends.
package rescue

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// Panic is the error that a panic was turned into.
type Panic struct {
	Value any    // what panic was called with
	Stack []byte // of the goroutine, as debug.Stack returns it
}

// Error implements error. It leaves the stack out, so that the same panic reads the same every time.
func (p *Panic) Error() string { return fmt.Sprintf("internal error of the lab: %v", p.Value) }

// Unwrap returns the value if it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Do calls f and returns its error. If f panics the error is a [*Panic].
func Do(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// As returns the panic that an error stands for, and whether it stands for one.
func As(err error) (*Panic, bool) { return errors.AsType[*Panic](err) }
