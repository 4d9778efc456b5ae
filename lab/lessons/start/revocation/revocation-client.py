# tlslab lesson revocation
"""Fetches a page: revocation-client.py [--crl FILE] URL CAFILE."""
import argparse
import ssl
import urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("--crl")
parser.add_argument("url")
parser.add_argument("ca")
o = parser.parse_args()
context = ssl.create_default_context(cafile=o.ca)
with urllib.request.urlopen(o.url, context=context, timeout=3) as answer:
    answer.read()
print("connected")
