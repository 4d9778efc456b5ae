package mimic

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/gopacket/gopacket/reassembly"

	"example.com/tlslab/lab/diagnose/ask/flight"
)

// The first bytes of captures: pcap in both byte orders, with microseconds and nanoseconds, and pcapng.
var captureMagics = []uint32{0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, pcapngMagic}

const pcapngMagic = 0x0a0d0d0a

// Bounds of what is read of a capture.
const (
	maxStreams     = 4096     // TCP connections
	maxStreamBytes = 1 << 20  // of one direction of one of them
	maxHeld        = 64 << 20 // of all of them
)

func isCapture(data []byte) bool {
	if len(data) < 24 {
		return false
	}
	first := binary.BigEndian.Uint32(data)
	for _, magic := range captureMagics {
		if first == magic {
			return true
		}
	}
	return false
}

// source reads packets.
type source interface {
	gopacket.PacketDataSource
	LinkType() layers.LinkType
}

func openCapture(data []byte) (source, error) {
	if binary.BigEndian.Uint32(data) == pcapngMagic {
		return pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.DefaultNgReaderOptions)
	}
	return pcapgo.NewReader(bytes.NewReader(data))
}

// fromCapture returns the certificates of the first handshake in a capture in which a server sends some in plaintext.
func fromCapture(data []byte) ([][]byte, error) {
	in, err := openCapture(data)
	if err != nil {
		return nil, fmt.Errorf("the capture cannot be read: %w", err)
	}
	all := &streams{}
	assembler := reassembly.NewAssembler(reassembly.NewStreamPool(all))
	assembler.MaxBufferedPagesPerConnection, assembler.MaxBufferedPagesTotal = 1024, 16384
	for len(all.list) < maxStreams && all.held < maxHeld {
		packet, at, err := in.ReadPacketData()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break // a capture that was cut off is read as far as it goes
		}
		if err != nil {
			return nil, fmt.Errorf("the capture cannot be read: %w", err)
		}
		p := gopacket.NewPacket(packet, in.LinkType(), gopacket.DecodeOptions{Lazy: true, NoCopy: true})
		network, transport := p.NetworkLayer(), p.TransportLayer()
		if tcp, ok := transport.(*layers.TCP); ok && network != nil {
			assembler.AssembleWithContext(network.NetworkFlow(), tcp, moment(at))
		}
	}
	assembler.FlushAll()
	return all.certificates()
}

// moment is when a packet was captured, for the assembler.
type moment gopacket.CaptureInfo

func (m moment) GetCaptureInfo() gopacket.CaptureInfo { return gopacket.CaptureInfo(m) }

// streams are the TCP connections of a capture.
type streams struct {
	list []*stream
	held int // bytes
}

// New adds a connection.
func (s *streams) New(_, _ gopacket.Flow, _ *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	one := &stream{all: s}
	s.list = append(s.list, one)
	return one
}

// certificates returns what the first server to send certificates sent.
func (s *streams) certificates() ([][]byte, error) {
	sealed := 0
	for _, one := range s.list {
		for server := range one.sides {
			r := flight.New(one.sides[1-server].Bytes(), nil)
			r.Feed(one.sides[server].Bytes())
			switch {
			case len(r.Certificates) > 0:
				return r.Certificates, nil
			case r.Hello != nil:
				sealed++
			}
		}
	}
	if sealed > 0 {
		return nil, fmt.Errorf("its %d handshakes encrypt the certificates, as TLS 1.3 does: ask the server itself, save "+
			"what openssl s_client -showcerts prints, or capture a client that is limited to TLS 1.2", sealed)
	}
	return nil, errors.New("no TLS handshake from its beginning is in it: start the capture before the client, and capture " +
		"whole packets")
}

// stream is a TCP connection. sides has what each side sent.
type stream struct {
	all   *streams
	sides [2]bytes.Buffer
}

// Accept takes every packet, also of connections whose beginning is missing.
func (s *stream) Accept(_ *layers.TCP, _ gopacket.CaptureInfo, _ reassembly.TCPFlowDirection, _ reassembly.Sequence,
	start *bool, _ reassembly.AssemblerContext) bool {
	*start = true
	return true
}

// ReassembledSG takes the next bytes of one side.
func (s *stream) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	direction, _, _, _ := sg.Info()
	side := &s.sides[0]
	if direction == reassembly.TCPDirServerToClient {
		side = &s.sides[1]
	}
	n, _ := sg.Lengths()
	n = min(n, maxStreamBytes-side.Len())
	if n > 0 && s.all.held+n <= maxHeld {
		side.Write(sg.Fetch(n))
		s.all.held += n
	}
}

// ReassemblyComplete lets go of the connection.
func (s *stream) ReassemblyComplete(reassembly.AssemblerContext) bool { return true }
