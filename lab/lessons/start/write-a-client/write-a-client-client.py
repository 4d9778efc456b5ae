# tlslab lesson write-a-client
"""Fetches a page: write-a-client-client.py HOST ADDRESS:PORT CAFILE."""
import sys

host, connect, ca = sys.argv[1:]
sys.exit("not written yet")
