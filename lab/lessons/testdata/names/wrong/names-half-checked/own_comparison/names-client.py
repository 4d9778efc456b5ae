"""Fetches a page: names-client.py HOST ADDRESS:PORT CAFILE."""
import fnmatch
import socket
import ssl
import sys

host, connect, ca = sys.argv[1:]
address, _, port = connect.rpartition(":")
context = ssl.create_default_context(cafile=ca)
context.check_hostname = False
request = b"GET / HTTP/1.1\r\nHost: " + host.encode() + b"\r\nConnection: close\r\n\r\n"
with socket.create_connection((address.strip("[]"), int(port)), timeout=3) as raw:
    with context.wrap_socket(raw, server_hostname=host) as tls:
        names = [name for _, name in tls.getpeercert().get("subjectAltName", ())]
        if not any(fnmatch.fnmatch(host, name) for name in names):
            raise ssl.CertificateError("Hostname mismatch, certificate is not valid for %r." % host)
        tls.sendall(request)
        while tls.recv(65536):
            pass
print("connected")
