import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.internal.build.MongoDriverVersion;
import com.mongodb.spi.dns.InetAddressResolver;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.bson.Document;

/**
 * tlslab's client for MongoDB's driver for Java, as its documentation tells people to use it: the
 * driver has no options for files, and takes an SSLContext. What it has in common with the JDK's own
 * clients is in Probe.java, which is compiled with it.
 *
 * <p>It is a worker: it writes one line of JSON that says what it is, then reads a request a line
 * and answers each with a line, until its input ends.
 */
public final class MongoProbe {
  public static void main(String[] args) throws IOException {
    Probe.work(
        Map.of("contract", 1, "stack", "mongo-java", "version", MongoDriverVersion.VERSION,
            "library", "SunJSSE " + System.getProperty("java.version")),
        MongoProbe::probe);
  }

  // The driver says why it has no server when its time for finding one is up, and not before. So it
  // is given little, which is enough for most servers to answer or to be refused, and more where it
  // has learnt nothing yet; at last the client's own time limit, and the time to notice it.
  private static Map<String, ?> probe(Map<String, String> request) {
    int limit = Integer.parseInt(request.get("timeout_ms"));
    Exception failure = null;
    for (int selection : new int[] {100, 1000, limit + 200}) {
      failure = converse(request, limit, selection);
      if (!(failure instanceof MongoTimeoutException) || failure.getMessage().contains("exception={")) {
        break;
      }
    }
    return failure == null
        ? Map.of("outcome", "accepted")
        : Map.of("outcome", "rejected", "message", Probe.Words.of(failure), "code", failure.getClass().getSimpleName());
  }

  /** Asks, writes, reads and removes, and returns what ended it, if something did. */
  private static Exception converse(Map<String, String> request, int limit, int selection) {
    try (MongoClient client = MongoClients.create(setUp(request, limit, selection))) {
      Document pong = client.getDatabase("admin").runCommand(new Document("ping", 1));
      if (!Double.valueOf(1).equals(((Number) pong.get("ok")).doubleValue())) {
        return new IOException("ping answered " + pong.toJson());
      }
      MongoDatabase database = client.getDatabase("tlslab-" + ProcessHandle.current().pid());
      MongoCollection<Document> probes = database.getCollection("probes");
      Document document = new Document("_id", Long.valueOf(request.get("id"))).append("text", "hello");
      probes.insertOne(new Document(document));
      Document found = probes.find(new Document("text", "hello")).first();
      database.drop();
      return document.equals(found) ? null : new IOException("find answered " + found);
    } catch (MongoException | IOException | GeneralSecurityException e) {
      return e;
    } finally {
      awaitMonitors(limit);
    }
  }

  /**
   * Waits until the driver's monitors have ended. close() tells them to, and does not wait: one that is in
   * the middle of connecting closes its connection when it notices.
   */
  private static void awaitMonitors(int limit) {
    try {
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        if (thread.getName().startsWith("cluster-")) {
          thread.join(limit);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static MongoClientSettings setUp(Map<String, String> request, int limit, int selection)
      throws IOException, GeneralSecurityException {
    String variant = request.get("variant");
    if (!List.of("default", "insecure", "invalidHostNameAllowed").contains(variant)) {
      throw new IllegalArgumentException("no variant " + variant);
    }
    SSLContext context = SSLContext.getInstance("TLS"); // a new one has no sessions to resume
    context.init(Probe.Pem.keyManagers(request),
        Probe.trustManagers(variant.equals("insecure") ? Probe.Trust.ANYTHING : Probe.Trust.CHAIN, request), null);
    MongoClientSettings.Builder settings = MongoClientSettings.builder()
        .applyConnectionString(new ConnectionString(request.get("url") + "&directConnection=true"))
        .applyToSslSettings(ssl -> ssl.context(context).invalidHostNameAllowed(!variant.equals("default")))
        .applyToSocketSettings(socket -> socket.connectTimeout(limit, TimeUnit.MILLISECONDS).readTimeout(limit, TimeUnit.MILLISECONDS))
        .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(selection, TimeUnit.MILLISECONDS))
        .retryReads(false).retryWrites(false);
    String connect = request.getOrDefault("connect", "");
    if (!connect.isEmpty()) {
      // The host leads to the address that the request tells: its names do not resolve.
      String address = connect.substring(0, connect.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
      InetAddressResolver resolver = host -> List.of(host.equals(request.get("host"))
          ? InetAddress.getByAddress(host, InetAddress.getByName(address).getAddress()) // named as it was asked for
          : InetAddress.getByName(host));
      settings.inetAddressResolver(resolver);
    }
    return settings.build();
  }
}
