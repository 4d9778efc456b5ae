package pki_test

import (
	"strings"
	"testing"
)

// shape is a chain of root and leaf that openssl makes.
type shape struct {
	name string
	host string
	// key and rootKey are arguments of genpkey. Empty means ECDSA P-256.
	key, rootKey string
	// mask is openssl's string_mask.
	mask string
	// subject and rootSubject are lines of a distinguished name.
	subject, rootSubject string
	// extensions and rootExtensions are lines of extension sections. "none" means version 1.
	extensions, rootExtensions string
	// more are sections that extensions refer to.
	more string
	// args and rootArgs are further arguments of x509 and req.
	args, rootArgs string
	sendRoot       bool
}

const (
	ecKey   = "-algorithm EC -pkeyopt ec_paramgen_curve:"
	rsaKey  = "-algorithm RSA -pkeyopt rsa_keygen_bits:"
	dbName  = "CN=db.corp.example"
	corpCA  = "C=DE\nO=Alice Corp GmbH\nCN=Corp Issuing CA 1"
	caExt   = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash"
	leafExt = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n" +
		"subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nsubjectAltName=DNS:db.corp.example"
	sanOnly = "subjectAltName=DNS:db.corp.example"
)

// scts is the content of an extension with one SCT of 47 octets and a signature.
var scts = "1.3.6.1.4.1.11129.2.4.2=DER:04:3c:00:3a:00:38:00" + strings.Repeat(":a5", 32) + ":00:00:01:99:aa:bb:cc:dd" +
	":00:00:04:03:00:09:30:07:02:01:11:02:02:22:33"

var shapes = []shape{
	{name: "openssl's usual extensions", subject: dbName, extensions: leafExt},
	{name: "version 1 leaf", subject: dbName, extensions: "none"},
	{name: "version 1 root", subject: dbName, extensions: sanOnly, rootExtensions: "none"},
	{name: "SHA-1", subject: dbName, key: rsaKey + "2048", rootKey: rsaKey + "2048", extensions: leafExt, args: "-sha1"},
	{name: "MD5", subject: dbName, rootKey: rsaKey + "2048", extensions: leafExt, args: "-md5"},
	{name: "SHA-512 by RSA", subject: dbName, rootKey: rsaKey + "2048", extensions: leafExt, args: "-sha512"},
	{name: "SHA-384 by P-256", subject: dbName, extensions: leafExt, args: "-sha384"},
	{name: "SHA-224 by P-224", subject: dbName, rootKey: ecKey + "P-224", extensions: leafExt, args: "-sha224",
		rootArgs: "-sha224"},
	{name: "RSASSA-PSS", subject: dbName, rootKey: rsaKey + "2048", extensions: leafExt,
		args: "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sha256"},
	{name: "RSASSA-PSS with a long salt", subject: dbName, rootKey: rsaKey + "2048", extensions: leafExt,
		args: "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:100 -sha256"},
	{name: "RSA 1024", subject: dbName, key: rsaKey + "1024", rootKey: rsaKey + "2048", extensions: leafExt},
	{name: "RSA 512", subject: dbName, key: rsaKey + "512", rootKey: rsaKey + "2048", extensions: leafExt},
	{name: "RSA 3072", subject: dbName, key: rsaKey + "3072", extensions: leafExt},
	{name: "RSA with exponent 3", subject: dbName, key: rsaKey + "2048 -pkeyopt rsa_keygen_pubexp:3",
		extensions: leafExt},
	{name: "P-521", subject: dbName, key: ecKey + "P-521", rootKey: ecKey + "P-521", extensions: leafExt,
		args: "-sha512", rootArgs: "-sha512"},
	{name: "explicit curve parameters", subject: dbName, key: ecKey + "P-256 -pkeyopt ec_param_enc:explicit",
		extensions: leafExt},
	{name: "brainpool", subject: dbName, key: ecKey + "brainpoolP256r1", extensions: leafExt},
	{name: "Ed25519", subject: dbName, key: "-algorithm ED25519", rootKey: "-algorithm ED25519", extensions: leafExt},
	{name: "Ed448", subject: dbName, key: "-algorithm ED448", rootKey: "-algorithm ED448", extensions: leafExt},
	{name: "negative serial number", subject: dbName, extensions: leafExt, args: "-set_serial -81985529216486895"},
	{name: "serial number of 20 octets", subject: dbName, extensions: leafExt,
		args: "-set_serial 0x5fa01234567890abcdef01234567890abcdef012"},
	{name: "serial number with its high bit set", subject: dbName, extensions: leafExt,
		args: "-set_serial 0xff01020304050607"},
	{name: "serial number 1", subject: dbName, extensions: leafExt, args: "-set_serial 1"},
	{name: "serial number 0", subject: dbName, extensions: leafExt, args: "-set_serial 0"},
	{name: "T61String", mask: "MASK:0x0004", subject: "O=Alice Corp\n" + dbName, extensions: leafExt},
	{name: "BMPString", mask: "MASK:0x0800", subject: "O=Alice Corp\n" + dbName, extensions: leafExt},
	{name: "UniversalString", mask: "MASK:0x0100", subject: "O=Alice Corp\n" + dbName, extensions: leafExt},
	{name: "UTF8String that is ASCII", mask: "utf8only", subject: "C=DE\nST=Corpland\nL=Corpheim\nO=Alice Corp\n" +
		"OU=Corp IT\n" + dbName, extensions: leafExt},
	{name: "text that is not ASCII", mask: "utf8only", subject: "O=Älice Corp Größe\n" + dbName, extensions: leafExt},
	{name: "multi-valued RDN", subject: "O=Alice Corp\n+OU=Corp IT\nCN=db.corp.example\n+UID=alice",
		extensions: leafExt},
	{name: "email address in the subject", subject: "O=Alice Corp\n" + dbName + "\nemailAddress=alice@corp.example",
		extensions: "subjectAltName=DNS:db.corp.example,email:alice@corp.example"},
	{name: "domain components", subject: "0.DC=example\n1.DC=corp\n" + dbName, extensions: leafExt,
		rootSubject: "0.DC=example\n1.DC=corp\nCN=Corp CA"},
	{name: "policies with a notice", subject: dbName, more: "[pol]\npolicyIdentifier=1.3.6.1.4.1.32473.7\n" +
		"CPS.1=https://corp.example/cps\nuserNotice.1=@note\n[note]\nexplicitText=\"Alice Corp only\"\n",
		extensions: leafExt + "\ncertificatePolicies=2.23.140.1.2.1,@pol"},
	{name: "policy constraints", subject: dbName, extensions: leafExt + "\npolicyConstraints=requireExplicitPolicy:3\n" +
		"inhibitAnyPolicy=2\npolicyMappings=1.3.6.1.4.1.32473.1:1.3.6.1.4.1.32473.2"},
	{name: "SCTs", subject: dbName, extensions: leafExt + "\n" + scts},
	{name: "names of all kinds", subject: dbName, more: "[dir]\nC=DE\nO=Alice Corp\nCN=alice\n",
		extensions: "subjectAltName=DNS:db.corp.example,DNS:*.db.corp.example,IP:10.1.2.3,IP:fd00::1,IP:8.8.8.8," +
			"email:alice@corp.example,URI:spiffe://corp.example/ns/corp/sa/db,RID:1.3.6.1.4.1.32473.9,dirName:dir," +
			"otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@corp.example"},
	{name: "wildcard", subject: "CN=*.corp.example", extensions: "subjectAltName=DNS:*.corp.example,DNS:corp.example"},
	{name: "another host", subject: "CN=web.corp.example", extensions: "subjectAltName=DNS:web.corp.example," +
		"DNS:localhost,DNS:web,DNS:xn--bcher-kva.example,IP:127.0.0.1"},
	{name: "an address", host: "10.20.30.40", subject: "CN=10.20.30.40", extensions: "subjectAltName=IP:10.20.30.40"},
	{name: "name constraints", subject: dbName, extensions: leafExt, rootExtensions: caExt +
		"\nnameConstraints=critical,permitted;DNS:corp.example,permitted;email:corp.example," +
		"permitted;IP:10.0.0.0/255.0.0.0,excluded;DNS:hr.corp.example,excluded;IP:0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0",
		sendRoot: true},
	{name: "unknown and odd usages", subject: dbName, extensions: sanOnly + "\nextendedKeyUsage=critical,serverAuth," +
		"1.3.6.1.4.1.311.10.3.12,msSGC,clientAuth\nkeyUsage=keyAgreement,decipherOnly\nbasicConstraints=CA:FALSE"},
	{name: "leaf that is a CA", subject: dbName, extensions: caExt + "\n" + sanOnly, rootExtensions: "basicConstraints=" +
		"CA:TRUE,pathlen:3\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always,issuer:always"},
	{name: "comments and old Netscape types", subject: dbName, extensions: "nsComment=\"OpenSSL of Alice Corp\"\n" +
		"nsCertType=server\nissuerAltName=email:alice@corp.example,DNS:corp.example\nbasicConstraints=CA:FALSE"},
	{name: "AIA and CRL addresses", subject: dbName, extensions: leafExt + "\nauthorityInfoAccess=" +
		"caIssuers;URI:http://ca.corp.example/ca.crt,OCSP;URI:http://ocsp.corp.example\n" +
		"crlDistributionPoints=URI:http://ca.corp.example/ca.crl,URI:ldap://corp.example/cn=ca"},
	{name: "valid to the end of time", subject: dbName, extensions: leafExt, rootArgs: "-days 9000"},
	{name: "empty subject", subject: "", extensions: "subjectAltName=critical,DNS:db.corp.example"},
	{name: "EasyRSA", subject: dbName, rootSubject: "CN=Corp Easy-RSA CA", rootExtensions: "subjectKeyIdentifier=hash\n" +
		"authorityKeyIdentifier=keyid:always,issuer:always\nbasicConstraints=CA:TRUE\nkeyUsage=cRLSign,keyCertSign",
		rootKey: rsaKey + "2048", key: rsaKey + "2048", args: "-days 825",
		extensions: "basicConstraints=CA:FALSE\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid,issuer:always\n" +
			"extendedKeyUsage=serverAuth\nkeyUsage=digitalSignature,keyEncipherment\n" + sanOnly},
	{name: "mkcert", subject: "O=mkcert development certificate\nOU=alice@corp-laptop (Alice)",
		rootSubject: "O=mkcert development CA\nOU=alice@corp-laptop (Alice)\nCN=mkcert alice@corp-laptop (Alice)",
		rootKey:     rsaKey + "3072", key: rsaKey + "2048", rootExtensions: "keyUsage=critical,keyCertSign\n" +
			"basicConstraints=critical,CA:TRUE,pathlen:0\nsubjectKeyIdentifier=hash",
		extensions: "keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth\n" +
			"authorityKeyIdentifier=keyid\nsubjectAltName=DNS:db.corp.example,DNS:localhost,IP:127.0.0.1,IP:::1"},
	{name: "kubeadm", subject: "CN=kube-apiserver", rootSubject: "CN=kubernetes", rootKey: rsaKey + "2048",
		key: rsaKey + "2048", rootExtensions: "keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign\n" +
			"basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\nsubjectAltName=DNS:kubernetes",
		extensions: "keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth\n" +
			"basicConstraints=critical,CA:FALSE\nauthorityKeyIdentifier=keyid\nsubjectAltName=DNS:corp-node-1," +
			"DNS:kubernetes,DNS:kubernetes.default.svc.cluster.local,IP:10.96.0.1,IP:192.168.1.5"},
	{name: "Let's Encrypt's shape", subject: dbName, rootSubject: "C=US\nO=Alice Corp Encrypt\nCN=E7", rootKey: ecKey +
		"P-384", rootArgs: "-sha384", args: "-sha384 -days 90", extensions: "keyUsage=critical,digitalSignature\n" +
		"extendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\n" +
		"authorityKeyIdentifier=keyid\nauthorityInfoAccess=caIssuers;URI:http://e7.corp.example/\n" + sanOnly +
		"\ncertificatePolicies=2.23.140.1.2.1\ncrlDistributionPoints=URI:http://e7.corp.example/1.crl\n" + scts},
	{name: "AD CS", subject: dbName, rootSubject: "0.DC=example\n1.DC=corp\nCN=Corp-DC01-CA", rootKey: rsaKey + "2048",
		key: rsaKey + "2048", rootExtensions: "1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:CA\nkeyUsage=digitalSignature," +
			"keyCertSign,cRLSign\nbasicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n" +
			"1.3.6.1.4.1.311.21.1=ASN1:INTEGER:65537\n1.3.6.1.4.1.311.21.2=ASN1:FORMAT:HEX,OCT:a1a2a3a4a5a6a7a8a9a0",
		more: "[tmpl]\na=OID:1.3.6.1.4.1.311.21.8.1174692.16553431.7109989\nb=INTEGER:100\nc=INTEGER:4\n" +
			"[app]\na=SEQUENCE:eku\n[eku]\na=OID:1.3.6.1.5.5.7.3.1\n",
		extensions: "1.3.6.1.4.1.311.21.7=ASN1:SEQUENCE:tmpl\nextendedKeyUsage=serverAuth\nkeyUsage=critical," +
			"digitalSignature,keyEncipherment\n1.3.6.1.4.1.311.21.10=ASN1:SEQUENCE:app\nsubjectKeyIdentifier=hash\n" +
			"authorityKeyIdentifier=keyid\ncrlDistributionPoints=URI:ldap://CN=Corp-DC01-CA\n" + sanOnly +
			"\n1.3.6.1.4.1.311.25.2=ASN1:FORMAT:ASCII,OCT:S-1-5-21-1111-2222-3333-1104"},
	{name: "SHA-256 as the key identifier", subject: dbName, extensions: "subjectKeyIdentifier=" +
		strings.Repeat("ab", 32) + "\nauthorityKeyIdentifier=keyid\n" + sanOnly, rootExtensions: "basicConstraints=" +
		"critical,CA:TRUE\nsubjectKeyIdentifier=0102030405060708"},
	{name: "root sent along", subject: dbName, extensions: leafExt, sendRoot: true},
}

func opensslShapes() []wild {
	var list []wild
	for _, s := range shapes {
		list = append(list, wild{name: s.name, tool: "openssl", host: s.host, make: s.make})
	}
	return list
}

// make makes a root and a leaf as the shape says.
func (s shape) make(t *testing.T, dir string) (sent, roots [][]byte) {
	or := func(a, b string) string {
		if a == "" {
			return b
		}
		return a
	}
	ssl := func(args string) {
		run(t, dir, "openssl", strings.Fields(args)...)
	}
	section := func(name, extensions string) string {
		if extensions == "none" {
			return ""
		}
		return "[" + name + "]\n" + extensions + "\n"
	}
	config := func(subject string) string {
		return "[req]\nprompt=no\nutf8=yes\ndistinguished_name=dn\nstring_mask=" + or(s.mask, "nombstr") + "\n[dn]\n" +
			subject + "\n"
	}
	rootExt := or(s.rootExtensions, caExt)
	writeFile(t, dir, "root.cnf", config(or(s.rootSubject, corpCA))+section("ext", rootExt)+s.more)
	writeFile(t, dir, "leaf.cnf", config(s.subject))
	writeFile(t, dir, "ext.cnf", section("ext", s.extensions)+s.more)
	ssl("genpkey " + or(s.rootKey, ecKey+"P-256") + " -out root.key")
	ssl("genpkey " + or(s.key, ecKey+"P-256") + " -out leaf.key")
	ssl("req -new -config root.cnf -key root.key -out root.csr")
	ssl("x509 -req -in root.csr -signkey root.key -out root.pem " + extArgs("root.cnf", rootExt) +
		or(s.rootArgs, "-days 3650"))
	if s.subject == "" {
		ssl("req -new -config leaf.cnf -subj / -key leaf.key -out leaf.csr")
	} else {
		ssl("req -new -config leaf.cnf -key leaf.key -out leaf.csr")
	}
	ssl("x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -out leaf.pem " +
		extArgs("ext.cnf", s.extensions) + s.args)
	roots = pemFile(t, dir, "root.pem")
	sent = pemFile(t, dir, "leaf.pem")
	if s.sendRoot {
		sent = append(sent, roots...)
	}
	return sent, roots
}

func extArgs(file, extensions string) string {
	if extensions == "none" {
		return ""
	}
	return "-extfile " + file + " -extensions ext "
}
