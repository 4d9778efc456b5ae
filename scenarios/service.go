package scenarios

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// Service is the protocol that a scenario's server speaks over TLS, with the implementation that speaks it.
type Service string

const (
	// HTTPS is HTTP/1.1 over the lab's own TLS server, or HTTP/2 for clients that offer nothing else in ALPN.
	HTTPS Service = "https"
	// MongoDB is MongoDB's wire protocol over the lab's own TLS server. Every scenario of the catalogue is
	// also served with it: see [Behind].
	MongoDB Service = "mongodb"
	// Raw answers whatever bytes a client sends, and selects whatever it offers in ALPN: it is for protocols that the
	// lab does not know.
	Raw Service = "raw"
	// Postgres is PostgreSQL's protocol. TLS begins when the client asks for it (SSLRequest), or at once.
	Postgres Service = "postgres"
	// SMTP is mail submission. TLS begins when the client asks for it with STARTTLS.
	SMTP Service = "smtp"
	// Mongod is a MongoDB server in a container, with MongoDB's own TLS implementation.
	Mongod Service = "mongod"
)

// serviceFacts describes a service.
type serviceFacts struct {
	service  Service
	protocol Service // what clients must speak; empty means the service itself
	prefix   string  // of the IDs of its scenarios
	// distance, if not zero, means that the service repeats the whole catalogue, with port offsets that are higher
	// by this number. Zero means that the service has the families that are declared for it.
	distance int
	// plain says how clients get from plaintext to TLS. It is nil for services that have no scenarios about that.
	plain *plainFacts
	// known returns the known deviations of the service's clients that do not depend on the scenario's subject. It
	// may be nil.
	known func(*Scenario) []Known
}

// services are the services, the one of [All] first.
var services = []serviceFacts{
	{service: HTTPS},
	{service: MongoDB, prefix: "mongo-", distance: 1000, known: alwaysRefusing},
	{service: Mongod, protocol: MongoDB, prefix: "mongod-", known: alwaysRefusing},
	{service: Raw, prefix: "raw-", distance: 3000},
	{service: Postgres, prefix: "pg-", distance: 4000, plain: &plainFacts{asks: true, direct: true, see: postgresSees}},
	{service: SMTP, prefix: "smtp-", distance: 5000, plain: &plainFacts{asks: true, greets: true, see: smtpSees}},
}

// facts returns a service's description, or the zero value if the service does not exist.
func (s Service) facts() serviceFacts {
	if i := slices.IndexFunc(services, func(f serviceFacts) bool { return f.service == s }); i >= 0 {
		return services[i]
	}
	return serviceFacts{}
}

// Services returns the services, the one of [All] first.
func Services() []Service {
	var list []Service
	for _, f := range services {
		list = append(list, f.service)
	}
	return list
}

// Protocol returns the service that clients must speak: MongoDB for both MongoDB and Mongod.
func (s Service) Protocol() Service { return cmp.Or(s.facts().protocol, s) }

// StartTLS returns the name of what client and server say before TLS, as openssl s_client -starttls and tlslab diagnose
// --starttls have it: "postgres". It is empty for services whose clients begin TLS at once.
func (s Service) StartTLS() string {
	if f := s.facts(); f.plain != nil && f.plain.asks {
		return string(s)
	}
	return ""
}

// Prefix returns the prefix of the IDs of its scenarios, such as "mongo-". It is empty for [HTTPS].
func (s Service) Prefix() string { return s.facts().prefix }

// Base returns the ID of a scenario without the prefix of its service.
func Base(id string) string {
	for _, f := range services {
		if rest, ok := strings.CutPrefix(id, f.prefix); ok && f.prefix != "" {
			return rest
		}
	}
	return id
}

// Original returns the ID of the scenario of [All] that s repeats with another service, or else the ID of s.
func (s *Scenario) Original() string {
	if f := s.Service.facts(); f.distance != 0 && s.Family != Plaintext {
		return strings.TrimPrefix(s.ID, f.prefix)
	}
	return s.ID
}

// all is the catalogue as it was declared.
var all = declared(HTTPS)

// behind has the scenarios of each service, which are made on first use.
var behind = func() map[Service]func() []*Scenario {
	lists := map[Service]func() []*Scenario{HTTPS: func() []*Scenario { return all }}
	for _, f := range services[1:] {
		if f.distance != 0 {
			lists[f.service] = sync.OnceValue(func() []*Scenario { return append(f.again(), f.plaintext()...) })
		} else {
			lists[f.service] = sync.OnceValue(func() []*Scenario { return declared(f.service) })
		}
	}
	return lists
}()

// Behind returns the scenarios that are served with a service, in the order of the catalogue. Mongod has the family
// [MongoDBServer]. Other services repeat the whole catalogue: with MongoDB, expired becomes mongo-expired, with the
// control mongo-good and a port offset that is a thousand higher. Apart from that, only the service differs. Some have
// scenarios of the family [Plaintext], too. The caller must not change the scenarios.
func Behind(service Service) []*Scenario {
	if list, ok := behind[service]; ok {
		return slices.Clone(list())
	}
	return nil
}

// again returns a copy of the catalogue for a service.
func (f serviceFacts) again() []*Scenario {
	list := make([]*Scenario, len(all))
	for i, s := range all {
		twin := *s
		twin.ID = f.prefix + s.ID
		twin.Service = f.service
		twin.Port += f.distance
		if f.known != nil {
			twin.Known = slices.Concat(s.Known, f.known(s))
		}
		if s.Control != "" {
			twin.Control = f.prefix + s.Control
		}
		list[i] = &twin
	}
	return list
}

// Declared returns every scenario that is declared, of any service: the catalogue without what services repeat of it.
// The caller must not change the scenarios.
func Declared() []*Scenario {
	list := All()
	for _, f := range services[1:] {
		list = append(list, slices.DeleteFunc(Behind(f.service), func(s *Scenario) bool { return s.Original() != s.ID })...)
	}
	return list
}

// lookUpBehind finds a scenario of a service other than HTTPS.
func lookUpBehind(id string) (*Scenario, bool) {
	for _, f := range services[1:] {
		if strings.HasPrefix(id, f.prefix) {
			return find(behind[f.service](), id)
		}
	}
	return nil, false
}

func find(list []*Scenario, id string) (*Scenario, bool) {
	i := slices.IndexFunc(list, func(s *Scenario) bool { return s.ID == id })
	if i < 0 {
		return nil, false
	}
	return list[i], true
}
