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
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.bson.Document;

/**
 * tlslab's client for MongoDB's driver for Java, used as documented: the driver has no options for
 * files and takes an SSLContext. It is compiled together with Probe.java, which has what the JDK's own
 * clients need too.
 *
 * <p>It is a worker: it writes one line of JSON that describes it, then reads requests, one per line,
 * and answers each with one line, until its input ends.
 */
public final class MongoProbe {
  public static void main(String[] args) throws IOException {
    Probe.work(
        Map.of("contract", 1, "stack", "mongo-java", "version", MongoDriverVersion.VERSION,
            "library", "SunJSSE " + System.getProperty("java.version")),
        MongoProbe::probe);
  }

  // The driver reports why it has no server only when its time for finding one is up. So it first gets
  // little time, which is enough for most servers to answer or to be refused. If it knows nothing yet,
  // it gets more, and finally the client's own time limit plus the time to notice it. In milliseconds.
  private static Map<String, ?> probe(Map<String, String> request) {
    int limit = Integer.parseInt(request.get("timeout_ms"));
    Exception failure = null;
    for (int selection : isDirect(request) ? new int[] {100, 1000, limit + 200} : new int[] {limit}) {
      failure = converse(request, limit, selection);
      if (!(failure instanceof MongoTimeoutException) || failure.getMessage().contains("exception={")) {
        break;
      }
    }
    return failure == null
        ? Map.of("outcome", "accepted")
        : Map.of("outcome", "rejected", "message", Probe.Words.of(failure), "code", failure.getClass().getSimpleName());
  }

  /** Pings, writes, reads and deletes. Returns the error, or null if there is none. */
  private static Exception converse(Map<String, String> request, int limit, int selection) {
    Sockets sockets = new Sockets();
    try (MongoClient client = MongoClients.create(setUp(request, limit, selection, sockets))) {
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
      sockets.close();
    }
  }

  /**
   * Waits until the driver's monitors have ended. close() does not wait for them: a monitor that is
   * connecting closes its connection when it notices that it should end.
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

  /**
   * Closes the sockets of a client after the client itself. The driver sometimes leaves one open for
   * good: if a monitor should end after it has made a connection and before it opens the connection's
   * socket, it marks the connection as closed and still opens the socket (measured with 5.14 in a JVM
   * that has just started).
   */
  private static final class Sockets extends SSLContextSpi implements AutoCloseable {
    private final Queue<Socket> made = new ConcurrentLinkedQueue<>();
    private SSLContext context;

    /** Returns a context that makes the same sockets and adds them to this list. */
    SSLContext of(SSLContext context) {
      this.context = context;
      return new SSLContext(this, context.getProvider(), context.getProtocol()) {};
    }

    @Override
    public void close() {
      for (Socket socket : made) {
        try {
          socket.close();
        } catch (IOException e) {
          // Nothing more can be done about it.
        }
      }
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      SSLSocketFactory factory = context.getSocketFactory();
      return new SSLSocketFactory() {
        @Override
        public Socket createSocket() throws IOException {
          Socket socket = factory.createSocket();
          made.add(socket);
          return socket;
        }

        @Override
        public String[] getDefaultCipherSuites() {
          return factory.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
          return factory.getSupportedCipherSuites();
        }

        // Not used: the driver connects the socket itself.
        @Override
        public Socket createSocket(Socket socket, String host, int port, boolean close) {
          throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(String host, int port) {
          throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
          throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
          throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
          throw new UnsupportedOperationException();
        }
      };
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
      throw new UnsupportedOperationException("already initialized");
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return context.getServerSocketFactory();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return context.createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return context.createSSLEngine(host, port);
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return context.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return context.getClientSessionContext();
    }
  }

  /** Whether the request is about one server, and not about a replica set, of which one member may do what another does not. */
  private static boolean isDirect(Map<String, String> request) {
    return !request.get("url").contains("replicaSet=");
  }

  private static MongoClientSettings setUp(Map<String, String> request, int limit, int selection, Sockets sockets)
      throws IOException, GeneralSecurityException {
    String variant = request.get("variant");
    if (!List.of("default", "insecure", "invalidHostNameAllowed").contains(variant)) {
      throw new IllegalArgumentException("no variant " + variant);
    }
    SSLContext context = SSLContext.getInstance("TLS"); // a new one has no sessions to resume
    context.init(Probe.Pem.keyManagers(request),
        Probe.trustManagers(variant.equals("insecure") ? Probe.Trust.ANYTHING : Probe.Trust.CHAIN, request), null);
    MongoClientSettings.Builder settings = MongoClientSettings.builder()
        .applyConnectionString(new ConnectionString(request.get("url") + (isDirect(request) ? "&directConnection=true" : "")))
        .applyToSslSettings(ssl -> ssl.context(sockets.of(context)).invalidHostNameAllowed(!variant.equals("default")))
        .applyToSocketSettings(socket -> socket
            .connectTimeout(limit, TimeUnit.MILLISECONDS).readTimeout(limit, TimeUnit.MILLISECONDS))
        .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(selection, TimeUnit.MILLISECONDS))
        .retryReads(false).retryWrites(false);
    String connect = request.getOrDefault("connect", "");
    if (!connect.isEmpty()) {
      // Resolves the host to the request's address, because the names do not resolve.
      String address = connect.substring(0, connect.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
      InetAddressResolver resolver = host -> List.of(host.equals(request.get("host"))
          ? InetAddress.getByAddress(host, InetAddress.getByName(address).getAddress()) // with the host's name
          : InetAddress.getByName(host));
      settings.inetAddressResolver(resolver);
    }
    return settings.build();
  }
}
