"""Fetches a page, and says in its own words what is wrong: names-client.py HOST ADDRESS:PORT CAFILE."""
import socket
import ssl
import sys

HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH = 62, 64  # X509_V_ERR_*

host, connect, ca = sys.argv[1:]
address, _, port = connect.rpartition(":")
context = ssl.create_default_context(cafile=ca)
request = b"GET / HTTP/1.1\r\nHost: " + host.encode() + b"\r\nConnection: close\r\n\r\n"
try:
    with socket.create_connection((address.strip("[]"), int(port)), timeout=3) as raw:
        with context.wrap_socket(raw, server_hostname=host) as tls:
            tls.sendall(request)
            while tls.recv(65536):
                pass
except ssl.SSLCertVerificationError as e:
    if e.verify_code in (HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH):
        sys.exit("the certificate is for another host than " + host)
    sys.exit("nobody vouches for the certificate of " + host + ", or not any more")
print("connected")
