package messages

var apacheSource = Source{
	Name:    "apache",
	Verbose: "LogLevel ssl:trace3",
	Voices: []Voice{{
		Marks:  []string{"AH02", "[ssl:"},
		Server: true,
	}},
	Switches: Switches{
		All:  []string{"SSLVerifyClient optional_no_ca"},
		Weak: []string{"SSLProtocol all"},
	},
}

var postgresServerSource = Source{
	Name:    "postgres-server",
	Verbose: "log_min_messages = debug2",
	Service: "postgres",
	Voices: []Voice{{
		Marks:  []string{"could not accept SSL connection"},
		Server: true,
	}},
}

var erlangServerSource = Source{
	Name:    "erlang-server",
	Verbose: "{log_level, debug}",
	Voices: []Voice{{
		Marks:  []string{"generated SERVER ALERT", "received CLIENT ALERT", "TLS server: In state"},
		Server: true,
	}},
}

var erlangSource = Source{
	Name:    "erlang",
	Verbose: "{log_level, debug}",
	Voices: []Voice{{
		Marks: []string{
			"generated CLIENT ALERT", "received SERVER ALERT", "TLS client: In state", "ssl_handshake.erl",
			"{tls_alert,",
		},
	}},
	Switches: Switches{
		All:  []string{"{verify, verify_none}"},
		Host: []string{"{server_name_indication, disable}"},
	},
}

var postfixSmtpdSource = Source{
	Name:    "postfix-smtpd",
	Verbose: "smtpd_tls_loglevel = 2",
	Service: "smtp",
	Voices: []Voice{{
		Marks:  []string{"postfix/smtpd"},
		Server: true,
	}},
}

var pipSource = Source{
	Name:    "pip",
	Verbose: "pip -vv",
	Voices: []Voice{{
		Marks: []string{
			"pip is configured with", "There was a problem confirming the ssl certificate", "pip._vendor",
			"': /simple/",
		},
	}},
	Passes: []string{"requests"},
	Switches: Switches{
		All: []string{"--trusted-host"},
	},
	TrustStore: certifiTrustStore,
}

var dockerSource = Source{
	Name:    "docker",
	Verbose: "dockerd --debug",
	Voices: []Voice{{
		Marks: []string{"Error response from daemon", "failed to do request: "},
	}},
	Passes: []string{"go"},
	Switches: Switches{
		All: []string{"insecure-registries"},
	},
	TrustStore: goTrustStore,
}

var kubectlSource = Source{
	Name:    "kubectl",
	Verbose: "kubectl -v=8",
	Voices: []Voice{{
		Marks: []string{"Unable to connect to the server: ", "kubectl"},
	}},
	Passes: []string{"go"},
	Switches: Switches{
		All: []string{"--insecure-skip-tls-verify"},
	},
	TrustStore: goTrustStore,
}

var envoySource = Source{
	Name:    "envoy",
	Verbose: "envoy --component-log-level connection:debug",
	Voices: []Voice{{
		Marks: []string{"TLS_error:", "transport failure reason"},
	}},
	Passes: []string{"openssl"},
	Switches: Switches{
		All: []string{"trust_chain_verification: ACCEPT_UNTRUSTED", "insecureSkipVerify: true"},
	},
}

var grpcSource = Source{
	Name:    "grpc",
	Verbose: "GRPC_VERBOSITY=debug GRPC_TRACE=tsi,secure_endpoint",
	Voices: []Voice{{
		Marks: []string{"ssl_transport_security", "Handshake failed with fatal error SSL_ERROR_SSL", "grpc_status:"},
	}},
	Passes: []string{"openssl"},
	Switches: Switches{
		Host: []string{"grpc.ssl_target_name_override"},
	},
}

var openldapSource = Source{
	Name:    "openldap",
	Verbose: "ldapsearch -d 1",
	Service: "ldap",
	Voices: []Voice{{
		Marks: []string{"ldap_", "ldap.SERVER_DOWN", "ldap.CONNECT_ERROR"},
	}},
	Passes: []string{"openssl"},
	Switches: Switches{
		All: []string{"TLS_REQCERT never", "LDAPTLS_REQCERT=never"},
	},
}

var kafkaSource = Source{
	Name:    "kafka",
	Verbose: "KAFKA_OPTS=-Djavax.net.debug=ssl:handshake",
	Service: "kafka",
	Voices: []Voice{{
		Marks: []string{
			"org.apache.kafka", "SslAuthenticationException", "rdkafka", "thrd:ssl://", "thrd:sasl_ssl://",
		},
	}},
	Passes: []string{"java", "openssl"},
	Switches: Switches{
		All:  []string{"a trust-all X509TrustManager", "enable.ssl.certificate.verification=false"},
		Host: []string{"ssl.endpoint.identification.algorithm="},
	},
	TrustStore: javaTrustStore,
}

var postfixSource = Source{
	Name:    "postfix",
	Verbose: "smtp_tls_loglevel = 2",
	Service: "smtp",
	Voices: []Voice{{
		Marks: []string{"postfix/", "certificate verification failed for ", "Cannot start TLS: "},
	}},
	Passes: []string{"openssl"},
	Switches: Switches{
		All: []string{"smtp_tls_security_level = may"},
	},
}

var schannelSource = Source{
	Name: "schannel",
	Voices: []Voice{{
		Marks: []string{"schannel:", "SEC_E_", "CRYPT_E_"},
	}},
	Switches: Switches{
		All: []string{"curl -k", "--ssl-no-revoke"},
	},
}

var dotnetSource = Source{
	Name: "dotnet",
	Voices: []Voice{{
		Marks: []string{
			"System.Security.Authentication", "The remote certificate ", "RemoteCertificate",
			"The SSL connection could not be established", "System.Net.",
			"Could not establish trust relationship",
		},
	}},
	Switches: Switches{
		All:  []string{"ServerCertificateCustomValidationCallback = (...) => true"},
		Weak: []string{"SslProtocols.Tls"},
	},
}

var firefoxSource = Source{
	Name:    "firefox",
	Verbose: "MOZ_LOG=pipnss:4",
	Voices: []Voice{{
		Marks: []string{
			"SEC_ERROR_", "MOZILLA_PKIX_", "SSL_ERROR_WEAK_", "SSL_ERROR_BAD_", "SSL_ERROR_NO_",
			"SSL_ERROR_RX_", "SSL_ERROR_UNSUPPORTED", "SSL_ERROR_HANDSHAKE",
		},
	}},
	Switches: Switches{
		All:  []string{"a security exception"},
		Weak: []string{"security.tls.version.min = 1"},
	},
}

var mysqlSource = Source{
	Name:    "mysql",
	Service: "mysql",
	Voices: []Voice{{
		Marks: []string{"ERROR 2026"},
	}},
	Passes: []string{"openssl"},
	Switches: Switches{
		All:  []string{"--ssl-mode=REQUIRED", "--ssl-mode=DISABLED"},
		Host: []string{"--ssl-mode=VERIFY_CA"},
	},
}

var appleSource = Source{
	Name: "apple",
	Voices: []Voice{{
		Marks: []string{"NSURLErrorDomain", "kCFErrorDomainCFNetwork"},
	}},
	Switches: Switches{
		All:  []string{"a delegate that accepts every challenge"},
		Weak: []string{"NSAllowsArbitraryLoads"},
	},
}

var wolfsslSource = Source{
	Name:    "wolfssl",
	Verbose: "wolfSSL_Debugging_ON()",
	Voices: []Voice{{
		Marks: []string{"ASN no signer error", "wolfSSL"},
	}},
}

var nssSource = Source{
	Name: "nss",
	Voices: []Voice{{
		Marks: []string{"Peer's Certificate ", "Peer's certificate issuer"},
	}},
}

var securetransportSource = Source{
	Name: "securetransport",
	Voices: []Voice{{
		Marks: []string{"Invalid certificate chain"},
	}},
}
