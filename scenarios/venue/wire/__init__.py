"""The way to the simulated exchange: HTTP and WebSocket bytes, over memory or loopback TCP.

What a request means is not known here: a `Door` answers it.
"""
