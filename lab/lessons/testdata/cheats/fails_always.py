"""Connects, and says that it failed: client.py URL CAFILE."""
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
urllib.request.urlopen(url, context=ssl.create_default_context(cafile=ca), timeout=3).read()
sys.exit("certificate has expired")
