package bounded_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/bounded"
)

func TestLimit(t *testing.T) {
	for size, ok := range map[int]bool{0: true, 9: true, 10: true, 11: false, 1000: false} {
		for _, wrap := range []func(io.Reader) io.Reader{
			func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader,
		} {
			text := strings.Repeat("x", size)
			got, err := io.ReadAll(bounded.Limit(wrap(strings.NewReader(text)), "this", 10))
			if ok {
				require.NoError(t, err, size)
				assert.Equal(t, text, string(got))
				continue
			}
			var tooLarge *bounded.SizeError
			require.ErrorAs(t, err, &tooLarge, size)
			assert.ErrorContains(t, err, "this is larger than 10 bytes")
			assert.Len(t, got, 10)
		}
	}
}

// endless is a reader without an end.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.read += int64(len(p))
	return len(p), nil
}

// TestLimitEndless checks that Limit reads only one byte more than the limit from an endless reader.
func TestLimitEndless(t *testing.T) {
	e := new(endless)
	_, err := io.ReadAll(bounded.Limit(e, "this", 1<<20))
	assert.ErrorContains(t, err, "this is larger than 1 MiB")
	assert.EqualValues(t, 1<<20+1, e.read)
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte("text"), 0o644))
	data, err := bounded.File(path, 4)
	require.NoError(t, err)
	assert.Equal(t, "text", string(data))
	_, err = bounded.File(path, 3)
	assert.ErrorContains(t, err, path+" is larger than 3 bytes")
	_, err = bounded.File(path+"2", 3)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// TestUntil checks that Until returns when the context ends, even if its function does not.
func TestUntil(t *testing.T) {
	n, err := bounded.Until(t.Context(), func() (int, error) { return 7, io.EOF })
	assert.Equal(t, 7, n)
	assert.Equal(t, io.EOF, err)
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	_, err = bounded.Until(ctx, func() (int, error) { cancel(); <-release; return 0, nil })
	assert.ErrorIs(t, err, context.Canceled)
}

func TestReader(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789"), 10_000)
	require.NoError(t, iotest.TestReader(bounded.Reader(t.Context(), bytes.NewReader(text)), text))
	_, err := io.ReadAll(bounded.Reader(t.Context(), iotest.ErrReader(io.ErrNoProgress)))
	assert.ErrorIs(t, err, io.ErrNoProgress)
}

// TestReaderEnds ends the context while a read waits, and of a read that would go on forever.
func TestReaderEnds(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	in := bounded.Reader(ctx, r)
	go func() {
		w.Write([]byte("x"))
		cancel()
	}()
	got, err := io.ReadAll(in)
	assert.ErrorIs(t, err, context.Canceled)
	assert.LessOrEqual(t, len(got), 1)

	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	_, err = io.Copy(io.Discard, bounded.Reader(ctx, new(endless)))
	assert.ErrorIs(t, err, context.Canceled)
}
