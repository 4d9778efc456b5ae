package mongo

import "example.com/tlslab/lab/serve"

// ContainersAt returns Containers that take the host's ports from a function.
func ContainersAt(o ContainerOptions, port func() (int, error)) serve.Service {
	c := newContainers(o)
	c.port = port
	return c.service()
}
