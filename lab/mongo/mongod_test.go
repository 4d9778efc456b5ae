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

// A container is published on loopback alone, is called by a name of the lab's, mounts nothing of the
// host's, and its files are for mongod's user alone.
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
		assert.EqualValues(t, "volume", m.Type, "%+v", m) // those that the image declares
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

// A client without TLS is dropped, and the log says why.
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
	assert.Contains(t, strings.Join(in.Log(t.Context()), "\n"), "The server is configured to only allow SSL connections")
}

// A client without TLS 1.3 is dropped by a mongod that speaks nothing else, without an alert.
func TestContainerOldClient(t *testing.T) {
	image, _ := testImage(t)
	l := newLab(t, mongo.ContainerOptions{Image: image})
	in, err := l.Serve(t.Context(), lookup(t, "mongod-tls13-only"))
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	did := probe(t, l, in, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })
	require.Error(t, did.err)
	assert.True(t, slices.ContainsFunc(dropped, func(words string) bool { return strings.Contains(did.err.Error(), words) }), did.err)
	require.NoError(t, in.Drain(t.Context()))
	assert.Nil(t, in.Observations()[0].AlertSent)
}

// A client certificate that is no good is refused where none is demanded, too.
func TestContainerOptionalAndBad(t *testing.T) {
	image, _ := testImage(t)
	l := newLab(t, mongo.ContainerOptions{Image: image})
	in, err := l.Serve(t.Context(), lookup(t, "mongod-client-certificate-optional"))
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	chain, err := l.Chain(lookup(t, "mongod-good"))
	require.NoError(t, err)
	bad := chain.TLSCertificate() // not for clients, as far as its host is concerned, and yet for both ends
	chain, err = l.Chain(lookup(t, "good"))
	require.NoError(t, err)
	require.NoError(t, probe(t, l, in, present(bad)).err)
	bad = chain.TLSCertificate() // for servers alone
	require.Error(t, probe(t, l, in, present(bad)).err)
	require.NoError(t, in.Drain(t.Context()))
	holdLog(t, in, []int{23256})
}

// present has a client send a certificate, whatever the server says that it takes.
func present(c tls.Certificate) func(*tls.Config) {
	return func(config *tls.Config) {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &c, nil }
	}
}
