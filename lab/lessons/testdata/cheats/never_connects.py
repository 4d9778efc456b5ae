"""Says that all is well: client.py URL CAFILE."""
print("connected")
