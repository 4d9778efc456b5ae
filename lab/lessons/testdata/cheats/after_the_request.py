"""Looks at the certificate when all is over: client.py URL CAFILE."""
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
urllib.request.urlopen(url, context=ssl._create_unverified_context(), timeout=3).read()
urllib.request.urlopen(url, context=ssl.create_default_context(cafile=ca), timeout=3).read()
