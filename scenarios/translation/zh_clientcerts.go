package translation

const zhAfter = "在 TLS 1.3 中，客户端此时已经完成握手，要到读取数据时才知道。"

// zhJudgedByServer are the rows that come twice, under TLS 1.3 and TLS 1.2.
var zhJudgedByServer = map[string]Text{
	"client-certificate-missing": {
		Title: "服务器要求客户端证书，客户端没有",
		What:  "服务器要求客户端证书；客户端发送了空列表。" + zhAfter,
		Where: "客户端还没有证书，服务器就开启了双向 TLS；MongoDB 一旦配置了 CA 文件就会这样。",
		See:   `TLS 1.3："tlsv13 alert certificate required"。TLS 1.2："sslv3 alert handshake failure"，什么也没说明。`,
		Fix:   "把证书和密钥交给客户端。",
	},
	"client-certificate-expired": {
		Title: "客户端证书已过期",
		What:  "客户端证书昨天过期；服务器的证书正常。" + zhAfter,
		Where: "服务所用的证书没有人盯着，因为没有浏览器会显示它们。",
		See:   `"sslv3 alert certificate expired"：alert 一词表明说话的是对方，出问题的是客户端自己的证书。`,
		Fix:   "为客户端证书续期。",
	},
	"client-certificate-not-yet-valid": {
		Title: "客户端证书尚未生效",
		What:  "客户端证书的有效期从正常证书到期之时才开始。" + zhAfter,
		Where: "服务器的时钟慢了，或者客户端证书发放得太早。",
		See:   `Go 的服务器说它已过期："sslv3 alert certificate expired"。`,
		Fix:   "用 NTP 校准服务器的时钟；只发放已经生效的证书。",
	},
	"client-certificate-untrusted": {
		Title: "客户端证书来自另一个 CA",
		What:  "签发客户端证书的根证书不受服务器信任。" + zhAfter,
		Where: "换了 CA，客户端还用着原来的证书；把预发布环境的 CA 签的证书用到了生产环境。",
		See:   `"tlsv1 alert unknown ca"：是服务器不认识客户端的 CA。`,
		Fix:   "给客户端一张由服务器的 CA 签发的证书，或者让服务器信任客户端的 CA。",
	},
	"client-certificate-wrong-usage": {
		Title: "客户端证书只能用于服务器",
		What:  "客户端证书的扩展密钥用法是 serverAuth。" + zhAfter,
		Where: "把公共证书用作客户端证书：从 2026 年起，它们不再带有 clientAuth。",
		See:   `"sslv3 alert bad certificate"。`,
		Fix:   "给客户端一张由私有 CA 签发、带有 clientAuth 的证书。",
	},
	"client-certificate-revoked": {
		Title: "客户端证书已吊销",
		What:  "服务器查询的 CRL 里列有客户端证书。" + zhAfter,
		Where: "笔记本电脑丢失，密钥泄露：已经吊销，却还在使用。mongod 通过 tlsCRLFile 做这种检查。",
		See:   `Go 的服务器只说 bad_certificate："sslv3 alert bad certificate"。`,
		Fix:   "给客户端换一张新证书，密钥也要换新。",
	},
}

// zhBothVersions is the rows that come twice, as scenarios composes them.
func zhBothVersions() map[string]Text {
	all := map[string]Text{}
	for id, text := range zhJudgedByServer {
		all[id] = text
		text.Title += "，TLS 1.2"
		all[id+"-tls12"] = text
	}
	return all
}

var zhClientFiles = map[string]Text{
	"client-certificate-optional": {
		Title: "服务器请求客户端证书，客户端没有发送",
		What:  "服务器请求客户端证书，但并不强制；客户端没有发送。",
		Where: "既可以用证书也可以用密码登录的网站；使用 tlsAllowConnectionsWithoutCertificates 的 mongod。",
		See:   zhGetsAnswer,
		Fix:   zhGoodFix,
	},
	"client-key-encrypted": {
		Title: "客户端的密钥有口令保护，口令已知",
		What:  "一切正常：客户端的密钥是加密的（PKCS #8，RFC 5958），口令也已给出。",
		Where: "PyMongo 的 tlsCertificateKeyFilePassword，curl --pass。",
		See:   "客户端得到响应。Go 的 crypto/tls 完全不能读取加密的密钥。",
		Fix:   zhGoodFix,
	},
	"client-key-wrong-passphrase": {
		Title: "口令错误",
		What:  "客户端的密钥是加密的，给出的口令打不开它。客户端必须报告这一点，不能不带密钥就去连接。",
		Where: "轮换之后没有同步更新的口令；末尾多了一个换行符的口令。",
		See:   `Python 只说 "PEM lib"；Node 说 "bad decrypt"；curl 说无法设置私钥。`,
		Fix:   "给出正确的口令：openssl pkey -in FILE -passin env:NAME 可以检查它是否正确。",
	},
	"client-key-mismatch": {
		Title: "客户端的密钥属于另一张证书",
		What:  "客户端的证书和密钥各自都正常，但不是一对。",
		Where: "续期后的新证书配上了旧密钥。",
		See:   `OpenSSL："key values mismatch"。Go："private key does not match public key"。`,
		Fix:   "安装同一次签发得到的密钥和证书。",
	},
	"client-certificate-not-pem": {
		Title: "客户端的证书文件不是 PEM",
		What:  "本应存放客户端证书的文件里是别的内容。",
		Where: "该用 PEM 的地方用了 DER，下载时存成了错误页面，文件被截断。",
		See:   `OpenSSL："no start line"。Go："failed to find any PEM data in certificate input"。`,
		Fix:   "给它 PEM：用 openssl x509 -inform DER -in FILE 转换。",
	},
	"client-key-missing": {
		Title: "合并文件里缺少密钥",
		What:  "交给客户端一个同时存放证书和密钥的文件，里面却没有密钥。",
		Where: "PyMongo 的 tlsCertificateKeyFile，HAProxy：证书和密钥必须放在一个文件里，却常常没有。",
		See:   "客户端会说找不到密钥，说法各不相同：PEM lib、no start line、unable to set private key file。",
		Fix:   "把两者合并：cat key.pem cert.pem > combined.pem。",
	},
	"ca-file-missing": {
		Title: "信任文件不存在",
		What:  "客户端 CA 文件的路径指向不存在的文件。",
		Where: "没有挂载的卷；相对路径加上不同的工作目录。",
		See:   `"No such file or directory"，出现在建立任何连接之前。`,
		Fix:   "改正路径；使用绝对路径。",
	},
	"ca-file-empty": {
		Title: "信任文件是空的",
		What:  "客户端的 CA 文件存在，但里面什么也没有。",
		Where: "建好了却从未填入内容的 Secret；失败的重定向。",
		See:   "会检查的客户端说其中没有证书；其他客户端谁也不信任，说签发者未知。",
		Fix:   "写入根证书，并在启动时检查其中有证书。",
	},
	"ca-file-not-pem": {
		Title: "信任文件不是 PEM",
		What:  "客户端的 CA 文件里是 PEM 以外的内容。",
		Where: "该用 PEM 的地方用了 DER，下载时存成了错误页面。",
		See:   "会检查的客户端说其中没有证书；其他客户端谁也不信任，说签发者未知。",
		Fix:   "给它 PEM，并在启动时检查其中有证书。",
	},
	"ca-file-is-leaf": {
		Title: "信任文件里是服务器的叶证书",
		What:  "让客户端信任的是服务器的叶证书本身，而不是它上面的根证书。",
		Where: "从浏览器保存下来再交给程序的证书；手工做的证书固定，到下次续期就失效。",
		See:   "把任何受信任的证书都当作路径终点的客户端接受它（OpenSSL 的 partial chain；Go）；其他客户端说签发者未知。",
		Fix:   "信任根证书：叶证书一续期就没了。",
	},
	"client-certificate-too-weak": {
		Title: "客户端自己的密钥是 1024 位的 RSA",
		What:  "客户端自己的证书用的是 1024 位的 RSA 密钥：它的库拒绝加载。",
		Where: "2013 年以前的客户端证书，在操作系统升级之后。",
		See:   `安全级别为 2 的 OpenSSL："ee key too small"，出现在建立任何连接之前。`,
		Fix:   "换新密钥：ECDSA P-256，或者至少 2048 位的 RSA。",
	},
	"client-certificate-sha1": {
		Title: "客户端自己的证书用 SHA-1 签名",
		What:  "客户端自己的证书用 SHA-1 签名：要么它的库拒绝加载，要么服务器拒绝它发送的证书。",
		Where: "2016 年以前建立的 CA 签发的客户端证书。",
		See:   `OpenSSL 3："ca md too weak"，出现在建立任何连接之前。`,
		Fix:   "用 SHA-256 重新签发这张证书。",
	},
}
