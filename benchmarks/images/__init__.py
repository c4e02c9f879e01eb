"""Crash images: what a power cut at any moment may leave of a store, built and looked at."""
