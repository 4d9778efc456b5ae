package messages

// The sources of this file are programs that install packages. The comments say where their marks are from: the
// numbers are those of public issues.

// The marks of uv are from astral-sh/uv 10605 and 17355.
var uvSource = Source{
	Name:    "uv",
	Verbose: "uv -v",
	Voices: []Voice{{
		Marks: []string{
			"Failed to fetch: `https://", "Consider enabling native TLS support",
			"Consider enabling use of system TLS certificates",
		},
	}},
	Passes: []string{"reqwest-rustls"},
	Switches: Switches{
		All: []string{"--allow-insecure-host", "UV_INSECURE_HOST"},
	},
}

// The marks of Poetry are from the tracebacks in python-poetry/poetry 2839 and 6670: where its installer puts it, and
// its modules. The last is one of the causes that it lists when no attempt to connect succeeded.
var poetrySource = Source{
	Name:    "poetry",
	Verbose: "poetry -vvv",
	Voices: []Voice{{
		Marks: []string{
			"/pypoetry/", "site-packages/poetry/", "poetry.repositories.", "poetry.utils.authenticator",
			"the hostname cannot be resolved by your DNS",
		},
	}},
	Passes: []string{"requests"},
	Switches: Switches{
		All: []string{"poetry config certificates.NAME.cert false"},
	},
	TrustStore: certifiTrustStore,
}

// The marks of conda are from conda/conda 12586 and 13299.
var condaSource = Source{
	Name:    "conda",
	Verbose: "conda -vv",
	Voices: []Voice{{
		Marks: []string{"CondaSSLError", "CondaHTTPError"},
	}},
	Passes: []string{"requests"},
	Switches: Switches{
		All: []string{"conda config --set ssl_verify false"},
	},
	TrustStore: `conda config --show ssl_verify`,
}

// The marks of Yarn are from yarnpkg/yarn 6199 (Yarn 1) and yarnpkg/berry 1516 (later versions).
var yarnSource = Source{
	Name:    "yarn",
	Verbose: "NODE_DEBUG=tls",
	Voices: []Voice{{
		Marks: []string{
			`error An unexpected error occurred: "https://`, "yarn-error.log", "➤ YN0", "YN0001: RequestError",
			"yarnpkg.com/en/docs/cli/",
		},
	}},
	Passes: []string{"node"},
	Switches: Switches{
		All: []string{
			"yarn config set strict-ssl false", "yarn config set enableStrictSsl false",
			"NODE_TLS_REJECT_UNAUTHORIZED=0",
		},
		Weak: nodeSwitches.Weak,
	},
	TrustStore: nodeTrustStore,
}

// The marks of pnpm are from pnpm/pnpm 3922 and 6527.
var pnpmSource = Source{
	Name:    "pnpm",
	Verbose: "NODE_DEBUG=tls",
	Voices: []Voice{{
		Marks: []string{"ERR_PNPM_", "WARN  GET https://"},
	}},
	Passes: []string{"node"},
	Switches: Switches{
		All:  []string{"pnpm config set strict-ssl false", "NODE_TLS_REJECT_UNAUTHORIZED=0"},
		Weak: nodeSwitches.Weak,
	},
	TrustStore: nodeTrustStore,
}

// The marks of Gradle are from glencoesoftware/raw2ometiff 98, gradle/gradle 25733 and NixOS/nixpkgs 414701.
var gradleSource = Source{
	Name:    "gradle",
	Verbose: "-Djavax.net.debug=ssl:handshake",
	Voices: []Voice{{
		Marks: []string{
			"Could not GET 'https://", "Could not HEAD 'https://", "org.gradle.",
			"The server may not support the client's requested TLS protocol versions",
			"Got SSL handshake exception during request. It might be caused by SSL misconfiguration",
		},
	}},
	Passes: []string{"java"},
	Switches: Switches{
		All:  []string{"allowInsecureProtocol = true"},
		Weak: javaSwitches.Weak,
	},
	TrustStore: javaTrustStore,
}

// The marks of Cargo are from rust-lang/cargo 14129 and 6471, and riscv-rust/riscv-rust-toolchain 31.
var cargoSource = Source{
	Name:    "cargo",
	Verbose: "CARGO_HTTP_DEBUG=true CARGO_LOG=network=debug",
	Voices: []Voice{{
		Marks: []string{
			"spurious network error", "failed to download from `https://", "Unable to update registry `",
			"failed to load source for dependency", "failed to load source for a dependency",
		},
	}},
	Passes: []string{"curl"},
	Switches: Switches{
		All: []string{"http.check-revoke = false"},
	},
	TrustStore: curlTrustStore,
}

// The marks of Composer are from composer/composer 10144, 11503 and 12405. libcurl's number is in the middle: 35 is a
// failed handshake, 51 and 60 a refused certificate, 77 a CA file that cannot be read.
var composerSource = Source{
	Name:    "composer",
	Verbose: "composer -vvv",
	Voices: []Voice{{
		Marks: []string{
			"curl error 35 while downloading ", "curl error 51 while downloading ",
			"curl error 60 while downloading ", "curl error 77 while downloading ", `Composer\Downloader\`,
			"CurlDownloader.php", "The Composer installer script was not successful",
		},
	}},
	Passes: []string{"curl", "php"},
	Switches: Switches{
		All: []string{"composer config -g disable-tls true", "composer config -g secure-http false"},
	},
	TrustStore: `composer diagnose -vvv 2>&1 | grep "CA file"`,
}

// The marks of Bundler and RubyGems are from ruby/rubygems 714, 1778 and 4555, and sparklemotion/nokogiri 1546.
var bundlerSource = Source{
	Name:    "bundler",
	Verbose: "bundle install --verbose",
	Voices: []Voice{{
		Marks: []string{
			"Bundler::", "Gem::RemoteFetcher::FetchError", "Could not verify the SSL certificate for ",
			"Could not find a valid gem '", "Unable to download data from https://",
		},
	}},
	Passes: []string{"ruby"},
	Switches: Switches{
		All: []string{"bundle config set ssl_verify_mode 0", ":ssl_verify_mode: 0", "source \"http://...\""},
	},
	TrustStore: `ruby -ropenssl -e 'puts OpenSSL::X509::DEFAULT_CERT_FILE'`,
}

// The marks of APT are from apertium/packaging 44, processone/eturnal 38 and roddhjav/pass-import 163.
var aptSource = Source{
	Name:    "apt",
	Verbose: "apt-get -o Debug::Acquire::https=true update",
	Voices: []Voice{{
		Marks: []string{"Certificate verification failed: The certificate is NOT trusted", "  Could not handshake: "},
	}},
	Passes: []string{"gnutls-cli"},
	Switches: Switches{
		All:  []string{`Acquire::https::Verify-Peer "false"`},
		Host: []string{`Acquire::https::Verify-Host "false"`},
	},
	TrustStore: `apt-config dump Acquire::https; ls -l /etc/ssl/certs/ca-certificates.crt`,
}
