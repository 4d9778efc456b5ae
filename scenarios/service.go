package scenarios

import (
	"slices"
	"strings"
	"sync"
)

// Service is what a scenario's server speaks behind TLS.
type Service string

// The services.
const (
	// HTTPS is HTTP/1.1, or HTTP/2 for clients that offer nothing else in ALPN, behind TLS as the
	// lab's own server speaks it.
	HTTPS Service = "https"
	// MongoDB is MongoDB's wire protocol, behind TLS as the lab's own server speaks it. Every
	// scenario of the catalogue is there with it as well: see [Behind].
	MongoDB Service = "mongodb"
	// Mongod is a MongoDB server that ends TLS by itself, in a container.
	Mongod Service = "mongod"
)

// Protocol returns the service that a client has to speak: MongoDB for both of MongoDB's.
func (s Service) Protocol() Service {
	if s == Mongod {
		return MongoDB
	}
	return s
}

// mongoPrefix begins the ID of a scenario that is served with MongoDB.
const mongoPrefix = "mongo-"

// mongoPort is the distance between the port offsets of a scenario and of the same one served
// with MongoDB.
const mongoPort = 1000

// Services returns the services, the one of [All] first.
func Services() []Service { return []Service{HTTPS, MongoDB, Mongod} }

// Behind returns the scenarios that are served with a service, in the order of the catalogue.
// Those of Mongod are the family [MongoDBServer]. Those of MongoDB are the catalogue again: expired is mongo-expired there, its control
// mongo-good, its port offset a thousand higher, and nothing else differs but the service. The
// caller must not change them.
func Behind(service Service) []*Scenario {
	switch service {
	case MongoDB:
		return slices.Clone(behindMongoDB())
	case Mongod:
		return slices.Clone(mongods)
	case HTTPS:
		return All()
	}
	return nil
}

// behindMongoDB makes the catalogue once more, when it is first asked for.
var behindMongoDB = sync.OnceValue(func() []*Scenario {
	list := make([]*Scenario, len(all))
	for i, s := range all {
		twin := *s
		twin.ID = mongoPrefix + s.ID
		twin.Service = MongoDB
		twin.Port += mongoPort
		twin.Known = slices.Concat(s.Known, refusesAnyway(s))
		if s.Control != "" {
			twin.Control = mongoPrefix + s.Control
		}
		list[i] = &twin
	}
	return list
})

// lookUpBehind finds a scenario among those of services other than HTTPS.
func lookUpBehind(id string) (*Scenario, bool) {
	if strings.HasPrefix(id, mongoPrefix) {
		return find(behindMongoDB(), id)
	}
	return find(mongods, id)
}

func find(list []*Scenario, id string) (*Scenario, bool) {
	i := slices.IndexFunc(list, func(s *Scenario) bool { return s.ID == id })
	if i < 0 {
		return nil, false
	}
	return list[i], true
}
