package mimic_test

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/mimic"
	"example.com/tlslab/pki"
)

// put writes a file and returns its path.
func put(t *testing.T, data []byte) string {
	path := filepath.Join(t.TempDir(), "chain")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

func TestReadChain(t *testing.T) {
	sent, _, _ := chainOf(t, pki.Recipe{})
	var text bytes.Buffer
	text.WriteString("depth=0 CN = localhost\n")
	for _, der := range sent {
		require.NoError(t, pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	require.NoError(t, pem.Encode(&text, &pem.Block{Type: "EC PARAMETERS", Bytes: []byte{1}}))
	got, err := mimic.ReadChain(put(t, text.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, sent, got)

	got, err = mimic.ReadChain(put(t, sent[0]))
	require.NoError(t, err)
	assert.Equal(t, sent[:1], got, "DER")

	for want, data := range map[string]string{
		"there is no certificate in it":   "hello",
		"a bundle of CAs belongs to --ca": strings.Repeat(text.String(), 40),
	} {
		_, err := mimic.ReadChain(put(t, []byte(data)))
		assert.ErrorContains(t, err, want)
	}
}

// capture returns a capture of a handshake of a version: what was sent, in packets of a few hundred bytes, those of the
// server in pairs of which the second one comes first.
func capture(t *testing.T, version uint16, ng bool) []byte {
	m, err := pki.New(pki.Config{Seed: "capture", At: time.Now().Add(-time.Hour).Truncate(time.Second)})
	require.NoError(t, err)
	chain, err := m.Mint("capture", pki.Recipe{})
	require.NoError(t, err)
	var b bytes.Buffer
	w := newPacketWriter(t, &b, ng)
	client, server := net.Pipe()
	done := make(chan error)
	go func() {
		s := tls.Server(w.tap(server, 1), &tls.Config{Certificates: []tls.Certificate{chain.TLSCertificate()}, MaxVersion: version})
		done <- s.Handshake()
	}()
	c := tls.Client(w.tap(client, 0), &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"})
	require.NoError(t, c.Handshake())
	require.NoError(t, <-done)
	w.flush()
	return b.Bytes()
}

func TestCapture(t *testing.T) {
	for name, ng := range map[string]bool{"pcap": false, "pcapng": true} {
		t.Run(name, func(t *testing.T) {
			data := capture(t, tls.VersionTLS12, ng)
			got, err := mimic.ReadChain(put(t, data))
			require.NoError(t, err)
			assert.Len(t, got, 2)
			_, err = mimic.ReadChain(put(t, capture(t, tls.VersionTLS13, ng)))
			assert.ErrorContains(t, err, "encrypt the certificates, as TLS 1.3 does")
			_, err = mimic.ReadChain(put(t, data[:len(data)/3]))
			assert.Error(t, err)
		})
	}
}

func FuzzReadChain(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"))
	f.Add(append([]byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0}, make([]byte, 40)...))
	f.Add(append([]byte{0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a}, make([]byte, 40)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		chain, err := mimic.ReadChain(put(t, data))
		if err == nil {
			assert.NotEmpty(t, chain)
		}
	})
}

// packetWriter writes packets to a capture.
type packetWriter struct {
	t     *testing.T
	write func(gopacket.CaptureInfo, []byte) error
	sent  chan packet
}

type packet struct {
	from int
	data []byte
}

func newPacketWriter(t *testing.T, b *bytes.Buffer, ng bool) *packetWriter {
	w := &packetWriter{t: t, sent: make(chan packet, 1000)}
	if ng {
		ngw, err := pcapgo.NewNgWriter(b, layers.LinkTypeEthernet)
		require.NoError(t, err)
		w.write = func(ci gopacket.CaptureInfo, data []byte) error {
			return cmpErr(ngw.WritePacket(ci, data), ngw.Flush())
		}
		return w
	}
	pw := pcapgo.NewWriter(b)
	require.NoError(t, pw.WriteFileHeader(65536, layers.LinkTypeEthernet))
	w.write = pw.WritePacket
	return w
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// tapped is a connection whose writes are captured.
type tapped struct {
	net.Conn
	w    *packetWriter
	from int
}

func (w *packetWriter) tap(c net.Conn, from int) net.Conn { return tapped{c, w, from} }

func (c tapped) Write(p []byte) (int, error) {
	c.w.sent <- packet{c.from, bytes.Clone(p)}
	return c.Conn.Write(p)
}

// flush writes what was sent as packets.
func (w *packetWriter) flush() {
	close(w.sent)
	seq := [2]uint32{1000, 5000}
	w.packet(0, seq[0]-1, nil, true)
	w.packet(1, seq[1]-1, nil, true)
	for p := range w.sent {
		var parts [][]byte
		for len(p.data) > 300 {
			parts, p.data = append(parts, p.data[:300]), p.data[300:]
		}
		parts = append(parts, p.data)
		starts := make([]uint32, len(parts))
		for i, part := range parts {
			starts[i] = seq[p.from]
			seq[p.from] += uint32(len(part))
		}
		for i := 0; i < len(parts); i += 2 { // the second of two first
			if i+1 < len(parts) {
				w.packet(p.from, starts[i+1], parts[i+1], false)
			}
			w.packet(p.from, starts[i], parts[i], false)
		}
	}
}

func (w *packetWriter) packet(from int, seq uint32, data []byte, syn bool) {
	ports := [2]layers.TCPPort{40000, 443}
	ips := [2]net.IP{{127, 0, 0, 1}, {127, 0, 0, 2}}
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: ips[from], DstIP: ips[1-from]}
	tcp := &layers.TCP{SrcPort: ports[from], DstPort: ports[1-from], Seq: seq, ACK: !syn || from == 1, SYN: syn, Window: 65535}
	require.NoError(w.t, tcp.SetNetworkLayerForChecksum(ip))
	b := gopacket.NewSerializeBuffer()
	require.NoError(w.t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		&layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6),
			EthernetType: layers.EthernetTypeIPv4}, ip, tcp, gopacket.Payload(data)))
	ci := gopacket.CaptureInfo{Timestamp: time.Now(), CaptureLength: len(b.Bytes()), Length: len(b.Bytes())}
	require.NoError(w.t, w.write(ci, b.Bytes()))
}
