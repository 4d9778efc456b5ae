"""Fetches a page: client-certificates-client.py --ca FILE [--cert FILE --key FILE [--password WORD]] URL."""
import argparse
import socket
import ssl
import urllib.parse

parser = argparse.ArgumentParser()
parser.add_argument("url")
for option in "ca", "cert", "key", "password":
    parser.add_argument("--" + option)
o = parser.parse_args()
context = ssl.create_default_context(cafile=o.ca)
if o.cert:
    context.load_cert_chain(o.cert, o.key, lambda: o.password or "")

place = urllib.parse.urlsplit(o.url)
with socket.create_connection((place.hostname, place.port), timeout=3) as raw:
    with context.wrap_socket(raw, server_hostname=place.hostname):
        print("connected")
