package phrasebook

// zhReasons are the reasons that judgements give (lab/verdict), the longest formats first.
var zhReasons = []phrase{
	{"%s; no rule of the lab's knows this message", "%s；实验室没有识别这条消息的规则"},
	{"on the control %s: %s", "在对照 %s 上：%s"},
	{"it rejected the control %s too: %s", "它把对照 %s 也拒绝了：%s"},
	{"the variant %s refuses every server without %s, and %s has none", "变体 %s 拒绝任何没有 %s 的服务器，而 %s 没有"},
	{"the variant %s does not check the %s", "变体 %s 不检查这一项：%s"},
	{"chain", "证书链"},
	{"host", "主机名"},
	{"it does not have the feature %s", "它不具备 %s 功能"},
	{"it must reject this as %s", "它必须以 %s 为由拒绝"},
	{"it must accept this", "它必须接受"},
	{"expected %s", "应当是 %s"},
	{"staple or ocsp or crl", "staple、ocsp 或 crl"},

	{"it says accepted, and never connected", "它说接受，却从未连接"},
	{"it says that it accepted, and it sent the server the alert %s", "它说接受了，却向服务器发出了告警 %s"},
	{"it says that it accepted, and the server had ended the connection before any request", "它说接受了，而服务器在收到任何请求之前就已结束连接"},
	{"it says that it accepted, and it sent no request", "它说接受了，却没有发送任何请求"},
	{"it only shakes hands, and what is wrong here comes after the handshake: have it send a request and read the answer", "它只完成握手，而这里的问题出现在握手之后：让它发送请求并读取响应"},
	{"no client can send a request here, so the server's record cannot show whether this one noticed, and its output gives no reason that tlslab knows", "这里任何客户端都无法发送请求，因此服务器的记录无法表明它是否察觉，而它的输出也没有给出 tlslab 认识的原因"},
	{"the answer is cut after the request, so the server's record cannot show whether this client noticed, and its output does not say so", "响应在请求之后被截断，因此服务器的记录无法表明这个客户端是否察觉，而它的输出也没有说明"},
	{"the server ends TLS by itself, and what was sent inside cannot be seen: use another contract than served", "服务器自己终止 TLS，其中传送的内容无法看到：请改用 served 以外的约定"},
	{"its host is a name that does not resolve: give the command {connect}, or have it dial TLSLAB_CONNECT", "它的主机名无法解析：给命令加上 {connect}，或者让它连接 TLSLAB_CONNECT"},
	{"the client's key is under a passphrase: give the command {password}, or have it read TLSLAB_KEY_PASSWORD", "客户端的密钥有口令保护：给命令加上 {password}，或者让它读取 TLSLAB_KEY_PASSWORD"},
	{"it is about a PEM file of what to trust, and the command is given that in another form: give it {ca} to have this asked", "它考察的是 PEM 格式的信任文件，而命令得到的是另一种形式：加上 {ca} 才会测试这一项"},
	{"it is to present a client certificate: give the command {cert} and {key}, or {combined}, or have it read TLSLAB_CERT_FILE and TLSLAB_KEY_FILE", "它需要出示客户端证书：给命令加上 {cert} 和 {key}，或者 {combined}，或者让它读取 TLSLAB_CERT_FILE 和 TLSLAB_KEY_FILE"},

	{"the client says that it got an answer, and the server saw no connection", "客户端说得到了响应，服务器却没有看到任何连接"},
	{"the client says that it got an answer, and the server's record ends with %s", "客户端说得到了响应，服务器的记录却以 %s 结束"},
	{"the client says that it refused, and the server answered a request of its", "客户端说拒绝了，服务器却应答过它的请求"},
	{"the client says %s, and told the server %s", "客户端说的是 %s，告诉服务器的却是 %s"},

	{"the root of %s was valid until %s: roots without name constraints live for two days after --at", "%s 的根证书有效期到 %s 为止：没有名称约束的根证书只在 --at 之后两天内有效"},
	{"no %s on PATH", "PATH 中没有 %s"},
	{"%s is another %s: %s is used", "%s 也是 %s：使用 %s"},
}

// zhUnable is what stacks say of what they cannot do at all.
var zhUnable = []phrase{
	{"with ssl=False aiohttp can't be given a client certificate", "使用 ssl=False 时，无法给 aiohttp 客户端证书"},
	{"with NODE_EXTRA_CA_CERTS fetch can't be given a client certificate", "使用 NODE_EXTRA_CA_CERTS 时，无法给 fetch 客户端证书"},
	{"there is no CRL file: it is left to the client to fetch one, which PyMongo does not", "没有 CRL 文件：要由客户端自己获取，而 PyMongo 不会"},
	{"there is no CRL file: it is left to the client to fetch one, which the driver does not", "没有 CRL 文件：要由客户端自己获取，而该驱动不会"},
	{"reqwest reads no encrypted keys in PEM: Identity::from_pem and from_pkcs8_pem take no passphrase", "reqwest 不能读取 PEM 格式的加密密钥：Identity::from_pem 和 from_pkcs8_pem 不接受口令"},
	{"with --ignore-certificate-errors it is given no root", "加上 --ignore-certificate-errors 时，不给它根证书"},
	{"it takes client certificates from PKCS #12 files, and tlslab cannot make one of this: %s", "它只接受 PKCS #12 文件中的客户端证书，而 tlslab 无法由此生成：%s"},
	{"%s can't be told an address: %s would have to resolve to %s", "无法把地址告诉 %s：%s 必须能解析到 %s"},
	{"%s can't be given the passphrase of a key", "无法把密钥的口令交给 %s"},
	{"there is no client certificate", "没有客户端证书"},
	{"crypto/tls reads no encrypted keys: %s", "crypto/tls 不能读取加密的密钥：%s"},
}
