package explain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/explain"
)

// BenchmarkLog reads a log of which one line in twenty is a failure.
func BenchmarkLog(b *testing.B) {
	var text strings.Builder
	for i := range 4000 {
		fmt.Fprintf(
			&text,
			"2026-11-22T10:%02d:%02d.123Z INFO [worker-%d] GET https://api.example.com:8443/v1/items/%d 200 %dms\n",
			i/60%60, i%60, i%8, i, i%300,
		)
		fmt.Fprintf(
			&text, "2026-11-22T10:%02d:%02d.124Z DEBUG [worker-%d] query took %d ms, rows=%d\n", i/60%60, i%60, i%8,
			i%300, i,
		)
		if i%10 == 0 {
			fmt.Fprintf(
				&text,
				"2026-11-22T10:%02d:%02d.125Z ERROR [worker-%d] requests.exceptions.SSLError: "+
					"HTTPSConnectionPool(host='api.example.com', port=443): Max retries exceeded with url: /%d "+
					"(Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate "+
					"verify failed: certificate has expired (_ssl.c:1006)')))\n",
				i/60%60, i%60, i%8, i,
			)
		}
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		require.Len(b, explain.Read(text.String()).Findings, 1)
	}
}
