package rescue

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestDo(t *testing.T) {
	if err := Do(func() error { return nil }); err != nil {
		t.Error(err)
	}
	if err := Do(func() error { return io.EOF }); err != io.EOF {
		t.Error(err)
	}
	for _, value := range []any{"a word", io.EOF, nil} {
		err := Do(func() error { panic(value) })
		p, ok := As(errors.Join(err))
		if !ok || !strings.HasPrefix(err.Error(), "internal error of the lab: ") ||
			!strings.Contains(string(p.Stack), "rescue_test.go") {
			t.Errorf("panic(%v): %v", value, err)
		}
	}
	if err := Do(func() error { panic(io.EOF) }); !errors.Is(err, io.EOF) {
		t.Errorf("%v does not wrap the argument of panic", err)
	}
}
