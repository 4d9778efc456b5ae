package messages

// androidSource is an app on Android. The marks are from google/conscrypt 1017, fusesource/mqtt-client 118 and
// FlowCrypt/flowcrypt-android 579: the packages that verify certificates there, and Conscrypt's own text.
var androidSource = Source{
	Name: "android",
	Voices: []Voice{{
		Marks: []string{
			"com.android.org.conscrypt", "com.google.android.gms.org.conscrypt", "android.security.net.config",
			"I/X509Util", "Trust anchor for certification path not found",
		},
	}},
	Passes: []string{"java", "okhttp"},
	Switches: Switches{
		All:  []string{"a trust-all X509TrustManager", "android:usesCleartextTraffic=\"true\""},
		Host: javaSwitches.Host,
	},
}
