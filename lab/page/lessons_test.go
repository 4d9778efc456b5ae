package page

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A lesson's commands lead to the lab that shows it: to its ports, and to its directory.
func TestLessonLeadsHere(t *testing.T) {
	r := bringUp(t, "expired", "good")
	e := r.endpoint("expired")
	got := r.get("/lessons/read-an-error").body
	assert.Contains(t, got, fmt.Sprintf("--cacert %s https://localhost:%d/", e.CAFile, e.Port))
	assert.NotContains(t, got, "https://localhost:10101/")
}
