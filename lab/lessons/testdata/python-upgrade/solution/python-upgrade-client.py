"""Fetches a page: python-upgrade-client.py --ca FILE [--cert FILE --key FILE [--password WORD]] URL."""
import argparse
import ssl
import urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("url")
for option in "ca", "cert", "key", "password":
    parser.add_argument("--" + option)
o = parser.parse_args()
context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=o.ca)
if o.cert:
    context.load_cert_chain(o.cert, o.key, o.password)

with urllib.request.urlopen(o.url, context=context, timeout=3) as answer:
    answer.read()
print("connected")
