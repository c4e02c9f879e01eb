"""Trading modes: producers that evaluate and consumers that order."""
