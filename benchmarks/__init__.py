"""Measurements of our own parts beside their peers."""
