import java.io.*;
import java.net.*;
import java.net.http.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.*;
import java.security.cert.*;
import java.security.cert.Certificate; // java.security has an obsolete one
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.*;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.*;

/**
 * tlslab's client for Java: HttpsURLConnection and java.net.http, over the JDK's own JSSE. It is
 * one source file for the launcher of JDK 11 and later (JEP 330): java Probe.java.
 *
 * <p>It is a worker: it writes one line of JSON that describes it, then reads requests, one per line,
 * and answers each with one line, until its input ends. To try it by hand, write {"id": 1, "variant":
 * "default", "url": "https://localhost:8443/", "host": "localhost", "connect": "127.0.0.1:8443",
 * "ca_file": "root.pem", "timeout_ms": 5000}.
 */
public final class Probe {
  public static void main(String[] args) throws IOException { work(hello(), Probe::probe); }

  /** Answers requests until the input ends. The programs of other stacks use it too. */
  static void work(Map<String, ?> hello, Function<Map<String, String>, Map<String, ?>> probe) throws IOException {
    // Output is ASCII and input is UTF-8, independent of the locale.
    OutputStream out = System.out;
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    say(out, hello);
    for (String line; (line = in.readLine()) != null; ) {
      Map<String, String> request = Json.parse(line);
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("id", Long.valueOf(request.get("id")));
      answer.putAll(probe.apply(request));
      say(out, answer);
    }
    System.exit(0); // even if threads of HttpClient are still running
  }

  private static void say(OutputStream out, Map<String, ?> line) throws IOException {
    out.write((Json.write(line) + "\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static Map<String, Object> hello() {
    String version = System.getProperty("java.version");
    return Map.of("contract", 1, "stack", "java", "version", version, "library", "SunJSSE " + version,
        "install", System.getProperty("java.home"));
  }

  // Variants.

  enum Trust { CHAIN, REVOCATION, SOFT_FAIL, ANYTHING }

  private static final class Variant {
    final Trust trust;
    final boolean host; // verifies the name
    final boolean httpClient; // java.net.http instead of HttpsURLConnection

    Variant(Trust trust, boolean host, boolean httpClient) {
      this.trust = trust; this.host = host; this.httpClient = httpClient;
    }
  }

  private static final Map<String, Variant> VARIANTS = Map.of(
      "default", new Variant(Trust.CHAIN, true, false),
      "insecure", new Variant(Trust.ANYTHING, false, false),
      "no-hostname", new Variant(Trust.CHAIN, false, false),
      "http-client", new Variant(Trust.CHAIN, true, true),
      "revocation", new Variant(Trust.REVOCATION, true, false),
      "ocsp-soft-fail", new Variant(Trust.SOFT_FAIL, true, false));

  // Probes.

  private static Map<String, ?> probe(Map<String, String> request) {
    Variant variant = VARIANTS.get(request.get("variant"));
    if (variant == null) throw new IllegalArgumentException("no variant " + request.get("variant"));
    int status;
    try {
      Target target = new Target(request);
      SSLContext context = setUp(variant, request, target);
      status = variant.httpClient ? httpClient(target, context) : urlConnection(variant, target, context);
    } catch (IOException | GeneralSecurityException e) {
      return Map.of("outcome", "rejected", "message", Words.of(e), "code", e.getClass().getSimpleName());
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
    return status == HttpURLConnection.HTTP_OK
        ? Map.of("outcome", "accepted")
        : Map.of("outcome", "rejected", "message", "HTTP status " + status);
  }

  private static int urlConnection(Variant variant, Target target, SSLContext context) throws IOException {
    HttpsURLConnection c = (HttpsURLConnection) target.uri.toURL().openConnection(Proxy.NO_PROXY);
    c.setSSLSocketFactory(context.getSocketFactory());
    if (!variant.host) {
      c.setHostnameVerifier((name, session) -> true);
    }
    c.setConnectTimeout(target.millis);
    c.setReadTimeout(target.millis);
    c.setInstanceFollowRedirects(false);
    c.setUseCaches(false);
    c.setRequestProperty("Connection", "close");
    c.setRequestProperty("Host", target.authority);
    try {
      int status = c.getResponseCode();
      try (InputStream body = status < 400 ? c.getInputStream() : c.getErrorStream()) {
        if (body != null) body.transferTo(OutputStream.nullOutputStream()); // null: an error without a body
      }
      return status;
    } finally {
      c.disconnect();
    }
  }

  private static int httpClient(Target target, SSLContext context) throws IOException, InterruptedException {
    SSLParameters parameters = context.getDefaultSSLParameters();
    HttpClient client = HttpClient.newBuilder()
        .sslContext(context)
        .sslParameters(target.name == null ? parameters : Named.named(parameters, target.name))
        .connectTimeout(Duration.ofMillis(target.millis))
        .followRedirects(HttpClient.Redirect.NEVER)
        .proxy(HttpClient.Builder.NO_PROXY)
        .build();
    HttpRequest.Builder request = HttpRequest.newBuilder(target.uri).timeout(Duration.ofMillis(target.millis)).GET();
    try {
      request.header("Host", target.authority).header("Connection", "close");
    } catch (IllegalArgumentException e) {
      // JDK 11 does not allow these headers. The server's reaction to the name is not tested.
    }
    HttpResponse<InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      body.transferTo(OutputStream.nullOutputStream());
    }
    return response.statusCode();
  }

  // Setup.

  private static SSLContext setUp(Variant variant, Map<String, String> request, Target target)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS"); // a new one has no sessions to resume
    context.init(Pem.keyManagers(request), trustManagers(variant.trust, request), null);
    return target.name == null ? context : Named.context(context, target.name);
  }

  static TrustManager[] trustManagers(Trust trust, Map<String, String> request)
      throws IOException, GeneralSecurityException {
    if (trust == Trust.ANYTHING) {
      return new TrustManager[] {new Anything()};
    }
    KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
    anchors.load(null, null);
    int n = 0;
    for (Certificate c : Pem.certificates(request.get("ca_file"))) {
      anchors.setCertificateEntry("ca-" + n++, c);
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    String crlFile = request.getOrDefault("crl_file", "");
    if (trust == Trust.CHAIN && crlFile.isEmpty()) {
      factory.init(anchors);
      return factory.getTrustManagers();
    }
    PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
    PKIXRevocationChecker checker = (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
    Set<PKIXRevocationChecker.Option> options = EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY);
    if (!crlFile.isEmpty()) {
      Collection<?> crls;
      try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(Path.of(crlFile)))) {
        crls = CertificateFactory.getInstance("X.509").generateCRLs(in);
      }
      parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
      if (trust == Trust.CHAIN) { // only the given CRLs
        options.add(PKIXRevocationChecker.Option.PREFER_CRLS);
        options.add(PKIXRevocationChecker.Option.NO_FALLBACK);
      }
    }
    if (trust == Trust.SOFT_FAIL) {
      options.add(PKIXRevocationChecker.Option.SOFT_FAIL);
    }
    checker.setOptions(options);
    parameters.addCertPathChecker(checker);
    parameters.setRevocationEnabled(true);
    factory.init(new CertPathTrustManagerParameters(parameters));
    return factory.getTrustManagers();
  }

  /** Trusts every certificate, as in code that is often pasted to get rid of an error. */
  static final class Anything extends X509ExtendedTrustManager {
    @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}
    @Override public void checkServerTrusted(X509Certificate[] chain, String type) {}
    @Override public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}
    @Override public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}
    @Override public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}
    @Override public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}
    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
  }

  /** The server of a request. */
  private static final class Target {
    final URI uri; // to connect to
    final String name; // to verify and to send as SNI; null if it is the URI's host
    final String authority; // for the Host header
    final int millis;

    Target(Map<String, String> request) {
      URI asked = URI.create(request.get("url"));
      String connect = request.getOrDefault("connect", "");
      authority = asked.getAuthority();
      millis = Integer.parseInt(request.get("timeout_ms"));
      // Java's clients can only connect to the URL's address, and their messages do not contain
      // the URL. So the URL gets the address, and TLS gets the name.
      name = connect.isEmpty() ? null : request.get("host");
      uri = connect.isEmpty() ? asked : URI.create("https://" + connect + asked.getRawPath());
    }
  }

  /** An SSLContext whose peers have a given name, whatever their address. */
  private static final class Named extends SSLContextSpi {
    private final SSLContext tls;
    private final String name;

    private Named(SSLContext tls, String name) { this.tls = tls; this.name = name; }

    static SSLContext context(SSLContext context, String name) {
      return new SSLContext(new Named(context, name), context.getProvider(), context.getProtocol()) {};
    }

    /** Sets SNI as both clients do. By default, JSSE sends no name without a dot. */
    static SSLParameters named(SSLParameters parameters, String name) {
      if (!name.contains(":") && !name.matches("[0-9.]+")) {
        parameters.setServerNames(List.of(new SNIHostName(name)));
      }
      return parameters;
    }

    @Override protected SSLSocketFactory engineGetSocketFactory() {
      SSLSocketFactory factory = tls.getSocketFactory();
      return new SSLSocketFactory() {
        @Override public Socket createSocket(Socket s, String host, int port, boolean autoClose) throws IOException {
          SSLSocket layered = (SSLSocket) factory.createSocket(s, name, port, autoClose);
          layered.setSSLParameters(named(layered.getSSLParameters(), name));
          return layered;
        }

        // The superclass's createSocket() throws an exception, so HttpsURLConnection layers TLS over
        // a socket that it makes itself.
        private IOException no() { return new IOException("only sockets that are layered over another have the name"); }
        @Override public Socket createSocket(String host, int port) throws IOException { throw no(); }
        @Override public Socket createSocket(String h, int n, InetAddress a, int m) throws IOException { throw no(); }
        @Override public Socket createSocket(InetAddress host, int port) throws IOException { throw no(); }
        @Override public Socket createSocket(InetAddress h, int n, InetAddress a, int m) throws IOException {
          throw no();
        }
        @Override public String[] getDefaultCipherSuites() { return factory.getDefaultCipherSuites(); }
        @Override public String[] getSupportedCipherSuites() { return factory.getSupportedCipherSuites(); }
      };
    }

    @Override protected SSLEngine engineCreateSSLEngine(String h, int port) { return tls.createSSLEngine(name, port); }
    @Override protected SSLEngine engineCreateSSLEngine() { return tls.createSSLEngine(); }
    @Override protected SSLServerSocketFactory engineGetServerSocketFactory() { return tls.getServerSocketFactory(); }
    @Override protected SSLSessionContext engineGetClientSessionContext() { return tls.getClientSessionContext(); }
    @Override protected SSLSessionContext engineGetServerSessionContext() { return tls.getServerSessionContext(); }
    @Override protected SSLParameters engineGetDefaultSSLParameters() { return tls.getDefaultSSLParameters(); }
    @Override protected SSLParameters engineGetSupportedSSLParameters() { return tls.getSupportedSSLParameters(); }
    @Override protected void engineInit(KeyManager[] k, TrustManager[] t, SecureRandom r) {
      throw new IllegalStateException("already initialized");
    }
  }

  /** Reads PEM files. The JDK can read certificates and CRLs in PEM, but not keys. */
  static final class Pem {
    private static final Pattern KEY =
        Pattern.compile("-----BEGIN ((?:ENCRYPTED )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519", "RSASSA-PSS", "Ed448");

    static Collection<? extends Certificate> certificates(String file) throws IOException, CertificateException {
      try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(Path.of(file)))) {
        return CertificateFactory.getInstance("X.509").generateCertificates(in);
      }
    }

    static KeyManager[] keyManagers(Map<String, String> request) throws IOException, GeneralSecurityException {
      String certFile = request.getOrDefault("cert_file", "");
      String keyFile = request.getOrDefault("key_file", "");
      if (certFile.isEmpty() && keyFile.isEmpty()) return null;
      char[] password = request.getOrDefault("key_password", "").toCharArray();
      Certificate[] chain = certificates(certFile).toArray(new Certificate[0]);
      PrivateKey key = privateKey(keyFile.isEmpty() ? certFile : keyFile, password);
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setKeyEntry("client", key, password, chain);
      KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, password);
      return factory.getKeyManagers();
    }

    static PrivateKey privateKey(String file, char[] password) throws IOException, GeneralSecurityException {
      Matcher m = KEY.matcher(Files.readString(Path.of(file), StandardCharsets.ISO_8859_1));
      if (!m.find()) throw new IOException(file + " has no PRIVATE KEY or ENCRYPTED PRIVATE KEY in PEM");
      byte[] der = Base64.getMimeDecoder().decode(m.group(2));
      PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
      if (m.group(1).startsWith("ENCRYPTED")) {
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
        // The JDK has no algorithm PBES2. The parameters name the one to use.
        String algorithm = info.getAlgParameters().toString();
        Key secret = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password));
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.DECRYPT_MODE, secret, info.getAlgParameters());
        spec = info.getKeySpec(cipher);
      }
      GeneralSecurityException last = null;
      for (String algorithm : ALGORITHMS) { // the JDK cannot detect the algorithm of a PKCS #8 key
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(spec);
        } catch (GeneralSecurityException e) {
          last = e;
        }
      }
      throw last;
    }
  }

  /** Messages about exceptions. */
  static final class Words {
    /** Returns the exception and those of its causes that add something. */
    static String of(Throwable e) {
      StringBuilder words = new StringBuilder(e.toString());
      int depth = 0;
      for (Throwable c = e.getCause(); c != null && depth < 16; c = c.getCause(), depth++) {
        // Most of JSSE's exceptions repeat the message of their cause.
        String said = c.getMessage() == null ? c.toString() : c.getMessage();
        if (words.indexOf(said) < 0) {
          words.append(" <- ").append(c);
        }
      }
      return words.toString();
    }
  }

  /** The workers' JSON: an object without nested objects. */
  private static final class Json {
    private static final Pattern MEMBER =
        Pattern.compile("\\G\\s*[{,]\\s*\"((?:[^\"\\\\]|\\\\.)*)\"\\s*:\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|(-?\\d+))");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))");

    /** Returns the members as strings, including numbers. */
    static Map<String, String> parse(String line) {
      Map<String, String> members = new LinkedHashMap<>();
      Matcher m = MEMBER.matcher(line);
      int end = 0;
      for (; m.find(); end = m.end()) {
        members.put(unescape(m.group(1)), m.group(2) != null ? unescape(m.group(2)) : m.group(3));
      }
      if (!line.substring(end).trim().equals("}")) {
        throw new IllegalArgumentException("not a request: " + line.substring(end));
      }
      return members;
    }

    private static String unescape(String s) {
      return ESCAPE.matcher(s).replaceAll(m -> {
        if (m.group(1) != null) {
          return Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(m.group(1), 16)));
        }
        int i = "bfnrt".indexOf(m.group(2));
        return Matcher.quoteReplacement(i < 0 ? m.group(2) : String.valueOf("\b\f\n\r\t".charAt(i)));
      });
    }

    static String write(Map<String, ?> members) {
      StringBuilder out = new StringBuilder("{");
      for (Map.Entry<String, ?> member : members.entrySet()) {
        out.append(out.length() > 1 ? "," : "").append(quote(member.getKey())).append(':');
        out.append(member.getValue() instanceof Number ? member.getValue() : quote(String.valueOf(member.getValue())));
      }
      return out.append('}').toString();
    }

    private static String quote(String s) {
      StringBuilder out = new StringBuilder("\"");
      for (char c : s.toCharArray()) {
        out.append(c < ' ' || c > '~' || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
      }
      return out.append('"').toString();
    }
  }
}
