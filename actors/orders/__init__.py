"""The order graph of one account and the desk that owns it."""
