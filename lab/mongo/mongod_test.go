package mongo_test

import (
	"archive/tar"
	"crypto/tls"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/serve"
)

// TestContainerShape checks that a container is published on loopback only, has a name of the lab, mounts
// nothing from the host, and has files that only mongod's user can read.
func TestContainerShape(t *testing.T) {
	image, _ := testImage(t)
	_, err := serveRow(t, "mongod-client-certificate-crl", mongo.ContainerOptions{Image: image})
	require.NoError(t, err)
	list := containersOf(t, "mongod-client-certificate-crl")
	require.Len(t, list, 1)
	c := docker(t)
	r, err := c.ContainerInspect(t.Context(), list[0].ID, client.ContainerInspectOptions{})
	require.NoError(t, err)
	assert.Equal(t, "mongod-client-certificate-crl.tlslab.test", r.Container.Config.Hostname)
	assert.Empty(t, r.Container.HostConfig.Binds)
	for _, m := range r.Container.Mounts {
		assert.EqualValues(t, "volume", m.Type, "%+v", m) // volumes that the image declares
	}
	published := 0
	for port, bindings := range r.Container.NetworkSettings.Ports {
		for _, b := range bindings {
			published++
			assert.True(t, b.HostIP.IsLoopback(), "%s on %s", port, b.HostIP)
		}
	}
	assert.Equal(t, 1, published)

	copied, err := c.CopyFromContainer(t.Context(), list[0].ID, client.CopyFromContainerOptions{SourcePath: "/tlslab"})
	require.NoError(t, err)
	defer copied.Content.Close()
	var names []string
	for archive := tar.NewReader(copied.Content); ; {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if h.Typeflag == tar.TypeReg {
			names = append(names, h.Name)
			assert.EqualValues(t, 0o400, h.FileInfo().Mode().Perm(), h.Name)
			assert.Equal(t, 999, h.Uid, h.Name)
		}
	}
	assert.ElementsMatch(t, []string{"tlslab/server.pem", "tlslab/ca.pem", "tlslab/crl.pem"}, names)
}

// TestContainerPlainClient checks that a client without TLS is dropped and that the log says why.
func TestContainerPlainClient(t *testing.T) {
	image, _ := testImage(t)
	l := newLab(t, mongo.ContainerOptions{Image: image})
	in, err := l.Serve(t.Context(), lookup(t, "mongod-good"))
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	in.Endpoint.URL = strings.Replace(in.Endpoint.URL, "tls=true", "tls=false", 1)
	require.Error(t, probe(t, l, in, nil).err)
	require.NoError(t, in.Drain(t.Context()))
	assert.Contains(t, ends(in), serve.EndNotTLS)
	holdLog(t, in, []int{22988})
	assert.Contains(t, strings.Join(in.Log(t.Context()), "\n"),
		"The server is configured to only allow SSL connections")
}

// TestContainerOldClient checks that a mongod which speaks only TLS 1.3 drops an older client without an
// alert.
func TestContainerOldClient(t *testing.T) {
	image, _ := testImage(t)
	l := newLab(t, mongo.ContainerOptions{Image: image})
	in, err := l.Serve(t.Context(), lookup(t, "mongod-tls13-only"))
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	did := probe(t, l, in, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })
	require.Error(t, did.err)
	assert.True(t, slices.ContainsFunc(dropped, func(words string) bool {
		return strings.Contains(did.err.Error(), words)
	}), did.err)
	require.NoError(t, in.Drain(t.Context()))
	assert.Nil(t, in.Observations()[0].AlertSent)
}

// TestContainerOptionalAndBad checks that a bad client certificate is refused even if none is required.
func TestContainerOptionalAndBad(t *testing.T) {
	image, _ := testImage(t)
	l := newLab(t, mongo.ContainerOptions{Image: image})
	in, err := l.Serve(t.Context(), lookup(t, "mongod-client-certificate-optional"))
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	chain, err := l.Chain(lookup(t, "mongod-good"))
	require.NoError(t, err)
	bad := chain.TLSCertificate() // the leaf does not name its host, but has both usages
	chain, err = l.Chain(lookup(t, "good"))
	require.NoError(t, err)
	require.NoError(t, probe(t, l, in, present(bad)).err)
	bad = chain.TLSCertificate() // a certificate for servers only
	require.Error(t, probe(t, l, in, present(bad)).err)
	require.NoError(t, in.Drain(t.Context()))
	holdLog(t, in, []int{23256})
}

// present makes a client send a certificate, whatever CAs the server lists.
func present(c tls.Certificate) func(*tls.Config) {
	return func(config *tls.Config) {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &c, nil }
	}
}
