package mongo_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestContainerInterrupt interrupts the command while it serves containers and while it makes them. It must
// remove all of them before it ends.
func TestContainerInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("interrupts cannot be sent here")
	}
	image, program := standInImage(t), build(t)

	t.Run("while it serves", func(t *testing.T) {
		cmd, said := up(t, program, image)
		ready(said)
		require.Equal(t, 3, count(t, cmd))
		interrupt(t, cmd, said)
	})
	t.Run("while it makes them", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		happens := docker(t).Events(ctx, client.EventsListOptions{
			Filters: make(client.Filters).Add("type", "container").Add("label", labelLab),
		})
		cmd, said := up(t, program, image)
		for made := 0; made < 2; { // the second is being made
			select {
			case e := <-happens.Messages:
				if e.Action == events.ActionCreate && strings.HasPrefix(e.Actor.Attributes[labelLab+".owner"],
					owner(cmd)) {
					made++
				}
			case err := <-happens.Err:
				require.NoError(t, err)
			}
		}
		interrupt(t, cmd, said)
	})
}

// TestContainerAbandoned kills a command that serves containers while another one serves its own. The next
// command must remove the containers of the first and leave the others alone.
func TestContainerAbandoned(t *testing.T) {
	image, program := standInImage(t), build(t)
	t.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true") // which would remove them too, if its image is present
	t.Setenv("TMPDIR", t.TempDir())
	killed, said := up(t, program, image)
	ready(said)
	alive, aliveSaid := up(t, program, image)
	ready(aliveSaid)
	require.NoError(t, killed.Process.Kill())
	killed.Wait()
	require.Equal(t, 3, count(t, killed))
	next, nextSaid := up(t, program, image)
	ready(nextSaid)
	assert.Zero(t, count(t, killed), "containers of the killed command")
	assert.Equal(t, 3, count(t, alive), "containers of the running command")
	interrupt(t, next, nextSaid)
	interrupt(t, alive, aliveSaid)
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	assert.Empty(t, left, "leftover temporary directories")
}

// build builds the command.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "tlslab")
	out, err := exec.Command("go", "build", "-o", program, "example.com/tlslab/lab/cmd/tlslab").CombinedOutput()
	require.NoError(t, err, string(out))
	return program
}

// ready returns when the command says that it is serving.
func ready(said io.Reader) {
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if strings.Contains(lines.Text(), "scenarios ready") {
			return
		}
	}
}

// up starts the command with three containers.
func up(t *testing.T, program, image string) (*exec.Cmd, io.Reader) {
	t.Helper()
	cmd := exec.Command(program, "up", "--base-port", "0", "--mongo-image", image, "mongod-good",
		"mongod-client-certificate", "mongod-stapled")
	cmd.Stderr = os.Stderr
	said, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill() }) // it has ended, unless the test failed
	return cmd, said
}

// interrupt interrupts the command and checks that nothing is left.
func interrupt(t *testing.T, cmd *exec.Cmd, said io.Reader) {
	t.Helper()
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	_, err := io.Copy(io.Discard, said)
	require.NoError(t, err)
	cmd.Wait() // its status only says whether it was ready
	assert.Zero(t, count(t, cmd), "leftover containers")
}

// owner starts the owner label of a command's containers.
func owner(cmd *exec.Cmd) string { return fmt.Sprintf("%d-", cmd.Process.Pid) }

// count returns the number of the command's containers.
func count(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	list, err := docker(t).ContainerList(context.Background(),
		client.ContainerListOptions{All: true, Filters: make(client.Filters).Add("label", labelLab)})
	require.NoError(t, err)
	n := 0
	for _, c := range list.Items {
		if strings.HasPrefix(c.Labels[labelLab+".owner"], owner(cmd)) {
			n++
		}
	}
	return n
}
