"""Fetches a page: write-a-client-client.py HOST ADDRESS:PORT CAFILE."""
import socket
import ssl
import sys

host, connect, ca = sys.argv[1:]
address, _, port = connect.rpartition(":")
context = ssl.create_default_context(cafile=ca)
request = b"GET / HTTP/1.1\r\nHost: " + host.encode() + b"\r\nConnection: close\r\n\r\n"
with socket.create_connection((address.strip("[]"), int(port)), timeout=3) as raw:
    with context.wrap_socket(raw, server_hostname=host) as tls:
        tls.sendall(request)
        tls.recv(65536)
print("connected")
