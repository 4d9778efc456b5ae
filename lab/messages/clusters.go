package messages

// The sources of this file are programs of clusters: what pulls images, installs, stores secrets, and routes. The
// comments say where their marks are from: the numbers are those of public issues.

// The marks of Podman are from podman 13330 and 24773. Buildah, Skopeo and CRI-O use the same library.
var podmanSource = Source{
	Name:    "podman",
	Verbose: "podman --log-level=debug",
	Voices: []Voice{{
		Marks: []string{"pinging container registry", "initializing source docker://"},
	}},
	Passes: []string{"go"},
	Switches: Switches{
		All: []string{"--tls-verify=false", "insecure = true"},
	},
	TrustStore: goTrustStore,
}

// The marks of Helm are from dgraph-io/charts 119 and helm/helm 4251, and, for the cluster, from the public reports of
// lab/explain.
var helmSource = Source{
	Name:    "helm",
	Verbose: "helm --debug",
	Voices: []Voice{{
		Marks: []string{
			"is not a valid chart repository or cannot be reached", "Kubernetes cluster unreachable: ",
			"Error: INSTALLATION FAILED: ", "Error: UPGRADE FAILED: ",
		},
	}},
	Passes: []string{"go"},
	Switches: Switches{
		All: []string{"--insecure-skip-tls-verify", "--kube-insecure-skip-tls-verify", "--plain-http"},
	},
	TrustStore: goTrustStore,
}

// The marks of Terraform are from hashicorp/terraform 29506 and hashicorp/terraform-provider-kubernetes 1137.
var terraformSource = Source{
	Name:    "terraform",
	Verbose: "TF_LOG=DEBUG",
	Voices: []Voice{{
		Marks: []string{
			"Failed to query available provider packages", "/.well-known/terraform.json",
			"Could not retrieve the list of available versions for provider", "Initializing provider plugins",
			"Error installing provider \"",
		},
	}},
	Passes: []string{"go"},
	Switches: Switches{
		All: []string{"insecure = true"},
	},
	TrustStore: goTrustStore,
}

// The marks of Vault are from hashicorp/vault 7400 and 3471, and the paths of its API.
var vaultSource = Source{
	Name: "vault",
	Voices: []Voice{{
		Marks: []string{
			"Error checking seal status: ", "Error initializing Vault: ", "/v1/sys/seal-status", "/v1/sys/init",
			"/v1/sys/key-status", "/v1/sys/mounts", "/v1/sys/internal/ui/mounts", "/v1/auth/token/lookup-self",
		},
	}},
	Passes: []string{"go"},
	Switches: Switches{
		All: []string{"VAULT_SKIP_VERIFY=true", "-tls-skip-verify"},
	},
	TrustStore: `env | grep -e VAULT_CACERT -e VAULT_CAPATH`,
}

// The marks of Linkerd are from linkerd/linkerd2 6427, 6428 and 11156.
var linkerdSource = Source{
	Name:    "linkerd",
	Verbose: "config.linkerd.io/proxy-log-level: debug",
	Voices: []Voice{{
		Marks: []string{
			"linkerd_reconnect", "linkerd_app", "linkerd_proxy", "linkerd2_proxy", ".identity.linkerd.",
			"linkerd-identity-headless",
		},
	}},
	Passes: []string{"reqwest-rustls"},
}

// The marks of Traefik are from what its users wrote about backends, as in traefik/traefik 9732: what it answers, and
// its modules in later versions.
var traefikSource = Source{
	Name:    "traefik",
	Verbose: "log.level: DEBUG",
	Voices: []Voice{{
		Marks: []string{"500 Internal Server Error' caused by: ", "traefik/traefik/v", "serversTransport"},
	}},
	Passes: []string{"go"},
	Switches: Switches{
		All: []string{"serversTransport.insecureSkipVerify: true"},
	},
	TrustStore: goTrustStore,
}

// The marks of Elasticsearch are from TheHive-Project/TheHive 1085, cars10/elasticvue 49 and elastic/elasticsearch-js
// 1694.
var elasticsearchSource = Source{
	Name: "elasticsearch",
	Voices: []Voice{{
		Marks: []string{
			"client did not trust this server's certificate", "Netty4HttpChannel{", "Netty4TcpChannel{",
			"SecurityNetty4HttpServerTransport", "http traffic on an https channel",
		},
		Server: true,
	}},
}
