import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.Dns;
import okhttp3.OkHttp;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * tlslab's client for OkHttp, used as documented. It is compiled together with Probe.java, which has
 * what the JDK's own clients need too.
 *
 * <p>It is a worker: it writes one line of JSON that describes it, then reads requests, one per line,
 * and answers each with one line, until its input ends.
 */
public final class OkHttpProbe {
  public static void main(String[] args) throws IOException {
    Probe.work(
        Map.of("contract", 1, "stack", "okhttp", "version", OkHttp.VERSION,
            "library", "SunJSSE " + System.getProperty("java.version")),
        OkHttpProbe::probe);
  }

  private static Map<String, ?> probe(Map<String, String> request) {
    OkHttpClient client = null;
    try {
      client = setUp(request);
      Request get = new Request.Builder().url(request.get("url")).header("Connection", "close").build();
      try (Response response = client.newCall(get).execute()) {
        response.body().bytes();
        return response.code() == HttpURLConnection.HTTP_OK
            ? Map.of("outcome", "accepted")
            : Map.of("outcome", "rejected", "message", "HTTP status " + response.code());
      }
    } catch (IOException | GeneralSecurityException e) {
      return Map.of("outcome", "rejected", "message", Probe.Words.of(e), "code", e.getClass().getSimpleName());
    } finally {
      if (client != null) {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
      }
    }
  }

  private static OkHttpClient setUp(Map<String, String> request) throws IOException, GeneralSecurityException {
    String variant = request.get("variant");
    TrustManager[] trust =
        Probe.trustManagers(variant.equals("insecure") ? Probe.Trust.ANYTHING : Probe.Trust.CHAIN, request);
    SSLContext context = SSLContext.getInstance("TLS"); // a new one has no sessions to resume
    context.init(Probe.Pem.keyManagers(request), trust, null);
    Duration limit = Duration.ofMillis(Long.parseLong(request.get("timeout_ms")));
    OkHttpClient.Builder builder = new OkHttpClient.Builder()
        .sslSocketFactory(context.getSocketFactory(), (X509TrustManager) trust[0])
        .dns(resolver(request))
        .connectTimeout(limit).readTimeout(limit).writeTimeout(limit).callTimeout(limit)
        .followRedirects(false).followSslRedirects(false)
        .retryOnConnectionFailure(false)
        .connectionPool(new ConnectionPool(0, 1, TimeUnit.MILLISECONDS))
        .proxy(Proxy.NO_PROXY);
    switch (variant) {
      case "default":
        break;
      case "insecure":
      case "no-hostname":
        builder.hostnameVerifier((name, session) -> true);
        break;
      default:
        throw new IllegalArgumentException("no variant " + variant);
    }
    return builder.build();
  }

  /** Returns a resolver that maps the request's host to its address. */
  private static Dns resolver(Map<String, String> request) {
    String connect = request.getOrDefault("connect", "");
    if (connect.isEmpty()) {
      return Dns.SYSTEM;
    }
    String address = connect.substring(0, connect.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
    return host -> host.equals(request.get("host")) ? List.of(InetAddress.getByName(address)) : Dns.SYSTEM.lookup(host);
  }
}
