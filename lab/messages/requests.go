package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var requestsSource = Source{
	Name:   "requests",
	Rules:  urllib3Rules,
	Alerts: openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{"requests.exceptions."},
	}},
	Switches: Switches{
		All:  []string{"verify=False", `CURL_CA_BUNDLE=""`},
		Host: []string{"assert_hostname=False"},
		Weak: pythonSwitches.Weak,
	},
	TrustStore: `python -c 'import requests; print(requests.certs.where())'`,
}

var urllib3Source = Source{
	Name:   "urllib3",
	Rules:  urllib3Rules,
	Alerts: openSSLAlerts,
	Voices: []Voice{{
		Marks:   []string{"urllib3.exceptions."},
		Sources: []string{"urllib3", "requests"},
	}, {
		Marks:   []string{"HTTPSConnectionPool("},
		Sources: []string{"requests", "urllib3"},
	}},
	Switches: Switches{
		All:  []string{`cert_reqs="CERT_NONE"`, "urllib3.disable_warnings()"},
		Host: []string{"assert_hostname=False"},
		Weak: pythonSwitches.Weak,
	},
	TrustStore: pythonTrustStore,
}

// urllib3Rules are the texts of urllib3, and of requests, which passes them on.
var urllib3Rules = slices.Concat([]Rule{
	{Contains: "IncompleteRead", Class: failure.UnexpectedEOF, Only: cutAnswer},
	{Contains: "Could not find a suitable TLS CA certificate bundle", Class: failure.MissingFile},
}, sslModule, openSSLOwn, openSSLTexts)
