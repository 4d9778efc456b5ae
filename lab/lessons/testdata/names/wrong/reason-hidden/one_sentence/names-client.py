"""Fetches a page: names-client.py HOST ADDRESS:PORT CAFILE."""
import socket
import ssl
import sys

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
except OSError:
    sys.exit("cannot connect to %s at %s" % (host, connect))
print("connected")
