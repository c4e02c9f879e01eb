"""Looking into a running bot over a Unix socket that only its owner can open."""
