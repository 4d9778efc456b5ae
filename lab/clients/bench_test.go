package clients_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
)

// BenchmarkDiscover measures what every command waits for. The goal is 0.4 s with nine interpreters on two
// processors.
func BenchmarkDiscover(b *testing.B) {
	for b.Loop() {
		s, err := all.Discover(b.Context(), clients.Options{})
		require.NoError(b, err)
		b.StopTimer()
		require.NoError(b, s.Close())
		b.StartTimer()
	}
}
