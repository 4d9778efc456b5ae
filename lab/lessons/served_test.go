package lessons_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/lessons"
)

func TestServed(t *testing.T) {
	source := "In `tlslab up --dir lab`:\n\n    curl --cacert lab/expired/root.pem https://localhost:10101/\n" +
		"    cat lab/endpoints.json lab/clients/python/probe.py\n    go install ./lab/cmd/tlslab\n"
	elsewhere := func(offset int) int { return 20000 + offset }
	assert.Equal(t, "In `tlslab up --dir /srv/it`:\n\n    curl --cacert /srv/it/expired/root.pem "+
		"https://localhost:20101/\n"+
		"    cat /srv/it/endpoints.json lab/clients/python/probe.py\n    go install ./lab/cmd/tlslab\n",
		string(lessons.Served([]byte(source), "/srv/it", elsewhere)))
	assert.Contains(t, string(lessons.Served([]byte(source), "my lab", elsewhere)),
		"--cacert 'my lab'/expired/root.pem")

	// No lesson keeps an original port or path.
	for _, l := range lessons.All() {
		for _, in := range []lang.Tag{lang.English, lang.Chinese} {
			got := string(lessons.Served(l.Markdown(in), "elsewhere", elsewhere))
			assert.NotRegexp(t, `localhost:1[01][0-9]{3}\b`, got, l.ID)
			assert.NotRegexp(t, `[ =]lab/[a-z0-9-]+/(root|leaf|chain|key|crl)[.-]`, got, l.ID)
			assert.NotContains(t, got, "--dir lab", l.ID)
		}
	}
}
