# tlslab's client for Ruby: net/http, used as documented. Runs on Ruby 2.7 and later.
#
# It is a worker: it writes one line of JSON that describes it, then reads requests, one per line,
# and answers each with one line, until its input ends. To try it by hand, write {"id": 1, "variant":
# "default", "url": "https://localhost:8443/", "host": "localhost", "connect": "127.0.0.1:8443",
# "ca_file": "root.pem", "timeout_ms": 5000}.

require "json"
require "rbconfig"

begin
  require "net/http"
  require "openssl"
rescue LoadError => e
  NO_SSL = e.message
end

def say(line)
  $stdout.puts(JSON.generate(line))
  $stdout.flush
end

# Description.

def hello
  version = RUBY_ENGINE == "ruby" ? RUBY_VERSION : "#{RUBY_VERSION}+#{RUBY_ENGINE}#{RUBY_ENGINE_VERSION}"
  line = { contract: 1, stack: "ruby", version: version, install: File.realpath(RbConfig.ruby) }
  if defined?(NO_SSL)
    line[:error] = "has no openssl: #{NO_SSL}"
  elsif !Net::HTTP.method_defined?(:ipaddr=)
    line[:error] = "has no Net::HTTP#ipaddr=: 2.5 or later is needed"
  else
    line[:library] = OpenSSL::OPENSSL_LIBRARY_VERSION.split.first(2).join(" ")
    line[:features] = features
  end
  line
end

# What the defaults check, as far as they can be queried.
def features
  context = OpenSSL::SSL::SSLContext.new
  context.set_params
  found = []
  if OpenSSL::OPENSSL_LIBRARY_VERSION.start_with?("OpenSSL ")
    number = OpenSSL::OPENSSL_LIBRARY_VERSION.split[1]
    found += %w[ed25519 tls-1.3] if number >= "1.1.1"
    found << "renegotiation-info" if number >= "3" # SSL_OP_LEGACY_SERVER_CONNECT is no longer the default
  end
  found += %w[key-policy dh-policy] if context.security_level >= 2
  found
end

# Probes.

# Any other exception is this program's fault and ends it, which the lab reports.
FAILURES = [
  OpenSSL::OpenSSLError, SystemCallError, SocketError, IOError, Timeout::Error, Net::ProtocolError, Net::HTTPBadResponse
].freeze

def set_up(request)
  uri = URI(request["url"])
  http = Net::HTTP.new(uri.hostname, uri.port, nil) # no proxy
  http.ipaddr = request["connect"].rpartition(":").first.delete("[]") unless request["connect"].empty?
  http.use_ssl = true
  http.max_retries = 0
  limit = request["timeout_ms"] / 1000.0
  http.open_timeout = http.ssl_timeout = http.read_timeout = http.write_timeout = limit
  case request["variant"]
  when "insecure" then http.verify_mode = OpenSSL::SSL::VERIFY_NONE
  when "no-hostname" then http.verify_hostname = false
  when "default" then nil
  else raise ArgumentError, "no variant #{request["variant"]}"
  end
  if request["crl_file"].empty?
    http.ca_file = request["ca_file"]
  else
    http.cert_store = store(request)
  end
  identity(http, request) unless request["cert_file"].empty? && request["key_file"].empty?
  http
end

def store(request)
  store = OpenSSL::X509::Store.new
  store.add_file(request["ca_file"])
  File.read(request["crl_file"]).scan(/-----BEGIN X509 CRL-----.*?-----END X509 CRL-----/m) do |pem|
    store.add_crl(OpenSSL::X509::CRL.new(pem))
  end
  store.flags = OpenSSL::X509::V_FLAG_CRL_CHECK
  store
end

def identity(http, request)
  text = File.read(request["cert_file"])
  blocks = text.scan(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/m)
  chain = (blocks.empty? ? [text] : blocks).map { |pem| OpenSSL::X509::Certificate.new(pem) }
  http.cert = chain.first
  http.extra_chain_cert = chain.drop(1)
  key = request["key_file"].empty? ? request["cert_file"] : request["key_file"]
  # The passphrase is always given, because OpenSSL would otherwise ask for it.
  http.key = OpenSSL::PKey.read(File.read(key), request["key_password"])
end

def probe(request)
  http = set_up(request)
  response = http.start { http.request(Net::HTTP::Get.new(URI(request["url"]), "Connection" => "close")) }
  return { outcome: "rejected", message: "HTTP status #{response.code}" } unless response.code == "200"

  { outcome: "accepted" }
rescue *FAILURES => e
  { outcome: "rejected", message: "#{e.class}: #{e.message}".scrub, code: e.class.name }
end

$stderr.sync = true
say(hello)
$stdin.each_line do |line|
  request = JSON.parse(line)
  say({ id: request["id"] }.merge(probe(request)))
end
