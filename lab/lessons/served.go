package lessons

import (
	"regexp"
	"strconv"

	"example.com/tlslab/lab/internal/shell"
	"example.com/tlslab/scenarios"
)

// The lab in the lessons' prose: tlslab up --dir lab.
const (
	PublishedDir  = "lab"
	PublishedBase = 10000
)

var (
	publishedPort = regexp.MustCompile(`:(1[01][0-9]{3})\b`)
	publishedFile = regexp.MustCompile("(^|[\\s\"'=(`])lab/([a-z0-9.-]+)")
	publishedFlag = regexp.MustCompile(`--dir lab\b`)
)

// Served returns a lesson's Markdown with the paths and ports of another lab, so that its commands can be
// pasted. The function port returns a scenario's port by its offset; dir is the lab's directory.
func Served(source []byte, dir string, port func(offset int) int) []byte {
	text := publishedPort.ReplaceAllStringFunc(string(source), func(m string) string {
		published, _ := strconv.Atoi(m[1:])
		return ":" + strconv.Itoa(port(published-PublishedBase))
	})
	if dir == PublishedDir {
		return []byte(text)
	}
	dir = shell.Quote(dir)
	text = publishedFile.ReplaceAllStringFunc(text, func(m string) string {
		parts := publishedFile.FindStringSubmatch(m)
		if _, ok := scenarios.Lookup(parts[2]); !ok && parts[2] != "endpoints.json" { // a path in the source tree
			return m
		}
		return parts[1] + dir + "/" + parts[2]
	})
	return []byte(publishedFlag.ReplaceAllLiteralString(text, "--dir "+dir))
}
