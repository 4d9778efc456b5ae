"""Fetches a page: not-tls-client.py URL CAFILE."""
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
with urllib.request.urlopen(url, context=context) as answer:
    answer.read()
print("connected")
