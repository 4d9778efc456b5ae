package messages

// espIDFSource is firmware for the ESP32. The marks are the tags of its log, as in espressif/esp-idf 12311 and
// espressif/ESP8266_RTOS_SDK 886, and Arduino's classes for it.
var espIDFSource = Source{
	Name:    "esp-idf",
	Verbose: "CONFIG_MBEDTLS_DEBUG",
	Voices: []Voice{{
		Marks: []string{
			"esp-tls-mbedtls", "esp-tls: ", "esp-x509-crt-bundle", "esp_https_ota", "esp_https_server",
			"WiFiClientSecure", "NetworkClientSecure",
		},
	}},
	Passes: []string{"mbedtls"},
	Switches: Switches{
		All:  []string{"CONFIG_ESP_TLS_SKIP_SERVER_CERT_VERIFY", "client.setInsecure()"},
		Host: []string{"skip_cert_common_name_check = true"},
	},
}
