package mongo

import "example.com/tlslab/lab/serve"

// ContainersAt returns Containers with a function that chooses the host's ports.
func ContainersAt(o ContainerOptions, port func() (int, error)) serve.Service {
	c := newContainers(o)
	c.port = port
	return c.service()
}
