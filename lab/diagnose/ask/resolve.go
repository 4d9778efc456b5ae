package ask

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// How many addresses of a name are connected to. The others are listed in [Resolved] only.
const (
	maxAddresses   = 6
	lightAddresses = 2
)

// resolve returns the addresses to connect to, as address:port. With a proxy, that is the proxy's.
func (a *asker) resolve(ctx context.Context) []string {
	address := a.target.address()
	if a.target.Proxy != "" {
		proxy, err := url.Parse(a.target.Proxy)
		if err != nil { // check has parsed it
			return nil
		}
		address = net.JoinHostPort(proxy.Hostname(), portOr(proxy.Port(), "80"))
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil { // so has it this
		return nil
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return []string{address}
	}
	ctx, cancel := context.WithTimeout(ctx, a.target.timeout())
	defer cancel()
	found, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil {
		a.seen.Resolved.Error = resolverError(err)
	}
	var all []string
	for _, ip := range found {
		list := &a.seen.Resolved.IPv6
		if ip.IP.To4() != nil {
			list = &a.seen.Resolved.IPv4
		}
		const most = 64
		if s := ip.String(); len(*list) < most && !slices.Contains(*list, s) {
			*list = append(*list, s)
			all = append(all, net.JoinHostPort(s, port))
		}
	}
	return all[:min(len(all), maxAddresses)]
}

func portOr(port, otherwise string) string {
	if port == "" {
		return otherwise
	}
	return port
}

// resolverError returns what the resolver said, without the name and the resolver's address.
func resolverError(err error) string {
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return strings.TrimSpace(e.Err)
	}
	return err.Error()
}

// connect makes a TCP connection to every address, and returns an open one to the first address, in the resolver's
// order, that accepts. It is nil if no address does.
func (a *asker) connect(ctx context.Context, addresses []string) net.Conn {
	if a.target.Light {
		addresses = addresses[:min(len(addresses), lightAddresses)]
	}
	a.seen.Addresses = make([]Address, len(addresses))
	var (
		dials sync.WaitGroup
		mu    sync.Mutex
		kept  net.Conn
		best  = len(addresses)
	)
	for i, address := range addresses {
		dials.Go(func() {
			begun := time.Now()
			c, err := a.dial(ctx, address)
			a.seen.Addresses[i] = Address{Address: address, End: endOf(err), Duration: time.Since(begun)}
			if err != nil {
				a.seen.Addresses[i].Error = err.Error()
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if i > best {
				c.Close()
				return
			}
			if kept != nil {
				kept.Close()
			}
			kept, best = c, i
		})
	}
	dials.Wait()
	if kept == nil {
		return nil
	}
	a.address = addresses[best]
	kept.SetDeadline(time.Now().Add(a.target.timeout())) // others may have taken long
	return kept
}
